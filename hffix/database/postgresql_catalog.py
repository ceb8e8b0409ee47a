"""What PostgreSQL's catalog says of one table, asked in one query: it is asked again in every chunk."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from hffix.database.postgresql_link import Link

_NAMES: Final = """(SELECT coalesce(json_agg(a.attname ORDER BY p.n), '[]') FROM unnest({key}) WITH ORDINALITY p(num, n)
    JOIN pg_attribute a ON a.attrelid = {of} AND a.attnum = p.num)"""
# A point within a name would make its beginning a schema.
_TABLE: Final = (
    "CASE WHEN {n}.nspname = 'public' AND strpos({c}.relname, '.') = 0 THEN {c}.relname"
    " ELSE {n}.nspname || '.' || {c}.relname END"
)

_COLUMNS: Final = """
SELECT json_agg(json_build_object('name', a.attname, 'oid', a.atttypid::int8, 'modifier', a.atttypmod,
    'type', format_type(a.atttypid, a.atttypmod), 'not_null', a.attnotnull, 'generated', a.attgenerated,
    'identity', a.attidentity, 'default', pg_get_expr(d.adbin, d.adrelid),
    'collation', CASE WHEN o.collname = 'default' OR o.oid IS NULL THEN o.collname
        ELSE o.collname || CASE WHEN o.collisdeterministic THEN '' ELSE ' (nondeterministic)' END END
) ORDER BY a.attnum)
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation o ON o.oid = a.attcollation
WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"""

_CONSTRAINTS: Final = """
SELECT json_agg(json_build_object('kind', k.contype, 'name', k.conname, 'text', pg_get_constraintdef(k.oid),
    'plain', k.convalidated AND NOT k.condeferrable) ORDER BY k.conname)
FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f', 'x')"""

# A trigger, or a foreign key's end, may be one partition's alone.
_PARTS: Final = "(SELECT part.relid FROM pg_partition_tree(c.oid) part WHERE c.relkind = 'p')"
_LINKS: Final = f"""
SELECT json_agg(json_build_object('table', {_TABLE.format(n="fn", c="fc")}, 'to_table', {_TABLE.format(n="tn", c="tc")},
    'columns', {_NAMES.format(key="k.conkey", of="k.conrelid")}, 'own', k.conrelid = c.oid,
    'to_columns', {_NAMES.format(key="k.confkey", of="k.confrelid")},
    'referring', k.confrelid = c.oid OR k.confrelid IN {_PARTS},
    'on_update', k.confupdtype, 'on_delete', k.confdeltype) ORDER BY fn.nspname, fc.relname, k.conname)
FROM pg_constraint k
JOIN pg_class fc ON fc.oid = k.conrelid JOIN pg_namespace fn ON fn.oid = fc.relnamespace
JOIN pg_class tc ON tc.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
    AND (k.conrelid = c.oid OR k.confrelid = c.oid OR k.confrelid IN {_PARTS})"""

_INDEXES: Final = f"""
SELECT json_agg(json_build_object('primary', i.indisprimary, 'text', pg_get_indexdef(i.indexrelid),
    'columns', {_NAMES.format(key="i.indkey::int2[]", of="i.indrelid")}, 'count', i.indnkeyatts,
    'plain', i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate AND NOT EXISTS (
        SELECT 1 FROM unnest(i.indkey::int2[], i.indcollation::oid[]) AS p(num, compared)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.num AND a.attcollation <> p.compared
    ) AND pg_get_indexdef(i.indexrelid) !~ 'NULLS NOT DISTINCT') ORDER BY x.relname)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisunique"""

# Those of a partition that are its own fire too, for the rows that lie there.
_TRIGGERS: Final = """
SELECT json_agg(json_build_object('name', CASE WHEN t.tgrelid = c.oid THEN '' ELSE t.tgrelid::regclass || '.' END
        || t.tgname, 'enabled', t.tgenabled, 'text', pg_get_triggerdef(t.oid),
    'calls', CASE WHEN l.lanname IN ('c', 'internal') THEN l.lanname || ' ' || p.proname
        ELSE pg_get_functiondef(p.oid) END) ORDER BY t.tgrelid <> c.oid, t.tgrelid::regclass::text, t.tgname)
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND (t.tgrelid = c.oid OR t.tgparentid = 0 AND t.tgrelid IN (
    SELECT relid FROM pg_partition_tree(c.oid)))"""

_ELSEWHERE: Final = """
SELECT json_agg(l.oid::regclass::text ORDER BY 1) FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid
WHERE t.isleaf AND (l.relkind <> 'r' OR l.relpersistence <> 'p')"""

_DOMAINS: Final = """
SELECT json_agg(format_type(k.contypid, NULL) || ' ' || pg_get_constraintdef(k.oid) ORDER BY k.conname)
FROM pg_constraint k WHERE k.contypid IN (
    WITH RECURSIVE held(oid) AS (
        SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        UNION SELECT t.typbasetype FROM held JOIN pg_type t ON t.oid = held.oid WHERE t.typbasetype <> 0
    ) SELECT oid FROM held)"""

_POLICIES: Final = """
SELECT json_agg(concat_ws(' ', p.polname, p.polcmd::text, p.polpermissive, p.polroles::regrole[]::text,
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname)
FROM pg_policy p WHERE p.polrelid = c.oid"""

_RULES: Final = "SELECT json_agg(pg_get_ruledef(r.oid) ORDER BY r.rulename) FROM pg_rewrite r WHERE r.ev_class = c.oid"

_PARENTS: Final = f"""
SELECT json_agg({_TABLE.format(n="pn", c="pc")} ORDER BY 1) FROM pg_inherits h
JOIN pg_class pc ON pc.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = pc.relnamespace WHERE h.inhrelid = c.oid"""

_ASKED: Final = f"""
SELECT c.relkind::text, json_build_object('oid', c.oid::int8, 'kind', c.relkind, 'persistence', c.relpersistence,
    'secured', c.relrowsecurity, 'forced', c.relforcerowsecurity, 'partition_key', pg_get_partkeydef(c.oid),
    'partition_bound', pg_get_expr(c.relpartbound, c.oid),
    'access', (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam),
    'inherited', EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhparent = c.oid) AND c.relkind = 'r',
    'columns', ({_COLUMNS}), 'constraints', ({_CONSTRAINTS}), 'links', ({_LINKS}), 'indexes', ({_INDEXES}),
    'triggers', ({_TRIGGERS}), 'domains', ({_DOMAINS}), 'policies', ({_POLICIES}), 'rules', ({_RULES}),
    'parents', ({_PARENTS}), 'elsewhere', ({_ELSEWHERE}))::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2"""

# The sequences that fill a column: of an identity, of a serial, or named by the column's default.
HANDED_OUT: Final = """
SELECT n.nspname::text, s.relname::text, q.seqincrement, q.seqmin, q.seqmax, q.seqcycle, q.seqcache
FROM pg_attribute a CROSS JOIN LATERAL (
    SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')
    UNION SELECT d.refobjid FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass
        AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum
) AS filling(oid)
JOIN pg_class s ON s.oid = filling.oid AND s.relkind = 'S' JOIN pg_namespace n ON n.oid = s.relnamespace
JOIN pg_sequence q ON q.seqrelid = s.oid WHERE a.attrelid = $1::oid AND a.attname = $2"""


@dataclass(frozen=True, slots=True)
class Found:
    """What the catalog says: the kind of the relation, and everything else by name."""

    kind: str
    facts: dict[str, Any]

    def listed(self, name: str) -> list[Any]:
        """Give one of the lists; the catalog says NULL of an empty one."""
        return self.facts[name] or []


def look_up(link: Link, schema: str, table: str) -> Found | None:
    """Ask the catalog for a relation of exactly that name."""
    rows = link.fetch(_ASKED, (schema, table))
    return Found(rows[0][0], orjson.loads(rows[0][1])) if rows else None
