"""hffix: auditable batch correction of production data.

A script in fixes/ says `from hffix import Case, Fix, Unresolved, cleaners` and needs nothing else.
"""

from hffix import cleaners
from hffix.authoring.case import Case, CaseRow
from hffix.authoring.fix import Fix
from hffix.model.unresolved import Unresolved

__all__ = ["Case", "CaseRow", "Fix", "Unresolved", "__version__", "cleaners"]

__version__ = "0.1.0"
