"""Every signed artefact in every other role: each counts in its own, and in no other, whoever signed it rightly."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from hffix.errors.evidence import BadReceipt
from hffix.model import canonical
from hffix.model.policy import PURPOSES, Purpose
from hffix.model.statement import FORMAT, Statement
from hffix.signing import sshsig
from hffix.signing.keys import SigningKey
from hffix.store import approvals
from hffix.store.changesets import ChangeSet
from hffix.workflow.countersign import countersign
from hffix.workflow.elsewhere import people_for
from hffix.workflow.erase_word import standing_of as erasure_of
from hffix.workflow.judge import judge, revocations
from hffix.workflow.pairs import name_of, standing_of
from hffix.workflow.past import read_chain
from hffix.workflow.rollback import rollback
from hffix.workflow.setting import Rules
from hffix.workflow.witness import known_receipts
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, POLICY, Office, open_office

# One leader's word is enough for everything, so that nothing but the artefact's kind keeps it from counting.
ALONE = POLICY.replace("approvals = 2", "approvals = 1")
LEAF = "5e" * 32
# Besides the statements, whatever else people of hffix sign or could be made to sign.
OTHERS = ("receipt", "countersignature", "manifest", "a statement for git", "a bare digest")
ARTEFACTS = (*PURPOSES, *OTHERS)


@dataclass(frozen=True)
class World:
    """An office with a run, a rollback of it, a change set that waits, a new policy, and a receipt."""

    office: Office
    waiting: ChangeSet
    back: ChangeSet
    rules: Rules
    place: str
    lineage: str
    now: str

    @property
    def subjects(self) -> dict[str, str]:
        """What each role is about."""
        after = self.office.setting().rules().pair
        return {
            "apply": self.waiting.digest,
            "rollback": self.back.digest,
            "revoke": self.waiting.digest,
            "policy": name_of(after).digest,
            "erase": LEAF,
            "move": self.place,
            "copy": self.place,
        }

    @property
    def key(self) -> SigningKey:
        return self.office.setting(LEADER).key(self.rules.signers)

    def statement(self, purpose: Purpose, subject: str) -> Statement:
        """Let the leader say a thing for a purpose, as rightly as can be."""
        return Statement(
            comment=None, expires=None, format=FORMAT, key=self.key.public.fingerprint,
            lineage=None if purpose == "policy" else self.lineage, person=LEADER,
            policy=self.rules.pair.policy_digest, purpose=purpose, signed=self.now,
            signers=self.rules.pair.signers_digest, subjects=(subject,),
        )  # fmt: skip

    def artefact(self, kind: str, role: str) -> tuple[bytes, bytes]:
        """Give the bytes of an artefact about the role's own subject, and its signature by the leader."""
        namespace = "git" if kind == "a statement for git" else "hffix"
        data = self.bytes_of(kind, role)
        return data, sshsig.sign(data, key=self.key, namespace=namespace).encode()

    def bytes_of(self, kind: str, role: str) -> bytes:
        subject = self.subjects[role]
        match kind:
            case "receipt":
                return receipt_of(self.office, OPERATOR).read_bytes()
            case "countersignature":
                return receipt_of(self.office, LEADER).read_bytes()
            case "manifest":
                return (self.office.project.approvals / self.waiting.id / "manifest.json").read_bytes()
            case "a bare digest":
                return subject.encode()
            case "a statement for git":
                return self.statement(cast("Purpose", role), subject).to_bytes()
        return self.statement(cast("Purpose", kind), subject).to_bytes()


def receipt_of(office: Office, person: str) -> Path:
    return max(office.project.receipts.rglob(f"*.{person}.*.json"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    office = open_office(tmp_path_factory.mktemp("replay") / "office", policy=ALONE)
    office.correct("1")
    back, waiting = rollback(office.setting(), 2).change_set, office.plan("2")
    countersign(office.setting(LEADER))
    rules = office.setting().rules()
    approvals.keep_history(office.project, rules.pair)
    with office.session() as session:
        place, now = canonical.digest(canonical.encode(session.place())), session.now()
        lineage = read_chain(session).found.lineage
    office.write_pair(policy=ALONE.replace("valid_days = 30", "valid_days = 20"))
    return World(office, waiting, back, rules, place, lineage, now)


Counts = Callable[[World], bool]


def change_set_counts(change_set: Callable[[World], ChangeSet]) -> Counts:
    def counts(world: World) -> bool:
        wanted = change_set(world)
        return bool(
            judge(
                wanted.manifest,
                digest=wanted.digest,
                lineage=world.lineage,
                statements=approvals.statements(world.office.project, wanted.digest),
                rules=world.rules,
                now=world.now,
            ).quorum
        )

    return counts


def revoke_counts(world: World) -> bool:
    statements = approvals.all_statements(world.office.project)
    digest, rules = world.waiting.digest, world.rules
    return bool(revocations(digest, lineage=world.lineage, statements=statements, rules=rules, now=world.now))


def policy_counts(world: World) -> bool:
    after = name_of(world.office.setting().rules().pair)
    statements = approvals.all_statements(world.office.project)
    return bool(standing_of(world.rules, after, statements=statements, now=world.now).quorum)


def erase_counts(world: World) -> bool:
    setting, needed = world.office.setting(), frozenset({LEAF})
    return bool(erasure_of(setting, world.rules, needed=needed, lineage=world.lineage, now=world.now).quorum)


def place_counts(purpose: Purpose) -> Counts:
    def counts(world: World) -> bool:
        asked = world.statement(purpose, world.place)
        return LEADER in people_for(world.office.setting(), world.rules, asked, now=world.now)

    return counts


ROLES: dict[str, tuple[Counts, frozenset[str]]] = {
    "apply": (change_set_counts(lambda world: world.waiting), frozenset({"apply", "apply+rollback"})),
    "rollback": (change_set_counts(lambda world: world.back), frozenset({"rollback"})),
    "revoke": (revoke_counts, frozenset({"revoke"})),
    "policy": (policy_counts, frozenset({"policy"})),
    "erase": (erase_counts, frozenset({"erase"})),
    "move": (place_counts("move"), frozenset({"move"})),
    "copy": (place_counts("copy"), frozenset({"copy"})),
}


@pytest.fixture
def placed(world: World) -> Iterator[Callable[[str, str], None]]:
    """Put an artefact where the statements of a role lie, under the name that one of them would have."""
    written: list[Path] = []

    def place(kind: str, role: str) -> None:
        data, signature = world.artefact(kind, role)
        subject = world.subjects[role]
        purpose = "rollback" if role == "rollback" else role
        path = world.office.project.approvals / subject[:12] / f"{LEADER}.{purpose}.20240305T103000Z.json"
        path.parent.mkdir(exist_ok=True)
        for file, text in ((path, data), (approvals.signature_path(path), signature)):
            file.write_bytes(text)
            written.append(file)

    yield place
    for file in written:
        file.unlink()


@pytest.mark.parametrize("kind", ARTEFACTS)
@pytest.mark.parametrize("role", ROLES)
def test_an_artefact_counts_in_its_own_role_only(
    world: World, placed: Callable[[str, str], None], role: str, kind: str
) -> None:
    counts, own = ROLES[role]
    assert not counts(world)
    placed(kind, role)
    assert counts(world) == (kind in own)


@pytest.mark.parametrize("kind", ARTEFACTS)
def test_nothing_but_a_receipt_is_a_receipt(world: World, kind: str) -> None:
    genuine = receipt_of(world.office, LEADER)
    # A receipt that the leader signs in the operator's name is nobody's, and one of his own is one.
    data, signature = world.artefact(kind, "apply")
    path = genuine.with_name(f"00000009.{AUDITOR}.20240305T103000Z.json")
    path.write_bytes(data)
    approvals.signature_path(path).write_bytes(signature)
    try:
        with world.office.session() as session:
            past = read_chain(session)
        if kind == "countersignature":
            assert len(known_receipts(world.office.setting(), past)) == 4
        else:
            with pytest.raises(BadReceipt):
                known_receipts(world.office.setting(), past)
    finally:
        path.unlink()
        approvals.signature_path(path).unlink()
