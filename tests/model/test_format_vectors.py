"""The formats' own bytes, pinned: what is signed once can never be written in another way.

Each is computed a second time with the standard library alone, so that the pinned digests rest on the written format
and not on the code that is tested.
"""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hffix.model import canonical, merkle
from hffix.model.change import Line, read_lines, salt_of
from hffix.model.manifest import read_manifest
from hffix.model.receipt import read_receipt
from hffix.model.record import NO_HEAD, entries_root, entry_leaf, heads, read_record
from hffix.model.value import Raw, UnreadableText, decode_value, encode_value

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors" / "formats.json").read_text())
LINES: list[dict[str, str]] = VECTORS["lines"]

RAW: dict[str, Raw] = {
    "null": None,
    "text": '张敏 "\\\x01\n\x1f\x7f😀',
    "empty text": "",
    "unreadable text": UnreadableText(b"\xb0\xa1"),
    "bytes": b"\xb0\xa1",
    "int": -12,
    "float": 0.1,
    "float of a whole number": 1.0,
    "negative zero": -0.0,
    "infinity": float("-inf"),
    "decimal": Decimal("1200.00"),
    "no number": Decimal("NaN"),
    "bool": True,
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain_json(text: str) -> str:
    """Write a JSON text again with the standard library."""
    return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def every_text() -> list[str]:
    holders = [*VECTORS["values"], *LINES, *VECTORS["entries"], *VECTORS["records"]]
    return [held["bytes"] for held in (*holders, VECTORS["manifest"], VECTORS["receipt"])]


@pytest.mark.parametrize("text", every_text())
def test_the_pinned_bytes_are_canonical_by_the_standard_library_and_by_us(text: str) -> None:
    assert plain_json(text) == text
    assert canonical.encode(canonical.decode(text.encode())) == text.encode()


@pytest.mark.parametrize("vector", VECTORS["values"], ids=lambda vector: vector["name"])
def test_each_value_has_its_pinned_bytes(vector: dict[str, str]) -> None:
    raw = RAW[vector["name"]]

    assert canonical.encode(encode_value(raw)).decode() == vector["bytes"]
    assert repr(decode_value(json.loads(vector["bytes"]))) == repr(raw)


def test_every_kind_of_value_is_pinned() -> None:
    assert {vector["name"] for vector in VECTORS["values"]} == set(RAW)


@pytest.mark.parametrize("vector", LINES, ids=["insert", "update", "delete", "ask"])
def test_each_kind_of_line_has_its_pinned_salt_bytes_and_leaf(vector: dict[str, str]) -> None:
    seed = bytes.fromhex(VECTORS["seed"])
    named = hashlib.blake2b(vector["named"].encode(), digest_size=16, key=seed)
    assert vector["salt"] == named.hexdigest()
    assert vector["leaf"] == sha256(b"\x00" + vector["bytes"].encode())

    (line,) = read_lines([vector["bytes"].encode()])

    assert isinstance(line, Line)
    assert line.encode().decode() == vector["bytes"]
    assert salt_of(line.table, kind=line.kind, key=line.key, case=line.case, seed=seed) == line.salt == vector["salt"]
    assert merkle.leaf(line.encode()).hex() == vector["leaf"]


def test_a_root_of_three_leaves_splits_where_rfc_9162_does() -> None:
    one, two, three = (bytes.fromhex(leaf) for leaf in VECTORS["tree"]["leaves"])
    inner = hashlib.sha256(b"\x01" + one + two).digest()

    assert VECTORS["tree"]["root"] == sha256(b"\x01" + inner + three)
    assert merkle.root([one, two, three]).hex() == VECTORS["tree"]["root"]


def test_the_manifest_has_its_pinned_digest() -> None:
    data = VECTORS["manifest"]["bytes"].encode()

    assert read_manifest(data).digest == VECTORS["manifest"]["digest"] == sha256(data)


def test_an_entry_has_its_pinned_hash() -> None:
    leaves = []
    for vector in VECTORS["entries"]:
        seq, leaf, outcome, observed_leaf = json.loads(vector["bytes"])
        assert vector["hash"] == sha256(b"\x00" + vector["bytes"].encode())
        leaves.append(entry_leaf(seq, leaf=leaf, outcome=outcome, observed_leaf=observed_leaf))
        assert leaves[-1].hex() == vector["hash"]
    assert entries_root(leaves) == VECTORS["entries_root"]


def test_records_have_their_pinned_heads() -> None:
    bodies = [vector["bytes"].encode() for vector in VECTORS["records"]]
    head, expected = bytes(32), []
    for body in bodies:
        head = hashlib.sha256(b"\x02" + head + body).digest()
        expected.append(head.hex())

    assert [vector["head"] for vector in VECTORS["records"]] == expected == heads(bodies, start=NO_HEAD)
    assert [read_record(body).to_bytes() for body in bodies] == bodies


def test_the_receipt_has_its_pinned_bytes_and_holds_the_pinned_records() -> None:
    data = VECTORS["receipt"]["bytes"].encode()
    receipt = read_receipt(data)

    assert receipt.to_bytes() == data
    assert sha256(data) == VECTORS["receipt"]["digest"]
    assert receipt.bodies() == tuple(vector["bytes"].encode() for vector in VECTORS["records"][1:])
    assert receipt.name == "00000003.wang.qiang.20240305T110002Z.json"
    assert receipt.fault() is None
