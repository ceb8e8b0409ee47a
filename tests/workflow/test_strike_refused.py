"""What cannot be struck, and what cannot be struck from, is refused, and nothing is written."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hffix.errors import HffixError
from hffix.errors import changesets as errors
from hffix.errors.applying import AlreadyApplied
from hffix.errors.project import UsageError
from hffix.model import canonical
from hffix.model.change import Line
from hffix.model.manifest import Counts, Manifest
from hffix.store.changesets import ChangeSet
from tests.workflow.crafting import (
    ERASED,
    LINES,
    SALT,
    ask,
    craft,
    crafting_office,
    loan,
    person,
    struck,
    written,
)
from tests.workflow.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return crafting_office(tmp_path / "office")


@pytest.fixture
def parent(office: Office) -> ChangeSet:
    return craft(office, LINES)


REFUSED = [
    ({}, UsageError, "name what to strike"),
    ({"table": "person"}, UsageError, "name what to strike"),
    ({"table": "person", "cases": (1,)}, UsageError, "--table says where a row or a shape is"),
    ({"table": "nowhere", "rows": ("3",)}, UsageError, "no table nowhere; it has person, loan"),
    ({"rows": ("3",), "why": "x" * 2_001}, UsageError, "longer than 2,000 characters"),
    ({"rows": ("3",), "why": "\udcff"}, UsageError, "not valid UTF-8"),
    ({"rows": ("99",)}, errors.NoSuchChange, r"rows of loan \(4 by loan_no=…\), person \(12 by id=…\)"),
    ({"rows": ("3", "99")}, errors.NoSuchChange, "row 2 of those named is in no line"),
    ({"rows": ("3",), "table": "loan"}, errors.NoSuchChange, r"rows of loan \(4 by loan_no=…\)$"),
    ({"rows": ("9",)}, errors.NoSuchChange, "is an unresolved one of person"),
    ({"rows": ("no=3",)}, errors.NoSuchChange, "is in no line"),
    ({"rows": ("",)}, errors.NoSuchChange, "is in no line"),
    ({"cases": (3,)}, errors.NoSuchCase, "has no case 3; it has 3 cases, from 1 to 4"),
    ({"cases": (3, 1)}, errors.NoSuchCase, "no case 3"),
    ({"shapes": (0,)}, errors.NoSuchShape, "has the shapes 1 to"),
    ({"shapes": (1, 99)}, errors.NoSuchShape, "no shape 99"),
    ({"shapes": (1,), "table": "person"}, errors.NoSuchShape, "is one of loan, not of person"),
]


@pytest.mark.parametrize(("asked", "error", "told"), REFUSED)
def test_what_is_not_there_is_refused_by_name_and_nothing_is_written(
    office: Office, parent: ChangeSet, asked: dict[str, object], error: type[HffixError], told: str
) -> None:
    before = written(office)

    with pytest.raises(error, match=told):
        struck(office, parent, **asked)  # type: ignore[arg-type]
    assert written(office) == before


def test_a_change_set_without_cases_says_so(office: Office) -> None:
    with pytest.raises(errors.NoSuchCase, match="it has no cases"):
        struck(office, craft(office, [person(1), person(2)]), cases=(1,))


@pytest.mark.parametrize("lines", [[person(1)], [ask(1, "1"), person(1, case="1")], [person(1), loan("1", "insert")]])
def test_striking_everything_is_refused(office: Office, lines: list[Line]) -> None:
    parent = craft(office, lines)

    with pytest.raises(errors.NothingLeft) as refused:
        struck(office, parent, rows=("id=1", "loan_no=1") if len(lines) > 1 and lines[1].table == "loan" else ("1",))
    assert "Close the pull request" in refused.value.advice


def test_a_total_that_what_stays_would_not_keep_is_refused(office: Office) -> None:
    def moved(name: str, before: str, after: str) -> Line:
        return Line(SALT, "loan", "update", {"loan_no": name}, {"amount": before}, {"amount": after})

    lines = [moved("a", "5", "6"), moved("b", "2", "1"), moved("c", "1", "1.5"), moved("d", "0.5", "0")]
    parent = craft(office, lines, keeps=[("loan.amount",)])

    with pytest.raises(errors.StruckTotal, match=r"of what stays, the total of loan\.amount would change"):
        struck(office, parent, rows=("a",))
    (kept,) = struck(office, parent, rows=("a", "b")).change_set.manifest.keeps
    assert (kept.before, kept.after) == ("1.5", "1.5")


def test_a_change_set_with_erased_lines_is_refused(office: Office) -> None:
    with pytest.raises(errors.LinesErased):
        struck(office, craft(office, [person(1), ERASED, person(2)]), rows=("1",))


def test_without_its_rows_nothing_can_be_struck(office: Office, parent: ChangeSet) -> None:
    with pytest.raises(errors.RowsMissing):
        struck(office, replace(parent, folder=None), rows=("3",))


@pytest.mark.parametrize("name", ["rows-00001.jsonl.zst", "unresolved.jsonl.zst", "schema.json"])
def test_a_parent_that_is_not_what_its_manifest_states_gives_no_child(
    office: Office, parent: ChangeSet, name: str
) -> None:
    other = craft(office, [person(1), person(2)], base=office.plan("1"))
    assert parent.folder is not None
    assert other.folder is not None
    path = other.folder / name
    (parent.folder / name).write_bytes(path.read_bytes() if name != "unresolved.jsonl.zst" else b"")
    before = written(office)

    with pytest.raises(errors.RowsChanged):
        struck(office, parent, rows=("3",))
    assert written(office) == before


def test_params_that_the_manifest_does_not_state_give_no_child(office: Office) -> None:
    parent = craft(office, LINES, params=[canonical.encode([SALT, "a", "330102"])])
    assert parent.folder is not None
    (parent.folder / "params.jsonl").write_bytes(canonical.encode([SALT, "a", "330103"]) + b"\n")

    with pytest.raises(errors.RowsChanged, match="the params"):
        struck(office, parent, rows=("3",))


def test_a_manifest_that_counts_other_lines_than_it_has_gives_no_child(office: Office) -> None:
    honest = craft(office, LINES)
    parent = replace(honest, manifest=_with(honest.manifest, updates=honest.manifest.counts.updates + 1))

    with pytest.raises(errors.RowsChanged, match="does not count the lines that it has"):
        struck(office, parent, rows=("3",))


def _with(manifest: Manifest, *, updates: int) -> Manifest:
    counts: Counts = msgspec.structs.replace(manifest.counts, updates=updates)
    return msgspec.structs.replace(manifest, counts=counts)


def test_a_change_set_that_was_used_is_not_struck(office: Office) -> None:
    parent = office.approved("1")
    office.apply(parent)

    with pytest.raises(AlreadyApplied):
        struck(office, parent, rows=("3",))
