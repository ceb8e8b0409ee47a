import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hffix.cleaners import birth_date_in, explain, id_key, id_no, sex_in
from hffix.cleaners.citizen_numbers import PROVINCES, check_character, upgraded
from hffix.model.unresolved import Unresolved

VALID = "330102199003071230"
TOKENS = (
    *"0123456789Xx×Хⅹ*-–－ '`\u3000\t\u200b\u00a0０９Ｘ٣EHſı、/",
    *("330102", "19900307", "1230", "110101580101002", "810000", "931840", "KAZ", "110090", VALID, "E12345678", "000"),
)
TYPED = st.lists(st.sampled_from(TOKENS), max_size=7).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=())) | TYPED
DECLARED: tuple[dict[str, Any], ...] = (
    {},
    {"upgrade15": True},
    {"type": "passport"},
    {"type": "hm_travel"},
    {"type": "tw_travel"},
)
REGIONS = st.sampled_from([f"{province}0102" for province in sorted(PROVINCES)])
BORN = st.dates(dt.date(1900, 1, 1), dt.date(2049, 12, 31))


def reason(value: str, **hints: Any) -> str:
    with pytest.raises(Unresolved) as caught:
        id_no(value, **hints)
    return caught.value.reason.partition(":")[0]


def digits(value: str) -> str:
    return "".join(str(int(character)) for character in value if re.match("[0-9０-９]", character))


@pytest.mark.parametrize(
    "number",
    [
        *("330102197003136672", "11010119530227549X", "650102195606190606", "440304198204020899", "513225197707032472"),
        *("110103196803078803", "44052419680307137X", "310226196803072978", "341401196803074308", "500222196803071481"),
        *("810000198506150143", "820000199001010010", "830000197812241050", "830000199001010012"),
        *("931840198802145851", "911398198805145746", "93227619880414382X", "935036198812140654"),
        *("USA310086012032", "JPN330081111861", "GBR110099061599", "KOR370079061039", "CAN440068100314"),
    ],
)
def test_keeps_every_number_whose_region_birth_and_check_are_right_the_very_same(number: str) -> None:
    assert id_no(number) is number


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("330102199003071231", "CHECKSUM"),
        ("330102190903071230", "CHECKSUM"),
        ("810000199001010010", "CHECKSUM"),
        ("931840198802140010", "CHECKSUM"),
        ("USA310086012033", "CHECKSUM"),
        ("330102199013071234", "BAD_BIRTH"),
        ("830000199002300011", "BAD_BIRTH"),
        ("931840209902140012", "BAD_BIRTH"),
        ("330102179903071230", "BAD_BIRTH"),
        ("330000199003071232", "BAD_REGION"),
        ("710101199003071232", "BAD_REGION"),
        ("840000199001010014", "BAD_REGION"),
        ("820001199001010017", "BAD_REGION"),
        ("999840198802140012", "BAD_REGION"),
        ("900840198802140018", "BAD_REGION"),
        ("KAZ990090123105", "BAD_REGION"),
        ("3301021990030712A0", "BAD_SHAPE"),
        ("93184019880214001", "BAD_SHAPE"),
        ("''330102199003071230", "BAD_SHAPE"),
        ("3301021990030712\uff10\u0663", "BAD_SHAPE"),
        ("KAſ110090123105", "BAD_SHAPE"),
        ("×30102199003071230", "BAD_SHAPE"),
        ("E12345678", "BAD_SHAPE"),
        ("330102XXXXXXXX1230", "MASKED"),
        ("330102 XXXX XXXX 1230", "MASKED"),
        ("330102●●●●●●●●1230", "MASKED"),
        ("3.30102E+17", "LOSSY"),
        ("3.30102e17", "LOSSY"),
        (f"{VALID} {VALID}", "MULTIPLE"),
        (f"{VALID}/110101580101002", "MULTIPLE"),
        ("330102 19900307 1230/110101 19580101 0023", "MULTIPLE"),
        ("33010219900307123\ufffd", "DAMAGED"),
        ("无", "PLACEHOLDER"),
        ("\u200b\t", "BLANK"),
    ],
)
def test_declines_what_is_wrong_and_never_mends_it(value: str, code: str) -> None:
    assert reason(value) == code


def outcome(value: str) -> str | None:
    """The number, or the code of the reason why there is none."""
    try:
        return id_no(value)
    except Unresolved as unresolved:
        return unresolved.reason.partition(":")[0]


def test_29_february_of_an_old_card_is_a_day_in_one_of_its_two_centuries() -> None:
    """00 is 1900, which was no leap year, or 2000, which was one."""
    of_00 = [f"USA31000002293{check}" for check in range(10)]
    of_01 = [f"USA31000102293{check}" for check in range(10)]

    assert [outcome(number) for number in of_00].count("CHECKSUM") == 9
    assert [number for number in of_00 if outcome(number) == number] != []
    assert set(map(outcome, of_01)) == {"BAD_BIRTH"}


@pytest.mark.parametrize("sign", ["×", "Х", "х", "Χ", "χ", "Ⅹ", "ⅹ", "Ｘ", "x"])
def test_reads_a_sign_like_x_as_the_last_x_where_the_check_agrees(sign: str) -> None:
    assert id_no(f"33010219900301106{sign}") == "33010219900301106X"
    assert reason(f"33010219900307123{sign}") == "CHECKSUM"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("330102680307123", "330102196803071235"),
        ("650102790629556", "650102197906295564"),
        ("440304301231007", "440304193012310071"),
        ("120101611109001", "120101196111090018"),
        ("310101550505050", "310101195505050503"),
        ("500103701010888", "500103197010108889"),
    ],
)
def test_completes_fifteen_digits_only_by_declaration(old: str, new: str) -> None:
    assert id_no(old, upgrade15=True) == new
    assert reason(old) == "NOT_DECLARED"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("330102680230123", "BAD_BIRTH"),
        ("330102000307996", "AMBIGUOUS"),
        ("33010268030712X", "BAD_SHAPE"),
        ("3301026803071234", "BAD_SHAPE"),
        ("000000000000000", "BAD_REGION"),
        ("810000900101001", "BAD_REGION"),
        ("931840880214001", "BAD_REGION"),
    ],
)
def test_completes_no_fifteen_digits_that_cannot_be_an_old_number(value: str, code: str) -> None:
    assert reason(value, upgrade15=True) == code


def test_completes_nothing_to_a_number_that_would_itself_be_declined() -> None:
    body = next(f"33010219680307{run}00" for run in range(10) if check_character(f"33010219680307{run}00") == "0")

    assert reason(body[:6] + body[8:], upgrade15=True) == "LOSSY"


@pytest.mark.parametrize(
    ("kind", "value", "clean"),
    [
        ("passport", "g12345678", "G12345678"),
        ("passport", "DE1234567", "DE1234567"),
        ("passport", "PE1234567", "PE1234567"),
        ("passport", "Ｅ 1234 5678", "E12345678"),
        ("hm_travel", "h1234567801", "H1234567801"),
        ("tw_travel", "1234567801", "1234567801"),
    ],
)
def test_knows_the_shape_of_a_declared_type(kind: Any, value: str, clean: str) -> None:
    assert id_no(value, type=kind) == clean


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("passport", "EO1234567", "BAD_SHAPE"),
        ("passport", "E1234", "BAD_SHAPE"),
        ("passport", "E12-ABCDEF", "BAD_SHAPE"),
        ("passport", "E1234567*", "MASKED"),
        ("passport", VALID, "BAD_SHAPE"),
        ("passport", "E00000000", "PLACEHOLDER"),
        ("passport", "E12345678、E12345679", "MULTIPLE"),
        ("tw_travel", "11111111", "PLACEHOLDER"),
        ("tw_travel", "1.23E+07", "LOSSY"),
    ],
)
def test_declines_what_is_not_of_the_declared_type(kind: Any, value: str, code: str) -> None:
    assert reason(value, type=kind) == code


@pytest.mark.parametrize(
    "hints", [{"type": "driver"}, {"type": ""}, {"upgrade15": "1"}, {"type": "passport", "upgrade15": True}]
)
def test_a_wrong_hint_is_an_error_of_the_call_even_for_a_clean_value(hints: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is None or|is True or|contradict"):
        id_no(VALID, **hints)


def test_none_stays_none() -> None:
    assert id_no(None) is None
    assert birth_date_in(None) is None
    assert sex_in(None) is None


def test_tells_its_steps() -> None:
    assert explain("id_no", "\t330102-680307-123", upgrade15=True) == (
        "outer blanks, invisible characters and text mark removed",
        "blanks and hyphens inside removed",
        "15 digits completed to 18, as declared",
    )
    assert explain("id_no", "`33010219900307123×") == (
        "text mark removed",
        "last sign read as X",
        "CHECKSUM: check character does not agree",
    )


@pytest.mark.parametrize(
    ("value", "born", "sex"),
    [
        (VALID, "1990-03-07", "1"),
        ("650102197906295564", "1979-06-29", "2"),
        (" 330102-19900307-1230", "1990-03-07", "1"),
        ("931840198802140014", "1988-02-14", "1"),
        ("820000198506150145", "1985-06-15", "2"),
        ("330102199003071231", None, None),
        ("110101580101002", None, None),
        ("KAZ110090123105", None, None),
        ("", None, None),
    ],
)
def test_birth_and_sex_are_read_only_in_a_valid_number_that_carries_them(
    value: str, born: str | None, sex: str | None
) -> None:
    assert (birth_date_in(value), sex_in(value)) == (born, sex)


@pytest.mark.parametrize("value", ["110101580101002", "１１０１０１５８０１０１００２", "110101-19580101-0023"])
def test_one_person_has_one_key_in_every_form_of_the_number(value: str) -> None:
    assert id_key(value) == "110101195801010023"


def test_a_key_takes_the_type_of_the_document() -> None:
    assert id_key("e12345678", type="passport") == "E12345678"


@pytest.mark.parametrize("value", [None, "", "330102199003071231", "E12345678", "330102000307996"])
def test_what_is_no_number_has_no_key(value: str | None) -> None:
    with pytest.raises(Unresolved):
        id_key(value)


@given(REGIONS, BORN, st.integers(1, 999).filter(lambda run: run % 100))
def test_every_number_with_its_own_check_is_kept_and_one_with_any_other_is_declined(
    region: str, born: dt.date, run: int
) -> None:
    body = f"{region}{born:%Y%m%d}{run:03}"
    right = check_character(body)

    assert id_no(body + right) == body + right
    assert birth_date_in(body + right) == born.isoformat()
    assert {reason(body + check) for check in "0123456789X" if check != right} == {"CHECKSUM"}


@given(REGIONS, st.dates(dt.date(1900, 1, 1), dt.date(1999, 12, 31)), st.integers(1, 995))
def test_an_upgraded_number_carries_the_digits_of_the_old_one(region: str, born: dt.date, run: int) -> None:
    old = f"{region}{born:%y%m%d}{run:03}"
    new = upgraded(old)

    assert (new[:6] + new[8:17], new[6:8]) == (old, "19")
    assert new[17] == check_character(new[:17])


@given(ANY_TEXT, st.sampled_from(DECLARED))
@example("330102680307123", {"upgrade15": True})
@example("`\u3000330102199003071230", {})
def test_every_text_gives_a_number_of_the_same_digits_that_stays_or_is_declined(
    value: str, hints: dict[str, Any]
) -> None:
    try:
        once = id_no(value, **hints)
    except Unresolved:
        return

    assert once is not None
    assert re.fullmatch("[0-9A-Z]+", once)
    assert id_no(once, **hints) is once
    assert digits(once) == digits(value) or (hints.get("upgrade15") and len(digits(value)) == 15)


@given(ANY_TEXT)
def test_reading_birth_sex_and_key_raises_nothing_but_unresolved(value: str) -> None:
    assert (birth_date_in(value) is None) == (sex_in(value) is None)
    try:
        key = id_key(value)
    except Unresolved:
        assert birth_date_in(value) is None
        return

    assert id_key(key) == key
