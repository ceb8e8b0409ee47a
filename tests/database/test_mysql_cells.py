"""Rows cut at once are those that are cut value by value, whatever stood before them."""

from hypothesis import given
from hypothesis import strategies as st

from hffix.database.mysql_cells import NULL, Cells, Cutter

VALUES = st.one_of(
    st.none(), st.binary(max_size=3), st.sampled_from([b"a" * 250, b"b" * 251, b"\xfb", b"\x01a", b"c" * 70_000])
)


def packed(row: Cells) -> bytes:
    return b"".join(bytes([NULL]) if value is None else _length(len(value)) + value for value in row)


def _length(length: int) -> bytes:
    if length < NULL:
        return bytes([length])
    return b"\xfc" + length.to_bytes(2, "little") if length < 1 << 16 else b"\xfd" + length.to_bytes(3, "little")


@given(st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(VALUES, min_size=width, max_size=width), min_size=1)))
def test_rows_are_cut_into_what_was_packed(rows: list[Cells]) -> None:
    cutter = Cutter(len(rows[0]))
    joined = b"".join(map(packed, rows))
    place, found = 0, []
    for row in rows:
        end = place + len(packed(row))
        found.append(cutter.cut(joined, place, end))
        place = end
    assert found == rows


def test_rows_of_one_length_and_of_many_forms_are_all_cut() -> None:
    cutter = Cutter(2)
    for turn in range(2_000):
        row: Cells = [b"x" * (turn % 100), b"y" * (99 - turn % 100)]
        assert cutter.cut(packed(row), 0, 101) == row
