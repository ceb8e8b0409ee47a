"""Linting a script: what a fix has no business with is told with its line, before anything of it runs.

A lint against mistakes, not a sandbox against malice: what is reached by name through getattr, globals() or the like is
not seen. Repeating a plan finds what slips through and makes a difference.
"""

import ast
import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from hffix.errors.fixes import ForbiddenInFix

# Pure modules of the standard library.
ALLOWED: Final = frozenset(
    {
        *("__future__", "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "difflib", "enum"),
        *("fractions", "functools", "itertools", "json", "math", "numbers", "operator", "re", "string", "textwrap"),
        *("types", "typing", "unicodedata", "uuid"),
    }
)
# What `from hffix import …` may name; the cleaners may also be imported by their own modules.
PUBLIC: Final = frozenset({"Case", "CaseRow", "Fix", "Unresolved", "__version__", "cleaners"})
CLEANERS: Final = "hffix.cleaners"

_CLOCK, _FILE, _RANDOM, _MACHINE = "reads a clock", "reads or writes files", "is random", "reads the environment"
# Names that give something away wherever they stand: as an attribute, or imported from anywhere.
NAMES: Final = {
    **dict.fromkeys(("now", "today", "utcnow"), _CLOCK),
    **dict.fromkeys(("open", "read_bytes", "read_text", "write_bytes", "write_text"), _FILE),
    **dict.fromkeys(("uuid1", "uuid4", "uuid6", "uuid7"), _RANDOM),
    **dict.fromkeys(("environ", "getenv", "getnode"), _MACHINE),
}
# Names that stand for themselves; a column of that name, as a parameter, is another thing.
BUILTINS: Final = frozenset(
    {"__builtins__", "__import__", "breakpoint", "compile", "eval", "exec", "exit", "input", "open", "print", "quit"}
)
# Builtins that give another answer in every process.
CALLED: Final = frozenset({"hash", "id"})
# Methods that take the machine's time zone where they are not given one: with how many arguments they are not.
_ZONED: Final = {"fromtimestamp": 1, "astimezone": 0}

_Parameters = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def lint(tree: ast.Module, *, name: str, beside: frozenset[str]) -> None:
    """Refuse a file that uses what a fix may not; every line is named."""
    found = _Linter(beside).faults(tree)
    if found:
        told = dict.fromkeys(f"line {line}: {text}" for line, text in sorted(found))
        raise ForbiddenInFix(f"{name}, {'; '.join(told)}")


class _Linter(ast.NodeVisitor):
    """Walks one file, and remembers which names stand for modules and which are parameters where it is."""

    def __init__(self, beside: frozenset[str]) -> None:
        self._beside = beside
        self._modules: dict[str, str] = {}
        self._parameters: list[frozenset[str]] = []
        self._found: list[tuple[int, str]] = []

    def faults(self, tree: ast.Module) -> list[tuple[int, str]]:
        """Give every fault with its line."""
        self.visit(tree)
        return self._found

    def visit_Import(self, node: ast.Import) -> None:
        """Hold the modules against the list."""
        for alias in node.names:
            if not self._allows(alias.name):
                self._tell(node, f"import of {alias.name} is outside the short list")
            bound = alias.asname or alias.name.partition(".")[0]
            self._modules[bound] = alias.name if alias.asname else bound

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Hold the module against the list, and each name that it is asked for."""
        module = "." * node.level + (node.module or "")
        if not self._allows(module) and module != "hffix":
            self._tell(node, f"import of {module} is outside the short list")
            return
        for alias in node.names:
            inner = self._inner(module, alias.name)
            if inner is not None:
                self._modules[alias.asname or alias.name] = inner
            if module == "hffix" and alias.name not in PUBLIC | {"*"}:
                self._tell(node, f"import of hffix.{alias.name} is outside the short list")
            elif inner is not None and not self._allows(inner):
                self._tell(node, f"import of {module}.{alias.name} is outside the short list")
            elif alias.name in NAMES:
                self._tell(node, f"{alias.name} {NAMES[alias.name]}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Look at the name, and at where a module leads."""
        owner = self._module_of(node.value)
        if node.attr in NAMES:
            self._tell(node, f".{node.attr} {NAMES[node.attr]}")
        elif owner == "hffix" and node.attr not in PUBLIC:
            self._tell(node, f"hffix.{node.attr} is outside the short list")
        elif owner is not None and (inner := self._inner(owner, node.attr)) and not self._allows(inner):
            self._tell(node, f"{owner}.{node.attr} is outside the short list")
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """Look at the names of builtins, unless a parameter has taken one."""
        if node.id in BUILTINS and not self._is_parameter(node.id):
            self._tell(node, f"{node.id} is not for a fix")

    def visit_Call(self, node: ast.Call) -> None:
        """Look at calls that depend on the process or the machine."""
        function, given = node.func, len(node.args) + len(node.keywords)
        if isinstance(function, ast.Name) and function.id in CALLED and not self._is_parameter(function.id):
            self._tell(node, f"{function.id}() differs from process to process")
        elif isinstance(function, ast.Attribute) and _ZONED.get(function.attr) == given:
            self._tell(node, f".{function.attr} takes the machine's time zone")
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Remember the parameters while their function is looked at."""
        self._visit_function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Remember the parameters while their function is looked at."""
        self._visit_function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Remember the parameters while their function is looked at."""
        self._visit_function(node)

    def _visit_function(self, node: _Parameters) -> None:
        self._parameters.append(frozenset(_parameters(node.args)))
        self.generic_visit(node)
        self._parameters.pop()

    def _is_parameter(self, name: str) -> bool:
        return any(name in names for names in self._parameters)

    def _module_of(self, node: ast.expr) -> str | None:
        """Name the module that an expression stands for."""
        if isinstance(node, ast.Name):
            return None if self._is_parameter(node.id) else self._modules.get(node.id)
        if isinstance(node, ast.Attribute) and (owner := self._module_of(node.value)) is not None:
            return self._inner(owner, node.attr)
        return None

    def _inner(self, module: str, name: str) -> str | None:
        """Name the module that a module of the list holds under a name; modules hold others, such as json.codecs."""
        if module == "hffix" or module.startswith("hffix."):
            return f"{module}.{name}" if f"{module}.{name}" == CLEANERS else None
        if module.partition(".")[0] in self._beside or module.partition(".")[0] not in ALLOWED:
            return None
        try:
            held = getattr(importlib.import_module(module), name, None)
        except ImportError:
            return None
        return held.__name__ if isinstance(held, ModuleType) else None

    def _allows(self, module: str) -> bool:
        top = module.partition(".")[0]
        if top in self._beside:
            return True
        return module in {"hffix", CLEANERS} or module.startswith(f"{CLEANERS}.") or top in ALLOWED

    def _tell(self, node: ast.stmt | ast.expr, text: str) -> None:
        self._found.append((node.lineno, text))


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    yield from (argument.arg for argument in listed if argument is not None)
