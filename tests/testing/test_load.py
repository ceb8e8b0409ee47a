import runpy
from pathlib import Path

import pytest

from hffix.errors.fixes import ForbiddenInFix, NoSuchFix
from hffix.errors.project import NoProject
from hffix.testing import load
from tests.testing.conftest import HEAD, Bench

ROWS = """
@fix.rows("loan", writes="lent_on", at_most=9)
def lent_on_by_bank(lent_on: str | None, bank: str, *, order_of: Mapping[str, str]) -> str | None:
    return cleaners.date(lent_on, order=order_of[bank])
fix.lookup("order_of", file="orders.csv", key="bank", value="order")
"""


def test_a_function_of_a_script_is_called_as_it_stands_there(bench: Bench) -> None:
    script = bench.script(ROWS)
    assert script.lent_on_by_bank("3/4/2024", "102", order_of={"102": "dmy"}) == "2024-04-03"


@pytest.mark.parametrize("name", ["7", "0007", "0007_x", "fixes/0007_x.py", Path("fixes/0007_x.py")])
def test_a_script_is_named_by_number_id_or_path(bench: Bench, name: str | Path) -> None:
    bench.script(ROWS)
    assert load(name).__doc__ == "Title."


def test_a_whole_path_needs_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    (tmp_path / "0007_x.py").write_text(HEAD)
    assert load(tmp_path / "0007_x.py").__doc__ == "Title."


def test_a_script_is_sought_in_the_project_of_the_test_s_own_file(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.script(ROWS)
    text = "from hffix.testing import load\nscript = load('7')\nagain = load('fixes/0007_x.py')\n"
    test = bench.write("tests/fixes/test_x.py", text)
    monkeypatch.chdir("/")
    ran = runpy.run_path(str(test))
    assert (ran["script"].__doc__, ran["again"].__doc__) == ("Title.", "Title.")


def test_a_script_is_held_to_the_rules_of_a_fix(bench: Bench) -> None:
    with pytest.raises(ForbiddenInFix, match="line 7: import of os"):
        bench.script("import os\n")


def test_a_script_that_is_not_there_is_refused(bench: Bench) -> None:
    bench.script(ROWS)
    with pytest.raises(NoSuchFix):
        load("8")


def test_outside_a_project_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    with pytest.raises(NoProject):
        load("7")


def test_each_load_gives_a_module_of_its_own(bench: Bench) -> None:
    bench.write("fixes/0007_x.py", HEAD + "CODES = []\n")
    first, second = load("7"), load("7")
    first.CODES.append("102")
    assert second.CODES == []
