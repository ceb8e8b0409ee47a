"""Finding: every line that holds a person's rows, in the change log, in change sets and in backup parts.

A row may stand in changes, among the rows left to people, in backups, and in the questions that cases ask: those of a
case that changes it, and those that it answers, or did answer. Nothing is written here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import orjson

from hffix.changelog import reader
from hffix.changelog.rows import LogRow
from hffix.database import Snapshot
from hffix.errors import HffixError
from hffix.errors.evidence import BadBackup
from hffix.model import merkle
from hffix.model.manifest import Manifest, Root
from hffix.model.record import Chunk
from hffix.model.run import Past, Run
from hffix.store import backups, changesets
from hffix.store.changesets import ChangeSet
from hffix.store.line_files import is_erased, leaf_of
from hffix.store.verified import UNRESOLVED, part_name
from hffix.workflow.erase_aside import left_to_people
from hffix.workflow.erase_sought import WRITING, Sought
from hffix.workflow.erased import erased_leaves
from hffix.workflow.setting import Setting
from hffix.workflow.taking import case_of

FileKind = Literal["changes", "unresolved", "backup"]

_NO_CASE: Final = b"null"
_ASK: Final = b',"ask",{'


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedLine:
    """A row of the change log, by its run, its line and its leaf."""

    run: int
    seq: int
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """Lines of one file, by their leaves; its owner is a change set, by its id, or of a backup the run's number."""

    path: Path
    kind: FileKind
    owner: str
    stated: Root
    leaves: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where the rows stand, and what could not be looked into.

    `erased` are the leaves that records name as erased. `unsearched` names what is missing or damaged here, `by_hand`
    files that hffix does not rewrite, `spoiled` the change sets that can no longer be applied afterwards, `related`
    other tables whose rows may refer to these.
    """

    tables: tuple[str, ...]
    related: tuple[str, ...]
    erased: frozenset[str]
    logged: tuple[LoggedLine, ...]
    files: tuple[FileLines, ...]
    unsearched: tuple[str, ...]
    by_hand: tuple[str, ...]
    spoiled: tuple[str, ...]

    @property
    def leaves(self) -> frozenset[str]:
        """The leaves of all lines that were found."""
        return frozenset(line.leaf for line in self.logged).union(*(file.leaves for file in self.files))

    @property
    def needed(self) -> frozenset[str]:
        """The leaves that no record names as erased yet, or whose texts the change log still holds."""
        return (self.leaves - self.erased) | {line.leaf for line in self.logged}

    @property
    def waiting(self) -> int:
        """How many lines of files are erased by a record, and still stand here."""
        return sum(len(file.leaves & self.erased) for file in self.files)


def find(setting: Setting, snapshot: Snapshot, past: Past, sought: Sought) -> Found:
    """Look for rows, and for lines that were erased before but still stand in files of this machine."""
    search = _Search(setting=setting, snapshot=snapshot, past=past, sought=sought)
    search.look()
    return Found(
        tables=tuple(row.table for row in sought.rows),
        erased=erased_leaves(past),
        related=sought.related,
        logged=tuple(sorted(search.logged.values(), key=lambda line: (line.run, line.seq))),
        files=tuple(search.files[path] for path in sorted(search.files)),
        unsearched=tuple(search.unsearched),
        by_hand=tuple(dict.fromkeys(search.by_hand)),
        spoiled=tuple(search.spoiled),
    )


@dataclass(slots=True, kw_only=True)
class _Search:
    setting: Setting
    snapshot: Snapshot
    past: Past
    sought: Sought
    logged: dict[tuple[int, int], LoggedLine] = field(default_factory=dict)
    files: dict[Path, FileLines] = field(default_factory=dict)
    unsearched: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    spoiled: list[str] = field(default_factory=list)
    cases: dict[str, set[bytes]] = field(default_factory=dict)
    gone: frozenset[bytes] = frozenset()
    emptied: list[reader.NamedRow] = field(default_factory=list)

    def look(self) -> None:
        """Look everywhere once, and then for the questions, by what was learnt of the rows on the way."""
        self.gone = frozenset(map(bytes.fromhex, erased_leaves(self.past)))
        self.emptied = reader.erased_rows(self.snapshot)
        self._look_into_log()
        sets = [one for one in changesets.all_change_sets(self.setting.project) if self._is_ours(one.manifest)]
        here = [one for one in sets if self._look_into(one)]
        for run in self.past.runs.values():
            for chunk in run.chunks:
                self._look_into_part(run, chunk)
        self._look_for_logged_questions()
        for change_set in here:
            if has_cases(change_set.manifest):
                self._look_for_questions(change_set)
        project = self.setting.project
        self.unsearched += [f"change set {name} is damaged" for name in changesets.damaged(project)]
        self.by_hand += left_to_people(project, self.past, self.sought)
        for change_set in here:
            self._tell_of(change_set)

    def _is_ours(self, manifest: Manifest) -> bool:
        return manifest.target.lineage == self.past.found.lineage

    def _look_into_log(self) -> None:
        for row in self.sought.rows:
            for run, entry in reader.changes_of_key(self.snapshot, row.table, row.key_text):
                if entry.kind not in WRITING:
                    continue
                self._log(run, entry.seq, entry.leaf)
                row.learn(*_told(entry))
                if entry.case_id is not None:
                    self.cases.setdefault(f"run {run}", set()).add(entry.case_id.encode())

    def _log(self, run: int, seq: int, leaf: str) -> None:
        self.logged[run, seq] = LoggedLine(run=run, seq=seq, leaf=leaf)

    def _look_into(self, change_set: ChangeSet) -> bool:
        """Look into the rows of a change set; say whether they are here, and whole."""
        try:
            for path, stated, blocks in _parts_of(change_set):
                for lines in blocks:
                    places = self.sought.of_changes(lines)
                    for place in places:
                        self.sought.learn_change(lines[place])
                        case = case_of(lines[place])
                        if case != _NO_CASE:
                            self.cases.setdefault(change_set.id, set()).add(case)
                    self._keep(path, "changes", change_set.id, stated, self._leaves(lines, places))
            path, stated = _unresolved_of(change_set)
            for lines in change_set.unresolved_lines():
                leaves = self._leaves(lines, self.sought.of_rows(lines))
                self._keep(path, "unresolved", change_set.id, stated, leaves)
        except HffixError as fault:
            if self._may_hold(change_set):
                self.unsearched.append(fault.message)
            return False
        return True

    def _look_into_part(self, run: Run, chunk: Chunk) -> None:
        if not chunk.backup.rows:
            return
        root = chunk.backup.root
        path = backups.part_path(self.setting.project.backups, run=run.id, first=chunk.first, root=root)
        stated = Root(root=root, leaves=chunk.backup.rows)
        try:
            lines = backups.read_part(path)
            if merkle.root(list(map(leaf_of, lines))).hex() != root:
                raise BadBackup(f"{path} does not give the root that its record names")
        except HffixError as fault:
            lines_of = [line.seq for line in self.logged.values() if line.run == run.id]
            lines_of += [row.seq for row in self.emptied if row.run_id == run.id]
            if any(chunk.first <= seq <= chunk.last for seq in lines_of):
                self.unsearched.append(fault.message)
            return
        places = self.sought.of_rows(lines)
        for place in places:
            self.sought.learn_backup(lines[place])
        self._keep(path, "backup", str(run.id), stated, self._leaves(lines, places))

    def _look_for_logged_questions(self) -> None:
        for run in self.past.runs.values():
            cases = self.cases.get(f"run {run.id}", set())
            for ask in reader.asks(self.snapshot, run.id) if any(c.held or c.conflicts for c in run.chunks) else ():
                answered = self.sought.answer(ask.table_name, orjson.loads(ask.row_key))
                if answered or (ask.case_id or "").encode() in cases:
                    self._log(run.id, ask.seq, ask.leaf)

    def _look_for_questions(self, change_set: ChangeSet) -> None:
        """Find the questions of a change set, and the cases left to people that are named by what was asked."""
        cases = self.cases.get(change_set.id, set())
        for path, stated, blocks in _parts_of(change_set):
            for lines in blocks:
                asks = [place for place, line in enumerate(lines) if _ASK in line and self._asks(line, cases)]
                self._keep(path, "changes", change_set.id, stated, _leaves_at(lines, asks))
        path, stated = _unresolved_of(change_set)
        for lines in change_set.unresolved_lines():
            told = [(place, orjson.loads(line)) for place, line in enumerate(lines) if not is_erased(line)]
            places = [place for place, (_, table, key, *_) in told if self.sought.answer(table, key)]
            self._keep(path, "unresolved", change_set.id, stated, _leaves_at(lines, places))

    def _asks(self, line: bytes, cases: set[bytes]) -> bool:
        _, table, kind, key, *_ = orjson.loads(line)
        return kind == "ask" and (case_of(line) in cases or self.sought.answer(table, key))

    def _leaves(self, lines: Sequence[bytes], places: Sequence[int]) -> frozenset[str]:
        """Give the leaves at these places, and of whatever a record erased."""
        leaves = _leaves_at(lines, places)
        if self.gone:
            standing = {merkle.leaf(line) for line in lines if not is_erased(line)}
            leaves |= {leaf.hex() for leaf in standing & self.gone}
        return leaves

    def _keep(self, path: Path, kind: FileKind, owner: str, stated: Root, leaves: frozenset[str]) -> None:
        known = self.files.get(path)
        leaves = leaves | known.leaves if known else leaves
        if leaves:
            self.files[path] = FileLines(path=path, kind=kind, owner=owner, stated=stated, leaves=leaves)

    def _may_hold(self, change_set: ChangeSet) -> bool:
        """Say whether rows that are not here may hold what is sought: the log of a whole run tells that they do not."""
        if self.sought.rows and self.sought.tables.isdisjoint(change_set.manifest.tables):
            return False
        run = self.past.run_of(change_set.digest)
        if run is None or run.decided < run.opened.leaves or change_set.manifest.unresolved.leaves:
            return True
        met = {line.run for line in self.logged.values()} | {row.run_id for row in self.emptied}
        return run.id in met

    def _tell_of(self, change_set: ChangeSet) -> None:
        kinds = {file.kind for file in self.files.values() if file.owner == change_set.id}
        run = self.past.run_of(change_set.digest)
        if "changes" in kinds and (run is None or run.closed is None):
            self.spoiled.append(change_set.id)
        if kinds:
            self.by_hand += [one.file for one in change_set.manifest.lookups.values() if one.file]


def has_cases(manifest: Manifest) -> bool:
    """Say whether a change set may hold questions, or rows left to people under other names than their keys."""
    return any(scope.kind.startswith("cases") for scope in manifest.scope)


def _parts_of(change_set: ChangeSet) -> Iterator[tuple[Path, Root, Iterable[list[bytes]]]]:
    folder = change_set.folder or Path()
    for number, stated in enumerate(change_set.manifest.parts, start=1):
        yield folder / part_name(number), stated, change_set.part(number)


def _unresolved_of(change_set: ChangeSet) -> tuple[Path, Root]:
    return (change_set.folder or Path()) / UNRESOLVED, change_set.manifest.unresolved


def _leaves_at(lines: Sequence[bytes], places: Iterable[int]) -> frozenset[str]:
    return frozenset(merkle.leaf(lines[place]).hex() for place in places)


def _told(entry: LogRow) -> Iterator[object]:
    """Give the cells that a row of the log holds."""
    for text in (entry.row_key, entry.before, entry.after):
        yield orjson.loads(text or "null")
    yield from orjson.loads(entry.observed or "[]")[1:]
