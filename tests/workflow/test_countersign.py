"""Who has verified a record countersigns its newest receipt: one more witness, who claims no record as his own."""

import json
from pathlib import Path

import pytest

from hffix.errors.approvals import UnknownSigner
from hffix.errors.evidence import BadReceipt, NothingToCountersign
from hffix.model.receipt import read_receipt
from hffix.signing import sshsig
from hffix.signing.private import load_private_key
from hffix.store.approvals import signature_path
from hffix.testing.people import new_key
from hffix.workflow.countersign import countersign
from hffix.workflow.verify import verify
from tests.workflow.conftest import found, journal
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, SECOND_OPERATOR, Office, dying_at


def newest(office: Office) -> Path:
    return max(office.project.receipts.rglob("*.json"))


def test_a_countersignature_is_a_receipt_of_the_same_head_that_claims_nothing(desk: Office) -> None:
    first = read_receipt(newest(desk).read_bytes())
    signed = countersign(desk.setting(AUDITOR))
    assert (signed.number, signed.head, signed.previous, signed.records) == (
        first.number, first.head, first.previous, first.records,
    )  # fmt: skip
    assert (signed.person, signed.own, signed.fault()) == (AUDITOR, (), None)
    assert found(desk) == set()
    assert verify(desk.setting()).witnesses == (OPERATOR, AUDITOR)


def test_the_next_session_goes_on_behind_it(office: Office) -> None:
    office.correct("1")
    countersign(office.setting(AUDITOR))
    office.correct("2")
    receipt = json.loads(newest(office).read_bytes())
    assert (receipt["person"], receipt["previous"]["number"]) == (OPERATOR, 4)
    assert verify(office.setting()).witnesses == (OPERATOR,)
    assert found(office) == set()


def test_nobody_signs_twice(desk: Office) -> None:
    countersign(desk.setting(AUDITOR))
    countersign(desk.setting(LEADER))
    for person in (AUDITOR, OPERATOR):
        with pytest.raises(NothingToCountersign, match=f"{person} has signed record 9 already"):
            countersign(desk.setting(person))
    assert verify(desk.setting()).witnesses == (OPERATOR, AUDITOR, LEADER)


def test_a_chain_ahead_of_its_receipts_is_not_countersigned(office: Office) -> None:
    change_set = office.approved("1")
    with dying_at("chunk.committed"):
        office.apply(change_set)
    with pytest.raises(NothingToCountersign, match="no receipt covers the chain's end, record 3"):
        countersign(office.setting(AUDITOR))
    # The pending one is written by the next session, whoever gives it.
    assert office.apply(change_set, by=SECOND_OPERATOR).state == "done"
    assert countersign(office.setting(AUDITOR)).number == 5


def test_who_is_no_signer_countersigns_nothing(desk: Office) -> None:
    (desk.folder / "keys" / AUDITOR).write_bytes(new_key()[0])
    with pytest.raises(UnknownSigner):
        countersign(desk.setting(AUDITOR))


def test_a_countersignature_owns_no_record(desk: Office) -> None:
    countersign(desk.setting(AUDITOR))
    for path in desk.project.receipts.rglob(f"*.{OPERATOR}.*"):
        path.unlink()
    journal(desk).unlink()
    assert {code for code, _ in found(desk)} == {"receipt-gap", "unowned-record"}
    assert "records 6-9 are nobody's own, but a receipt covers them" in verify(desk.setting()).notes


def test_a_receipt_by_a_stranger_stops_the_next_session(office: Office) -> None:
    office.correct("1")
    path, receipt = newest(office), read_receipt(newest(office).read_bytes())
    stranger = office.folder / "keys" / "stranger"
    stranger.touch(mode=0o600)
    stranger.write_bytes(new_key()[0])
    key = load_private_key(stranger, ask=None)
    data = path.read_bytes().replace(receipt.key.encode(), key.public.fingerprint.encode())
    path.write_bytes(data)
    signature_path(path).write_text(sshsig.sign(data, key=key))
    change_set = office.approved("2")
    with pytest.raises(BadReceipt, match=r"it is not signed by a key of wang\.qiang"):
        office.apply(change_set)
