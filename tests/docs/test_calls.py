"""The tables of calls and of files say what the code does."""

import inspect
import re

import pytest

from hffix.authoring.fix import Fix
from hffix.sheets import lookups, xlsx_marks, xlsx_rows
from tests.docs.gallery import cells_of, grid_after
from tests.docs.pages import ROOT

HOW_TO = (ROOT / "docs" / "how-to" / "your-own-database.md").read_text(encoding="utf-8")
FORMATS = (ROOT / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")
CALLS = {call: arguments for call, arguments, _ in cells_of(grid_after("without `to_null=True`.", HOW_TO))[1:]}
EMPTY: dict[str, object] = {"()": (), "{}": {}, "None": None, "False": False, '"medium"': "medium", '"stop"': "stop"}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_takes_the_arguments_that_its_line_names(call: str) -> None:
    [(name, first)] = re.findall(r"^`@?(?:fix\.)?(\w+)\((.*?)(?:, )?…\)`$", call)
    function = Fix if name == "Fix" else getattr(Fix, name)
    parameters = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    by_name = {one.name: one.default for one in parameters if one.kind is one.KEYWORD_ONLY}
    assert [word for word in first.split(", ") if word] == [one.name for one in parameters if one.name not in by_name]
    told = re.findall(r"`(\w+)(?:=([^`]+))?`", re.sub(r"\(or .*?\)", "", CALLS[call]))
    assert {named: EMPTY[default] if default else inspect.Parameter.empty for named, default in told} == by_name


def test_every_kind_of_scope_has_its_line() -> None:
    conditions = {"keeps", "requires", "ensures", "side_effects"}
    offered = {name for name in vars(Fix) if not name.startswith("_")} - {"check", "texts"}
    assert {name for call in CALLS for name in re.findall(r"fix\.(\w+)", call)} == offered - conditions
    assert {name for name in conditions if f"`fix.{name}(" in HOW_TO} == conditions


def test_the_ceilings_of_files_are_those_of_the_code() -> None:
    assert f"at most {xlsx_rows.LARGEST // 2**20} MB and {xlsx_marks.MOST_CELLS:,} cells" in FORMATS
    assert f"At most {lookups.MOST_ENTRIES:,} entries" in FORMATS
