"""Finding the key to sign with: the file that was named, else the agent, else git's signing key."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from hffix.errors.approvals import NoKey
from hffix.signing.agent import AgentKey, agent_keys
from hffix.signing.keys import PublicKey, SigningKey
from hffix.signing.private import Ask, load_private_key, read_key_file
from hffix.signing.signers import Signers

LARGEST_LINE: Final = 16 * 1024


def choose_key(
    *,
    path: Path | None,
    agent_socket: str | None,
    git_key: Callable[[], str | None],
    signers: Signers,
    ask: Ask | None,
    person: str | None,
    at: str | None = None,
) -> SigningKey:
    """Find the one key to sign with, or say what is missing; whose key it is, the caller judges.

    `path` is a private key, or a public one whose private half is beside it or in the agent. `git_key` gives what
    git's user.signingkey says, with its home folder written out. With `at`, keys of the agent that do not count then
    are passed over.
    """
    held, silent = _ask_agent(agent_socket)
    if path is not None:
        return _from_file(path, held=held, ask=ask)
    owned = [(owner, key) for key in held if (owner := signers.person_of(key.public, at=at)) is not None]
    wanted = [(owner, key) for owner, key in owned if person in (None, owner)]
    if len({owner for owner, _ in wanted}) == 1:
        return wanted[0][1]
    if of_git := git_key():
        return _from_git(of_git, held=held, ask=ask)
    raise NoKey(_why_none(agent_socket=agent_socket, silent=silent, held=held, owned=owned, person=person))


def _ask_agent(agent_socket: str | None) -> tuple[tuple[AgentKey, ...], str | None]:
    """List the agent's keys; an agent that has gone is a reason to look elsewhere, not to stop."""
    if not agent_socket:
        return (), None
    try:
        return agent_keys(agent_socket), None
    except NoKey as fault:
        return (), fault.message


def _from_git(git_key: str, *, held: tuple[AgentKey, ...], ask: Ask | None) -> SigningKey:
    literal = git_key.removeprefix("key::")
    if not literal.startswith(("ssh-", "ecdsa-", "sk-")):
        return _from_file(Path(git_key), held=held, ask=ask)
    try:
        public = PublicKey.from_line(literal)
    except ValueError as fault:
        raise NoKey(f"git's user.signingkey cannot be used: {fault}") from fault
    return _from_agent(public, held=held) or _refuse_public("git's user.signingkey")


def _from_file(path: Path, *, held: tuple[AgentKey, ...], ask: Ask | None) -> SigningKey:
    public = _read_public_file(path)
    if public is None:
        file = read_key_file(path)
        # The agent has opened it already: nobody need be asked for the passphrase again.
        return _from_agent(file.public, held=held) or file.open(ask=ask)
    if agent_key := _from_agent(public, held=held):
        return agent_key
    beside = path.with_suffix("")
    if path.suffix != ".pub" or not beside.exists():
        _refuse_public(str(path))
    key = load_private_key(beside, ask=ask)
    if key.public != public:
        raise NoKey(f"{path} and {beside} are not two halves of one key")
    return key


def _from_agent(public: PublicKey, *, held: tuple[AgentKey, ...]) -> SigningKey | None:
    return next((key for key in held if key.public == public), None)


def _refuse_public(place: str) -> SigningKey:
    raise NoKey(f"{place} is a public key, and its private half is neither in an ssh-agent nor beside it")


def _read_public_file(path: Path) -> PublicKey | None:
    try:
        with path.open("rb") as file:
            return PublicKey.from_line(file.read(LARGEST_LINE).decode("utf-8").strip())
    except OSError as fault:
        raise NoKey(f"the key {path} cannot be read: {fault.strerror}") from fault
    except ValueError:
        return None


def _why_none(
    *,
    agent_socket: str | None,
    silent: str | None,
    held: tuple[AgentKey, ...],
    owned: list[tuple[str, AgentKey]],
    person: str | None,
) -> str:
    if silent is not None:
        return f"no key to sign with: {silent}"
    if not agent_socket:
        return "no key to sign with: there is no ssh-agent here, and git's user.signingkey is not set"
    if not owned:
        return f"no key to sign with: none of the {len(held)} keys in the ssh-agent is in approvals/allowed_signers"
    owners = ", ".join(sorted({owner for owner, _ in owned}))
    if person is not None:
        return f"no key to sign with: the ssh-agent holds no key of {person}, only of {owners}"
    return f"several people's keys are in the ssh-agent ({owners}): say whose with --as, or name a file"
