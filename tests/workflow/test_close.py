import pytest

from hffix.errors.applying import AlreadyApplied, Conflict, NotOpen
from hffix.errors.approvals import MayNotOperate
from hffix.model import merkle
from hffix.model.record import Close
from hffix.store.changesets import ChangeSet
from hffix.workflow.close import close
from tests.workflow.office import AUDITOR, OPERATOR, SECOND_OPERATOR, Office
from tests.workflow.pictures import picture


@pytest.fixture
def stuck(office: Office) -> ChangeSet:
    """Let a run stop at a conflict, four of its eleven lines decided."""
    change_set = office.plan("1")
    office.approve(change_set)
    office.run_script("UPDATE person SET opened_on = 'x' WHERE id = 7")
    assert isinstance(office.apply(change_set, chunk_rows=4).problem, Conflict)
    return change_set


def test_what_is_left_of_a_run_is_abandoned_for_good(office: Office, stuck: ChangeSet) -> None:
    before = picture(office.database)
    closed = close(office.setting(SECOND_OPERATOR), stuck)
    assert (closed.state, closed.applied, closed.decided, closed.leaves) == ("closed", 4, 4, 11)
    assert closed.receipt is not None
    assert picture(office.database) == before
    again = office.apply(stuck)
    assert isinstance(again.problem, AlreadyApplied)
    assert (again.state, again.decided) == ("closed", 4)


def test_the_nodes_of_what_is_left_give_the_approved_root_with_what_was_logged(
    office: Office, stuck: ChangeSet
) -> None:
    close(office.setting(OPERATOR), stuck)
    record = office.records()[-1]
    assert isinstance(record, Close)
    assert (record.state, record.applied, record.left.lines, len(record.left.nodes)) == ("closed", 4, 7, 2)
    tree = merkle.Tree()
    tree.add([bytes.fromhex(str(leaf)) for (leaf,) in office.ask("SELECT leaf FROM hffix_change ORDER BY seq")])
    for size, node in zip(merkle.cover(4, 11), record.left.nodes, strict=True):
        tree.add_node(bytes.fromhex(node), leaves=size)
    assert tree.root().hex() == stuck.manifest.root


def test_a_run_whose_lines_are_lost_is_closed_without_nodes(office: Office, stuck: ChangeSet) -> None:
    assert stuck.folder is not None
    for path in stuck.folder.iterdir():
        path.unlink()
    stuck.folder.rmdir()
    assert close(office.setting(OPERATOR), office.find(stuck.id)).state == "closed"
    record = office.records()[-1]
    assert isinstance(record, Close)
    assert (record.left.lines, record.left.nodes) == (7, ())


def test_a_revoked_run_can_still_be_closed(office: Office, stuck: ChangeSet) -> None:
    office.revoke(stuck)
    assert close(office.setting(OPERATOR), stuck).state == "closed"


def test_an_open_run_is_closed_before_its_first_chunk_too(office: Office) -> None:
    change_set = office.plan("1")
    office.approve(change_set)
    office.run_script("UPDATE person SET opened_on = 'x'")
    office.apply(change_set)
    closed = close(office.setting(OPERATOR), change_set)
    assert (closed.state, closed.applied) == ("closed", 0)
    record = office.records()[-1]
    assert isinstance(record, Close)
    assert record.left.nodes == (change_set.manifest.root,)


def test_only_an_operator_closes_and_only_what_is_open(office: Office, stuck: ChangeSet) -> None:
    with pytest.raises(MayNotOperate):
        close(office.setting(AUDITOR), stuck)
    close(office.setting(OPERATOR), stuck)
    with pytest.raises(NotOpen) as refused:
        close(office.setting(OPERATOR), stuck)
    assert refused.value.status == 64
    with pytest.raises(NotOpen):
        close(office.setting(OPERATOR), office.plan("2"))
