"""Writing the lines of a plan: each with a salt of its own, under a seed that is never stored."""

from binascii import hexlify
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import msgspec
import orjson

from hffix.model.canonical import PLAIN
from hffix.model.change import Cells, canonical_cells
from hffix.model.value import Raw, encode_values

# Keys in the order of their code points, as canonical JSON has them.
_LINES: Final = msgspec.json.Encoder(order="deterministic")


@dataclass(slots=True)
class Updates:
    """Changed rows of one table, in the order in which they will be written."""

    keys: list[Cells] = field(default_factory=list)
    befores: list[Cells] = field(default_factory=list)
    afters: list[Cells] = field(default_factory=list)
    origins: list[str | None] = field(default_factory=list)

    def add(self, key: Cells, before: Cells, after: Cells, origin: str | None) -> None:
        """Add one row."""
        self.keys.append(key)
        self.befores.append(before)
        self.afters.append(after)
        self.origins.append(origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Changed rows of one table whose lines hold the same columns, column by column and raw."""

    key: Mapping[str, Sequence[Raw]]
    before: Mapping[str, Sequence[Raw]]
    after: Mapping[str, Sequence[Raw]]

    @property
    def keys(self) -> list[Cells]:
        """Give the rows' keys."""
        return canonical_cells(list(self.key), list(self.key.values()))


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

    def updates(self, table: str, updates: Updates) -> list[bytes]:
        """Write the lines of changed rows, many at once."""
        keys, nothing = updates.keys, [None] * len(updates.keys)
        tables, kinds = [table] * len(keys), ["update"] * len(keys)
        salts, copy = list[str](), self._keyed.copy
        for named in _encoded(tables, kinds, keys, nothing):
            keyed = copy()
            keyed.update(named)
            salts.append(keyed.hexdigest())
        return _encoded(salts, tables, kinds, keys, updates.befores, updates.afters, updates.origins, nothing)

    def alike(self, table: str, updates: Alike) -> list[bytes]:
        """Write the lines of changed rows that are alike: their columns are written, and put into one form."""
        named = _text_of(table)
        keys = list(map(_form_of(updates.key).__mod__, zip(*map(_texts_of, _sorted(updates.key)), strict=True)))
        salted = self._keyed.copy()
        salted.update(b'[%b,"update",' % named)
        salts, copy = list[bytes](), salted.copy
        for key in keys:
            keyed = copy()
            keyed.update(key + b",null]")
            salts.append(hexlify(keyed.digest()))
        told = named.replace(b"%", b"%%"), _form_of(updates.before), _form_of(updates.after)
        form = b'["%%b",%b,"update",%%b,%b,%b,null,null]' % told
        columns = map(_texts_of, (*_sorted(updates.before), *_sorted(updates.after)))
        return list(map(form.__mod__, zip(salts, keys, *columns, strict=True)))

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


def _encoded(*columns: Iterable[object]) -> list[bytes]:
    """Write many rows at once, given column by column, each canonical; no text of JSON holds a line end."""
    return _LINES.encode_lines(list(zip(*columns, strict=True))).split(b"\n")[:-1]


def _sorted(cells: Mapping[str, Sequence[Raw]]) -> list[Sequence[Raw]]:
    """Give columns in the order of their names' code points, as canonical JSON has them."""
    return [cells[name] for name in sorted(cells)]


def _form_of(cells: Mapping[str, Sequence[Raw]]) -> bytes:
    """Write an object of these columns with a place for each value."""
    return b"{%b}" % b",".join([_text_of(name).replace(b"%", b"%%") + b":%b" for name in sorted(cells)])


def _text_of(name: str) -> bytes:
    return _LINES.encode(name)


def _texts_of(column: Sequence[Raw]) -> list[bytes]:
    """Write each value as canonical JSON; no text of JSON holds a line end."""
    if set(map(type, column)) == {int}:
        return list(map(b'{"int":"%d"}'.__mod__, column))
    return _LINES.encode_lines(encode_values(column)).split(b"\n")[:-1]
