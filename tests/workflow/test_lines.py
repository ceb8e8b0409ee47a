import secrets

from hypothesis import given
from hypothesis import strategies as some

from hffix.model.change import Cells, Line, salt_of
from hffix.workflow.lines import LineWriter, Updates

TEXTS = some.text(max_size=6) | some.sampled_from(['"', "\\", "\n\r\t\b\f", "\x00\x1f\x7f", "\u2028", "𠮷", "é"])
VALUES = some.none() | TEXTS | some.builds(lambda tag, text: {tag: text}, TEXTS, TEXTS)
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
