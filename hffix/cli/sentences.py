"""The sentences of the command line, in English and Chinese; the English text is the key."""

from hffix.cli.chinese import CHINESE
from hffix.reports.messages import Messages


class Sentences(Messages):
    """Messages that know the command line's own sentences as well as those of the reports."""

    __slots__ = ()

    def word(self, text: str) -> str:
        """Say a word or a text that has no facts in it."""
        return CHINESE[text] if self.language == "zh" and text in CHINESE else Messages.word(self, text)
