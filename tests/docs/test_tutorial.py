"""The tutorial is followed from its first line to its last, and shows what comes."""

from collections.abc import Sequence

import pytest

from tests.docs.pages import ROOT, blocks_of
from tests.docs.session import Answered, follow

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
RENEW = "renew the page with: .venv/bin/python -m tests.docs.renew"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Answered]:
    return tuple(follow(PAGE, tmp_path_factory.mktemp("tutorial").resolve()))


def test_every_command_ends_well_unless_the_page_shows_how_it_ended(answers: Sequence[Answered]) -> None:
    asked = {place - 1 for place, answer in enumerate(answers) if answer.given == "echo $?"}
    assert [answer.given for place, answer in enumerate(answers) if answer.status and place not in asked] == []


def test_every_command_answers_what_the_page_shows(answers: Sequence[Answered]) -> None:
    for answer in answers:
        assert answer.steady_came == answer.steady_shown, f"$ {answer.given}\n{RENEW}"


def test_the_walk_takes_every_step_from_a_project_to_a_rollback(answers: Sequence[Answered]) -> None:
    steps = ("init", "init-target", "new", "plan", "show", "strike", "approve", "apply", "trace", "verify", "rollback")
    given = [answer.given.split()[1] for answer in answers if answer.given.startswith("hffix ")]
    assert [step for step in steps if step not in given] == []


def test_whoever_follows_the_page_writes_every_file_that_it_shows() -> None:
    assert [block.language for block in blocks_of(PAGE) if block.path is None and block.language != "console"] == []
