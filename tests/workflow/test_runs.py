import pytest

from hffix.errors.evidence import NoSuchRun
from hffix.model.manifest import Manifest
from hffix.workflow.apply import Limits
from hffix.workflow.past import read_chain
from hffix.workflow.rollback import rollback
from hffix.workflow.runs import find_run, runs
from tests.workflow.office import OPERATOR, SECOND_OPERATOR, Office


def test_a_target_without_runs_has_none(office: Office) -> None:
    assert runs(office.setting()) == ()


def test_each_run_is_one_line_the_oldest_first(office: Office) -> None:
    first = office.correct("1", chunk_rows=4)
    change_set = office.plan("2")
    office.approve(change_set)
    office.pace(change_set, 3)
    asked = iter([False, True])
    office.apply(change_set, limits=Limits(asked=lambda: next(asked)))
    office.apply(change_set, by=SECOND_OPERATOR, limits=Limits(seconds=0))
    planned = rollback(office.setting(), first.run).change_set
    office.approve(planned)
    office.apply(planned)
    told = [
        (run.run, run.fix, run.state, run.operator, run.applied, run.left, run.leaves, run.reverts)
        for run in runs(office.setting())
    ]
    assert told == [
        (2, "0001_opened", "done", OPERATOR, 11, 0, 11, None),
        (7, "0002_due", "open", f"{OPERATOR}, {SECOND_OPERATOR}", 3, 1, 4, None),
        (10, "0001_opened", "done", OPERATOR, 11, 0, 11, 2),
    ]


def test_a_run_whose_manifest_is_not_here_is_told_all_the_same(office: Office) -> None:
    applied = office.correct("1")
    for folder in (office.project.changesets, office.project.approvals):
        (folder / applied.change_set.id / "manifest.json").unlink()
    (run,) = runs(office.setting())
    assert (run.change_set, run.fix, run.title, run.applied) == (applied.change_set.id, None, None, 11)


def test_a_run_is_found_by_its_number_alone(office: Office) -> None:
    applied = office.correct("1")
    manifest: Manifest = applied.change_set.manifest
    with office.session() as session:
        past = read_chain(session)
        assert find_run(past, applied.run).opened.root == manifest.root
        with pytest.raises(NoSuchRun):
            find_run(past, 1)
