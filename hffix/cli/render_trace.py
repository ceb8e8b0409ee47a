"""The life of a row: value by value, the rule, the word and the hand; personal data under its mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import GOOD, LOOK, page
from hffix.errors.evidence import VerificationFailed
from hffix.model.mask import masked
from hffix.model.shape import visible_value
from hffix.reports.safe import safe
from hffix.reports.widths import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hffix.model.value import Canonical
    from hffix.reports.messages import Messages
    from hffix.store.projects import Project
    from hffix.workflow.trace import Traced, TracedChange, Word

MOST_PLACES = 5


def traced_answer(traced: Traced, *, project: Project | None, say: Messages, width: int) -> Answer:
    """Tell what was done to a row; without a project nothing is masked."""
    told = _Masked(traced.table, project)
    lines = [f"  {safe(say.word(fault), longest=1000)}" for fault in traced.faults]
    lines += [line for change in traced.changes for line in _lines(change, told, say=say, width=width)]
    lines += labelled([(say.word(label), text) for label, text in _erased(traced, say=say)], width=width)
    after = f"hffix verify {traced.changes[-1].run}" if traced.changes else "hffix runs"
    data = {
        "table": traced.table,
        "row": traced.row,
        "live": traced.live,
        "faults": list(traced.faults),
        "changes": [_data(change, told) for change in traced.changes],
        "erased": [
            {
                "record": one.record,
                "time": one.time,
                "lines": [{"run": run, "seq": seq} for run, seq in one.lines],
                "signers": _signers(one.signers),
            }
            for one in traced.erased
        ],
    }
    mark = LOOK if traced.faults or not traced.changes else GOOD
    written = page(_verdict(traced, say=say), say=say, width=width, mark=mark, lines=lines, after=after)
    failed = VerificationFailed("; ".join(traced.faults)) if traced.faults else None
    return Answer(page=written, data=data, problem=failed)


def _verdict(traced: Traced, *, say: Messages) -> str:
    if not traced.changes:
        text = "{table} {row}: the change log holds no change of it; changes to rows of {table} were erased."
        return say(text, table=safe(traced.table), row=safe(traced.row))
    conflicts = sum(change.outcome == "conflict" for change in traced.changes)
    if not conflicts:
        text = "{table} {row}: {count:change|changes} by hffix; live: {live}."
    elif conflicts == len(traced.changes):
        text = "{table} {row}: {conflicts:conflict|conflicts}, never written."
        if traced.live != "never written":
            text = "{table} {row}: {conflicts:conflict|conflicts}; live: {live}."
    else:
        text = "{table} {row}: {count:change|changes} by hffix, {conflicts:conflict|conflicts}; live: {live}."
    return say(
        text, table=safe(traced.table), row=safe(traced.row), count=len(traced.changes) - conflicts,
        conflicts=conflicts, live=say.word(traced.live),
    )  # fmt: skip


class _Masked:
    """The values of one table as they may be shown."""

    def __init__(self, table: str, project: Project | None) -> None:
        self._table = table
        self._project = project

    def text(self, column: str, value: Canonical) -> str:
        how = self._project.mask_of(self._table, column) if self._project and value else None
        return masked(visible_value(value), how=how)

    def value(self, column: str, value: Canonical) -> Canonical:
        """Give the value itself, for a program, where nothing hides it."""
        hidden = self._project is not None and value and self._project.is_sensitive(self._table, column)
        return self.text(column, value) if hidden else value


def _lines(change: TracedChange, told: _Masked, *, say: Messages, width: int) -> Iterator[str]:
    for column, before, after in change.cells:
        yield f"  {safe(column)}   {told.text(column, before)} → {told.text(column, after)}"
    if change.outcome == "conflict":
        for column, value in change.observed or ():
            yield say("  {column}   found: {value}", column=safe(column), value=told.text(column, value))
        if change.only_by_case:
            yield say("  as planned; another line of its case was not")
        elif change.observed is None:
            yield say("  found: no row of that key")
    yield from labelled([(say.word(label), text) for label, text in _facts(change, say=say)], width=width)


def _facts(change: TracedChange, *, say: Messages) -> Iterator[tuple[str, str]]:
    text = "run {run}, change {seq}: {kind}, {outcome}, {time}"
    yield "when", say(
        text, run=str(change.run), seq=change.seq, kind=say.word(change.kind), outcome=say.word(change.outcome),
        time=change.time,
    )  # fmt: skip
    if change.case is not None:
        yield "case", safe(change.case)
    if change.fix is not None:
        at = say(" at {commit}", commit=change.commit[:7]) if change.commit else ""
        facts = [f"fixes/{change.fix}.py{at}", change.title, change.ticket, change.author]
        yield "rule", safe(say.word(", ").join(fact for fact in facts if fact))
    label = "word"
    for person, name, signed, comment in change.signers:
        said = f': "{comment}"' if comment else ""
        who = f"{person} {name}" if name else person
        yield label, safe(say("{who} signed {id} on {time}", who=who, id=change.change_set, time=signed) + said)
        label = ""
    text = "left as found by {operator}" if change.outcome == "conflict" else "{operator} applied it"
    yield "hand", say(text, operator=safe(change.operator))
    if change.origin is not None:
        yield "origin", safe(change.origin)


def _erased(traced: Traced, *, say: Messages) -> Iterator[tuple[str, str]]:
    """Tell what the log no longer holds of the table: whose rows they were, nobody can say any more."""
    text = "{lines:change|changes} of {table}: {places}, by record {record} on {time}"
    for one in traced.erased:
        shown = [say("run {run}, change {seq}", run=str(run), seq=seq) for run, seq in one.lines[:MOST_PLACES]]
        shown += ["…"] if len(one.lines) > MOST_PLACES else []
        yield "erased", say(
            text, lines=len(one.lines), table=safe(traced.table), places=say.word(", ").join(shown),
            record=str(one.record), time=one.time,
        )  # fmt: skip
        yield from _told_by(one.signers, say=say)


def _told_by(signers: Sequence[Word], *, say: Messages) -> Iterator[tuple[str, str]]:
    label = "word"
    for person, name, signed, comment in signers:
        said = f': "{comment}"' if comment else ""
        who = f"{person} {name}" if name else person
        yield label, safe(say("{who} signed on {time}", who=who, time=signed) + said)
        label = ""


def _signers(words: Sequence[Word]) -> list[dict[str, object]]:
    return [
        {"person": person, "name": name, "signed": signed, "comment": comment}
        for person, name, signed, comment in words
    ]


def _data(change: TracedChange, told: _Masked) -> dict[str, object]:
    return {
        "run": change.run,
        "seq": change.seq,
        "time": change.time,
        "kind": change.kind,
        "outcome": change.outcome,
        "cells": [
            {"column": column, "before": told.value(column, before), "after": told.value(column, after)}
            for column, before, after in change.cells
        ],
        "observed": None
        if change.observed is None
        else [{"column": column, "value": told.value(column, value)} for column, value in change.observed],
        "change_set": change.change_set,
        "fix": change.fix,
        "title": change.title,
        "commit": change.commit,
        "ticket": change.ticket,
        "author": change.author,
        "signers": _signers(change.signers),
        "operator": change.operator,
        "origin": change.origin,
        "case": change.case,
        "only_by_case": change.only_by_case,
    }
