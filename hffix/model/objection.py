"""Objections: why a signed statement does not count, each with a code that stays the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

OBJECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The signature.
        "unsigned": "no signature lies beside it",
        "signature-form": "the signature file is not one armored SSH signature, or is cut",
        "signature-namespace": "the signature was made for another namespace than hffix, as git's are",
        "signature-key": "the key that signed is of a kind, or of a size, that is not taken",
        "signature-bytes": "the signature was not made by its key over these bytes",
        "signature-touch": "a hardware key signed it without its owner's touch",
        # The file.
        "statement-unreadable": "the file is not JSON, or was cut",
        "statement-bytes": "the file is JSON, but not in its one canonical form",
        "statement-newer": "a newer hffix wrote it",
        "statement-form": "a field is missing, unknown, or holds what it may not",
        "statement-person": "the person is not written as people are",
        # What it is about.
        "other-subject": "it is about another change set",
        "other-database": "it is for another database",
        "other-purpose": "it was given for another purpose",
        "lines-lacking": "lines that were to be erased are not among those that it is about",
        # Whose it is.
        "other-key": "it names another key than the one that signed it",
        "key-revoked": "the key is revoked",
        "key-unknown": "the key is nobody's in allowed_signers",
        "key-expired": "the key's valid-before has passed",
        "key-early": "the key's valid-after has not come",
        "other-person": "it names a person whose key this is not",
        "no-role": "the policy asks for no role of the person",
        # By which rules, and when.
        "other-policy": "the policy is another than the one that it was signed under",
        "other-signers": "allowed_signers is another than the one that it was signed under",
        "signed-ahead": "it was signed at a time that is still to come",
        "too-old": "it was signed longer ago than the policy lets signatures count",
        "expired": "the time that it names for its own end has passed",
        # Who may not.
        "author": "the person is an author of the fix",
        "planner": "the person planned the change set",
        "operator": "the person applies it",
        "eraser": "the person executes the erasure",
    }
)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why one statement does not count: the code, and the reason with its facts."""

    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.reason} ({self.code})"
