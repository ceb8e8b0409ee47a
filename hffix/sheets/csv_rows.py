"""CSV: UTF-8 with or without byte order mark, commas, LF or CRLF, quotes as RFC 4180 has them."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from hffix.sheets.row import UNEVEN, Row, Sheet, Unreadable

LONGEST_CELL: Final = 16 * 1024 * 1024


def open_csv(data: bytes) -> Sheet:
    """Read a header and stream the lines below it; a blank line is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Unreadable(" is not UTF-8") from fault
    rows = _rows(text)
    first = next(rows, None)
    if first is not None and first.fault is not None:
        raise Unreadable(f", line {first.line}: {first.fault}")
    return Sheet(title=None, header=first.texts if first else (), rows=rows)


def _rows(text: str) -> Iterator[Row]:
    """Stream the lines, the header too: it says how many cells each has."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    width = None
    try:
        for texts in reader:
            if width is None:
                width = len(texts)
            elif not texts:
                continue
            yield Row(line=reader.line_num, texts=tuple(texts), fault=None if len(texts) == width else UNEVEN)
    except csv.Error as fault:
        yield Row(line=reader.line_num, texts=(), fault=str(fault))
