"""Every script of the gallery is planned over the rows beside it, and gives what the page says."""

import ast
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hffix import cleaners
from hffix.authoring.fix import Fix
from hffix.authoring.linting import ALLOWED, lint
from hffix.errors import HffixError
from hffix.errors.fixes import ForbiddenInFix, TrialFailed
from hffix.model.run import MOST_BYTES, MOST_ROWS
from hffix.testing import Planned, Rows, load, plan
from hffix.testing.walk import Walk, WalkTarget
from hffix.workflow.lookups import MOST_ENTRIES
from hffix.workflow.measure import MOST_REASONS
from tests.docs.gallery import (
    PAGE,
    Example,
    cells_of,
    examples,
    grid_after,
    literal,
    make_project,
    rows_of,
    sections_of,
)
from tests.docs.pages import ROOT
from tests.docs.session import follow

RENEW = "renew the page with: .venv/bin/python -m tests.docs.renew"
TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = {section.partition("\n")[0].removeprefix("## "): section for section in sections_of(TEXT)}
EXAMPLES = {example.title: example for example in examples()}
TRIED = [section for section in SECTIONS.values() if "```console" in section]


def planned_over(example: Example, tables: dict[str, Rows], folder: Path) -> Planned:
    path = folder / example.name
    path.write_text(example.script, encoding="utf-8")
    return plan(load(path), tables, files=example.files, params=example.params, schema=example.schema)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_a_script_gives_what_the_page_says(example: Example, tmp_path: Path) -> None:
    assert example.databases
    for database in example.databases:
        planned = planned_over(example, example.tables(database), tmp_path)
        given = [one for one in example.given if one.database == database and one.refused is None]
        assert set(planned.tables) <= {one.table for one in given}
        for one in given:
            if one.table in planned.tables:
                found = (planned.after(one.table), planned.deleted(one.table), planned.reasons(one.table))
                assert found == (one.after, one.deleted, one.left)
            else:
                assert (one.after, one.deleted, one.left) == ({}, (), {})


def test_the_page_has_an_example_for_each_kind_of_scope_and_promise() -> None:
    calls = {
        node.func.attr
        for example in EXAMPLES.values()
        for node in ast.walk(ast.parse(example.script))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name) and node.func.value.id in {"fix", "case"}
    }
    offered = {name for name in vars(Fix) if not name.startswith("_")} - {"check", "texts"}
    assert calls == offered | {"rows", "update", "insert", "delete"}


@pytest.mark.parametrize("section", TRIED, ids=[section.partition("\n")[0] for section in TRIED])
def test_every_command_answers_what_the_page_shows(section: str, tmp_path: Path) -> None:
    make_project(section, tmp_path)
    for answer in follow(section, tmp_path):
        assert answer.steady_came == answer.steady_shown, f"$ {answer.given}\n{RENEW}"


def walked(walk: Walk, example: Example, **other: Rows) -> WalkTarget:
    """Put an example into a walk's project, and its rows into the target, but for those of tables that are given."""
    (walk.folder / "fixes" / example.name).write_text(example.script, encoding="utf-8")
    return walk.target({**example.tables(), **other}, schema=example.schema)


@pytest.mark.parametrize(("place", "code"), [(0, "HFX-214"), (1, "HFX-217")], ids=["requires", "ensures"])
def test_a_condition_that_does_not_hold_refuses(hffix_project: Walk, place: int, code: str) -> None:
    example = EXAMPLES["Conditions before and after"]
    one = [one for one in example.given if one.refused][place]
    walked(hffix_project, example, **{one.table: one.rows})
    with pytest.raises(HffixError) as refused:
        hffix_project.plan("19", trial=True)
    assert (refused.value.code, one.refused) == (code, code)


def test_a_row_that_changed_meanwhile_is_left_where_the_fix_says_so(hffix_project: Walk) -> None:
    example = EXAMPLES["Rows that may change meanwhile"]
    target = walked(hffix_project, example)
    change_set = hffix_project.plan("18")
    hffix_project.approve(change_set)
    [(value, account)] = re.findall(r"writes `([^`]+)` into (\w+)", example.text)
    assert target.execute("UPDATE account SET opened_on = ? WHERE account_no = ?", value, account) == 1
    applied = hffix_project.apply(change_set)
    told = rows_of(grid_after("Then the fix is applied:", example.text))
    outcomes = [row.pop("of the run") for row in told]
    assert (applied.applied, applied.conflicts) == (outcomes.count("applied"), outcomes.count("conflict")) == (1, 1)
    assert target.rows("account") == told


def test_what_a_trigger_writes_is_let_pass_only_where_it_is_declared(hffix_project: Walk) -> None:
    example = EXAMPLES["A column that a trigger writes"]
    target = walked(hffix_project, example)
    change_set = hffix_project.plan("20", trial=True)
    hffix_project.approve(change_set)
    hffix_project.apply(change_set)
    assert target.rows("account") == rows_of(grid_after("After the run:", example.text))


def test_what_a_trigger_writes_undeclared_refuses_the_trial(hffix_project: Walk) -> None:
    example = EXAMPLES["A column that a trigger writes"]
    walked(hffix_project, replace(example, script=re.sub("fix.side_effects.*", "", example.script)))
    with pytest.raises(TrialFailed):
        hffix_project.plan("20", trial=True)


def test_a_correction_keeps_the_origin_that_the_page_names(tmp_path: Path) -> None:
    example = EXAMPLES["What came back from banks"]
    origins = [change.origin for change in planned_over(example, example.tables(), tmp_path).changes]
    assert origins[0] == "letter 17 line 1"
    assert str(origins[1]).split(", ")[0] == "0015_bank_103.xlsx!回填!2"
    assert [origin for origin in (origins[0], "0015_bank_103.xlsx!回填!2") if f"`{origin}`" not in example.text] == []


FORBIDDEN = cells_of(grid_after("names each line\n(HFX-218):", SECTIONS["What a fix may not do"]))[1:]


@pytest.mark.parametrize(("code", "fault"), FORBIDDEN, ids=[fault for _, fault in FORBIDDEN])
def test_what_the_page_says_that_a_fix_may_not_do_is_refused(code: str, fault: str) -> None:
    with pytest.raises(ForbiddenInFix) as refused:
        lint(ast.parse(str(literal(code)).replace("; ", "\n")), name="x.py", beside=frozenset())
    assert refused.value.message.partition(": ")[2] == fault


def test_the_page_lists_every_module_that_a_fix_may_import() -> None:
    [listed] = re.findall(r"of the standard library (.*?)\. This is", SECTIONS["What a fix may not do"], re.DOTALL)
    assert set(re.findall(r"\w+", listed)) - {"and"} == ALLOWED


VALUES = cells_of(grid_after("`not int` and so on:", SECTIONS["How values come in"]))
ANNOTATIONS = [str(literal(cell)) for cell in VALUES[0][1:]]
SEEING = '''\
"""What a function sees"""

from decimal import Decimal

from hffix import Fix

fix = Fix(author="li.wei")


@fix.rows("t", writes="seen", at_most=9)
def see(value{annotation}):
    """Write down what came."""
    return repr(value)
'''


@pytest.mark.parametrize("place", range(len(ANNOTATIONS)), ids=ANNOTATIONS)
def test_a_value_comes_in_as_the_page_says(tmp_path: Path, place: int) -> None:
    annotation = ANNOTATIONS[place] if ANNOTATIONS[place] != "no annotation" else ""
    path = tmp_path / "0001_see.py"
    path.write_text(SEEING.format(annotation=f": {annotation}" if annotation else ""), encoding="utf-8")
    rows = [{"no": number, "value": literal(cells[0]), "seen": ""} for number, cells in enumerate(VALUES[1:])]
    planned = plan(load(path), {"t": rows})
    told = {number: literal(cells[place + 1]) for number, cells in enumerate(VALUES[1:])}
    assert {key: cells["seen"] for key, cells in planned.after("t").items()} == {
        number: value for number, value in told.items() if value != "-"
    }
    words = annotation.removesuffix(" | None")
    assert planned.reasons("t") == {number: f"not {words}" for number, value in told.items() if value == "-"}


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    said = " ".join(TEXT.split())
    assert f"at most {MOST_ROWS:,} lines and {MOST_BYTES // 2**20} MiB" in said
    assert f"there are at most {MOST_ENTRIES:,} of them" in said
    assert f"More than {MOST_REASONS} distinct reasons" in said


def test_a_cleaner_explains_itself_as_the_page_says() -> None:
    assert 'cleaners.explain("date", "2011/3/5")' in TEXT
    assert cleaners.explain("date", "2011/3/5")


def test_every_need_of_the_first_table_leads_to_its_section() -> None:
    headings = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in SECTIONS]
    linked = re.findall(r"\]\(#([\w-]+)\)", SECTIONS[next(iter(SECTIONS))])
    assert linked == headings[1:]


def test_every_script_passes_a_strict_type_check(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    for example in EXAMPLES.values():
        (tmp_path / example.name).write_text(example.script, encoding="utf-8")
    cache = ROOT / ".build" / "mypy-scripts"
    words = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}", "."]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == f"Success: no issues found in {len(EXAMPLES)} source files\n"
