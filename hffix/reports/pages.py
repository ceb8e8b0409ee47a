"""Pages: a finished text brought to the terminal, its verdict and its next command in colour."""

from typing import Final, TextIO

_MARKS: Final = {"✓": "bold green", "!": "bold yellow", "✗": "bold red"}
_NEXT: Final = ("Next:", "下一步：")


def print_page(page: str, *, file: TextIO) -> None:
    """Print a text line by line as it is; colours only on a terminal, and none under NO_COLOR."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in page.split("\n"):
        shown = Text(line)
        if mark := _MARKS.get(line[:1]):
            shown.stylize(mark, 0, 1)
        for label in _NEXT:
            if line.startswith(label):
                shown.stylize("bold", len(label))
        console.print(shown)
