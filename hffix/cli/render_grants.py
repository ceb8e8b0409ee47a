"""What init-target --print-grants prints: SQL that can be run as it stands, its remarks as comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hffix.cli.answer import Answer
from hffix.reports.safe import safe
from hffix.reports.widths import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hffix.database.grants import Script
    from hffix.reports.messages import Messages
    from hffix.workflow.grants import Printed

# Short lines, since this is read in an editor beside others.
WIDTH: Final = 100
DOES: Final = {
    "planner": "planner: plans, shows, lists, makes rollbacks. Reads the log and the fixes' tables; writes nothing.",
    "operator": (
        "operator: applies, closes, pauses, plans with --trial. Writes the columns that the fixes declare, and appends"
        " to the log."
    ),
    "approver": (
        "approver: withdraws a change set, so that a running apply stops. Who only approves needs no account at all."
    ),
    "auditor": "auditor: verifies and traces. Reads the log and the tables that the fixes change.",
    "eraser": (
        "eraser: takes a person's rows out of the log, and so may empty six of its columns. Never the account of an"
        " operator."
    ),
}
ORDER: Final = "The change log must be there: hffix init-target, by the account that owns the database's tables."
VIEWS: Final = (
    "Views through which the roles are shown triggers, checks and foreign keys, to be made by an account that sees the"
    " whole server (SELECT, TRIGGER and PROCESS on *.*): they look with its eyes. Without them the roles would need"
    " TRIGGER on the whole database, which also lets them make and drop triggers."
)
REFERRING: Final = (
    "Not known from the fixes alone: tables whose foreign keys act (ON DELETE or ON UPDATE) on rows that a fix deletes"
    " or whose referenced columns it changes. The planner reads them too; hffix doctor and hffix plan name what lacks."
)
FOLDER: Final = (
    "What it has are the rights of the file and of its folder, in which SQLite keeps its journal: write for the account"
    " of operators, read for planners and auditors, nothing for others. For example:"
)
EXAMPLE: Final = "An account for each person, with no right but a role; for example:"


def printed_answer(printed: Printed, *, target: str, say: Messages) -> Answer:
    """Write the statements, each role under a remark that says what it is for."""
    statements = printed.statements
    lines = list(_head(printed, target=target, say=say))
    lines += _of_roles(statements, say=say) if statements.roles else _of_file(statements, say=say)
    roles = [{"role": one.role, "account": one.account, "sql": list(one.statements)} for one in statements.roles]
    return Answer(
        page="\n".join(lines),
        data={
            "target": target,
            "dialect": statements.dialect,
            "database": statements.database,
            "fixes": list(printed.fixes),
            "first": list(statements.first),
            "roles": roles,
        },
    )


def _head(printed: Printed, *, target: str, say: Messages) -> Iterator[str]:
    text = "Least rights for hffix on {target}, database {database}. Nothing was touched: review this, then run it."
    yield from _remark(say(text, target=safe(target), database=safe(printed.statements.database)))
    fixes = say.word(", ").join(map(safe, printed.fixes)) or "–"
    yield from _remark(say("For the fixes: {fixes}.", fixes=fixes))


def _of_file(statements: Script, *, say: Messages) -> Iterator[str]:
    """Say what an engine without accounts has instead."""
    file = safe(statements.database)
    text = (
        "SQLite has no accounts and no grants. Who may write {file} may write every row in it and its change log, and"
        " may drop the triggers that keep the log append-only; only the receipts outside of it would tell."
    )
    yield from _remark(say(text, file=file))
    yield from _remark(say.word(FOLDER))
    yield f"--   chown operator:fund {file} . && chmod 640 {file} && chmod 750 ."


def _of_roles(statements: Script, *, say: Messages) -> Iterator[str]:
    yield from _remark(say.word(ORDER))
    yield from _remark(say.word(REFERRING))
    if statements.first:
        yield ""
        yield from _remark(say.word(VIEWS))
        yield from statements.first
    for role in statements.roles:
        yield ""
        yield from _remark(say.word(DOES[role.role]))
        yield from role.statements
    yield ""
    yield from _remark(say.word(EXAMPLE))
    yield f"--   {statements.joining}"


def _remark(text: str) -> Iterator[str]:
    yield from (f"-- {line}" for line in fold(text, width=WIDTH - 3))
