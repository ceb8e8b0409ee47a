"""runs, trace and verify: looking back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command
from hffix.cli.hours import moment_as_of
from hffix.errors import HffixError
from hffix.errors.project import UsageError

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.model.receipt import Receipt


@command()
@click.option("--events", "of_events", is_flag=True, help="List every call of a command instead, also the refused.")
def runs(call: Call, *, of_events: bool) -> Answer:
    """List the runs of a target, the oldest first."""
    from hffix.cli.render_looking import events_answer, runs_answer
    from hffix.workflow.audited import events
    from hffix.workflow.runs import runs

    setting = call.setting()
    if of_events:
        return events_answer(events(setting), target=setting.target.name, say=call.say, width=call.width)
    return runs_answer(runs(setting), target=setting.target.name, say=call.say, width=call.width)


@command()
@click.argument("table")
@click.argument("row")
@click.option("--column", metavar="COLUMN", help="Only this column.")
@click.option("--as-of", metavar="TIME", help="Only what was done up to this day or moment.")
@click.option("--unmask", is_flag=True, help="Show personal data whole.")
def trace(call: Call, *, table: str, row: str, column: str | None, as_of: str | None, unmask: bool) -> Answer:
    """Show the life of a ROW of TABLE (1234, or col=val,col=val): who changed it, why, and on whose word."""
    from hffix.cli.render_trace import traced_answer
    from hffix.workflow.trace import trace

    moment = moment_as_of(as_of, option="--as-of") if as_of else None
    traced = trace(call.setting(), table, row, column=column, as_of=moment)
    return traced_answer(traced, project=None if unmask else call.project, say=call.say, width=call.width)


@command(signs=True)
@click.argument("run", type=int, required=False)
@click.option("--data", is_flag=True, help="Compare the live rows too.")
@click.option("--expect", metavar="HEAD", help="Refuse unless the chain holds this head.")
@click.option(
    "--export",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all that proves the record, with its rows, into a new folder for the second verifier.",
)
@click.option("--countersign", is_flag=True, help="Sign the newest receipt too, if the whole record is whole.")
def verify(
    call: Call, *, run: int | None, data: bool, expect: str | None, folder: Path | None, countersign: bool
) -> Answer:
    """Hold log, chain, receipts, approvals and backups against each other: of RUN, or of everything."""
    from hffix.cli.render_looking import verified_answer
    from hffix.workflow.countersign import countersign as sign_too
    from hffix.workflow.export import export
    from hffix.workflow.verify import verify

    if run is not None and countersign:
        raise UsageError("--countersign is about the whole record, and takes no RUN")
    if run is not None:
        call.known["run"] = run
    exported = export(call.setting(), folder.absolute()) if folder is not None else None
    verified = verify(call.setting(), run=run, data=data, expect=expect)
    signed: Receipt | HffixError | None = None
    if countersign and verified.ok:
        try:
            signed = sign_too(call.setting())
        except HffixError as refused:
            # What was verified is told all the same.
            signed = refused
    return verified_answer(verified, run=run, exported=exported, signed=signed, say=call.say, width=call.width)
