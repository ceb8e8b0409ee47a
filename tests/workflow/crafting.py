"""Crafting change sets line by line, as plans would write them, and striking from them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from hffix.model import canonical, merkle
from hffix.model.change import Cells, Line, read_lines
from hffix.model.manifest import Params
from hffix.store.changesets import ChangeSet, draft
from hffix.workflow.measure import Measure
from hffix.workflow.named import Selection
from hffix.workflow.strike import Smaller, strike
from tests.workflow.office import FIXES, Office, open_office
from tests.workflow.planning import told

SALT: Final = "0" * 32
ERASED: Final = b'"' + b"e" * 64 + b'"'
BOTH = '''"""Both tables."""
from hffix import Fix, cleaners
fix = Fix(author="li.wei", risk="low")
fix.clean("person", "opened_on", cleaners.date, at_most=10_000)
fix.clean("loan", "due_on", cleaners.date, at_most=10_000)
'''


def person(number: int, *, day: str = "2011/3/5", case: str | None = None) -> Line:
    key: Cells = {"id": {"int": str(number)}}
    return Line(SALT, "person", "update", key, {"opened_on": day, "name": "x"}, {"opened_on": "2011-03-05"}, None, case)


def loan(name: str, kind: str = "update", *, case: str | None = None) -> Line:
    cells: Cells = {"loan_no": name, "due_on": "2024/1/5", "amount": {"int": "5"}}
    images: dict[str, tuple[Cells | None, Cells | None]] = {
        "insert": (None, cells), "delete": (cells, None), "update": ({"due_on": "2024/1/5"}, {"due_on": "2024-01-05"}),
    }  # fmt: skip
    before, after = images[kind]
    return Line(SALT, "loan", kind, {"loan_no": name}, before, after, "banks.csv!2", case)


def ask(number: int, case: str) -> Line:
    return Line(SALT, "person", "ask", {"id": {"int": str(number)}}, {"rows": "0" * 64}, None, None, case)


LINES = (
    loan("new", "insert"),
    *(person(number) for number in range(1, 8)),
    person(8, day="民国99年"),
    loan("gone", "delete"),
    ask(20, "1"), person(20, case="1"), loan("L1", case="1"),
    ask(30, "2"), ask(31, "2"), loan("made", "insert", case="2"), person(30, case="2"), person(31, case="2"),
    ask(40, "4"), person(40, day="民国75年", case="4"),
)  # fmt: skip
DECLINED = (
    canonical.encode([SALT, "person", {"id": {"int": "9"}}, "no such day", None]),
    ERASED,
    canonical.encode([SALT, "loan", {"loan_no": "L9"}, "no such day", "banks.csv!7"]),
)


def craft(
    office: Office,
    lines: Sequence[Line | bytes],
    *,
    base: ChangeSet | None = None,
    keeps: Sequence[tuple[str, ...]] = (),
    params: Sequence[bytes] = (),
) -> ChangeSet:
    """Put a change set of these lines where those of the office are."""
    base = base or office.plan("9")
    measure = Measure(keeps)
    for line in lines:
        if isinstance(line, Line) and line.kind == "ask":
            measure.asks += 1
        elif isinstance(line, Line):
            measure.add(line.table, kind=line.kind, before=line.before, after=line.after)
    measure.unchanged, measure.unresolved = 100, 3
    measure.reasons["no such day"] = 3
    counts = measure.counts()
    erased = sum(isinstance(line, bytes) for line in lines)
    updates = counts.updates + erased
    counts = msgspec.structs.replace(
        counts, updates=updates, changed=counts.changed + erased, scanned=updates + counts.deletes + 103,
    )  # fmt: skip
    with draft(office.project.changesets) as begun:
        begun.add([line.encode() if isinstance(line, Line) else line for line in lines])
        begun.add_unresolved(DECLINED)
        facts = {
            name: Params(value=None, leaf=merkle.leaf(line).hex()) for name, line in zip("abc", params, strict=False)
        }
        manifest = msgspec.structs.replace(
            base.manifest, counts=counts, keeps=measure.keeps(), root=begun.sums.root, leaves=begun.sums.leaves,
            parts=begun.sums.parts, unresolved=begun.sums.unresolved,
            fix=msgspec.structs.replace(base.manifest.fix, params=facts),
        )  # fmt: skip
        described = {name: text for name, text in base.schema().items() if isinstance(text, dict)}
        return begun.finish(manifest, schema=described, params=params, approvals=office.project.approvals)


def crafting_office(folder: Path) -> Office:
    """Open an office with a fix over both tables, whose manifest a crafted change set takes."""
    return open_office(folder, fixes={**FIXES, "0009_both": BOTH})


def struck(
    office: Office,
    parent: ChangeSet,
    *,
    rows: Sequence[str] = (),
    cases: Sequence[int] = (),
    shapes: Sequence[int] = (),
    table: str | None = None,
    why: str | None = None,
    by: str | None = None,
) -> Smaller:
    selection = Selection(rows=tuple(rows), cases=tuple(cases), shapes=tuple(shapes), table=table)
    return strike(replace(office.setting(), person=by), parent, selection, why=why)


def bytes_of(change_set: ChangeSet) -> list[bytes]:
    change_set.verify()
    return [line for block in change_set.blocks() for line in block]


def keys_of(change_set: ChangeSet) -> list[tuple[str, str, object]]:
    lines = read_lines(bytes_of(change_set))
    return [(kind, table, key) for table, kind, cells in told(lines) for key in cells.values()]  # type: ignore[arg-type]


def without(*gone: int) -> list[bytes]:
    return [line.encode() for place, line in enumerate(LINES) if place not in gone]


def written(office: Office) -> set[Path]:
    """Name every file of change sets and approvals."""
    return {path for folder in (office.project.changesets, office.project.approvals) for path in folder.rglob("*")}
