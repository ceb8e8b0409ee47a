"""Audited: what writes a target leaves its events there, and does not begin where none could be left."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from hffix.changelog import install, reader, writer
from hffix.database import open_for_reading, open_for_writing
from hffix.errors import HffixError
from hffix.errors.project import StorageFailed
from hffix.errors.targets import NotAudited
from hffix.store import events as file
from hffix.store.events import Event
from hffix.workflow.event import leave_in_file, make_event
from hffix.workflow.setting import Setting

Place = Literal["target", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event and the place it was left in."""

    event: Event
    place: Place


def refuse_unaudited(setting: Setting) -> None:
    """Refuse to begin where no event could be left, neither in the project's file nor in the target."""
    try:
        file.make_ready(setting.project)
    except StorageFailed as fault:
        tried = make_event(command="", subject=None, outcome="", person="", host=setting.host)
        if not _leave_in_target(setting, tried, keep=False):
            raise NotAudited(f"no event could be left in the target, nor in a file: {fault.message}") from fault


def leave(setting: Setting, event: Event) -> Place:
    """Leave the event of a call that may have written: in the target, by its clock, else in the project's file."""
    if _leave_in_target(setting, event, keep=True):
        return "target"
    leave_in_file(setting.project, event)
    return "file"


def events(setting: Setting) -> tuple[Told, ...]:
    """List the events of both places by their time, the newest last."""
    found = [Told(event=event, place="file") for event in file.events(setting.project)]
    with open_for_reading(setting.url, folder=setting.folder) as snapshot:
        if install.exists(snapshot):
            for one in reader.events(snapshot):
                told = {field: getattr(one, field) for field in Event.__struct_fields__}
                found.append(Told(event=msgspec.convert(told, Event), place="target"))
    return tuple(sorted(found, key=lambda told: told.event.time))


def _leave_in_target(setting: Setting, event: Event, *, keep: bool) -> bool:
    """Insert an event in a transaction of its own; say whether the target took it. Without `keep`, only try."""
    try:
        with open_for_writing(setting.url, folder=setting.folder) as session:
            if not install.exists(session):
                return False
            session.begin()
            try:
                told = msgspec.structs.asdict(event) | {"time": session.now()}
                writer.add_event(session, **told)
                if keep:
                    session.commit()
            finally:
                session.rollback()
    except HffixError:
        # Whatever refuses it, the file takes it.
        return False
    return True
