from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hffix.errors.approvals import BadPolicy
from hffix.model.objection import Objection
from hffix.signing.keys import PublicKey
from hffix.signing.signers import Signer, Signers, parse_revoked, parse_signers

if TYPE_CHECKING:
    from tests.signing.conftest import OpenSsh


def test_a_line_is_one_person_and_one_key(openssh: OpenSsh) -> None:
    options = 'valid-before="20301231",Namespaces="git,hffix",valid-after="202001020304Z"'
    text = (
        f'# the leadership\n\nzhang.min namespaces="hffix" {openssh.line()} 张敏的钥匙\r\n'
        f"\tli-na@fund {options}\t{openssh.line('rsa')}"
    )
    assert parse_signers(text.encode()) == Signers(
        (
            Signer(
                person="zhang.min",
                key=PublicKey.from_line(openssh.line()),
                namespaces=("hffix",),
                valid_after=None,
                valid_before=None,
                line=3,
            ),
            Signer(
                person="li-na@fund",
                key=PublicKey.from_line(openssh.line("rsa")),
                namespaces=("git", "hffix"),
                valid_after="2020-01-02T03:04:00Z",
                valid_before="2030-12-31T00:00:00Z",
                line=4,
            ),
        )
    )


@pytest.mark.parametrize("text", [b"", b"\n", b"# nobody yet\n"])
def test_an_empty_file_has_no_signers(text: bytes) -> None:
    assert parse_signers(text) == Signers(())


def test_one_person_may_have_several_keys(openssh: OpenSsh) -> None:
    lines = (f'wang.qiang namespaces="hffix" {openssh.line(name)}\n' for name in ("ed25519", "ed25519-other"))
    signers = parse_signers("".join(lines).encode())
    assert signers.persons == ("wang.qiang",)
    for name in ("ed25519", "ed25519-other"):
        assert signers.person_of(PublicKey.from_line(openssh.line(name)), at=None) == "wang.qiang"


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2024-02-29T23:59:59Z", None),
        ("2024-03-01T00:00:00Z", "zhang.min"),
        ("2024-12-31T10:30:00Z", "zhang.min"),
        ("2024-12-31T10:30:01Z", None),
        (None, "zhang.min"),
    ],
)
def test_a_key_counts_in_its_time_only(openssh: OpenSsh, at: str | None, person: str | None) -> None:
    options = 'namespaces="hffix",valid-after="20240301Z",valid-before="20241231103000Z"'
    signers = parse_signers(f"zhang.min {options} {openssh.line()}\n".encode())
    assert signers.person_of(PublicKey.from_line(openssh.line()), at=at) == person
    assert signers.person_of(PublicKey.from_line(openssh.line("ed25519-other")), at=at) is None


def test_a_key_that_does_not_count_now_says_why(openssh: OpenSsh) -> None:
    options = 'namespaces="hffix",valid-after="20240301Z",valid-before="20241231103000Z"'
    signers = parse_signers(f"zhang.min {options} {openssh.line()}\n".encode())
    key, other = (PublicKey.from_line(openssh.line(name)) for name in ("ed25519", "ed25519-other"))
    assert signers.holder_of(key, at="2024-03-01T00:00:00Z") == "zhang.min"
    assert signers.holder_of(key, at="2024-02-29T23:59:59Z") == Objection(
        "key-early", f"the key {key.fingerprint} does not count before 2024-03-01T00:00:00Z"
    )
    assert signers.holder_of(key, at="2024-12-31T10:30:01Z") == Objection(
        "key-expired", f"the key {key.fingerprint} counted until 2024-12-31T10:30:00Z"
    )
    assert signers.holder_of(other, at="2024-03-01T00:00:00Z") == Objection(
        "key-unknown", f"the key {other.fingerprint} is nobody's in allowed_signers"
    )


REFUSED = [
    ('* namespaces="hffix" KEY', "a principal is a pattern"),
    ('zhang.* namespaces="hffix" KEY', "a principal is a pattern"),
    ('zhang.mi? namespaces="hffix" KEY', "a principal is a pattern"),
    ('!zhang.min namespaces="hffix" KEY', "a principal is a pattern"),
    ('zhang.min,li.na namespaces="hffix" KEY', "several principals"),
    ('zhang.min,!li.na namespaces="hffix" KEY', "several principals"),
    ('Zhang.Min namespaces="hffix" KEY', "lower-case letters"),
    ('../zhang namespaces="hffix" KEY', "lower-case letters"),
    ('张敏 namespaces="hffix" KEY', "lower-case letters"),
    ('"zhang.min" namespaces="hffix" KEY', "it is not: PERSON"),
    ('\ufeffzhang.min namespaces="hffix" KEY', "lower-case letters"),
    ('zhang.min cert-authority,namespaces="hffix" KEY', "cert-authority"),
    ('zhang.min namespaces="hffix",Cert-Authority KEY', "cert-authority"),
    ("zhang.min KEY", "namespaces=.* is missing"),
    ('zhang.min valid-before="20300101" KEY', "namespaces=.* is missing"),
    ('zhang.min namespaces="git" KEY', "does not hold hffix"),
    ('zhang.min namespaces="" KEY', "plain names"),
    ("zhang.min namespaces KEY", "plain names"),
    ('zhang.min namespaces="*" KEY', "plain names"),
    ('zhang.min namespaces="!git,hffix" KEY', "plain names"),
    ('zhang.min namespaces="hffix, git" KEY', "plain names"),
    ('zhang.min namespaces="hffix",namespaces="hffix" KEY', "namespaces stands twice"),
    ('zhang.min namespaces="hffix",restrict KEY', "unknown option restrict"),
    ('zhang.min namespaces="hffix",verify-required="yes" KEY', "unknown option verify-required"),
    ('zhang.min namespaces="hffix",valid-before="tomorrow" KEY', "valid-before is not a time"),
    ('zhang.min namespaces="hffix",valid-before="20240230" KEY', "valid-before is not a time"),
    ('zhang.min namespaces="hffix",valid-after="2024010110" KEY', "valid-after is not a time"),
    ('zhang.min namespaces="hffix",valid-after KEY', "valid-after is not a time"),
    ('zhang.min namespaces="hffix",valid-after="20250101",valid-before="20240101" KEY', "never counts"),
    ("zhang.min namespaces=hffix KEY", "it is not: PERSON"),
    ('zhang.min namespaces="hff\\"ix" KEY', "it is not: PERSON"),
    ('zhang.min namespaces="hffix" valid-before="20300101" KEY', "it is not: PERSON"),
    ('zhang.min namespaces="hffix", KEY', "it is not: PERSON"),
    ('zhang.min ,namespaces="hffix" KEY', "it is not: PERSON"),
    ('zhang.min namespaces="hffix"', "it is not: PERSON"),
    ('zhang.min namespaces="hffix" ssh-ed25519', "it is not: PERSON"),
    ("KEY", "it is not: PERSON"),
    ('zhang.min namespaces="hffix" ssh-ed25519 AAAA', "cut short"),
    ('zhang.min namespaces="hffix" KEY\x00', "control character"),
    ('zhang.min namespaces="hffix" KEY\rli.na namespaces="hffix" KEY', "control character"),
    ('zhang.min namespaces="hffix" WEAK', "RSA of 2048 bits is not taken"),
    ('li.na namespaces="hffix" KEY\nzhang.min namespaces="hffix" KEY', "stands on line 1 already"),
    ('zhang.min namespaces="hffix" KEY home\nzhang.min namespaces="hffix" KEY', "stands on line 1 already"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED)
def test_a_line_that_could_speak_for_others_is_refused(openssh: OpenSsh, line: str, reason: str) -> None:
    text = line.replace("KEY", openssh.line()).replace("WEAK", openssh.line("rsa2048"))
    number = text.count("\n") + 1
    with pytest.raises(BadPolicy, match=f"^approvals/allowed_signers, line {number}: .*{reason}"):
        parse_signers(text.encode())


def test_all_lines_at_fault_are_named_at_once(openssh: OpenSsh) -> None:
    text = f'* {openssh.line()}\nzhang.min namespaces="hffix" {openssh.line()}\nnobody\n'
    with pytest.raises(BadPolicy) as refused:
        parse_signers(text.encode())
    assert refused.value.message == (
        "approvals/allowed_signers, line 1: a principal is a pattern; a key belongs to a person by name; "
        'line 3: it is not: PERSON namespaces="hffix" ALGORITHM KEY'
    )


def test_a_file_that_is_not_text_is_refused_by_line() -> None:
    with pytest.raises(BadPolicy, match=r"allowed_signers, line 2: it is not UTF-8"):
        parse_signers(b"#\n\xff\n")


def test_what_we_accept_ssh_keygen_accepts(openssh: OpenSsh) -> None:
    text = f'zhang.min namespaces="git,hffix",valid-after="20200101" {openssh.line()} a comment\n'
    assert parse_signers(text.encode()).persons == ("zhang.min",)
    signature = openssh.sign("ed25519", b"message")
    assert openssh.accepts(b"message", signature, signers=text, person="zhang.min")


def test_revoked_keys_are_known_by_their_fingerprints(openssh: OpenSsh) -> None:
    key, other = (PublicKey.from_line(openssh.line(name)) for name in ("ed25519", "rsa"))
    text = f"# lost in March\n{key.line} laptop\n\n{other.fingerprint}\tphone\r\n"
    assert parse_revoked(text.encode()) == {key.fingerprint, other.fingerprint}
    assert parse_revoked(b"") == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        "sha256: AAAA",
        "SHA256:AAAA",
        f"SHA256:{'A' * 44}",
        f"SHA256:{'/' * 43}",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "\x0b",
        "SSHKRL\n\x00",
        "\ufeff# a comment",
    ],
)
def test_a_revoked_line_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(BadPolicy, match="approvals/revoked_keys, line"):
        parse_revoked(line.encode())
