"""What strike says of the smaller change set that it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hffix.cli.answer import Answer
from hffix.cli.page import page
from hffix.cli.render_plan import plan_data
from hffix.reports.review import in_fours
from hffix.reports.review_text import rows_of
from hffix.reports.safe import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hffix.reports.messages import Messages
    from hffix.workflow.strike import Smaller


def struck_answer(smaller: Smaller, *, say: Messages, width: int) -> Answer:
    """Say what was struck, of what, and what is left."""
    change_set, manifest = smaller.change_set, smaller.change_set.manifest
    left = manifest.counts.changed
    text = "{rows:row|rows} struck from {parent}. New change set {id}: {changed:row|rows}."
    written = page(
        say(text, rows=smaller.struck.changed, parent=smaller.parent.id, id=change_set.id, changed=left),
        say=say,
        width=width,
        facts=_facts(smaller, say=say),
        after=f"{say.word('git push, open the pull request, then')}  hffix show {change_set.id} --format markdown",
    )
    data = plan_data(change_set) | {
        "parent": smaller.parent.digest,
        "struck": msgspec.to_builtins(manifest.struck),
        "taken": {
            "tables": msgspec.to_builtins(smaller.struck.tables),
            "cases": smaller.cases,
            "along": smaller.along,
            "asks": smaller.struck.asks,
        },
    }
    return Answer(page=written, data=data)


def _facts(smaller: Smaller, *, say: Messages) -> Iterator[tuple[str, str]]:
    manifest, parent = smaller.change_set.manifest, smaller.parent.manifest
    nothing = say("nothing in {target} was written", target=safe(manifest.target.name))
    yield "change set", f"{smaller.change_set.id}   {nothing}"
    label = "struck"
    for table, counts in smaller.struck.tables.items():
        yield label, rows_of(table, counts, say=say)
        label = ""
    if smaller.cases:
        text = "{cases:case|cases} whole, with {asks:question|questions}"
        yield "cases", say(text, cases=smaller.cases, asks=smaller.struck.asks)
    if smaller.along:
        yield "", say("{along:row|rows} that nobody named went along with their case", along=smaller.along)
    if manifest.struck is not None:
        yield "by", safe(manifest.struck.by)
        if manifest.struck.why is not None:
            yield "why", safe(manifest.struck.why, longest=600)
        if parent.struck is not None:
            text = "{count:scanned row|scanned rows} since the plan, with what was struck before"
            yield "in all", say(text, count=manifest.struck.count)
    yield "approvals", say("those of {parent} do not count for it, nor does a trial", parent=smaller.parent.id)
    yield "digest", in_fours(smaller.change_set.digest)
