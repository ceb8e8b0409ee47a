"""hffix: auditable batch correction of production data.

A script in fixes/ says `from hffix import Case, Fix, Unresolved, cleaners` and needs nothing else. What it names is
loaded when it is named, so that no command waits for what only scripts use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from hffix import cleaners
    from hffix.authoring.case import Case, CaseRow
    from hffix.authoring.fix import Fix
    from hffix.model.unresolved import Unresolved

__all__ = ["Case", "CaseRow", "Fix", "Unresolved", "__version__", "cleaners"]

__version__ = "0.1.0"

_PLACES: Final = {
    "Case": "hffix.authoring.case",
    "CaseRow": "hffix.authoring.case",
    "Fix": "hffix.authoring.fix",
    "Unresolved": "hffix.model.unresolved",
}


def __getattr__(name: str) -> Any:
    """Load what a script needs when it asks: a command that runs no script has no use for it."""
    if name == "cleaners":
        return import_module("hffix.cleaners")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
