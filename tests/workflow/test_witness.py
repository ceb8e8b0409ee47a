import json
import shutil
from pathlib import Path

import pytest

from hffix.errors.applying import ClocksDiffer
from hffix.errors.evidence import BadReceipt, BrokenChain, LostRecords, ReceiptAhead, UnexpectedHead, UnownedRecords
from hffix.errors.targets import LineageKnown, NoChangeLog, NotOnChain, OtherPlace
from hffix.model import moment
from hffix.model.record import Revoke
from hffix.store.changesets import ChangeSet
from hffix.workflow.appending import append_record
from hffix.workflow.apply import apply
from hffix.workflow.init_target import init_target
from tests.workflow.office import OPERATOR, SECOND_OPERATOR, Office, dying_at


@pytest.fixture
def second(office: Office) -> ChangeSet:
    """Approve a change set that was planned after a run; keep the database as it was before that run."""
    with office.unguarded():
        shutil.copy(office.database, office.folder / "older.db")
    office.correct("1")
    change_set = office.plan("2")
    office.approve(change_set)
    return change_set


def set_back(office: Office) -> None:
    for rest in office.folder.glob("fund.db-*"):
        rest.unlink()
    shutil.copy(office.folder / "older.db", office.database)


def forget(office: Office, *folders: str) -> None:
    for folder in folders:
        shutil.rmtree(office.folder / folder)


def test_a_database_that_was_set_back_is_refused_by_its_receipts(office: Office, second: ChangeSet) -> None:
    set_back(office)
    with pytest.raises(ReceiptAhead) as refused:
        office.apply(second)
    assert refused.value.status == 6


def test_without_its_receipts_it_is_refused_by_this_machines_journal(office: Office, second: ChangeSet) -> None:
    set_back(office)
    forget(office, "approvals/receipts")
    with pytest.raises(LostRecords):
        office.apply(second)


def test_without_both_it_is_refused_by_what_the_change_set_was_planned_on(office: Office, second: ChangeSet) -> None:
    set_back(office)
    record = office.stored_records()[0]
    forget(office, "approvals/receipts", "backups/heads")
    with pytest.raises(NotOnChain) as refused:
        apply(office.setting(OPERATOR), second, adopt=record.head)
    assert refused.value.status == 3


def test_a_copy_of_a_database_is_not_that_database(office: Office, second: ChangeSet, tmp_path: Path) -> None:
    copy = office.copy_to(tmp_path / "copy")
    with pytest.raises(OtherPlace):
        copy.apply(copy.find(second.id))


def test_a_database_that_lost_its_change_log_is_not_a_new_one(office: Office, second: ChangeSet) -> None:
    tables = [
        name for (name,) in office.ask("SELECT name FROM sqlite_schema WHERE name LIKE 'hffix%' AND type = 'table'")
    ]
    office.run_script("".join(f"DROP TABLE {name};" for name in tables))
    with pytest.raises(LineageKnown):
        office.apply(second)
    with pytest.raises(LineageKnown):
        office.init_target()
    forget(office, "approvals/receipts")
    with pytest.raises(NoChangeLog):
        office.apply(second)


def test_a_database_with_another_lineage_is_refused(office: Office) -> None:
    receipts = office.project.receipts
    shutil.copytree(receipts, office.folder / "kept")
    tables = [
        name for (name,) in office.ask("SELECT name FROM sqlite_schema WHERE name LIKE 'hffix%' AND type = 'table'")
    ]
    office.run_script("".join(f"DROP TABLE {name};" for name in tables))
    forget(office, "approvals/receipts")
    init_target(office.setting())  # nobody's key is at hand, so there is no receipt
    change_set = office.plan("1")
    office.approve(change_set)
    shutil.copytree(office.folder / "kept", receipts)
    with pytest.raises(LineageKnown):
        office.apply(change_set)


def test_the_head_that_somebody_wrote_down_must_be_on_the_chain(office: Office, second: ChangeSet) -> None:
    with pytest.raises(UnexpectedHead) as refused:
        apply(office.setting(OPERATOR), second, expect="0" * 64)
    assert refused.value.status == 6
    older = office.stored_records()[1].head
    assert apply(office.setting(OPERATOR), second, expect=older).state == "done"


@pytest.fixture
def elsewhere(office: Office, second: ChangeSet) -> ChangeSet:
    """Let a run die on another machine, whose journal is not here and which left no receipt."""
    with dying_at("chunk.committed"):
        office.apply(second)
    forget(office, "backups/heads")
    return second


def test_records_that_nobody_owns_stop_the_next_session(office: Office, elsewhere: ChangeSet) -> None:
    with pytest.raises(UnownedRecords, match=r"record 5, 6;") as refused:
        office.apply(elsewhere, by=SECOND_OPERATOR)
    assert refused.value.status == 6


def test_adopted_records_are_covered_by_the_receipt_but_not_owned(office: Office, elsewhere: ChangeSet) -> None:
    setting = office.setting(SECOND_OPERATOR)
    with pytest.raises(UnownedRecords):
        apply(setting, elsewhere, adopt="0" * 64)
    applied = apply(setting, elsewhere, adopt=office.stored_records()[-1].head)
    assert applied.state == "done"
    receipt = json.loads(next(office.project.receipts.rglob(str(applied.receipt))).read_bytes())
    assert (receipt["previous"]["number"], receipt["number"], receipt["own"]) == (4, 8, [[7, 8]])
    assert office.correct("4").state == "done"


def test_a_journal_owns_what_its_session_could_not_sign(office: Office, second: ChangeSet) -> None:
    with dying_at("chunk.committed"):
        office.apply(second)
    assert office.apply(second, by=SECOND_OPERATOR).state == "done"


def newest_receipt(office: Office) -> Path:
    return max(office.project.receipts.rglob("*.json"))


def test_a_receipt_that_was_edited_or_lost_its_signature_is_refused(office: Office, second: ChangeSet) -> None:
    path = newest_receipt(office)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"own":[[2,4]]', b'"own":[[2,3]]'))
    with pytest.raises(BadReceipt) as refused:
        office.apply(second)
    assert refused.value.status == 6
    path.write_bytes(whole)
    path.with_name(path.name + ".sig").unlink()
    with pytest.raises(BadReceipt):
        office.apply(second)


def test_an_edited_record_stops_everything(office: Office, second: ChangeSet) -> None:
    office.tamper("UPDATE hffix_record SET body = replace(body, 'wang.qiang', 'somebody') WHERE number = 2")
    with pytest.raises(BrokenChain, match="record 2"):
        office.apply(second)


@pytest.mark.parametrize("script", ["number = number + 1", "head = '" + "0" * 64 + "'"])
def test_an_end_that_is_not_the_last_record_is_a_broken_chain(office: Office, second: ChangeSet, script: str) -> None:
    office.run_script(f"UPDATE hffix_lineage SET {script}")
    with pytest.raises(BrokenChain):
        office.apply(second)


def test_a_clock_that_runs_behind_the_chain_is_refused(office: Office, second: ChangeSet) -> None:
    with office.session() as session:
        ahead = moment.later(session.now(), seconds=600)
        append_record(
            office.setting(),
            session,
            lambda number, time: Revoke(number=number, time=time, manifests=("0" * 64,), statement="0" * 64),
            signed=(ahead,),
        )
    with pytest.raises(ClocksDiffer, match="change log"):
        office.apply(second)
