"""The sentences of the command line, in English and Chinese; the English text is the key."""

from hffix.cli.chinese import CHINESE
from hffix.cli.chinese_hints import HINTS
from hffix.reports.messages import Messages


class Sentences(Messages):
    """Messages that know the command line's own sentences as well as those of the reports."""

    __slots__ = ()

    def word(self, text: str) -> str:
        """Say a word or a text that has no facts in it."""
        if self.language == "zh" and (chinese := CHINESE.get(text) or HINTS.get(text)):
            return chinese
        return Messages.word(self, text)
