"""The signers: which person owns which key, read from `allowed_signers` (ssh-keygen(1), ALLOWED SIGNERS).

hffix reads less than OpenSSH does: one line is one person and one key for the namespace hffix. Patterns, several
principals on a line, certificate authorities and one key on two lines are refused, because each lets one key speak
for several people or for nobody in particular. A day without a zone is UTC, as every time in hffix.
"""

import re
from dataclasses import dataclass
from typing import Final

from hffix.errors.approvals import BadPolicy
from hffix.model import moment
from hffix.model.objection import Objection
from hffix.model.policy import is_person
from hffix.signing.keys import PublicKey, from_base64
from hffix.signing.sshsig import NAMESPACE

KNOWN_OPTIONS: Final = ("namespaces", "valid-after", "valid-before")

# As OpenSSH splits a line: no blank around "=", values in double quotes, blanks nowhere else but inside quotes.
_OPTION: Final = r'[A-Za-z-]+(?:="[^"\\]*")?'
_LINE: Final = re.compile(
    rf"(?P<principal>[^\s\"]+)[ \t]+(?:(?P<options>{_OPTION}(?:,{_OPTION})*)[ \t]+)?"
    r"(?P<key>[a-z0-9@.-]+[ \t]+[A-Za-z0-9+/=]+)(?:[ \t].*)?"
)
_NAMESPACE: Final = re.compile(r"[A-Za-z0-9._@-]+")
_TIME: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2})?)?Z?")
_FINGERPRINT: Final = re.compile(r"(SHA256:([A-Za-z0-9+/]{43}))(?:[ \t].*)?")
# A zero byte or a carriage return inside a line would end it for OpenSSH, and hide the rest from it.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One line: a person and a key, with the time in which it counts."""

    person: str
    key: PublicKey
    namespaces: tuple[str, ...]
    valid_after: str | None
    valid_before: str | None
    line: int

    def counts_at(self, at: str) -> bool:
        """Say whether the key counts at a moment; both ends are inside."""
        return (self.valid_after or at) <= at <= (self.valid_before or at)


@dataclass(frozen=True, slots=True)
class Signers:
    """Every person's keys; no key belongs to two people."""

    entries: tuple[Signer, ...]

    def person_of(self, key: PublicKey, *, at: str | None) -> str | None:
        """Name the person whose key counts at a moment, or, for no moment, whose key it ever was."""
        for entry in self.entries:
            if entry.key == key and (at is None or entry.counts_at(at)):
                return entry.person
        return None

    def holder_of(self, key: PublicKey, *, at: str) -> str | Objection:
        """Name the person whose key counts at a moment, or say why it is nobody's then."""
        for entry in self.entries:
            if entry.key == key and not entry.counts_at(at):
                if entry.valid_before is not None and at > entry.valid_before:
                    return Objection("key-expired", f"the key {key.fingerprint} counted until {entry.valid_before}")
                return Objection("key-early", f"the key {key.fingerprint} does not count before {entry.valid_after}")
        person = self.person_of(key, at=at)
        return person or Objection("key-unknown", f"the key {key.fingerprint} is nobody's in allowed_signers")

    @property
    def persons(self) -> tuple[str, ...]:
        """List everybody who has a key, sorted."""
        return tuple(sorted({entry.person for entry in self.entries}))


def parse_signers(text: bytes) -> Signers:
    """Read `allowed_signers`, or refuse it with every line at fault."""
    entries: list[Signer] = []
    faults: list[str] = []
    for number, line in _lines(text, file="allowed_signers"):
        try:
            entry = _read_signer(line, number=number)
            _refuse_again(entry, seen=entries)
            entries.append(entry)
        except ValueError as fault:
            faults.append(f"line {number}: {fault}")
    if faults:
        raise BadPolicy("approvals/allowed_signers, " + "; ".join(faults))
    return Signers(tuple(entries))


def parse_revoked(text: bytes) -> frozenset[str]:
    """Read `revoked_keys`, a public key or a SHA256: fingerprint a line, into the keys' fingerprints."""
    revoked: set[str] = set()
    faults: list[str] = []
    for number, line in _lines(text, file="revoked_keys"):
        try:
            revoked.add(_read_revoked(line))
        except ValueError as fault:
            faults.append(f"line {number}: {fault}")
    if faults:
        raise BadPolicy("approvals/revoked_keys, " + "; ".join(faults))
    return frozenset(revoked)


def _lines(text: bytes, *, file: str) -> list[tuple[int, str]]:
    """List the lines that say something, with their numbers."""
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError as fault:
        number = text.count(b"\n", 0, fault.start) + 1
        raise BadPolicy(f"approvals/{file}, line {number}: it is not UTF-8 text") from fault
    stripped = ((number, line.strip(" \t\r")) for number, line in enumerate(lines, start=1))
    return [(number, line) for number, line in stripped if line and not line.startswith("#")]


def _read_signer(line: str, *, number: int) -> Signer:
    if _CONTROL.search(line):
        raise ValueError("it holds a control character")
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError('it is not: PERSON namespaces="hffix" ALGORITHM KEY')
    person = _read_principal(found["principal"])
    options = _read_options(found["options"] or "")
    namespaces = _read_namespaces(options.get("namespaces"))
    after, before = (_read_time(options.get(name), option=name) for name in ("valid-after", "valid-before"))
    if after is not None and before is not None and after > before:
        raise ValueError("valid-after is later than valid-before: the key never counts")
    return Signer(
        person=person,
        key=PublicKey.from_line(found["key"]),
        namespaces=namespaces,
        valid_after=after,
        valid_before=before,
        line=number,
    )


def _refuse_again(entry: Signer, *, seen: list[Signer]) -> None:
    for other in seen:
        if other.key == entry.key:
            raise ValueError(f"the key stands on line {other.line} already; one key is one line of one person")


def _read_principal(text: str) -> str:
    if "," in text:
        raise ValueError("several principals share a key; one key is one person")
    if "*" in text or "?" in text or text.startswith("!"):
        raise ValueError("a principal is a pattern; a key belongs to a person by name")
    if not is_person(text):
        raise ValueError("a principal is lower-case letters, digits and . @ _ - only")
    return text


def _read_options(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for option in re.findall(_OPTION, text):
        name, _, value = option.partition("=")
        # OpenSSH does not care about the letter case of an option.
        name = name.lower()
        if name == "cert-authority":
            raise ValueError("cert-authority lets a key name signers at will; list each person's key")
        if name in options:
            raise ValueError(f"{name} stands twice")
        options[name] = value.strip('"')
    unknown = sorted(set(options) - set(KNOWN_OPTIONS))
    if unknown:
        raise ValueError(f"unknown option {', '.join(unknown)}; there are only {', '.join(KNOWN_OPTIONS)}")
    return options


def _read_namespaces(value: str | None) -> tuple[str, ...]:
    if value is None:
        raise ValueError('namespaces="hffix" is missing; without it the key signs git commits and files alike')
    namespaces = tuple(value.split(","))
    if not all(_NAMESPACE.fullmatch(namespace) for namespace in namespaces):
        raise ValueError("namespaces is a list of plain names with commas between them")
    if NAMESPACE not in namespaces:
        raise ValueError(f"namespaces does not hold {NAMESPACE}")
    return namespaces


def _read_time(value: str | None, *, option: str) -> str | None:
    if value is None:
        return None
    found = _TIME.fullmatch(value)
    if found is not None:
        year, month, day, hour, minute, second = found.groups(default="00")
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"
        if moment.is_moment(text):
            return text
    raise ValueError(f"{option} is not a time of the form YYYYMMDD[HHMM[SS]][Z]")


def _read_revoked(line: str) -> str:
    if found := _FINGERPRINT.fullmatch(line):
        from_base64(found[2] + "=")
        return found[1]
    return PublicKey.from_line(line).fingerprint
