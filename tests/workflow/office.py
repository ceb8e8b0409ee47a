"""An office: a small real project, with its database, people who hold keys, a policy and fixes."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

from hffix.changelog import writer
from hffix.changelog.reader import StoredRecord, record_bodies
from hffix.database import Session, open_for_reading, open_for_writing
from hffix.model.policy import Purpose
from hffix.model.record import Record, read_record
from hffix.model.statement import Statement
from hffix.signing import sshsig
from hffix.store.approvals import write_statement
from hffix.store.changesets import ChangeSet, find
from hffix.store.projects import Project, find_project, init_project
from hffix.testing.people import new_key
from hffix.workflow.apply import Applied, Limits, apply
from hffix.workflow.approve import SignedStatement, approve, revoke
from hffix.workflow.approve_pair import SignedPair, approve_pair
from hffix.workflow.failpoints import failpoints
from hffix.workflow.init_target import Initialised, init_target
from hffix.workflow.plan import plan
from hffix.workflow.setting import Setting

LEADER, AUDITOR, OPERATOR, SECOND_OPERATOR, AUTHOR = "zhang.min", "chen.jie", "wang.qiang", "zhou.yan", "li.wei"
PEOPLE = (LEADER, AUDITOR, OPERATOR, SECOND_OPERATOR, AUTHOR)

NO_LIMITS = Limits()

PROJECT = """\
default = "main"
[targets.main]
url = "sqlite:///fund.db"
[columns]
"person.id_no" = "edges"
"""

POLICY = """\
valid_days = 30
[people]
"zhang.min" = { name = "张敏", roles = ["leader"] }
"chen.jie" = { name = "陈洁", roles = ["auditor"] }
"wang.qiang" = { roles = ["operator"] }
"zhou.yan" = { roles = ["operator"] }
"li.wei" = { roles = ["author"] }
[[require]]
approvals = 1
roles = ["leader"]
[[require]]
risk = ["high"]
approvals = 2
roles = ["leader", "auditor"]
"""

SCHEMA = """\
CREATE TABLE person (
    id INTEGER PRIMARY KEY NOT NULL, name TEXT, id_no VARCHAR(32), opened_on VARCHAR(40), base NUMERIC, note BLOB
);
CREATE TABLE loan (loan_no TEXT PRIMARY KEY NOT NULL, person_id INTEGER, due_on TEXT, amount NUMERIC);
"""

# Every person's day is written in an old form, but for the last one's, which does not exist; every fifth person's
# ID is in full-width digits.
PERSONS = 12
LOANS = 4
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

FIXES = {
    "0001_opened": '''\
"""Open dates as YYYY-MM-DD."""
from hffix import Fix, cleaners
fix = Fix(author="li.wei", ticket="DQ-1", risk="low")
fix.clean("person", "opened_on", cleaners.date, at_most=10_000_000)
fix.clean("person", "id_no", cleaners.text, at_most=10_000_000)
''',
    "0002_due": '''\
"""Due days as YYYY-MM-DD; loans that changed meanwhile are left."""
from hffix import Fix, cleaners
fix = Fix(author="li.wei", risk="low", on_conflict="skip")
fix.clean("loan", "due_on", cleaners.date, at_most=10_000_000)
''',
    "0003_orphans": '''\
"""Loans of nobody go."""
from hffix import Fix
fix = Fix(author="li.wei", risk="high")
fix.delete("loan", where="NOT EXISTS (SELECT 1 FROM person WHERE person.id = t.person_id)", at_most=10_000_000)
''',
    "0004_compact": '''\
"""Open dates without hyphens."""
from hffix import Fix
fix = Fix(author="li.wei", risk="low")

@fix.rows("person", writes="opened_on", at_most=10_000_000)
def compact(opened_on: str) -> str:
    """Write the day without hyphens."""
    return opened_on.replace("-", "")
''',
}


@cache
def key_of(person: str) -> tuple[bytes, str]:
    """Make a person's key once: the private file, and the line of the public one."""
    return new_key()


def signers(people: Sequence[str] = PEOPLE) -> str:
    """Write `allowed_signers`."""
    return "".join(f'{person} namespaces="hffix" {key_of(person)[1]}\n' for person in people)


@dataclass(frozen=True)
class Office:
    """One project in a folder of its own, worked in through the verbs, and tampered with through SQLite alone."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        return find_project(self.folder)

    @property
    def database(self) -> Path:
        return self.folder / "fund.db"

    def setting(self, person: str | None = None) -> Setting:
        """Work as somebody, or as nobody in particular."""
        return Setting(
            project=self.project,
            target=self.project.target(None),
            environment=self.environment,
            host="desk",
            sign_with=self.folder / "keys" / person if person else None,
        )

    # The database, as somebody sees it who does not use hffix.

    def ask(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database, isolation_level=None, timeout=5)) as outsider:
            return outsider.execute(query, values).fetchall()

    def run_script(self, script: str) -> None:
        with closing(sqlite3.connect(self.database, isolation_level=None, timeout=5)) as outsider:
            outsider.executescript(script)

    def tamper(self, query: str, *values: object) -> int:
        """Change what the triggers guard and put the triggers back as they were; give the number of rows."""
        with self.unguarded() as outsider:
            return outsider.execute(query, values).rowcount

    @contextmanager
    def unguarded(self) -> Iterator[sqlite3.Connection]:
        """Take the triggers away for a while."""
        with closing(sqlite3.connect(self.database, isolation_level=None, timeout=5)) as outsider:
            found = outsider.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in found:
                outsider.execute(f"DROP TRIGGER {name}")
            yield outsider
            for _, text in found:
                outsider.execute(text)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with open_for_writing(self.setting().url, folder=self.folder) as session:
            yield session

    def records(self) -> list[Record]:
        return [read_record(stored.body) for stored in self.stored_records()]

    def kinds(self) -> list[str]:
        """Name the kinds of the chain's records, in their order."""
        return [str(kind) for (kind,) in self.ask("SELECT kind FROM hffix_record ORDER BY number")]

    def stored_records(self) -> list[StoredRecord]:
        with open_for_reading(self.setting().url, folder=self.folder) as snapshot:
            return list(record_bodies(snapshot))

    # The verbs.

    def init_target(self, *, by: str = OPERATOR) -> Initialised:
        return init_target(self.setting(by))

    def write_fix(self, name: str, text: str) -> None:
        (self.folder / "fixes" / f"{name}.py").write_text(text)

    def plan(self, fix: str = "1", *, trial: bool = False) -> ChangeSet:
        return plan(self.setting(), fix=fix, trial=trial).change_set

    def approve(
        self, change_set: ChangeSet, *people: str, purpose: Purpose | None = None
    ) -> tuple[SignedStatement, ...]:
        """Let people approve; the leader, where nobody is named."""
        return tuple(
            approve(self.setting(person), change_set, purpose=purpose, confirm=lambda _: None)
            for person in people or (LEADER,)
        )

    def sign(self, statement: Statement) -> Path:
        """Put a statement of any content into approvals/, signed with the key of the person it names."""
        data = statement.to_bytes()
        rules = self.setting().rules()
        key = self.setting(statement.person).key(rules.signers)
        signature = sshsig.sign(data, key=key).encode()
        return write_statement(
            self.project, subject=statement.subjects[0], name=statement.file_name, data=data, signature=signature
        )

    def write_pair(self, *, policy: str = POLICY, signers: str | None = None) -> None:
        """Change the policy or the signers, as an editor does."""
        (self.project.approvals / "policy.toml").write_text(policy)
        if signers is not None:
            (self.project.approvals / "allowed_signers").write_text(signers)

    def sign_pair(self, *people: str) -> tuple[SignedPair, ...]:
        """Let people approve the policy and the signers as they are now."""
        return tuple(approve_pair(self.setting(person), confirm=lambda _: None) for person in people)

    def approved(self, fix: str) -> ChangeSet:
        """Plan a fix and let the leader approve it."""
        change_set = self.plan(fix)
        self.approve(change_set)
        return change_set

    def revoke(self, change_set: ChangeSet, *, by: str = LEADER) -> SignedStatement:
        return revoke(self.setting(by), change_set, confirm=lambda _: None)

    def pace(self, change_set: ChangeSet, rows: int) -> None:
        """Ask for chunks of so many rows."""
        with self.session() as session:
            session.begin()
            writer.set_control(session, change_set.digest, chunk_rows=rows, by=OPERATOR, at=session.now())
            session.commit()

    def apply(
        self, change_set: ChangeSet, *, by: str = OPERATOR, chunk_rows: int | None = None, limits: Limits = NO_LIMITS
    ) -> Applied:
        if chunk_rows is not None:
            self.pace(change_set, chunk_rows)
        return apply(self.setting(by), change_set, limits=limits)

    def correct(
        self, fix: str = "1", *, chunk_rows: int | None = None, approvers: Sequence[str] = (LEADER,)
    ) -> Applied:
        """Plan, approve and apply a fix."""
        change_set = self.plan(fix)
        self.approve(change_set, *approvers)
        return self.apply(change_set, chunk_rows=chunk_rows)

    def find(self, beginning: str) -> ChangeSet:
        return find(self.project, beginning)

    def copy_to(self, folder: Path) -> "Office":
        """Copy everything, but for where the database says that it stands."""
        shutil.copytree(self.folder, folder)
        return Office(folder, self.environment)


def open_office(
    folder: Path,
    *,
    persons: int = PERSONS,
    fixes: Mapping[str, str] = FIXES,
    policy: str = POLICY,
    journal: str = "wal",
    founded: bool = True,
) -> Office:
    """Make an office; with `founded`, its database has a change log and the first receipt."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hffix.toml").write_text(PROJECT)
    init_project(folder)
    office = Office(folder)
    for name, text in fixes.items():
        office.write_fix(name, text)
    (folder / "keys").mkdir()
    for person in PEOPLE:
        path = folder / "keys" / person
        path.touch(mode=0o600)
        path.write_bytes(key_of(person)[0])
    (folder / "approvals" / "policy.toml").write_text(policy)
    (folder / "approvals" / "allowed_signers").write_text(signers())
    _fill(office, persons=persons, journal=journal)
    if founded:
        office.init_target()
    return office


def _fill(office: Office, *, persons: int, journal: str) -> None:
    with closing(sqlite3.connect(office.database)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)", map(_person, range(1, persons + 1)))
        # The last loan is nobody's.
        loans = [(f"L{n}", n if n < LOANS else persons + 1, f"2024/{n}/5", 1000 * n) for n in range(1, LOANS + 1)]
        connection.executemany("INSERT INTO loan VALUES (?, ?, ?, ?)", loans)
        connection.commit()


def _person(number: int) -> tuple[object, ...]:
    day = "2024-02-30" if number % PERSONS == 0 else f"{1990 + number % 30}/{number % 12 + 1}/{number % 28 + 1}"
    note = b"\x00\xff" if number % 3 == 0 else None
    id_no = f"33010219{number:010d}"
    return (
        number,
        f"张{number}",
        id_no.translate(FULL_WIDTH) if number % 5 == 0 else id_no,
        day,
        "1200.00" if number % 7 == 0 else number,
        note,
    )


@contextmanager
def dying_at(name: str, *, time: int = 1) -> Iterator[None]:
    """End the work at a failpoint, when it is reached for the given time, as a kill would."""
    with suppress(Killed), acting_at(name, _die, time=time):
        yield


@contextmanager
def acting_at(name: str, action: Callable[[], object], *, time: int = 1) -> Iterator[None]:
    """Let something happen at a failpoint, when it is reached for the given time."""
    # Counting is one step: two threads may come at once.
    reached = count(1)

    def reach(boundary: str) -> None:
        if boundary == name and next(reached) == time:
            action()

    failpoints.on_reach = reach
    try:
        yield
    finally:
        failpoints.on_reach = None


class Killed(BaseException):
    """The process ended here."""


def _die() -> None:
    raise Killed
