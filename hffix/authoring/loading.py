"""Loading a script: its id, its title and reason, its Fix, the digests of its files; and a lint against surprises."""

import ast
import hashlib
import importlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from hffix.authoring import fix as declaring
from hffix.authoring.fix import Fix
from hffix.authoring.linting import lint
from hffix.errors import HffixError
from hffix.errors.fixes import FixBroken, NoSuchFix, TwoNumbers

_ID: Final = re.compile(r"(?P<number>[0-9]{4})_[a-z0-9][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A loaded script."""

    path: Path
    id: str
    title: str
    reason: str
    fix: Fix
    files: dict[str, str]
    module: ModuleType


def find_script(fixes: Path, name: str) -> Path:
    """Find a script by path, id or number."""
    scripts = sorted(path for path in fixes.glob("*.py") if _ID.fullmatch(path.stem))
    numbers: dict[str, Path] = {}
    for path in scripts:
        other = numbers.setdefault(path.stem[:4], path)
        if other != path:
            raise TwoNumbers(f"{other.name} and {path.name} have the same number")
    given = Path(name)
    if given.suffix == ".py" and given.is_file() and _ID.fullmatch(given.stem):
        return given.resolve()
    number = name.rjust(4, "0") if name.isascii() and name.isdecimal() else None
    for path in scripts:
        if path.stem == name or path.stem[:4] == number:
            return path
    raise NoSuchFix(f"no fix is called {name!r}; a fix is a file like fixes/0007_open_date.py")


def load(path: Path) -> Script:
    """Load a script; refuse what cannot be read, has no fix, or reaches for what a fix may not use."""
    tree = _parse(path)
    beside = tuple(_beside(path, tree))
    stems = frozenset(other.stem for other in beside)
    for file in (path, *beside):
        lint(_parse(file), name=file.name, beside=stems)
    module = _run(path, beside)
    fixes = [value for value in vars(module).values() if isinstance(value, Fix)]
    if len(fixes) != 1:
        raise FixBroken(f"{path.name}: a script holds exactly one Fix, this one {len(fixes)}")
    try:
        fixes[0].check()
    except HffixError as fault:
        raise type(fault)(f"{path.name}, {fault.message}") from fault
    title, _, reason = (ast.get_docstring(tree) or "").partition("\n")
    if not title.strip():
        raise FixBroken(
            f"{path.name}, line 1: the docstring is missing; its first line is the title that approvers read"
        )
    return Script(
        path=path,
        id=path.stem,
        title=title.strip(),
        reason=reason.strip(),
        fix=fixes[0],
        files={file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (path, *beside)},
        module=module,
    )


def _parse(path: Path) -> ast.Module:
    data = path.read_bytes()
    if b"\0" in data:
        raise FixBroken(f"{path.name}, line {data[: data.index(0)].count(10) + 1}: a NUL character is in the script")
    try:
        return ast.parse(data, filename=path.name)
    except SyntaxError as fault:
        # A fault of the whole file, such as its encoding, has no line; that is declared on the first.
        raise FixBroken(f"{path.name}, line {fault.lineno or 1}: {fault.msg}") from fault


def _beside(path: Path, tree: ast.Module, seen: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """Find the helper modules beside the script, and theirs."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            file = path.parent / f"{name.partition('.')[0]}.py"
            if file.is_file() and file not in seen and file != path:
                seen |= {file}
                yield file
                yield from _beside(file, _parse(file), seen)


def _run(path: Path, beside: Sequence[Path]) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hffix_fix_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise FixBroken(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(path.parent))
    importlib.invalidate_caches()
    try:
        with _set_aside([spec.name, *(file.stem for file in beside)]):
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
    except HffixError as fault:
        raise type(fault)(f"{path.name}, {fault.message}") from fault
    except (Exception, SystemExit) as fault:
        told = f"{type(fault).__name__} while loading{_misdeclared(fault)}"
        raise FixBroken(f"{path.name}, line {line_in(path, fault)}: {told}") from fault
    finally:
        sys.path.remove(str(path.parent))
        sys.dont_write_bytecode = written
    return module


@contextmanager
def _set_aside(names: Sequence[str]) -> Iterator[None]:
    """Let a script load the very files beside it that its digests are taken of, and leave none of them loaded."""
    others = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        yield
    finally:
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(others)


def _misdeclared(fault: BaseException) -> str:
    """Give Python's own words where a declaration was called wrongly; elsewhere they could quote anything."""
    if type(fault) is not TypeError:
        return ""
    frames = traceback.extract_tb(fault.__traceback__)
    inside = bool(frames) and frames[-1].filename == declaring.__file__
    return f": {fault}" if inside or str(fault).startswith(f"{Fix.__name__}.") else ""


def line_in(path: Path, fault: BaseException) -> int:
    """Find the last line of the script that an exception passed through."""
    frames = traceback.extract_tb(fault.__traceback__)
    return next((frame.lineno or 0 for frame in reversed(frames) if Path(frame.filename).name == path.name), 0)
