"""What a user may see: the catalogue leaves out, without a word, what he has no right to know of."""

import re
from collections.abc import Iterable
from typing import Final, Literal

Sees = Literal["server", "schema", "nothing"]

_GRANT: Final = re.compile(
    r"GRANT (?P<rights>.+?) ON (?:TABLE )?(?P<object>\*\.\*|`(?:[^`]|``)+`\.\*) TO .*", re.DOTALL
)
_ALL: Final = "ALL PRIVILEGES"
_TRIGGER: Final = "TRIGGER"
_EVERYWHERE: Final = "*.*"


def sees(grants: Iterable[str], *, schema: str) -> Sees:
    """Say whether these grants show every trigger and every foreign key: of the whole server, or of one schema.

    Triggers are shown to those only who have TRIGGER; a foreign key is not shown to who may only SELECT.
    """
    found: Sees = "nothing"
    for grant in grants:
        match = _GRANT.fullmatch(grant)
        if match and _covers(match["object"], schema):
            rights = {right.strip() for right in match["rights"].split(",")}
            if rights & {_ALL, _TRIGGER}:
                found = "server" if match["object"] == _EVERYWHERE or found == "server" else "schema"
    return found


def _covers(granted: str, schema: str) -> bool:
    if granted == _EVERYWHERE:
        return True
    pattern = granted[1:-3].replace("``", "`")
    # As in LIKE: % and _ stand for other characters unless they are escaped.
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    written = "".join(wild.get(part) or re.escape(part[-1]) for part in parts)
    return re.fullmatch(written, schema, re.DOTALL | re.IGNORECASE) is not None
