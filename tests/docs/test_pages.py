"""What the tests of pages look away from is what varies from walk to walk, and nothing else."""

import pytest

from tests.docs.pages import Step, blocks_of, console_of, steps_of
from tests.docs.varying import Ids

A, B = "0123456789ab", "ba9876543210"


def same(shown: str, came: str) -> bool:
    return Ids().steady(shown) == Ids().steady(came)


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        (f"change set {A}", f"change set {B}"),
        ("trial 4 rows in 0.0 s", "trial 4 rows in 1.5 s"),
        ("planned 2026-11-24 05:09 UTC, expires 2026-12-24", "planned 2031-01-02 23:59 UTC, expires 2031-02-01"),
        ("00000001.wang.qiang.20261124T050908Z.json", "00000001.wang.qiang.20310102T235959Z.json"),
        ("zhang.min (SHA256:Ry/…eT4)", "zhang.min (SHA256:abc…def)"),
        ("✓ hffix 0.1.0, python 3.11.7", "✓ hffix 1.0, python 3.14.0"),
        ("✓ 80,288 MB free", "✓ 7 MB free"),
    ],
)
def test_ids_times_and_versions_vary(shown: str, came: str) -> None:
    assert same(shown, came)


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        ("opened_on 5/3/2011 → 2011-03-05", "opened_on 5/3/2011 → 2011-05-03"),
        ("4 rows", "5 rows"),
        ("run 2, change 3", "run 2, change 4"),
        ("00000001.wang.qiang.20261124T050908Z.json", "00000002.wang.qiang.20261124T050908Z.json"),
        (f"{A} and {A}", f"{A} and {B}"),
        (f"{A} and {B}", f"{A} and {A}"),
        ("account 6222020200112233445", "account 6222020200112233446"),
        ("revision 0002", "revision 0003"),
    ],
)
def test_rows_counts_and_which_id_is_which_do_not(shown: str, came: str) -> None:
    assert not same(shown, came)


def test_a_command_takes_the_id_that_came_in_the_turn_of_the_one_that_is_shown() -> None:
    shown, came = Ids(), Ids()
    shown.steady(f"change set {A}")
    came.steady(f"change set {B}")
    assert shown.told_by(came, f"hffix show {A}") == f"hffix show {B}"


CONSOLE = "$ mkdir keys\n$ for one in a b; do\n>   echo $one\n> done\na\nb\n$ echo $?\n0\n"


def test_a_console_block_is_read_as_commands_and_answers() -> None:
    steps = list(steps_of(CONSOLE))
    assert steps == [
        Step(command="mkdir keys", shown=""),
        Step(command="for one in a b; do\n  echo $one\ndone", shown="a\nb"),
        Step(command="echo $?", shown="0"),
    ]
    assert console_of(steps) == CONSOLE


def test_a_block_has_the_name_in_the_line_above_it() -> None:
    page = "Text.\n\n`a/b.py`, whole:\n\n```python\n1\n```\n\n`c`: text\n\n```sql\n2\n```\n"
    assert [(block.path, block.text) for block in blocks_of(page)] == [("a/b.py", "1\n"), (None, "2\n")]
