"""PostgreSQL's types: which are carried exactly, under which tag, and how their values come out of the driver raw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from psycopg import Connection, RawCursor
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from hffix.model.value import Typed

# What the driver reads exactly by itself: text, whole numbers, decimals, floats, booleans and bytes.
PLAIN: Final = {
    "text": "text", "varchar": "text", "bpchar": "text",
    "int2": "int", "int4": "int", "int8": "int",
    "numeric": "dec", "float4": "float", "float8": "float", "bool": "bool", "bytea": "bytes",
}  # fmt: skip
# What is carried as the engine's own text, under its name in pg_type.
NAMED: Final = frozenset(
    (
        *("date", "time", "timetz", "timestamp", "timestamptz", "interval", "uuid", "json", "jsonb", "money"),
        *("inet", "cidr", "macaddr", "macaddr8", "bit", "varbit", "tsvector", "tsquery"),
        *("point", "line", "lseg", "box", "path", "polygon", "circle"),
        *("int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"),
        *("int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange"),
    )
)
_DESCRIBED: Final = """
WITH RECURSIVE wanted(oid) AS (
    SELECT unnest($1::oid[])
    UNION
    SELECT next.oid FROM wanted
    JOIN pg_catalog.pg_type t ON t.oid = wanted.oid
    LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
    CROSS JOIN LATERAL (VALUES (t.typelem), (t.typbasetype), (r.rngsubtype)) AS next(oid)
    WHERE next.oid <> 0
)
SELECT t.oid::int8, n.nspname::text, t.typname::text, t.typtype::text, t.typcategory::text, t.typelem::int8,
    t.typbasetype::int8, t.typtypmod, coalesce(r.rngsubtype, 0)::int8, pg_catalog.format_type(t.oid, -1)
FROM wanted JOIN pg_catalog.pg_type t ON t.oid = wanted.oid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How a type is carried: its tag or kind, and the type without any length that a parameter is cast to."""

    kind: str
    cast: str
    name: str
    domain: str | None = None
    modifier: int = -1

    @property
    def typed(self) -> bool:
        """Whether values come as the engine's own text."""
        return self.kind not in _TAGS


_TAGS: Final = frozenset(PLAIN.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    schema: str
    name: str
    type: str
    category: str
    element: int
    base: int
    modifier: int
    subtype: int
    cast: str


class Types:
    """The types that one connection has met; types whose values are not plain get a loader when they are met."""

    def __init__(self, driver: Connection[tuple[Any, ...]]) -> None:
        self._driver = driver
        self._known: dict[int, Carried | None] = {}
        for name in NAMED:
            info = driver.adapters.types.get(name)
            if info is not None:
                driver.adapters.register_loader(info.oid, loader_of(name))
        for name in NAMED | PLAIN.keys():
            info = driver.adapters.types.get(name)
            if info is not None:
                driver.adapters.register_loader(info.array_oid, loader_of(f"{name}[]"))

    def carried(self, oids: Iterable[int]) -> Mapping[int, Carried | None]:
        """Say of each type, by its number, how it is carried; None where it is not."""
        self.learn(oids)
        return self._known

    def learn(self, oids: Iterable[int]) -> bool:
        """Get to know types; say whether one of them was new, so that its loader was not yet there."""
        unknown = set(oids) - self._known.keys()
        if unknown:
            self._learn(unknown)
        return bool(unknown)

    def _learn(self, oids: set[int]) -> None:
        rows = RawCursor(self._driver).execute(_DESCRIBED, ["{" + ",".join(map(str, oids)) + "}"]).fetchall()
        described = {
            oid: _Described(
                schema=schema,
                name=name,
                type=kind,
                category=category,
                element=element,
                base=base,
                modifier=modifier,
                subtype=subtype,
                cast=cast,
            )
            for oid, schema, name, kind, category, element, base, modifier, subtype, cast in rows
        }
        for oid in oids:
            carried = _carried(oid, described)
            self._known[oid] = carried
            if carried is not None and carried.typed and carried.domain is None:
                self._driver.adapters.register_loader(oid, loader_of(carried.kind))


def _carried(oid: int, described: Mapping[int, _Described]) -> Carried | None:
    """Follow domains, arrays and ranges down to types that are carried themselves."""
    one = described.get(oid)
    if one is None:
        return None
    own = one.schema == "pg_catalog"
    # Types of one's own are named with their schema, so that none can pass for another or for a tag.
    name = one.name if own else f"{one.schema}.{one.name}"
    kind: str | None = None
    if own and one.type in "brm" and not one.element:
        kind = PLAIN.get(one.name) or (one.name if one.name in NAMED else None)
    elif own and one.name in NAMED:
        kind = one.name
    elif one.type == "d":
        base = _carried(one.base, described)
        return base and Carried(
            kind=base.kind, cast=base.cast, name=base.name, domain=one.cast, modifier=max(base.modifier, one.modifier)
        )
    elif one.type == "e":
        kind = name
    elif one.category == "A" and one.element:
        element = _carried(one.element, described)
        inner = element and (element.name if element.domain is None else element.domain)
        kind, name = (f"{inner}[]", f"{inner}[]") if inner else (None, name)
    elif one.type == "r":
        kind = name if _carried(one.subtype, described) else None
    elif one.name == "citext" and one.type == "b":
        kind = "text"
    return Carried(kind=kind, cast=one.cast, name=name) if kind else None


@cache
def loader_of(kind: str) -> type[Loader]:
    """Make the driver's loader that leaves a value as the engine's own text."""

    class TypedLoader(Loader):
        """Reads one type."""

        def load(self, data: Buffer) -> Typed:
            """Keep the text."""
            return Typed(kind, str(data, "utf-8"))

    return TypedLoader
