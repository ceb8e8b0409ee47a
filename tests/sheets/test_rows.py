import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hffix.errors.fixes import BadCorrections, BadLookup
from hffix.sheets.rows import open_rows, refuse_faults
from tests.sheets.workbooks import HEADER, open_file, read, texts

# All that XML 1.0 can carry, and the control characters that XLSX writes as _x0001_.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12)
LINES = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6)


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    return written.getvalue().encode()


@settings(deadline=None)
@given(LINES)
def test_a_table_reads_alike_from_csv_and_xlsx(lines: list[tuple[str, str, str]]) -> None:
    # A row of a sheet in which nothing stands is no row; in a CSV it is a line of empty texts.
    assume(all(any(line) for line in lines))
    rows = [HEADER, *lines]
    with tempfile.TemporaryDirectory() as folder:
        told, faults = read(Path(folder), as_csv(rows), name="a.csv")
        same, same_faults = read(Path(folder), texts(*rows))

    assert faults == same_faults == []
    assert [cells for _, cells in told] == [cells for _, cells in same] == [list(line) for line in lines]
    assert [line for line, _ in same] == list(range(2, len(lines) + 2))


def test_origins_begin_with_the_file_and_its_sheet(tmp_path: Path) -> None:
    assert open_file(tmp_path, as_csv([HEADER]), name="a.csv").place == "a.csv"
    assert open_file(tmp_path, texts(HEADER), name="a.xlsx").place == "a.xlsx!S"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()

    with pytest.raises(BadLookup, match=r"^x\.csv cannot be read: Is a directory$"):
        open_rows(tmp_path / "x.csv", needed=(), refusal=BadLookup)


def test_a_header_that_is_no_csv_is_refused_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadCorrections, match=r"^a\.csv, line 1: unexpected end of data$"):
        open_file(tmp_path, b'id,"column', name="a.csv")


def test_a_blank_first_line_is_a_header_without_names(tmp_path: Path) -> None:
    assert open_file(tmp_path, b"\nid,column,value\n", name="a.csv").header == ()


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    opened = open_file(tmp_path, as_csv([HEADER, ("1", "note", "x")]), name="a.csv")

    assert list(opened.lines({"value", "id"}, [])) == [(2, {"id": "1", "value": "x"})]


def test_no_fault_refuses_nothing() -> None:
    refuse_faults("x.csv", [], refusal=BadLookup)
