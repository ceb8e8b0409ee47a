"""A review in the form that was asked for: on the page, in a file, or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import page
from hffix.reports.review_json import as_json
from hffix.reports.safe import safe

if TYPE_CHECKING:
    from pathlib import Path

    from hffix.reports.messages import Messages
    from hffix.reports.review import Review


def review_answer(review: Review, *, form: str, every_shape: bool, say: Messages, width: int) -> Answer:
    """Write a review in its form."""
    data = as_json(review)
    text = _written(review, form=form, every_shape=every_shape, say=say, width=width)
    return Answer(page=text, data=data)


def written_answer(answer: Answer, output: Path, *, say: Messages, width: int) -> Answer:
    """Say that a review's page was written to a file."""
    told = say("Wrote {file}.", file=safe(str(output)))
    after = str(answer.data["next"])
    return Answer(page=page(told, say=say, width=width, after=after), data={**answer.data, "file": str(output)})


def _written(review: Review, *, form: str, every_shape: bool, say: Messages, width: int) -> str:
    if form == "json":
        return json.dumps(as_json(review), ensure_ascii=False)
    if form == "markdown":
        from hffix.reports.review_markdown import as_markdown

        return as_markdown(review, say=say)
    from hffix.reports.review_text import as_text

    return as_text(review, say=say, width=width, every_shape=every_shape)
