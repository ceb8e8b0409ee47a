import pytest
from hypothesis import given
from hypothesis import strategies as some

from hffix.model.mask import masked


@pytest.mark.parametrize(
    ("text", "how", "shown"),
    [
        ("330102199001011234", "edges", "3301▒▒▒▒234"),
        ("1234567890", "edges", "1234▒▒▒▒890"),
        ("123456789", "edges", "1▒▒▒▒"),
        ("张敏", "edges", "张▒▒▒▒"),
        ("欧阳敏", "first", "欧▒▒▒▒"),
        ("张", "first", "张▒▒▒▒"),
        ("330102199001011234", "all", "▒▒▒▒"),
        ("330102199001011234", None, "330102199001011234"),
        ("", "all", ""),
        ("abc", "a mask of tomorrow", "a▒▒▒▒"),
    ],
)
def test_a_text_is_masked(text: str, how: str | None, shown: str) -> None:
    assert masked(text, how=how) == shown


@given(some.text(min_size=1), some.sampled_from(["edges", "first", "all"]))
def test_a_mask_hides_how_long_a_text_is_and_shows_at_most_seven_characters(text: str, how: str) -> None:
    assert len(masked(text, how=how).replace("▒▒▒▒", "", 1)) in {0, 1, 7}
    assert len(masked(text, how=how).replace("▒▒▒▒", "", 1)) <= max(len(text) - 3, 1)
