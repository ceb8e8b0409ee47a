"""The gallery's examples as the page has them: a script, the rows beside it, and what the page says becomes of them."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from hffix.store.projects import find_project, init_project
from hffix.testing import Rows
from hffix.testing.people import OPERATOR, key_of, make_people
from hffix.testing.tables import make_tables
from hffix.workflow.init_target import init_target
from hffix.workflow.setting import Setting
from tests.docs.pages import ROOT, Block, blocks_of

PAGE = ROOT / "docs" / "how-to" / "write-a-fix.md"
PROJECT = 'default = "main"\n[targets.main]\nurl = "sqlite:///main.db"\n'

Value = str | int | float | None
Row = Mapping[str, Value]

_GRID = r"\n\n(?P<grid>(?:\|.*\n)+)"
_ROWS = re.compile(
    r"Rows of `(?P<table>[^`\n]+)`(?: in `(?P<database>[^`\n]+)`)?"
    rf"(?:, with which the (?P<step>plan|trial) is refused \((?P<code>HFX-\d+)\))?:{_GRID}"
)
_SHEET = re.compile(rf"^Sheet `(?P<sheet>[^`\n]+)` of `corrections/(?P<name>[^`\n]+)`.*:{_GRID}", re.MULTILINE)
_PARAM = re.compile(r"-p (\w+)=([^\s`]+)")
_LEFT = "left to people: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Rows of one table, and what the page says becomes of each; or how a plan over them is refused."""

    table: str
    database: str | None
    refused: str | None
    told: bool
    rows: tuple[Row, ...]
    after: Mapping[Value, Row]
    deleted: tuple[Value, ...]
    left: Mapping[Value, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One section of the gallery that has a script."""

    title: str
    text: str
    name: str
    script: str
    files: Mapping[str, str | bytes]
    schema: str
    params: Mapping[str, str]
    given: tuple[Given, ...]

    @property
    def databases(self) -> tuple[str | None, ...]:
        """The databases of which the page says what the fix does; None is the one without a name."""
        return tuple(dict.fromkeys(one.database for one in self.given if one.told and one.refused is None))

    def tables(self, database: str | None = None) -> dict[str, Rows]:
        """Give the rows that the fix is planned over."""
        return {one.table: one.rows for one in self.given if one.refused is None and one.database == database}


def examples() -> Iterator[Example]:
    """Give the examples of the page."""
    for text in sections_of(PAGE.read_text(encoding="utf-8")):
        blocks = list(blocks_of(text))
        scripts = [block for block in blocks if block.language == "python"]
        if scripts:
            yield _example(text, blocks, scripts)


def sections_of(page: str) -> list[str]:
    """Cut a page at its headings of the second level."""
    return re.split(r"^(?=## )", page, flags=re.MULTILINE)


def _example(text: str, blocks: list[Block], scripts: list[Block]) -> Example:
    [script] = scripts
    files = {Path(block.path).name: block.text for block in blocks if block.path and block.language == "csv"}
    return Example(
        title=text.partition("\n")[0].removeprefix("## "),
        text=text,
        name=Path(str(script.path)).name,
        script=script.text,
        files={**files, **{found["name"]: _workbook(found["sheet"], found["grid"]) for found in _SHEET.finditer(text)}},
        schema="".join(block.text for block in blocks if block.language == "sql"),
        params=dict(_PARAM.findall(text)),
        given=tuple(_given(found) for found in _ROWS.finditer(text)),
    )


def _given(found: re.Match[str]) -> Given:
    header, *lines = cells_of(found["grid"])
    told = header[-1] == "outcome"
    columns = header[:-1] if told else header
    rows: list[Row] = []
    after: dict[Value, Row] = {}
    deleted: list[Value] = []
    left: dict[Value, str] = {}
    for cells in lines:
        outcome = cells[-1] if told else "stays"
        before, new = _row(dict(zip(columns, cells, strict=False)))
        key = next(iter(before.values()))
        if (outcome == "changed") != bool(new):
            raise ValueError(f"{found['table']}, {key}: an arrow and the word changed belong together")
        if outcome != "inserted":
            rows.append(before)
        if outcome == "deleted":
            deleted.append(key)
        elif outcome.startswith(_LEFT):
            left[key] = outcome.removeprefix(_LEFT)
        elif outcome in {"changed", "inserted"}:
            after[key] = new or before
        elif outcome != "stays":
            raise ValueError(f"{outcome} is no outcome")
    return Given(
        table=found["table"],
        database=found["database"],
        refused=found["code"],
        told=told,
        rows=tuple(rows),
        after=after,
        deleted=tuple(deleted),
        left=left,
    )


def _row(cells: Mapping[str, str]) -> tuple[Row, Row]:
    """Give a row as it is, and the cells of it that the fix changes."""
    halves = {column: cell.split(" → ") for column, cell in cells.items()}
    return (
        {column: literal(half[0]) for column, half in halves.items()},
        {column: literal(half[1]) for column, half in halves.items() if len(half) > 1},
    )


def cells_of(grid: str) -> list[list[str]]:
    """Give the cells of a Markdown table, without the line below its header."""
    lines = [re.split(r"(?<!\\)\|", line.strip()[1:-1]) for line in grid.splitlines()]
    return [[cell.strip().replace(r"\|", "|") for cell in line] for place, line in enumerate(lines) if place != 1]


def grid_after(words: str, text: str) -> str:
    """Give the Markdown table below a line that ends with these words."""
    found = re.search(re.escape(words) + _GRID, text)
    if found is None:
        raise ValueError(f"no table stands below {words!r}")
    return found["grid"]


def rows_of(grid: str) -> list[dict[str, Value]]:
    """Give the rows of a Markdown table."""
    header, *lines = cells_of(grid)
    return [dict(zip(header, map(literal, cells), strict=True)) for cells in lines]


def literal(text: str) -> Value:
    """Read a value as the page writes it: a bare number is a number, NULL is NULL, the rest is text."""
    if text.startswith("`") and text.endswith("`"):
        return text[1:-1]
    if text == "NULL":
        return None
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text


def _workbook(sheet: str, grid: str) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_numbers": False}) as book:
        page = book.add_worksheet(sheet)
        as_text = book.add_format({"num_format": "@"})
        for number, cells in enumerate(cells_of(grid)):
            for place, cell in enumerate(cells):
                page.write_string(number, place, str(literal(cell)), as_text)
    return data.getvalue()


def make_project(text: str, folder: Path) -> None:
    """Make the project in which the commands of a section are given: its files, its people, its databases."""
    [example] = [one for one in examples() if one.text == text]
    written = {block.path: block.text for block in blocks_of(text) if block.path}
    for name, content in {"hffix.toml": PROJECT, **written}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    make_people(folder)
    init_project(folder)
    project = find_project(folder)
    for name, target in project.targets.items():
        path = Path(target.url.removeprefix("sqlite:///"))
        tables = example.tables(path.name) or example.tables()
        make_tables(folder / path, tables, keys={}, schema=example.schema)
        setting = Setting(
            project=project,
            target=project.target(name),
            environment={},
            host="test",
            sign_with=key_of(folder, OPERATOR),
            person=OPERATOR,
        )
        init_target(setting)
