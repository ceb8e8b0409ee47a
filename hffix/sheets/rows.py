r"""Tables in files that people send, CSV or XLSX, read alike: by the names in the header, line by line, as exact texts.

An empty cell is the empty text; only `\N` is NULL, and `\\N` the text.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hffix.errors.fixes import FixError
from hffix.sheets.csv_rows import open_csv
from hffix.sheets.row import Fault, Sheet, Unreadable
from hffix.sheets.xlsx_parts import looks_like_workbook

MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A file opened: its name and digest, where its lines stand, its header, and its lines, once."""

    name: str
    digest: str
    place: str
    header: tuple[str, ...]
    sheet: Sheet
    refusal: type[FixError]

    def lines(self, columns: Collection[str], faults: list[Fault]) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Stream the number and the texts of each line; keep the fault of one that has no texts in these columns."""
        places = [(place, name) for place, name in enumerate(self.header) if name in columns]
        try:
            for row in self.sheet.rows:
                odd = [(row.line, f"{name}: {row.cells[place]}") for place, name in places if place in row.cells]
                if row.fault is not None:
                    odd.append((row.line, row.fault))
                if odd:
                    faults.extend(odd)
                else:
                    yield row.line, {name: row.texts[place] for place, name in places}
        except Unreadable as fault:
            raise self.refusal(f"{self.name}{fault}") from fault


def open_rows(path: Path, *, needed: tuple[str, ...], refusal: type[FixError]) -> Rows:
    """Open a file by what its name ends in; of a workbook's sheets take the one whose header holds what is needed.

    A file that is no such table at all is refused with the error given; its name, never its place, is told.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise refusal(f"{path.name} cannot be read: {fault.strerror}") from fault
    try:
        sheet = _open(data, suffix=path.suffix.lower(), needed=needed)
    except Unreadable as fault:
        raise refusal(f"{path.name}{fault}") from fault
    return Rows(
        name=path.name,
        digest=hashlib.sha256(data).hexdigest(),
        place=path.name if sheet.title is None else f"{path.name}!{sheet.title}",
        header=sheet.header,
        sheet=sheet,
        refusal=refusal,
    )


def _open(data: bytes, *, suffix: str, needed: tuple[str, ...]) -> Sheet:
    if suffix == ".xlsx":
        # Here, since a command that reads no workbook needs none of it at its start.
        from hffix.sheets.xlsx_rows import open_xlsx

        return open_xlsx(data, needed=needed)
    if looks_like_workbook(data):
        raise Unreadable(" is a workbook; save it as .xlsx, or as CSV in UTF-8")
    return open_csv(data)


def null_or_text(cell: str) -> str | None:
    r"""Read a cell: `\N` is NULL, `\\N` the text `\N`, and any other text itself."""
    if cell == r"\N":
        return None
    return cell[1:] if cell == r"\\N" else cell


def refuse_faults(name: str, faults: Iterable[Fault], *, refusal: type[FixError]) -> None:
    """Raise all faults of a file at once, by line, where there are any."""
    told = [f"line {line}: {text}" for line, text in sorted(faults)]
    if told:
        more = f"; and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
        raise refusal(f"{name}: {'; '.join(told[:MOST_NAMED])}{more}")
