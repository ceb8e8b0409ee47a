"""What a new fix begins with: a script and its test, both of which run as they stand, over an example to replace."""

import json
from string import Template
from typing import Final

_SCRIPT: Final = Template('''\
"""$title

Say here why the rows are wrong and how that is known: approvers read it before they sign.
"""

from hffix import Fix, Unresolved, cleaners

fix = Fix($facts, risk="medium")


# An example: put your own table, columns and rule in its place, here and in $test.
@fix.rows("account", writes="opened_on", where="t.status <> '04'", at_most=1_000)
def opened_on_by_bank(opened_on: str | None, bank_code: str | None) -> str | None:
    """Write the day as YYYY-MM-DD; leave to people what could mean another day."""
    if bank_code is None:
        raise Unresolved("no bank is named")
    return cleaners.date(opened_on)
''')

_TEST: Final = Template('''\
"""$script does what it says. Run it with: pytest $test"""

import pytest

from hffix import Unresolved
from hffix.testing import load, plan

script = load("$id")

ACCOUNTS = [
    {"account_no": "A1", "opened_on": "2011/3/5", "bank_code": "102", "status": "01"},
    {"account_no": "A2", "opened_on": "2011-03-05", "bank_code": "102", "status": "01"},
    {"account_no": "A3", "opened_on": "2011/3/5", "bank_code": None, "status": "01"},
    {"account_no": "A4", "opened_on": "2011/3/5", "bank_code": "102", "status": "04"},
]


def test_a_day_is_written_as_year_month_and_day() -> None:
    assert script.opened_on_by_bank("2011/3/5", "102") == "2011-03-05"


def test_a_day_without_a_bank_is_not_guessed() -> None:
    with pytest.raises(Unresolved, match="no bank is named"):
        script.opened_on_by_bank("2011/3/5", None)


def test_only_the_rows_in_scope_that_differ_are_changed() -> None:
    planned = plan(script, {"account": ACCOUNTS})
    assert planned.after("account") == {"A1": {"opened_on": "2011-03-05"}}


def test_what_the_fix_does_not_decide_is_left_to_people() -> None:
    planned = plan(script, {"account": ACCOUNTS})
    assert planned.reasons("account") == {"A3": "no bank is named"}
''')


def new_script(*, title: str, author: str, ticket: str | None, test: str) -> str:
    """Write a new script."""
    # A docstring ends at three quotes, and reads what follows a backslash.
    shown = title.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    facts = [f"author={_quoted(author)}", *([f"ticket={_quoted(ticket)}"] if ticket else [])]
    return _SCRIPT.substitute(title=shown, facts=", ".join(facts), test=test)


def new_test(*, id: str, script: str, test: str) -> str:  # noqa: A002 - the word for it
    """Write the test of a new script."""
    return _TEST.substitute(id=id, script=script, test=test)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
