"""Identity numbers and phones: old forms, damage, contradictions."""

from datetime import date
from random import Random

from hffix.demo.chance import between, pick
from hffix.demo.dirt_text import Form, rewritten
from hffix.demo.ground import Cells, Ground, Kind, Row, Run, one_row
from hffix.demo.identity import CREDIT_ALPHABET

_MISREAD = {"1": "I", "0": "O", "2": "Z", "5": "S"}
_AGENT_SHARE = 6  # a number stands for an agent's when more than five people have it


def _fifteen(number: str, chance: Random) -> str | None:
    del chance
    return number[:6] + number[8:17] if number[6:8] == "19" and number[0] != "8" else None


def _small_x(number: str, chance: Random) -> str:
    del chance
    return number.lower()


def _grouped(number: str, chance: Random) -> str:
    blank = pick(chance, (" ", "\u3000"))
    return blank.join((number[:6], number[6:14], number[14:]))


def _wrong_check(number: str, chance: Random) -> str:
    return number[:-1] + pick(chance, [digit for digit in "123456789X" if digit != number[-1]])


def _neighbours(number: str, chance: Random) -> str | None:
    """Swap two neighbours within the sequence, which the check digit always notices."""
    place = 14 + (chance.random() < 0.5)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    return None if swapped.endswith("000") else swapped


def _rounded(number: str, chance: Random) -> str:
    return f"{number[0]}.{number[1:6]}E+17" if chance.random() < 0.5 else number[:15] + "000"


def _other_sex(row: Row, chance: Random) -> Cells | None:
    del chance
    return {"sex": "2" if row["sex"] == "1" else "1"} if row["id_type"] == "01" else None


def _other_birth(row: Row, chance: Random) -> Cells | None:
    """Make the person some years older, so that no account was opened too young."""
    if row["id_type"] != "01":
        return None
    born = date.fromisoformat(row["birth_date"])
    return {"birth_date": f"{born.year - between(chance, 1, 4)}-{born.month:02d}-{min(born.day, 28):02d}"}


def _lower(code: str, chance: Random) -> str:
    del chance
    return code.lower()


def _misread(code: str, chance: Random) -> str | None:
    places = [place for place in range(8, 16) if code[place] in _MISREAD]
    if not places:
        return None
    place = pick(chance, places)
    return code[:place] + _MISREAD[code[place]] + code[place + 1 :]


def _licence(code: str, chance: Random) -> str:
    return f"{code[2:8]}{between(chance, 100_000_000, 999_999_999)}"


def _wrong_credit_check(code: str, chance: Random) -> str:
    return code[:-1] + pick(chance, [character for character in CREDIT_ALPHABET if character != code[-1]])


def _with_country(phone: str, chance: Random) -> str:
    grouped = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    return pick(chance, (f"+86 {phone}", f"+86{phone}", f"+86 {grouped}", f"0086{phone}", f"86-{phone}"))


def _dashed(phone: str, chance: Random) -> str:
    return pick(chance, ("-", " ", "–")).join((phone[:3], phone[3:7], phone[7:]))


def _landline(phone: str, chance: Random) -> str:
    """Give a landline without its area code, which nobody but its owner can complete."""
    del phone
    return f"8{between(chance, 1_000_000, 9_999_999)}"


def _shared(ground: Ground, kind: Kind, count: int) -> None:
    """Give a unit agent's number to six people at a time."""
    people = ground.places("person")
    for group in range(count // _AGENT_SHARE):
        agent = ground.row("unit", group % ground.rows("unit"))["agent_phone"]
        left = _AGENT_SHARE
        while left:
            index = next(people)
            if ground.claim("person", index, ("phone",)):
                before = ground.row("person", index)
                ground.change(kind, index, before, {"phone": agent}, number=ground.begin(kind))
                left -= 1


def _citizen_number(form: Form) -> Run:
    return rewritten("id_no", form, citizens=True)


_SEX = one_row(_other_sex, column="sex", needs=("id_no",))
_BIRTH = one_row(_other_birth, column="birth_date", needs=("id_no",))

KINDS = (
    Kind(code="D21", table="person", count=200, rule="R002", end="auto", run=_citizen_number(_small_x)),
    Kind(
        code="D20",
        table="person",
        count=250,
        rule="R003",
        end="auto",
        hint="upgrade15=1",
        run=_citizen_number(_fifteen),
    ),
    Kind(code="D21", table="person", count=100, rule="R002", end="auto", run=_citizen_number(_grouped)),
    Kind(code="D22", table="person", count=80, rule="R004", end="distribute", run=_citizen_number(_wrong_check)),
    Kind(code="D22", table="person", count=40, rule="R004", end="distribute", run=_citizen_number(_neighbours)),
    Kind(code="D23", table="person", count=40, rule="R006", end="distribute", run=_citizen_number(_rounded)),
    Kind(code="D24", table="person", count=120, rule="R008", end="auto", hint="derive=id_no", run=_SEX),
    Kind(code="D24", table="person", count=80, rule="R009", end="distribute", run=_BIRTH),
    Kind(
        code="D25", table="unit", count=8, rule="R030", end="distribute", hint="ocr=1", run=rewritten("uscc", _misread)
    ),
    Kind(code="D25", table="unit", count=10, rule="R029", end="auto", run=rewritten("uscc", _lower)),
    Kind(code="D25", table="unit", count=6, rule="R030", end="distribute", run=rewritten("uscc", _licence)),
    Kind(code="D25", table="unit", count=6, rule="R030", end="distribute", run=rewritten("uscc", _wrong_credit_check)),
    Kind(code="D26", table="person", count=330, rule="R018", end="auto", run=rewritten("phone", _with_country)),
    Kind(code="D26", table="person", count=120, rule="R018", end="auto", run=rewritten("phone", _dashed)),
    Kind(code="D26", table="person", count=60, rule="R019", end="distribute", run=rewritten("phone", _landline)),
    Kind(code="D26", table="person", count=90, rule="R020", end="distribute", run=_shared),
)
