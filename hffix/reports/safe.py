"""Safe text: what came from a script, a manifest or a database never acts on a terminal or in a comment."""

import re
from typing import Final

from hffix.model.canonical import Json
from hffix.model.shape import visible

_BREAKS: Final = re.compile(r"[ \t]*[\r\n\t][ \t\r\n]*")
# Every character that CommonMark or GitHub's additions to it give a meaning inside a line; an underscore has none
# between letters and digits.
_MEANT: Final = re.compile(r"[\\`*\[\]<>&|~$@]|(?<![^\W_])_|_(?![^\W_])")
_NOT_IN_SPAN: Final = re.compile(r"[\\`<>&|]")


def safe(text: str, *, longest: int = 200) -> str:
    """Write a text on one line, with control, bidirectional and other invisible characters shown by number."""
    return visible(_BREAKS.sub(" ", text.strip()), longest=longest)


def safe_tree(value: Json) -> Json:
    """Make every text of a JSON value safe to print, and leave its line ends, which JSON writes as escapes."""
    if isinstance(value, str):
        return "\n".join(visible(line, longest=max(len(line), 1)) for line in value.split("\n"))
    if isinstance(value, list):
        return [safe_tree(item) for item in value]
    if isinstance(value, dict):
        return {str(safe_tree(key)): safe_tree(item) for key, item in value.items()}
    return value


def markdown_text(text: str, *, longest: int = 200) -> str:
    """Write a text into Markdown as itself: it is no markup, no HTML, no table cell's end and names nobody."""
    return _entities(safe(text, longest=longest))


def markdown_code(text: str, *, longest: int = 200) -> str:
    """Write a text as code in Markdown; where a code span could not hold it, as HTML that shows the same."""
    shown = safe(text, longest=longest)
    if not shown or shown != shown.strip() or _NOT_IN_SPAN.search(shown):
        return f"<code>{_entities(shown)}</code>"
    return f"`{shown}`"


def _entities(text: str) -> str:
    return _MEANT.sub(lambda found: f"&#{ord(found[0])};", text)
