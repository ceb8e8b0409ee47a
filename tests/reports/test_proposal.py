"""What a pull request is shown of the fixes that it brings."""

from dataclasses import replace
from pathlib import Path

import pytest

from hffix.errors.fixes import AfterUnmet, OutsideScope
from hffix.model.quorum import Part
from hffix.reports.messages import Messages
from hffix.reports.proposal import Proposal, ProposedFix, proposal_as_markdown
from hffix.reports.review_markdown import LONGEST
from tests.reports.conftest import REVIEW, SHAPES

ENGLISH, CHINESE = Messages("en"), Messages("zh")
GOLDEN = Path(__file__).parent.parent / "vectors"
PART = Part(needed=1, roles=("leader", "auditor"), have=(), could=("zhang.min", "chen.jie"))
PLANNED = ProposedFix(id="0007_open_date", review=REVIEW, parts=(PART,))
PROPOSAL = Proposal(
    target="replica",
    fixes=(
        PLANNED,
        ProposedFix(id="0008_after", refused=AfterUnmet("no finished run of 0007_open_date stands here"), waits=True),
        ProposedFix(id="0009_wide", refused=OutsideScope("it wrote loan.due_on, which is not declared")),
    ),
    against=(("corrections/0003.csv", "corrections/ holds rows or keys, which git never forgets"),),
)


@pytest.mark.parametrize(("say", "name"), [(ENGLISH, "proposal.en.md"), (CHINESE, "proposal.zh.md")])
def test_the_comment_is_the_golden_one(say: Messages, name: str) -> None:
    assert proposal_as_markdown(PROPOSAL, say=say) + "\n" == (GOLDEN / name).read_text(encoding="utf-8")


def test_what_waits_is_no_fault_and_what_is_refused_is_one() -> None:
    assert PROPOSAL.faults == 2
    assert Proposal(target=None, fixes=PROPOSAL.fixes[:2], against=()).faults == 0


def test_a_proposal_without_fixes_says_so() -> None:
    told = proposal_as_markdown(Proposal(target="replica", fixes=(), against=()), say=ENGLISH)
    assert told.splitlines()[0] == "**✓ This proposal brings no fix, and nothing stands against it.**"


@pytest.mark.parametrize("count", [1, 2, 5, 40, 120])
def test_however_many_fixes_the_comment_has_room_and_says_what_has_none(count: int) -> None:
    shapes = tuple(replace(SHAPES[0], number=number, before="汉" * 90) for number in range(1, 900))
    many = replace(PLANNED, review=replace(REVIEW, shapes=shapes))
    fixes = tuple(replace(many, id=f"{number:04d}_x") for number in range(1, count + 1))
    told = proposal_as_markdown(Proposal(target="replica", fixes=fixes, against=()), say=ENGLISH)
    assert len(told) < LONGEST
    shown = told.count("\n### ")
    assert shown == count or f"{count - shown} fixes have no room here" in told


def test_names_and_reasons_do_not_act() -> None:
    against = (("fixes/a`|<b>.py", "<script>alert(1)</script> | x"),)
    told = proposal_as_markdown(Proposal(target=None, fixes=(), against=against), say=ENGLISH)
    assert "<script>" not in told
    assert "<b>" not in told
