"""Errors of targets: databases, their tables and their change log: 5xx."""

from hffix.errors import HffixError


class CannotReach(HffixError):
    """The target's database cannot be opened."""

    code, hint = "HFX-501", "Check the url in hffix.toml, and that the database is there and may be read."


class UnknownEngine(HffixError):
    """The target's url names a database engine that hffix does not carry exactly."""

    code, status, hint = (
        "HFX-502",
        64,
        "Use sqlite:///fund.db, postgresql+psycopg://host/fund or mysql+pymysql://host/fund.",
    )


class NoChangeLog(HffixError):
    """The target has no change log yet."""

    code, hint = "HFX-503", "Make it with: hffix init-target"


class TableRefused(HffixError):
    """A table cannot be corrected exactly: a view, a virtual table, no declared key, or a type not carried."""

    code, hint = "HFX-504", "Take the table out of the fix, or give it a declared key."
    of_view = "Name the table that the view shows: rows are written where they lie."


class KeyRefused(HffixError):
    """A row has NULL in its key, so it cannot be told from another."""

    code, hint = "HFX-505", "Give the rows a key by other means first; hffix addresses rows by key only."


class SchemaChanged(HffixError):
    """A table is no longer what it was when the change set was planned."""

    code, status, hint = "HFX-506", 3, "Plan again on today's schema, and have it approved again."


class OtherLineage(HffixError):
    """The target is not the database that the change set was planned on."""

    code, hint = "HFX-507", "Apply it on the target it was planned for, or plan again here."


class OtherPlace(HffixError):
    """The database stands at another place than its change log says: it was moved, copied or restored."""

    code, hint = "HFX-508", "Say which: hffix init-target --moved (same lineage) or --copy (a new one)."


class NotOnChain(HffixError):
    """The chain does not hold the head that the change set was planned on: the target was set back or forked."""

    code, status, hint = "HFX-509", 3, "Find out whether the database was restored; then plan again."


class ChangeLogExists(HffixError):
    """The target has a change log already, at its newest revision."""

    code, status, hint = "HFX-510", 0, "Nothing to do."
    untouched = "Nothing needed to be written."


class NotDurable(HffixError):
    """The database would confirm a commit before it is safe on disk."""

    code, hint = "HFX-511", "Set the journal mode to WAL or DELETE, so that a commit outlives a power cut."


class QueryFailed(HffixError):
    """The database refused a query of the fix."""

    code, hint = "HFX-512", "Correct the where, the expression or the query that is named."


class WriteRefused(HffixError):
    """The database refused a row: a constraint, a trigger, a type."""

    code, hint = "HFX-513", "Mend the fix so that its rows fit, and plan again with --trial."
    untouched = "Nothing of this chunk was written."


class Busy(HffixError):
    """The database stayed locked by somebody else's transaction."""

    code, hint = "HFX-514", "Run the command again when the other transaction has ended."


class Held(HffixError):
    """Another session of hffix is writing this target."""

    code, hint = "HFX-515", "Wait until that session has ended, or pause it with: hffix pause CHANGESET"


class LineageKnown(HffixError):
    """Receipts exist for this target, but its database has no change log or another lineage."""

    code, status, hint = (
        "HFX-516",
        6,
        "Find out who replaced the database; a copy is declared with init-target --copy.",
    )


class NotUtf8(HffixError):
    """The database does not hold its text in UTF-8."""

    code, hint = "HFX-517", "Convert the database to UTF-8 with its own tools first."


class Fenced(HffixError):
    """The chain moved on since this session read it: another session, or somebody else, extended it."""

    code, hint = "HFX-518", "Run the command again; it reads what happened and goes on from there."
    untouched = "Nothing of this transaction was written."


class ChangeLogRefused(HffixError):
    """The database refused to write one of the change log's own tables."""

    code, hint = "HFX-519", "Look for a name that is taken, a missing right, or a trigger that is not hffix's."
    untouched = "Nothing of this transaction was written."


class NewerChangeLog(HffixError):
    """The target's change log is at a revision that this hffix does not know."""

    code, hint = "HFX-520", "Install the hffix that upgraded it, or a newer one."


class CommitUnknown(HffixError):
    """The connection broke while a transaction was committed: only the database knows whether it was."""

    code, hint = "HFX-521", "Run the command again; it waits for the old session to end and reads what happened."
    untouched = "Whether the last transaction was written is not known here; those before it stand."


class ConnectionLost(HffixError):
    """The connection to the database broke, or the server ended it."""

    code, hint = "HFX-522", "Run the command again; it reads what happened and goes on from there."
    untouched = "Nothing of this transaction was written."


class NotPinned(HffixError):
    """The server does not work under the settings by which values are read and written exactly."""

    code, hint = "HFX-523", "Ask who runs the server, or a pooler before it, to leave the session's settings alone."


class GrantLacking(HffixError):
    """The account of the target's url lacks a right in the database; every right that is known to lack is named."""

    code, hint = (
        "HFX-540",
        "hffix doctor names each right with its GRANT; hffix init-target --print-grants prints those of every role.",
    )
    untouched = "Nothing of this transaction was written."


class CannotWrite(HffixError):
    """The database, or its driver, gives no lock that keeps others out, or does not count the rows that it writes."""

    code, hint = (
        "HFX-528",
        "Name another driver of the same database in the url, or have the rows kept where they can be locked.",
    )


class NotAudited(HffixError):
    """A command that writes a target could leave no event of itself anywhere."""

    code, hint = "HFX-534", "Make backups/ in the project writable for this account, then run the command again."
    untouched = "Nothing was written."


class ServerFull(HffixError):
    """The database's server has no room left for what is written."""

    code, hint = "HFX-535", "Ask who runs the server to make room on its disks, then run the command again."
    untouched = "Nothing of this transaction was written."
