"""What a fix is given beside the rows: its params and its lookups, for functions, for SQL and for the manifest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from hffix.authoring.loading import Script
from hffix.authoring.params import as_raw, read_params
from hffix.authoring.words import params_in, words_of
from hffix.database import Snapshot
from hffix.database.session import Params as BoundParams
from hffix.errors.changesets import RowsChanged
from hffix.model import merkle
from hffix.model.manifest import Params
from hffix.model.scope import Lookup
from hffix.model.value import decode_value, encode_value
from hffix.store.changesets import ChangeSet
from hffix.store.projects import Project
from hffix.workflow.lines import LineWriter
from hffix.workflow.lookups import bind_lookups


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The same values in the three forms in which they are needed."""

    bound: BoundParams
    values: Mapping[str, object]
    facts: dict[str, Params]
    lines: tuple[bytes, ...]
    lookups: dict[str, Lookup]


def give(project: Project, script: Script, snapshot: Snapshot, *, params: Mapping[str, str], seed: bytes) -> Given:
    """Read a fix's params and lookups."""
    read = read_params(script.fix.params, params)
    lookups = bind_lookups(project, script, snapshot)
    bound = {name: as_raw(value) for name, value in read.items()}
    hidden = frozenset(_sensitive(project, script))
    writer = LineWriter(seed)
    facts: dict[str, Params] = {}
    lines: list[bytes] = []
    for name, raw in bound.items():
        value = encode_value(raw)
        if name not in hidden:
            facts[name] = Params(value=value, leaf=None)
            continue
        lines.append(writer.param(name, value))
        facts[name] = Params(value=None, leaf=merkle.leaf(lines[-1]).hex())
    return Given(
        bound=bound,
        values={**read, **{name: lookup.values for name, lookup in lookups.items()}},
        facts=facts,
        lines=tuple(lines),
        lookups={name: lookup.facts for name, lookup in lookups.items()},
    )


def _sensitive(project: Project, script: Script) -> Iterator[str]:
    """Name the params that may hold what a sensitive column holds: they share its name, or an SQL text with it."""
    columns = {place.rpartition(".")[2].casefold() for place in project.masks}
    yield from (name for name in script.fix.params if name.casefold() in columns)
    for _, sql in script.fix.texts():
        if columns & words_of(sql):
            yield from params_in(sql)


def bound_again(change_set: ChangeSet) -> BoundParams:
    """Give the params of a change set as its conditions bind them; those that its manifest hides, from its folder."""
    stated = change_set.manifest.fix.params
    hidden: dict[str, object] = {}
    if any(fact.leaf is not None for fact in stated.values()):
        leaves = {fact.leaf for fact in stated.values()}
        for line in change_set.params():
            if merkle.leaf(line).hex() not in leaves:
                raise RowsChanged(f"a param of change set {change_set.id} is not what its manifest states")
            _, name, value = orjson.loads(line)
            hidden[name] = value
    missing = [name for name, fact in stated.items() if fact.leaf is not None and name not in hidden]
    if missing:
        raise RowsChanged(f"the param {', '.join(missing)} of change set {change_set.id} is not in its folder")
    return {name: decode_value(hidden[name] if fact.leaf is not None else fact.value) for name, fact in stated.items()}
