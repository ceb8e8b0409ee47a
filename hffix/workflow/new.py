"""New: begin a fix, with the next free number, a script and its test."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hffix.errors.approvals import ApprovalError
from hffix.errors.project import AlreadyThere, UsageError
from hffix.model.policy_file import parse_policy
from hffix.store.approvals import current_pair
from hffix.store.changesets import all_change_sets
from hffix.store.files import write_once
from hffix.store.history import git_email
from hffix.store.projects import Project
from hffix.store.templates_fix import new_script, new_test

LAST_NUMBER: Final = 9_999
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")
_ID: Final = re.compile(r"([0-9]{4})_(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFix:
    """What was written."""

    id: str
    author: str
    script: Path
    test: Path


def new(project: Project, *, name: str, title: str, ticket: str | None = None, author: str | None = None) -> NewFix:
    """Write a script and its test under the next free number; refuse a name that another fix has."""
    if not _NAME.fullmatch(name):
        raise UsageError("a fix is named by small letters, digits and _, beginning with a letter")
    for option, text in (("--title", title), ("--ticket", ticket), ("--author", author)):
        if text is not None and not (text.strip() and text.isprintable()):
            raise UsageError(f"{option} is one line of text")
    numbers = _numbers(project)
    other = next((f"{number:04d}_{known}" for number, known in sorted(numbers) if known == name), None)
    if other is not None:
        raise AlreadyThere(f"{other} has this name already", hint="Choose another name.")
    id = f"{max((number for number, _ in numbers), default=0) + 1:04d}_{name}"  # noqa: A001 - the word for it
    if len(id.partition("_")[0]) > len(str(LAST_NUMBER)):
        raise UsageError(f"the numbers of fixes end at {LAST_NUMBER}")
    written = NewFix(
        id=id,
        author=author or _author(project),
        script=project.fixes / f"{id}.py",
        test=project.folder / "tests" / "fixes" / f"test_{id}.py",
    )
    if written.test.exists():
        raise AlreadyThere(f"{written.test.name} is there already", hint="Choose another name.")
    script, test = (path.relative_to(project.folder).as_posix() for path in (written.script, written.test))
    write_once(written.test, new_test(id=id, script=script, test=test).encode())
    write_once(
        written.script, new_script(title=title.strip(), author=written.author, ticket=ticket, test=test).encode()
    )
    return written


def _numbers(project: Project) -> set[tuple[int, str]]:
    """Give number and name of every fix that is there, or of which a change set is known."""
    ids = {path.stem for path in project.fixes.glob("*.py")}
    ids |= {change_set.manifest.fix.id for change_set in all_change_sets(project)}
    return {(int(found[1]), found[2]) for found in map(_ID.fullmatch, ids) if found}


def _author(project: Project) -> str:
    """Name the policy's person of git's e-mail, or else the e-mail itself, as the history of a script would."""
    email = git_email(project.folder)
    if email is None:
        raise UsageError("git knows no user.email here, so nobody is named as the author", hint="Give --author PERSON.")
    try:
        return parse_policy(current_pair(project).policy).person_of_email(email) or email
    except ApprovalError:
        return email
