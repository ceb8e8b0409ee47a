"""What the parts of one plan share: the script, the snapshot, what it was given, and where lines and sums go."""

from collections.abc import Callable
from dataclasses import dataclass

from hffix.authoring.loading import Script
from hffix.database import Snapshot
from hffix.database.claims import Claims
from hffix.store.changesets import Draft
from hffix.workflow.bind import Binding
from hffix.workflow.chunk import Masking
from hffix.workflow.given import Given
from hffix.workflow.lines import LineWriter
from hffix.workflow.measure import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """One plan of one script on one snapshot."""

    script: Script
    binding: Binding
    snapshot: Snapshot
    given: Given
    writer: LineWriter
    claims: Claims
    draft: Draft
    measure: Measure
    mask_of: Masking
    watch: Callable[[int], None]
