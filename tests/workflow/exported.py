"""The second verifier: an export, looked at by a file that knows nothing of hffix."""

import importlib.util
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

from hffix.workflow.export import export
from tests.workflow.office import Office

TOOL = Path(__file__).parents[2] / "tools" / "hffix_verify.py"
# What one verifier saw before is its own to remember; the other has a file of its own for it.
OF_THE_FIRST = {"went-back", "seen-unreadable"}


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hffix_verify", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def second_verdict(office: Office, *, expect: str | None = None) -> set[str]:
    """Export a record and give the codes of the problems that the second verifier finds in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "export"
        export(office.setting(), folder)
        return {problem["code"] for problem in tool().verify(folder, expect=expect).problems}
