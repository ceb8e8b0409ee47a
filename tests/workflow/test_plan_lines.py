import secrets
from pathlib import Path

import pytest

from hffix.model.change import salt_of
from hffix.model.manifest import FixFacts, Place, ShapeCount, TableCounts, TargetFacts
from hffix.model.scope import Condition, Kept, Scope, SideEffect
from tests.workflow.planning import HEAD, Desk, desk_at, digest, lines_of, plain, told

NO_DAY = "INVALID_DATE: no such day"
CLEAN = 'fix.clean("t", "day", cleaners.date, at_most=9)\n'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


def test_a_line_holds_the_changed_cells_and_guards_those_that_were_read(desk: Desk) -> None:
    text = """
@fix.rows("t", writes="state", where="t.amount IS NOT NULL AND id < 4 -- only the first", at_most=9)
def f(day: str, state): return "09" if day == "2024/3/5" else state
"""
    (line,) = desk.lines(text)

    assert (line.table, line.kind, line.key) == ("t", "update", {"id": {"int": "1"}})
    assert line.before == {"day": "2024/3/5", "state": "01", "amount": {"int": "1000"}, "id": {"int": "1"}}
    assert line.after == {"state": "09"}
    assert (line.origin, line.case) == (None, None)


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        (CLEAN, {"day"}),
        ('fix.sql("t", {"state": "\'9\'"}, where="id = 1", at_most=9)', {"id", "state"}),
        ('fix.sql("t", {"state": "t.AMOUNT || \'day\'"}, where="id = 1", at_most=9)', {"id", "state", "amount"}),
        ('fix.sql("t", {"state": "year"}, where="id = 1", at_most=9)', {"id", "state", "year"}),
        ('fix.sql("t", {"state": "\'9\'", "day": "day"}, where="id = 1", at_most=9)', {"id", "state", "day"}),
        ('@fix.rows("t", writes="state", at_most=9)\ndef f(raw, year): return "9"', {"state", "raw", "year"}),
    ],
)  # fmt: skip
def test_every_column_that_the_scope_names_is_guarded(desk: Desk, text: str, guarded: set[str]) -> None:
    (first, *_) = desk.lines(text)

    assert first.before is not None
    assert set(first.before) == guarded


def test_several_scopes_change_one_row_in_one_line_and_see_the_snapshot_only(desk: Desk) -> None:
    text = CLEAN + 'fix.sql("t", {"state": "t.day"}, where="id = 1 AND amount > 0", at_most=9)\n'

    line = desk.lines(text)[0]

    assert line.before == {"id": {"int": "1"}, "day": "2024/3/5", "state": "01", "amount": {"int": "1000"}}
    assert line.after == {"day": "2024-03-05", "state": "2024/3/5"}


def test_a_scope_that_leaves_a_cell_does_not_decide_it(desk: Desk) -> None:
    same = 'fix.sql("t", {"day": "day"}, at_most=9)\n'

    assert desk.lines(CLEAN + same)[0].before == {"day": "2024/3/5"}


def test_a_deleted_row_is_guarded_whole_but_for_what_is_generated(desk: Desk) -> None:
    (line,) = desk.lines('fix.delete("t", where="id = 3", at_most=1)')

    assert (line.kind, line.after) == ("delete", None)
    assert line.before == {
        "id": {"int": "3"}, "day": "2024-02-30", "amount": {"float": "12.5"}, "state": "02", "raw": {"bytes": "sKE="},
    }  # fmt: skip


FAMILY = """
CREATE TABLE a_child (id INTEGER PRIMARY KEY, v, p INTEGER REFERENCES z_parent ON DELETE CASCADE);
CREATE TABLE z_parent (id INTEGER PRIMARY KEY, v);
CREATE TABLE m_alone (id TEXT COLLATE NOCASE PRIMARY KEY, v);
INSERT INTO z_parent VALUES (2, 'x'), (1, 'x'), (3, 'gone'), (4, 'gone');
INSERT INTO a_child VALUES (2, 'x', 1), (1, 'x', 2), (9, 'gone', 3), (8, 'gone', 4);
INSERT INTO m_alone VALUES ('b', 'x'), ('A', 'x'), ('10', 'x'), ('9', 'gone');
"""


def test_updates_come_with_parents_first_then_deletes_with_children_first_each_by_key(desk: Desk) -> None:
    desk.office.run_script(FAMILY)
    text = """
for name in ("a_child", "m_alone", "z_parent"):
    fix.delete(name, where="v = 'gone' AND id <> 8 AND id <> 4", at_most=9)
    fix.sql(name, {"v": "'new'"}, where="v = 'x'", at_most=9)
fix.delete("a_child", where="id = 8", at_most=1)
fix.delete("z_parent", where="id = 4", at_most=1)
"""

    assert told(desk.lines(text)) == [
        ("m_alone", "update", {"id": "10"}), ("m_alone", "update", {"id": "A"}), ("m_alone", "update", {"id": "b"}),
        ("z_parent", "update", {"id": "1"}), ("z_parent", "update", {"id": "2"}),
        ("a_child", "update", {"id": "1"}), ("a_child", "update", {"id": "2"}),
        ("a_child", "delete", {"id": "8"}), ("a_child", "delete", {"id": "9"}),
        ("z_parent", "delete", {"id": "3"}), ("z_parent", "delete", {"id": "4"}),
        ("m_alone", "delete", {"id": "9"}),
    ]  # fmt: skip


@pytest.mark.parametrize("page", [1, 2, 5000])
def test_lines_come_as_the_engine_orders_the_key_whatever_the_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("hffix.database.sqlite.PAGE_ROWS", page)

    lines = desk.lines('fix.clean("part", "note", cleaners.text, at_most=9)')

    assert told(lines) == [
        ("part", "update", {"loan": loan, "no": no}) for loan, no in (("A", "2"), ("a", "9"), ("a", "10"))
    ]


def test_tables_that_refer_to_each_other_can_be_planned_together(desk: Desk) -> None:
    desk.office.run_script(
        "CREATE TABLE unit (id INTEGER PRIMARY KEY, head INTEGER REFERENCES staff, v);"
        "CREATE TABLE staff (id INTEGER PRIMARY KEY, unit INTEGER REFERENCES unit, v);"
        "INSERT INTO unit VALUES (1, NULL, 'x'); INSERT INTO staff VALUES (1, 1, 'x'); UPDATE unit SET head = 1"
    )
    text = 'for table in ("unit", "staff"): fix.sql(table, {"v": "\'y\'"}, at_most=9)'

    assert {line.table for line in lines_of(desk.plan(text, trial=True))} == {"unit", "staff"}


def seeded(monkeypatch: pytest.MonkeyPatch, seed: bytes) -> None:
    monkeypatch.setattr(secrets, "token_bytes", lambda length: (seed * length)[:length])


def test_the_same_seed_gives_the_same_root_and_another_the_same_changes_under_other_salts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CLEAN + 'fix.delete("part", where="no < 9", at_most=9)'
    seeded(monkeypatch, b"\x01")
    one = desk.plan(text)
    desk.office.run_script("PRAGMA journal_mode = delete; VACUUM; CREATE INDEX by_day ON t (day)")
    again = desk.plan(text)
    seeded(monkeypatch, b"\x02")
    other = desk.plan(text)

    assert (one.manifest.root, one.manifest.unresolved) == (again.manifest.root, again.manifest.unresolved)
    assert one.manifest.root != other.manifest.root
    assert one.manifest.unresolved.root != other.manifest.unresolved.root
    assert [line[1:] for line in lines_of(one)] == [line[1:] for line in lines_of(other)]
    assert {line.salt for line in lines_of(one)}.isdisjoint(line.salt for line in lines_of(other))


def test_salts_are_derived_from_the_seed_and_an_unresolved_row_has_one_of_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded(monkeypatch, b"\x01")
    change_set = desk.plan(CLEAN)
    (line, *_), (unresolved, *_) = lines_of(change_set), change_set.unresolved()

    seed = b"\x01" * 32
    assert line.salt == salt_of("t", kind="update", key=line.key, case=None, seed=seed)
    assert unresolved.salt == salt_of("t", kind="unresolved", key=unresolved.key, case=None, seed=seed)


def test_counts_add_up_over_updates_deletes_unchanged_and_unresolved_rows(desk: Desk) -> None:
    text = CLEAN + 'fix.delete("part", where="no < 9", at_most=9)\nfix.delete("t", where="id = 4", at_most=9)'

    counts = desk.plan(text).manifest.counts

    # 1 and 5 change, 2 is as it should be, 3 is no day, 4 is deleted; ('A', 2) and ('B', 1) go as well.
    assert (counts.scanned, counts.updates, counts.unchanged, counts.unresolved, counts.deletes) == (7, 2, 1, 1, 3)
    assert (counts.changed, counts.inserts, counts.asks) == (5, 0, 0)
    assert counts.tables == {
        "part": TableCounts(updates=0, inserts=0, deletes=2, columns={}),
        "t": TableCounts(updates=2, inserts=0, deletes=1, columns={"day": 2}),
    }
    assert counts.reasons == {NO_DAY: 1}


def test_a_row_that_one_scope_changes_and_another_declines_counts_as_changed(desk: Desk) -> None:
    change_set = desk.plan(CLEAN + 'fix.sql("t", {"state": "\'9\'"}, where="id = 3", at_most=9)')

    counts = change_set.manifest.counts
    assert (counts.scanned, counts.updates, counts.unchanged, counts.unresolved) == (5, 3, 2, 0)
    assert counts.reasons == {NO_DAY: 1}
    assert [plain(line.key) for line in change_set.unresolved()] == [{"id": "3"}]


def test_a_row_that_two_scopes_decline_is_one_unresolved_row_with_both_reasons(desk: Desk) -> None:
    change_set = desk.plan(
        '@fix.rows("t", writes="day", where="id = 1", at_most=9)\ndef f(day): raise Unresolved("one")\n'
        '@fix.rows("t", writes="state", where="id < 3", at_most=9)\ndef g(day): raise Unresolved("two")\n'
    )

    assert [(plain(line.key), line.reason) for line in change_set.unresolved()] == [
        ({"id": "1"}, "one; two"),
        ({"id": "2"}, "two"),
    ]
    counts = change_set.manifest.counts
    assert (counts.scanned, counts.unresolved, counts.reasons) == (2, 2, {"one": 1, "two": 2})


def test_shapes_are_counted_and_those_of_few_rows_pooled_so_that_no_row_shows(desk: Desk) -> None:
    desk.office.run_script(
        "INSERT INTO t (id, day) SELECT value, '2011/3/' || (value % 5 + 1)"
        " FROM (WITH RECURSIVE n(value) AS (SELECT 10 UNION ALL SELECT value + 1 FROM n LIMIT 4) SELECT value FROM n)"
    )

    counts = desk.plan(CLEAN + 'fix.sql("t", {"state": "\'9\'"}, where="id = 3", at_most=9)').manifest.counts

    assert counts.shapes == (
        ShapeCount(table="t", kind="update", column="day", before="9999/9/9", after="9999-99-99", rows=6),
    )
    assert counts.rare == 1


def test_the_manifest_states_fix_target_scope_and_files(desk: Desk) -> None:
    text = """fix.risk, fix.ticket, fix.on_conflict = "high", "DQ-7", "skip"
fix.clean("t", "day", cleaners.date, where="state <> '04' AND id IN (SELECT no FROM PART)", at_most=7)
fix.delete("part", where="0", at_most=3)
fix.side_effects("t", "raw")
fix.requires("rows", "SELECT count(*) FROM t", equals=5)
fix.ensures("rows", "SELECT count(*) FROM t", equals=5)
"""
    manifest = desk.plan(text).manifest
    past = desk.office.records()[0]

    assert manifest.fix == FixFacts(
        id="0009_x", title="Title.", reason="", author="li.wei", authors=("li.wei",), commit=None, ticket="DQ-7",
        risk="high", files={"0009_x.py": digest(desk.office.folder / "fixes" / "0009_x.py")}, on_conflict="skip",
        params={}, after=(),
    )  # fmt: skip
    assert manifest.target == TargetFacts(name="main", lineage=getattr(past, "lineage", ""), dialect="sqlite")
    assert manifest.chain == Place(number=1, head=desk.office.stored_records()[0].head)
    assert manifest.scope == (
        Scope(
            table="t", kind="clean", reads=("id", "day", "state"), writes=("day",),
            where="state <> '04' AND id IN (SELECT no FROM PART)", unguarded=("part",),
            to_null=False, at_most=7, function="date",
        ),
        Scope(
            table="part", kind="delete", reads=("loan", "no", "note"), writes=(), where="0", unguarded=(),
            to_null=False, at_most=3, function=None,
        ),
    )  # fmt: skip
    assert manifest.side_effects == (SideEffect(table="t", column="raw"),)
    assert manifest.requires == manifest.ensures == (Condition(title="rows", query="SELECT count(*) FROM t", equals=5),)
    assert set(manifest.schema) == {"t", "part"}
    assert set(manifest.versions) == {"hffix", "python", "sqlite"}
    assert (manifest.trial, manifest.irreversible, manifest.struck, manifest.parent, manifest.reverts) == (None,) * 5


def test_totals_that_stay_are_proved_over_the_changed_rows(desk: Desk) -> None:
    text = """fix.keeps("t.amount")
@fix.rows("t", writes="amount", where="id IN (1, 3, 5)", at_most=9)
def shift(id: int, amount): return {1: 999.5, 3: 13, 5: 7}[id]
"""
    manifest = desk.plan(text).manifest

    assert manifest.keeps == (Kept(columns=("t.amount",), before="1012.5", after="1012.5"),)


def test_a_deleted_row_s_value_leaves_its_total(desk: Desk) -> None:
    text = 'fix.keeps("t.amount")\nfix.delete("t", where="id = 4", at_most=9)'

    assert desk.plan(text).manifest.keeps == (Kept(columns=("t.amount",), before="0", after="0"),)


def test_a_plan_without_changes_is_still_a_change_set_with_its_unresolved_rows(desk: Desk) -> None:
    change_set = desk.plan('fix.clean("t", "day", cleaners.date, where="id = 3", at_most=9)')

    assert (change_set.manifest.leaves, change_set.manifest.parts, list(change_set.blocks())) == (0, (), [])
    assert [(line.table, plain(line.key), line.reason, line.origin) for line in change_set.unresolved()] == [
        ("t", {"id": "3"}, NO_DAY, None)
    ]


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("trial", [False, True], ids=["", "trial"])
def test_a_plan_changes_no_byte_of_the_target(tmp_path: Path, journal: str, trial: bool) -> None:
    desk = desk_at(tmp_path, journal=journal)
    before = {path: digest(path) for path in desk.office.folder.glob("fund.db*") if not path.name.endswith("-shm")}

    change_set = desk.plan(CLEAN, trial=trial)

    assert change_set.manifest.counts.updates == 2
    assert {path: digest(path) for path in before} == before


def test_a_plan_says_that_it_recovered_what_a_killed_writer_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hffix.database.sqlite_files._recover", lambda _: ("recovered",))

    assert desk.planned(CLEAN).notes == ("recovered",)


def test_a_script_that_was_edited_since_it_was_applied_is_refused(desk: Desk) -> None:
    desk.write("import words\n" + CLEAN, words="A = 1\n")
    desk.office.correct("9")

    # Planned again as it was, it is a new change set.
    assert desk.office.plan("9").manifest.counts.updates == 0

    for name, text in (("0009_x.py", HEAD + CLEAN + "import words\n"), ("words.py", "A = 2\n")):
        path = desk.office.folder / "fixes" / name
        before = path.read_text()
        path.write_text(text)
        refused = desk.refused_as_it_is()
        assert (refused.code, refused.message) == ("HFX-219", f"{name} was changed since run 2 applied it")
        path.write_text(before)


def test_a_script_may_be_edited_while_only_its_plans_exist(desk: Desk) -> None:
    desk.plan(CLEAN)

    assert desk.plan(CLEAN + "\n").manifest.counts.updates == 2
