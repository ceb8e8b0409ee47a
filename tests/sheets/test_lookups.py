import hashlib
from pathlib import Path

import pytest

from hffix.errors.fixes import BadLookup
from hffix.sheets import lookups
from hffix.sheets.lookups import LookupFile, read_lookup
from hffix.sheets.xlsx_marks import NUMBER
from tests.sheets.workbooks import filled, texts, workbook

CSV = b"bank,order,note\n01,day,\n02,\\N,x\n03,,\n04,\\\\N,\n\\\\N,month,\n"


def entries(folder: Path, data: bytes, *, name: str = "formats.csv") -> LookupFile:
    path = folder / name
    path.write_bytes(data)
    return read_lookup(path, key="bank", value="order")


def refused(folder: Path, data: bytes, *, name: str = "formats.csv") -> str:
    with pytest.raises(BadLookup) as refusal:
        entries(folder, data, name=name)
    return refusal.value.message.removeprefix(name)


def test_two_columns_of_a_csv_are_a_mapping_with_the_digest_of_its_bytes(tmp_path: Path) -> None:
    assert entries(tmp_path, CSV) == LookupFile(
        name="formats.csv",
        digest=hashlib.sha256(CSV).hexdigest(),
        values={"01": "day", "02": None, "03": "", "04": r"\N", r"\N": "month"},
    )


def test_two_columns_of_a_workbook_are_the_same_mapping(tmp_path: Path) -> None:
    book = texts(*(line.split(",") for line in CSV.decode().replace(r"\\N", r"\\N").splitlines()))

    read = entries(tmp_path, book, name="formats.xlsx")

    assert read.values == entries(tmp_path, CSV).values
    assert (read.name, read.digest) == ("formats.xlsx", hashlib.sha256(book).hexdigest())


def test_columns_that_are_not_asked_for_may_hold_anything(tmp_path: Path) -> None:
    book = filled(lambda sheet: sheet.write_row(1, 0, ("01", 5, "day")), header=("bank", "count", "order"))

    assert entries(tmp_path, book, name="formats.xlsx").values == {"01": "day"}


def test_all_faults_of_a_file_are_told_together_by_line(tmp_path: Path) -> None:
    data = "bank,order\n01,day\n,month\n\\N,month\n01,day\n02\n01,month\n"

    assert refused(tmp_path, data.encode()) == (
        ": line 3: bank: the key is empty; line 4: bank: the key is NULL; line 5: bank: the key of line 2 again;"
        " line 6: not as many cells as the header; line 7: bank: the key of line 2 again"
    )


def test_keys_are_the_same_only_byte_for_byte(tmp_path: Path) -> None:
    assert list(entries(tmp_path, "bank,order\na,1\nA,1\na ,1\nａ,1\n".encode()).values) == ["a", "A", "a ", "ａ"]


def test_a_column_that_is_not_there_is_told_with_the_faults_of_the_keys(tmp_path: Path) -> None:
    told = ": line 1: there is no column order; line 3: bank: the key of line 2 again"
    assert refused(tmp_path, b"bank,Order\n01,x\n01,x\n") == told


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"Bank,order", ": line 1: there is no column bank"),
        (b"bank;order", ": line 1: there is no column bank; line 1: there is no column order"),
        (b"bank,order,order", ": line 1: column order stands there twice"),
        (b"", ": line 1: there is no column bank; line 1: there is no column order"),
    ],
)
def test_the_header_must_hold_both_columns_once(tmp_path: Path, header: bytes, told: str) -> None:
    assert refused(tmp_path, header) == told


def test_other_columns_may_share_a_name(tmp_path: Path) -> None:
    assert entries(tmp_path, b"bank,x,order,x\n01,a,day,b\n").values == {"01": "day"}


def test_one_column_may_be_key_and_value(tmp_path: Path) -> None:
    path = tmp_path / "formats.csv"
    path.write_bytes(b"bank\n01\n02\n")

    assert read_lookup(path, key="bank", value="bank").values == {"01": "01", "02": "02"}


def test_cells_of_a_workbook_that_are_no_text_are_faults(tmp_path: Path) -> None:
    def fill(sheet: object) -> None:
        assert hasattr(sheet, "write_row")
        sheet.write_row(1, 0, (1, "day"))
        sheet.write_row(2, 0, ("02", 3))

    book = filled(fill, header=("bank", "order"))

    assert refused(tmp_path, book, name="formats.xlsx") == f": line 2: bank: {NUMBER}; line 3: order: {NUMBER}"


def test_the_sheet_with_both_columns_is_read(tmp_path: Path) -> None:
    book = workbook({"Notes": [("bank", "name")], "Formats": [("order", "bank"), ("day", "01")]})

    assert entries(tmp_path, book, name="formats.xlsx").values == {"01": "day"}


def test_a_hundred_thousand_entries_are_read_and_one_more_is_refused_with_advice(tmp_path: Path) -> None:
    assert lookups.MOST_ENTRIES == 100_000
    data = "bank,order\n" + "".join(f"{number},day\n" for number in range(100_000))
    assert len(entries(tmp_path, data.encode()).values) == 100_000

    path = tmp_path / "more.csv"
    path.write_text(f"{data}100000,day\n", encoding="utf-8")
    with pytest.raises(BadLookup) as refusal:
        read_lookup(path, key="bank", value="order")
    assert refusal.value.message == "more.csv has more than 100,000 entries"
    assert refusal.value.advice == (
        "Load the entries into a table and look them up there, or decide such rows in a case."
    )


def test_a_message_holds_no_cell(tmp_path: Path) -> None:
    told = refused(tmp_path, "bank,order\n张敏,secret\n张敏,secret\n".encode())

    assert "张敏" not in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("data", "told"),
    [("bank,order\n张,x\n".encode("gbk"), " is not UTF-8"), (b'bank,order\n"', ": line 2: unexpected end of data")],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    assert refused(tmp_path, data) == told


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadLookup, match=r"formats\.csv cannot be read: No such file or directory"):
        read_lookup(tmp_path / "formats.csv", key="bank", value="order")
