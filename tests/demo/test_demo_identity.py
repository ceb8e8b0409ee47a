from datetime import date
from typing import TYPE_CHECKING

import pytest

from hffix.demo.identity import card, citizen, credit, organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.demo.conftest import Worlds

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
COMPLETED = (
    (citizen, "330102197003136672"),
    (citizen, "11010119530227549X"),
    (citizen, "44052419680307137X"),
    (citizen, "93227619880414382X"),
    (organisation, "GD5QA4XF5"),
    (organisation, "5K3F16Q9X"),
    (credit, "91330100GD5QA4XF5L"),
    (credit, "N23301065K3F16Q9X7"),
    (credit, "81310000CWMB0YEB6K"),
    (card, "6222028666617603139"),
    (card, "6259657117777419"),
    (card, "4367428853933630"),
)


def citizen_agrees(number: str) -> bool:
    """ISO 7064 MOD 11-2 as its text has it: double and add, and the whole is 1."""
    total = 0
    for character in number:
        total = (total * 2 + (10 if character == "X" else int(character))) % 11
    return total == 1


def credit_agrees(code: str) -> bool:
    *body, check = (ALPHABET.index(character) for character in code)
    return (sum(value * pow(3, place, 31) for place, value in enumerate(body)) + check) % 31 == 0


def card_agrees(number: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


@pytest.mark.parametrize(("complete", "number"), COMPLETED, ids=[number for _, number in COMPLETED])
def test_a_check_character_completes_a_known_number(complete: "Callable[[str], str]", number: str) -> None:
    assert complete(number[:-1]) == number


def test_every_citizen_has_a_number_of_their_own_that_agrees_with_birth_and_sex(worlds: "Worlds") -> None:
    people = worlds.get(dirt=False).select("SELECT id_type, id_no, sex, birth_date FROM person")
    citizens = [(number, sex, born) for kind, number, sex, born in people if kind in ("01", "04")]
    assert len({number for _, number, _, _ in people}) == len(people)
    assert [number for number, _, _ in citizens if not citizen_agrees(number)] == []
    assert [number for number, sex, _ in citizens if "21"[int(number[16]) % 2] != sex] == []
    assert [number for number, _, born in citizens if number[6:14] != born.replace("-", "")] == []


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_unit_has_codes_that_agree_and_every_account_a_card(worlds: "Worlds", seed: int) -> None:
    world = worlds.get(seed=seed, dirt=False)
    codes = world.select("SELECT uscc, org_code FROM unit")
    cards = [number for (number,) in world.select("SELECT card_no FROM personal_account")]
    assert len(set(codes)) == len(codes)
    assert [code for code, body in codes if not credit_agrees(code) or body != f"{code[8:16]}-{code[16]}"] == []
    assert [code for code, _ in codes if organisation(code[8:16]) != code[8:17]] == []
    assert len(set(cards)) == len(cards)
    assert [number for number in cards if not card_agrees(number) or number.endswith("000")] == []


def test_accounts_are_opened_by_people_of_sixteen_years_since_the_fund_began(worlds: "Worlds") -> None:
    rows = worlds.get(dirt=False).select(
        "SELECT birth_date, opened_on, min(booked_on) FROM personal_account"
        " JOIN person USING (person_no) JOIN contribution_ledger USING (account_no) GROUP BY account_no"
    )
    assert len(rows) == 210
    for born, opened, first in rows:
        grown = date.fromisoformat(born).replace(day=1)
        assert grown.replace(year=grown.year + 16) < date.fromisoformat(opened)
        assert "1991" < opened <= first
