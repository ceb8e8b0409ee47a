from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from sqlite3 import connect

import pytest

from hffix.testing import UnreadableText
from hffix.testing.tables import make_tables

TYPES: dict[str, tuple[list[object], str]] = {
    "text": (["x", "y"], "TEXT"),
    "whole numbers": ([1, 2], "INTEGER"),
    "truths": ([True, False], "INTEGER"),
    "whole numbers and truths": ([1, False], "INTEGER"),
    "money": ([Decimal("1.50"), Decimal(2)], "TEXT"),
    "money and text": ([Decimal("1.50"), "1,50"], "TEXT"),
    "floats": ([1.5, 2.5], "REAL"),
    "bytes": ([b"x", b"y"], "BLOB"),
    "days": ([date(2024, 3, 5), date(2024, 3, 6)], "TEXT"),
    "text that is no UTF-8": ([UnreadableText(b"\xb0"), "x"], "TEXT"),
    "text and nothing": (["x", None], "TEXT"),
    "nothing": ([None, None], ""),
    "text and whole numbers": (["x", 1], ""),
    "whole numbers and floats": ([1, 1.5], ""),
}


@pytest.mark.parametrize(("values", "declared"), TYPES.values(), ids=TYPES)
def test_a_column_has_the_type_of_its_values(tmp_path: Path, values: list[object], declared: str) -> None:
    rows = [{"no": number, "a b": value} for number, value in enumerate(values)]
    make_tables(tmp_path / "x.db", {'t"1': rows}, keys={}, schema="")
    with closing(connect(tmp_path / "x.db")) as outsider:
        columns = outsider.execute('SELECT name, type, "notnull", pk FROM pragma_table_info(\'t"1\')').fetchall()
    assert columns == [("no", "INTEGER", 1, 1), ("a b", declared, 0, 0)]


def test_what_the_schema_made_stays_as_it_is(tmp_path: Path) -> None:
    schema = "CREATE TABLE t (no TEXT PRIMARY KEY, amount NUMERIC DEFAULT 7, note TEXT)"
    make_tables(tmp_path / "x.db", {"t": [{"no": 1, "note": 2}]}, keys={}, schema=schema)
    with closing(connect(tmp_path / "x.db")) as outsider:
        assert outsider.execute("SELECT * FROM t").fetchall() == [("1", 7, "2")]
