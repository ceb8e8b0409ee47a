from datetime import UTC, datetime, timedelta, timezone

import pytest

from hffix.cli.hours import moment_as_of, moment_until, seconds_of
from hffix.errors.project import UsageError

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2024, 3, 5, 22, 30, 15, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1800), ("1h30m", 5400), ("90s", 90), ("90", 90), ("2H", 7200), ("1h1m1s", 3661)]
)
def test_a_duration_is_read_in_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text, option="--max-time") == seconds


@pytest.mark.parametrize("text", ["", "0", "0m", "soon", "-5m", "1.5h", "30m1h", "３０m", "99999999999"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        seconds_of(text, option="--max-time")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("06:00", "2024-03-05T22:00:00Z"),
        ("23:00", "2024-03-05T15:00:00Z"),
        ("22:30", "2024-03-06T14:30:00Z"),
        ("2024-03-09T06:00:00Z", "2024-03-09T06:00:00Z"),
    ],
)
def test_an_hour_is_the_next_one_of_this_machine_s_clock(text: str, moment: str) -> None:
    assert moment_until(text, now=NOW, option="--until") == moment


@pytest.mark.parametrize("text", ["6:00", "24:00", "06:60", "0600", "noon", "2024-03-09"])
def test_what_is_no_hour_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        moment_until(text, now=NOW.astimezone(UTC), option="--until")


def test_a_day_means_its_end() -> None:
    assert moment_as_of("2024-03-05", option="--as-of") == "2024-03-05T23:59:59Z"
    assert moment_as_of("2024-03-05T06:00:00Z", option="--as-of") == "2024-03-05T06:00:00Z"
    with pytest.raises(UsageError):
        moment_as_of("2024-02-30", option="--as-of")
