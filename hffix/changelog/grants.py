"""What each role may do with the change log's own tables: read it, append to it, and never change what stands there."""

from typing import Final

from hffix.changelog.tables import CHANGE, CONTROL, ERASABLE, EVENT, LINEAGE, RECORD, RUN, VERSION_TABLE
from hffix.model.grant import Grant, Role, together

_TABLES: Final = (VERSION_TABLE, *(table.name for table in (LINEAGE, RUN, RECORD, CHANGE, CONTROL, EVENT)))
READING: Final = tuple(Grant(action="SELECT", table=name) for name in _TABLES)
# Beside what is appended, only the end of the chain moves, and what people ask of a run.
APPENDING: Final = together(
    (
        *READING,
        Grant(action="UPDATE", table=LINEAGE.name, columns=("number", "head", "holder")),
        *(Grant(action="INSERT", table=table.name) for table in (RUN, RECORD, CHANGE, CONTROL, EVENT)),
        Grant(action="UPDATE", table=CONTROL.name, columns=("paused", "chunk_rows", "by", "at")),
    )
)
# Who withdraws a change set extends the chain, and writes nothing else.
EXTENDING: Final = together(
    (
        *READING,
        Grant(action="UPDATE", table=LINEAGE.name, columns=("number", "head", "holder")),
        *(Grant(action="INSERT", table=table.name) for table in (RECORD, EVENT)),
    )
)
ERASING: Final = together((*EXTENDING, Grant(action="UPDATE", table=CHANGE.name, columns=ERASABLE)))
OF_ROLE: Final[dict[Role, tuple[Grant, ...]]] = {
    "planner": READING,
    "operator": APPENDING,
    "approver": EXTENDING,
    "auditor": READING,
    "eraser": ERASING,
}
