"""A review as text for a terminal: the verdict first, the exact next command last, at most 100 columns wide."""

from collections.abc import Iterator, Sequence
from typing import Final

from hffix.model.manifest import RARE_ROWS, TableCounts
from hffix.reports import statements
from hffix.reports.messages import Messages
from hffix.reports.review import Reason, Review, Shape, change_of, in_fours, minute, next_line, place_of, verdict
from hffix.reports.safe import safe
from hffix.reports.widths import GAP, aligned, cells, fold, labelled, pad

# Of a long list its two ends say most: what is rare, and what is common.
FIRST_SHAPES: Final = 15
LAST_SHAPES: Final = 5
LONGEST_REASON: Final = 600
_NUMBERS: Final = frozenset({0, 1})


def as_text(review: Review, *, say: Messages, width: int = 100, every_shape: bool = False) -> str:
    """Write a review as text of at most `width` columns; long lists of shapes are shortened unless all are wanted."""
    lines = list(_verdict(review, say=say, width=width))
    if review.chosen is not None:
        lines += _examples(review.chosen, say=say, width=width)
    elif review.only_unresolved:
        lines += _unresolved_rows(review, say=say, width=width)
    else:
        facts, ending = tuple(_facts(review, say=say)), tuple(_ending(review, say=say))
        lines += labelled(facts, width=width, others=[label for label, _ in ending])
        lines += _shapes(review, say=say, width=width, every_shape=every_shape)
        lines += labelled(ending, width=width, others=[label for label, _ in facts])
    lines.append(next_line(review, say=say))
    return "\n".join(lines)


def _verdict(review: Review, *, say: Messages, width: int) -> Iterator[str]:
    rare = review.chosen is not None and review.chosen.rows < RARE_ROWS
    mark = "!" if review.alarming or rare else "✓"
    for place, sentence in enumerate(verdict(review, say=say)):
        for at, line in enumerate(fold(sentence, width=width - 2)):
            yield f"{' ' if place or at else mark} {line}"


def _facts(review: Review, *, say: Messages) -> Iterator[tuple[str, str]]:
    manifest = review.manifest
    yield say.word("fix"), statements.fix_of(manifest, say=say)
    yield say.word("written by"), statements.source_of(manifest, say=say)
    if manifest.fix.reason:
        yield say.word("why"), safe(manifest.fix.reason, longest=LONGEST_REASON)
    yield say.word("target"), statements.target_of(manifest, say=say)
    yield say.word("planned"), planned(review, say=say)
    label = say.word("scope")
    for scope in manifest.scope:
        if review.table in {None, scope.table}:
            yield label, statements.scope_of(scope, say=say)
            for limit in statements.limits_of(scope, say=say):
                yield "", limit
            label = ""
    label = say.word("rows")
    for table in review.tables:
        yield label, rows_of(table, review.manifest.counts.tables[table], say=say)
        label = ""
    if told := cases_of(review, say=say):
        yield say.word("cases"), told
    yield from statements.cautions_of(manifest, say=say)
    yield from statements.acts_of(review.acts, table=review.table, say=say)
    yield say.word("trial"), statements.trial_of(manifest, say=say)
    if manifest.struck is not None:
        yield say.word("struck"), struck(review, say=say)


def planned(review: Review, *, say: Messages) -> str:
    """Say who planned, on which snapshot, and how many rows were looked at."""
    manifest = review.manifest
    text = "by {planner} on the snapshot of {time}; {scanned:row|rows} scanned, {unchanged} unchanged"
    counts = manifest.counts
    return say(
        text, planner=safe(manifest.planner), time=minute(manifest.snapshot), scanned=counts.scanned,
        unchanged=counts.unchanged,
    )  # fmt: skip


def struck(review: Review, *, say: Messages) -> str:
    """Say how many rows a reviewer took out, of which change set, and why."""
    found = review.manifest.struck
    if found is None:
        return ""
    # Rows that were to be inserted are not counted: they were in no table.
    text = "rows to insert, by {person}, from {parent}"
    if found.count:
        text = "{count:row|rows} by {person}, from {parent}"
    parent = safe((review.manifest.parent or "–")[:12])
    told = say(text, count=found.count, person=safe(found.by), parent=parent)
    return told if found.why is None else say("{told}: {why}", told=told, why=safe(found.why, longest=LONGEST_REASON))


def cases_of(review: Review, *, say: Messages) -> str:
    """Say how many cases there are, where that is known, and how many questions they ask; nothing where none is."""
    asks, parts = review.manifest.counts.asks, []
    if review.cases:
        parts.append(say("{cases:case|cases}, each written whole or not at all", cases=review.cases))
    if asks:
        parts.append(say("{asks:question|questions}, asked again before a case is written", asks=asks))
    return say.word("; ").join(parts)


def rows_of(table: str, counts: TableCounts, *, say: Messages) -> str:
    """Say how many rows of a table and cells of its columns change."""
    text = "{table}: {updates} updated, {inserts} inserted, {deletes} deleted"
    said = say(text, table=safe(table), updates=counts.updates, inserts=counts.inserts, deletes=counts.deletes)
    columns = say.word(", ").join(f"{safe(column)} {cells_:,}" for column, cells_ in counts.columns.items())
    return say("{said} ({columns})", said=said, columns=columns) if columns else said


def _shapes(review: Review, *, say: Messages, width: int, every_shape: bool) -> Iterator[str]:
    shapes, rare = review.shapes, 0 if review.whole else review.manifest.counts.rare
    if not shapes and not rare:
        return
    yield f"  {say('shapes: {shapes}, the rarest first', shapes=len(shapes))}"
    if rare:
        text = "{rare:row|rows} of rare shapes cannot be shown: the rows of this change set are not here."
        yield from (f"    {line}" for line in fold(say(text, rare=rare), width=width - 4))
    hidden = 0 if every_shape else len(shapes) - FIRST_SHAPES - LAST_SHAPES
    if hidden > 0:
        lines = _shape_lines([*shapes[:FIRST_SHAPES], *shapes[-LAST_SHAPES:]], say=say, width=width)
        yield from lines[:FIRST_SHAPES]
        yield f"    {say('… {hidden} more between: hffix show {id} --shapes', hidden=hidden, id=review.id)}"
        yield from lines[FIRST_SHAPES:]
    elif shapes:
        yield from _shape_lines(shapes, say=say, width=width)


def _shape_lines(shapes: Sequence[Shape], *, say: Messages, width: int) -> list[str]:
    several = len({(shape.table, shape.column) for shape in shapes}) > 1
    rows: list[tuple[str, ...]] = []
    for shape in shapes:
        update = shape.kind == "update"
        rows.append(
            (
                "–" if shape.number is None else str(shape.number),
                f"{shape.rows:,}",
                _place(shape, shapes) if several else "",
                safe(shape.before or "") if update else change_of(shape, say=say),
                f"→ {safe(shape.after or '')}" if update else "",
                _example(shape),
            )
        )
    first, *others = aligned(rows, width=width, numbers=_NUMBERS)
    marked = f"{first}{' ' * GAP}{say.word('← look at these')}"
    return [marked if shapes[0].rows < RARE_ROWS and cells(marked) <= width else first, *others]


def _place(shape: Shape, shapes: Sequence[Shape]) -> str:
    """Name a shape's column, with its table only where another table has a column of that name."""
    tables = {other.table for other in shapes if other.column == shape.column}
    return safe(shape.column) if shape.column and len(tables) == 1 else place_of(shape)


def _example(shape: Shape) -> str:
    if not shape.examples:
        return ""
    first = shape.examples[0]
    if first.before is None or first.after is None:
        return first.key
    return f"{first.before} → {first.after}"


def _examples(shape: Shape, *, say: Messages, width: int) -> list[str]:
    texts = [
        example.key if example.before is None else f"{example.key}   {example.before} → {example.after}"
        for example in shape.examples
    ]
    lines = _in_columns(texts, width=width)
    hidden = shape.rows - len(shape.examples)
    return [*lines, f"  {say('… and {hidden} more', hidden=hidden)}"] if hidden else lines


def _in_columns(texts: Sequence[str], *, width: int) -> list[str]:
    """Write texts side by side where two or more of them fit in one line."""
    if not texts:
        return []
    widest = max(map(cells, texts))
    if (count := (width - 2 + GAP) // (widest + GAP)) < 2:
        return aligned([(text,) for text in texts], width=width)
    rows = [texts[place : place + count] for place in range(0, len(texts), count)]
    between = " " * GAP
    return ["  " + between.join(pad(text, width=widest) for text in row).rstrip() for row in rows]


def _unresolved_rows(review: Review, *, say: Messages, width: int) -> Iterator[str]:
    for reason in review.reasons:
        yield from (f"  {line}" for line in fold(_reason(reason, say=say), width=width - 2))
        tables = {table for table, _ in reason.examples}
        texts = [key if len(tables) == 1 else f"{safe(table)} {key}" for table, key in reason.examples]
        yield from (f"  {line}" for line in _in_columns(texts, width=width - 2))


def _ending(review: Review, *, say: Messages) -> Iterator[tuple[str, str]]:
    if review.reasons:
        yield say.word("unresolved"), "   ".join(_reason(reason, say=say) for reason in review.reasons)
    yield say.word("digest"), in_fours(review.digest)


def _reason(reason: Reason, *, say: Messages) -> str:
    return say("{rows} {reason}", rows=reason.rows, reason=say.word(safe(reason.text)))
