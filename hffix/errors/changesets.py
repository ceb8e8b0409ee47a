"""Errors of change sets and the other signed files: 3xx."""

from hffix.errors import HffixError


class NotCanonical(HffixError):
    """A file or row that hffix signs or hashes is not in its one canonical form."""

    code, hint = "HFX-301", "Take the file again from where it was made; do not edit signed files."


class NotJson(NotCanonical):
    """What should be canonical JSON is no JSON at all."""


class NewerFormat(HffixError):
    """The file was written by a newer hffix, in a format that this one does not know."""

    code, hint = "HFX-302", "Install the hffix that wrote it, or a newer one."


class BadManifest(HffixError):
    """A manifest lacks a key, has one too many, or holds a value of the wrong kind."""

    code, hint = "HFX-303", "Take the change set again from where it was planned."


class UnknownChangeSet(HffixError):
    """No change set begins with these digits."""

    code, status, hint = "HFX-304", 64, "See the change sets with: hffix status"


class AmbiguousChangeSet(HffixError):
    """Several change sets begin with these digits."""

    code, status, hint = "HFX-305", 64, "Give more of the digest."


class Twins(HffixError):
    """Two manifests share their first twelve digits; one of them was made to be taken for the other."""

    code, hint = "HFX-306", "Compare the full digests, find out who made the second, and remove it."


class RowsMissing(HffixError):
    """The rows of the change set are not on this machine; only its manifest is."""

    code, hint = "HFX-307", "Copy changesets/ from where it was planned."


class RowsChanged(HffixError):
    """The rows of a change set, or its manifest, are not those that were digested when it was planned."""

    code, hint = "HFX-308", "Take the change set again from where it was planned; nobody may edit it."


class EmptyChangeSet(HffixError):
    """The change set has no changes; it can be read but neither approved nor applied."""

    code, hint = "HFX-309", "Read its unresolved rows with: hffix show CHANGESET --only unresolved"


class NoSuchShape(HffixError):
    """The change set has no shape of that number."""

    code, status, hint = "HFX-310", 64, "See the numbers with: hffix show CHANGESET --shapes"


class LineTooLong(HffixError):
    """One row's line is longer than the 8 MiB that a reader of change sets takes."""

    code, hint = "HFX-311", "Leave the table's large columns out of the fix, or correct these rows by other means."


class NoSuchChange(HffixError):
    """The change set has no change of a row that is named; the message says which tables it changes."""

    code, status = "HFX-312", 64
    hint = "Write the key whole, as hffix show CHANGESET --shape N --unmask prints it: 1234, or col=val,col=val."


class AmbiguousRow(HffixError):
    """A row that is named is one of several in the change set."""

    code, status, hint = "HFX-313", 64, "Name its table with --table, and each of its key's columns as col=val."


class NoSuchCase(HffixError):
    """The change set has no case of that number."""

    code, status = "HFX-314", 64
    hint = "Give one of its numbers, or name a row of the case with --row: that takes the whole case."


class NothingLeft(HffixError):
    """Striking would leave a change set without a change, which nobody could approve."""

    code = "HFX-315"
    hint = "Close the pull request instead; to forbid its use for good: hffix revoke CHANGESET"


class StruckTotal(HffixError):
    """Without the rows to be struck, a total that the fix promises to keep would change."""

    code, hint = "HFX-316", "Strike the rows that balance them as well, or correct the fix and plan again."


class LinesErased(HffixError):
    """The change set holds lines that were erased: they are not applied, and nobody can tell what they change."""

    code, hint = "HFX-317", "Plan again: erased lines are never applied."
