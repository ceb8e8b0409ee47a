"""The tutorial is followed from its first line to its last, and shows what comes."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.docs.pages import ROOT, blocks_of, steps_of
from tests.docs.session import follow

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
RENEW = "renew the page with: .venv/bin/python -m tests.docs.renew"
GIVEN = [step.command for block in blocks_of(PAGE) if block.language == "console" for step in steps_of(block.text)]


def test_every_command_answers_what_the_page_shows_and_fails_only_where_it_shows_how() -> None:
    asked = {place - 1 for place, command in enumerate(GIVEN) if command == "echo $?"}
    # A short path, as a reader's is: a long one would break the lines that show it elsewhere.
    with TemporaryDirectory() as folder:
        for place, answer in enumerate(follow(PAGE, Path(folder).resolve())):
            assert answer.steady_came == answer.steady_shown, f"$ {answer.given}\n{RENEW}"
            assert (answer.status != 0) == (place in asked), answer.given


def test_the_walk_takes_every_step_from_a_project_to_a_rollback() -> None:
    steps = ("init", "init-target", "new", "plan", "show", "strike", "approve", "apply", "trace", "verify", "rollback")
    given = {command.split()[1] for command in GIVEN if command.startswith("hffix ")}
    assert [step for step in steps if step not in given] == []


def test_whoever_follows_the_page_writes_every_file_that_it_shows() -> None:
    assert [block.language for block in blocks_of(PAGE) if block.path is None and block.language != "console"] == []
