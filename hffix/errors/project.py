"""Errors of use and of the project: 1xx."""

from hffix.errors import HffixError


class UsageError(HffixError):
    """A command was called with words or values that it does not take."""

    code, status, hint = "HFX-101", 64, "See the command's --help."


class NoProject(HffixError):
    """No folder upward from here holds a hffix.toml."""

    code, status, hint = "HFX-102", 64, "Go to the project's folder, or make one with: hffix init DIR"


class BadProject(HffixError):
    """The file hffix.toml cannot be read, or says something that hffix does not know."""

    code, hint = "HFX-103", "Correct hffix.toml at the place named."


class UnknownTarget(HffixError):
    """The target named is not in hffix.toml, or none is named and there is no default."""

    code, status, hint = "HFX-104", 64, "Name one of hffix.toml's targets with --target."


class PasswordInFile(HffixError):
    """A target's url holds a password."""

    code, hint = "HFX-105", "Write ${VARIABLE} in its place and set that variable."


class AlreadyThere(HffixError):
    """An evidence file that is about to be written exists with other bytes."""

    code, hint = "HFX-106", "Evidence is never overwritten: look at the file, and move it away if it is not evidence."


class StorageFailed(HffixError):
    """The file system refused to read or write one of the project's files."""

    code, hint = "HFX-107", "Free space or mend the rights of the folder named, then run the command again."


class NotAnswered(HffixError):
    """A question needs a person's answer, and --no-input forbids to ask, or the answer was another."""

    code, hint = "HFX-108", "Run the command in a terminal and answer, or give what it asks for as an option."


class BadTestData(HffixError):
    """The rows, keys or files that a test gives to the testing kit cannot be made into tables and files."""

    code, status, hint = "HFX-109", 64, "Correct what the test gives."


class NoBranch(HffixError):
    """What a branch proposes cannot be told: git does not know it, or not what it was made from."""

    code, hint = "HFX-113", "Run it in a whole clone of the project (fetch-depth: 0), on the branch that is proposed."


class ProposalRefused(HffixError):
    """Something stands against a proposal, such as an applied script that was edited, or rows of people in git."""

    code, hint = "HFX-114", "Mend what is named, and propose again."
