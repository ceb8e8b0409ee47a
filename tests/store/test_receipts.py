from __future__ import annotations

import pytest

from hffix.errors.evidence import BadReceipt
from hffix.errors.project import AlreadyThere
from hffix.model.manifest import Place
from hffix.model.receipt import Receipt
from hffix.store.approvals import Signed
from hffix.store.projects import Project
from hffix.store.receipts import lineages_of, receipts, write_receipt

LINEAGE, LATER = "a" * 32, "b" * 32


def receipt(number: int, *, lineage: str = LINEAGE, target: str = "main", day: int = 5) -> Receipt:
    return Receipt(
        format="hffix-receipt/1",
        lineage=lineage,
        target=target,
        number=number,
        head="1" * 64,
        own=(),
        previous=Place(number=number, head="1" * 64),
        records=(),
        pending_runs=(),
        person="wang.qiang",
        key="SHA256:x",
        time=f"2024-03-{day:02d}T10:30:00Z",
    )


def write(project: Project, one: Receipt) -> Signed:
    path = write_receipt(project, one, data=one.to_bytes(), signature=b"signed")
    return Signed(path=path, data=one.to_bytes(), signature=b"signed")


def test_a_receipt_stands_in_the_folder_of_its_lineage_under_its_name(project: Project) -> None:
    signed = write(project, receipt(12))
    assert signed.path == project.approvals / "receipts" / LINEAGE / "00000012.wang.qiang.20240305T103000Z.json"
    assert signed.path.with_name(signed.path.name + ".sig").read_bytes() == b"signed"
    assert receipts(project, LINEAGE) == (signed,)


def test_a_receipt_is_never_overwritten(project: Project) -> None:
    write(project, receipt(12))
    with pytest.raises(AlreadyThere):
        write(project, receipt(12, target="other"))


def test_receipts_come_by_number(project: Project) -> None:
    written = {number: write(project, receipt(number)) for number in (100_000_000, 9, 99_999_999, 10)}
    assert receipts(project, LINEAGE) == tuple(written[number] for number in sorted(written))
    assert receipts(project, LATER) == ()


def test_a_receipt_that_lost_its_signature_is_refused(project: Project) -> None:
    path = write(project, receipt(1)).path
    path.with_name(path.name + ".sig").unlink()
    with pytest.raises(BadReceipt, match=path.name):
        receipts(project, LINEAGE)


def test_a_file_that_is_not_named_as_a_receipt_is_refused(project: Project) -> None:
    path = write(project, receipt(1)).path
    path.with_name("newest.json").write_bytes(b"{}")
    with pytest.raises(BadReceipt, match="newest"):
        receipts(project, LINEAGE)


def test_the_lineages_of_a_target_come_newest_first(project: Project) -> None:
    for one in (
        receipt(1),
        receipt(2, day=6),
        receipt(1, lineage=LATER, day=7),
        receipt(3, day=8, target="other"),
        receipt(9, lineage="c" * 32, target="other"),
    ):
        write(project, one)
    assert lineages_of(project, "main") == (LATER, LINEAGE)
    assert lineages_of(project, "other") == (LINEAGE, "c" * 32)
    assert lineages_of(project, "none") == ()


def test_without_receipts_no_lineage_is_known(project: Project) -> None:
    assert lineages_of(project, "main") == ()


def test_a_receipt_that_cannot_be_read_is_refused_by_name(project: Project) -> None:
    path = write_receipt(project, receipt(1), data=b"{}", signature=b"signed")
    with pytest.raises(BadReceipt, match=path.name):
        lineages_of(project, "main")
