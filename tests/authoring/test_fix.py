from decimal import Decimal
from pathlib import Path

import pytest

from hffix import Fix
from hffix.authoring.loading import Script, load
from hffix.errors.fixes import BadDeclaration
from hffix.model.scope import Condition, SideEffect

HEAD = '"""Title."""\nfrom decimal import Decimal\nfrom hffix import Fix, cleaners\n'


def script(folder: Path, text: str) -> Script:
    path = folder / "0001_x.py"
    path.write_text(HEAD + text)
    return load(path)


# Each mistake with the line it stands on: the three lines of the head come first.
MISTAKES: dict[str, tuple[str, str]] = {
    "blank author": ('fix = Fix(author=" ")', "line 4: the author is blank"),
    "risk": ('fix = Fix(author="a", risk="huge")', "line 4: risk is low, medium or high"),
    "on_conflict": ('fix = Fix(author="a", on_conflict="force")', "line 4: on_conflict is stop or skip"),
    "at_most zero": (
        'fix.clean("t", "a", cleaners.text, at_most=0)',
        "line 5: at_most is a number of rows from 1 to 9007199254740991",
    ),
    "at_most true": (
        '\nfix.delete("t", where="1", at_most=True)',
        "line 6: at_most is a number of rows from 1 to 9007199254740991",
    ),
    "at_most text": (
        'fix.sql("t", {"a": "1"}, at_most="9")',
        "line 5: at_most is a number of rows from 1 to 9007199254740991",
    ),
    "at_most beyond what a manifest holds": (
        'fix.delete("t", where="1", at_most=2**53)',
        "line 5: at_most is a number of rows from 1 to 9007199254740991",
    ),
    "equals beyond what a manifest holds": (
        'fix.requires("x", "SELECT 1", equals=-(2**53))',
        "line 5: equals is no whole number beyond 9007199254740991; compare it as text",
    ),
    "no column": ('fix.sql("t", {}, at_most=1)', "line 5: writes names no column"),
    "a column twice": (
        'fix.corrections("x.csv", table="t", writes=("a", "a"), at_most=1)',
        "line 5: writes names a column twice",
    ),
    "a column under two names": (
        '@fix.rows("t", writes=("b", "c"), columns={"b": "x", "c": "x"}, at_most=1)\ndef f(a): return {}',
        "line 5: writes names a column twice",
    ),
    "blank where": (
        'fix.delete("t", where=" \\n", at_most=1)',
        "line 5: where is blank",
    ),
    "async": (
        '@fix.rows("t", writes="a", at_most=1)\nasync def f(a): return a',
        "line 5: f is async or yields; a fix decides at once and returns",
    ),
    "a generator": (
        '@fix.cases("SELECT 1 AS a", reads={"t": ("a",)}, writes={"t": ("a",)}, at_most=1)\ndef f(case, a): yield a',
        "line 5: f is async or yields; a fix decides at once and returns",
    ),
    "a default": (
        '@fix.rows("t", writes="a", at_most=1)\ndef f(a, b=1): return a',
        "line 5: f: parameter b has a default: a column has none",
    ),
    "keyword only": (
        '@fix.rows("t", writes="a", at_most=1)\ndef f(a, *, order): return a',
        "line 5: f: parameter order is no param and no lookup of this fix",
    ),
    "star args": (
        '@fix.rows("t", writes="a", at_most=1)\ndef f(*a): return a',
        "line 5: f: parameter a is no column",
    ),
    "star kwargs": (
        '@fix.rows("t", writes="a", at_most=1)\ndef f(a, **more): return a',
        "line 5: f: parameter more is no column",
    ),
    "reads nothing": (
        '@fix.rows("t", writes="a", at_most=1)\ndef f(): return 1',
        "line 5: f reads no column",
    ),
    "annotation": (
        '@fix.rows("t", writes="a", at_most=1)\ndef f(a: list[str]): return a',
        "line 5: f: list[str] is not a type of values",
    ),
    "unknown annotation": (
        '@fix.rows("t", writes="a", at_most=1)\ndef f(a: "Decimall"): return a',
        "line 5: f: name 'Decimall' is not defined",
    ),
    "keeps without a table": (
        'fix.keeps("balance")',
        "line 5: keeps takes names like table.column",
    ),
    "keeps nothing": ("fix.keeps()", "line 5: keeps takes names like table.column"),
    "requires a float": (
        'fix.requires("x", "SELECT 1", equals=0.5)',
        "line 5: equals is text, a whole number or None",
    ),
    "ensures a truth": (
        'fix.ensures("x", "SELECT 1", equals=True)',
        "line 5: equals is text, a whole number or None",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_declaration_is_told_with_script_and_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadDeclaration) as refused:
        script(tmp_path, text if text.startswith("fix = ") else 'fix = Fix(author="a")\n' + text)

    assert refused.value.message == f"0001_x.py, {message}"


def test_a_function_stays_callable_as_it_was_written() -> None:
    fix = Fix(author="li.wei")

    @fix.rows("t", writes="a", at_most=1)
    def half(a: Decimal) -> Decimal:
        """Take half."""
        return a / 2

    assert half(Decimal(3)) == Decimal("1.5")
    assert half.__doc__ == "Take half."


def test_columns_that_are_no_python_names_are_renamed_in_parameters_writes_and_results() -> None:
    fix = Fix(author="li.wei")

    @fix.rows("t", writes=("opened", "state"), columns={"opened": "KHRQ#", "state": "状态"}, at_most=1)
    def both(opened: str, plain: str) -> dict[str, str]:
        return {"opened": opened, "state": plain}

    (scope,) = fix.scopes
    assert (scope.reads, scope.writes) == (("KHRQ#", "plain"), ("KHRQ#", "状态"))
    assert scope.results == {"opened": "KHRQ#", "state": "状态"}
    assert both("a", "b") == {"opened": "a", "state": "b"}


def test_a_fix_holds_its_scopes_in_the_order_of_the_script_each_with_its_line(tmp_path: Path) -> None:
    fix = script(
        tmp_path,
        """fix = Fix(author="li.wei", ticket="DQ-1", risk="high", on_conflict="skip")
fix.clean("person", "opened_on", cleaners.date, where="1", at_most=5)
@fix.rows(
    "loan", writes="amount", to_null=True, at_most=6,
)
def double(amount: Decimal, state):
    return amount * 2
fix.sql("loan", {"a": "t.b", "c": "1"}, at_most=7)
fix.delete("loan", where="0", at_most=8)
fix.corrections("banks.csv", table="loan", writes="due_on", at_most=9)
""",
    ).fix

    assert (fix.author, fix.ticket, fix.risk, fix.on_conflict) == ("li.wei", "DQ-1", "high", "skip")
    assert [(s.kind, s.table, s.line, s.at_most, s.reads, s.writes, s.where, s.to_null) for s in fix.scopes] == [
        ("clean", "person", 5, 5, ("opened_on",), ("opened_on",), "1", False),
        ("rows", "loan", 6, 6, ("amount", "state"), ("amount",), None, True),
        ("sql", "loan", 11, 7, (), ("a", "c"), None, False),
        ("delete", "loan", 12, 8, (), (), "0", False),
        ("corrections", "loan", 13, 9, (), ("due_on",), None, False),
    ]
    assert [scope.name for scope in fix.scopes] == [
        "date (line 5)", "double (line 6)", "sql (line 11)", "delete (line 12)", "corrections (line 13)",
    ]  # fmt: skip
    assert fix.scopes[2].expressions == ("t.b", "1")
    assert fix.scopes[4].file == "banks.csv"


def test_a_cleaner_is_never_called_for_null() -> None:
    fix = Fix(author="li.wei")
    fix.clean("t", "a", lambda text: f"<{text}>", at_most=1)

    decide = fix.scopes[0].decide
    assert decide is not None
    assert (decide(None), decide("x")) == (None, "<x>")


def test_conditions_keeps_and_side_effects_are_held_as_declared() -> None:
    fix = Fix(author="li.wei")
    fix.requires("none open", "SELECT 0", equals=0)
    fix.ensures("none left", "SELECT NULL", equals=None)
    fix.keeps("loan.amount", "person.base")
    fix.side_effects("loan", "changed_at", "changed_by")

    assert fix.required == [Condition(title="none open", query="SELECT 0", equals=0)]
    assert fix.ensured == [Condition(title="none left", query="SELECT NULL", equals=None)]
    assert fix.kept == [("loan.amount", "person.base")]
    assert fix.effects == [
        SideEffect(table="loan", column="changed_at"), SideEffect(table="loan", column="changed_by"),
    ]  # fmt: skip
