"""Dates as twenty years of imports left them."""

from calendar import isleap
from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from types import MappingProxyType

from hffix.demo.chance import between, pick
from hffix.demo.ground import Cells, Ground, Kind, Row, Run, one_row
from hffix.demo.world_units import bank_code

_FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
_NUMERALS = "〇一二三四五六七八九"
_EXCEL_ZERO = date(1899, 12, 30).toordinal()
_PLACEHOLDERS = ("0000-00-00", "1900-01-01", "9999-12-31", "1970-01-01")

_Form = Callable[[date, Random], str | None]


def _as(
    column: str, form: _Form, *, only: Mapping[str, str] = MappingProxyType({}), needs: tuple[str, ...] = ()
) -> Run:
    """Write a column's date in another form, in rows where certain columns hold certain values."""

    def make(row: Row, chance: Random) -> Cells | None:
        if any(row[other] != value for other, value in only.items()):
            return None
        dirty = form(date.fromisoformat(row[column]), chance) if row[column] else None
        return {column: dirty} if dirty is not None and dirty != row[column] else None

    return one_row(make, column=column, needs=needs)


def _loose(day: date, chance: Random) -> str:
    """Unpadded with slashes most of all, as spreadsheets show it."""
    draw = chance.random()
    if draw < 0.7:
        return f"{day.year}/{day.month}/{day.day}"
    if draw < 0.85:
        return f"{day.year}.{day.month}.{day.day}"
    if draw < 0.93:
        return f"{day:%Y/%m/%d}"
    return f"{day.year}-{day.month}-{day.day}"


def _compact(day: date, chance: Random) -> str:
    del chance
    return f"{day:%Y%m%d}"


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    written = "" if not tens else "十" if tens == 1 else _NUMERALS[tens] + "十"
    return written + (_NUMERALS[ones] if ones else "")


def _chinese(day: date, chance: Random) -> str:
    draw = chance.random()
    if draw < 0.5:
        return f"{day.year}年{day.month}月{day.day}日"
    year = "".join(_NUMERALS[int(digit)] for digit in str(day.year))
    if draw < 0.75:
        year = year.replace("〇", "○")  # a circle that looks like the zero
    return f"{year}年{_numeral(day.month)}月{_numeral(day.day)}日"


def _full_width(day: date, chance: Random) -> str:
    del chance
    return day.isoformat().translate(_FULL_WIDTH)


def _serial(day: date, chance: Random) -> str:
    del chance
    return str(day.toordinal() - _EXCEL_ZERO)


def _named_era(day: date, chance: Random) -> str:
    del chance
    return f"民国{day.year - 1911}年{day.month}月{day.day}日"


def _bare_era(day: date, chance: Random) -> str:
    del chance
    return f"{day.year - 1911}.{day.month}.{day.day}"


def _placeholder(day: date, chance: Random) -> str:
    del day
    return pick(chance, _PLACEHOLDERS)


def _impossible(day: date, chance: Random) -> str:
    if not isleap(day.year) and chance.random() < 0.3:
        return f"{day.year}-02-29"
    return (
        f"{day.year}年2月30日" if chance.random() < 0.5 else f"{day.year}-{pick(chance, ('02-30', '04-31', '09-31'))}"
    )


def _day_first(day: date, chance: Random) -> str | None:
    del chance
    return f"{day:%d/%m/%Y}" if day.day <= 12 and day.day != day.month else None


def _six_digits(day: date, chance: Random) -> str:
    del chance
    return f"{day:%y%m%d}"


def _short_year(day: date, chance: Random) -> str:
    del chance
    return f"{day.day:02d}-{day.month}月 -{day:%y}"


def _with_time(day: date, chance: Random) -> str:
    return f"{day} {between(chance, 8, 17):02d}:{between(chance, 0, 59):02d}:{between(chance, 0, 59):02d}"


def _from_bank(position: int, form: _Form) -> Run:
    """Only accounts that one bank imported, so that one declaration can cover them."""

    def run(ground: Ground, kind: Kind, count: int) -> None:
        code = bank_code(position % ground.volumes.bank)
        _as("opened_on", form, only={"card_bank_code": code})(ground, kind, count)

    return run


PERSON, ACCOUNT, LEDGER = "person", "personal_account", "contribution_ledger"
# The birth date can come back only from a citizen's number, so that number stays clean.
_BORN = _as("birth_date", _placeholder, only={"id_type": "01"}, needs=("id_no",))

# Scarce candidates first: the accounts of one bank, then the rest.
KINDS = (
    Kind(
        code="D05",
        table=ACCOUNT,
        count=150,
        rule="R023",
        end="distribute",
        hint="excel=1900",
        run=_from_bank(1, _serial),
    ),
    Kind(
        code="D09", table=ACCOUNT, count=60, rule="R023", end="refuse", hint="order=dmy", run=_from_bank(2, _day_first)
    ),
    Kind(
        code="D09",
        table=ACCOUNT,
        count=40,
        rule="R023",
        end="refuse",
        hint="order=ymd;window=1950",
        run=_from_bank(3, _six_digits),
    ),
    Kind(
        code="D09",
        table=ACCOUNT,
        count=20,
        rule="R023",
        end="refuse",
        hint="window=1950",
        run=_from_bank(4, _short_year),
    ),
    Kind(code="D03", table=PERSON, count=200, rule="R021", end="auto", run=_as("birth_date", _chinese)),
    Kind(code="D04", table=PERSON, count=80, rule="R021", end="auto", run=_as("birth_date", _full_width)),
    Kind(code="D06", table=PERSON, count=12, rule="R021", end="auto", run=_as("birth_date", _named_era)),
    Kind(
        code="D06",
        table=PERSON,
        count=8,
        rule="R023",
        end="refuse",
        hint="era=minguo",
        run=_as("birth_date", _bare_era),
    ),
    Kind(code="D07", table=PERSON, count=150, rule="R010", end="auto", hint="derive=id_no", run=_BORN),
    Kind(code="D07", table=ACCOUNT, count=150, rule="R022", end="distribute", run=_as("opened_on", _placeholder)),
    Kind(code="D08", table=PERSON, count=40, rule="R023", end="distribute", run=_as("birth_date", _impossible)),
    Kind(
        code="D10",
        table="withdrawal",
        count=60,
        rule="R023",
        end="auto",
        hint="time=drop",
        run=_as("applied_on", _with_time),
    ),
    Kind(code="D01", table=PERSON, count=600, rule="R021", end="auto", run=_as("birth_date", _loose)),
    Kind(code="D01", table=ACCOUNT, count=600, rule="R023", end="auto", run=_as("opened_on", _loose)),
    Kind(code="D02", table=LEDGER, count=800, rule="R021", end="auto", run=_as("booked_on", _compact)),
)
