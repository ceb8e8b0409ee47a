"""The project: its folder, what hffix.toml says, and the files that a new project begins with."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

import msgspec

from hffix.errors.project import BadProject, NoProject, PasswordInFile, UnknownTarget
from hffix.store.files import make_folder, read, storing, write_once
from hffix.store.templates import NEW_FILES, NEW_FOLDERS
from hffix.store.templates_ci import HOOK, HOOK_FILE, PIPELINES, Host

FILE: Final = "hffix.toml"
HOOK_MODE: Final = 0o755
Mask = Literal["edges", "first", "all"]

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NAME: Final = re.compile(r"[^\s*?\[\]/]+")
# As SQLAlchemy reads a url: a password goes to the first @ and may hold a slash.
_PASSWORD: Final = re.compile(r"[^:/]*://[^:/@]*:([^@]*)@")
_PASSWORD_OPTION: Final = re.compile(r"(?:password|passwd|pwd)(?:=|%3D)((?:(?!%3B)[^&;])*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One configured database, its url as it is written."""

    name: str
    url: str

    def resolve(self, environment: Mapping[str, str]) -> str:
        """Give the url with its variables filled in; refuse one that is not set."""
        missing = [name for name in _VARIABLE.findall(self.url) if name not in environment]
        if missing:
            raise BadProject(
                f"targets.{self.name}.url: the variable {missing[0]} is not set",
                hint=f"Set {missing[0]} and try again.",
            )
        return _VARIABLE.sub(lambda found: environment[found[1]], self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Where a project stands and what its hffix.toml says."""

    folder: Path
    targets: Mapping[str, Target]
    default: str | None
    masks: Mapping[str, str]
    backup_seconds: float = 10
    chunk_rows: int = 5000
    throttle: str | None = None

    @property
    def fixes(self) -> Path:
        """The scripts."""
        return self.folder / "fixes"

    @property
    def approvals(self) -> Path:
        """Policy, signers, statements and receipts: what belongs in git."""
        return self.folder / "approvals"

    @property
    def changesets(self) -> Path:
        """The change sets with their rows."""
        return self.folder / "changesets"

    @property
    def backups(self) -> Path:
        """The backup parts, and this machine's journal."""
        return self.folder / "backups"

    @property
    def corrections(self) -> Path:
        """The values that came back from parties."""
        return self.folder / "corrections"

    @property
    def receipts(self) -> Path:
        """The signed heads of the change logs."""
        return self.approvals / "receipts"

    def target(self, name: str | None) -> Target:
        """Give the target of a name, or the default one."""
        wanted = self.default if name is None else name
        known = ", ".join(self.targets)
        if wanted is None:
            raise UnknownTarget(f"hffix.toml names no default target; it knows {known}")
        if wanted not in self.targets:
            raise UnknownTarget(f"hffix.toml has no target {wanted}; it knows {known}")
        return self.targets[wanted]

    def mask_of(self, table: str, column: str) -> str | None:
        """Say how a column's values are masked: an entry of its table goes before one of every table."""
        # Engines differ in whether Person is person; a mask that missed for that would show what it should hide.
        wanted = {f"{table}.{column}".casefold(): 1, f"*.{column}".casefold(): 0}
        found = [(wanted[place.casefold()], mask) for place, mask in self.masks.items() if place.casefold() in wanted]
        return max(found)[1] if found else None

    def is_sensitive(self, table: str, column: str) -> bool:
        """Say whether a column holds what not everybody may see."""
        return self.mask_of(table, column) is not None


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Target(_Part, frozen=True, kw_only=True):
    url: str


class _Apply(_Part, frozen=True, kw_only=True):
    chunk_rows: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 5000
    throttle: str | None = None


class _Backup(_Part, frozen=True, kw_only=True):
    seconds: Annotated[float, msgspec.Meta(gt=0)] = 10


class _File(_Part, frozen=True, kw_only=True):
    targets: dict[str, dict[str, Any]]
    default: str | None = None
    columns: dict[str, Any] = {}
    apply: _Apply = _Apply()
    backup: _Backup = _Backup()


def find_project(start: Path) -> Project:
    """Find the nearest folder upward that holds a hffix.toml, and read it."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return _parse(folder, read(folder / FILE))
    raise NoProject(f"no {FILE} in {here} or a folder above it")


def init_project(folder: Path, *, ci: Host | None = None) -> tuple[Path, ...]:
    """Write what a project begins with, with a host's pipeline and a hook if wanted, and give what was made.

    What exists is left as it is.
    """
    created: list[Path] = []
    for name in NEW_FOLDERS:
        path = folder / name
        if not path.is_dir():
            with storing(path):
                make_folder(path)
            created.append(path)
    pipeline = dict([PIPELINES[ci], (HOOK_FILE, HOOK)]) if ci else {}
    for name, text in (NEW_FILES | pipeline).items():
        path = folder / name
        if not path.exists():
            write_once(path, text.encode())
            created.append(path)
            if name == HOOK_FILE:
                with storing(path):
                    path.chmod(HOOK_MODE)
    return tuple(created)


def _parse(folder: Path, data: bytes) -> Project:
    try:
        file = _convert(tomllib.loads(data.decode("utf-8")), _File, place="")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise BadProject(f"{FILE}, line {line}: it is not UTF-8 text") from fault
    except tomllib.TOMLDecodeError as fault:
        raise BadProject(f"{FILE}: {fault}") from fault
    except RecursionError as fault:
        raise BadProject(f"{FILE}: it is nested too deep") from fault
    if not math.isfinite(file.backup.seconds):
        raise BadProject(f"{FILE}: backup.seconds is not a number of seconds")
    targets = {name: _target(name, written) for name, written in file.targets.items()}
    if file.default is not None and file.default not in targets:
        raise BadProject(f"{FILE}: default names {file.default}, which is not among the targets")
    return Project(
        folder=folder,
        targets=targets,
        default=file.default,
        masks=_masks(file.columns),
        backup_seconds=file.backup.seconds,
        chunk_rows=file.apply.chunk_rows,
        throttle=file.apply.throttle,
    )


def _convert(value: object, kind: type[Any], *, place: str) -> Any:
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as fault:
        raise BadProject(f"{FILE}: {place}{fault}") from fault


def _target(name: str, written: dict[str, Any]) -> Target:
    place = f"targets.{name}"
    if not _NAME.fullmatch(name):
        raise BadProject(f"{FILE}: {place}: a target's name has no blank and none of * ? [ ] /")
    url = _convert(written, _Target, place=f"{place}: ").url
    # What is left when the variables are gone was written by hand.
    bare = _VARIABLE.sub("", url)
    named = _PASSWORD.match(url)
    passwords = [named[1] if named else "", *_PASSWORD_OPTION.findall(url.partition("?")[2])]
    if any(_VARIABLE.sub("", password) for password in passwords):
        raise PasswordInFile(f"{FILE}: {place}.url holds a password")
    if "${" in bare:
        raise BadProject(f"{FILE}: {place}.url: a variable is written ${{NAME}}, of letters, digits and _")
    return Target(name=name, url=url)


def _masks(columns: Mapping[str, Any]) -> dict[str, str]:
    faults: list[str] = []
    for place, mask in columns.items():
        table, _, column = place.rpartition(".")
        if not table or not column:
            faults.append(f'columns."{place}" is not "table.column" or "*.column", in quotes')
        elif mask not in get_args(Mask):
            faults.append(f'columns."{place}" has none of the masks {", ".join(get_args(Mask))}')
    if len({place.casefold() for place in columns}) < len(columns):
        faults.append("columns names one column twice, in other letter case")
    if faults:
        raise BadProject(f"{FILE}: " + "; ".join(faults))
    return dict(columns)
