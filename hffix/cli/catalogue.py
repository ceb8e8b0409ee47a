"""The catalogue of commands: where each one is found, and what it does in a line, without loading any of them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Listed:
    """A command, its place as module:attribute, and its line in the list of commands."""

    place: str
    does: str
    hidden: bool = False


COMMANDS: Final[dict[str, Listed]] = {
    "init": Listed("projects:init", "Make a project: hffix.toml, a policy to fill in, folders."),
    "init-target": Listed("targets:init_target", "Give a target its change log; say that it moved."),
    "doctor": Listed("targets:doctor", "Say what is missing: policy, target, change log, key, space."),
    "new": Listed("creating:new", "Begin a fix: its script and its test, which run as they stand."),
    "list": Listed("listing:list_fixes", "List the fixes, and where their change sets stand."),
    "plan": Listed("planning:plan", "Run a fix over a snapshot and write its change set."),
    "show": Listed("reviewing:show", "Show a change set by the shapes of its changes."),
    "strike": Listed("striking:strike", "Take rows, cases or shapes out of a change set."),
    "approve": Listed("approving:approve", "Sign change sets."),
    "revoke": Listed("approving:revoke", "Withdraw a change set for good."),
    "status": Listed("reviewing:status", "Say where change sets stand: approvals, run, drift."),
    "policy": Listed("policies:policy", "Check the policy; explain what a change set lacks."),
    "apply": Listed("applying:apply", "Write the approved rows; called again, it goes on."),
    "pause": Listed("steering:pause", "Stop a run at its next chunk's edge."),
    "resume": Listed("steering:resume", "Let a paused run be applied again."),
    "pace": Listed("steering:pace", "Set how many rows a run writes in one transaction."),
    "close": Listed("applying:close", "End a run and leave the rest of its rows as they are."),
    "ci": Listed("proposing:ci", "Plan what a branch proposes, for its pull request."),
    "rollback": Listed("planning:rollback", "Make the change set that takes a run back."),
    "runs": Listed("looking:runs", "List the runs of a target."),
    "trace": Listed("looking:trace", "Show the life of a row: who, why, on whose word."),
    "verify": Listed("looking:verify", "Prove the record: log, chain, receipts, approvals, backups."),
    "erase": Listed("erasing:erase", "Erase a person's rows from log, change sets and backups."),
    "backup": Listed("keeping:backup", "List, verify or restore the backup parts."),
    "demo": Listed("demonstrating:demo", "Generate a database with known dirt, and walk through it."),
    "reference": Listed("reference:reference", "Print a page of the reference.", hidden=True),
}
