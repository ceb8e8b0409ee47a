import io
import subprocess
import sys
from dataclasses import dataclass

import pytest

from hffix.reports.messages import Messages
from hffix.reports.pages import print_page
from hffix.reports.progress import counts_of, watching

PAGE = "✓ Planned [bold]0007[/bold] :smile: 41,212\n" + "  x" * 60 + "\nNext: hffix show a3f9"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Done:
    name: str = "apply"
    done: int = 22_000
    total: int | None = 41_209
    conflicts: int = 0


def printed(file: io.StringIO) -> str:
    print_page(PAGE, file=file)
    return file.getvalue()


@pytest.fixture
def colour_terminal(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return monkeypatch


def test_a_file_gets_the_page_exactly(colour_terminal: pytest.MonkeyPatch) -> None:
    assert printed(io.StringIO()) == PAGE + "\n"


def test_a_terminal_gets_the_verdict_and_the_next_command_in_colour(colour_terminal: pytest.MonkeyPatch) -> None:
    shown = printed(Terminal())

    assert shown.startswith("\x1b[1;32m✓\x1b[0m Planned [bold]0007[/bold] :smile: 41,212\n")
    assert "Next:\x1b[1m hffix show a3f9\x1b[0m\n" in shown


def test_no_color_is_honoured(colour_terminal: pytest.MonkeyPatch) -> None:
    colour_terminal.setenv("NO_COLOR", "1")

    assert "\x1b[1;32m" not in printed(Terminal())
    assert "32" not in printed(Terminal())


@pytest.mark.parametrize(("enabled", "file"), [(True, io.StringIO()), (False, Terminal())])
def test_nothing_is_shown_where_nobody_watches(enabled: bool, file: io.StringIO) -> None:
    with watching(enabled=enabled, file=file) as watch:
        watch(Done())

    assert file.getvalue() == ""


def test_a_terminal_shows_how_far_a_command_has_come(colour_terminal: pytest.MonkeyPatch) -> None:
    colour_terminal.setenv("COLUMNS", "100")
    file = Terminal()

    with watching(enabled=True, file=file) as watch:
        watch(Done(done=0))
        watch(Done(done=22_000, conflicts=2))

    assert "22,000 / 41,209   2 conflicts" in file.getvalue()


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (Done(), "22,000 / 41,209"),
        (Done(total=None), "22,000"),
        (Done(conflicts=1), "22,000 / 41,209   1 处冲突"),
    ],
)
def test_counts_are_said_with_what_is_known(step: Done, shown: str) -> None:
    assert counts_of(step, say=Messages("zh")) == shown


def test_reports_load_rich_only_when_they_render() -> None:
    rooms = ", ".join(
        f"hffix.reports.{room}"
        for room in (
            "messages",
            "review_text",
            "review_markdown",
            "review_json",
            "approval",
            "tables",
            "progress",
            "pages",
        )
    )
    program = f"import sys, {rooms}; print(sorted(name for name in sys.modules if name.split('.')[0] == 'rich'))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
