"""The catalogue of attacks on an approval: each is refused by its own code, writes nothing, and is found afterwards.

Where an attack puts a statement into approvals/, a program that does not judge statements then applies on its word, and
what that did is found by verify and by the second verifier, which must agree.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from hffix.errors import HffixError
from hffix.model import canonical
from hffix.model.objection import OBJECTIONS
from hffix.model.quorum import Quorum
from hffix.model.statement import FORMAT, Statement
from hffix.signing import algorithms, sshsig
from hffix.signing.keys import PublicKey, SigningKey
from hffix.signing.private import load_private_key
from hffix.store.approvals import signature_path
from hffix.store.changesets import ChangeSet
from hffix.workflow import session
from hffix.workflow.judge import Counted, Judgement
from hffix.workflow.rights import Right
from tests.signing.device import Device
from tests.workflow.conftest import found
from tests.workflow.office import (
    AUDITOR,
    AUTHOR,
    LEADER,
    OPERATOR,
    PEOPLE,
    POLICY,
    SECOND_OPERATOR,
    Office,
    key_of,
    open_office,
)

# Everybody has a role by which he may approve, so that only the attack keeps a statement from counting; the second
# operator has none.
LENIENT = POLICY.replace('"author"]', '"author", "leader"]').replace('"operator"]', '"operator", "leader"]', 1)
UNTOUCHED = Device(flags=0)
WEAK = rsa.generate_private_key(public_exponent=65537, key_size=2048)
# Whose keys stand in allowed_signers beside those of the office, by a name of their own in keys/.
SPARE: Mapping[str, tuple[str, str]] = {
    "second": (LEADER, ""),
    "expired": (LEADER, ',valid-before="20200101"'),
    "early": (LEADER, ',valid-after="29990101"'),
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = open_office(tmp_path / "office", policy=LENIENT, founded=False)
    lines = [f'{person} namespaces="hffix" {key_of(person)[1]}' for person in PEOPLE]
    lines += [f'{who} namespaces="hffix"{valid} {key_of(name)[1]}' for name, (who, valid) in SPARE.items()]
    lines.append(f'{LEADER} namespaces="hffix" {UNTOUCHED.public.line}')
    made.write_pair(policy=LENIENT, signers="\n".join(lines) + "\n")
    made.init_target()
    return made


@dataclass(frozen=True)
class Attack:
    """An office, and the change set that is to be applied without the right to it."""

    office: Office
    change_set: ChangeSet

    def key(self, name: str) -> SigningKey:
        path = self.office.folder / "keys" / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(key_of(name)[0])
        return load_private_key(path, ask=None)

    def says(self, key: SigningKey | None = None, **fields: object) -> Statement:
        """What the leader would rightly say, but for the fields given."""
        rules = self.office.setting().rules()
        with self.office.session() as opened:
            now = opened.now()
        rightly = Statement(
            comment=None, expires=None, format=FORMAT, key=(key or self.key(LEADER)).public.fingerprint,
            lineage=self.change_set.manifest.target.lineage, person=LEADER, policy=rules.pair.policy_digest,
            purpose="apply", signed=now, signers=rules.pair.signers_digest, subjects=(self.change_set.digest,),
        )  # fmt: skip
        return msgspec.structs.replace(rightly, **fields)

    def put(self, data: bytes, signature: str | None) -> None:
        """Put bytes and a signature where the leader's statement would lie."""
        path = self.office.project.approvals / self.change_set.id / f"{LEADER}.apply.20240305T103000Z.json"
        path.write_bytes(data)
        if signature is not None:
            signature_path(path).write_text(signature)

    def sign(self, *, by: str | SigningKey = LEADER, named: str | None = None, **fields: object) -> None:
        """Put a statement that somebody signed."""
        key = self.key(by) if isinstance(by, str) else by
        shown = self.key(named) if named else key
        data = self.says(shown, **fields).to_bytes()
        self.put(data, sshsig.sign(data, key=key))

    def forge(self, edit: Callable[[bytes], bytes]) -> None:
        """Put a statement whose edited bytes the leader signed: his program was another than hffix."""
        data = edit(self.says().to_bytes())
        self.put(data, sshsig.sign(data, key=self.key(LEADER)))

    def spoil(self, *, data: Callable[[bytes], bytes] = bytes, signature: Callable[[str], str] = str) -> None:
        """Put a statement that the leader signed, and spoil it or its signature afterwards."""
        whole = self.says().to_bytes()
        self.put(data(whole), signature(sshsig.sign(whole, key=self.key(LEADER))))

    def sign_bytes(self, message: bytes, *, namespace: str = "hffix") -> None:
        """Put a right statement beside the leader's signature over something else."""
        self.put(self.says().to_bytes(), sshsig.sign(message, key=self.key(LEADER), namespace=namespace))


class Weak:
    """A key that ssh-keygen made long ago, and that nobody should have any more."""

    public = PublicKey("ssh-rsa", algorithms.write_public(WEAK.public_key()))

    def sign(self, data: bytes) -> bytes:
        return algorithms.sign(WEAK, data)


STATEMENTS: dict[str, tuple[Callable[[Attack], None], str]] = {
    "its signature is stripped": (lambda a: a.put(a.says().to_bytes(), None), "unsigned"),
    "its signature is cut": (lambda a: a.spoil(signature=lambda text: text[:-60]), "signature-form"),
    "its signature is for git": (lambda a: a.sign_bytes(a.says().to_bytes(), namespace="git"), "signature-namespace"),
    "the signature is over the digest's beginning": (
        lambda a: a.sign_bytes(a.change_set.id.encode()), "signature-bytes"
    ),
    "a key of 2048 bits signed it": (lambda a: a.sign(by=Weak()), "signature-key"),
    "a device signed it untouched": (lambda a: a.sign(by=UNTOUCHED), "signature-touch"),
    "it is cut": (lambda a: a.spoil(data=lambda data: data[:-20]), "statement-unreadable"),
    "its end of line is another system's": (lambda a: a.forge(lambda data: data + b"\r\n"), "statement-bytes"),
    "it is of a format to come": (lambda a: a.forge(lambda data: data.replace(b"t/1", b"t/2")), "statement-newer"),
    "it has a field of its own": (lambda a: a.forge(lambda data: data[:-1] + b',"z":1}'), "statement-form"),
    "its person is written in capitals": (
        lambda a: a.forge(lambda data: data.replace(b'"zhang.min"', b'"Zhang.Min"')), "statement-person"
    ),
    "it is of another change set": (lambda a: a.sign(subjects=("0" * 64,)), "other-subject"),
    "it is for another database": (lambda a: a.sign(lineage="0" * 32), "other-database"),
    "it is for a rollback": (lambda a: a.sign(purpose="rollback"), "other-purpose"),
    "it names another key of its person": (lambda a: a.sign(named="second"), "other-key"),
    "its key is in nobody's line": (lambda a: a.sign(by="stranger"), "key-unknown"),
    "its key has expired": (lambda a: a.sign(by="expired"), "key-expired"),
    "its key is not valid yet": (lambda a: a.sign(by="early"), "key-early"),
    "its key was revoked": (lambda a: sign_by_revoked_key(a), "key-revoked"),
    "an auditor signed in the leader's name": (lambda a: a.sign(by=AUDITOR), "other-person"),
    "it was signed under another policy": (lambda a: a.sign(policy="0" * 64), "other-policy"),
    "it was signed under other signers": (lambda a: a.sign(signers="0" * 64), "other-signers"),
    "it is dated ahead": (lambda a: a.sign(signed="2999-01-01T00:00:00Z"), "signed-ahead"),
    "it is older than signatures count": (lambda a: a.sign(signed="2024-01-01T00:00:00Z"), "too-old"),
    "it names an end that has passed": (lambda a: a.sign(expires="2024-01-01T00:00:00Z"), "expired"),
    "its person has no role for it": (lambda a: a.sign(by=SECOND_OPERATOR, person=SECOND_OPERATOR), "no-role"),
    "the author signed it": (lambda a: a.sign(by=AUTHOR, person=AUTHOR), "author"),
    "the operator signed it": (lambda a: a.sign(by=OPERATOR, person=OPERATOR), "operator"),
}  # fmt: skip


def sign_by_revoked_key(attack: Attack) -> None:
    (attack.office.project.approvals / "revoked_keys").write_text(key_of(LEADER)[1] + "\n")
    attack.sign()


def refusal(office: Office, change_set: ChangeSet) -> tuple[str, list[str]]:
    """Apply, and give the code that refused it, with those of the statements that did not count."""
    rows, records = office.ask("SELECT * FROM person"), office.kinds()
    with pytest.raises(HffixError) as refused:
        office.apply(change_set)
    assert (office.ask("SELECT * FROM person"), office.kinds()) == (rows, records)
    return refused.value.code, re.findall(r"\(([a-z]+(?:-[a-z]+)*)\)", refused.value.message)


def test_what_the_leader_rightly_says_is_applied(office: Office) -> None:
    attack = Attack(office, office.plan("1"))
    attack.sign()
    assert office.apply(attack.change_set).state == "done"
    assert found(office) == set()


@pytest.mark.parametrize(("attack", "code"), STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement_that_does_not_count_is_refused_by_its_code_and_found_where_it_was_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch, attack: Callable[[Attack], None], code: str
) -> None:
    change_set = office.plan("1")
    attack(Attack(office, change_set))
    assert refusal(office, change_set) == ("HFX-401", [code])
    with monkeypatch.context() as careless:
        careless.setattr(session, "right_to_apply", lambda *_, **__: word_for_it(office, change_set))
        assert office.apply(change_set).state == "done"
    problems = {problem for problem, _ in found(office)}
    missing = {"quorum", "statement-missing"} if code == "unsigned" else {"quorum", "statement"}
    assert problems == missing


def word_for_it(office: Office, change_set: ChangeSet) -> Right:
    """Take whatever lies there for the approval that the policy asks for."""
    path = next((office.project.approvals / change_set.id).glob("*.apply.*.json"))
    said = Attack(office, change_set).says(signed="2024-01-01T00:00:00Z")
    counted = Counted(statement=said, digest=canonical.digest(path.read_bytes()))
    return Right(judgement=Judgement(quorum=Quorum(()), counted=(counted,), ignored=()))


def test_every_objection_to_an_approval_is_attacked_here_and_each_by_a_code_of_its_own() -> None:
    codes = [code for _, code in STATEMENTS.values()]
    # A planner is no author where somebody else's script is planned; erasures have a catalogue of their own.
    elsewhere = {"planner", "eraser", "lines-lacking"}
    assert sorted(codes) == sorted(OBJECTIONS.keys() - elsewhere)


def test_one_person_with_two_keys_is_one_person(office: Office) -> None:
    change_set = office.plan("3")
    office.approve(change_set)
    attack = Attack(office, change_set)
    data = attack.says(attack.key("second")).to_bytes()
    attack.put(data, sshsig.sign(data, key=attack.key("second")))
    with pytest.raises(HffixError, match="1 of 2 approvals by leader or auditor"):
        office.apply(change_set)
    assert refusal(office, change_set) == ("HFX-401", [])


def test_the_planner_of_another_s_script_does_not_count(office: Office) -> None:
    attack = Attack(office, office.plan("1"))
    manifest = msgspec.structs.replace(attack.change_set.manifest, planner=LEADER)
    digest = canonical.digest(manifest.to_bytes())
    for folder in (office.project.changesets, office.project.approvals):
        (folder / attack.change_set.id).rename(folder / digest[:12])
        (folder / digest[:12] / "manifest.json").write_bytes(manifest.to_bytes())
    attack = Attack(office, office.find(digest))
    attack.sign()
    assert refusal(office, attack.change_set) == ("HFX-401", ["planner"])


def add_signer(office: Office, line: str) -> None:
    signers = office.project.approvals / "allowed_signers"
    signers.write_text(signers.read_text() + line + "\n")


def sign_as_forged_leader(office: Office) -> ChangeSet:
    """The operator writes himself a second name, makes it a leader, and approves by it."""
    policy = LENIENT.replace("[people]\n", '[people]\n"zhu.di" = { roles = ["leader"] }\n')
    office.write_pair(policy=policy)
    add_signer(office, f'zhu.di namespaces="hffix" {key_of("stranger")[1]}')
    attack = Attack(office, office.plan("1"))
    attack.sign(by="stranger", person="zhu.di")
    return attack.change_set


def twin_of(office: Office) -> ChangeSet:
    """Another manifest is laid under the same first twelve digits; that of a true twin takes half a minute to find."""
    attack = Attack(office, office.plan("1"))
    attack.sign()
    path = office.project.changesets / attack.change_set.id / "manifest.json"
    changed = msgspec.structs.replace(attack.change_set.manifest, planner="somebody")
    path.chmod(0o600)
    path.write_bytes(changed.to_bytes())
    return attack.change_set


def withdrawn(office: Office) -> ChangeSet:
    attack = Attack(office, office.plan("1"))
    attack.sign()
    office.revoke(attack.change_set, by=AUDITOR)
    return attack.change_set


def under_key_of_two(office: Office) -> ChangeSet:
    change_set = office.approved("1")
    add_signer(office, f'li.na namespaces="hffix" {key_of(LEADER)[1]}')
    return change_set


def under_wildcard(office: Office) -> ChangeSet:
    change_set = office.approved("1")
    add_signer(office, f'* namespaces="hffix" {key_of("stranger")[1]}')
    return change_set


def under_authority(office: Office) -> ChangeSet:
    change_set = office.approved("1")
    add_signer(office, f'boss cert-authority,namespaces="hffix" {key_of("stranger")[1]}')
    return change_set


OTHERS: dict[str, tuple[Callable[[Office], ChangeSet], str, str]] = {
    "one key of two people": (under_key_of_two, "HFX-402", "the key stands on line 1 already"),
    "a signer who is everybody": (under_wildcard, "HFX-402", "a principal is a pattern"),
    "an authority that names signers": (under_authority, "HFX-402", "cert-authority lets a key name signers"),
    "a policy and signers that the operator wrote": (sign_as_forged_leader, "HFX-412", "the change is not approved"),
    "a manifest in another's place": (twin_of, "HFX-308", "is not the manifest that its folder is named for"),
    "a change set that was withdrawn": (withdrawn, "HFX-408", "was revoked"),
}


@pytest.mark.parametrize(("attack", "code", "reason"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_statement_s_fault_is_refused_by_its_own_code(
    office: Office, attack: Callable[[Office], ChangeSet], code: str, reason: str
) -> None:
    change_set = attack(office)
    with pytest.raises(HffixError, match=reason) as refused:
        office.apply(office.find(change_set.digest))
    assert refused.value.code == code


TWO_WAYS: dict[str, Callable[[bytes], bytes]] = {
    "a key twice": lambda data: data.replace(b'{"chain"', b'{"planner":"li.wei","chain"', 1),
    "a key twice, the same": lambda data: data.replace(b'"planner":', b'"planner":"x","planner":', 1),
    "NaN": lambda data: data.replace(b'"irreversible":null', b'"irreversible":NaN', 1),
    "a number beyond all": lambda data: data.replace(b'"irreversible":null', b'"irreversible":1e999', 1),
    "a number beyond 2^53": lambda data: data.replace(b'"irreversible":null', b'"irreversible":9007199254740993', 1),
    "a number of another form": lambda data: data.replace(b'"irreversible":null', b'"irreversible":1.0', 1),
    "a letter by its number": lambda data: data.replace(b'"planner"', b'"pl\\u0061nner"', 1),
    "a lone surrogate": lambda data: data.replace(b'"irreversible":null', b'"irreversible":"\\ud800"', 1),
    "blanks": lambda data: data.replace(b'{"chain"', b'{ "chain"', 1),
    "something behind it": lambda data: data + b"\n",
}


@pytest.mark.parametrize("edit", TWO_WAYS.values(), ids=TWO_WAYS)
def test_a_manifest_that_parses_two_ways_is_refused(office: Office, edit: Callable[[bytes], bytes]) -> None:
    planned = office.plan("1")
    whole = (office.project.changesets / planned.id / "manifest.json").read_bytes()
    data = edit(whole)
    assert data != whole
    # Its author names its folder rightly, by its very bytes.
    digest = canonical.digest(data)
    for folder in (office.project.changesets, office.project.approvals):
        (folder / planned.id).rename(folder / digest[:12])
        (folder / digest[:12] / "manifest.json").unlink()
        (folder / digest[:12] / "manifest.json").write_bytes(data)
    with pytest.raises(HffixError) as refused:
        office.find(digest)
    assert (refused.value.code, refused.value.status) == ("HFX-301", 1)
