"""Pairs: from the policy and signers that a lineage began with, by signed `policy` statements, to those of a run."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from hffix.errors import HffixError
from hffix.errors.approvals import PolicyNotReached
from hffix.model import canonical, moment
from hffix.model.quorum import Quorum, weigh
from hffix.model.record import Erase, Found, Open
from hffix.model.run import Past
from hffix.model.statement import SECONDS_AHEAD, Matter, Statement
from hffix.store import approvals
from hffix.store.approvals import Pair, Signed
from hffix.store.projects import Project
from hffix.workflow.judge import Counted, read_statement
from hffix.workflow.setting import Rules


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PairName:
    """A policy and its signers, as records and statements name them."""

    policy: str
    signers: str

    @property
    def digest(self) -> str:
        """The subject of the statements that approve this pair."""
        return pair_digest(self.policy, self.signers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who has signed a pair, held against the highest requirement of the pair that judges it."""

    quorum: Quorum
    counted: tuple[Counted, ...]


Way = Mapping[PairName, tuple[Counted, ...]]


def pair_digest(policy: str, signers: str) -> str:
    """Compute the digest by which a statement names a pair, from the digests of its two files."""
    return canonical.digest(canonical.encode({"policy": policy, "signers": signers}))


def name_of(pair: Pair | Found | Open | Erase | Statement) -> PairName:
    """Name a pair of files, or the pair that a record or a statement names."""
    if isinstance(pair, Pair):
        return PairName(policy=pair.policy_digest, signers=pair.signers_digest)
    return PairName(policy=pair.policy, signers=pair.signers)


def reached(project: Project, *, first: PairName, wanted: Pair, statements: Iterable[Signed], now: str) -> bool:
    """Say whether signed statements lead from the first pair to the wanted one, at a moment."""
    return name_of(wanted) in walk(project, first=first, wanted=wanted, statements=statements, now=now)


def walk(project: Project, *, first: PairName, wanted: Pair, statements: Iterable[Signed], now: str) -> Way:
    """Find every pair that can be reached from the first, each with the statements that led to it.

    Each step is judged by the pair before it, as `approvals/history` holds it; the revoked keys are the wanted pair's.
    """
    found: dict[PairName, tuple[Counted, ...]] = {first: ()}
    if name_of(wanted) == first:
        return found
    told = tuple(_told(statements, now=now))
    known = sorted({name_of(wanted), *_signed_pairs(project, told)})
    judges = [first]
    while judges:
        rules = rules_from_history(project, judges.pop(0), revoked=wanted.revoked)
        for pair in known if rules else ():
            if rules is None or pair in found:
                continue
            standing = _standing(rules, pair, told)
            if standing.quorum:
                found[pair] = standing.counted
                judges.append(pair)
    return found


def way_to(project: Project, rules: Rules, *, past: Past, now: str) -> tuple[Counted, ...]:
    """Give the statements that lead from the lineage's first policy and signers to these; refuse where they do not."""
    statements = approvals.all_statements(project)
    first, wanted = name_of(past.found), name_of(rules.pair)
    way = walk(project, first=first, wanted=rules.pair, statements=statements, now=now)
    if wanted in way:
        return tuple(counted for step in way.values() for counted in step)
    before = rules_from_history(project, newest_before(way, wanted), revoked=rules.pair.revoked)
    if before is None:
        raise PolicyNotReached(
            f"policy.toml or allowed_signers changed, and what lineage {past.found.lineage} began with is not there",
            hint="Take approvals/history from git.",
        )
    stands = standing_of(before, wanted, statements=statements, now=now)
    lacking = "; ".join(map(str, stands.quorum.lacking))
    raise PolicyNotReached(f"policy.toml or allowed_signers changed, and the change is not approved: {lacking}")


def standing_of(rules: Rules, pair: PairName, *, statements: Iterable[Signed], now: str) -> Standing:
    """Judge the statements about a pair by the rules before it."""
    return _standing(rules, pair, tuple(_told(statements, now=now)), now=now)


def successors(project: Project, rules: Rules, *, statements: Iterable[Signed], now: str) -> tuple[PairName, ...]:
    """Name the pairs that enough people of a pair have signed to come after it."""
    told, mine = tuple(_told(statements, now=now)), name_of(rules.pair)
    others = sorted(name for name in set(_signed_pairs(project, told)) if name != mine)
    return tuple(name for name in others if _standing(rules, name, told).quorum)


def newest_before(way: Way, pair: PairName) -> PairName:
    """Name the pair that was reached last, other than this one: it is the one to judge what comes next."""
    others = [name for name in way if name != pair]
    return max(others, key=lambda name: max((one.statement.signed for one in way[name]), default=""))


def rules_from_history(project: Project, name: PairName, *, revoked: bytes | None) -> Rules | None:
    """Read the rules of a pair from the history; None where a file is not there or cannot be read."""
    kept = approvals.from_history
    try:
        return Rules.read(Pair(policy=kept(project, name.policy), signers=kept(project, name.signers), revoked=revoked))
    except HffixError:
        return None


def _told(statements: Iterable[Signed], *, now: str) -> Iterator[tuple[Signed, Statement]]:
    """Give the statements about pairs that can be read and were signed by now."""
    for signed in statements:
        try:
            statement = Statement.from_bytes(signed.data)
        except HffixError:
            continue
        if statement.purpose == "policy" and moment.seconds_between(now, statement.signed) <= SECONDS_AHEAD:
            yield signed, statement


def _signed_pairs(project: Project, told: Iterable[tuple[Signed, Statement]]) -> Iterator[PairName]:
    """Give the pairs of the history that statements are about: a subject does not tell which two files it names."""
    subjects = {subject for _, statement in told for subject in statement.subjects}
    for policy, signers in product(approvals.kept_digests(project) if subjects else (), repeat=2):
        name = PairName(policy=policy, signers=signers)
        if name.digest in subjects:
            yield name


def _standing(
    rules: Rules, pair: PairName, told: Iterable[tuple[Signed, Statement]], *, now: str | None = None
) -> Standing:
    counted: list[Counted] = []
    for signed, statement in told:
        if pair.digest in statement.subjects and name_of(statement) == name_of(rules.pair):
            found, reason = read_statement(signed, rules=rules, matter=_matter(rules, pair, now=statement.signed))
            if found is not None and reason is None:
                counted.append(found)
    people = {found.statement.person for found in counted}
    keyed = None if now is None else rules.keyed(at=now)
    met = weigh(rules.policy, required=rules.policy.highest, approvals=people, keyed=keyed)
    return Standing(quorum=met, counted=tuple(counted))


def _matter(rules: Rules, pair: PairName, *, now: str) -> Matter:
    # The moment is that of the signature: a step that was taken stays taken when its statements and keys grow old.
    return Matter(
        subject=pair.digest,
        lineage=None,
        purposes=("policy",),
        policy=rules.policy,
        policy_digest=rules.pair.policy_digest,
        signers_digest=rules.pair.signers_digest,
        revoked=rules.revoked,
        barred=(),
        now=now,
    )
