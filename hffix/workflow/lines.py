"""Writing the lines of a plan: each with a salt of its own, under a seed that is never stored."""

from hashlib import blake2b

import orjson

from hffix.model.canonical import PLAIN
from hffix.model.change import Cells


class LineWriter:
    """Writes canonical lines; the hash of the salts is keyed once, not for every line."""

    def __init__(self, seed: bytes) -> None:
        self._keyed = blake2b(digest_size=16, key=seed)

    def line(
        self,
        table: str,
        kind: str,
        *,
        key: Cells,
        before: Cells | None,
        after: Cells | None,
        origin: str | None = None,
        case: str | None = None,
    ) -> bytes:
        """Write one line."""
        salt = self._salt(table, kind, key, case)
        written = orjson.dumps((salt, table, kind, key, before, after, origin, case), option=PLAIN)
        # orjson hands out far more memory than the line needs; a page of lines must not keep it.
        return bytes(memoryview(written))

    def unresolved(
        self, table: str, *, key: Cells, reason: str, origin: str | None = None, case: str | None = None
    ) -> bytes:
        """Write one row that is left to people."""
        return orjson.dumps((self._salt(table, "unresolved", key, case), table, key, reason, origin), option=PLAIN)

    def param(self, name: str, value: object) -> bytes:
        """Write one param that the manifest states by its leaf only."""
        salt = self._hash(("param", name))
        return orjson.dumps((salt, name, value), option=PLAIN)

    def _salt(self, table: str, kind: str, key: Cells, case: str | None) -> str:
        return self._hash((table, kind, key, case))

    def _hash(self, named: tuple[object, ...]) -> str:
        keyed = self._keyed.copy()
        keyed.update(orjson.dumps(named, option=PLAIN))
        return keyed.hexdigest()
