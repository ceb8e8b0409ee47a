"""What erase finds, by place and without a value; what is signed, and what became of it."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.page import GOOD, LOOK, page
from hffix.cli.render_signed import as_facts
from hffix.reports.safe import safe
from hffix.reports.widths import fold, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hffix.reports.messages import Messages
    from hffix.workflow.erase import Erased, Erasing
    from hffix.workflow.erase_find import Found
    from hffix.workflow.erase_word import ErasureSigning, SignedErasure, Standing

MOST_REASON = 1_000


def signing_text(signing: ErasureSigning, *, say: Messages, width: int) -> str:
    """Write what somebody is about to sign."""
    statement = signing.statement
    who = f"{statement.person} {signing.name}" if signing.name else statement.person
    facts = [
        ("purpose", say.word("erase a person's data")),
        ("expires", (statement.expires or "")[:10]),
        *_places(signing.found, say=say),
    ]
    return _block(say("You are about to sign, as {who}:", who=safe(who)), facts, say=say, width=width)


def erasing_text(erasing: Erasing, *, say: Messages, width: int) -> str:
    """Write what somebody is about to erase."""
    opening = say("You are about to erase, for good, as {who}:", who=safe(erasing.operator))
    facts = [*_places(erasing.found, say=say), *_words(erasing.standing)]
    return _block(opening, facts, say=say, width=width)


def signed_erasure_answer(
    signed: SignedErasure, *, named: Sequence[str], project: Path, say: Messages, width: int
) -> Answer:
    """Say that an erasure is signed, and whether more signatures are needed."""
    file, standing = str(signed.path.relative_to(project)), signed.standing
    enough = "Signed. The rows may be erased."
    missing = "Signed. More people have to sign before the rows may be erased."
    statement = signed.statement
    written = page(
        say.word(enough if standing.quorum else missing),
        say=say,
        width=width,
        facts=list(_words(standing)),
        lines=["  " + say("{file} + .sig", file=safe(file))],
        after=_command(named) if standing.quorum else f"{_command(named)} --sign",
    )
    data = {
        "person": statement.person,
        "purpose": statement.purpose,
        "signed": statement.signed,
        "expires": statement.expires,
        "statement": file,
        **_data(signed.found, standing),
    }
    return Answer(page=written, data=data)


def erased_answer(done: Erased, *, say: Messages, width: int) -> Answer:
    """Say what was erased, or found, or is missing."""
    facts = list(_places(done.found, say=say))
    if done.standing is not None and done.record is None:
        facts += _words(done.standing)
    if done.receipt:
        facts.append(("receipt", done.receipt))
    calm = done.problem is None and not done.found.unsearched and not done.found.by_hand
    written = page(
        _verdict(done, say=say),
        say=say,
        width=width,
        mark=GOOD if calm else LOOK,
        facts=facts,
        after=None if done.problem else "hffix verify",
    )
    data = {
        **_data(done.found, done.standing),
        "record": done.record,
        "erased": {"log": done.rows, "files": done.lines},
        "finished": done.finished,
        "head": done.head,
        "receipt": done.receipt,
    }
    return Answer(page=written, data=data, problem=done.problem)


def _verdict(done: Erased, *, say: Messages) -> str:
    facts = {"rows": done.rows, "lines": done.lines, "record": str(done.record)}
    if done.record is not None:
        text = "Erased: {rows:line|lines} of the change log and {lines:line|lines} of files here, by record {record}."
    elif done.finished:
        text = "Finished: {lines:line|lines} of an earlier erasure are gone from the files here."
    elif done.found.leaves:
        text = "{lines:line holds|lines hold} these rows; nothing is erased yet."
        facts["lines"] = len(done.found.leaves)
    else:
        text = "No line holds these rows; there is nothing to erase."
    return say(text, **facts)


def _places(found: Found, *, say: Messages) -> Iterator[tuple[str, str]]:
    """Count what was found, place by place, and name what was not looked into."""
    tables = Counter(found.tables)
    if tables:
        yield "rows named", safe(", ".join(f"{table} ({rows})" for table, rows in tables.items()))
    for label, text in _counted(found, say=say):
        yield label, safe(text)
    if found.related:
        yield "tables that refer to them", safe(", ".join(found.related))
    label = "cannot be applied any more"
    for change_set in found.spoiled:
        yield label, change_set
        label = ""
    for label, names in (("not looked into", found.unsearched), ("to be seen to by hand", found.by_hand)):
        for name in names:
            yield label, safe(name, longest=MOST_REASON)
            label = ""


def _counted(found: Found, *, say: Messages) -> Iterator[tuple[str, str]]:
    label = "change log"
    for run, lines in _by_run(found).items():
        yield label, say("run {run}: {lines:line|lines}", run=str(run), lines=lines)
        label = ""
    for wanted, label, text in _KINDS:
        for file in found.files:
            if file.kind == wanted:
                yield label, say(text, owner=file.owner, lines=len(file.leaves), file=file.path.name)
                label = ""


_KINDS = (
    ("changes", "change sets", "{owner}, {file}: {lines:line|lines}"),
    ("unresolved", "left to people", "{owner}: {lines:row|rows}"),
    ("backup", "backups", "run {owner}, {file}: {lines:row|rows}"),
)


def _by_run(found: Found) -> dict[int, int]:
    return dict(Counter(line.run for line in found.logged))


def _words(standing: Standing) -> Iterator[tuple[str, str]]:
    label = "signatures"
    for part in standing.quorum.parts:
        yield label, safe(str(part), longest=MOST_REASON)
        label = ""
    label = "do not count"
    for one in standing.ignored:
        yield label, safe(f"{one.file}: {one.objection}", longest=MOST_REASON)
        label = ""


def _data(found: Found, standing: Standing | None) -> dict[str, object]:
    return {
        "rows": dict(Counter(found.tables)),
        "lines": len(found.leaves),
        "log": [{"run": run, "lines": lines} for run, lines in _by_run(found).items()],
        "files": [
            {"file": file.path.name, "kind": file.kind, "of": file.owner, "lines": len(file.leaves)}
            for file in found.files
        ],
        "waiting": found.waiting,
        "not_searched": list(found.unsearched),
        "by_hand": list(found.by_hand),
        "spoiled": list(found.spoiled),
        "related": list(found.related),
        "approved": bool(standing and standing.quorum),
        "approvals": [str(part) for part in standing.quorum.parts] if standing else [],
        "ignored": [as_facts(one) for one in standing.ignored] if standing else [],
    }


def _command(named: Sequence[str]) -> str:
    return f"hffix erase {shlex.join(named)}"


def _block(opening: str, facts: Sequence[tuple[str, str]], *, say: Messages, width: int) -> str:
    told = labelled([(say.word(label), text) for label, text in facts], width=width)
    return "\n".join([*fold(opening, width=width), *told])
