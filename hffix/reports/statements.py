"""Statements about a change set that every form of its review and the block of an approval have in common."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hffix.model.acts import Act
from hffix.model.besides import ROWS
from hffix.model.manifest import Manifest, TableCounts
from hffix.model.scope import Scope
from hffix.model.shape import visible_value
from hffix.reports.messages import Messages
from hffix.reports.review import minute, short_lineage
from hffix.reports.safe import safe

MOST_ACTS: Final = 12
_ACTS: Final[Mapping[str, str]] = {
    "trigger": "{table}: trigger {name}, {when}",
    "rule": "{table}: rule {name}, {when}",
    "action": "{table}: foreign key {name}, {when}, refused where it would reach a row",
    "column": "{table}: {name} is set whenever a row is updated",
    "policy": "{table}: row-level security",
}


def names(found: Iterable[str], *, say: Messages) -> str:
    """List names in one line."""
    return say.word(", ").join(map(safe, found))


def fix_of(manifest: Manifest, *, say: Messages) -> str:
    """Name the fix by its id and its title."""
    return say('{fix} "{title}"', fix=safe(manifest.fix.id), title=safe(manifest.fix.title))


def source_of(manifest: Manifest, *, say: Messages) -> str:
    """Name the author and the ticket."""
    author = safe(manifest.fix.author)
    if manifest.fix.ticket is None:
        return say("{author}, no ticket", author=author)
    return say("{author}, ticket {ticket}", author=author, ticket=safe(manifest.fix.ticket))


def target_of(manifest: Manifest, *, say: Messages) -> str:
    """Name the target, its lineage and the risk that the author states."""
    target = manifest.target
    where = say("{target} (lineage {lineage})", target=safe(target.name), lineage=short_lineage(target.lineage))
    return f"{where}      {say('risk {risk}', risk=say.word(manifest.fix.risk))}"


def writes_of(table: str, counts: TableCounts, *, say: Messages) -> str:
    """Say what is written into one table, and into which columns only."""
    facts = {"table": safe(table), "inserts": counts.inserts, "deletes": counts.deletes}
    if not counts.updates:
        return say("{table}: inserts {inserts}, deletes {deletes}", **facts)
    columns = names(counts.columns, say=say)
    text = "{rows:row|rows} of {table}, only {columns}; inserts {inserts}, deletes {deletes}"
    return say(text, rows=counts.updates, columns=columns, **facts)


def scope_of(scope: Scope, *, say: Messages) -> str:
    """Say what one scope may touch and what it reads."""
    facts = {"table": safe(scope.table), "at_most": scope.at_most, "reads": names(scope.reads, say=say)}
    if scope.kind in {"delete", "cases-delete"}:
        return say("{table}: deletes whole rows; at most {at_most:row|rows}", **facts)
    if scope.kind == "cases-insert":
        return say("{table}: inserts whole rows; at most {at_most:row|rows}", **facts)
    if not scope.writes:
        return say("{table}: reads {reads}; at most {at_most:row|rows}", **facts)
    if not scope.reads:
        text = "{table}: writes {writes}; at most {at_most:row|rows}"
        return say(text, table=safe(scope.table), writes=names(scope.writes, say=say), at_most=scope.at_most)
    text = "{table}: writes {writes}, reads {reads}; at most {at_most:row|rows}"
    return say(text, writes=names(scope.writes, say=say), **facts)


def limits_of(scope: Scope, *, say: Messages) -> Iterator[str]:
    """Say which rows a scope chooses, and what a reader would not expect of it."""
    if scope.where is not None and not scope.kind.startswith("cases"):
        yield say("where {condition}", condition=safe(scope.where, longest=400))
    if scope.to_null:
        yield say.word("may make a value NULL")
    if scope.unguarded:
        yield say("looks into {tables} without guarding what it finds", tables=names(scope.unguarded, say=say))


def acts_of(acts: tuple[Act, ...] | None, *, say: Messages, table: str | None = None) -> Iterator[tuple[str, str]]:
    """Say what the database itself does when these rows are written, or that this is not known here."""
    label = say.word("sets off")
    if acts is None:
        yield label, say.word("not known here: the change set's schema is where it was planned")
        return
    shown = [act for act in acts if table in {None, act.table}]
    for act in shown[:MOST_ACTS]:
        facts = {"table": safe(act.table), "name": safe(act.name), "when": safe(act.when, longest=200)}
        yield label, say(_ACTS[act.kind], **facts)
        label = ""
    if len(shown) > MOST_ACTS:
        yield "", say("{count} more act on these tables", count=len(shown) - MOST_ACTS)


def trial_of(manifest: Manifest, *, say: Messages) -> str:
    """Say what the trial showed, or why there is none."""
    trial = manifest.trial
    if trial is not None:
        text = "passed on {time}: {rows:row|rows} written, compared and rolled back"
        return say(text, time=minute(trial.time), rows=trial.rows)
    if manifest.parent is not None:
        return say("none since rows were struck from {parent}", parent=safe(manifest.parent[:12]))
    return say.word("none: constraints and triggers were not asked")


def cautions_of(manifest: Manifest, *, say: Messages) -> Iterator[tuple[str, str]]:
    """Give, with its label, each further fact that is signed and that only some change sets have."""
    if manifest.reverts is not None:
        yield say.word("takes back"), say("run {run}", run=str(manifest.reverts.number))
    for name, param in manifest.fix.params.items():
        value = say.word("hidden") if param.value is None else safe(visible_value(param.value))
        yield say.word("given"), say("{name} = {value}", name=safe(name), value=value)
    for name, lookup in manifest.lookups.items():
        source = lookup.file if lookup.table is None else f"{lookup.table}.{lookup.key} → {lookup.value}"
        yield say.word("looks up"), say("{name} in {source}", name=safe(name), source=safe(str(source)))
    for query in dict.fromkeys(scope.where for scope in manifest.scope if scope.kind == "cases" and scope.where):
        yield say.word("cases of"), safe(" ".join(query.split()), longest=400)
    if manifest.fix.after:
        yield say.word("comes after"), say("a finished run of {fixes}", fixes=names(manifest.fix.after, say=say))
    if manifest.fix.on_conflict == "skip":
        yield say.word("conflicts"), say.word("rows that changed since are left and recorded; the rest is written")
    for effect in manifest.side_effects:
        if effect.column == ROWS:
            text = "the database itself writes rows of {table}, which are neither backed up nor taken back"
            yield say.word("besides"), say(text, table=safe(effect.table))
            continue
        column = safe(f"{effect.table}.{effect.column}")
        yield say.word("besides"), say("the database itself changes {column}", column=column)
    for condition in manifest.requires:
        yield say.word("requires"), safe(condition.title)
    for kept in manifest.keeps:
        total = say("the total of {columns}: {total}", columns=names(kept.columns, say=say), total=safe(kept.after))
        yield say.word("keeps"), total
    for condition in manifest.ensures:
        yield say.word("ensures"), safe(condition.title)
