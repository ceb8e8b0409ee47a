from hypothesis import given
from hypothesis import strategies as some

from hffix.model.narrow import table_of, turned

UPPER = table_of(lambda one: one.upper() if len(one.upper()) == 1 else None)
NO_BLANK = table_of(lambda one: None if one == " " else "x")
NARROW = some.text(some.characters(max_codepoint=0x7F) | some.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E))


@given(NARROW)
def test_each_character_of_a_narrow_text_is_turned_by_the_table(text: str) -> None:
    assert turned(text, UPPER) == text.upper()
    assert turned(text, NO_BLANK) == (None if " " in text else "x" * len(text))


@given(some.text(some.characters(exclude_categories=())))
def test_a_text_with_any_other_character_is_not_turned(text: str) -> None:
    narrow = all(one <= "\x7f" or "\uff01" <= one <= "\uff5e" for one in text)

    assert (turned(text, UPPER) is not None) == narrow
