import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hffix.errors import HffixError
from hffix.errors.changesets import BadManifest, NewerFormat, NotCanonical
from hffix.model import canonical
from hffix.model.manifest import PART_LINES, Manifest, read_manifest, refuse_newer

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "formats.json").read_text())
DATA: bytes = VECTORS["manifest"]["bytes"].encode()
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> bytes:
    value = json.loads(DATA)
    change(value)
    return canonical.encode(value)


def test_a_manifest_is_written_as_it_was_read() -> None:
    manifest = read_manifest(DATA)

    assert manifest.to_bytes() == DATA
    assert manifest.digest == canonical.digest(DATA)
    assert manifest.tables == ("person",)
    assert manifest.counts.tables["loan"].deletes == 1


def test_tables_are_named_once_in_the_order_of_the_scope() -> None:
    manifest = read_manifest(DATA)
    (scope,) = manifest.scope
    several = tuple(msgspec.structs.replace(scope, table=name) for name in ("loan", "person", "loan"))

    assert msgspec.structs.replace(manifest, scope=several).tables == ("loan", "person")


def test_the_digest_changes_with_every_part() -> None:
    manifest = read_manifest(DATA)
    others = [
        msgspec.structs.replace(manifest, **{field: None}).digest
        for field in Manifest.__struct_fields__
        if getattr(manifest, field) is not None
    ]
    assert len({manifest.digest, *others}) == len(others) + 1


@pytest.mark.parametrize("field", Manifest.__struct_fields__)
def test_a_manifest_without_one_of_its_parts_is_refused(field: str) -> None:
    with pytest.raises(BadManifest):
        read_manifest(changed(lambda value: value.pop(field)))


WRONG: dict[str, Change] = {
    "a part too many": lambda m: m.update(extra=1),
    "a part too many inside": lambda m: m["fix"].update(extra=1),
    "a risk that does not exist": lambda m: m["fix"].update(risk="none"),
    "a number as text": lambda m: m["counts"].update(scanned="3"),
    "a truth as number": lambda m: m["scope"][0].update(to_null=0),
    "leaves": lambda m: m.update(leaves=5),
    "scanned": lambda m: m["counts"].update(scanned=4),
    "changed": lambda m: m["counts"].update(changed=4),
    "asks": lambda m: m["counts"].update(asks=0),
    "struck": lambda m: m.update(struck={"count": 1, "by": "li.wei", "why": None}),
    "updates of the tables": lambda m: m["counts"]["tables"]["person"].update(updates=2),
    "inserts of the tables": lambda m: m["counts"]["tables"]["loan"].update(inserts=0),
    "deletes of the tables": lambda m: m["counts"]["tables"]["loan"].update(deletes=0),
    "parts": lambda m: m["parts"][0].update(leaves=3),
    "a part that is not full before the last": lambda m: m.update(parts=[{"root": "a", "leaves": 2}] * 2),
    "the snapshot's time": lambda m: m.update(snapshot="2024-02-30T10:30:00Z"),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_manifest_that_is_wrong_in_itself_is_refused(change: Change) -> None:
    with pytest.raises(BadManifest):
        read_manifest(changed(change))


def test_struck_rows_count_as_scanned() -> None:
    def strike(value: dict[str, Any]) -> None:
        value["counts"]["scanned"] += 2
        value["struck"] = {"count": 2, "by": "zhang.min", "why": None}

    assert read_manifest(changed(strike)).counts.scanned == 5


def test_every_part_but_the_last_is_full() -> None:
    def split(value: dict[str, Any]) -> None:
        more = PART_LINES + 1
        value["leaves"] = more
        value["parts"] = [{"root": "a", "leaves": PART_LINES}, {"root": "b", "leaves": 1}]
        value["counts"].update(asks=0, updates=more - 2, changed=more, scanned=more - 1 + 1)
        value["counts"]["tables"]["person"]["updates"] = more - 2

    assert len(read_manifest(changed(split)).parts) == 2


@pytest.mark.parametrize("data", [DATA + b"\n", b" " + DATA, b"\xef\xbb\xbf" + DATA])
def test_bytes_around_a_manifest_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        read_manifest(data)


@pytest.mark.parametrize(
    ("format_", "error"),
    [
        ("hffix-changeset/2", NewerFormat), ("hffix-changeset/10", NewerFormat),
        ("hffix-changeset/" + "9" * 5000, NewerFormat),
        ("hffix-changeset/0", BadManifest), ("hffix-changeset/01", BadManifest), ("hffix-changeset/x", BadManifest),
        ("hffix-changeset/２", BadManifest), ("hffix-changeset/", BadManifest), ("hffix-receipt/1", BadManifest),
        ("hffix-receipt/2", BadManifest), ("", BadManifest), (None, BadManifest), (2, BadManifest),
    ],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
def test_a_newer_format_is_refused_by_its_own_error_and_any_other_as_bad(
    format_: object, error: type[HffixError]
) -> None:
    with pytest.raises(error):
        read_manifest(changed(lambda value: value.update(format=format_)))


@pytest.mark.parametrize("value", [None, [], "hffix-changeset/1", 1])
def test_what_is_no_object_has_no_format(value: object) -> None:
    with pytest.raises(BadManifest):
        refuse_newer(value, known="hffix-changeset/1")
