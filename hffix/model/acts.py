"""Acts: what the database itself does when rows of a table are written, read from the description of the table.

The description is that of a change set's schema.json, whose digest is signed. Each engine writes its triggers in its
own words, so of their texts only the beginning is understood here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

ActKind = Literal["trigger", "rule", "action", "column", "policy"]
# PostgreSQL and SQLite write the whole statement, MariaDB begins with the moment.
_WHEN: Final = re.compile(
    r"(?:^|\s)(?P<moment>BEFORE|AFTER|INSTEAD OF)\s+(?P<events>(?:INSERT|UPDATE|DELETE|TRUNCATE)\b.*?)"
    r"(?:\s+ON\s|\s+[0-9]+\s+under\s)",
    re.DOTALL | re.IGNORECASE,
)
# SQLite may leave the moment out.
_EVENT: Final = re.compile(r"\s(?P<events>(?:INSERT|UPDATE|DELETE)\b.*?)\s+ON\s", re.DOTALL | re.IGNORECASE)
_RULE: Final = re.compile(r'rule CREATE RULE (?P<name>"(?:[^"]|"")+"|\S+) AS\s+ON (?P<event>\w+)', re.IGNORECASE)
_ACTION: Final = re.compile(r"(?P<child>.+\)) -> .+ on update (?P<update>[A-Z ]+) on delete (?P<delete>[A-Z ]+)")
_ACTING: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})
_ON_UPDATE: Final = "on update "
_DISABLED: Final = "D "


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that the database does by itself: its table, its name, when it comes, and its whole text."""

    table: str
    kind: ActKind
    name: str
    when: str
    text: str


def acts_of(table: str, described: Mapping[str, object]) -> tuple[Act, ...]:
    """List what acts on a table, as far as its description tells."""
    return (
        *_triggers(table, described.get("triggers")),
        *_rules(table, described.get("options")),
        *_actions(table, described.get("referred_by")),
        *_columns(table, described),
    )


def _triggers(table: str, found: object) -> Iterator[Act]:
    for name, text in sorted(found.items()) if isinstance(found, Mapping) else ():
        yield Act(table=table, kind="trigger", name=str(name), when=_when(str(text)), text=str(text))


def _when(text: str) -> str:
    if text.startswith(_DISABLED):
        return "disabled"
    if match := _WHEN.search(text):
        return " ".join(f"{match['moment']} {match['events']}".split()).upper()
    # What stands before the event is the trigger's name, which may be any word.
    match = _EVENT.search(text.partition("\n")[0])
    return " ".join(f"BEFORE {match['events']}".split()).upper() if match else ""


def _rules(table: str, found: object) -> Iterator[Act]:
    for option in map(str, found) if isinstance(found, list | tuple) else ():
        if match := _RULE.match(option):
            name = match["name"].strip('"')
            yield Act(table=table, kind="rule", name=name, when=f"ON {match['event'].upper()}", text=option[5:])
        elif option.startswith("row-level security"):
            yield Act(table=table, kind="policy", name="", when="", text=option)


def _actions(table: str, found: object) -> Iterator[Act]:
    for link in map(str, found) if isinstance(found, list | tuple) else ():
        match = _ACTION.fullmatch(link)
        if match is None:
            continue
        acting = [f"ON {event.upper()} {match[event]}" for event in ("update", "delete") if match[event] in _ACTING]
        if acting:
            yield Act(table=table, kind="action", name=match["child"], when=", ".join(acting), text=link)


def _columns(table: str, described: Mapping[str, object]) -> Iterator[Act]:
    options, columns = described.get("options"), described.get("columns")
    for option in map(str, options) if isinstance(options, list | tuple) else ():
        if _ON_UPDATE in option and isinstance(columns, Mapping):
            fitting = [str(name) for name in columns if option.endswith(f" {name}")]
            name = max(fitting, key=len, default="")
            yield Act(table=table, kind="column", name=name, when="ON UPDATE", text=option)
