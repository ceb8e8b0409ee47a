"""Errors of change sets and the other signed files: 3xx."""

from hffix.errors import HffixError


class NotCanonical(HffixError):
    """A file or row that hffix signs or hashes is not in its one canonical form."""

    code, hint = "HFX-301", "Take the file again from where it was made; do not edit signed files."


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
