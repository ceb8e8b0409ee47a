"""Banks, policy and contributing units of the clean world."""

from dataclasses import dataclass
from functools import lru_cache

from hffix.demo.chance import between, pick, spread, stream
from hffix.demo.identity import COUNTIES, CREDIT_ALPHABET, credit, organisation
from hffix.demo.months import LAST_MONTH, money, month_text
from hffix.demo.names import address, officer_name, unit_name
from hffix.demo.volumes import POLICY_YEARS, SIZES, Size
from hffix.demo.world_people import agent_mobile

CLOSED = (49, 50)  # units that are closed, with all their accounts
_BANK_CODES = tuple(str(code) for code in (102, 103, 104, 105, *range(301, 311), *range(313, 319)))
_BANK_WORDS = "东南西北中江海山川湖平安通达信和泰兴"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """What a unit decides for the accounts of its people; ratios in half percents."""

    key: str
    bank: int
    unit_half_percents: int
    person_half_percents: int
    booking_day: int
    closed: bool


def unit_key(index: int) -> str:
    """Write a unit's key."""
    return f"33{index + 1:06d}"


def bank_code(index: int) -> str:
    """Give a bank's code."""
    return _BANK_CODES[index]


def bank_row(index: int, *, seed: int) -> tuple[str, ...]:
    """Make one row of `bank`."""
    chance = stream(seed, room="bank", index=index)
    first, second = _BANK_WORDS[index % 18], _BANK_WORDS[(index * 5 + 4) % 18]
    phone = f"0571-8{between(chance, 1_000_000, 9_999_999)}"
    return (bank_code(index), f"{first}{second}示例银行", officer_name(chance), phone, "01")


def loan_cap(year: int) -> int:
    """Give the largest loan of a policy year, in fen."""
    return next(cap for first, cap in ((2023, 130), (2018, 100), (2012, 80), (0, 50)) if year >= first) * 1_000_000


def policy_row(year: int) -> tuple[int | str, ...]:
    """Make one row of `policy_param`."""
    age = year - POLICY_YEARS[0]
    highest, lowest = money(900_000 + age * 120_000), money(50_000 + age * 7_500)
    return (year, highest, lowest, 12, 5, money(loan_cap(year)), 360)


@lru_cache(maxsize=32_768)
def unit_facts(index: int, *, size: Size, seed: int) -> UnitFacts:
    """Decide what a unit's accounts depend on."""
    chance = stream(seed, room="unit", index=index)
    return UnitFacts(
        key=unit_key(index),
        bank=between(chance, 0, SIZES[size].bank - 1),
        unit_half_percents=between(chance, 10, 24) if chance.random() < 0.3 else 2 * between(chance, 5, 12),
        person_half_percents=2 * between(chance, 5, 12),
        booking_day=between(chance, 5, 25),
        closed=index % CLOSED[1] == CLOSED[0],
    )


def unit_row(
    index: int, *, size: Size, seed: int, active: int, sealed: int, balance: int
) -> tuple[str | int | float | None, ...]:
    """Make one row of `unit` with the totals of its accounts."""
    facts = unit_facts(index, size=size, seed=seed)
    chance = stream(seed, room="unit_name", index=index)
    code = _credit_code(index, seed=seed)
    return (
        facts.key,
        unit_name(index, chance=chance),
        code,
        f"{code[8:16]}-{code[16]}",
        officer_name(chance),
        address(index, chance=chance),
        officer_name(chance),
        agent_mobile(index, seed=seed),
        bank_code(facts.bank),
        f"33{between(chance, 10**8, 10**9 - 1)}{index + 1:09d}",
        _percent(facts.unit_half_percents),
        _percent(facts.person_half_percents),
        month_text(LAST_MONTH - (2 if facts.closed else 0)),
        active,
        sealed,
        money(balance),
        "04" if facts.closed else "01",
        f"{between(chance, 1993, 2012)}-{between(chance, 1, 12):02d}-{between(chance, 2, 28):02d}",
        f"{month_text(LAST_MONTH)}-30" if facts.closed else None,
        f"2026-0{between(chance, 1, 9)}-1{between(chance, 0, 9)} 09:00:00",
    )


def _credit_code(index: int, *, seed: int) -> str:
    place = spread(index, over=31**5, seed=seed)
    body = "MA"
    for _ in range(5):
        place, digit = divmod(place, 31)
        body += CREDIT_ALPHABET[digit]
    body += pick(stream(seed, room="unit", index=index), "0123456789")
    county = COUNTIES[index % len(COUNTIES)]
    return credit(f"91{county}{organisation(body)}")


def _percent(halves: int) -> int | float:
    return halves // 2 if halves % 2 == 0 else halves / 2
