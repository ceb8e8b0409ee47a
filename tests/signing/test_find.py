from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hffix.errors.approvals import NoKey
from hffix.signing.agent import AgentKey
from hffix.signing.find import choose_key
from hffix.signing.keys import PublicKey, SigningKey
from hffix.signing.signers import Signers, parse_signers

if TYPE_CHECKING:
    from tests.signing.conftest import Agent, OpenSsh

LATER = "2030-01-01T00:00:00Z"


@pytest.fixture
def signers(openssh: OpenSsh) -> Signers:
    people = {"zhang.min": ("ed25519", "rsa"), "li.na": ("ed25519-other",)}
    lines = (
        f'{person} namespaces="hffix" {openssh.line(name)}\n' for person, names in people.items() for name in names
    )
    expired = f'zhao.yu namespaces="hffix",valid-before="20200101Z" {openssh.line("ed25519-expired")}\n'
    return parse_signers("".join((*lines, expired)).encode())


def choose(signers: Signers, *, git_key: str | None = None, **given: Any) -> SigningKey:
    defaults: dict[str, Any] = {"path": None, "agent_socket": None, "ask": None, "person": None}
    return choose_key(signers=signers, at=LATER, git_key=lambda: git_key, **(defaults | given))


def public(openssh: OpenSsh, name: str) -> PublicKey:
    return PublicKey.from_line(openssh.line(name))


def test_the_file_named_comes_before_all_others(openssh: OpenSsh, agent: Agent, signers: Signers) -> None:
    agent.add(openssh.key("ed25519-other"))
    key = choose(signers, path=openssh.key(), agent_socket=agent.socket, git_key=str(openssh.key("rsa")))
    assert key.public == public(openssh, "ed25519")


def test_the_agents_one_owner_signs(openssh: OpenSsh, agent: Agent, signers: Signers) -> None:
    for name in ("ed25519-stranger", "ed25519-expired", "rsa", "ed25519"):
        agent.add(openssh.key(name))
    key = choose(signers, agent_socket=agent.socket, git_key=str(openssh.key("ed25519-other")))
    assert key.public == public(openssh, "rsa")


def test_of_several_owners_the_person_named_signs(openssh: OpenSsh, agent: Agent, signers: Signers) -> None:
    for name in ("ed25519", "ed25519-other"):
        agent.add(openssh.key(name))
    key = choose(signers, agent_socket=agent.socket, person="li.na")
    assert key.public == public(openssh, "ed25519-other")


def test_of_several_owners_git_says_which(openssh: OpenSsh, agent: Agent, signers: Signers) -> None:
    for name in ("ed25519", "ed25519-other"):
        agent.add(openssh.key(name))
    key = choose(signers, agent_socket=agent.socket, git_key=f"key::{openssh.line('ed25519-other')}")
    assert isinstance(key, AgentKey)
    assert key.public == public(openssh, "ed25519-other")


@pytest.mark.parametrize("suffix", ["", ".pub"])
def test_without_an_agent_gits_key_signs(openssh: OpenSsh, signers: Signers, suffix: str) -> None:
    key = choose(signers, git_key=f"{openssh.key()}{suffix}")
    assert key.public == public(openssh, "ed25519")
    assert not isinstance(key, AgentKey)


@pytest.mark.parametrize("suffix", ["", ".pub"])
def test_a_file_whose_key_the_agent_holds_asks_no_passphrase(
    openssh: OpenSsh, agent: Agent, signers: Signers, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / "key"
    for ending in ("", ".pub"):
        shutil.copy(f"{openssh.key()}{ending}", f"{path}{ending}")
    agent.add(path)
    openssh.run("-q", "-p", "-P", "", "-N", "a passphrase", "-f", path)
    key = choose(signers, path=Path(f"{path}{suffix}"), agent_socket=agent.socket)
    assert isinstance(key, AgentKey)
    with pytest.raises(NoKey, match="has a passphrase"):
        choose(signers, path=Path(f"{path}{suffix}"))


def test_an_agent_that_has_gone_is_passed_over(openssh: OpenSsh, signers: Signers, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    assert choose(signers, agent_socket=gone, git_key=str(openssh.key())).public == public(openssh, "ed25519")
    with pytest.raises(NoKey, match=r"no key to sign with: the ssh-agent at .* does not answer"):
        choose(signers, agent_socket=gone)


def test_without_any_key_the_refusal_says_what_is_missing(openssh: OpenSsh, agent: Agent, signers: Signers) -> None:
    def refusal(**given: Any) -> str:
        with pytest.raises(NoKey) as refused:
            choose(signers, **given)
        assert "--sign-with FILE" in refused.value.advice
        return refused.value.message

    begin = "no key to sign with: "
    assert refusal() == begin + "there is no ssh-agent here, and git's user.signingkey is not set"
    agent.add(openssh.key("ed25519-stranger"))
    strange = begin + "none of the 1 keys in the ssh-agent is in approvals/allowed_signers"
    assert refusal(agent_socket=agent.socket) == strange
    agent.add(openssh.key("ed25519"))
    wrong = begin + "the ssh-agent holds no key of li.na, only of zhang.min"
    assert refusal(agent_socket=agent.socket, person="li.na") == wrong
    agent.add(openssh.key("ed25519-other"))
    several = "several people's keys are in the ssh-agent (li.na, zhang.min): say whose with --as, or name a file"
    assert refusal(agent_socket=agent.socket) == several


def test_a_public_key_without_its_private_half_is_refused(openssh: OpenSsh, signers: Signers, tmp_path: Path) -> None:
    alone = tmp_path / "key.pub"
    alone.write_text(openssh.line() + "\n")
    for given in ({"path": alone}, {"git_key": str(alone)}, {"git_key": openssh.line()}):
        with pytest.raises(NoKey, match="neither in an ssh-agent nor beside it"):
            choose(signers, **given)


def test_halves_of_two_keys_are_refused(openssh: OpenSsh, signers: Signers, tmp_path: Path) -> None:
    shutil.copy(openssh.key(), tmp_path / "key")
    (tmp_path / "key.pub").write_text(openssh.line("rsa"))
    with pytest.raises(NoKey, match="not two halves of one key"):
        choose(signers, path=tmp_path / "key.pub")


@pytest.mark.parametrize("git_key", ["/nowhere/key", "key::ssh-ed25519 AAAA", "0xDEADBEEF"])
def test_what_git_names_and_cannot_be_used_is_refused(signers: Signers, git_key: str) -> None:
    with pytest.raises(NoKey, match=r"cannot be (read|used)"):
        choose(signers, git_key=git_key)
