"""A review in the form that was asked for: on the page, in a file, or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import page
from hffix.reports.review_json import as_json
from hffix.reports.safe import safe
from hffix.store.files import storing

if TYPE_CHECKING:
    from pathlib import Path

    from hffix.reports.messages import Messages
    from hffix.reports.review import Review


def review_answer(
    review: Review, *, form: str, output: Path | None, every_shape: bool, say: Messages, width: int
) -> Answer:
    """Write a review in its form, to the page or to a file."""
    data = as_json(review)
    text = _written(review, form=form, every_shape=every_shape, say=say, width=width)
    if output is None:
        return Answer(page=text, data=data)
    with storing(output):
        output.write_text(text + "\n", encoding="utf-8")
    told = say("Wrote {file}.", file=safe(str(output)))
    return Answer(page=page(told, say=say, width=width, after=str(data["next"])), data={**data, "file": str(output)})


def _written(review: Review, *, form: str, every_shape: bool, say: Messages, width: int) -> str:
    if form == "json":
        return json.dumps(as_json(review), ensure_ascii=False)
    if form == "markdown":
        from hffix.reports.review_markdown import as_markdown

        return as_markdown(review, say=say)
    from hffix.reports.review_text import as_text

    return as_text(review, say=say, width=width, every_shape=every_shape)
