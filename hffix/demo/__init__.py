"""The demo: a generated provident fund with known dirt."""

from hffix.demo.build import Summary, build
from hffix.demo.laws import conservation, digest
from hffix.demo.months import AS_OF
from hffix.demo.volumes import SIZES, Size
from hffix.demo.world_accounts import ledger_rows

__all__ = ["AS_OF", "SIZES", "Size", "Summary", "build", "conservation", "digest", "ledger_rows"]
