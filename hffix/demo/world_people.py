"""Citizens of the clean world: one row of `person` for an index, whatever came before."""

from dataclasses import dataclass
from datetime import date

from hffix.demo.chance import between, pick, spread, stream
from hffix.demo.identity import COUNTIES, PERMITS, RETIRED_COUNTIES, card, citizen
from hffix.demo.names import address, among, person_name

BORN_ON_NEW_YEAR = (111, 200)  # 1990-01-01, a real birthday that looks like a placeholder
_PASSPORT = (5, 97)
_FOREIGN_CARD = (9, 331)
_DEAD = (77, 500)
_COUNTRIES = ("840", "392", "826", "250", "276", "410", "036", "124")
_PASSPORT_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

_FIRST_BIRTH, _LAST_BIRTH = date(1961, 6, 2), date(1998, 12, 30)
_NEW_YEAR = date(1990, 1, 1)
# 1970-01-01 is the zero of computer clocks and 1990-01-01 is kept for those who are set aside.
_BIRTHS = tuple(
    day
    for day in map(date.fromordinal, range(_FIRST_BIRTH.toordinal(), _LAST_BIRTH.toordinal() + 1))
    if day not in (date(1970, 1, 1), _NEW_YEAR)
)
_REGIONS = COUNTIES + RETIRED_COUNTIES + PERMITS
# No sequence ends in 00, which could read as a number that a spreadsheet rounded; 996 to 999 are not given out.
_SEQUENCES = tuple(f"{number:03d}" for number in range(10, 996) if number % 100)
_IDENTITIES = len(_BIRTHS) * len(_REGIONS) * len(_SEQUENCES)

# No subscriber number with a run that looks typed in by a clerk who had none.
_QUADS = tuple(
    f"{number:04d}"
    for number in range(1001, 10_000)
    if len(set(str(number))) >= 3 and str(number) not in ("1234", "2345", "3456", "4567", "5678", "6789")
)
_PERSON_PREFIXES = tuple(
    str(prefix) for prefix in (*range(130, 140), *range(150, 154), *range(155, 160), *range(180, 190))
)
_AGENT_PREFIXES = ("191", "193", "195", "198", "199")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The numbers that name a person, all consistent."""

    id_type: str
    id_no: str
    sex: str
    birth: date


def person_key(index: int) -> str:
    """Write a person's key."""
    return f"P{index + 1:08d}"


def identity(index: int, *, seed: int) -> Identity:
    """Give a person's document; different persons have different numbers by construction."""
    if among(index, BORN_ON_NEW_YEAR):
        group = index // BORN_ON_NEW_YEAR[1]
        return _citizen(COUNTIES[group % len(COUNTIES)], _NEW_YEAR, _SEQUENCES[group // len(COUNTIES) + seed % 500])
    place, sequence = divmod(spread(index, over=_IDENTITIES, seed=seed), len(_SEQUENCES))
    day, region = divmod(place, len(_REGIONS))
    born, run = _BIRTHS[day], _SEQUENCES[sequence]
    if among(index, _PASSPORT):
        group = index // _PASSPORT[1]
        letter = _PASSPORT_LETTERS[group % len(_PASSPORT_LETTERS)]
        return Identity(id_type="03", id_no=f"E{letter}{1_203_456 + group * 37}", sex="12"[group % 2], birth=born)
    if among(index, _FOREIGN_CARD):
        group = index // _FOREIGN_CARD[1]
        run = _SEQUENCES[group % len(_SEQUENCES)]
        body = f"9{31 + group // len(_SEQUENCES)}{_COUNTRIES[group % len(_COUNTRIES)]}{born:%Y%m%d}{run}"
        return Identity(id_type="04", id_no=citizen(body), sex="21"[int(run) % 2], birth=born)
    return _citizen(_REGIONS[region], born, run)


def _citizen(region: str, born: date, sequence: str) -> Identity:
    body = f"{region}{born.year}{born.month:02d}{born.day:02d}{sequence}"
    return Identity(id_type="01", id_no=citizen(body), sex="21"[int(sequence) % 2], birth=born)


def name_of(index: int, *, seed: int) -> str:
    """Give a person's name without the rest of the row."""
    foreign = among(index, _PASSPORT) or among(index, _FOREIGN_CARD)
    return person_name(index, chance=stream(seed, room="person", index=index), foreign=foreign)


def person_row(index: int, *, seed: int) -> tuple[str | None, ...]:
    """Make one row of `person`."""
    chance = stream(seed, room="person", index=index)
    foreign = among(index, _PASSPORT) or among(index, _FOREIGN_CARD)
    name = person_name(index, chance=chance, foreign=foreign)
    papers = identity(index, seed=seed)
    tel = f"0571-8{between(chance, 1_000_000, 9_999_999)}" if chance.random() < 0.2 else None
    alive = "0" if among(index, _DEAD) else pick(chance, ("1", None, None))
    return (
        person_key(index),
        name,
        papers.id_type,
        papers.id_no,
        papers.sex,
        papers.birth.isoformat(),
        _mobile(index, prefixes=_PERSON_PREFIXES, seed=seed),
        tel,
        address(index, chance=chance),
        pick(chance, ("10", "20", "20", "20", "40")),
        pick(chance, ("10", "20", "30", "60", "70")),
        alive,
        f"20{between(chance, 16, 25)}-0{between(chance, 1, 9)}-1{between(chance, 0, 9)} 10:30:00",
    )


def agent_mobile(index: int, *, seed: int) -> str:
    """Give the mobile number of a unit's agent; no contributor has it."""
    return _mobile(index, prefixes=_AGENT_PREFIXES, seed=seed)


def _mobile(index: int, *, prefixes: tuple[str, ...], seed: int) -> str:
    place = spread(index, over=len(prefixes) * len(_QUADS) ** 2, seed=seed)
    place, last = divmod(place, len(_QUADS))
    prefix, middle = divmod(place, len(_QUADS))
    return prefixes[prefix] + _QUADS[middle] + _QUADS[last]


def card_number(index: int, *, bank: int, seed: int) -> str:
    """Give an account's bank card; its last digits are never zeros, as a rounded number's would be."""
    return card(f"6217{bank:02d}{spread(index, over=10**11, seed=seed):011d}8")
