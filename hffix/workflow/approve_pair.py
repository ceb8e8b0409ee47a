"""Approve a pair: one person's signature over a new policy and new signers, given under the ones before."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hffix.database import open_for_reading
from hffix.errors import HffixError
from hffix.errors.approvals import MayNotApprove, NothingToApprove
from hffix.model import moment
from hffix.model.quorum import Quorum
from hffix.model.record import Found
from hffix.model.statement import FORMAT, Statement
from hffix.signing import sshsig
from hffix.store import approvals
from hffix.store.approvals import Pair
from hffix.workflow.approve import MOST_COMMENT, who_signs
from hffix.workflow.pairs import PairName, name_of, newest_before, rules_from_history, standing_of, walk
from hffix.workflow.past import read_chain
from hffix.workflow.receipted import found_record
from hffix.workflow.setting import Rules, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSigning:
    """What somebody is about to sign, and as whom: the pair in the files, and the pair that judges it."""

    statement: Statement
    name: str | None
    before: Pair
    after: Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPair:
    """A statement about a pair that was written, and where the pair stands with it."""

    path: Path
    statement: Statement
    quorum: Quorum


def approve_pair(setting: Setting, *, comment: str | None = None, confirm: Callable[[PairSigning], None]) -> SignedPair:
    """Sign the policy and signers in force; `confirm` shows what changes, and raises where nobody agrees to it."""
    after, now = setting.rules().pair, moment.write(datetime.now(UTC))
    first = _first(setting)
    if first is None:
        raise NothingToApprove(
            f"target {setting.target.name} has no change log yet, and no receipt tells what it began with",
            hint="The first policy and signers are those that this finds: hffix init-target",
        )
    before = _rules_before(setting, after, first=first, now=now)
    if before is None:
        raise NothingToApprove(
            "the policy and signers in force stand already", hint="Edit approvals/policy.toml or allowed_signers first."
        )
    key, person = who_signs(setting, before, now=now)
    member = before.policy.person(person)
    if member is None or not any(requirement.takes(member) for requirement in before.policy.highest):
        raise MayNotApprove(f"{person} has none of the roles that approve a new policy or new signers")
    statement = Statement(
        comment=comment[:MOST_COMMENT] if comment else None,
        expires=None,
        format=FORMAT,
        key=key.public.fingerprint,
        lineage=None,
        person=person,
        policy=before.pair.policy_digest,
        purpose="policy",
        signed=now,
        signers=before.pair.signers_digest,
        subjects=(name_of(after).digest,),
    )
    confirm(PairSigning(statement=statement, name=member.name, before=before.pair, after=after))
    data = statement.to_bytes()
    signature = sshsig.sign(data, key=key).encode()
    for pair in (before.pair, after):
        approvals.keep_history(setting.project, pair)
    path = approvals.write_statement(
        setting.project, subject=statement.subjects[0], name=statement.file_name, data=data, signature=signature
    )
    stands = standing_of(before, name_of(after), statements=approvals.all_statements(setting.project), now=now)
    return SignedPair(path=path, statement=statement, quorum=stands.quorum)


def standing_of_files(setting: Setting) -> Quorum | None:
    """Say who has signed the policy and signers as they are; None where they stand, or nothing has begun with any."""
    after, now = setting.rules().pair, moment.write(datetime.now(UTC))
    first = _first(setting)
    before = None if first is None else _rules_before(setting, after, first=first, now=now)
    if before is None:
        return None
    return standing_of(before, name_of(after), statements=approvals.all_statements(setting.project), now=now).quorum


def _rules_before(setting: Setting, after: Pair, *, first: PairName, now: str) -> Rules | None:
    """Read the newest rules that stand, by which the files in force are to be judged; None where these stand."""
    wanted, statements = name_of(after), approvals.all_statements(setting.project)
    way = walk(setting.project, first=first, wanted=after, statements=statements, now=now)
    if wanted in way:
        return None
    before = newest_before(way, wanted)
    rules = rules_from_history(setting.project, before, revoked=after.revoked)
    if rules is None:
        raise NothingToApprove(
            f"the policy {before.policy[:12]} and signers {before.signers[:12]} that judge the new ones are not there",
            hint="Take approvals/history from git.",
        )
    return rules


def _first(setting: Setting) -> PairName | None:
    """Name the pair that the target's lineage began with, by the target itself or, where it is away, by a receipt."""
    found: Found | None = None
    # A laptop of an approver has the repository, and need not reach the database.
    with suppress(HffixError), open_for_reading(setting.url, folder=setting.folder) as snapshot:
        found = read_chain(snapshot).found
    found = found or found_record(setting.project, setting.target.name)
    return None if found is None else name_of(found)
