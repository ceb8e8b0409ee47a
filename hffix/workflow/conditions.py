"""Conditions: queries of a fix that must give one value, before the first write or after the last."""

from collections.abc import Iterable

from hffix.authoring.words import params_of
from hffix.database import Snapshot
from hffix.database.session import NO_PARAMS, Params
from hffix.errors.fixes import RequiresUnmet
from hffix.errors.targets import QueryFailed
from hffix.model.scope import Condition
from hffix.model.value import encode_value


def check_requires(snapshot: Snapshot, conditions: Iterable[Condition], *, params: Params = NO_PARAMS) -> None:
    """Refuse where a condition that the fix requires does not hold."""
    for condition in conditions:
        if not holds(snapshot, condition, params=params):
            raise RequiresUnmet(f"required, and not so: {condition.title}")


def try_ensures(snapshot: Snapshot, conditions: Iterable[Condition], *, params: Params = NO_PARAMS) -> None:
    """Let the database read, over no row, what it is asked only after the last write: then it is late to refuse it."""
    for condition in conditions:
        nothing = f"SELECT * FROM (\n{condition.query}\n) AS ensured WHERE 1 = 2"
        try:
            for _ in snapshot.select(nothing, params=params_of(condition.query, params)).pages:
                pass
        except QueryFailed as fault:
            raise QueryFailed(f"the condition {condition.title!r}: {fault.message}") from fault


def holds(snapshot: Snapshot, condition: Condition, *, params: Params = NO_PARAMS) -> bool:
    """Say whether a condition's query gives its value."""
    try:
        found = snapshot.single(condition.query, params=params_of(condition.query, params))
    except QueryFailed as fault:
        raise QueryFailed(f"the condition {condition.title!r}: {fault.message}") from fault
    return encode_value(found) == encode_value(condition.equals)
