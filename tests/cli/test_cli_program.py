import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Desk, by

HEAVY = {"sqlalchemy", "alembic", "rich", "deepdiff", "cryptography", "numpy", "hffix.workflow"}


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_nothing_heavy() -> None:
    assert not HEAVY & loaded_by("from hffix.cli.main import main\nmain(['--help'])")


def test_the_help_of_a_command_loads_nothing_heavy() -> None:
    assert not HEAVY & loaded_by("from hffix.cli.main import main\nmain(['apply', '--help'])")


def test_help_names_every_command_but_the_hidden_one(empty: Desk) -> None:
    from hffix.cli.catalogue import COMMANDS

    listed = empty.done("--help").out.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.splitlines() if line.strip()] == [
        name for name in COMMANDS if name != "reference"
    ]


@pytest.mark.parametrize(("words", "asked"), [((), ("--help",)), (("backup",), ("backup", "--help"))])
def test_without_a_command_the_help_is_shown_as_if_it_were_asked_for(
    empty: Desk, words: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    bare = empty.done(*words)
    assert (bare.out.rstrip(), bare.err) == (empty.done(*asked).out.rstrip(), "")


def test_the_version_is_the_package_s(empty: Desk) -> None:
    import hffix

    assert empty.done("--version").out == f"hffix {hffix.__version__}\n"


USAGES = [
    ("frob",),
    ("plan",),
    ("plan", "1", "--frob"),
    ("init", "--target", "main"),
    ("apply",),
    ("trace", "person"),
    ("verify", "two"),
    ("show", "abcd", "--format", "pdf"),
    ("show", "abcd", "--only", "wrong"),
    ("approve", "abcd", "--purpose", "joy"),
    ("runs", "--lang", "fr"),
    ("backup", "burn"),
    ("init-target", "--moved", "--copy"),
    ("rollback", "2", "--row", "1"),
    ("pace", "abcd", "rows=5"),
    ("pace", "abcd", "chunk-rows=many"),
]


@pytest.mark.parametrize("words", USAGES, ids=" ".join)
def test_wrong_usage_is_told_by_the_program_and_ends_with_64(empty: Desk, words: tuple[str, ...]) -> None:
    shown = empty(*words, "--json") if words[0] != "init" else empty(*words)
    assert (shown.status, shown.err.split()[:2]) == (64, ["error", "HFX-101"])
    assert shown.err.splitlines()[-1].endswith("--help")


def test_wrong_usage_is_json_where_json_is_wanted(empty: Desk) -> None:
    told = empty("plan", "--json").told
    assert told == {
        "error": {
            "code": "HFX-101",
            "message": "Missing argument 'FIX'.",
            "hint": "hffix plan --help",
            "untouched": "Nothing was written.",
        }
    }


@pytest.mark.parametrize("command", ["doctor", "runs", "verify", "list", "status", "init-target"])
def test_outside_a_project_every_command_says_so(empty: Desk, command: str) -> None:
    shown = empty(command)
    assert (shown.status if command != "doctor" else 64, "HFX-102" in shown.err) == (64, True)


SURPRISE = """
import sys
import hffix.store.projects as projects
from hffix.cli.main import main
def broken(start):
    raise ValueError("330102199001011234")
projects.find_project = broken
sys.exit(main(["runs", *sys.argv[1:]]))
"""


def test_an_unforeseen_exception_is_one_error_without_a_value_or_a_traceback(tmp_path: Path) -> None:
    words = [sys.executable, "-c", SURPRISE, "--json"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error HFX-000 internal error: ValueError at ")
    assert '"code": "HFX-000"' in done.stdout
    assert "Traceback" not in done.stderr
    assert "330102199001011234" not in done.stderr + done.stdout


def test_an_unforeseen_exception_is_raised_again_where_that_is_asked_for(tmp_path: Path) -> None:
    words = [sys.executable, "-c", SURPRISE]
    environment = {**os.environ, "HFFIX_TRACEBACK": "1"}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, True)


def on_a_terminal(folder: Path, *words: str, **environment: str) -> str:
    """Give a command on a terminal of its own, and read what it shows there."""
    master, slave = pty.openpty()
    program = [sys.executable, "-m", "hffix.cli.main", *words]
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TERM": "xterm-256color", **environment}
    with subprocess.Popen(program, cwd=folder, env=clean, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        shown = b""
        try:
            while read := os.read(master, 4096):
                shown += read
        except OSError:
            # Linux reports the end of a terminal as an error.
            pass
        process.wait()
    os.close(master)
    return shown.decode()


@pytest.mark.parametrize("words", [("list",), ("plan", "99")], ids=" ".join)
def test_colours_are_shown_on_a_terminal_but_not_under_no_color(desk: Desk, words: tuple[str, ...]) -> None:
    assert "\x1b[" in on_a_terminal(desk.folder, *words)
    assert "\x1b[" not in on_a_terminal(desk.folder, *words, NO_COLOR="1")


def test_a_bar_is_shown_on_a_terminal_only(desk: Desk) -> None:
    words = ("apply", desk.approved(), *by("wang.qiang"))
    assert "990 / 990" in on_a_terminal(desk.folder, *words)
    desk.database().execute("UPDATE person SET opened_on = '2011/3/5'")
    assert desk.done("plan", "1").err == ""


def test_a_long_error_is_folded_on_a_terminal_but_its_next_command_is_not(desk: Desk) -> None:
    name = "no-such-fix-" * 15
    lines = on_a_terminal(desk.folder, "plan", name, NO_COLOR="1").splitlines()
    assert len(lines) > 3
    assert [line for line in lines if len(line) > 100] == []
    assert lines[-1] == "Next: See the fixes with: hffix list"
    assert len(desk("plan", name).err.splitlines()) == 3


def test_a_stream_that_cannot_write_chinese_gets_escapes(desk: Desk) -> None:
    shown = desk.apart("list", "--lang", "zh", PYTHONIOENCODING="ascii")
    assert (shown.status, "\\u" in shown.out) == (0, True)


def test_a_reader_who_has_seen_enough_is_no_internal_error(desk: Desk) -> None:
    command = f"{sys.executable} -m hffix.cli.main reference commands | head -1"
    done = subprocess.run(["sh", "-c", command], cwd=desk.folder, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("# Commands\n", "")
