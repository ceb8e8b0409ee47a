"""Lines of one form are read at once, and what is read is what reading them one by one gives, or nothing."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hffix.model.canonical import encode
from hffix.model.change import Cells, Line, read_lines
from hffix.model.formed import form_of, read_formed

SALT = "0" * 32
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
NAMES = st.lists(TEXTS.filter(bool), min_size=1, max_size=3, unique=True).map(lambda names: tuple(sorted(names)))
CELLS = st.one_of(TEXTS, st.none(), st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=1))


def update(number: int, before: Cells, after: Cells, *, case: str | None = None) -> Line:
    return Line(f"{number:032x}", "person", "update", {"id": {"int": str(number)}}, before, after, None, case)


def encoded(*lines: Line) -> list[bytes]:
    return [line.encode() for line in lines]


@st.composite
def alike(draw: st.DrawFn) -> list[Line]:
    """Draw lines of one form."""
    kind = draw(st.sampled_from(["insert", "update", "delete", "ask"]))
    table, key, before, after = draw(TEXTS), draw(NAMES), draw(NAMES), draw(NAMES)

    def cells(names: Sequence[str]) -> Cells:
        return {name: draw(CELLS) for name in names}

    def line() -> Line:
        return Line(
            draw(st.text("0123456789abcdef", min_size=32, max_size=32)),
            table,
            kind,
            cells(key),
            None if kind == "insert" else cells(before),
            cells(after) if kind in {"insert", "update"} else None,
            draw(st.none() | TEXTS),
            draw(st.none() | st.integers(0, 99).map(str)),
        )

    return [line() for _ in range(draw(st.integers(1, 4)))]


@given(alike())
def test_lines_of_one_form_are_read_as_one_by_one(lines: list[Line]) -> None:
    formed = read_formed(encoded(*lines))
    if formed is None:
        # A name with one of these in it is left to the reader of any line.
        assert any(set(name) & set('"\\') or min(name) < " " for part in form_of(lines[0])[2:] for name in part or ())
        return
    assert formed.lines() == read_lines(encoded(*lines)) == lines
    assert [formed[place] for place in range(len(formed))] == lines
    for place, name in enumerate(Line._fields):
        parts = [encode(part) for part in (line[place] for line in lines)]
        assert [one if isinstance(one, bytes) else encode(one) for one in map(_plain, formed.part(name))] == parts
    for part, columns in zip(("key", "before", "after"), formed.form[2:], strict=True):
        for column in columns or ():
            assert formed.column(part, column) == [getattr(line, part)[column] for line in lines]


def _plain(part: object) -> object:
    import msgspec

    return msgspec.json.encode(part) if isinstance(part, msgspec.Struct) else part


@pytest.mark.parametrize(
    "lines",
    [
        encoded(update(1, {"a": "x"}, {"a": "y"}), update(2, {"b": "x"}, {"b": "y"})),
        encoded(update(1, {"a": "x"}, {"a": "y"}), update(2, {"a": "x", "b": "x"}, {"a": "y"})),
        encoded(update(1, {"a": "x"}, {"a": "y"}), Line(SALT, "person", "delete", {"id": "2"}, {"a": "x"}, None)),
        encoded(update(1, {"a": "x"}, {"a": "y"}), update(2, {"a": "x"}, {"a": "y"})._replace(table="other")),
        encoded(update(1, {"a": "x"}, {"a": "y"}), update(2, {"a": "x"}, {"a": "y"})._replace(salt=SALT[:-1])),
        encoded(update(1, {"a": "x"}, {"a": "y"}), update(2, {"a": "x"}, {"a": "y"})._replace(salt=SALT[:-1] + "A")),
        encoded(update(1, {"a": "x"}, {"a": "y"}), update(2, {"a": "x"}, {"a": "y"}, case="01")),
        [*encoded(update(1, {"a": "x"}, {"a": "y"})), b'"' + b"0" * 64 + b'"'],
        [b'"' + b"0" * 64 + b'"', *encoded(update(1, {"a": "x"}, {"a": "y"}))],
    ],
)
def test_lines_of_several_forms_are_left_to_the_reader_of_any_line(lines: list[bytes]) -> None:
    assert read_formed(lines) is None


LINE = update(1, {"a": "x"}, {"a": "y"}).encode()


@pytest.mark.parametrize(
    "line",
    [
        LINE.replace(b'"y"', b'"\\u0079"'),
        LINE.replace(b'"y"', b' "y"'),
        LINE.replace(b'{"a":"y"}', b'{"a":"y","a":"y"}'),
        LINE.replace(b'"y"', b"1"),
        LINE.replace(b'"y"', b'["y"]'),
        LINE.replace(b",null]", b",null,null]"),
        LINE.replace(b",null]", b",null]\n"),
        LINE + b" " + LINE,
        LINE[:-1],
        b"",
        LINE.replace(b'"y"', b'"\xff"'),
    ],
)
def test_what_is_not_canonical_is_not_read(line: bytes) -> None:
    assert read_formed([LINE, line]) is None


def test_two_halves_of_a_line_are_not_two_lines() -> None:
    assert read_formed([LINE, LINE[:40], LINE[40:] + b"," + LINE]) is None
    assert read_formed([LINE, LINE + b"\n" + LINE]) is None


def test_no_lines_have_no_form() -> None:
    assert read_formed([]) is None
