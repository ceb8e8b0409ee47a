"""Forward: a lineage comes back neither to a policy and signers that it left, nor to a key that it revoked."""

from collections.abc import Iterable, Iterator

from hffix.errors import HffixError
from hffix.errors.approvals import KeyUnrevoked, PolicyWentBack
from hffix.model.run import Past
from hffix.signing.signers import parse_revoked
from hffix.store import approvals
from hffix.store.approvals import Signed
from hffix.store.projects import Project
from hffix.workflow.pairs import name_of, successors, walk
from hffix.workflow.setting import Rules


def went_back(
    project: Project, rules: Rules, *, past: Past, before: int, statements: Iterable[Signed], now: str
) -> bool:
    """Say whether a pair is older than the one that the records before a number rest on.

    The newest of them may stay; one that can be reached must be reached from it, and none of them returns: who wants an
    earlier policy again changes a word of it and has it signed.
    """
    pinned = [name_of(record) for record in past.pinned if record.number < before]
    newest, wanted = pinned[-1], name_of(rules.pair)
    if wanted == newest:
        return False
    if wanted in pinned:
        return True
    told = tuple(statements)
    ways = (walk(project, first=first, wanted=rules.pair, statements=told, now=now) for first in (pinned[0], newest))
    from_the_first, from_the_newest = (wanted in way for way in ways)
    return from_the_first and not from_the_newest


def unrevoked(project: Project, rules: Rules, *, past: Past, before: int) -> tuple[str, ...]:
    """Name the keys that a session before a number knew to be revoked, and these rules do not."""
    digests = {
        session.revoked
        for run in past.runs.values()
        for session in run.sessions
        if session.revoked is not None and session.number < before
    }
    known = {key for digest in digests for key in _revoked(project, digest)}
    return tuple(sorted(known - rules.revoked))


def refuse_backward(project: Project, rules: Rules, *, past: Past, opens: bool, now: str) -> None:
    """Refuse to write under an older policy, or where a key was taken out of the revoked ones."""
    before = past.last_number + 1
    if lost := unrevoked(project, rules, past=past, before=before):
        raise KeyUnrevoked(f"approvals/revoked_keys no longer names {', '.join(lost)}, which earlier records do")
    if not opens:
        return
    statements = approvals.all_statements(project)
    if went_back(project, rules, past=past, before=before, statements=statements, now=now):
        raise PolicyWentBack("policy.toml and allowed_signers are older than those of the newest record")
    left = {name_of(record) for record in past.pinned}
    if newer := [name for name in successors(project, rules, statements=statements, now=now) if name not in left]:
        raise PolicyWentBack(
            f"other files than policy.toml and allowed_signers were signed to come after them: {newer[-1].digest[:12]}"
        )


def _revoked(project: Project, digest: str) -> Iterator[str]:
    try:
        yield from parse_revoked(approvals.from_history(project, digest))
    except HffixError as fault:
        raise KeyUnrevoked(f"the revoked keys that earlier records name cannot be read: {fault.message}") from fault
