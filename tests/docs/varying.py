"""What varies from walk to walk in an answer, and nothing else: each kind is named in its place, each id by its turn.

The first id of twelve digits that a page shows is <id 1> wherever it stands, and so is the first one that comes out:
two texts are then the same only where each of them shows the same id in the same places.
"""

import re
from dataclasses import dataclass, field

# The pages' own rows are older than 2020, so that every later day is one of the walk.
_VARYING = re.compile(
    r"(?P<digits>\b(?:[0-9a-f]{4} ){15}[0-9a-f]{4}\b)"
    r"|(?P<digest>\b[0-9a-f]{64}\b)"
    r"|(?P<lineage>\b[0-9a-f]{32}\b)"
    r"|(?P<id>\b[0-9a-f]{12}\b)"
    r"|(?P<commit>(?<=\.py at )[0-9a-f]{7,40}\b)"
    r"|(?P<ends>\b[0-9a-f]{4}…[0-9a-f]{2}\b)"
    r"|(?P<key>SHA256:[\w+/]{43}|SHA256:[\w+/]{3}…[\w+/]{3})"
    r"|(?P<time>\b20[2-9]\d-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ| \d\d:\d\d UTC)?|\b20[2-9]\d{5}T\d{6}Z)"
    r"|(?P<duration>\b\d+\.\d+ ?s\b)"
    r"|(?P<version>(?<=python )[\d.]+|(?<=sqlite )[\d.]+|(?<=hffix )\d[\w.]+)"
    r"|(?P<space>\b[\d,]+(?= MB free))"
)
_COUNTED = frozenset({"digits", "digest", "lineage", "id", "ends", "key"})


@dataclass(slots=True)
class Ids:
    """The ids that were seen so far, by their kind, in the order in which they first stood there."""

    seen: dict[str, list[str]] = field(default_factory=dict)

    def steady(self, text: str) -> str:
        """Give a text with what varies named instead."""
        return _VARYING.sub(lambda found: self._name(str(found.lastgroup), found[0]), text)

    def told_by(self, other: "Ids", text: str) -> str:
        """Give a text in which the ids are those that another walk saw in the same turn."""

        def put(found: re.Match[str]) -> str:
            kind = str(found.lastgroup)
            if kind not in _COUNTED:
                return found[0]
            turn = self._turn(kind, found[0])
            theirs = other.seen.get(kind, [])
            return theirs[turn] if turn < len(theirs) else found[0]

        return _VARYING.sub(put, text)

    def _name(self, kind: str, text: str) -> str:
        return f"<{kind} {self._turn(kind, text) + 1}>" if kind in _COUNTED else f"<{kind}>"

    def _turn(self, kind: str, text: str) -> int:
        known = self.seen.setdefault(kind, [])
        if text not in known:
            known.append(text)
        return known.index(text)
