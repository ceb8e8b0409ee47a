"""A review as Markdown for a pull request's comment: nothing in it acts, and what had to be cut is named."""

from collections.abc import Iterable, Iterator
from typing import Final

from hffix.model.manifest import RARE_ROWS
from hffix.reports import statements
from hffix.reports.messages import Messages
from hffix.reports.review import Review, Shape, in_fours, next_line, place_of, verdict
from hffix.reports.review_text import LONGEST_REASON, cases_of, planned, struck
from hffix.reports.safe import markdown_code, markdown_text

# GitHub takes 65,536 characters; each section may fill the comment up to its own mark, so that later ones have room.
LONGEST: Final = 60_000
# In thousandths of the whole.
_UNTIL: Final = {"facts": 200, "rows": 300, "shapes": 766, "unresolved": 966}
_COUNTS: Final = ("table", "updated", "inserted", "deleted", "columns")
_SHAPES: Final = ("shape", "rows", "place", "before", "after", "examples")
_REASONS: Final = ("unresolved", "reason", "rows for example")


def as_markdown(review: Review, *, say: Messages, longest: int = LONGEST, proposed: bool = False) -> str:
    """Write a review as a comment of fewer than 60,000 characters, or as a part of one that proposes several."""
    comment = _Comment(say)
    until = {part: longest * thousandths // 1000 for part, thousandths in _UNTIL.items()}
    for number, sentence in enumerate(verdict(review, say=say)):
        mark = ("! " if review.alarming else "✓ ") if number == 0 else ""
        comment.line(f"**{mark}{markdown_text(sentence, longest=400)}**" if mark else markdown_text(sentence))
        comment.line("")
    comment.table(("", ""), rows=_facts(review, say=say), until=until["facts"], what="facts")
    comment.table(_COUNTS, rows=_counts(review), until=until["rows"], what="tables", numbers={1, 2, 3})
    comment.table(_SHAPES, rows=_shapes(review, say=say), until=until["shapes"], what="shapes", numbers={0, 1})
    comment.table(_REASONS, rows=_reasons(review, say=say), until=until["unresolved"], what="reasons", numbers={0})
    if not proposed:
        comment.line(f"{say.word('digest')} `{in_fours(review.digest)}`")
        comment.line("")
        comment.line(next_line(review, say=say, quote="`"))
    return comment.text()


class _Comment:
    """Lines of Markdown, and how much room is left for more."""

    def __init__(self, say: Messages) -> None:
        self._say = say
        self._lines: list[str] = []
        self._size = 0

    def line(self, text: str) -> None:
        self._lines.append(text)
        self._size += len(text) + 1

    def table(
        self,
        headings: tuple[str, ...],
        *,
        rows: Iterable[tuple[str, ...]],
        until: int,
        what: str,
        numbers: Iterable[int] = (),
    ) -> None:
        """Write a table whose cells are Markdown already; cut it where it would pass the mark, and say so."""
        listed = list(rows)
        if not listed:
            return
        right = frozenset(numbers)
        self._row(map(self._say.word, headings))
        self._row("--:" if column in right else "---" for column in range(len(headings)))
        for place, row in enumerate(listed):
            if self._size + sum(map(len, row)) + 3 * len(row) > until:
                self._cut(len(listed) - place, what)
                break
            self._row(row)
        self.line("")

    def _row(self, cells: Iterable[str]) -> None:
        self.line(f"| {' | '.join(cells)} |")

    def _cut(self, count: int, what: str) -> None:
        self.line("")
        self.line(self._say("{count} more {what} had no room here.", count=count, what=self._say.word(what)))

    def text(self) -> str:
        return "\n".join(self._lines)


def _facts(review: Review, *, say: Messages) -> Iterator[tuple[str, str]]:
    manifest = review.manifest
    pairs = [
        (say.word("fix"), statements.fix_of(manifest, say=say)),
        (say.word("written by"), statements.source_of(manifest, say=say)),
        (say.word("why"), manifest.fix.reason),
        (say.word("target"), statements.target_of(manifest, say=say)),
        (say.word("planned"), planned(review, say=say)),
        (say.word("cases"), cases_of(review, say=say)),
        (say.word("trial"), statements.trial_of(manifest, say=say)),
        (say.word("struck"), struck(review, say=say)),
        *statements.cautions_of(manifest, say=say),
        *statements.acts_of(review.acts, table=review.table, say=say),
    ]
    for scope in manifest.scope:
        if review.table in {None, scope.table}:
            limits = statements.limits_of(scope, say=say)
            pairs.append((say.word("scope"), say.word("; ").join((statements.scope_of(scope, say=say), *limits))))
    return ((label, markdown_text(text, longest=LONGEST_REASON)) for label, text in pairs if text)


def _counts(review: Review) -> Iterator[tuple[str, ...]]:
    for table in review.tables:
        counts = review.manifest.counts.tables[table]
        columns = (f"{markdown_code(column)} {cells:,}" for column, cells in counts.columns.items())
        numbers = (f"{counts.updates:,}", f"{counts.inserts:,}", f"{counts.deletes:,}")
        yield markdown_code(table), *numbers, "<br>".join(columns)


def _shapes(review: Review, *, say: Messages) -> Iterator[tuple[str, ...]]:
    if review.only_unresolved:
        return
    rare = 0 if review.whole else review.manifest.counts.rare
    if rare:
        text = "{rare:row|rows} of rare shapes cannot be shown: the rows of this change set are not here."
        yield "–", f"{rare:,}", "", say(text, rare=rare), "", ""
    for shape in (review.chosen,) if review.chosen else review.shapes:
        number = "–" if shape.number is None else str(shape.number)
        rows = f"**{shape.rows:,}**" if shape.rows < RARE_ROWS else f"{shape.rows:,}"
        place = markdown_code(place_of(shape))
        yield number, rows, place, *_change(shape, say=say), _examples(shape, keys=shape is review.chosen)


def _change(shape: Shape, *, say: Messages) -> tuple[str, str]:
    if shape.kind == "update":
        return markdown_code(shape.before or ""), markdown_code(shape.after or "")
    return ("", say.word("inserted")) if shape.kind == "insert" else (say.word("deleted"), "")


def _examples(shape: Shape, *, keys: bool) -> str:
    shown = []
    for example in shape.examples:
        change = "" if example.before is None else f"{example.before} → {example.after}"
        shown.append(markdown_code(f"{example.key}   {change}".rstrip() if keys or not change else change))
    return "<br>".join(shown)


def _reasons(review: Review, *, say: Messages) -> Iterator[tuple[str, str, str]]:
    for reason in review.reasons:
        keys = (markdown_code(f"{table} {key}") for table, key in reason.examples)
        yield f"{reason.rows:,}", markdown_text(say.word(reason.text)), "<br>".join(keys)
