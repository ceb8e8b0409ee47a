"""Change sets of cases, made line by line: members of one ID are merged, with their accounts, each pair in a case.

Member 2k is merged into member 2k - 1: the account of the first takes the balance of the second's, which passes over
to him, and the second member goes. Each case asks who has the ID, and what accounts either of the two has.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from hffix.changelog import reader
from hffix.database import Snapshot, open_for_reading
from hffix.model.change import SEED_BYTES, Cells, Line, canonical_rows, salt_of
from hffix.model.manifest import FORMAT, FixFacts, Manifest, Place, Reverts, TargetFacts
from hffix.model.question import answered, columns_asked
from hffix.model.scope import Scope, ScopeKind
from hffix.model.value import Raw, encode_value
from hffix.store.changesets import ChangeSet, draft
from hffix.workflow.measure import Measure
from hffix.workflow.past import read_chain
from tests.workflow.office import Office, open_office

TABLES = """
CREATE TABLE member (no INTEGER PRIMARY KEY NOT NULL, id TEXT, name TEXT);
CREATE TABLE account (
    no TEXT PRIMARY KEY NOT NULL, member INTEGER NOT NULL REFERENCES member (no), balance NUMERIC, note TEXT
);
"""
PAIRS = 3
READS = {"member": ("no", "id", "name"), "account": ("no", "member", "balance")}
BALANCE = ("account.balance",)
LINES = 6  # of one case: three questions, two accounts, one member


def open_merging(folder: Path, *, pairs: int = PAIRS, more: str = "", journal: str = "wal") -> Office:
    """Make an office with members to merge."""
    office = open_office(folder / "office", fixes={}, journal=journal)
    members = [f"({n}, 'id-{(n + 1) // 2}', '张三')" for n in range(1, 2 * pairs + 1)]
    accounts = [f"('a{n}', {n}, {n}0.5, 'n')" for n in range(1, 2 * pairs + 1)]
    office.run_script(
        f"{TABLES} INSERT INTO member VALUES {', '.join(members)}; INSERT INTO account VALUES {', '.join(accounts)};"
        f"{more}"
    )
    return office


def merge(
    office: Office,
    *,
    pairs: int = PAIRS,
    on_conflict: Literal["stop", "skip"] = "stop",
    before: Sequence[Line] = (),
    keeps: Sequence[tuple[str, ...]] = (BALANCE,),
) -> ChangeSet:
    """Draft the cases of all pairs, behind lines without a case."""
    with open_for_reading(office.setting().url, folder=office.folder) as snapshot:
        lines = [*before, *(line for case in range(1, pairs + 1) for line in case_lines(snapshot, case))]
    return craft(office, lines, on_conflict=on_conflict, keeps=keeps)


def case_lines(snapshot: Snapshot, case: int) -> Iterator[Line]:
    """Give the lines of one merge, from the rows as they are now."""
    keep, other, name = 2 * case - 1, 2 * case, str(case)
    yield ask(snapshot, "member", name, id=f"id-{case}")
    yield ask(snapshot, "account", name, member=keep)
    yield ask(snapshot, "account", name, member=other)
    held = {n: encode_value(n * 10 + 0.5) for n in (keep, other)}
    total = encode_value(keep * 10 + other * 10 + 1)
    moved: Cells = {"balance": encode_value(0), "member": encode_value(keep)}
    was: Cells = {"balance": held[other], "member": encode_value(other)}
    yield line("account", "update", {"no": f"a{keep}"}, {"balance": held[keep]}, {"balance": total}, name)
    yield line("account", "update", {"no": f"a{other}"}, was, moved, name)
    gone: Cells = {"no": encode_value(other), "id": f"id-{case}", "name": "张三"}
    yield line("member", "delete", {"no": encode_value(other)}, gone, None, name)


def ask(
    snapshot: Snapshot, table: str, case: str, *, reads: Mapping[str, tuple[str, ...]] = READS, **equal: Raw
) -> Line:
    """Ask a question of the rows as they are now."""
    described = snapshot.table(table)
    (found,) = snapshot.answers(described, columns=tuple(equal), asked=[tuple(equal.values())])
    read = columns_asked(scopes(reads), described)
    told = answered(described, read, canonical_rows(described.names, found))
    return line(table, "ask", {n: encode_value(v) for n, v in equal.items()}, {"rows": told}, None, case)


SEED = secrets.token_bytes(SEED_BYTES)


def line(table: str, kind: str, key: Cells, before: Cells | None, after: Cells | None, case: str | None = None) -> Line:
    return Line(salt_of(table, kind=kind, key=key, case=case, seed=SEED), table, kind, key, before, after, None, case)


def scopes(reads: Mapping[str, tuple[str, ...]]) -> tuple[Scope, ...]:
    return tuple(_scope(table, "cases", columns) for table, columns in reads.items()) + tuple(
        _scope(table, "rows", columns) for table, columns in reads.items()
    )


def _scope(table: str, kind: ScopeKind, reads: tuple[str, ...]) -> Scope:
    return Scope(
        table=table,
        kind=kind,
        reads=reads,
        writes=(),
        where=None,
        unguarded=(),
        to_null=False,
        at_most=1_000_000,
        function=None,
    )


def craft(
    office: Office,
    lines: Sequence[Line],
    *,
    on_conflict: Literal["stop", "skip"] = "stop",
    keeps: Sequence[tuple[str, ...]] = (),
    reads: Mapping[str, tuple[str, ...]] = READS,
    reverts: Reverts | None = None,
) -> ChangeSet:
    """Make a change set of any lines, whole and consistent by itself."""
    measure = Measure(())
    kept = Measure(keeps)
    for one in lines:
        if one.kind == "ask":
            measure.asks += 1
            continue
        measure.scanned += one.kind != "insert"
        for told in (measure, kept):
            told.add(one.table, kind=one.kind, before=one.before, after=one.after)
    with (
        open_for_reading(office.setting().url, folder=office.folder) as snapshot,
        draft(office.project.changesets) as begun,
    ):
        begun.add([one.encode() for one in lines])
        head, sums, tables = reader.read_head(snapshot), begun.sums, {name: snapshot.table(name) for name in reads}
        manifest = Manifest(
            format=FORMAT,
            fix=FixFacts(
                id="0042_merge",
                title="One member an ID.",
                reason="",
                author="li.wei",
                authors=("li.wei",),
                commit=None,
                ticket=None,
                risk="low",
                files={},
                on_conflict=on_conflict,
                params={},
                after=(),
            ),
            target=TargetFacts(name="main", lineage=read_chain(snapshot).found.lineage, dialect="sqlite"),
            chain=Place(number=head.number, head=head.head),
            schema={name: table.digest for name, table in tables.items()},
            scope=scopes(reads),
            side_effects=(),
            requires=(),
            ensures=(),
            snapshot=snapshot.now(),
            counts=measure.counts(),
            keeps=kept.keeps(),
            lookups={},
            root=sums.root,
            leaves=sums.leaves,
            parts=sums.parts,
            unresolved=sums.unresolved,
            irreversible=None,
            trial=None,
            struck=None,
            parent=None,
            reverts=reverts,
            planner="li.wei",
            versions={},
        )
        described = {name: table.describe() for name, table in tables.items()}
        return begun.finish(manifest, schema=described, approvals=office.project.approvals)
