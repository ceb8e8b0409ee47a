import io
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_BZIP2, ZipFile

import pytest

from hffix.errors.fixes import BadCorrections
from hffix.sheets import xlsx_marks, xlsx_parts
from tests.sheets.workbooks import HEADER, MAIN, OFFICE, PACKAGE, by_hand, header_by_hand, open_file, read, texts

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
DAMAGED = " is no XLSX workbook, or is damaged"
FOREIGN = " holds something that hffix does not know; save it again with a spreadsheet program"
PLACE = "xl/worksheets/sheet1.xml"


def refused(folder: Path, data: bytes, *, name: str = "banks.xlsx") -> str:
    with pytest.raises(BadCorrections) as refusal:
        read(folder, data, name=name)
    assert refusal.value.message.startswith(name)
    return refusal.value.message.removeprefix(name)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", " is no XLSX workbook"),
        (b"id,column,value\n1,note,x\n", " is no XLSX workbook"),
        (b"PK\x03\x04" + bytes(100), DAMAGED),
        (texts(HEADER)[:-40], DAMAGED),
        (OLD, " is a workbook of the old kind; save it as .xlsx"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), " is protected by a password; save it without one"),
    ],
    ids=["empty", "CSV", "no ZIP", "cut short", "old", "password"],
)
def test_a_file_that_is_no_workbook_is_refused_in_plain_words(tmp_path: Path, data: bytes, message: str) -> None:
    assert refused(tmp_path, data) == message


@pytest.mark.parametrize("data", [texts(HEADER), OLD], ids=["xlsx", "xls"])
@pytest.mark.parametrize("name", ["banks.csv", "banks.xls", "banks.xlsm"])
def test_a_workbook_under_another_name_is_told_apart_from_a_csv(tmp_path: Path, data: bytes, name: str) -> None:
    assert refused(tmp_path, data, name=name) == " is a workbook; save it as .xlsx, or as CSV in UTF-8"


def test_the_ending_is_read_in_any_case(tmp_path: Path) -> None:
    assert open_file(tmp_path, texts(HEADER), name="BANKS.XLSX").header == HEADER


def test_a_damaged_part_is_refused(tmp_path: Path) -> None:
    data = bytearray(texts(HEADER))
    with ZipFile(io.BytesIO(data)) as file:
        info = file.getinfo(PLACE)
    data[info.header_offset + 30 + len(PLACE) + info.compress_size // 2] ^= 0xFF

    assert refused(tmp_path, bytes(data)) in {DAMAGED, " is damaged: the checksum of a part is wrong"}


@pytest.mark.parametrize("bits", [1, 0x41])
def test_a_part_that_is_encrypted_is_refused(tmp_path: Path, bits: int) -> None:
    data = bytearray(texts(HEADER))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8 : entry + 10] = bits.to_bytes(2, "little")

    assert refused(tmp_path, bytes(data)) == " is protected by a password; save it without one"


def repacked(data: bytes, **changes: int) -> bytes:
    saved = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as old, ZipFile(saved, "w", **changes) as new:  # type: ignore[call-overload]
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return saved.getvalue()


def test_only_the_packing_of_spreadsheet_programs_is_read(tmp_path: Path) -> None:
    data = texts(HEADER, ("1", "note", "x"))

    assert read(tmp_path, repacked(data)) == ([(2, ["1", "note", "x"])], [])
    packed = repacked(data, compression=ZIP_BZIP2)
    assert refused(tmp_path, packed) == " is packed in a way that no spreadsheet program uses"


def test_a_part_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    saved = io.BytesIO(texts(HEADER))
    with ZipFile(saved, "a") as file:
        file.writestr("XL/Worksheets/SHEET1.xml", "<worksheet/>")

    assert refused(tmp_path, saved.getvalue()) == DAMAGED


def test_a_workbook_that_would_unpack_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = by_hand(header_by_hand() + " " * 3_000_000)
    assert len(bomb) < 10_000
    monkeypatch.setattr(xlsx_parts, "MOST_UNPACKED", 2 * 2**20)

    assert refused(tmp_path, bomb) == " unpacks to more than 2 MB; send it in several files, or as CSV"


def test_a_part_that_is_larger_than_its_size_says_is_refused(tmp_path: Path) -> None:
    data = bytearray(by_hand(header_by_hand() + " " * 3_000_000))
    with ZipFile(io.BytesIO(data)) as file:
        size = file.getinfo(PLACE).file_size.to_bytes(4, "little")
    while (place := data.find(size)) >= 0:
        data[place : place + 4] = (1000).to_bytes(4, "little")

    assert refused(tmp_path, bytes(data)) == " is damaged: the checksum of a part is wrong"


def test_a_part_that_is_always_small_may_not_be_large(tmp_path: Path) -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs>{"<xf/>" * 900_000}</cellXfs></styleSheet>'

    assert "unpacks to more than" in refused(tmp_path, by_hand(header_by_hand(), parts={"xl/styles.xml": styles}))


BOMB = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({PLACE: f'{BOMB}<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'}, FOREIGN),
        ({PLACE: f'<?xml version="1.0" encoding="GBK"?><worksheet xmlns="{MAIN}"/>'}, FOREIGN),
        ({PLACE: f'<?xml version="1.0" encoding="x"?><worksheet xmlns="{MAIN}"/>'}, FOREIGN),
        ({PLACE: f'<worksheet xmlns="{MAIN}"><sheetData>'}, DAMAGED),
        ({PLACE: "no XML"}, DAMAGED),
        ({PLACE: None}, " is damaged: it names a sheet that it does not hold"),
        ({"xl/_rels/workbook.xml.rels": None}, DAMAGED),
        ({"xl/workbook.xml": None}, DAMAGED),
        ({"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'}, " is empty"),
        (
            {
                "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
                '<sheet name="S" sheetId="1" r:id="rId1"/><sheet name="S" sheetId="2" r:id="rId1"/></sheets></workbook>'
            },
            DAMAGED,
        ),
        (
            {
                "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
                f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
                f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="others.xml"/></Relationships>'
            },
            " keeps its texts where no spreadsheet program does; save it again with one",
        ),
    ],
    ids=[
        "entities", "GBK", "no encoding", "cut short", "no XML", "no sheet", "no relations", "no workbook",
        "no sheets", "one name twice", "other texts",
    ],
)  # fmt: skip
def test_parts_that_do_not_make_a_workbook_are_refused(
    tmp_path: Path, parts: Mapping[str, str | None], message: str
) -> None:
    assert refused(tmp_path, by_hand(header_by_hand(), parts=parts)) == message


def test_absolute_targets_and_prefixes_are_read(tmp_path: Path) -> None:
    cells = "".join(f'<x:c r="{c}1" t="str"><x:v>{n}</x:v></x:c>' for c, n in zip("ABC", HEADER, strict=True))
    parts = {
        PLACE: f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1">{cells}</x:row></x:sheetData></x:worksheet>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="/{PLACE}"/></Relationships>',
    }

    assert open_file(tmp_path, by_hand("", parts=parts)).header == HEADER


def test_the_ceilings_stand_above_what_a_spreadsheet_of_a_million_lines_needs() -> None:
    assert xlsx_marks.MOST_CELLS >= 7 * 1_048_576
    assert xlsx_parts.MOST_UNPACKED >= 500_000_000
