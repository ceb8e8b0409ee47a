from hypothesis import given
from hypothesis import strategies as st

from hffix.changelog import reader, writer
from hffix.changelog.rows import LogColumns, log_row
from hffix.database import Session
from hffix.model import merkle
from hffix.model.change import Cells, Line
from tests.changelog.conftest import logged

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUE = st.none() | TEXT | st.dictionaries(st.sampled_from(["int", "bytes", "float"]), TEXT, min_size=1, max_size=1)
CELLS: st.SearchStrategy[Cells] = st.dictionaries(TEXT, VALUE, max_size=4)
LINE = st.builds(
    Line,
    st.text("0123456789abcdef", min_size=32, max_size=32),
    TEXT,
    st.sampled_from(["insert", "update", "delete", "ask"]),
    CELLS,
    st.none() | CELLS,
    st.none() | CELLS,
    st.none() | TEXT,
    st.none() | st.integers(0, 10**9).map(str),
)


@given(LINE)
def test_a_row_rebuilds_the_exact_bytes_of_its_line(line: Line) -> None:
    assert log_row(line, seq=1, leaf="", outcome="applied").line() == line.encode()


def test_a_row_holds_the_texts_of_its_line() -> None:
    line = Line("5" * 32, "loan", "insert", {"b": {"int": "1"}, "a": "\u2028"}, None, {"c": None}, 'a"b', None)
    assert log_row(line, seq=3, leaf="66", outcome="conflict", observed='["77",null]', observed_leaf="88") == (
        3,
        "5" * 32,
        "loan",
        "insert",
        '{"a":"\u2028","b":{"int":"1"}}',
        "null",
        '{"c":null}',
        '"a\\"b"',
        None,
        "66",
        "conflict",
        '["77",null]',
        "88",
    )


def test_a_row_that_was_stored_still_has_its_leaf(session: Session) -> None:
    session.begin()
    writer.insert_changes(session, 7, LogColumns.of([logged(1)]))
    session.commit()
    ((row,),) = reader.changes(session, 7)
    assert merkle.leaf(row.line()).hex() == logged(1).leaf


def test_the_line_of_an_erased_row_is_not_that_of_any_row() -> None:
    erased = logged(1)._replace(salt=None, row_key=None, before=None, after=None, origin=None, observed=None)
    assert erased.line() == b'[null,"loan","update",null,null,null,null,"7"]'
