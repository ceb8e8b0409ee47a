"""Errors of applying, closing and rolling back: 6xx."""

from typing import Final

from hffix.errors import HffixError

_EARLIER: Final = "The chunk was rolled back whole; the chunks before it are committed, logged and backed up."


def stopped_within(problem: HffixError) -> HffixError:
    """Say of whatever stopped a run behind its first chunk what stands; by itself it may know nothing of chunks."""
    if problem.untouched == HffixError.untouched:
        problem.untouched = _EARLIER
    return problem


class Conflict(HffixError):
    """A row is no longer what was approved; the chunk that holds it was not written."""

    code, status = "HFX-601", 3
    untouched = "Nothing of that chunk was written; the chunks before it are committed, logged and backed up."
    hint = "Look at the row; then apply again, or leave the rest with: hffix close CHANGESET"


class ReadBackDiffers(HffixError):
    """What stands in the table after the write is not what was approved: a trigger, a truncation, a conversion."""

    code, hint = (
        "HFX-602",
        "Find what changes the row when it is written; plan again, expected effects declared with fix.side_effects(…).",
    )
    untouched = _EARLIER


class RowCountDiffers(HffixError):
    """The database matched another number of rows than were to be written."""

    code, hint = "HFX-603", "Find what removes or holds back rows; plan again with --trial."
    untouched = _EARLIER


class AlreadyApplied(HffixError):
    """The change set was used by a run that is closed; it is spent."""

    code, status, hint = "HFX-604", 7, "To do it again, plan again."


class Paused(HffixError):
    """The run stopped at a chunk's edge, as it was asked to; what is committed stays."""

    code, status, hint = "HFX-605", 5, "Go on with: hffix apply CHANGESET"
    untouched = "The lines that are left are not begun."


class Interrupted(HffixError):
    """The operator interrupted the run; it stopped at a chunk's edge."""

    code, status, hint = "HFX-606", 130, "Go on with: hffix apply CHANGESET"
    untouched = "The lines that are left are not begun."


class NoSpace(HffixError):
    """There is not enough room for the backup of what will be written."""

    code, hint = "HFX-607", "Free space where backups/ lies, then apply again."


class BackupTooSlow(HffixError):
    """The backup part took longer than its deadline while rows were locked."""

    code, hint = "HFX-608", "Use a faster disk for backups/, smaller chunks, or a longer [backup] seconds."
    untouched = _EARLIER


class RunOpen(HffixError):
    """The run is still open, so it cannot be rolled back."""

    code, hint = "HFX-609", "End it first, with hffix apply CHANGESET or hffix close CHANGESET."


class NotOpen(HffixError):
    """The change set has no open run to close."""

    code, status, hint = "HFX-610", 64, "See the runs with: hffix runs"


class ClocksDiffer(HffixError):
    """The target's clock and this machine's differ by more than five minutes, or the target's runs backwards."""

    code, hint = "HFX-611", "Set the clocks right: approvals expire by the target's clock."


class NotPlannedHere(HffixError):
    """The change set holds lines of a kind that this version does not apply."""

    code, hint = "HFX-612", "Apply it with the version of hffix that planned it."


class RootDiffers(HffixError):
    """The leaves that were applied do not give the approved root."""

    code, status, hint = "HFX-613", 6, "Run hffix verify; do not write anything more to this target."


class NothingToRollBack(HffixError):
    """No applied row of the run is left to take back, or none fits the table and row given."""

    code, hint = "HFX-614", "See what the run did with: hffix runs, hffix trace TABLE ROW"


class KeepsUnproved(HffixError):
    """After the last chunk the total of columns that the fix keeps is not what was approved."""

    code, status, hint = "HFX-615", 6, "Run hffix verify --data; roll back with: hffix rollback RUN"


class LookupChanged(HffixError):
    """What the fix looked values up in is not what it was at plan."""

    code, status, hint = "HFX-616", 3, "Plan again: the values would come out differently now."


class WritesBeside(HffixError):
    """Rows that are in no line were written along with ours, by a trigger or a rule, and nobody declared it."""

    code, hint = (
        "HFX-640",
        "Declare what is expected, and plan again: fix.side_effects(TABLE), or hffix rollback RUN --besides TABLE",
    )
    untouched = "The chunk was rolled back whole; the chunks before it are committed, logged and backed up."


class CaseUnbalanced(HffixError):
    """The lines of one case would change a total that the fix keeps."""

    code, hint = "HFX-617", "Find out who made this change set: plan refuses such a case. Then plan again."
    untouched = "Nothing of that chunk was written; the chunks before it are committed, logged and backed up."


class ReceiptPending(HffixError):
    """What a command appended is committed, and a witness of it, the receipt or the journal's line, is not written."""

    code, hint = "HFX-618", "Run the command again: it writes the receipt that is pending."
    untouched = "What was committed stands, with its log and its backup."
