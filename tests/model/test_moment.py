from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.model import moment

moments = some.datetimes(timezones=some.just(UTC)).map(lambda found: found.replace(microsecond=0))


@given(moments)
def test_a_moment_is_read_as_it_was_written(when: datetime) -> None:
    text = moment.write(when)

    assert moment.is_moment(text)
    assert moment.read(text) == when


@given(moments, moments)
def test_texts_of_moments_sort_as_the_moments_do(first: datetime, second: datetime) -> None:
    assert (moment.write(first) < moment.write(second)) == (first < second)


def test_a_moment_is_written_in_utc_without_fractions() -> None:
    china = timezone(timedelta(hours=8))

    assert moment.write(datetime(2024, 3, 5, 18, 30, 0, 999_999, china)) == "2024-03-05T10:30:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "", "2024-03-05", "2024-03-05T10:30:00", "2024-03-05T10:30:00+00:00", "2024-03-05 10:30:00Z",
        "2024-03-05T10:30:00.0Z", "2024-3-5T10:30:00Z", "2024-02-30T10:30:00Z", "2024-03-05T24:00:00Z",
        "2024-03-05T10:30:60Z", "0000-01-01T00:00:00Z", "２０２４-03-05T10:30:00Z", "2024-03-05T10:30:00Z\n",
        "2024-03-05t10:30:00z",
    ],
)  # fmt: skip
def test_any_other_text_is_no_moment(text: str) -> None:
    assert not moment.is_moment(text)


def test_a_moment_in_a_file_name_has_no_colons() -> None:
    assert moment.compact("2024-03-05T10:30:00Z") == "20240305T103000Z"


def test_moments_move_and_are_apart() -> None:
    assert moment.later("2024-02-28T23:59:59Z", days=1, seconds=1) == "2024-03-01T00:00:00Z"
    assert moment.seconds_between("2024-02-28T00:00:00Z", "2024-03-01T00:00:01Z") == 2 * 86_400 + 1
    assert moment.seconds_between("2024-03-01T00:00:00Z", "2024-02-29T00:00:00Z") == -86_400
