"""Files of a test: corrections and lookups, written as the parties would send them."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from hffix.errors.project import BadTestData
from hffix.testing.values import FileContent, as_text, checked_rows


def write_files(folder: Path, files: Mapping[str, FileContent]) -> None:
    """Write files by name into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if Path(name).name != name:
            raise BadTestData(f"files: {name} is a path; a fix names its files without a folder")
        (folder / name).write_bytes(_bytes_of(content, place=f"file {name}"))


def _bytes_of(content: FileContent, *, place: str) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, Path):
        return content.read_bytes()
    columns, rows = checked_rows(content, place=place)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column], place=f"{place}, {column}") for column in columns] for row in rows)
    return text.getvalue().encode()


def _cell(value: object, *, place: str) -> str:
    r"""Write a cell: NULL as \N, the text \N as \\N."""
    if value is None:
        return r"\N"
    text = as_text(value, place=place)
    return "\\" + text if text == r"\N" else text
