import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from hffix.authoring.loading import Script, find_script, load
from hffix.errors import HffixError
from hffix.errors.fixes import FixBroken, ForbiddenInFix, NoSuchFix, TwoNumbers

WHOLE = '"""Title.\n\nThe reason,\nin two lines.\n"""\nfrom hffix import Fix\nfix = Fix(author="li.wei")\n'


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder / "0001_x.py"


def load_with(folder: Path, more: str, **helpers: str) -> Script:
    return load(write(folder, {"0001_x.py": WHOLE + more, **{f"{name}.py": text for name, text in helpers.items()}}))


def test_a_script_gives_its_id_its_title_its_reason_and_its_digest(tmp_path: Path) -> None:
    script = load_with(tmp_path, "")

    assert (script.id, script.title, script.reason) == ("0001_x", "Title.", "The reason,\nin two lines.")
    assert script.fix.author == "li.wei"
    assert script.files == {"0001_x.py": hashlib.sha256(WHOLE.encode()).hexdigest()}


@pytest.mark.parametrize("name", ["7", "07", "0007", "0007_due", "fixes/0007_due.py"])
def test_a_script_is_found_by_number_id_or_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    fixes = tmp_path / "fixes"
    fixes.mkdir()
    write(fixes, dict.fromkeys(["0007_due.py", "0070_other.py", "helper.py", "0007-x.py", "7_y.py", "0007_Z.py"], ""))

    assert find_script(fixes, name) == fixes / "0007_due.py"


@pytest.mark.parametrize("name", ["8", "0007_du", "due", "helper.py", "fixes/helper.py", "", "７", "../0007_due.py"])
def test_what_is_no_script_is_not_found(tmp_path: Path, name: str) -> None:
    write(tmp_path, dict.fromkeys(["0007_due.py", "helper.py"], ""))

    with pytest.raises(NoSuchFix):
        find_script(tmp_path, name)


@pytest.mark.parametrize("name", ["7", "8", "0008_c"])
def test_two_scripts_of_one_number_are_refused_whichever_is_meant(tmp_path: Path, name: str) -> None:
    write(tmp_path, dict.fromkeys(["0007_a.py", "0007_b.py", "0008_c.py"], ""))

    with pytest.raises(TwoNumbers, match=r"0007_a\.py and 0007_b\.py"):
        find_script(tmp_path, name)


FIX = "from hffix import Fix\nfix = Fix(author='a')\n"
BROKEN: dict[str, tuple[str, type[HffixError], str]] = {
    "syntax": (WHOLE + "def f(:\n", FixBroken, "0001_x.py, line 8: invalid syntax"),
    "no fix": ('"""Title."""\n', FixBroken, "0001_x.py: a script holds exactly one Fix, this one 0"),
    "two fixes": (
        WHOLE + "other = Fix(author='b')\n", FixBroken,
        "0001_x.py: a script holds exactly one Fix, this one 2",
    ),
    "no docstring": (
        FIX, FixBroken, "0001_x.py, line 1: the docstring is missing; its first line is the title that approvers read",
    ),
    "blank docstring": (
        '""" \n\n"""\n' + FIX,
        FixBroken,
        "0001_x.py, line 1: the docstring is missing; its first line is the title that approvers read",
    ),
    "raises": (WHOLE + "\n1 / 0\n", FixBroken, "0001_x.py, line 9: ZeroDivisionError while loading"),
    "no such name": (WHOLE + "cleaners.date\n", FixBroken, "0001_x.py, line 8: NameError while loading"),
    "no such module": (
        WHOLE + "from collections.abd import Mapping\n", FixBroken,
        "0001_x.py, line 8: ModuleNotFoundError while loading",
    ),
    "import": (
        WHOLE + "import os.path\n", ForbiddenInFix,
        "0001_x.py, line 8: import of os.path is outside the short list",
    ),
    "import from": (
        WHOLE + "def f():\n    from sqlite3 import connect\n", ForbiddenInFix,
        "0001_x.py, line 9: import of sqlite3 is outside the short list",
    ),
    "relative import": (
        WHOLE + "from . import x\n", ForbiddenInFix, "0001_x.py, line 8: import of . is outside the short list",
    ),
    "random": (
        WHOLE + "import random\n", ForbiddenInFix,
        "0001_x.py, line 8: import of random is outside the short list",
    ),
    "clock": (
        WHOLE + "from datetime import datetime\nx = lambda: datetime.now()\n", ForbiddenInFix,
        "0001_x.py, line 9: .now reads a clock",
    ),
    "today": (
        WHOLE + "import datetime\nx = datetime.date.today\n", ForbiddenInFix, "0001_x.py, line 9: .today reads a clock",
    ),
    "open": (WHOLE + "x = open\n", ForbiddenInFix, "0001_x.py, line 8: open is not for a fix"),
    "eval": (WHOLE + "def f(a): return eval(a)\n", ForbiddenInFix, "0001_x.py, line 8: eval is not for a fix"),
    "print": (WHOLE + "print('x')\n", ForbiddenInFix, "0001_x.py, line 8: print is not for a fix"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "error", "message"), BROKEN.values(), ids=BROKEN)
def test_a_script_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, text: str, error: type[HffixError], message: str
) -> None:
    with pytest.raises(error) as refused:
        load(write(tmp_path, {"0001_x.py": text}))

    assert (type(refused.value), refused.value.message) == (error, message)


def test_what_is_forbidden_is_never_run(tmp_path: Path) -> None:
    with pytest.raises(ForbiddenInFix):
        load_with(tmp_path, f"from pathlib import Path\nPath({str(tmp_path / 'made')!r}).touch()\n")

    assert not (tmp_path / "made").exists()


def test_helper_modules_beside_the_script_and_theirs_count_into_its_files(tmp_path: Path) -> None:
    script = load_with(
        tmp_path,
        "import banks\nfrom days import first\nVALUE = banks.CODE + first()\n",
        banks="import days\nCODE = 'x'\n",
        days="import banks\ndef first(): return 'y'\n",
        unused="",
    )

    assert script.files == {
        f"{name}.py": hashlib.sha256((tmp_path / f"{name}.py").read_bytes()).hexdigest()
        for name in ("0001_x", "banks", "days")
    }


def test_a_helper_is_read_again_when_its_script_is(tmp_path: Path) -> None:
    more = "import words\n@fix.rows('t', writes='a', at_most=1)\ndef f(a): return words.LAST + words.last()\n"
    answers = []
    for word in ("one", "two"):
        script = load_with(tmp_path, more, words=f"LAST = {word!r}\ndef last(): return LAST\n")
        decide = script.fix.scopes[0].decide
        assert decide is not None
        answers.append(decide(None))

    assert answers == ["oneone", "twotwo"]
    assert "words" not in sys.modules


def test_a_module_of_a_helper_s_name_that_is_loaded_already_is_neither_used_nor_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ModuleType("words")
    monkeypatch.setitem(sys.modules, "words", other)

    script = load_with(tmp_path, "import words\nfix.ticket = words.TICKET\n", words="TICKET = 'beside'\n")

    assert script.fix.ticket == "beside"
    assert sys.modules["words"] is other


def test_two_folders_may_each_have_a_helper_of_one_name(tmp_path: Path) -> None:
    titles = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        script = load_with(folder, "import words\nfix.ticket = words.TICKET\n", words=f"TICKET = {folder.name!r}\n")
        titles.append(script.fix.ticket)

    assert titles == ["a", "b"]


@pytest.mark.parametrize(
    ("helper", "error", "message"),
    [
        ("import os\n", ForbiddenInFix, r"words\.py, line 1: import of os"),
        ("\nx = open\n", ForbiddenInFix, r"words\.py, line 2: open is not for a fix"),
        ("\n\ndef f(:\n", FixBroken, r"words\.py, line 3: invalid syntax"),
        ("\n1 / 0\n", FixBroken, r"0001_x\.py, line 8: ZeroDivisionError while loading"),
    ],
)
def test_a_helper_is_held_to_the_same_rules(tmp_path: Path, helper: str, error: type[HffixError], message: str) -> None:
    with pytest.raises(error, match=message):
        load_with(tmp_path, "import words\n", words=helper)


def test_a_script_may_define_a_dataclass_with_annotations_as_text(tmp_path: Path) -> None:
    text = WHOLE.replace('"""\nfrom', '"""\nfrom __future__ import annotations\nfrom') + (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Bank:\n    code: str\n"
        "fix.ticket = Bank('102').code\n"
    )
    assert load(write(tmp_path, {"0001_x.py": text})).fix.ticket == "102"


def test_loading_leaves_nothing_behind(tmp_path: Path) -> None:
    before = list(sys.path), set(sys.modules), sys.dont_write_bytecode

    load_with(tmp_path, "import words\n", words="x = 1\n")
    with pytest.raises(FixBroken):
        load_with(tmp_path, "import words\n1 / 0\n")

    assert (list(sys.path), set(sys.modules), sys.dont_write_bytecode) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001_x.py", "words.py"]


# Below the seven lines of `WHOLE`.
UNLOADABLE: dict[str, tuple[str, str]] = {
    "SystemExit": ("raise SystemExit(0)", "line 8: SystemExit while loading"),
    "at_most forgotten": (
        'fix.delete("t", where="1")',
        "line 8: TypeError while loading: Fix.delete() missing 1 required keyword-only argument: 'at_most'",
    ),
    "an unknown keyword": (
        '\nfix.delete("t", where="1", most=1)',
        "line 9: TypeError while loading: Fix.delete() got an unexpected keyword argument 'most'",
    ),
    "an unknown keyword of the fix itself": (
        'fix = Fix(auhtor="x")',
        "line 8: TypeError while loading: Fix.__init__() got an unexpected keyword argument 'auhtor'",
    ),
    "writes of no names": (
        'fix.corrections("x.csv", table="t", writes=5, at_most=1)',
        "line 8: TypeError while loading: 'int' object is not iterable",
    ),
    "a TypeError of its own": ('len("a", "b")', "line 8: TypeError while loading"),
    "NUL": ("# \n# a\0b", "line 9: a NUL character is in the script"),
}


@pytest.mark.parametrize(("text", "message"), UNLOADABLE.values(), ids=UNLOADABLE)
def test_a_script_that_stops_while_loading_is_broken_and_the_line_is_told(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(FixBroken) as refused:
        load_with(tmp_path, text)

    assert refused.value.message == f"0001_x.py, {message}"


def test_a_script_in_an_unknown_encoding_is_broken_from_its_first_line(tmp_path: Path) -> None:
    with pytest.raises(FixBroken) as refused:
        load(write(tmp_path, {"0001_x.py": "# coding: klingon\n" + WHOLE}))

    assert refused.value.message == "0001_x.py, line 1: unknown encoding: klingon"


def test_an_interrupt_of_the_user_s_is_no_fault_of_the_script(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        load_with(tmp_path, "raise KeyboardInterrupt")
