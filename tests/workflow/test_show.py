import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hffix.errors.changesets import NoSuchShape, RowsMissing
from hffix.errors.project import UsageError
from hffix.model import canonical
from hffix.model.change import Cells, Line
from hffix.model.manifest import FORMAT, FixFacts, Manifest, Place, TargetFacts
from hffix.model.mask import Mask
from hffix.model.quorum import Part, Quorum
from hffix.model.scope import Scope
from hffix.reports.review import Example, Reason, Review, Shape
from hffix.store.changesets import ChangeSet, Sums, draft
from hffix.store.projects import Project
from hffix.workflow.judge import lacking_of
from hffix.workflow.measure import MOST_SHAPES, Measure
from hffix.workflow.show import review

MASKS = {"account.phone": "edges", "*.name": "first"}
SALT = "0" * 32
ERASED = b'"' + b"e" * 64 + b'"'


def update(number: int, *, before: Cells, after: Cells, table: str = "account") -> Line:
    return Line(SALT, table, "update", {"no": f"12000417{number:04d}"}, before, after)


def dated(number: int, before: str) -> Line:
    return update(number, before={"opened": before, "status": "1"}, after={"opened": "2011-03-05"})


LINES = (
    Line(SALT, "loan", "insert", {"no": {"int": "7"}, "part": "a"}, None, {"name": "x"}),
    *(dated(number, f"2011/3/{number}") for number in range(1, 7)),
    *(dated(number, "20110305") for number in range(10, 12)),
    update(20, before={"phone": "13812345678", "name": None}, after={"phone": "13887654321", "name": "张敏"}),
    Line(SALT, "loan", "delete", {"no": {"int": "8"}, "part": "b"}, {"name": "y"}, None),
)
DECLINED = (
    (SALT, "account", {"no": "120004170099"}, "no such day", None),
    (SALT, "account", {"no": "120004170098"}, "no such day; month; or day", None),
    (SALT, "loan", {"no": {"int": "9"}, "part": "c"}, "no such day", None),
)


def manifest_of(sums: Sums, measure: Measure, tables: Sequence[str]) -> Manifest:
    return Manifest(
        format=FORMAT,
        fix=FixFacts(
            id="0001_dates", title="Dates", reason="", author="li.wei", authors=(), commit=None, ticket=None,
            risk="low", files={}, on_conflict="stop", params={}, after=(),
        ),
        target=TargetFacts(name="main", lineage="1" * 32, dialect="sqlite"), chain=Place(number=1, head="2" * 64),
        schema={},
        scope=tuple(
            Scope(
                table=table, kind="rows", reads=(), writes=(), where=None, unguarded=(), to_null=False, at_most=1,
                function=None,
            )
            for table in tables
        ),
        side_effects=(), requires=(), ensures=(), snapshot="2024-03-05T09:11:07Z", counts=measure.counts(),
        keeps=(), lookups={}, root=sums.root, leaves=sums.leaves, parts=sums.parts, unresolved=sums.unresolved,
        irreversible=None, trial=None, struck=None, parent=None, reverts=None, planner="li.wei", versions={},
    )  # fmt: skip


class Planned:
    """A project with one real change set in it, and what its plan measured."""

    def __init__(self, folder: Path, lines: Sequence[Line | bytes], *, declined: Sequence[object] = ()) -> None:
        self.project = Project(folder=folder, targets={}, default=None, masks=MASKS)
        self.measure = Measure(())
        for line in lines:
            if isinstance(line, Line):
                self.measure.add(line.table, kind=line.kind, before=line.before, after=line.after)
        for reason in ("no such day", "month; or day"):
            self.measure.decline(reason)
        with draft(self.project.changesets) as begun:
            begun.add([line.encode() if isinstance(line, Line) else line for line in lines])
            begun.add_unresolved([canonical.encode(line) for line in declined])
            manifest = manifest_of(begun.sums, self.measure, ("account", "loan"))
            self.change_set = begun.finish(manifest, schema={}, approvals=self.project.approvals)

    def review(self, *, shape: int | None = None, table: str | None = None, unmask: bool = False) -> Review:
        return review(
            self.change_set, project=self.project, state="unapproved", lacking=("1 leader",), shape=shape, table=table,
            unmask=unmask,
        )  # fmt: skip

    def unresolved(self, *, table: str | None = None) -> tuple[Reason, ...]:
        asked = review(self.change_set, project=self.project, state="", lacking=(), table=table, only_unresolved=True)
        assert asked.shapes == ()
        return asked.reasons

    @property
    def elsewhere(self) -> ChangeSet:
        """The change set as somebody sees it who has only its manifest."""
        return replace(self.change_set, folder=None)


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    return Planned(tmp_path, LINES, declined=DECLINED)


def test_shapes_are_numbered_from_one_the_rarest_first(planned: Planned) -> None:
    shapes = planned.review().shapes

    assert [(shape.number, shape.rows, shape.table, shape.kind, shape.column, shape.before) for shape in shapes] == [
        (1, 1, "account", "update", "name", "NULL"),
        (2, 1, "account", "update", "phone", "99999999999"),
        (3, 1, "loan", "delete", None, None),
        (4, 1, "loan", "insert", None, None),
        (5, 2, "account", "update", "opened", "99999999"),
        (6, 6, "account", "update", "opened", "9999/9/9"),
    ]


def test_the_shapes_are_those_that_the_plan_measured_also_beyond_the_most(tmp_path: Path) -> None:
    texts = map("".join, itertools.islice(itertools.product("9A汉-", repeat=7), MOST_SHAPES + 50))
    planned = Planned(tmp_path, [dated(number, text) for number, text in enumerate(texts)])

    shapes = planned.review().shapes

    assert [(s.table, s.kind, s.column, s.before, s.after, s.rows) for s in shapes] == [
        (s.table, s.kind, s.column, s.before, s.after, s.rows) for s in planned.measure.shapes()
    ]
    assert (shapes[-1].before, shapes[-1].rows) == ("…", 50)


def test_values_are_masked_and_nothing_hides_nobody(planned: Planned) -> None:
    name, phone, delete, insert, *_ = (shape.examples for shape in planned.review().shapes)

    assert (name, phone) == (
        (Example(key="120004170020", before="NULL", after="张▒▒▒▒"),),
        (Example(key="120004170020", before="1381▒▒▒▒678", after="1388▒▒▒▒321"),),
    )
    assert (delete, insert) == (
        (Example(key="no=8,part=b", before=None, after=None),),
        (Example(key="no=7,part=a", before=None, after=None),),
    )


@pytest.mark.parametrize(("masks", "key"), [({}, "120004170001"), ({"account.no": "edges"}, "1200▒▒▒▒001")])
def test_a_key_is_masked_only_where_its_column_is(tmp_path: Path, masks: dict[str, Mask], key: str) -> None:
    planned = Planned(tmp_path, [dated(1, "2011/3/5")])
    project = replace(planned.project, masks=masks)

    shown = review(planned.change_set, project=project, state="", lacking=())

    assert [example.key for example in shown.shapes[0].examples] == [key]


def test_unmasked_values_are_whole_and_the_review_says_so(planned: Planned) -> None:
    shown = planned.review(unmask=True)

    assert shown.unmasked
    assert shown.shapes[1].examples == (Example(key="120004170020", before="13812345678", after="13887654321"),)


def test_a_value_shows_what_is_invisible_in_it(tmp_path: Path) -> None:
    planned = Planned(tmp_path, [dated(1, "2011\u200b\x1b[2J")])

    assert planned.review().shapes[0].examples == (
        Example(key="120004170001", before="2011⟨U+200B⟩⟨U+001B⟩[2J", after="2011-03-05"),
    )


def test_a_shape_keeps_few_examples_and_the_chosen_one_more(tmp_path: Path) -> None:
    planned = Planned(tmp_path, [dated(number, "2011/3/5") for number in range(60)])

    assert len(planned.review().shapes[0].examples) == 3
    chosen = planned.review(shape=1).chosen
    assert chosen is not None
    assert [example.key for example in chosen.examples] == [f"12000417{number:04d}" for number in range(50)]


@pytest.mark.parametrize("number", [0, -1, 7])
def test_a_number_that_no_shape_has_is_refused(planned: Planned, number: int) -> None:
    with pytest.raises(NoSuchShape, match="has the shapes 1 to 6"):
        planned.review(shape=number)


def test_a_table_shows_its_own_shapes_under_their_numbers(planned: Planned) -> None:
    shown = planned.review(table="loan")

    assert [(shape.number, shape.table) for shape in shown.shapes] == [(3, "loan"), (4, "loan")]
    assert shown.reasons == (Reason(text="no such day", rows=1),)
    assert shown.tables == ("loan",)


def test_a_shape_of_another_table_is_refused(planned: Planned) -> None:
    with pytest.raises(NoSuchShape, match="is one of account, not of loan"):
        planned.review(shape=1, table="loan")


def test_a_table_that_the_change_set_does_not_have_is_refused(planned: Planned) -> None:
    with pytest.raises(UsageError, match="no table person; it has account, loan"):
        planned.review(table="person")


def test_a_shape_and_unresolved_rows_are_not_asked_for_together(planned: Planned) -> None:
    with pytest.raises(UsageError):
        review(planned.change_set, project=planned.project, state="", lacking=(), shape=1, only_unresolved=True)


def test_unresolved_rows_are_counted_from_the_manifest_and_shown_by_key_when_asked_for(planned: Planned) -> None:
    assert planned.review().reasons == (Reason(text="month; or day", rows=1), Reason(text="no such day", rows=1))
    assert planned.unresolved(table="loan") == (
        Reason(text="no such day", rows=1, examples=(("loan", "no=9,part=c"),)),
    )


def test_a_row_that_two_scopes_decline_counts_for_both_reasons(tmp_path: Path) -> None:
    unknown = (SALT, "account", {"no": "120004170097"}, "no such day; of no plan", None)
    planned = Planned(tmp_path, LINES, declined=(*DECLINED[:2], unknown))

    keys = tuple(("account", f"1200041700{number}") for number in (99, 98, 97))
    assert planned.unresolved() == (
        Reason(text="no such day", rows=3, examples=keys),
        Reason(text="month; or day", rows=1, examples=keys[1:2]),
        Reason(text="of no plan", rows=1, examples=keys[2:]),
    )


def test_without_its_rows_a_change_set_shows_what_its_manifest_states(planned: Planned) -> None:
    shown = review(planned.elsewhere, project=planned.project, state="", lacking=(), only_unresolved=False)

    assert not shown.whole
    assert shown.shapes == (
        Shape(
            number=None, table="account", kind="update", column="opened", before="9999/9/9", after="9999-99-99", rows=6
        ),
    )
    assert shown.reasons == (Reason(text="month; or day", rows=1), Reason(text="no such day", rows=1))


def test_where_no_shape_is_rare_the_manifest_gives_the_same_numbers(tmp_path: Path) -> None:
    planned = Planned(tmp_path, [dated(n, text) for n, text in enumerate(["2011/3/5"] * 6 + ["20110305"] * 5)])

    stated = review(planned.elsewhere, project=planned.project, state="", lacking=()).shapes

    assert stated == tuple(replace(shape, examples=()) for shape in planned.review().shapes)
    assert [shape.number for shape in stated] == [1, 2]


def test_the_rows_of_a_shape_cannot_be_shown_where_they_are_not(planned: Planned) -> None:
    with pytest.raises(RowsMissing):
        review(planned.elsewhere, project=planned.project, state="", lacking=(), shape=1)


def test_erased_lines_are_counted_and_have_no_shape(tmp_path: Path) -> None:
    shown = Planned(tmp_path, [*LINES[1:3], ERASED]).review()

    assert (shown.erased, [shape.rows for shape in shown.shapes]) == (1, [2])


def test_the_questions_of_a_case_have_no_shape(tmp_path: Path) -> None:
    ask = Line(SALT, "account", "ask", {"no": "1"}, {"rows": "0" * 64}, None, None, "1")
    planned = Planned(tmp_path, [LINES[1], ask.encode()])

    assert [shape.rows for shape in planned.review().shapes] == [1]


def test_what_is_lacking_is_said_by_number_and_role() -> None:
    met = Part(needed=1, roles=("leader",), have=("an",), could=())
    two = Part(needed=2, roles=("leader", "auditor"), have=(), could=("an", "bo"))
    anybody = Part(needed=2, roles=None, have=("an",), could=("bo",))

    assert lacking_of(Quorum((met, two, anybody))) == ("2 leader or auditor", "1")
