"""Offices whose target is an engine's database."""

from collections.abc import Mapping
from pathlib import Path

from hffix.store.projects import init_project
from tests.conformance.engine import Database
from tests.workflow.office import PEOPLE, POLICY, Office, key_of, signers

PROJECT = 'default = "main"\n[targets.main]\nurl = "${TARGET}"\n'


def open_office(database: Database, folder: Path, *, fixes: Mapping[str, str]) -> Office:
    """Make a project whose database stands as it is, and found its lineage."""
    folder.mkdir()
    (folder / "hffix.toml").write_text(PROJECT)
    init_project(folder)
    (folder / "keys").mkdir()
    for person in PEOPLE:
        path = folder / "keys" / person
        path.touch(mode=0o600)
        path.write_bytes(key_of(person)[0])
    (folder / "approvals" / "policy.toml").write_text(POLICY)
    (folder / "approvals" / "allowed_signers").write_text(signers())
    office = Office(folder, {"TARGET": seen_from(folder, database)})
    for name, text in fixes.items():
        office.write_fix(name, text)
    office.init_target()
    return office


def seen_from(folder: Path, database: Database) -> str:
    """Give a database's url as it is written in another folder: that of a file is relative."""
    scheme, _, path = database.url.partition(":///")
    return f"{scheme}:///{database.folder / path}" if scheme == "sqlite" else database.url
