import pytest

from hffix.errors.fixes import UniqueTaken
from tests.workflow.office import Office

TABLE = """
CREATE TABLE card (no TEXT PRIMARY KEY, bank TEXT, code TEXT COLLATE NOCASE, UNIQUE (bank, code));
INSERT INTO card VALUES ('1', 'a', 'X'), ('2', 'a', 'Y'), ('3', 'b', 'X'), ('4', 'a', NULL);
"""
FIX = '''"""Codes."""
from hffix import Fix
fix = Fix(author="li.wei")
fix.sql("card", {{"code": "{code}"}}, where="{where}", at_most=10)
'''


def write(office: Office, *, code: str, where: str = "1") -> None:
    office.run_script(TABLE)
    office.write_fix("0009_codes", FIX.format(code=code, where=where))


def test_a_value_that_another_row_holds_is_refused(office: Office) -> None:
    write(office, code="'y'", where="t.no = '1'")
    with pytest.raises(UniqueTaken, match="bank, code is another row's"):
        office.plan("9")


def test_a_swap_is_refused_since_each_row_is_written_alone(office: Office) -> None:
    write(office, code="CASE t.code WHEN 'X' THEN 'Y' ELSE 'X' END", where="t.bank = 'a' AND t.code IS NOT NULL")
    with pytest.raises(UniqueTaken):
        office.plan("9")


@pytest.mark.parametrize(
    ("code", "where"),
    [("'z'", "t.no = '1'"), ("lower(t.code)", "t.code IS NOT NULL"), ("'Y'", "t.no = '3'")],
    ids=["a free value", "another case of its own value", "a value that is taken elsewhere only"],
)
def test_what_collides_with_no_other_row_is_planned(office: Office, code: str, where: str) -> None:
    write(office, code=code, where=where)
    assert office.plan("9", trial=True).manifest.counts.updates
