"""Errors of approvals, people and keys: 4xx."""

from hffix.errors import HffixError


class ApprovalError(HffixError):
    """An approval cannot be made or does not hold."""

    status = 4


class NotApproved(ApprovalError):
    """The approvals at hand do not meet the policy; the message says who is missing."""

    code, hint = "HFX-401", "Ask the people named to run: hffix approve CHANGESET"


class BadPolicy(ApprovalError):
    """The policy, the signers or the revoked keys cannot be read, or say something that could never hold."""

    code, hint = "HFX-402", "Correct the file at the line named."


class BadSignature(ApprovalError):
    """A signature does not verify over the bytes beside it."""

    code, hint = "HFX-403", "Ask the signer to sign again; do not edit signed files."

    def __init__(self, message: str, *, objection: str = "signature-form") -> None:
        super().__init__(message)
        self.objection = objection


class UnknownSigner(ApprovalError):
    """The signing key belongs to nobody in approvals/allowed_signers, or not to the person named."""

    code, hint = "HFX-404", "Have the key added to approvals/allowed_signers, or sign with the person's own key."


class NoKey(ApprovalError):
    """No private key was found to sign with, or it cannot be opened."""

    code, hint = "HFX-405", "Give --sign-with FILE, start an ssh-agent, or set git's user.signingkey."


class MayNotApprove(ApprovalError):
    """This person may not approve this change set: author, operator, or without the role."""

    code, hint = "HFX-406", "Ask somebody else whom the policy allows."


class MayNotOperate(ApprovalError):
    """This person may not apply: the policy gives the role operator to others."""

    code, hint = "HFX-407", "Ask somebody whom the policy gives the role operator."


class Revoked(ApprovalError):
    """The change set was revoked by a signed statement; a revoke is final."""

    code, hint = "HFX-408", "Plan again if the correction is still wanted."


class WrongPurpose(ApprovalError):
    """The purpose does not fit the change set: a rollback where it reverts a run, else apply."""

    code, status, hint = "HFX-409", 64, "Leave --purpose out, or give the purpose that the message names."


class NothingToApprove(ApprovalError):
    """There is nothing to sign: the change set has no changes, or the policy and signers stand already."""

    code, hint = "HFX-410", "Read its unresolved rows with: hffix show CHANGESET --only unresolved"


class BadStatement(ApprovalError):
    """A statement cannot be read, or is not in its one canonical form."""

    code, hint = "HFX-411", "Ask the signer to sign again; do not edit signed files."

    def __init__(self, message: str, *, objection: str = "statement-form") -> None:
        super().__init__(message)
        self.objection = objection


class PolicyNotReached(ApprovalError):
    """The policy or the signers are not those that the lineage began with, and too few approved the change."""

    code = "HFX-412"
    hint = "Ask the people named to run: hffix approve --purpose policy; or put the earlier two files back."


class PolicyWentBack(ApprovalError):
    """The policy and signers are older than those of the newest record: a lineage does not return to what it left."""

    code = "HFX-416"
    hint = "Take the newest files from git; who wants the earlier ones again changes a word and has them signed."


class KeyUnrevoked(ApprovalError):
    """A key that earlier records know to be revoked is not among the revoked ones: a revoked key stays revoked."""

    code = "HFX-417"
    hint = "Take approvals/revoked_keys from git; its owner signs with a new key from now on."


class NotTogether(ApprovalError):
    """Several change sets that one statement cannot be about: of several databases, or for several purposes."""

    code, status, hint = "HFX-415", 64, "Leave --together out: each change set then gets a statement of its own."


class ErasureNotApproved(ApprovalError):
    """Too few people have signed the erasure of these rows; the message says who could."""

    code, untouched = "HFX-413", "Nothing was erased."
    hint = "Each person named gives the same command with: hffix erase TABLE:ROW --sign"


class ErasureOutgrown(ApprovalError):
    """The rows have lines that the signed statements do not cover: they came since, or stand only on this machine."""

    code, untouched = "HFX-414", "Nothing was erased."
    hint = "Sign again, here, where every line is at hand: hffix erase TABLE:ROW --sign"
