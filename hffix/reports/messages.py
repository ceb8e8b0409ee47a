"""Messages: the one function through which every sentence for a person goes, in English or Chinese."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from hffix.errors.project import UsageError
from hffix.reports.chinese import CHINESE
from hffix.reports.chinese_reasons import REASONS

Language = Literal["en", "zh"]
CATALOGUE: Final = {**CHINESE, **REASONS}
_LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


class _Sentences(string.Formatter):
    """Fills in facts: whole numbers with thousands separators, `{n:row|rows}` with the form that fits the number."""

    def get_value(self, key: int | str, _args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        shown = f"{value:,}" if type(value) is int else str(value)
        if not format_spec:
            return shown
        one, _, many = format_spec.partition("|")
        return f"{shown} {one if value == 1 else many}"


_SENTENCES: Final = _Sentences()


@dataclass(frozen=True, slots=True)
class Messages:
    """Sentences in one language; the English text is the key, and stands where a translation is missing."""

    language: Language

    def __call__(self, text: str, /, **facts: object) -> str:
        """Say a sentence with its facts."""
        return _SENTENCES.vformat(self.word(text), (), facts)

    def word(self, text: str) -> str:
        """Say a word or a text that has no facts in it, such as a risk, a role or the reason of a row."""
        return CATALOGUE.get(text, text) if self.language == "zh" else text


def language_of(option: str | None, environment: Mapping[str, str]) -> Language:
    """Choose the language: --lang, then HFFIX_LANG, then the locale; English where none of them says Chinese."""
    for name, chosen in (("--lang", option), ("HFFIX_LANG", environment.get("HFFIX_LANG"))):
        if chosen == "en":
            return "en"
        if chosen == "zh":
            return "zh"
        if chosen:
            raise UsageError(f"{name} takes en or zh")
    locale = next((found for name in _LOCALES if (found := environment.get(name))), "")
    return "zh" if locale.lower().startswith("zh") else "en"
