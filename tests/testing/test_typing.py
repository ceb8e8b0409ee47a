"""What a type checker tells authors before anything runs: mypy --strict over wrong scripts, and over right ones."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hffix.store.templates_fix import new_script, new_test

ROOT = Path(__file__).parents[2]
# Nine lines: what stands below them begins at line 10.
HEAD = '''\
"""Title."""

from collections.abc import Mapping
from decimal import Decimal

from hffix import Case, Fix, Unresolved, cleaners

fix = Fix(author="li.wei")

'''

CASES = '@fix.cases("SELECT 1 AS a", reads={"t": ("a",)}, writes={"t": ("a",)}, at_most=5)'
WRONG: Mapping[str, tuple[str, str]] = {
    "a risk that there is not": (
        'other = Fix(author="li.wei", risk="hgih")',
        "\"Literal['hgih']\"; expected \"Literal['low', 'medium', 'high']\"",
    ),
    "a conflict rule that there is not": (
        'other = Fix(author="li.wei", on_conflict="ignore")', "expected \"Literal['stop', 'skip']\"",
    ),
    "no author": ('other = Fix(ticket="DQ-1")', 'Missing named argument "author" for "Fix"'),
    "one fix before it, not a tuple": (
        'other = Fix(author="li.wei", after="0001_x")', 'Argument "after" to "Fix" has incompatible type "str"',
    ),
    "a param of a kind that there is not": ('other = Fix(author="li.wei", params={"x": list})', '"type[list[Any]]"'),
    "no ceiling": ('fix.clean("t", "a", cleaners.date)', 'Missing named argument "at_most" for "clean" of "Fix"'),
    "a ceiling in words": ('fix.clean("t", "a", cleaners.date, at_most="5")', 'Argument "at_most" to "clean"'),
    "a cleaner that takes no NULL": (
        'def shout(value: str) -> str: return value\nfix.clean("t", "a", shout, at_most=5)',
        '"Callable[[str], str]"; expected "Callable[[str | None], str | None]"',
    ),
    "a cleaner that gives a number": (
        'def size(value: str | None) -> int: return 1\nfix.clean("t", "a", size, at_most=5)',
        '"Callable[[str | None], int]"',
    ),
    "a cleaner that is a module": ('fix.clean("t", "a", cleaners.dates, at_most=5)', 'incompatible type Module'),
    "a hint that there is not": ('cleaners.date("x", order="dym")', "expected \"Literal['ymd', 'dmy', 'mdy'] | None\""),
    "a hint of another year": ('cleaners.date("x", excel=1901)', 'expected "Literal[1900, 1904] | None"'),
    "a hint misspelt": ('cleaners.date("x", ordre="dmy")', 'did you mean "order"?'),
    "columns that are no texts": (
        '@fix.rows("t", writes="x", at_most=5, columns={"x": 1})\ndef f(x: str) -> str: return x',
        'expected "str": "str"',
    ),
    "a function of one column that gives a list": (
        '@fix.rows("t", writes="x", at_most=5)\ndef f(x: str) -> list[str]: return [x]',
        'Value of type variable "OneCell"',
    ),
    "a function of two columns that gives one value": (
        '@fix.rows("t", writes=("x", "y"), at_most=5)\ndef f(x: str) -> str: return x',
        'Value of type variable "SeveralCells"',
    ),
    "a function of one column that gives a dict": (
        '@fix.rows("t", writes="x", at_most=5)\ndef f(x: str) -> dict[str, str]: return {"x": x}',
        'Value of type variable "OneCell"',
    ),
    "an expression that is no SQL": ('fix.sql("t", {"a": 1}, at_most=5)', 'expected "str": "str"'),
    "a delete of everything": ('fix.delete("t", at_most=5)', 'Missing named argument "where" for "delete" of "Fix"'),
    "corrections that write nothing": (
        'fix.corrections("x.csv", table="t", at_most=5)', 'Missing named argument "writes" for "corrections" of "Fix"',
    ),
    "a lookup without a value": (
        'fix.lookup("x", file="x.csv", key="a")', 'Missing named argument "value" for "lookup" of "Fix"',
    ),
    "a condition that equals a fraction": (
        'fix.requires("x", "SELECT 1", equals=1.5)', '"equals" to "requires" of "Fix" has incompatible type "float"',
    ),
    "a case that takes no case": (
        CASES + "\ndef f(a: str) -> None: ...",
        '"Callable[[str], None]"; expected "Callable[[Case], None]"',
    ),
    "a case that returns its decision": (
        CASES + "\ndef f(case: Case, a: str) -> str: return a",
        '"Callable[[Case, str], str]"; expected "Callable[[Case, str], None]"',
    ),
    "a case that updates what it did not read": (
        'def f(case: Case) -> None: case.update("t", a=1)', 'incompatible type "str"; expected "CaseRow"',
    ),
    "a refusal without a reason": ("raise Unresolved", 'Too few arguments for "Unresolved"'),
}  # fmt: skip

RIGHT: Mapping[str, str] = {
    "a cleaner with its hints": 'fix.clean("t", "a", lambda value: cleaners.date(value, order="dmy"), at_most=5)',
    "a function over rows": (
        '@fix.rows("t", writes=("a", "b"), at_most=5)\n'
        "def f(a: str | None, *, order_of: Mapping[str, str]) -> dict[str, str | Decimal | None]:\n"
        '    if a is None:\n        raise Unresolved("nothing")\n'
        '    return {"a": order_of.get(a), "b": Decimal(1)}\n'
        'print(f("x", order_of={"x": "y"})["a"])'
    ),
    "cases": (
        '@fix.cases("SELECT a FROM t", reads={"t": ("a",)}, writes={"t": ("a",)}, at_most=5)\n'
        "def f(case: Case, a: str) -> None:\n"
        '    for row in case.rows("t", a=a):\n        case.update(row, a=row["a"].strip())'
    ),
    "the kit": (
        "from hffix.testing import Rows, load, plan\n"
        'script = load("7")\n'
        'LOANS: Rows = [{"no": 1, "amount": Decimal("1.50")}, {"no": 2, "amount": None}]\n'
        'planned = plan(script, {"loan": LOANS, "bank": [{"code": "102"}, {"code": None}]},\n'
        '               files={"x.csv": [{"a": 1}]}, params={"before": 5}, keys={"loan": "no"})\n'
        'assert planned.after("loan") == {1: {"amount": "1.50"}}\n'
        "assert [change.key for change in planned.changes] == [1]\n"
        "assert script.anything(1)"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Check every script in one process, and give what is told of each by the name of its file."""
    pytest.importorskip("mypy")
    folder = tmp_path_factory.mktemp("typing")
    for number, (text, _) in enumerate(WRONG.values()):
        (folder / f"wrong_{number}.py").write_text(HEAD + text + "\n")
    for number, text in enumerate(RIGHT.values()):
        (folder / f"right_{number}.py").write_text(HEAD + text + "\n")
    (folder / "script.py").write_text(new_script(title="T", author="li.wei", ticket=None, test="tests/test_x.py"))
    (folder / "test_script.py").write_text(new_test(id="0001_x", script="fixes/0001_x.py", test="tests/test_x.py"))
    words = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={ROOT / '.build/mypy-scripts'}"]
    names = sorted(path.name for path in folder.iterdir())
    shown = subprocess.run([*words, *names], cwd=folder, capture_output=True, text=True, check=False)
    assert shown.returncode in {0, 1}, shown.stderr
    found: dict[str, str] = dict.fromkeys(names, "")
    for line in shown.stdout.splitlines()[:-1]:
        found[line.partition(":")[0]] += line + "\n"
    return found


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_script_is_told_at_its_line(told: dict[str, str], case: str) -> None:
    number, (text, message) = list(WRONG).index(case), WRONG[case]
    first = told[f"wrong_{number}.py"].partition("\n")[0]
    place, _, said = first.partition(": error: ")
    # A decorated function is told at its decorator.
    line = len(HEAD.splitlines()) + (1 if text.startswith("@") else len(text.splitlines()))
    assert (place, message in said) == (f"wrong_{number}.py:{line}", True), first


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_script_is_told_nothing(told: dict[str, str], case: str) -> None:
    assert told[f"right_{list(RIGHT).index(case)}.py"] == ""


@pytest.mark.parametrize("name", ["script.py", "test_script.py"])
def test_what_hffix_new_writes_is_told_nothing(told: dict[str, str], name: str) -> None:
    assert told[name] == ""


def test_the_package_says_that_it_is_typed() -> None:
    """PEP 561: without this file a type checker would look at none of hffix."""
    assert (ROOT / "hffix" / "py.typed").read_bytes() == b""
