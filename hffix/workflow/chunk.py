"""A chunk: the lines of one transaction, held against the rows as they are, and what becomes of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any, Final

import msgspec

from hffix.changelog.rows import LogColumns, log_columns
from hffix.database import Session
from hffix.errors.applying import Conflict, NotPlannedHere, ReadBackDiffers
from hffix.errors.changesets import LinesErased
from hffix.model.besides import blamed
from hffix.model.canonical import encode
from hffix.model.change import Cells, Line, read_lines
from hffix.model.formed import read_formed
from hffix.model.hashed import Hashed
from hffix.model.holders import holder_of
from hffix.model.mask import masked
from hffix.model.record import entries_root, entry_leaves
from hffix.model.run import Outcome
from hffix.model.schema import Table
from hffix.model.shape import visible_value
from hffix.model.value import encode_values, identical
from hffix.store.line_files import Text, text_of
from hffix.workflow.block import Alike, Block, Row
from hffix.workflow.found import Columns, Found, Tables, read_rows
from hffix.workflow.hashing import HERE, Hashing

Masking = Callable[[str, str], str | None]
ACTING = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})
_LINES: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Consecutive lines of a change set, from sequence number `first`.

    What is `hashed` is so for a chunk whose every line is applied; it may have to be waited for.
    """

    first: int
    lines: Block
    hashed: Callable[[], Hashed]

    @property
    def log(self) -> LogColumns:
        """What the change log will hold of the lines where every one is applied."""
        return log_columns(self.lines.parts(), first=self.first, leaves=self.hashed().told, outcome=APPLIED.outcome)

    @property
    def last(self) -> int:
        """The sequence number of the last line."""
        return self.first + len(self.lines) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one line, and what was observed beside it."""

    outcome: Outcome
    observed: list[object] | None = None


APPLIED = Verdict(outcome="applied")


def plain_lines(lines: Sequence[bytes]) -> Block:
    """Read lines none of which was erased."""
    formed = read_formed(lines)
    if formed is not None and formed.form.kind != "ask":
        return Block(formed)
    parsed = read_lines(lines)
    whole = [line for line in parsed if isinstance(line, Line)]
    if len(whole) != len(parsed):
        raise LinesErased("the change set holds lines that were erased")
    if any(line.case is None and line.kind == "ask" for line in whole):
        raise NotPlannedHere("the change set holds a question without its case")
    return Block(whole)


def read_chunk(lines: Sequence[bytes], *, first: int, hashing: Hashing = HERE) -> Chunk:
    """Read the lines of one transaction, and make ready whatever can be without the database."""
    whole = plain_lines(lines)
    # Found while the database is waited for, and not while it waits.
    _ = whole.groups
    return Chunk(first=first, lines=whole, hashed=hashing.hashed(lines, first=first))


def compare(block: Block, found: Found) -> list[Verdict]:
    """Hold what was approved against what is there, byte for byte; a question is answered elsewhere."""
    if all(_as_approved(group, found) for group in block.groups if group.kind != "ask"):
        return [APPLIED] * len(block)
    return [APPLIED if line.kind == "ask" else _verdict(line, row) for line, row in zip(block, found, strict=True)]


def _as_approved(group: Alike, found: Found) -> bool:
    if group.kind == "insert":
        return all(found.rows[place] is None for place in group.places)
    columns = found.columns(group)
    return columns is not None and all(
        column in columns and list(encode_values(columns[column])) == group.before(column) for column in group.guarded
    )


def _verdict(line: Line, row: Cells | None) -> Verdict:
    if line.before is None:
        return APPLIED if row is None else Verdict(outcome="conflict", observed=[line.salt, row])
    if row is None:
        return Verdict(outcome="conflict", observed=[line.salt, None])
    if line.before.items() <= row.items():
        return APPLIED
    return Verdict(outcome="conflict", observed=[line.salt, {column: row[column] for column in line.before}])


def key_for_eyes(table: str, key: Cells, *, mask_of: Masking) -> str:
    """Write a row key so that its row can be found; only the columns that have a mask are hidden."""
    shown = {column: masked(visible_value(value), how=mask_of(table, column)) for column, value in key.items()}
    if len(shown) == 1:
        return next(iter(shown.values()))
    return ",".join(f"{column}={value}" for column, value in shown.items())


def _edges(_table: str, _column: str) -> str:
    """Mask every column: where nobody said which of them hold personal data, each of them may."""
    return "edges"


def conflict_of(line: Line, verdict: Verdict, *, mask_of: Masking = _edges) -> str:
    """Say which row and column conflict, without a value; the key is whole where its column has no mask."""
    case = f"case {line.case}: " if line.case is not None else ""
    if line.kind == "ask":
        return f"{case}the rows of {line.table} by {', '.join(line.key)} are not those that answered its question"
    key = key_for_eyes(line.table, line.key, mask_of=mask_of)
    seen = verdict.observed[1] if verdict.observed else None
    if line.kind == "insert":
        return f"{case}{line.table} {key}: a row of that key is there"
    if not isinstance(seen, dict) or line.before is None:
        return f"{case}{line.table} {key}: the row is gone"
    columns = [column for column, value in line.before.items() if seen.get(column) != value]
    return f"{case}{line.table} {key}, column {', '.join(columns)}: changed since it was planned"


def refuse_reached(session: Session, tables: Tables, block: Block, found: Found) -> None:
    """Refuse to write what the database's own foreign-key actions would carry on to rows that are in no line."""
    if not any(link.on_update in ACTING or link.on_delete in ACTING for t in tables.values() for link in t.referred):
        return
    leaving = _leaving(tables, block)
    for place, (line, row) in enumerate(zip(block, found.rows, strict=True)):
        table = tables[line.table]
        if row is None or not _carries_on(table, line):
            continue
        for child, key in session.reached(table, rows=[row], kind=line.kind):
            first, case = leaving.get((child, key), (len(block), None))
            # Whether it did go away is read back: only of rows without a line nobody would know.
            if first > place and (first == len(block) or case != line.case):
                of = f"case {line.case}: " if line.case is not None else ""
                told = f"the {line.kind} of a row of {line.table} would reach a row of {child} that came since"
                raise Conflict(f"{of}{told}")


def _leaving(tables: Tables, block: Block) -> dict[tuple[str, Row], tuple[int, str | None]]:
    """Find the rows that lines delete, or whose referring columns they change: place and case of each such line."""
    leaving: dict[tuple[str, Row], tuple[int, str | None]] = {}
    for group in block.runs():
        table = tables[group.table]
        referring = {column for link in table.references for column in link.columns}
        if group.kind == "delete" or (group.kind == "update" and not referring.isdisjoint(group.changed)):
            for place, line, key in zip(group.places, group.lines, group.keys(table), strict=True):
                leaving[group.table, key] = place, line.case
    return leaving


def _carries_on(table: Table, line: Line) -> bool:
    """Say whether a foreign key that refers to the table acts on this change."""
    if line.kind == "delete":
        return any(link.on_delete in ACTING for link in table.referred)
    return any(link.on_update in ACTING and set(link.to_columns) & set(line.after or ()) for link in table.referred)


def backup_text(block: Block, found: Found, *, salts: Iterator[str]) -> Text:
    """Write the full rows, as they are before the write, of every update and delete."""
    texts: list[Text] = []
    placed: list[int] = []
    for group in block.groups:
        columns = found.columns(group)
        if group.kind == "insert" or columns is None:
            continue
        stored = tuple(sorted(found.tables[group.table].stored))
        rows = map(_held_in(stored), *(encode_values(columns[column]) for column in stored))
        told = zip(islice(salts, len(group)), [group.table] * len(group), group.told_keys(), rows, strict=True)
        texts.append(Text(_LINES.encode_lines(list(told)), len(group)))
        placed += group.places
    if len(texts) == 1:
        return texts[0]
    written = (line for text in texts for line in text.joined.split(b"\n")[:-1])
    return text_of([line for _, line in sorted(zip(placed, written, strict=True))])


def _held_in(columns: tuple[str, ...]) -> Callable[..., Any]:
    """Give what makes of a row's cells what holds them until they are written."""
    return holder_of(columns) or (lambda *cells: dict(zip(columns, cells, strict=True)))


def read_back(
    session: Session, tables: Tables, block: Block, before: Found, *, effects: Mapping[str, frozenset[str]]
) -> list[Verdict]:
    """Read the written rows again and compare every column; give what declared side effects made of theirs."""
    if not block:
        return []
    after = read_rows(session, tables, block)
    if not effects and all(_stands(tables[group.table], group, before, after) for group in block.groups):
        return [APPLIED] * len(block)
    verdicts: list[Verdict] = []
    for line, row, new in zip(block, before, after, strict=True):
        wanted = None if line.kind == "delete" else {**(row or {}), **(line.after or {})}
        aside = effects.get(line.table, frozenset())
        if new != wanted:
            _refuse_difference(tables[line.table], line, wanted, new, aside)
        observed = {column: new[column] for column in aside} if new is not None and aside else None
        verdicts.append(Verdict(outcome="applied", observed=[line.salt, observed]) if observed else APPLIED)
    return verdicts


def _stands(table: Table, group: Alike, before: Found, after: Found) -> bool:
    """Say whether all rows are what they should be, column by column; only the quick and usual case says yes."""
    if group.kind == "delete":
        return all(after.rows[place] is None for place in group.places)
    new, old = after.columns(group), before.columns(group)
    if new is None:
        return False
    return all(_stays(column, group, old, new) for column in table.stored)


def _stays(column: str, group: Alike, old: Columns | None, new: Columns) -> bool:
    if column in group.changed:
        return list(encode_values(new[column])) == group.after(column)
    return old is not None and identical(old[column], new[column])


def _refuse_difference(
    table: Table, line: Line, expected: Cells | None, new: Cells | None, aside: frozenset[str]
) -> None:
    if expected is None or new is None:
        told = f"a row of {line.table} is {'still' if new else 'not'} there after the {line.kind}"
        raise ReadBackDiffers(f"{told}{blamed({line.table: table}, [line.table])}")
    # What an update writes is held against the plan, whatever was declared of its column.
    free = aside - (line.after or {}).keys() if line.kind == "update" else aside
    wrong = [column for column in table.stored if column not in free and new.get(column) != expected.get(column)]
    if wrong:
        told = f"{line.table}, column {', '.join(wrong)}: the row does not hold what was approved"
        raise ReadBackDiffers(f"{told}{blamed({line.table: table}, [line.table])}")


def log_of(chunk: Chunk, verdicts: Sequence[Verdict]) -> tuple[LogColumns, str]:
    """Give what the change log holds of a chunk of which not every line is applied, and the root of its entries."""
    log = chunk.log
    outcomes, observed, observed_leaves = list(log.outcome), list(log.observed), list(log.observed_leaf)
    for place, verdict in enumerate(verdicts):
        outcomes[place] = verdict.outcome
        if verdict.observed is not None:
            told = encode(verdict.observed)
            observed[place], observed_leaves[place] = told.decode(), sha256(b"\x00" + told).hexdigest()
    log = log._replace(outcome=outcomes, observed=observed, observed_leaf=observed_leaves)
    entries = entry_leaves(log.seq, leaves=log.leaf, outcomes=outcomes, observed_leaves=observed_leaves)
    return log, entries_root(entries)
