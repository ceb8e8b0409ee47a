import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.signing import wire
from hffix.signing.wire import Reader


@given(some.integers(min_value=1, max_value=2**200))
def test_a_positive_number_comes_back(number: int) -> None:
    reader = Reader(wire.mpint(number))
    assert reader.positive() == number
    reader.end()


@pytest.mark.parametrize(
    ("number", "written"),
    [  # RFC 4251, section 5
        (0x9A378F9B2E332A7, "0000000809a378f9b2e332a7"),
        (0x80, "000000020080"),
    ],
)
def test_a_number_is_written_as_the_standard_shows(number: int, written: str) -> None:
    assert wire.mpint(number).hex() == written


@pytest.mark.parametrize("written", ["00000000", "0000000100", "00000002007f", "0000000180", "00000002ff80"])
def test_a_number_that_is_not_positive_or_not_shortest_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not positive, or not in its shortest form"):
        Reader(bytes.fromhex(written)).positive()


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00", b"\x00\x00\x00\x02a", b"\xff\xff\xff\xffa"])
def test_a_string_that_is_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="cut short"):
        Reader(data).string()


@pytest.mark.parametrize("name", [b"a b", b"a\x00", b"\xc3\xa9", b"a\n"])
def test_a_name_that_is_not_plain_ascii_is_refused(name: bytes) -> None:
    with pytest.raises(ValueError, match="plain ASCII"):
        Reader(wire.string(name)).name()


def test_left_over_bytes_are_refused() -> None:
    reader = Reader(wire.string(b"one") + b"\x00")
    reader.string()
    with pytest.raises(ValueError, match="follow its end"):
        reader.end()
