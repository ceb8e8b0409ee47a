import secrets

from hypothesis import given
from hypothesis import strategies as some

from hffix.model.change import Cells, Line, canonical_cells, salt_of
from hffix.model.value import Raw, Typed
from hffix.workflow.lines import Alike, LineWriter, Updates

TEXTS = some.text(max_size=6) | some.sampled_from(['"', "\\", "\n\r\t\b\f", "\x00\x1f\x7f", "\u2028", "𠮷", "é"])
VALUES = some.none() | TEXTS | some.builds(lambda tag, text: {tag: text}, TEXTS, TEXTS)
RAWS = some.none() | TEXTS | some.integers() | some.binary(max_size=3) | some.builds(Typed, TEXTS, TEXTS)
CELLS = some.dictionaries(TEXTS, VALUES, min_size=1, max_size=3)


@given(TEXTS, some.lists(some.tuples(CELLS, CELLS, CELLS, some.none() | TEXTS), max_size=5))
def test_many_lines_are_the_bytes_of_each(table: str, rows: list[tuple[Cells, Cells, Cells, str | None]]) -> None:
    seed = secrets.token_bytes(32)
    updates = Updates()
    for row in rows:
        updates.add(*row)

    written = LineWriter(seed).updates(table, updates)

    assert written == [
        Line(
            salt_of(table, kind="update", key=key, case=None, seed=seed), table, "update", key, before, after, origin
        ).encode()
        for key, before, after, origin in rows
    ]
    assert written == [
        LineWriter(seed).line(table, "update", key=key, before=before, after=after, origin=origin)
        for key, before, after, origin in rows
    ]


@given(some.data(), TEXTS, some.integers(1, 4))
def test_lines_that_are_alike_are_the_bytes_of_each(data: some.DataObject, table: str, count: int) -> None:
    def columns() -> dict[str, list[Raw]]:
        one: some.SearchStrategy[some.SearchStrategy[Raw]] = some.sampled_from([RAWS, some.integers()])
        values: some.SearchStrategy[list[Raw]] = one.flatmap(
            lambda raws: some.lists(raws, min_size=count, max_size=count)
        )
        names = some.sampled_from(["id", "b%", "é", '"', "%s"]) | TEXTS
        return data.draw(some.dictionaries(names, values, min_size=1, max_size=3))

    key, before, after = columns(), columns(), columns()
    writer = LineWriter(secrets.token_bytes(32))

    written = writer.alike(table, Alike(key=key, before=before, after=after))

    rows = [canonical_cells(list(cells), list(cells.values())) for cells in (key, before, after)]
    assert written == [writer.line(table, "update", key=k, before=b, after=a) for k, b, a in zip(*rows, strict=True)]
