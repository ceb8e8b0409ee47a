"""What backup says of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import GOOD, LOOK, page
from hffix.reports.safe import safe
from hffix.reports.tables import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hffix.reports.messages import Messages
    from hffix.workflow.backup import PartFacts

HEADINGS = ("run", "from line", "rows", "bytes", "named by the chain")


def parts_answer(parts: Sequence[PartFacts], *, proved: bool, say: Messages, width: int) -> Answer:
    """List the parts, and say whether they were proved."""
    named = sum(part.named for part in parts)
    rows_held = sum(part.rows - part.erased for part in parts)
    facts = {"parts": len(parts), "rows": rows_held, "stray": len(parts) - named}
    if proved:
        text = "{parts:part is|parts are} proved: {rows:row|rows} come back from them as they were."
    elif facts["stray"]:
        text = "{parts:part|parts} with {rows:row|rows}; {stray} are named by no record and do not count."
    else:
        text = "{parts:part|parts} with {rows:row|rows}."
    rows = [
        (str(part.run), part.first, part.rows, part.bytes, say.word("yes" if part.named else "no")) for part in parts
    ]
    lines = [table([say.word(heading) for heading in HEADINGS], rows=rows, width=width)] if rows else []
    erased = sum(part.erased for part in parts)
    if erased:
        told = "{erased:row of it was|rows of it were} erased since and are in no part any more."
        lines.append("  " + say(told, erased=erased))
    written = page(
        say(text, **facts),
        say=say,
        width=width,
        mark=LOOK if facts["stray"] else GOOD,
        lines=lines,
        after="hffix runs" if proved else "hffix backup verify",
    )
    fields = ("run", "first", "rows", "bytes", "named", "erased")
    listed = [{name: getattr(part, name) for name in fields} for part in parts]
    return Answer(page=written, data={**facts, "ok": True, "list": listed} if proved else {**facts, "list": listed})


def restored_answer(path: Path, *, rows: int, run: int, say: Messages, width: int) -> Answer:
    """Say where the rows of a run lie."""
    text = "{rows:row|rows} of run {run}, as they were before it, are in {file}."
    verdict = say(text, rows=rows, run=str(run), file=safe(str(path)))
    after = f"hffix rollback {run}"
    data = {"run": run, "rows": rows, "file": str(path)}
    return Answer(page=page(verdict, say=say, width=width, after=after), data=data)
