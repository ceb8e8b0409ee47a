"""Erasure: a person's rows go everywhere, on enough people's word; every leaf, root and head stays."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from hffix.database import run_lock
from hffix.errors.applying import AlreadyApplied
from hffix.errors.approvals import (
    ErasureNotApproved,
    ErasureOutgrown,
    MayNotApprove,
    NotApproved,
    NothingToApprove,
    PolicyNotReached,
)
from hffix.errors.changesets import LinesErased
from hffix.errors.evidence import ErasureUnfinished
from hffix.errors.project import NotAnswered
from hffix.errors.targets import Held
from hffix.model.record import Erase
from hffix.store.approvals import keep_history
from hffix.store.backups import read_part
from hffix.store.changesets import ChangeSet
from hffix.store.line_files import erase_lines, leaf_of, leaves_of, split_lines
from hffix.workflow.appending import append_record
from hffix.workflow.apply import apply
from hffix.workflow.approve import approve
from hffix.workflow.backup import restore, verify_parts
from hffix.workflow.close import close
from hffix.workflow.erase import Erased, Erasing, erase
from hffix.workflow.erase_word import SignedErasure, sign_erasure
from hffix.workflow.init_target import init_target
from hffix.workflow.inverting import ERASED
from hffix.workflow.plan import plan
from hffix.workflow.rollback import rollback
from hffix.workflow.runs import runs
from hffix.workflow.show import review
from hffix.workflow.status import status
from hffix.workflow.trace import trace
from hffix.workflow.verify import verify
from tests.workflow.conftest import found
from tests.workflow.merging import merge, open_merging
from tests.workflow.office import (
    AUDITOR,
    AUTHOR,
    LEADER,
    OPERATOR,
    POLICY,
    Office,
    acting_at,
    dying_at,
    open_office,
)

MOST = 100_000
# Person 5 has an ID in full width and a day in an old form: both were mended by run 2, in its line 5.
FIVE = (("person", "5"),)
BOTH = (LEADER, AUDITOR)


@pytest.fixture
def desk(office: Office) -> Office:
    """An office with two closed runs where it was founded: a copy elsewhere may not be written."""
    office.correct("1", chunk_rows=4)
    office.correct("2")
    return office


def sign(office: Office, *people: str, rows: tuple[tuple[str, str], ...] = FIVE) -> tuple[SignedErasure, ...]:
    return tuple(
        sign_erasure(office.setting(person), rows, comment="asked to", confirm=lambda _: None)
        for person in people or BOTH
    )


def execute(office: Office, *, by: str = OPERATOR, rows: tuple[tuple[str, str], ...] = FIVE) -> Erased:
    return erase(office.setting(by), rows, confirm=lambda _: None)


def erased(office: Office, *, rows: tuple[tuple[str, str], ...] = FIVE) -> Erased:
    """Sign and erase."""
    sign(office, rows=rows)
    done = execute(office, rows=rows)
    assert (done.problem, done.receipt is not None) == (None, True)
    return done


def lines_in(path: Path) -> list[bytes]:
    if path.parent.parent.name == "backups":
        return read_part(path)
    return [line for lines in split_lines(path.read_bytes(), most=MOST) for line in lines]


def files(office: Office) -> Iterator[Path]:
    """Give every file of lines."""
    yield from sorted((office.folder / "changesets").glob("*/*.zst"))
    yield from sorted((office.folder / "backups").glob("*/*.zst"))


def holding(office: Office, text: str) -> set[str]:
    """Name every place that holds a text: files of lines, and the change log."""
    places = {
        str(path.relative_to(office.folder).parent)
        for path in files(office)
        if any(text.encode() in line for line in lines_in(path))
    }
    logged = office.ask("SELECT * FROM hffix_change")
    return places | ({"log"} if any(text in str(row) for row in logged) else set())


def of_five(office: Office) -> set[str]:
    """Name every place that holds the key, or the ID, of person 5."""
    return holding(office, '"id":{"int":"5"}') | holding(office, "３３０１０２１９０００００００００５")


def applied_set(office: Office) -> ChangeSet:
    return office.find(str(office.ask("SELECT manifest FROM hffix_run WHERE run_id = 2")[0][0]))


# What is found.


def test_every_place_that_holds_the_person_is_found_and_counted(desk: Office) -> None:
    signed = sign(desk, LEADER)[0]
    told = signed.found
    assert [(line.run, line.seq) for line in told.logged] == [(2, 5)]
    assert [(file.kind, len(file.leaves)) for file in told.files] == [("backup", 1), ("changes", 1)]
    assert (told.unsearched, told.by_hand, told.spoiled) == ((), (), ())


def test_a_row_that_was_left_to_people_is_found(desk: Office) -> None:
    told = sign(desk, LEADER, rows=(("person", "12"),))[0].found
    assert ([(file.kind, len(file.leaves)) for file in told.files], told.logged) == ([("unresolved", 1)], ())


def test_rows_of_several_tables_are_found_together(desk: Office) -> None:
    told = sign(desk, LEADER, rows=(*FIVE, ("loan", "L2")))[0].found
    assert {line.run for line in told.logged} == {2, 7}
    assert len(told.leaves) == 4


def test_a_row_that_no_line_holds_has_nothing_to_sign(desk: Office) -> None:
    with pytest.raises(NothingToApprove):
        sign(desk, LEADER, rows=(("person", "999"),))
    done = execute(desk, rows=(("person", "999"),))
    assert (done.problem, done.found.leaves, done.record) == (None, frozenset(), None)


def test_what_is_missing_on_this_machine_is_named(desk: Office) -> None:
    change_set = applied_set(desk)
    assert change_set.folder is not None
    (change_set.folder / "rows-00001.jsonl.zst").unlink()
    next((desk.folder / "backups" / "2").glob("5-*")).unlink()
    told = sign(desk, LEADER)[0].found
    assert [change_set.id in text or "backups" in text for text in told.unsearched] == [True, True]
    # Neither holds person 5: the log tells which lines they were.
    next((desk.folder / "backups" / "2").glob("9-*")).unlink()
    assert len(sign(desk, AUDITOR)[0].found.unsearched) == 2


def test_what_a_killed_command_left_and_files_of_people_are_named(desk: Office) -> None:
    (desk.folder / "changesets" / ".draft-abc").mkdir()
    strange = desk.folder / "backups" / "99" / f"1-{'0' * 12}.jsonl.zst"
    strange.parent.mkdir()
    shutil.copy(next((desk.folder / "backups" / "2").glob("5-*")), strange)
    assert sign(desk, LEADER)[0].found.by_hand == (f"backups/99/1-{'0' * 12}.jsonl.zst", "changesets/.draft-abc")


# The word.


def test_a_statement_names_every_leaf_and_lies_in_the_folder_of_the_first(desk: Office) -> None:
    signed = sign(desk, LEADER)[0]
    statement = signed.statement
    assert (statement.purpose, statement.comment, statement.person) == ("erase", "asked to", LEADER)
    assert statement.subjects == tuple(sorted(signed.found.leaves))
    assert signed.path.parent.name == statement.subjects[0][:12]
    assert found(desk) == set()


def test_too_few_signatures_erase_nothing_and_say_who_is_missing(desk: Office) -> None:
    before = of_five(desk)
    assert isinstance(execute(desk).problem, ErasureNotApproved)
    sign(desk, LEADER)
    done = execute(desk)
    assert isinstance(done.problem, ErasureNotApproved)
    assert (done.problem.status, "chen.jie could sign" in done.problem.message) == (4, True)
    assert of_five(desk) == before
    assert "erase" not in desk.kinds()


def test_the_highest_requirement_is_asked_whatever_the_risk_of_the_fix_was(desk: Office) -> None:
    # Run 2 was of low risk, and the leader alone approved it.
    assert not sign(desk, LEADER)[0].standing.quorum
    assert sign(desk, AUDITOR)[0].standing.quorum


def test_who_has_no_role_that_approves_cannot_sign(desk: Office) -> None:
    with pytest.raises(MayNotApprove):
        sign(desk, AUTHOR)


def test_the_word_of_the_operator_who_erases_does_not_count(tmp_path: Path) -> None:
    policy = POLICY.replace(
        '"wang.qiang" = { roles = ["operator"] }', '"wang.qiang" = { roles = ["operator", "auditor"] }'
    )
    office = open_office(tmp_path / "office", policy=policy)
    office.correct("1")
    sign(office, LEADER, OPERATOR)
    refused = execute(office).problem
    assert isinstance(refused, ErasureNotApproved)
    assert "the operator who erases" in refused.message
    sign(office, AUDITOR)
    assert execute(office).problem is None
    assert found(office) == set()


def test_a_statement_under_another_policy_does_not_count(desk: Office) -> None:
    sign(desk)
    desk.write_pair(policy=POLICY.replace("valid_days = 30", "valid_days = 31"))
    assert isinstance(execute(desk).problem, ErasureNotApproved)


def test_a_requirement_for_erasures_alone_is_asked_too(tmp_path: Path) -> None:
    more = '[[require]]\napprovals = 1\nroles = ["author"]\npurposes = ["erase"]\n'
    office = open_office(tmp_path / "office", policy=POLICY + more)
    office.correct("1")
    sign(office)
    assert isinstance(execute(office).problem, ErasureNotApproved)
    sign(office, AUTHOR)
    assert execute(office).problem is None
    assert found(office) == set()


def test_who_does_not_agree_at_the_end_erases_nothing(desk: Office) -> None:
    def refuse(erasing: Erasing) -> None:
        assert (erasing.operator, len(erasing.found.leaves)) == (OPERATOR, 2)
        raise NotAnswered("no")

    sign(desk)
    with pytest.raises(NotAnswered):
        erase(desk.setting(OPERATOR), FIVE, confirm=refuse)
    assert "erase" not in desk.kinds()


def test_lines_that_came_since_must_be_signed_too(desk: Office) -> None:
    sign(desk)
    inverse = rollback(desk.setting(), 2).change_set
    refused = execute(desk).problem
    assert isinstance(refused, ErasureOutgrown)
    assert "1 of 3 lines" in refused.message
    # Within one second nobody signs twice under one name.
    for path in (desk.folder / "approvals").glob("*/*.erase.*"):
        path.unlink()
    sign(desk)
    done = execute(desk)
    assert (done.problem, done.found.spoiled) == (None, (inverse.id,))
    assert of_five(desk) == set()


def test_what_was_signed_together_is_erased_together(desk: Office) -> None:
    six = ("person", "6")
    sign(desk, rows=(*FIVE, six))
    done = execute(desk)
    assert (done.rows, done.lines, done.problem) == (2, 4, None)
    assert holding(desk, '"id":{"int":"6"}') == set()
    assert found(desk) == set()


# What is done.


def test_nothing_of_the_person_stays_and_everything_is_proved_as_before(desk: Office) -> None:
    assert of_five(desk) == {"log", "backups/2", f"changesets/{applied_set(desk).id}"}
    assert found(desk) == set()
    done = erased(desk)

    assert of_five(desk) == set()
    assert (done.rows, done.lines) == (1, 2)
    verified = verify(desk.setting(), data=True)
    assert (verified.problems, verified.notes) == ((), ())
    applied_set(desk).verify()


def test_the_record_names_leaves_statements_and_the_rules_that_judged_them(desk: Office) -> None:
    done = erased(desk)
    record = desk.records()[-1]
    assert isinstance(record, Erase)
    assert (record.number, record.leaves, len(record.statements)) == (10, tuple(sorted(done.found.leaves)), 2)
    assert record.policy == desk.setting().rules().pair.policy_digest
    row = desk.ask("SELECT * FROM hffix_change WHERE run_id = 2 AND seq = 5")[0]
    assert [value for value in row if value is not None][:2] == [2, 5]
    assert "person" in row
    assert "applied" in row


def test_the_other_rows_stay_as_they_are(desk: Office) -> None:
    lines = {path: lines_in(path) for path in files(desk)}
    leaf = str(desk.ask("SELECT leaf FROM hffix_change WHERE run_id = 2 AND seq = 5")[0][0])
    erased(desk)
    for path, before in lines.items():
        after = lines_in(path)
        changed = [new for new, old in zip(after, before, strict=True) if new != old]
        assert all(line.startswith(b'"') for line in changed)
    assert lines_in(desk.folder / "changesets" / applied_set(desk).id / "rows-00001.jsonl.zst")[4] == orjson.dumps(leaf)


def test_files_keep_their_rights(desk: Office) -> None:
    path = desk.folder / "changesets" / applied_set(desk).id / "rows-00001.jsonl.zst"
    path.chmod(0o640)
    erased(desk)
    assert path.stat().st_mode & 0o777 == 0o640


def test_unresolved_lines_and_rows_to_be_applied_go_too(office: Office) -> None:
    office.run_script("UPDATE person SET opened_on = '2024-02-30' WHERE id = 5")
    pending = office.approved("1")
    erased(office)
    assert of_five(office) == set()
    assert [line.key for line in pending.unresolved()] == [{"id": {"int": "12"}}]


def test_called_again_there_is_nothing_left_to_do(desk: Office) -> None:
    erased(desk)
    before = desk.kinds()
    done = execute(desk)
    assert (done.problem, done.record, done.lines, done.found.leaves) == (None, None, 0, frozenset())
    assert desk.kinds() == before


def test_a_row_that_is_corrected_again_after_its_erasure_is_erased_again(desk: Office) -> None:
    erased(desk)
    desk.correct("4")
    assert isinstance(execute(desk).problem, ErasureNotApproved)
    erased(desk)
    assert of_five(desk) == set()
    assert desk.kinds().count("erase") == 2
    assert found(desk) == set()


def test_the_rows_of_another_target_are_left_alone(office: Office) -> None:
    toml = office.folder / "hffix.toml"
    shutil.copy(office.database, office.folder / "other.db")
    toml.write_text(toml.read_text() + '[targets.other]\nurl = "sqlite:///other.db"\n')
    other = [replace(office.setting(person), target=office.project.target("other")) for person in (OPERATOR, *BOTH)]
    for person in other[1:]:
        with suppress(NotApproved):
            init_target(person, elsewhere="copy")
    theirs = plan(other[0], fix="1").change_set
    approve(other[1], theirs, confirm=lambda _: None)
    assert apply(other[0], theirs).problem is None
    office.correct("1")

    done = erased(office)
    kept = [path for path in files(office) if any(b'"id":{"int":"5"}' in line for line in lines_in(path))]
    assert [path.parent.name for path in kept] == [theirs.id, "2"]
    # The two runs have one number, and their backup parts one folder.
    assert done.found.by_hand == (str(kept[1].relative_to(office.folder)),)
    assert (verify(office.setting()).ok, verify(other[0]).ok) == (True, True)


# A cut between the transaction and the files.


@pytest.mark.parametrize("boundary", ["append.committed", "erase.file"])
def test_a_cut_after_the_transaction_is_finished_by_calling_again(desk: Office, boundary: str) -> None:
    sign(desk)
    with dying_at(boundary):
        execute(desk)
    assert desk.kinds()[-1] == "erase"
    assert "log" not in of_five(desk)
    assert of_five(desk) != set()
    verified = verify(desk.setting())
    assert verified.ok
    assert sum("run hffix erase" in note for note in verified.notes) == 2

    done = execute(desk)
    assert (done.problem, done.finished, done.lines, done.record) == (None, True, 2, None)
    assert done.receipt is not None or boundary == "erase.file"
    assert of_five(desk) == set()
    assert verify(desk.setting()).notes == ()


def test_a_cut_between_two_files_is_finished_without_naming_the_rows(desk: Office) -> None:
    sign(desk)
    with dying_at("erase.file", time=2):
        execute(desk)
    done = execute(desk, rows=())
    assert (done.finished, done.lines) == (True, 1)
    assert of_five(desk) == set()


@pytest.mark.parametrize("boundary", ["append.recorded", "append.journaled"])
def test_a_cut_before_the_commit_erases_nothing(desk: Office, boundary: str) -> None:
    sign(desk)
    before = of_five(desk)
    with dying_at(boundary):
        execute(desk)
    assert of_five(desk) == before
    assert found(desk) == set()
    assert execute(desk).problem is None
    assert of_five(desk) == set()


def test_files_of_another_machine_are_finished_there(desk: Office, tmp_path: Path) -> None:
    for name in ("changesets", "backups"):
        shutil.copytree(desk.folder / name, tmp_path / name)
    erased(desk)
    heads = desk.folder / "backups" / "heads"
    shutil.rmtree(tmp_path / "backups" / "heads")
    shutil.copytree(heads, tmp_path / "backups" / "heads")
    for name in ("changesets", "backups"):
        shutil.rmtree(desk.folder / name)
        shutil.copytree(tmp_path / name, desk.folder / name)
    assert of_five(desk) != set()
    done = execute(desk, rows=())
    assert (done.finished, done.lines) == (True, 2)
    assert of_five(desk) == set()


def test_a_file_that_cannot_be_rewritten_is_named_and_the_others_are(desk: Office) -> None:
    sign(desk)
    part = next((desk.folder / "backups" / "2").glob("5-*"))
    whole = part.read_bytes()
    with acting_at("append.committed", lambda: part.write_bytes(b"damaged")):
        done = execute(desk)
    assert isinstance(done.problem, ErasureUnfinished)
    assert (done.record, done.lines) == (10, 1)
    part.write_bytes(whole)
    assert execute(desk).lines == 1
    assert found(desk) == set()


def test_while_somebody_holds_the_lineage_nothing_is_erased(desk: Office) -> None:
    sign(desk)
    with run_lock(desk.setting().url, folder=desk.folder, holder=lambda: "nobody"), pytest.raises(Held):
        execute(desk)
    assert "erase" not in desk.kinds()


def test_a_receipt_that_is_due_is_left_when_the_erasure_is_finished(desk: Office) -> None:
    sign(desk)
    with dying_at("append.committed"):
        execute(desk)
    assert any("receipt pending" in note for note in verify(desk.setting()).notes)
    assert execute(desk).receipt is not None


# What verify finds.


def test_a_row_that_was_emptied_without_a_record_is_found(desk: Office) -> None:
    emptied = ", ".join(f"{column} = NULL" for column in ("salt", "row_key", "before", "after", "origin", "observed"))
    desk.ask(f"UPDATE hffix_change SET {emptied} WHERE run_id = 2 AND seq = 5")
    assert found(desk) == {("erased-unnamed", "run 2, line 5")}


@pytest.mark.parametrize("name", ["rows-00001.jsonl.zst", "unresolved.jsonl.zst"])
def test_a_line_of_a_change_set_that_went_without_a_record_is_found(desk: Office, name: str) -> None:
    path = desk.folder / "changesets" / applied_set(desk).id / name
    lines = lines_in(path)
    stated = leaves_of(path.read_bytes(), most=MOST).root()
    assert erase_lines(path, {leaf_of(lines[0])}, stated=stated) == 1
    assert found(desk) == {("erased-unnamed", f"change set {path.parent.name}, {name}")}


def test_statements_that_are_gone_leave_the_record_without_its_word(desk: Office) -> None:
    signed = sign(desk)
    execute(desk)
    signed[0].path.unlink()
    assert found(desk) == {("statement", "record 10")}


def test_texts_that_came_back_are_found(desk: Office) -> None:
    row = desk.ask("SELECT salt, row_key, before, after FROM hffix_change WHERE run_id = 2 AND seq = 5")[0]
    erased(desk)
    desk.tamper(
        "UPDATE hffix_change SET salt = ?, row_key = ?, before = ?, after = ? WHERE run_id = 2 AND seq = 5", *row
    )
    assert found(desk) == {("erased-returned", "run 2, line 5")}


def test_under_rules_that_nobody_approved_nothing_is_erased(desk: Office) -> None:
    desk.write_pair(policy=POLICY.replace("valid_days = 30", "valid_days = 90"))
    sign(desk)
    with pytest.raises(PolicyNotReached):
        execute(desk)
    assert "erase" not in desk.kinds()


def test_a_record_under_rules_that_nobody_approved_is_found(desk: Office) -> None:
    desk.write_pair(policy=POLICY.replace("valid_days = 30", "valid_days = 90"))
    pair = desk.setting().rules().pair
    keep_history(desk.project, pair)
    standing = sign(desk)[-1].standing
    assert standing.quorum
    with desk.session() as session:
        append_record(
            desk.setting(OPERATOR),
            session,
            lambda number, time: Erase(
                number=number, time=time, leaves=tuple(sorted(standing.leaves)), statements=standing.digests,
                policy=pair.policy_digest, signers=pair.signers_digest,
            ),
            beside=lambda: None,
        )  # fmt: skip
    assert ("policy-not-reached", "record 10") in found(desk)


# What was erased is not applied, and not taken back.


def test_a_rollback_lists_what_was_erased(desk: Office) -> None:
    erased(desk)
    planned = rollback(desk.setting(), 2)
    told = list(planned.change_set.unresolved())
    assert [(line.table, line.key, line.reason, line.origin) for line in told] == [
        ("person", {}, ERASED, "run 2, line 5")
    ]
    assert (planned.rows, planned.conflicts) == (10, 1)
    desk.approve(planned.change_set)
    assert desk.apply(planned.change_set).problem is None
    assert found(desk) == set()


def test_a_run_of_which_everything_was_erased_leaves_only_that_to_people(office: Office) -> None:
    office.correct("2")
    erased(office, rows=tuple(("loan", f"L{n}") for n in range(1, 5)))
    planned = rollback(office.setting(), 2)
    assert (planned.rows, planned.conflicts) == (0, 4)


def test_a_pending_change_set_that_holds_the_person_is_not_applied(office: Office) -> None:
    pending = office.approved("1")
    done = erased(office)
    assert done.found.spoiled == (pending.id,)
    with pytest.raises(LinesErased):
        office.apply(pending)
    assert "open" not in office.kinds()
    assert status(office.setting(), pending).fresh is None
    assert office.correct("1").problem is None


def test_nor_is_it_where_its_file_holds_the_person_still(office: Office, tmp_path: Path) -> None:
    pending = office.approved("1")
    assert pending.folder is not None
    shutil.copytree(pending.folder, tmp_path / "kept")
    erased(office)
    shutil.rmtree(pending.folder)
    shutil.copytree(tmp_path / "kept", pending.folder)
    with pytest.raises(LinesErased):
        office.apply(pending)
    assert "open" not in office.kinds()


def test_a_change_set_that_was_used_stays_used(desk: Office) -> None:
    erased(desk)
    assert isinstance(desk.apply(applied_set(desk)).problem, AlreadyApplied)


def half_done(office: Office, boundary: int) -> ChangeSet:
    change_set = office.approved("1")
    with dying_at("chunk.confirmed", time=boundary):
        office.apply(change_set, chunk_rows=5)
    return change_set


def test_an_open_run_goes_on_where_only_decided_lines_were_erased(office: Office) -> None:
    change_set = half_done(office, 1)
    erased(office)
    assert office.apply(change_set).state == "done"
    assert found(office) == set()


def test_an_open_run_with_erased_lines_left_can_only_be_closed(office: Office) -> None:
    change_set = half_done(office, 1)
    erased(office, rows=(("person", "7"),))
    with pytest.raises(LinesErased):
        office.apply(change_set)
    assert close(office.setting(OPERATOR), change_set).state == "closed"
    assert [run.left for run in runs(office.setting())] == [6]
    assert found(office) == set()


def test_the_inverse_of_a_run_may_go_with_it(office: Office) -> None:
    forth = office.plan("1")
    office.approve(forth, purpose="apply+rollback")
    office.apply(forth)
    assert office.apply(rollback(office.setting(), 2).change_set).problem is None
    erased(office)
    assert of_five(office) == set()
    assert found(office) == set()


# What people see.


def test_trace_says_that_changes_were_erased_by_which_record_and_who_signed(desk: Office) -> None:
    erased(desk)
    told = trace(desk.setting(), "person", "5")
    assert (told.changes, told.live) == ((), "not known")
    (gone,) = told.erased
    assert (gone.record, gone.lines) == (10, ((2, 5),))
    assert sorted(word[0] for word in gone.signers) == [AUDITOR, LEADER]
    other = trace(desk.setting(), "person", "6")
    assert (len(other.changes), other.live, other.faults, len(other.erased)) == (1, "as written", (), 1)


def test_show_counts_erased_lines(desk: Office) -> None:
    erased(desk, rows=(*FIVE, ("person", "12")))
    told = review(applied_set(desk), project=desk.project, state="done", lacking=())
    assert told.erased == 2


def test_backups_are_proved_and_restored_without_the_erased_rows(desk: Office, tmp_path: Path) -> None:
    erased(desk)
    assert [(part.rows, part.erased) for part in verify_parts(desk.setting(), run=2)] == [(4, 0), (4, 1), (3, 0)]
    assert restore(desk.setting(), 2, folder=tmp_path)[1] == 10


# Cases.


@pytest.fixture
def merging(tmp_path: Path) -> Office:
    return open_merging(tmp_path)


def merged(office: Office) -> ChangeSet:
    change_set = merge(office)
    office.approve(change_set, purpose="apply+rollback")
    assert office.apply(change_set, chunk_rows=7).problem is None
    return change_set


def test_the_questions_of_the_person_s_case_go_with_the_rows(merging: Office) -> None:
    merged(merging)
    done = erased(merging, rows=(("member", "4"), ("account", "a4")))
    # Case 2: three questions, the account that passes over and the member that goes.
    assert [(line.run, line.seq) for line in done.found.logged] == [(2, 7), (2, 8), (2, 9), (2, 11), (2, 12)]
    assert holding(merging, '"id-2"') == set()
    assert holding(merging, '"id-1"') != set()
    assert found(merging) == set()


def test_questions_that_the_person_answers_go_too_where_no_line_changes_him(merging: Office) -> None:
    merged(merging)
    done = erased(merging, rows=(("member", "3"),))
    # Member 3 stays, and so has no line; but case 2 asked for everybody with his ID.
    assert [(line.run, line.seq) for line in done.found.logged] == [(2, 7)]
    assert found(merging) == set()


def test_an_erased_run_of_cases_is_verified_with_its_inverse(merging: Office) -> None:
    merged(merging)
    assert merging.apply(rollback(merging.setting(), 2).change_set).problem is None
    erased(merging, rows=(("member", "4"), ("account", "a4"), ("account", "a3")))
    assert found(merging) == set()


DECLINING = '''\
"""Names."""
from hffix import Case, Fix, Unresolved
fix = Fix(author="li.wei")

@fix.cases("SELECT id_no FROM person", reads={"person": ("id_no",)}, writes={"person": ("name",)}, at_most=99)
def decide(case: Case, id_no: str) -> None:
    """Leave everything to people."""
    raise Unresolved("there is no rule")
'''


def test_a_case_that_was_left_to_people_by_the_person_s_values_goes_too(office: Office) -> None:
    office.write_fix("0009_names", DECLINING)
    planned = office.plan("9")
    erased(office)
    assert of_five(office) == set()
    assert len(list(planned.unresolved())) == 11
