"""The parts of an XLSX file (ECMA-376 parts 1 and 2): a ZIP of XML, checked whole before any of it is believed."""

import io
import posixpath
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from hffix.sheets.row import Unreadable

MOST_UNPACKED: Final = 512 * 1024 * 1024
MOST_SMALL: Final = 4 * 1024 * 1024
STRINGS: Final = "xl/sharedStrings.xml"

_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_ZIP: Final = b"PK"
_SMALL: Final = ("[content_types].xml", "xl/workbook.xml", "xl/styles.xml")
_PIECE: Final = 256 * 1024

Start = Callable[[str, str, dict[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """A sheet as the workbook lists it; one that is a chart or a dialog has no part of cells."""

    name: str
    hidden: bool
    part: str | None


def looks_like_workbook(data: bytes) -> bool:
    """Say whether the bytes begin as those of a workbook do, old or new."""
    return data.startswith((_OLD, b"PK\x03\x04"))


def open_parts(data: bytes) -> ZipFile:
    """Open the ZIP; refuse what is none, is protected, is damaged or would unpack to too much."""
    if data.startswith(_OLD):
        if _ENCRYPTED in data:
            raise Unreadable(" is protected by a password; save it without one")
        raise Unreadable(" is a workbook of the old kind; save it as .xlsx")
    if not data.startswith(_ZIP):
        raise Unreadable(" is no XLSX workbook")
    try:
        parts = ZipFile(io.BytesIO(data))
        _check_parts(parts)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as fault:
        raise Unreadable(" is no XLSX workbook, or is damaged") from fault
    return parts


def _check_parts(parts: ZipFile) -> None:
    listed = parts.infolist()
    names = [info.filename.lower() for info in listed]
    if len(set(names)) != len(names) or "xl/workbook.xml" not in names:
        raise Unreadable(" is no XLSX workbook, or is damaged")
    if any(info.flag_bits & 1 for info in listed):
        raise Unreadable(" is protected by a password; save it without one")
    if any(info.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for info in listed):
        raise Unreadable(" is packed in a way that no spreadsheet program uses")
    small = max((info.file_size for info in listed if _is_small(info.filename.lower())), default=0)
    if sum(info.file_size for info in listed) > MOST_UNPACKED or small > MOST_SMALL:
        raise Unreadable(f" unpacks to more than {MOST_UNPACKED // 2**20} MB; send it in several files, or as CSV")
    # What a size in the list hides, its checksum shows: a part is read to its end and no further than that size.
    damaged = parts.testzip()
    if damaged is not None:
        raise Unreadable(" is damaged: the checksum of a part is wrong")


def _is_small(name: str) -> bool:
    return name in _SMALL or name.endswith(".rels")


def read_sheets(parts: ZipFile) -> tuple[SheetPart, ...]:
    """List the sheets in the workbook's order, each with the part that holds its cells."""
    targets = dict(_relations(parts))
    found: list[SheetPart] = []

    def start(parent: str, name: str, facts: Mapping[str, str]) -> None:
        if (parent, name) == ("sheets", "sheet"):
            relation = next((value for key, value in facts.items() if key.endswith(":id")), "")
            kind, part = targets.get(relation, ("", ""))
            found.append(
                SheetPart(
                    name=facts.get("name", ""),
                    hidden=facts.get("state", "visible") != "visible",
                    part=part if kind.endswith("/worksheet") else None,
                )
            )

    parse(parts, "xl/workbook.xml", start=start)
    known = set(parts.namelist())
    if any(sheet.part is not None and sheet.part not in known for sheet in found):
        raise Unreadable(" is damaged: it names a sheet that it does not hold")
    # A reader that looked for the texts elsewhere than another would show other texts.
    if any(kind.endswith("/sharedStrings") and part != STRINGS for kind, part in targets.values()):
        raise Unreadable(" keeps its texts where no spreadsheet program does; save it again with one")
    return tuple(found)


def _relations(parts: ZipFile) -> Iterator[tuple[str, tuple[str, str]]]:
    found: list[tuple[str, tuple[str, str]]] = []

    def start(parent: str, name: str, facts: Mapping[str, str]) -> None:
        if (parent, name) == ("Relationships", "Relationship"):
            part = posixpath.normpath(posixpath.join("/xl", facts.get("Target", "")))
            found.append((facts.get("Id", ""), (facts.get("Type", ""), part.lstrip("/"))))

    parse(parts, "xl/_rels/workbook.xml.rels", start=start)
    yield from found


def parse(
    parts: ZipFile,
    part: str,
    *,
    start: Start,
    end: Callable[[str, str], None] | None = None,
    allowed: Mapping[str, frozenset[str]] | None = None,
) -> None:
    """Stream a part's elements by their names without prefix, with the parent's, and their texts at their ends.

    What readers of XML treat in different ways is refused: a document type, an encoding, a CDATA section, and below
    the elements of `allowed` any element that is not named there.
    """
    path: list[str] = [""]
    heard: list[str] = []
    strict = allowed or {}

    def open_element(tag: str, facts: dict[str, str]) -> None:
        name, parent = tag.rpartition(":")[2], path[-1]
        if parent in strict and name not in strict[parent]:
            raise Unreadable(" holds something that hffix does not know; save it again with a spreadsheet program")
        path.append(name)
        heard.clear()
        start(parent, name, facts)

    def close_element(_: str) -> None:
        name = path.pop()
        if end is not None:
            end(name, "".join(heard))
        heard.clear()

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element
    parser.CharacterDataHandler = heard.append if end is not None else None
    parser.XmlDeclHandler = _refuse_encoding
    parser.StartDoctypeDeclHandler = _refuse_foreign
    parser.StartCdataSectionHandler = _refuse_foreign
    try:
        with parts.open(part) as file:
            while piece := file.read(_PIECE):
                parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
            parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
    except (expat.ExpatError, KeyError) as fault:
        raise Unreadable(" is no XLSX workbook, or is damaged") from fault


def _refuse_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if (encoding or "utf-8").lower() != "utf-8":
        _refuse_foreign()


def _refuse_foreign(*_: object) -> None:
    raise Unreadable(" holds something that hffix does not know; save it again with a spreadsheet program")
