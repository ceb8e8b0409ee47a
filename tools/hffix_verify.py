#!/usr/bin/env python3
"""Verify what `hffix verify --export DIR` wrote, without hffix: Python's standard library and ssh-keygen only.

    python hffix_verify.py DIR [--json] [--expect HEAD] [--state FILE]

DIR holds records.jsonl, changes.jsonl and lineage.jsonl (rows of the change log in the order of their columns),
export.json, and the folders approvals/, changesets/ and backups/ with their lines uncompressed. Every hash, tree,
chain, signature and quorum is computed here from the bytes of DIR alone. Exit status 0: the record is whole; 6: it
contradicts itself, each contradiction with its code and place; 64: DIR cannot be read as an export. A value of a row is
never shown.

What is hashed (docs/reference/formats.md): leaf = SHA-256(00 ‖ line); tree of RFC 9162, node = SHA-256(01 ‖ left ‖
right); entry = SHA-256(00 ‖ [seq, leaf, outcome, observed_leaf]); head_n = SHA-256(02 ‖ head_(n−1) ‖ body_n), head_0 =
32 zero bytes.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

NO_HEAD = "0" * 64
EMPTY = sha256(b"").digest()
PART_LINES = 65_536
AHEAD_SECONDS = 300
BEGINNING = "0001-01-01T00:00:00Z"
PURPOSES = {"apply", "apply+rollback", "rollback", "revoke", "policy", "waive", "erase", "move", "copy"}
HEX64, HEX32 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}")
PERSON = re.compile(r"[a-z0-9][a-z0-9.@_-]*")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
INVERSE_OF = {"insert": "delete", "update": "update", "delete": "insert"}
KINDS = {"insert", "update", "delete", "ask"}


Facts = dict[str, Any]
Tell = Callable[[str, str], None]


class Wrong(Exception):
    """Something cannot be read, or does not stand; its text names no value of a row."""


# --- bytes, hashes, trees --------------------------------------------------------------------------------------------


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def leaf_of(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """Compute the root of a list of leaf hashes (RFC 9162, section 2.1.1)."""
    if not leaves:
        return EMPTY
    while len(leaves) > 1:
        above = [sha256(b"\x01" + a + b).digest() for a, b in zip(leaves[::2], leaves[1::2], strict=False)]
        leaves = above + leaves[len(above) * 2 :]
    return leaves[0]


class Tree:
    """A tree whose leaves, or whole nodes of them, are appended; it remembers one hash a level."""

    def __init__(self) -> None:
        self.leaves = 0
        self.peaks: list[tuple[int, bytes]] = []

    def add(self, node: bytes, size: int = 1) -> None:
        self.leaves += size
        while self.peaks and self.peaks[-1][0] == size:
            node = sha256(b"\x01" + self.peaks.pop()[1] + node).digest()
            size *= 2
        self.peaks.append((size, node))

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1][1]
        for _, node in reversed(self.peaks[:-1]):
            found = sha256(b"\x01" + node + found).digest()
        return found


def cover(first: int, leaves: int, low: int = 0, high: int | None = None) -> list[int]:
    """Give the sizes of the nodes that cover the leaves from index `first` to the end, from left to right."""
    high = leaves if high is None else high
    if first <= low:
        return [high - low] if low < high else []
    if high - low == 1:
        return []
    middle = low + (1 << ((high - low - 1).bit_length() - 1))
    if first < middle:
        return [*cover(first, leaves, low, middle), high - middle]
    return cover(first, leaves, middle, high)


def encode(value: Any) -> bytes:
    """Write canonical JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def decode(data: bytes) -> Any:
    """Read canonical JSON; refuse bytes that `encode` would not have written."""

    def refuse(text: str) -> None:
        raise Wrong(f"canonical JSON has no {text[:12]}")

    try:
        value = json.loads(data.decode(), parse_float=refuse, parse_constant=refuse)
        same = encode(value) == data
    except (ValueError, RecursionError) as fault:
        raise Wrong("it is not canonical JSON") from fault
    if not same or any(abs(n) > 2**53 - 1 for n in numbers_in(value)) or depth_of(value) > 32:
        raise Wrong("it is not canonical JSON")
    return value


def parts_of(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def numbers_in(value: Any) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    for part in parts_of(value):
        yield from numbers_in(part)


def depth_of(value: Any) -> int:
    return 1 + max(map(depth_of, parts_of(value)), default=0) if isinstance(value, (dict, list)) else 0


def time_of(text: Any) -> datetime | None:
    """Read a moment, UTC in whole seconds; None for anything else."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text, re.ASCII):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None


def seconds_between(first: str, second: str) -> float:
    """Count the seconds from one moment to the next."""
    start, end = time_of(first), time_of(second)
    if start is None or end is None:
        raise Wrong("a time is none")
    return (end - start).total_seconds()


def is_hex64(value: Any) -> bool:
    return isinstance(value, str) and bool(HEX64.fullmatch(value))


# --- keys, signers, policy, statements -------------------------------------------------------------------------------

ALGORITHMS = {
    *("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    *("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"),
}


def ssh_strings(blob: bytes) -> Iterator[bytes]:
    """Cut SSH's length-prefixed strings (RFC 4251, section 5)."""
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size:
            raise Wrong("a key or signature is cut")
        yield blob[4 : 4 + size]
        blob = blob[4 + size :]


def algorithm_of(blob: bytes) -> str:
    """Name a public key's algorithm; refuse one that hffix does not take."""
    strings = list(ssh_strings(blob))
    name = strings[0].decode("latin-1") if strings else ""
    if name not in ALGORITHMS:
        raise Wrong(f"keys of {name!r} are not taken")
    if name == "ssh-rsa" and int.from_bytes(strings[2], "big").bit_length() < 3072:
        raise Wrong("an RSA key of fewer than 3072 bits is not taken")
    return name


def fingerprint_of(blob: bytes) -> str:
    return "SHA256:" + base64.b64encode(sha256(blob).digest()).decode().rstrip("=")


class Ssh:
    """Proves signatures by `ssh-keygen -Y verify`, each once."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], bytes | Wrong] = {}

    def key(self, data: bytes, armored: bytes) -> bytes:
        """Give the public key that signed the data for the namespace hffix; refuse what ssh-keygen refuses."""
        name = (digest(data), digest(armored))
        if name not in self.known:
            try:
                self.known[name] = self._prove(data, armored)
            except (Wrong, ValueError, IndexError) as fault:
                self.known[name] = Wrong(f"the signature does not hold: {fault}")
        found = self.known[name]
        if isinstance(found, Wrong):
            raise found
        return found

    @staticmethod
    def _prove(data: bytes, armored: bytes) -> bytes:
        text = re.fullmatch(
            r"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n",
            armored.decode("latin-1"),
        )
        if not text:
            raise Wrong("it is not one armored SSH signature")
        blob = base64.b64decode(text[1].replace("\n", ""), validate=True)
        if blob[:6] != b"SSHSIG" or blob[6:10] != b"\0\0\0\x01":
            raise Wrong("it does not begin as an SSH signature")
        key = next(ssh_strings(blob[10:]))
        line = f'signer namespaces="hffix" {algorithm_of(key)} {base64.b64encode(key).decode()}\n'
        with tempfile.TemporaryDirectory() as folder:
            for file, held in (("signers", line.encode()), ("sig", armored)):
                (Path(folder) / file).write_bytes(held)
            words = ["ssh-keygen", "-Y", "verify", "-f", f"{folder}/signers", "-I", "signer", "-n", "hffix"]
            done = subprocess.run([*words, "-s", f"{folder}/sig"], input=data, capture_output=True)
        if done.returncode:
            raise Wrong("ssh-keygen refuses it")
        # A device's signature ends with its flags and a counter of four bytes; ssh-keygen does not ask for the touch.
        if algorithm_of(key).startswith("sk-") and not list(ssh_strings(blob[10:]))[4][-5] & 1:
            raise Wrong("its device was not touched")
        return key


class Signers:
    """`allowed_signers`: one line is one person and one key for the namespace hffix."""

    OPTION = r'[A-Za-z-]+(?:="[^"\\]*")?'
    LINE = re.compile(
        rf"([^\s\"]+)[ \t]+(?:({OPTION}(?:,{OPTION})*)[ \t]+)?([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/=]+)(?:[ \t].*)?"
    )

    def __init__(self, text: bytes) -> None:
        self.entries: list[tuple[str, bytes, str | None, str | None]] = []
        for line in lines_of(text):
            found = self.LINE.fullmatch(line)
            if not found or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line) or not PERSON.fullmatch(found[1]):
                raise Wrong("allowed_signers has a line that is no person, namespace and key")
            written = (one.partition("=") for one in re.findall(self.OPTION, found[2] or ""))
            options = {name.lower(): value.strip('"') for name, _, value in written}
            if set(options) - {"namespaces", "valid-after", "valid-before"} or "hffix" not in options.get(
                "namespaces", ""
            ).split(","):
                raise Wrong('allowed_signers has a line with other options than namespaces="hffix" and times')
            blob = base64.b64decode(found[4], validate=True)
            if algorithm_of(blob) != found[3] or any(blob == other for _, other, *_ in self.entries):
                raise Wrong("allowed_signers has a key twice, or under a wrong name")
            after, before = (self._time(options.get(name)) for name in ("valid-after", "valid-before"))
            self.entries.append((found[1], blob, after, before))

    @staticmethod
    def _time(value: str | None) -> str | None:
        if value is None:
            return None
        found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?", value, re.ASCII)
        text = "{}-{}-{}T{}:{}:{}Z".format(*found.groups(default="00")) if found else ""
        if time_of(text) is None:
            raise Wrong("allowed_signers has a time that is none")
        return text

    def person_of(self, blob: bytes, at: str) -> str | None:
        return next(
            (p for p, key, after, before in self.entries if key == blob and (after or at) <= at <= (before or at)), None
        )


def lines_of(text: bytes) -> list[str]:
    try:
        stripped = (line.strip(" \t\r") for line in text.decode().split("\n"))
    except UnicodeDecodeError as fault:
        raise Wrong("it is not UTF-8 text") from fault
    return [line for line in stripped if line and not line.startswith("#")]


def revoked_in(text: bytes) -> set[str]:
    """Read `revoked_keys` into fingerprints."""
    found = set()
    for line in lines_of(text):
        first, *rest = line.split()
        found.add(first if FINGERPRINT.fullmatch(first) else fingerprint_of(base64.b64decode((rest or [""])[0])))
    return found


class Policy:
    """`policy.toml`: who the people are, and whose approvals are required."""

    def __init__(self, text: bytes) -> None:
        try:
            told = tomllib.loads(text.decode())
            self.valid_days = int(told["valid_days"])
            self.people = {name: set(one["roles"]) for name, one in told["people"].items()}
            self.emails = {
                mail.casefold(): name for name, one in told["people"].items() for mail in one.get("emails", ())
            }
            self.required = [dict(one) for one in told["require"]]
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Wrong("policy.toml cannot be read") from fault
        if not self.required or any(not self._able(one) for one in self.required):
            raise Wrong("policy.toml asks for what nobody could meet")

    def _able(self, required: Facts) -> bool:
        return isinstance(required.get("approvals"), int) and 0 < required["approvals"] <= sum(
            self.takes(required, person) for person in self.people
        )

    def takes(self, required: Facts, person: str) -> bool:
        return "roles" not in required or bool(set(required["roles"]) & self.people.get(person, set()))

    def may_approve(self, person: str) -> bool:
        return person in self.people and any(self.takes(one, person) for one in self.required)

    def may_operate(self, person: str) -> bool:
        operators = {name for name, roles in self.people.items() if "operator" in roles}
        return not operators or person in operators

    def matching(
        self, purpose: str, risk: str, rows: int, tables: Iterable[str], columns: Iterable[str]
    ) -> list[Facts]:
        """Give the requirements for a change set; where none matches, nothing is approved."""
        purposes = {purpose, *purpose.split("+")}
        found = [
            one
            for one in self.required
            if ("risk" not in one or risk in one["risk"])
            and rows >= one.get("from_rows", 0)
            and ("tables" not in one or set(one["tables"]) & set(tables))
            and ("columns" not in one or set(one["columns"]) & set(columns))
            and ("purposes" not in one or set(one["purposes"]) & purposes)
        ]
        if not found:
            raise Wrong("no [[require]] of the policy covers it")
        return found

    def highest(self, purpose: str) -> list[Facts]:
        kinds = {purpose, "apply", "rollback", "apply+rollback"}
        return [one for one in self.required if "purposes" not in one or set(one["purposes"]) & kinds] or self.required

    def met(self, required: list[Facts], people: Iterable[str], excluded: Iterable[str] = ()) -> bool:
        return all(
            sum(self.takes(one, person) for person in set(people) & set(self.people) - set(excluded))
            >= one["approvals"]
            for one in required
        )


class Rules:
    """A policy, signers and revoked keys, each from its bytes."""

    def __init__(self, policy: bytes, signers: bytes, revoked: bytes | None) -> None:
        self.policy, self.signers = Policy(policy), Signers(signers)
        self.policy_digest, self.signers_digest = digest(policy), digest(signers)
        self.revoked = revoked_in(revoked or b"")


def read_statement(data: bytes) -> Facts:
    """Read a statement in its one form."""
    told = decode(data)
    fields = {
        "comment",
        "expires",
        "format",
        "key",
        "lineage",
        "person",
        "policy",
        "purpose",
        "signed",
        "signers",
        "subjects",
    }
    good = (
        isinstance(told, dict)
        and set(told) == fields
        and told["format"] == "hffix-statement/1"
        and (
            (told["comment"] is None or isinstance(told["comment"], str))
            and (told["expires"] is None or time_of(told["expires"]))
            and isinstance(told["key"], str)
            and FINGERPRINT.fullmatch(told["key"])
            and isinstance(told["person"], str)
            and PERSON.fullmatch(told["person"])
            and is_hex64(told["policy"])
            and is_hex64(told["signers"])
            and told["purpose"] in PURPOSES
            and time_of(told["signed"])
            and (told["lineage"] is None) == (told["purpose"] == "policy")
            and (told["lineage"] is None or (isinstance(told["lineage"], str) and HEX32.fullmatch(told["lineage"])))
            and isinstance(told["subjects"], list)
            and told["subjects"]
            and all(map(is_hex64, told["subjects"]))
            and told["subjects"] == sorted(set(told["subjects"]))
        )
    )
    if not good:
        raise Wrong("it is no statement")
    return dict(told)


def objection(
    told: Facts,
    blob: bytes,
    rules: Rules,
    *,
    subject: str,
    lineage: str | None,
    purposes: Iterable[str],
    barred: Iterable[str],
    now: str,
) -> str | None:
    """Say why a statement does not count, or None where it does."""
    signer, key = rules.signers.person_of(blob, now), fingerprint_of(blob)
    if subject not in told["subjects"]:
        return "it is about something else"
    if told["lineage"] != lineage:
        return "it is for another database"
    if told["purpose"] not in purposes:
        return "it has another purpose"
    if told["key"] != key or key in rules.revoked or signer != told["person"]:
        return "it is not signed by a key that was that person's then"
    if not rules.policy.may_approve(told["person"]):
        return "the policy asks for no role of that person"
    if told["purpose"] == "revoke":
        return None
    if told["policy"] != rules.policy_digest or told["signers"] != rules.signers_digest:
        return "it was signed under another policy or other signers"
    age = seconds_between(told["signed"], now)
    if age < -AHEAD_SECONDS or age > rules.policy.valid_days * 86_400 or (told["expires"] or "9") <= now:
        return "it had expired, or was still to come"
    return "that person wrote, planned or applied it" if told["person"] in barred else None


# --- what was found, and the files of the export ---------------------------------------------------------------------


class Findings:
    """Problems and notes, in the order in which they were found."""

    def __init__(self) -> None:
        self.problems: list[dict[str, str]] = []
        self.notes: list[str] = []

    def problem(self, code: str, where: str, message: str) -> None:
        self.problems.append({"code": code, "where": where, "message": message})


class Row(NamedTuple):
    """One row of hffix_change, its columns in their order."""

    run: int
    seq: Any
    salt: str | None
    table: str
    kind: str
    key: str
    before: str
    after: str
    origin: str | None
    case: str | None
    leaf: str
    outcome: str
    observed: str | None
    observed_leaf: str | None

    @property
    def erased(self) -> bool:
        return self.salt is None

    def line(self) -> bytes:
        """Rebuild the line of the change set from the columns."""
        texts = (self.table, self.kind)
        if not all(isinstance(text, str) for text in texts):
            return b""
        salt = "null" if self.salt is None else f'"{self.salt}"'
        parts = (
            "null" if part is None else str(part)
            for part in (self.key, self.before, self.after, self.origin, self.case)
        )
        return f'[{salt},{json.dumps(self.table, ensure_ascii=False)},"{self.kind}",{",".join(parts)}]'.encode()

    def apart(self) -> bool:
        """Say whether each column is a part of the line by itself, so that no bytes moved from one to another."""
        try:
            key, before, after = (json.loads(text) for text in (self.key, self.before, self.after))
            rest = [json.loads(text) for text in (self.origin, self.case) if text is not None]
        except (TypeError, ValueError):
            return False
        return (
            isinstance(key, dict)
            and all(isinstance(part, dict | None) for part in (before, after))
            and all(isinstance(part, str) for part in rest)
            and len(str(self.salt)) == 32
            and self.kind in KINDS
        )


class Export:
    """The folder."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        try:
            self.facts = json.loads(self.read("export.json"))
            if self.facts["format"] != "hffix-export/1":
                raise Wrong("it is an export of another version")
        except (OSError, ValueError, KeyError) as fault:
            raise Wrong("there is no export in that folder") from fault
        self.unreadable = set(self.facts["unreadable"])
        self.starts: dict[int, int] = {}
        self.counts: Counter[int] = Counter()
        self._index()

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def lines(self, name: str) -> Iterator[bytes]:
        """Give a file's lines, each as its bytes, one after the other."""
        with (self.folder / name).open("rb") as file:
            for line in file:
                yield line[:-1] if line.endswith(b"\n") else line

    def _index(self) -> None:
        """Remember where each run's rows begin, and how many there are."""
        place = 0
        for line in self.lines("changes.jsonl"):
            run = json.loads(line[: line.index(b",")] + b"]")[0]
            self.starts.setdefault(run, place)
            self.counts[run] += 1
            place += len(line) + 1

    def rows(self, run: int) -> Iterator[Row]:
        """Give a run's rows in the order of their numbers."""
        if run not in self.starts:
            return
        with (self.folder / "changes.jsonl").open("rb") as file:
            file.seek(self.starts[run])
            for line in itertools.islice(file, self.counts[run]):
                yield Row._make(json.loads(line))

    def signed(self) -> dict[str, tuple[str, bytes, bytes]]:
        """Give every statement that has a signature beside it, by its digest."""
        found = {}
        for path in sorted(self.folder.glob("approvals/[0-9a-f]*/*.json")):
            beside = path.with_name(path.name + ".sig")
            if re.fullmatch(r"[0-9a-f]{12}", path.parent.name) and path.name != "manifest.json" and beside.is_file():
                found[digest(path.read_bytes())] = (path.name, path.read_bytes(), beside.read_bytes())
        return found

    def history(self, name: str) -> bytes:
        """Give the bytes of a policy, signers or revoked keys by their digest."""
        if not is_hex64(name) or not self.has(f"approvals/history/{name}"):
            raise Wrong(f"approvals/history/{str(name)[:12]} is not there")
        data = self.read(f"approvals/history/{name}")
        if digest(data) != name:
            raise Wrong(f"approvals/history/{name[:12]} holds other bytes")
        return data

    def rules(self, policy: str, signers: str, revoked: str | None = None) -> Rules:
        return Rules(self.history(policy), self.history(signers), None if revoked is None else self.history(revoked))

    def beginning(self, lineage: str) -> tuple[str, str] | None:
        """Give the policy and signers that a lineage began with, as its receipts tell."""
        for path in sorted(self.folder.glob(f"approvals/receipts/{lineage}/*.json")):
            for body in decode(path.read_bytes())["records"]:
                if body["kind"] == "found":
                    return body["policy"], body["signers"]
        return None

    def manifest(self, name: str) -> Facts:
        """Give the approved manifest of a digest."""
        path = f"approvals/{name[:12]}/manifest.json"
        if not self.has(path):
            raise Wrong(f"{path} is not there")
        data = self.read(path)
        if digest(data) != name:
            raise Wrong(f"{path} is not the one that was approved")
        told = decode(data)
        if not isinstance(told, dict) or told.get("format") != "hffix-changeset/1":
            raise Wrong(f"{path} is no manifest of this version")
        return told


# --- the chain -------------------------------------------------------------------------------------------------------

TEXTS, PLACE = ("texts",), ("place",)
BODIES = {
    "found": {"lineage": str, "place": PLACE, "parent": (str, None), "policy": str, "signers": str},
    "open": {
        "run": int, "manifest": str, "root": str, "leaves": int, "operator": str, "host": str, "statements": TEXTS,
        "policy": str, "signers": str, "revoked": (str, None), "inverse": (str, None), "durability": PLACE,
        "version": str,
    },
    "resume": {"run": int, "operator": str, "host": str, "statements": TEXTS, "revoked": (str, None), "version": str},
    "chunk": {
        "run": int, "first": int, "last": int, "applied": int, "held": int, "conflicts": int, "entries": str,
        "backup": {"root": str, "rows": int}, "schema": str,
    },
    "close": {
        "run": int, "operator": str, "state": str, "applied": int, "held": int, "conflicts": int,
        "left": {"lines": int, "nodes": TEXTS}, "ensures": ("ensures",),
    },
    "revoke": {"manifests": TEXTS, "statement": str},
    "erase": {"leaves": TEXTS, "statements": TEXTS, "policy": str, "signers": str},
    "move": {"place": PLACE, "statement": str},
}  # fmt: skip
OF_A_RUN = {"open", "resume", "chunk", "close"}


def fits(value: Any, form: Any) -> bool:
    """Say whether a value has the form that a record's field asks for."""
    if isinstance(form, dict):
        return (
            isinstance(value, dict) and set(value) == set(form) and all(fits(value[name], form[name]) for name in form)
        )
    if form is TEXTS:
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    if form is PLACE:
        return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    if form == ("ensures",):
        return isinstance(value, list) and all(fits(one, {"title": str, "held": bool}) for one in value)
    if isinstance(form, tuple):
        return value is None or fits(value, form[0])
    return isinstance(value, form) and (form is bool or not isinstance(value, bool))


def read_body(text: bytes) -> Facts:
    told = decode(text)
    if not isinstance(told, dict) or told.get("kind") not in BODIES:
        raise Wrong("its body is no record")
    form = {"kind": str, "number": int, "time": str} | BODIES[told["kind"]]
    if not fits(told, form) or (told["kind"] == "close" and told["state"] not in {"done", "closed"}):
        raise Wrong("its body is no record")
    return told


class Run:
    """One run, as its records tell it."""

    def __init__(self, opened: Facts) -> None:
        self.id: int = opened["number"]
        self.opened, self.sessions = opened, [opened]
        self.chunks: list[Facts] = []
        self.closed: Facts | None = None

    @property
    def operators(self) -> set[str]:
        return {session["operator"] for session in self.sessions}

    @property
    def decided(self) -> int:
        return self.chunks[-1]["last"] if self.chunks else 0

    def sums(self) -> list[int]:
        return [sum(chunk[name] for chunk in self.chunks) for name in ("applied", "held", "conflicts")]

    @property
    def end(self) -> int:
        """The number of its last record."""
        records = (*self.sessions, *self.chunks, *([self.closed] if self.closed else []))
        return max(int(record["number"]) for record in records)


class Chain:
    """The records: their heads by number, and what those that keep the protocol say."""

    def __init__(self, export: Export, findings: Findings) -> None:
        self.heads: dict[int, str] = {}
        self.runs: dict[int, Run] = {}
        self.found: Facts = {}
        self.words: list[Facts] = []
        self.erased: set[str] = set()
        before = len(findings.problems)
        records = list(self._records(export, findings))
        self._end(export, findings)
        self._tell(self._timed(records, findings), findings)
        self.whole = len(findings.problems) == before

    @property
    def newest(self) -> int:
        return max(self.heads, default=0)

    def _records(self, export: Export, findings: Findings) -> Iterator[Facts]:
        number, head = 0, NO_HEAD
        if "records.jsonl" in export.unreadable:
            findings.problem("record-unreadable", "hffix_record", "the database did not give every record")
        for line in export.lines("records.jsonl"):
            stored, run, kind, body, stated = json.loads(line)
            where = f"record {stored}"
            if not isinstance(body, str):
                findings.problem("record-unreadable", "hffix_record", "a record's body is not a text")
                return
            if stored > number + 1:
                gap = f"record {number + 1}" if stored == number + 2 else f"records {number + 1}-{stored - 1}"
                findings.problem("record-missing", gap, "the chain does not hold it")
            elif stated != digest(b"\x02" + bytes.fromhex(head) + body.encode()):
                findings.problem("record-head", where, "its head does not follow from its body and the head before")
            number, head = stored, stated if is_hex64(stated) else head
            self.heads[stored] = stated
            try:
                told = read_body(body.encode())
            except Wrong as fault:
                findings.problem("record-body", where, str(fault))
                continue
            if (stored, run, kind) != (told["number"], told.get("run"), told["kind"]):
                findings.problem("columns-differ", where, "its columns say something else than its body")
            yield told

    def _end(self, export: Export, findings: Findings) -> None:
        ends = [json.loads(line) for line in export.lines("lineage.jsonl")]
        if len(ends) != 1 or "lineage.jsonl" in export.unreadable:
            if ends or self.heads:
                findings.problem("lineage-row", "hffix_lineage", "not one row says where the chain ends")
            return
        number, head = ends[0][:2]
        if isinstance(number, int) and number > self.newest:
            where = f"records {self.newest + 1}-{number}" if number > self.newest + 1 else f"record {number}"
            findings.problem("record-missing", where, "the chain's end says that it was there")
        elif number != self.newest or head != self.heads.get(self.newest):
            findings.problem("lineage-row", "hffix_lineage", "it does not name the last record and its head")

    def _timed(self, records: Iterable[Facts], findings: Findings) -> Iterator[Facts]:
        last = BEGINNING
        for record in records:
            if time_of(record["time"]) is None or record["time"] < last:
                findings.problem(
                    "record-time", f"record {record['number']}", "its time is none, or before the one before"
                )
                record = record | {"time": last}
            last = record["time"]
            yield record

    def _tell(self, records: Iterable[Facts], findings: Findings) -> None:
        for place, record in enumerate(records):
            fault = self._illegal(record)
            if fault:
                findings.problem("protocol", f"record {record['number']}", fault)
                if not place and record["number"] != 1:
                    return
                continue
            kind = record["kind"]
            if kind == "found":
                self.found = record
            elif kind == "open":
                self.runs[record["run"]] = Run(record)
            elif kind == "resume":
                self.runs[record["run"]].sessions.append(record)
            elif kind == "chunk":
                self.runs[record["run"]].chunks.append(record)
            elif kind == "close":
                self.runs[record["run"]].closed = record
            elif kind == "erase":
                self.erased |= {leaf for leaf in record["leaves"] if is_hex64(leaf)}
            if kind not in OF_A_RUN:
                self.words.append(record)

    def _illegal(self, record: Facts) -> str | None:
        """Say which rule of the protocol a record breaks, or None."""
        kind, run = record["kind"], self.runs.get(record.get("run", 0))
        if (kind == "found") == bool(self.found) or (kind == "found") != (record["number"] == 1):
            return "the first record, and only that, founds the lineage"
        if kind == "open":
            if record["run"] != record["number"]:
                return "a run's id is the number of its open record"
            if any(one.opened["manifest"] == record["manifest"] for one in self.runs.values()):
                return "the manifest was opened before"
        elif kind in OF_A_RUN:
            if run is None or run.closed:
                return "its run is closed, or was never opened"
            if kind == "chunk":
                lines = record["last"] - record["first"] + 1
                if record["first"] != run.decided + 1 or lines < 1 or record["last"] > run.opened["leaves"]:
                    return "its lines do not follow those of the chunk before"
                if record["applied"] + record["held"] + record["conflicts"] != lines:
                    return "its outcomes do not add up to its lines"
            if kind == "close" and (
                [record[name] for name in ("applied", "held", "conflicts")] != run.sums()
                or run.decided + record["left"]["lines"] != run.opened["leaves"]
            ):
                return "its outcomes or its lines are not those of its run"
        return None


# --- receipts, journal, what was seen before -------------------------------------------------------------------------


class Witnesses:
    """What stands outside of the database, held against the chain."""

    FIELDS = {
        "format",
        "head",
        "key",
        "lineage",
        "number",
        "own",
        "pending_runs",
        "person",
        "previous",
        "records",
        "target",
        "time",
    }

    def __init__(self, export: Export, chain: Chain, ssh: Ssh, signers: list[Signers], findings: Findings) -> None:
        self.export, self.chain, self.ssh, self.signers, self.findings = export, chain, ssh, signers, findings
        self.heads, self.newest = {0: NO_HEAD}, 0
        self.own: set[int] = set()

    def check(self) -> None:
        lineage = self.chain.found["lineage"]
        self._other_lineage(lineage)
        for path in sorted(self.export.folder.glob(f"approvals/receipts/{lineage}/*.json")):
            self._receipt(path, lineage)
        self._journal(lineage)
        self._owned()
        self._covered()

    def _other_lineage(self, lineage: str) -> None:
        newest = None
        for path in self.export.folder.glob("approvals/receipts/*/*.json"):
            try:
                told = decode(path.read_bytes())
                if told["target"] == self.export.facts["target"]:
                    newest = max(newest or ("", 0, ""), (told["time"], told["number"], path.parent.name))
            except (Wrong, KeyError, TypeError):
                self.findings.problem("receipt-unreadable", "approvals/receipts", f"{path.name} cannot be read")
                return
            if not path.with_name(path.name + ".sig").is_file():
                self.findings.problem("receipt-unreadable", "approvals/receipts", f"{path.name} has no signature")
                return
        if newest and newest[2] not in {lineage, self.chain.found["parent"]}:
            self.findings.problem("other-lineage", "approvals/receipts", "the target's receipts are of another lineage")

    def _receipt(self, path: Path, lineage: str) -> None:
        where, data = f"receipt {path.name}", path.read_bytes()
        try:
            told = decode(data)
            good = isinstance(told, dict) and set(told) == self.FIELDS and told["format"] == "hffix-receipt/1"
            if not good or not all(is_hex64(told[name]) for name in ("head",)):
                raise Wrong("it is no receipt")
        except Wrong as fault:
            self.findings.problem("receipt-unreadable", where, str(fault))
            return
        beside = path.with_name(path.name + ".sig")
        try:
            key = self.ssh.key(data, beside.read_bytes() if beside.is_file() else b"")
            people = {known.person_of(key, told["time"]) for known in self.signers}
            if fingerprint_of(key) != told["key"] or told["person"] not in people:
                raise Wrong("it is not signed by a key of its person")
        except Wrong as fault:
            self.findings.problem("receipt-signature", where, str(fault))
            return
        damage = self._damage(told, lineage, path.name)
        if damage:
            self.findings.problem("receipt-damaged", where, damage)
        else:
            self._against(told, where)

    @staticmethod
    def _damage(told: Facts, lineage: str, name: str) -> str | None:
        first, heads = told["previous"]["number"] + 1, [told["previous"]["head"]]
        for body in told["records"]:
            heads.append(digest(b"\x02" + bytes.fromhex(heads[-1]) + encode(body)))
        told["says"] = dict(enumerate(heads[1:], start=first))
        compact = re.sub("[-:]", "", told["time"])
        if [body.get("number") for body in told["records"]] != list(range(first, told["number"] + 1)) or heads[
            -1
        ] != told["head"]:
            return "its records do not give its head"
        if told["lineage"] != lineage or name != f"{told['number']:08d}.{told['person']}.{compact}.json":
            return "it is of another lineage, or under another's name"
        return None

    def _against(self, told: Facts, where: str) -> None:
        previous = told["previous"]
        if previous["number"] > self.newest:
            self.findings.problem(
                "receipt-gap", f"records {self.newest + 1}-{previous['number']}", "no receipt covers them"
            )
        for number, head in ({previous["number"]: previous["head"]} | told["says"]).items():
            if self.heads.setdefault(number, head) != head:
                self.findings.problem("receipt-conflict", where, f"another receipt says otherwise of record {number}")
                break
        for number, head in told["says"].items():
            if self.chain.heads.get(number) != head:
                ahead = number not in self.chain.heads
                self.findings.problem("receipt-ahead" if ahead else "receipt-differs", where, f"of record {number}")
                break
        self.newest = max(self.newest, told["number"])
        self.own |= {number for first, last in told["own"] for number in range(first, last + 1)}

    def _journal(self, lineage: str) -> None:
        name = f"backups/heads/{lineage}.jsonl"
        owned: dict[int, str] = {}
        confirmed: dict[int, str] = {}
        numbers: dict[str, int] = {}
        for place, line in enumerate(
            self.export.read(name).split(b"\n")[:-1] if self.export.has(name) else (), start=1
        ):
            try:
                told = decode(line)
                if set(told) == {"committed"} and told["committed"] in owned:
                    confirmed[told["committed"]] = owned[told["committed"]]
                    continue
                if set(told) != {"head", "number", "previous"} or not is_hex64(told["head"]):
                    raise Wrong("no line that a journal holds")
            except (Wrong, TypeError):
                self.findings.problem(
                    "journal-damaged", f"{lineage}.jsonl", f"line {place} is none that a journal holds"
                )
                return
            owned[told["number"]], numbers[told["head"]] = told["head"], told["number"]
            if told["previous"] in numbers:
                confirmed[numbers[told["previous"]]] = told["previous"]
        for number, head in confirmed.items():
            if self.chain.heads.get(number) != head:
                self.findings.problem("journal-lost", f"record {number}", "the journal confirms what the chain lacks")
        self.own |= {number for number, head in owned.items() if self.chain.heads.get(number) == head}

    def _owned(self) -> None:
        for number in sorted(set(self.chain.heads) - self.own):
            if self.heads.get(number) != self.chain.heads[number]:
                self.findings.problem("unowned-record", f"record {number}", "no receipt and no journal owns it")

    def _covered(self) -> None:
        runs = list(self.chain.runs.values())
        last = max(runs, key=lambda run: run.sessions[-1]["number"], default=None)
        if self.newest:
            missing = any(run.end > self.newest for run in runs if run is not last)
        else:
            missing = any(run.closed for run in runs)
        if missing:
            self.findings.problem(
                "receipt-missing", f"records {self.newest + 1}-{self.chain.newest}", "runs ended there"
            )


def check_seen(chain: Chain, path: Path, findings: Findings) -> None:
    """Refuse a chain that went back behind what this verifier saw before, and remember what it sees now."""
    seen = decode(path.read_bytes()) if path.exists() else {}
    lineage = chain.found["lineage"]
    if lineage in seen and chain.heads.get(seen[lineage]["number"]) != seen[lineage]["head"]:
        findings.problem("went-back", f"record {seen[lineage]['number']}", "it was seen before, with another head")
    elif chain.whole and chain.newest > seen.get(lineage, {}).get("number", 0):
        path.write_bytes(encode(seen | {lineage: {"head": chain.heads[chain.newest], "number": chain.newest}}))


# --- the rows of a run -----------------------------------------------------------------------------------------------


def number_of(seq: Any) -> int:
    """Give the number that a row stands under; one that is no number stands behind all others."""
    if isinstance(seq, dict) and "float" in seq:
        return int(float(seq["float"]))
    return seq if isinstance(seq, int) else 2**63


class RunRows:
    """The rows under one run's number, held against its chunks; `tree` is of their leaves."""

    def __init__(self, export: Export, run: Run, erased: set[str], findings: Findings) -> None:
        self.run, self.erased, self.findings = run, erased, findings
        self.tree, self.before = Tree(), len(findings.problems)
        self.rows = export.rows(run.id)
        self.waiting: Row | None = None
        self.case: str | None = None
        self.case_chunk, self.case_seen, self.told = 0, False, False
        self.case_outcomes: set[str] = set()

    @property
    def whole(self) -> bool:
        return len(self.findings.problems) == self.before

    def check(self) -> None:
        for chunk in self.run.chunks:
            self._chunk(chunk)
        self._end_case()
        rest = [row for row in (self.waiting,) if row] + list(itertools.islice(self.rows, 1))
        if rest:
            self.findings.problem("log-row-inserted", f"run {self.run.id}", "rows stand under none of its chunks")

    def _next(self, last: int) -> Row | None:
        """Take the next row, if it is one of this chunk's."""
        row = self.waiting or next(self.rows, None)
        self.waiting = None
        if row is not None and number_of(row.seq) > last:
            self.waiting = row
            return None
        return row

    def _chunk(self, chunk: Facts) -> None:
        known, expected, entries = len(self.findings.problems), chunk["first"], []
        outcomes: Counter[str] = Counter()
        met: list[Row] = []
        backed_up = 0
        while (row := self._next(chunk["last"])) is not None:
            number = number_of(row.seq)
            if number < chunk["first"]:
                self.findings.problem("log-row-inserted", f"run {self.run.id}", "a row stands under none of its chunks")
                continue
            self._missing(expected, number)
            expected = number + 1
            leaf = self._row(row)
            self.tree.add(leaf)
            entries.append(leaf_of(encode([row.seq, row.leaf, row.outcome, row.observed_leaf])))
            outcomes[row.outcome] += 1
            backed_up += row.outcome == "applied" and row.kind in {"update", "delete"}
            met.append(row)
        if len(self.findings.problems) == known:
            for row in met:
                self._follow(row, chunk["first"])
        self._missing(expected, chunk["last"] + 1)
        if len(self.findings.problems) > known:
            return
        where = f"run {self.run.id}, lines {chunk['first']}-{chunk['last']}"
        if outcomes != Counter(applied=chunk["applied"], held=chunk["held"], conflict=chunk["conflicts"]):
            self.findings.problem("outcome", where, "the outcomes of its rows are not those that its record counts")
        elif root_of(entries).hex() != chunk["entries"]:
            self.findings.problem("entries-root", where, "the rows are not those that the record was made of")
        elif backed_up != chunk["backup"]["rows"]:
            self.findings.problem("backup-rows", where, "it backed up another number of rows than it wrote over")

    def _missing(self, first: int, end: int) -> None:
        if first < end:
            self.findings.problem(
                "log-row-missing", f"run {self.run.id}, lines {first}-{end - 1}", "they are not there"
            )

    def _row(self, row: Row) -> bytes:
        """Check one row by itself; give the leaf that it counts as."""
        where, leaf = f"run {self.run.id}, line {row.seq}", leaf_of(row.line())
        if row.erased and {row.key, row.before, row.after, row.origin, row.observed} == {None}:
            if row.leaf in self.erased:
                return bytes.fromhex(row.leaf)
            self.findings.problem("erased-unnamed", where, "its texts are gone, and no erase record names it")
        elif leaf.hex() != row.leaf or not row.apart():
            self.findings.problem("log-row-edited", where, "its texts do not give its leaf")
        if row.leaf in self.erased and not row.erased:
            self.findings.problem("erased-returned", where, "a record says that it was erased")
        observed = leaf_of(str(row.observed).encode()).hex() if row.observed is not None else None
        if observed != row.observed_leaf and not (row.erased and row.observed is None):
            self.findings.problem("log-row-edited", where, "what was observed does not give its leaf")
        if (row.outcome == "held") != (row.kind == "ask") and row.outcome != "conflict":
            self.findings.problem("outcome", where, "no line of its kind can have that outcome")
        return leaf

    def _follow(self, row: Row, chunk: int) -> None:
        """Follow cases from row to row: each stands together, in one chunk, and has one fate."""
        if row.case != self.case:
            self._end_case()
            if self.case is not None and (row.case is None or (len(row.case), row.case) < (len(self.case), self.case)):
                self._divided("the lines of a case stand together")
            self.case, self.case_outcomes, self.case_seen, self.told = row.case, set(), False, False
        elif row.case is not None and chunk != self.case_chunk:
            self._divided("its lines stand in more than one chunk")
        self.case_chunk = chunk
        self.case_outcomes.add(row.outcome)
        self.case_seen = self.case_seen or row.observed_leaf is not None

    def _end_case(self) -> None:
        conflicts = self.case is not None and "conflict" in self.case_outcomes
        if conflicts and (len(self.case_outcomes) > 1 or not self.case_seen):
            self._divided("it is a conflict in part, or says nowhere what was found")

    def _divided(self, message: str) -> None:
        if not self.told:
            self.findings.problem("case-divided", f"run {self.run.id}, case {str(self.case).strip(chr(34))}", message)
        self.told = True


def check_run(export: Export, chain: Chain, run: Run, findings: Findings) -> bool:
    """Check a run's rows, its end, its root and its backups; say whether its rows are whole."""
    rows = RunRows(export, run, chain.erased, findings)
    rows.check()
    where, closed = f"run {run.id}", run.closed
    if closed and (closed["state"] == "done") != (closed["left"]["lines"] == 0):
        findings.problem("close-state", where, "its state does not fit the lines that it left")
    if rows.whole:
        if closed:
            check_root(run, rows.tree, findings)
        else:
            check_beginning(export, run, rows.tree, findings)
    for chunk in run.chunks:
        check_backup(export, chain, run, chunk, findings)
    return rows.whole


def check_root(run: Run, tree: Tree, findings: Findings) -> None:
    """Hold the leaves of a closed run, with the nodes of what it left, against the approved root."""
    left = (run.closed or {})["left"]
    sizes = cover(run.decided, run.opened["leaves"]) if left["lines"] else []
    if len(sizes) == len(left["nodes"]) and all(map(is_hex64, left["nodes"])):
        for size, node in zip(sizes, left["nodes"], strict=True):
            tree.add(bytes.fromhex(node), size)
    if (tree.root().hex(), tree.leaves) != (run.opened["root"], run.opened["leaves"]):
        findings.problem("approved-root", f"run {run.id}", "its rows, with what is left, do not give the approved root")


def check_beginning(export: Export, run: Run, logged: Tree, findings: Findings) -> None:
    """Hold an open run against the change set's own lines, where they are at hand."""
    where, folder = f"run {run.id}", f"changesets/{run.opened['manifest'][:12]}"
    if not export.has(f"{folder}/manifest.json"):
        findings.notes.append(f"{where} is open, and the rows of its change set are not here")
        return
    try:
        leaves = list(itertools.islice(planned_leaves(export, folder, run.opened["manifest"]), run.decided))
    except Wrong as fault:
        findings.problem("change-set", where, str(fault))
        return
    if (root_of(leaves), len(leaves)) != (logged.root(), logged.leaves):
        findings.problem("approved-root", where, "its rows are not the first lines of its change set")


def planned_leaves(export: Export, folder: str, name: str) -> Iterator[bytes]:
    """Give the leaves of a change set's lines; none of a part that does not give the root that the manifest states."""
    if digest(export.read(f"{folder}/manifest.json")) != name:
        raise Wrong("its change set is not the one that was approved")
    for number, part in enumerate(decode(export.read(f"{folder}/manifest.json"))["parts"], start=1):
        file = f"{folder}/rows-{number:05d}.jsonl"
        if not export.has(file) or file in export.unreadable:
            raise Wrong("a part of its change set is not there, or cannot be read")
        leaves = [counted(line) for line in export.lines(file)]
        if (root_of(leaves).hex(), len(leaves)) != (part["root"], part["leaves"]):
            raise Wrong("a part of its change set does not give the root that its manifest states")
        yield from leaves


def counted(line: bytes) -> bytes:
    """Give the leaf that a line of a file counts as: one that was erased stands as its leaf."""
    return bytes.fromhex(line[1:-1].decode()) if re.fullmatch(rb'"[0-9a-f]{64}"', line) else leaf_of(line)


def check_backup(export: Export, chain: Chain, run: Run, chunk: Facts, findings: Findings) -> None:
    """Recompute the root of a chunk's backup part."""
    backup, where = chunk["backup"], f"run {run.id}, backup of lines {chunk['first']}-{chunk['last']}"
    if not backup["rows"]:
        if backup["root"] != EMPTY.hex():
            findings.problem("backup-damaged", where, "its record names a root, but no rows")
        return
    file = f"backups/{run.id}/{chunk['first']}-{backup['root'][:12]}.jsonl"
    if file in export.unreadable:
        findings.problem("backup-damaged", where, "it cannot be read")
    elif not export.has(file):
        findings.problem("backup-missing", where, f"{file} is not there")
    else:
        lines = list(export.lines(file))
        if (root_of(list(map(counted, lines))).hex(), len(lines)) != (backup["root"], backup["rows"]):
            findings.problem("backup-damaged", where, "its rows do not give the root that its record names")
        if any(line.startswith(b'"') and counted(line).hex() not in chain.erased for line in lines):
            findings.problem("erased-unnamed", where, "a row of it is gone, and no erase record names it")


def check_erased_lines(export: Export, chain: Chain, findings: Findings) -> None:
    """Find lines of change sets that are gone though no record erased them."""
    for path in sorted(export.folder.glob("changesets/*/manifest.json")):
        try:
            manifest = decode(path.read_bytes())
        except Wrong:
            continue
        if (
            digest(path.read_bytes())[:12] != path.parent.name
            or manifest["target"]["lineage"] != chain.found["lineage"]
        ):
            continue
        for file in sorted((*path.parent.glob("rows-*.jsonl"), *path.parent.glob("unresolved.jsonl"))):
            gone = (line for line in export.lines(str(file.relative_to(export.folder))) if line.startswith(b'"'))
            if any(re.fullmatch(rb'"[0-9a-f]{64}"', line) and counted(line).hex() not in chain.erased for line in gone):
                findings.problem(
                    "erased-unnamed", f"change set {path.parent.name}, {file.name}", "a line of it is gone"
                )


# --- on whose word ---------------------------------------------------------------------------------------------------


class Words:
    """The statements that a record rests on, judged as they stood when it was made."""

    def __init__(self, export: Export, chain: Chain, ssh: Ssh, signers: list[Signers], findings: Findings) -> None:
        self.export, self.chain, self.ssh, self.signers, self.findings = export, chain, ssh, signers, findings
        self.signed = export.signed()

    def read(self, name: str) -> tuple[Facts, bytes]:
        """Give a statement and the key that signed it."""
        if name not in self.signed:
            raise Wrong(f"statement {str(name)[:12]} is not in approvals/")
        _, data, signature = self.signed[name]
        return read_statement(data), self.ssh.key(data, signature)

    def people(self, names: Iterable[str], rules: Rules, *, tell: Tell | None = None, **matter: Any) -> set[str]:
        """Give the people whose statements count; tell of each that does not."""
        found = set()
        for name in names:
            try:
                told, key = self.read(name)
                fault = objection(told, key, rules, **matter)
            except Wrong as wrong:
                told, fault = {"purpose": ""}, str(wrong)
            if fault is None:
                found.add(told["person"])
            elif tell is not None and told["purpose"] != "revoke":
                tell(self.signed[name][0], fault)
        return found

    def reached(self, rules: Rules, revoked: str | None, now: str, first: tuple[str, str] | None = None) -> bool:
        """Say whether signed statements lead from the lineage's first policy and signers, or from others, to these."""
        first = first or (self.chain.found["policy"], self.chain.found["signers"])
        wanted = (rules.policy_digest, rules.signers_digest)
        told = []
        for name in self.signed:
            try:
                statement = read_statement(self.signed[name][1])
            except Wrong:
                continue
            ahead = seconds_between(now, statement["signed"])
            if statement["purpose"] == "policy" and ahead <= AHEAD_SECONDS:
                told.append((name, statement))
        subjects = {subject for _, statement in told for subject in statement["subjects"]}
        kept = [path.name for path in sorted((self.export.folder / "approvals/history").glob("*"))] if subjects else []
        pairs = {wanted} | {pair for pair in itertools.product(kept, kept) if subject_of(pair) in subjects}
        found, judges = {first}, [first]
        while judges and wanted not in found:
            judge = judges.pop(0)
            try:
                by = self.export.rules(*judge, revoked)
            except Wrong:
                continue
            for pair in sorted(pairs - found):
                people = set()
                for name, statement in told:
                    if (statement["policy"], statement["signers"]) == judge:
                        people |= self.people(
                            [name], by, subject=subject_of(pair), lineage=None, purposes=("policy",), barred=(),
                            now=statement["signed"],
                        )  # fmt: skip
                if by.policy.met(by.policy.highest("policy"), people):
                    found.add(pair)
                    judges.append(pair)
        return wanted in found

    def went_back(self, rules: Rules, revoked: str | None, record: Facts) -> bool:
        """Say whether a record's policy and signers are older than those that the records before it rest on."""
        told = (self.chain.found, *(run.opened for run in self.chain.runs.values()), *self.chain.words)
        before = [one for one in told if one["kind"] in {"found", "open", "erase"} and one["number"] < record["number"]]
        pairs = [(one["policy"], one["signers"]) for one in sorted(before, key=lambda one: int(one["number"]))]
        wanted = (rules.policy_digest, rules.signers_digest)
        if wanted == pairs[-1]:
            return False
        from_first, from_newest = (self.reached(rules, revoked, record["time"], one) for one in (pairs[0], pairs[-1]))
        return wanted in pairs or (from_first and not from_newest)

    def unrevoked(self, rules: Rules, session: Facts) -> set[str]:
        """Name the keys that earlier sessions knew to be revoked, and this one does not."""
        sessions = (one for run in self.chain.runs.values() for one in run.sessions)
        known: set[str] = set()
        try:
            for name in {one["revoked"] for one in sessions if one["number"] < session["number"]} - {None}:
                known |= revoked_in(self.export.history(name))
        except (Wrong, OSError, ValueError):
            return set()
        return known - rules.revoked

    def check_run(self, run: Run, *, whole: bool) -> None:
        """Check a run's manifest, and the statements of each session that wrote."""
        where, opened = f"run {run.id}", run.opened
        try:
            manifest = self.export.manifest(opened["manifest"])
        except Wrong as fault:
            self.findings.problem("manifest", where, str(fault))
            return
        if (manifest["root"], manifest["leaves"]) != (opened["root"], opened["leaves"]):
            self.findings.problem("approved-root", where, "its open record names another root than its manifest")
        if manifest["target"]["lineage"] != self.chain.found["lineage"]:
            self.findings.problem("other-lineage", where, "its manifest was planned on another lineage")
        planned = manifest["chain"]
        if planned["number"] >= run.id or self.chain.heads.get(planned["number"]) != planned["head"]:
            self.findings.problem("chain-head", where, "the chain did not hold the head of its plan")
        for session in self._writing(run):
            self._session(run, session, manifest)
        revokes = (record for record in self.chain.words if record["kind"] == "revoke")
        for number in (record["number"] for record in revokes if opened["manifest"] in record["manifests"]):
            if any(number < one["number"] for one in (opened, *run.chunks)):
                self.findings.problem("revoked", where, f"it went on after record {number} revoked it")
        if manifest["reverts"] and opened["inverse"] and whole:
            check_inverse(self.export, self.chain, run, manifest["reverts"]["number"], self.findings)

    @staticmethod
    def _writing(run: Run) -> Iterator[Facts]:
        """Give the open record, and each resume that a chunk follows: one that only closes needs no approval."""
        yield run.opened
        ends = [session["number"] for session in run.sessions[1:]] + [float("inf")]
        for session, start, end in zip(run.sessions[1:], ends, ends[1:], strict=False):
            if any(start < chunk["number"] < end for chunk in run.chunks):
                yield session

    def _session(self, run: Run, session: Facts, manifest: Facts) -> None:
        where, opened, revoked = f"record {session['number']}", run.opened, session["revoked"]
        named = [name for name in session["statements"] if name in self.signed]
        for name in set(session["statements"]) - set(named):
            self.findings.problem("statement-missing", where, f"statement {name[:12]} is not in approvals/")
        ignored: list[tuple[str, str]] = []
        try:
            rules = self.export.rules(opened["policy"], opened["signers"], revoked)

            def tell(file: str, why: str) -> None:
                ignored.append((file, why))

            met = self._met(run, opened["manifest"], manifest, named, rules, session["time"], tell)
            reverts = manifest["reverts"]
            original = (
                self.chain.runs.get(reverts["number"]) if reverts and opened["inverse"] == reverts["manifest"] else None
            )
            if not met and original and original.opened["manifest"] == opened["inverse"]:
                taken = self.export.manifest(opened["inverse"])
                ignored.clear()
                met = self._met(run, opened["inverse"], taken, named, rules, session["time"], tell, original.operators)
        except Wrong as fault:
            self.findings.problem("policy", where, str(fault))
            return
        if not self.reached(rules, revoked, session["time"]):
            self.findings.problem("policy-not-reached", where, "no signed statements lead to its policy and signers")
        if session["kind"] == "open" and self.went_back(rules, revoked, session):
            self.findings.problem("policy-went-back", where, "its policy and signers are older than those before it")
        if self.unrevoked(rules, session):
            self.findings.problem("key-unrevoked", where, "earlier records know other keys to be revoked")
        for file, why in ignored:
            self.findings.problem("statement", f"{where}, {file}", f"it does not count: {why}")
        if not met:
            self.findings.problem("quorum", where, "its statements do not meet the policy")
        if not rules.policy.may_operate(session["operator"]):
            self.findings.problem("operator", where, "the policy did not let its operator operate")

    def _met(
        self,
        run: Run,
        subject: str,
        manifest: Facts,
        named: list[str],
        rules: Rules,
        now: str,
        tell: Tell,
        more: set[str] | None = None,
    ) -> bool:
        """Say whether enough people approved a change set; with `more`, as one that covers its own inverse."""
        purpose = "rollback" if manifest["reverts"] else "apply"
        usual = ("apply", "apply+rollback") if purpose == "apply" else ("rollback",)
        authors = (rules.policy.emails.get(one.casefold(), one) for one in manifest["fix"]["authors"])
        barred = {*authors, manifest["planner"], *run.operators, *(more or ())}
        people = self.people(
            named, rules, tell=tell, subject=subject, lineage=self.chain.found["lineage"],
            purposes=usual if more is None else ("apply+rollback",), barred=barred, now=now,
        )  # fmt: skip
        tables = manifest["counts"]["tables"]
        columns = [f"{table}.{column}" for table, counts in tables.items() for column in counts["columns"]]
        required = rules.policy.matching(purpose, manifest["fix"]["risk"], manifest["leaves"], tables, columns)
        return rules.policy.met(required, people, barred)

    def check_others(self) -> None:
        """Check what was revoked, erased, moved or copied."""
        for record in self.chain.words:
            where = f"record {record['number']}"
            try:
                if record["kind"] == "revoke":
                    self._revocation(record)
                elif record["kind"] != "found" or record["parent"] is not None:
                    self._other(record, where)
            except Wrong as fault:
                self.findings.problem("statement", where, str(fault))

    def _revocation(self, record: Facts) -> None:
        told, key = self.read(record["statement"])
        people = {known.person_of(key, record["time"]) for known in self.signers}
        if (
            told["purpose"] != "revoke"
            or not set(record["manifests"]) <= set(told["subjects"])
            or told["person"] not in people
        ):
            raise Wrong("nobody signed this revocation")

    def _other(self, record: Facts, where: str) -> None:
        kind, lineage = record["kind"], self.chain.found["lineage"]
        purpose = {"erase": "erase", "found": "copy", "move": "move"}[kind]
        subjects = set(record["leaves"]) if kind == "erase" else {digest(encode(record["place"]))}
        pair = record if kind != "move" else self.read(record["statement"])[0]
        rules = self.export.rules(pair["policy"], pair["signers"])
        names = record["statements"] if kind == "erase" else list(self.signed)
        covering = []
        for name in names:
            if kind == "erase" and name not in self.signed:
                raise Wrong(f"statement {name[:12]} is not in approvals/")
            try:
                if subjects <= set(read_statement(self.signed[name][1])["subjects"]):
                    covering.append(name)
            except Wrong:
                continue
        people = self.people(
            covering, rules, subject=min(subjects, default=""),
            lineage=(record["parent"] or "") if kind == "found" else lineage,
            purposes=(purpose,), barred=(), now=record["time"],
        )  # fmt: skip
        policy = rules.policy
        required = policy.highest("erase") if kind == "erase" else policy.matching(purpose, "high", 0, (), ())
        if not policy.met(required, people):
            raise Wrong("its statements do not meet the policy")
        first = self.export.beginning(record["parent"]) if kind == "found" else None
        if kind == "found" and first is None:
            self.findings.notes.append("no receipt tells by which policy the lineage began that this is a copy of")
        elif not self.reached(rules, None, record["time"], first):
            self.findings.problem("policy-not-reached", where, "no signed statements lead to its policy and signers")
        elif kind != "found" and self.went_back(rules, None, record):
            self.findings.problem("policy-went-back", where, "its policy and signers are older than those before it")


def subject_of(pair: tuple[str, str]) -> str:
    return digest(encode({"policy": pair[0], "signers": pair[1]}))


# --- a run that took another back on that one's word -----------------------------------------------------------------


def check_inverse(export: Export, chain: Chain, run: Run, number: int, findings: Findings) -> None:
    """Find for every applied row the logged row that it takes back, and for every case the whole case."""
    if number not in chain.runs:
        findings.problem("not-inverse", f"run {run.id}", "it says that it takes back a run that is none")
        return
    logged = [row for row in export.rows(number) if row.outcome == "applied"]
    cases: dict[str, list[Row]] = {}
    for row in logged:
        if row.case is not None:
            cases.setdefault(row.case, []).append(row)
    alone = {(row.table, row.kind, row.key): row for row in logged if row.case is None}
    waiting = list(reversed(cases.values()))
    applied = (row for row in export.rows(run.id) if row.outcome == "applied")
    for case, some in itertools.groupby(applied, key=lambda row: row.case):
        for unit in [list(some)] if case is not None else ([row] for row in some):
            if all(row.erased for row in unit):
                continue
            whole = None
            while case is not None and waiting and whole is None:
                told = waiting.pop(0)
                whole = (
                    told
                    if {(r.table, r.key) for r in unit if not r.erased} & {(r.table, r.key) for r in told}
                    else None
                )
            if whole is None:
                row = unit[0]
                good = len(unit) == 1 and takes_back(
                    row, alone.pop((row.table, INVERSE_OF.get(row.kind, ""), row.key), None)
                )
            else:
                good = takes_back_whole(unit, whole)
            if not good:
                findings.problem(
                    "not-inverse", f"run {run.id}, line {unit[0].seq}", f"it takes back nothing of run {number}"
                )
                return


def takes_back_whole(unit: list[Row], logged: list[Row]) -> bool:
    by_key = {(row.table, row.key): row for row in logged if not row.erased}
    standing = [row for row in unit if not row.erased]
    met = [by_key.get((row.table, row.key)) for row in standing]
    return (
        len(unit) == len(logged)
        and met.count(None) <= len(logged) - len(by_key)
        and all(told is None or takes_back(row, told, whole=True) for row, told in zip(standing, met, strict=True))
    )


def takes_back(row: Row, logged: Row | None, *, whole: bool = False) -> bool:
    """Say whether a row is the inverse of a logged one, or, unless it must be whole, of some of its cells."""
    if logged is None or INVERSE_OF.get(row.kind) != logged.kind:
        return False
    try:
        before, after, was, becomes = (json.loads(t) for t in (logged.before, logged.after, row.before, row.after))
    except (TypeError, ValueError):
        return False
    if row.kind == "insert":
        return bool(becomes == before)
    if row.kind == "delete":
        return bool(was == after)
    if (
        not (before and after and was and becomes)
        or was.keys() != becomes.keys()
        or (whole and becomes.keys() != after.keys())
    ):
        return False
    return all(c in after and after[c] == was[c] and before.get(c) == value for c, value in becomes.items())


# --- the whole -------------------------------------------------------------------------------------------------------


def verify(folder: str | Path, *, expect: str | None = None, state: str | Path | None = None) -> Findings:
    """Look for every contradiction in an export; give what was found."""
    export, findings, ssh = Export(folder), Findings(), Ssh()
    if not {"records.jsonl", "lineage.jsonl"} & set(export.facts["tables"]):
        findings.problem("log-missing", f"target {export.facts['target']}", "there is no change log")
        return findings
    chain = Chain(export, findings)
    if chain.found:
        signers = []
        for name in {chain.found["signers"], *(run.opened["signers"] for run in chain.runs.values()), None}:
            try:
                signers.append(Signers(export.history(name) if name else export.read("approvals/allowed_signers")))
            except (Wrong, OSError, ValueError):
                continue
        if expect is not None and expect not in chain.heads.values():
            findings.problem("unexpected-head", "hffix_record", "the chain does not hold the head that --expect names")
        Witnesses(export, chain, ssh, signers, findings).check()
        words = Words(export, chain, ssh, signers, findings)
        words.check_others()
        readable = "changes.jsonl" in export.facts["tables"] and "changes.jsonl" not in export.unreadable
        if not readable:
            findings.problem("log-unreadable", "hffix_change", "the database did not give every row")
        for number, rows in export.counts.items():
            if number not in chain.runs:
                findings.problem("log-row-inserted", f"run {number}", f"{rows} rows stand under a run that never was")
        for run in chain.runs.values():
            words.check_run(run, whole=readable and check_run(export, chain, run, findings))
        check_erased_lines(export, chain, findings)
        if state is not None:
            check_seen(chain, Path(state), findings)
    for trigger in export.facts["guards_missing"]:
        findings.problem(
            "trigger-missing", trigger, "it was gone, or not the one that hffix made, when this was exported"
        )
    return findings


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("folder", metavar="DIR")
    given.add_argument("--json", action="store_true", help="print one JSON object")
    given.add_argument("--expect", metavar="HEAD", help="refuse unless the chain holds this head")
    given.add_argument("--state", metavar="FILE", help="remember the newest head here, and refuse to go back behind it")
    asked = given.parse_args()
    try:
        findings = verify(asked.folder, expect=asked.expect, state=asked.state)
    except Wrong as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 64
    if asked.json:
        told = {"ok": not findings.problems, "problems": findings.problems, "notes": findings.notes}
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(f"{len(findings.problems)} contradictions." if findings.problems else "The record is whole.")
        for one in findings.problems:
            print(f"  {one['code']} {one['where']}: {one['message']}")
        for note in findings.notes:
            print(f"  note: {note}")
    return 6 if findings.problems else 0


if __name__ == "__main__":
    sys.exit(main())
