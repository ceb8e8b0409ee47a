"""The program sets its interpreter up; whoever imports hffix keeps what he has."""

import subprocess
import sys

import pytest

SETTINGS = "gc.get_threshold(), sys.getswitchinterval()"


def settings_after(statement: str) -> str:
    told = subprocess.run(
        [sys.executable, "-c", f"import gc, sys\n{statement}\nprint({SETTINGS})"],
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.splitlines()[-1]


def test_the_program_looks_seldom_for_circles_and_hands_the_interpreter_over_soon() -> None:
    assert settings_after("from hffix.cli.main import main; main(['--version'])") == "(200000, 20, 50) 0.0005"


@pytest.mark.parametrize("module", ["hffix", "hffix.cli.main", "hffix.workflow.apply"])
def test_an_import_sets_nothing(module: str) -> None:
    assert settings_after(f"import {module}") == settings_after("")
