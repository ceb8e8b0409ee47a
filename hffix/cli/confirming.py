"""What somebody signs of a database's place, shown before it is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hffix.errors.project import NotAnswered
from hffix.reports.safe import safe
from hffix.reports.widths import fold, labelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hffix.cli.call import Call
    from hffix.workflow.elsewhere import PlaceSigning


def confirm_place(call: Call, signing: PlaceSigning) -> None:
    """Show the place that is about to be signed, and ask for the purpose's name unless nothing may be asked."""
    say, statement = call.say, signing.statement
    who = f"{statement.person} {safe(signing.name)}" if signing.name else statement.person
    facts = [
        ("purpose", say.word(_MEANT[statement.purpose])),
        ("lineage", statement.lineage or ""),
        ("until now", _place(signing.before)),
        ("from now on", _place(signing.place)),
        ("key", statement.key),
    ]
    opening = fold(say("You are about to sign, as {who}:", who=who), width=call.width)
    lines = labelled([(say.word(label), text) for label, text in facts], width=call.width)
    call.tell("\n".join([*opening, *lines]))
    if call.no_input:
        return
    if call.ask(say("Type {word} to sign:", word=statement.purpose)) != statement.purpose:
        raise NotAnswered("the answer was another word; nothing was signed", hint="Run the command again.")


def _place(place: Mapping[str, str]) -> str:
    """Name where a database stands, the same for every engine."""
    return safe(", ".join(f"{name} {value}" for name, value in sorted(place.items())), longest=1_000)


_MEANT = {
    "move": "the database was moved: its lineage goes on at the new place",
    "copy": "the database is a copy, or was restored: a lineage of its own begins",
}
