import json
import shutil
from pathlib import Path

import pytest

from hffix.errors.approvals import MayNotApprove, NotApproved
from hffix.errors.project import NotAnswered
from hffix.errors.targets import OtherPlace
from hffix.model.record import Found, Move
from hffix.store import approvals
from hffix.workflow.elsewhere import ASK_COPIED, ASK_MOVED, Elsewhere, PlaceSigning
from hffix.workflow.init_target import init_target
from tests.workflow.office import AUDITOR, LEADER, OPERATOR, Office, open_office


def test_a_lineage_is_founded_once_with_a_receipt(tmp_path: Path) -> None:
    office = open_office(tmp_path / "office", founded=False)
    first, again = office.init_target(), office.init_target()
    assert (first.founded, first.before, again.founded, again.receipt) == (True, None, False, None)
    assert (again.lineage, again.before) == (first.lineage, first.revision)
    (record,) = office.records()
    assert isinstance(record, Found)
    rules = office.setting().rules().pair
    assert (record.lineage, record.parent) == (first.lineage, None)
    assert (record.policy, record.signers) == (rules.policy_digest, rules.signers_digest)
    assert record.place["path"] == str(office.database.resolve())
    (receipt,) = office.project.receipts.rglob("*.json")
    told = json.loads(receipt.read_bytes())
    assert (receipt.name, told["number"], told["own"]) == (first.receipt, 1, [[1, 1]])
    assert told["previous"] == {"head": "0" * 64, "number": 0}


def test_without_a_key_the_receipt_is_pending_and_the_next_command_writes_it(tmp_path: Path) -> None:
    office = open_office(tmp_path / "office", founded=False)
    assert init_target(office.setting()).receipt is None
    assert office.correct("1").receipt is not None
    (receipt,) = office.project.receipts.rglob("*.json")
    assert json.loads(receipt.read_bytes())["own"] == [[1, 4]]


@pytest.fixture
def elsewhere(office: Office, tmp_path: Path) -> Office:
    """A copy of an office with a run, at another place."""
    office.correct("1")
    return office.copy_to(tmp_path / "elsewhere")


def test_a_database_at_another_place_is_refused_until_people_say_what_it_is(elsewhere: Office) -> None:
    with pytest.raises(OtherPlace):
        elsewhere.init_target()


def test_a_move_keeps_the_lineage_when_as_many_signed_as_for_the_highest_risk(elsewhere: Office) -> None:
    lineage = elsewhere.records()[0]
    with pytest.raises(NotApproved):
        init_target(elsewhere.setting(LEADER), elsewhere="move")
    moved = init_target(elsewhere.setting(AUDITOR), elsewhere="move")
    assert isinstance(lineage, Found)
    assert (moved.lineage, moved.founded) == (lineage.lineage, False)
    last = elsewhere.records()[-1]
    assert isinstance(last, Move)
    assert last.place["path"] == str(elsewhere.database.resolve())
    assert elsewhere.correct("2").state == "done"


def test_a_copy_has_a_lineage_of_its_own_and_names_its_parent(elsewhere: Office) -> None:
    parent = elsewhere.records()[0]
    assert isinstance(parent, Found)
    with pytest.raises(NotApproved):
        init_target(elsewhere.setting(LEADER), elsewhere="copy")
    assert len(elsewhere.records()) == 4
    copied = init_target(elsewhere.setting(AUDITOR), elsewhere="copy")
    (record,) = elsewhere.records()
    assert isinstance(record, Found)
    assert (record.lineage, record.parent) == (copied.lineage, parent.lineage)
    assert copied.lineage != parent.lineage
    assert elsewhere.correct("2", chunk_rows=None).state == "done"


def test_the_original_goes_on_where_a_copy_was_declared(office: Office, tmp_path: Path) -> None:
    copy = office.copy_to(tmp_path / "copy")
    for person in (LEADER, AUDITOR):
        if person == AUDITOR:
            init_target(copy.setting(person), elsewhere="copy")
        else:
            with pytest.raises(NotApproved):
                init_target(copy.setting(person), elsewhere="copy")
    assert office.correct("1").state == "done"


def test_another_inode_at_the_same_place_is_no_other_place(office: Office) -> None:
    shutil.copy(office.database, office.folder / "again.db")
    (office.folder / "again.db").replace(office.database)
    assert office.correct("1").state == "done"
    assert init_target(office.setting(OPERATOR)).founded is False


@pytest.mark.parametrize(("purpose", "hint"), [("move", ASK_MOVED), ("copy", ASK_COPIED)])
def test_who_is_missing_is_told_to_sign_the_place_and_what_was_signed_is_kept(
    elsewhere: Office, purpose: Elsewhere, hint: str
) -> None:
    before = len(approvals.all_statements(elsewhere.project))
    with pytest.raises(NotApproved) as refused:
        init_target(elsewhere.setting(LEADER), elsewhere=purpose)
    assert refused.value.advice == hint
    assert "kept in approvals/" in refused.value.untouched
    assert len(approvals.all_statements(elsewhere.project)) == before + 1


def test_whom_no_requirement_could_count_signs_no_place(elsewhere: Office) -> None:
    before = approvals.all_statements(elsewhere.project)
    with pytest.raises(MayNotApprove):
        init_target(elsewhere.setting(OPERATOR), elsewhere="move")
    assert approvals.all_statements(elsewhere.project) == before


def test_what_is_signed_is_shown_and_nothing_is_where_the_person_declines(elsewhere: Office) -> None:
    shown: list[PlaceSigning] = []

    def decline(signing: PlaceSigning) -> None:
        shown.append(signing)
        raise NotAnswered("no")

    before = approvals.all_statements(elsewhere.project)
    with pytest.raises(NotAnswered):
        init_target(elsewhere.setting(LEADER), elsewhere="move", confirm=decline)
    (signing,) = shown
    assert (signing.statement.person, signing.statement.purpose, signing.name) == (LEADER, "move", "张敏")
    assert signing.place["path"] == str(elsewhere.database.resolve()) != signing.before["path"]
    assert approvals.all_statements(elsewhere.project) == before


def test_the_last_who_signs_a_move_signs_its_receipt_too(elsewhere: Office) -> None:
    with pytest.raises(NotApproved):
        init_target(elsewhere.setting(LEADER), elsewhere="move")
    moved = init_target(elsewhere.setting(AUDITOR), elsewhere="move")
    assert moved.receipt is not None
    (path,) = elsewhere.project.receipts.rglob(moved.receipt)
    told = json.loads(path.read_bytes())
    assert (told["person"], told["number"], moved.pending) == (AUDITOR, len(elsewhere.records()), None)


def test_a_move_keeps_the_rules_by_which_it_was_signed(elsewhere: Office) -> None:
    policy = elsewhere.folder / "approvals/policy.toml"
    policy.write_bytes(policy.read_bytes() + b"# another edition\n")
    elsewhere.sign_pair(LEADER, AUDITOR)
    pair = elsewhere.setting().rules().pair
    with pytest.raises(NotApproved):
        init_target(elsewhere.setting(LEADER), elsewhere="move")
    init_target(elsewhere.setting(AUDITOR), elsewhere="move")
    assert approvals.from_history(elsewhere.project, pair.policy_digest) == pair.policy


def test_without_a_key_the_reason_why_the_receipt_is_pending_is_told(tmp_path: Path) -> None:
    made = init_target(open_office(tmp_path / "office", founded=False).setting())
    assert (made.receipt, made.pending is not None) == (None, True)
