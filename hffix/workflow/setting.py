"""The setting of a command: project, target, people and questions, gathered once at the edge and passed down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hffix.errors.approvals import ApprovalError, BadPolicy
from hffix.errors.project import UsageError
from hffix.model.policy import Policy
from hffix.model.policy_file import in_lines, parse_policy
from hffix.signing.find import choose_key
from hffix.signing.keys import SigningKey
from hffix.signing.signers import Signers, parse_revoked, parse_signers
from hffix.store.approvals import Pair, current_pair
from hffix.store.history import git_email, git_signing_key
from hffix.store.projects import Project, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a command has come: rows done, of how many, and the conflicts so far."""

    name: str
    done: int
    total: int | None
    conflicts: int = 0


def silent(step: Step) -> None:
    """Watch nothing."""


def nobody(person: str) -> None:
    """Tell nobody who works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The policy and the signers in force, read from their files' bytes."""

    pair: Pair
    policy: Policy
    signers: Signers
    revoked: frozenset[str]

    @classmethod
    def read(cls, pair: Pair) -> "Rules":
        """Read a pair of files."""
        return cls(
            pair=pair,
            policy=parse_policy(pair.policy),
            signers=parse_signers(pair.signers),
            revoked=parse_revoked(pair.revoked or b""),
        )

    def keyed(self, *, at: str) -> frozenset[str]:
        """Name everybody who has a key that counts at a moment and is not revoked."""
        entries = (one for one in self.signers.entries if one.key.fingerprint not in self.revoked)
        return frozenset(one.person for one in entries if one.counts_at(at))

    def refuse_unmeetable(self) -> None:
        """Refuse a policy together with signers of whom nobody could meet it, whenever their keys count."""
        keyed = self.signers.persons
        operators = [person for person in keyed if self.policy.may_operate(person)]
        faults = self.policy.unmeetable(keyed=keyed, operators=operators)
        named = [
            (("require", at, "approvals"), f"require[{at}] {why}, by the keys of allowed_signers") for at, why in faults
        ]
        if named:
            raise BadPolicy(in_lines(named, text=self.pair.policy.decode("utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a command works and who gives it."""

    project: Project
    target: Target
    environment: Mapping[str, str]
    host: str
    ask: Callable[[str], str] | None = None
    ask_secret: Callable[[str], str] | None = None
    sign_with: Path | None = None
    person: str | None = None
    watch: Callable[[Step], None] = silent
    acting: Callable[[str], None] = nobody

    @property
    def url(self) -> str:
        """The target's url with its variables filled in."""
        return self.target.resolve(self.environment)

    @property
    def folder(self) -> Path:
        """The project's folder, to which a url's path is relative."""
        return self.project.folder

    def rules(self) -> Rules:
        """Read the policy and the signers in force; refuse what nobody of those who have a key could ever meet."""
        rules = Rules.read(current_pair(self.project))
        rules.refuse_unmeetable()
        return rules

    def policy_if_any(self) -> Policy | None:
        """Read the policy where there is one that can be read; to plan, nobody needs to be named yet."""
        try:
            return self.rules().policy
        except ApprovalError:
            return None

    def key(self, signers: Signers) -> SigningKey:
        """Find the key to sign with, and tell whose it is or was."""
        key = choose_key(
            path=self.sign_with,
            agent_socket=self.environment.get("SSH_AUTH_SOCK"),
            git_key=partial(git_signing_key, self.folder),
            signers=signers,
            ask=self.ask_secret,
            person=self.person,
        )
        person = signers.person_of(key.public, at=None)
        if person is not None:
            self.acting(person)
        return key

    def planner(self, policy: Policy | None) -> str:
        """Name who plans: the person of git's e-mail, else --as, else user@host, which is nobody's name."""
        email = git_email(self.folder)
        person = policy.person_of_email(email) if policy and email else None
        if person and self.person and person != self.person:
            raise UsageError(f"--as names {self.person}, and git's user.email is that of {person}")
        return person or self.person or f"{self.environment.get('USER', 'unknown')}@{self.host}"
