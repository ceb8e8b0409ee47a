"""Params and lookups: what a fix is given beside its rows, in functions and in SQL, and how the manifest states it."""

import json
from pathlib import Path

import pytest

from hffix.errors import HffixError
from hffix.errors.applying import LookupChanged
from hffix.errors.fixes import (
    AfterUnmet,
    BadDeclaration,
    BadLookup,
    BadParam,
    OtherTarget,
    RequiresUnmet,
    UnknownColumn,
)
from hffix.model import merkle
from hffix.model.manifest import Params
from hffix.workflow.repeat import Repeated
from hffix.workflow.rollback import rollback
from tests.workflow.planning import HEAD, Desk, desk_at, lines_of

TABLES = """
CREATE TABLE t (id INTEGER PRIMARY KEY, day TEXT, bank TEXT, id_no TEXT);
CREATE TABLE bank (code TEXT PRIMARY KEY, format TEXT);
INSERT INTO t VALUES (1, '2014-05-01', '102', 'A'), (2, '2015-01-01', '103', 'B'), (3, NULL, '104', 'C');
INSERT INTO bank VALUES ('102', 'dmy'), ('103', NULL);
"""
LOOKUP = """
fix.lookup("formats", {source}, key="code", value="format")
@fix.rows("t", writes="bank", at_most=9)
def named(bank: str, *, formats: Mapping[str, str]) -> str:
    if bank not in formats:
        raise Unresolved("no format")
    return f"{{bank}} {{formats[bank]}}"
"""
IMPORT = "from collections.abc import Mapping\nfrom datetime import date\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path, tables=TABLES)


def fix(arguments: str, text: str) -> str:
    return f'{IMPORT}fix = Fix(author="li.wei", {arguments})\n{text}'


def write(desk: Desk, arguments: str, text: str) -> str:
    """Give a script of its own Fix; the desk's first one gives way."""
    return f"del fix\n{fix(arguments, text)}"


BEFORE = 'params={"before": date}'
SQL = 'fix.sql("t", {"day": "\'early\'"}, where="t.day < :before", at_most=9)'
ROWS = """
@fix.rows("t", writes="day", at_most=9)
def early(day: str | None, *, before: date) -> str | None:
    return "early" if day and day < before.isoformat() else day
"""


@pytest.mark.parametrize("text", [SQL, ROWS], ids=["in SQL", "in a function"])
def test_a_param_is_the_same_in_sql_and_in_a_function(desk: Desk, text: str) -> None:
    lines = desk.lines(write(desk, BEFORE, text), params={"before": "2015-01-01"})

    assert [line.key for line in lines] == [{"id": {"int": "1"}}]


def test_a_param_is_bound_in_expressions_conditions_and_the_query_of_cases(desk: Desk) -> None:
    text = """
fix.sql("t", {"day": ":word || ':word'"}, where="t.id = :number", at_most=9)
fix.requires("one", "SELECT count(*) FROM t WHERE id = :number", equals=1)
@fix.cases("SELECT id FROM t WHERE id > :number", reads={"t": ("day",)}, writes={"t": ("day",)}, at_most=9)
def each(case: Case, id: int, *, word: str) -> None:
    case.update(case.rows("t", id=id)[0], day=word)
"""
    lines = desk.lines(write(desk, 'params={"word": str, "number": int}', text), params={"word": "w", "number": "2"})

    assert [line.after for line in lines if line.after] == [{"day": "w:word"}, {"day": "w"}]


def test_a_requires_is_checked_with_its_param(desk: Desk) -> None:
    text = SQL + '\nfix.requires("none", "SELECT count(*) FROM t WHERE day < :before", equals=0)'

    assert isinstance(desk.refused(write(desk, BEFORE, text), params={"before": "2015-01-01"}), RequiresUnmet)


def test_the_manifest_states_the_value_of_a_param(desk: Desk) -> None:
    change_set = desk.plan(
        write(desk, 'params={"number": int}', 'fix.sql("t", {"day": ":number"}, at_most=9)'), params={"number": "7"}
    )

    assert change_set.manifest.fix.params == {"number": Params(value={"int": "7"}, leaf=None)}
    assert change_set.params() == ()


@pytest.mark.parametrize(
    "text",
    ['fix.sql("t", {"day": ":who"}, where="t.id_no = :who", at_most=9)'],
    ids=["beside a sensitive column"],
)
def test_a_param_of_a_sensitive_column_is_stated_by_its_leaf_only(desk: Desk, text: str) -> None:
    toml = desk.office.folder / "hffix.toml"
    toml.write_text(toml.read_text().replace("[columns]\n", '[columns]\n"*.id_no" = "edges"\n'))
    change_set = desk.plan(write(desk, 'params={"who": str}', text), params={"who": "A"})

    [line] = change_set.params()
    assert change_set.manifest.fix.params == {"who": Params(value=None, leaf=merkle.leaf(line).hex())}
    assert json.loads(line)[1:] == ["who", "A"]
    assert b'"A"' not in change_set.manifest.to_bytes().replace(b'"author"', b"")


BAD: dict[str, tuple[str, str, dict[str, str], type[HffixError], str]] = {
    "missing": (BEFORE, SQL, {}, BadParam, "the fix needs the param before (a day like 2015-01-01)"),
    "unknown": (
        BEFORE, SQL, {"before": "2015-01-01", "after": "x"}, BadParam,
        "the fix has no param after; it takes before",
    ),
    "no day": (BEFORE, SQL, {"before": "1.1.2015"}, BadParam, "the param before is a day like 2015-01-01"),
    "a short day": (BEFORE, SQL, {"before": "20150101"}, BadParam, "the param before is a day like 2015-01-01"),
    "Arabic digits": (
        'params={"n": int}', 'fix.sql("t", {"day": ":n"}, at_most=9)', {"n": "٣"}, BadParam,
        "the param n is a whole number",
    ),
    "unused": (
        'params={"before": date, "idle": str}', SQL, {"before": "2015-01-01", "idle": "x"}, BadParam,
        "0009_x.py, line 8: nothing uses the param idle",
    ),
    "undeclared in SQL": (
        "", SQL, {}, BadDeclaration, "0009_x.py, line 9: :before in the SQL is no param of this fix",
    ),
    "undeclared in a function": (
        "", ROWS, {}, BadDeclaration,
        "0009_x.py, line 10: early: parameter before is no param and no lookup of this fix",
    ),
    "a type that is none": (
        'params={"before": list}', SQL, {"before": "x"}, BadDeclaration,
        "0009_x.py, line 8: a param is a str, int, Decimal, bool, date or datetime with a Python name",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "text", "params", "error", "message"), BAD.values(), ids=BAD.keys())
def test_a_param_that_surprises_refuses(
    desk: Desk, arguments: str, text: str, params: dict[str, str], error: type[HffixError], message: str
) -> None:
    desk.write(write(desk, arguments, text))
    refused = desk.refused_as_it_is(params=params)

    assert (type(refused), refused.message) == (error, message)


def test_a_plan_with_params_is_repeated_with_them(desk: Desk) -> None:
    text = write(desk, BEFORE, SQL)
    repeat = Repeated(setting=desk.office.setting(), fix="9", params={"before": "2015-01-01"})

    assert desk.planned(text, repeat=repeat, params={"before": "2015-01-01"}).change_set.manifest.leaves == 1


@pytest.mark.parametrize("source", ['table="bank"', 'file="formats.csv"'], ids=["a table", "a file"])
def test_a_lookup_gives_functions_a_mapping(desk: Desk, source: str) -> None:
    desk.office.project.fixes.joinpath("formats.csv").write_text("code,format,note\n102,dmy,x\n103,\\N,y\n")
    change_set = desk.plan(IMPORT + LOOKUP.format(source=source))

    assert [line.after for line in lines_of(change_set)] == [{"bank": "102 dmy"}, {"bank": "103 None"}]
    assert [line.reason for line in change_set.unresolved()] == ["no format"]


def test_the_manifest_states_what_a_lookup_rests_on(desk: Desk) -> None:
    [(name, facts)] = desk.plan(IMPORT + LOOKUP.format(source='table="bank"')).manifest.lookups.items()

    assert (name, facts.table, facts.key, facts.value, facts.file) == ("formats", "bank", "code", "format", None)
    assert len(facts.digest) == 64


def test_a_lookup_file_may_stand_in_corrections(desk: Desk) -> None:
    desk.send("code,format\n102,dmy\n", name="formats.csv")

    assert len(desk.lines(IMPORT + LOOKUP.format(source='file="formats.csv"'))) == 1


def test_a_lookup_file_in_two_places_is_refused(desk: Desk) -> None:
    desk.send("code,format\n102,dmy\n", name="formats.csv")
    desk.office.project.fixes.joinpath("formats.csv").write_text("code,format\n102,mdy\n")

    refused = desk.refused(IMPORT + LOOKUP.format(source='file="formats.csv"'))
    assert isinstance(refused, BadLookup)
    assert "formats.csv stands both beside the script and in corrections/" in refused.message


def test_a_lookup_file_that_is_nowhere_is_refused(desk: Desk) -> None:
    refused = desk.refused(IMPORT + LOOKUP.format(source='file="formats.csv"'))

    assert isinstance(refused, BadLookup)
    assert "neither" in refused.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "INSERT INTO bank SELECT code || ' ', format FROM bank; UPDATE bank SET format = '102'",
            "format is not unique",
        ),
        ("UPDATE bank SET format = NULL", "format holds NULL"),
    ],
)
def test_a_lookup_whose_keys_are_not_unique_is_refused(desk: Desk, change: str, message: str) -> None:
    desk.office.run_script(change)
    text = IMPORT + LOOKUP.format(source='table="bank"').replace(
        'key="code", value="format"', 'key="format", value="code"'
    )

    refused = desk.refused(text)
    assert isinstance(refused, BadLookup)
    assert refused.message.endswith(message)


def test_a_lookup_of_a_column_that_is_none_is_refused(desk: Desk) -> None:
    text = IMPORT + LOOKUP.format(source='table="bank"').replace('value="format"', 'value="shoe"')

    assert isinstance(desk.refused(text), UnknownColumn)


def test_a_lookup_that_nothing_uses_is_refused(desk: Desk) -> None:
    text = 'fix.lookup("idle", table="bank", key="code", value="format")\nfix.delete("t", where="id = 1", at_most=1)'

    refused = desk.refused(text)
    assert (type(refused), refused.message) == (BadParam, "0009_x.py, line 4: nothing uses the lookup idle")


def test_a_lookup_that_changed_since_the_plan_stops_the_first_write(desk: Desk) -> None:
    desk.plan(IMPORT + LOOKUP.format(source='table="bank"'))
    change_set = desk.office.approved("9")
    desk.office.run_script("UPDATE bank SET format = 'mdy' WHERE code = '102'")

    with pytest.raises(LookupChanged) as refused:
        desk.office.apply(change_set)
    assert (refused.value.status, desk.office.ask("SELECT bank FROM t WHERE id = 1")) == (3, [("102",)])


@pytest.mark.parametrize("folder", ["fixes", "corrections"])
def test_a_lookup_file_that_changed_since_the_plan_stops_the_first_write(desk: Desk, folder: str) -> None:
    path = desk.office.folder / folder / "formats.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("code,format\n102,dmy\n")
    desk.plan(IMPORT + LOOKUP.format(source='file="formats.csv"'))
    change_set = desk.office.approved("9")
    path.write_text("code,format\n102,mdy\n")

    with pytest.raises(LookupChanged):
        desk.office.apply(change_set)


def test_a_lookup_file_need_not_be_where_the_change_set_is_applied(desk: Desk) -> None:
    desk.send("code,format\n102,dmy\n", name="formats.csv")
    desk.plan(IMPORT + LOOKUP.format(source='file="formats.csv"'))
    change_set = desk.office.approved("9")
    (desk.office.project.corrections / "formats.csv").unlink()

    assert desk.office.apply(change_set).problem is None


def test_a_fix_that_names_its_targets_is_planned_nowhere_else(desk: Desk) -> None:
    refused = desk.refused(write(desk, 'targets=("city-*",)', 'fix.delete("t", where="id = 1", at_most=1)'))

    assert (type(refused), refused.message) == (OtherTarget, "0009_x.py is for city-*, and not for main")


def test_a_fix_comes_after_a_finished_run_of_another(desk: Desk) -> None:
    after = HEAD.replace('"li.wei"', '"li.wei", after=("0009_x",)') + 'fix.delete("t", where="id = 1", at_most=1)'
    desk.office.write_fix("0010_then", after)

    with pytest.raises(AfterUnmet) as refused:
        desk.office.plan("10")
    assert refused.value.message == "no finished run of 0009_x stands on this target"
    desk.write('fix.delete("t", where="id = 2", at_most=1)')
    desk.office.correct("9")
    assert desk.office.plan("10").manifest.fix.after == ("0009_x",)


def test_a_run_that_was_taken_back_is_not_finished(desk: Desk) -> None:
    desk.office.write_fix(
        "0010_then",
        HEAD.replace('"li.wei"', '"li.wei", after=("0009_x",)') + 'fix.delete("t", where="id = 1", at_most=1)',
    )
    desk.write('fix.delete("t", where="id = 2", at_most=1)')
    desk.office.correct("9")
    planned_before = desk.office.approved("10")
    inverse = rollback(desk.office.setting(), 2).change_set
    desk.office.approve(inverse)
    desk.office.apply(inverse)

    with pytest.raises(AfterUnmet):
        desk.office.plan("10")
    with pytest.raises(AfterUnmet):
        desk.office.apply(planned_before)
