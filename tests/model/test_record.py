import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.errors.changesets import BadManifest, NotCanonical
from hffix.model import canonical
from hffix.model.record import (
    NO_HEAD,
    BackupFacts,
    Chunk,
    Close,
    Ensured,
    Erase,
    Found,
    Left,
    Move,
    Open,
    Record,
    Resume,
    Revoke,
    convert_record,
    head_after,
    heads,
    read_record,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "formats.json").read_text())
BODIES = [vector["bytes"].encode() for vector in VECTORS["records"]]
AT = "2024-03-05T10:30:00Z"
D = "d" * 64

EVERY_KIND: tuple[Record, ...] = (
    Found(number=1, time=AT, lineage="1" * 32, place={"path": "/x"}, parent=None, policy=D, signers=D),
    Open(
        number=2, time=AT, run=2, manifest=D, root=D, leaves=1, operator="o", host="h", statements=(D,), policy=D,
        signers=D, revoked=None, inverse=None, durability={}, version="1",
    ),
    Resume(number=3, time=AT, run=2, operator="o", host="h", statements=(), revoked=D, version="1"),
    Chunk(
        number=4, time=AT, run=2, first=1, last=1, applied=1, held=0, conflicts=0, entries=D,
        backup=BackupFacts(root=D, rows=1), schema=D,
    ),
    Close(
        number=5, time=AT, run=2, operator="o", state="done", applied=1, held=0, conflicts=0,
        left=Left(lines=0, nodes=()), ensures=(Ensured(title="t", held=True),),
    ),
    Revoke(number=6, time=AT, manifests=(D,), statement=D),
    Erase(number=7, time=AT, leaves=(D,), statements=(D,), policy=D, signers=D),
    Move(number=8, time=AT, place={}, statement=D),
)  # fmt: skip


@pytest.mark.parametrize("record", EVERY_KIND, ids=lambda record: type(record).__name__)
def test_each_kind_of_record_is_read_as_it_was_written_and_never_holds_its_own_head(record: Record) -> None:
    body = json.loads(record.to_bytes())

    assert read_record(record.to_bytes()) == record
    assert body["kind"] == type(record).__name__.lower()
    assert "head" not in body


@pytest.mark.parametrize("record", EVERY_KIND, ids=lambda record: type(record).__name__)
def test_a_record_with_a_part_too_many_or_missing_is_refused(record: Record) -> None:
    body: dict[str, Any] = json.loads(record.to_bytes())
    for key in body:
        with pytest.raises(BadManifest):
            convert_record({name: value for name, value in body.items() if name != key})
    with pytest.raises(BadManifest):
        convert_record({**body, "head": D})


@pytest.mark.parametrize("value", [None, [], {"kind": "plan", "number": 1, "time": AT}, {}])
def test_what_is_no_known_kind_is_refused(value: object) -> None:
    with pytest.raises(BadManifest):
        convert_record(value)


def test_a_body_in_another_form_is_refused() -> None:
    with pytest.raises(NotCanonical):
        read_record(EVERY_KIND[0].to_bytes() + b"\n")


@given(some.lists(some.binary(max_size=30), max_size=5))
def test_heads_bind_every_body_to_all_before_it(bodies: list[bytes]) -> None:
    head = bytes(32)
    expected = []
    for body in bodies:
        head = sha256(b"\x02" + head + body).digest()
        expected.append(head.hex())

    assert heads(bodies) == expected


def test_heads_go_on_from_where_others_ended() -> None:
    whole = heads(BODIES)

    assert heads(BODIES[1:], start=whole[0]) == whole[1:]
    assert head_after(NO_HEAD, BODIES[0]) == whole[0]
    assert heads([]) == []


def test_a_body_is_canonical_and_its_head_changes_with_any_byte_of_it() -> None:
    body = EVERY_KIND[0].to_bytes()

    assert canonical.encode(canonical.decode(body)) == body
    changed = {head_after(NO_HEAD, body[:place] + b"\x00" + body[place + 1 :]) for place in range(len(body))}
    assert len(changed) == len(body)
    assert head_after(NO_HEAD, body) not in changed
