"""Renew what the pages show below their commands. Run: .venv/bin/python -m tests.docs.renew"""

import sys
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.docs import gallery
from tests.docs.pages import ROOT, Step, console_of
from tests.docs.session import Answered, follow

TUTORIAL = ROOT / "docs" / "tutorial.md"


def renewed(text: str, folder: Path) -> str:
    """Follow a text, and give it with the answers that came; where they are those that it shows, as it was."""
    answers = list(follow(text, folder))
    if all(answer.steady_shown == answer.steady_came for answer in answers):
        return text
    _stop_at_a_failure(answers)
    written, end = "", 0
    for block, answered in groupby(answers, key=lambda answer: answer.block):
        steps = [Step(command=answer.given, shown=answer.came) for answer in answered]
        written += text[end : block.start] + console_of(steps)
        end = block.start + len(block.text)
    return written + text[end:]


def _stop_at_a_failure(answers: Sequence[Answered]) -> None:
    """Stop at a command that fails, unless the next one asks how it ended."""
    for answer, after in zip(answers, [*answers[1:], None], strict=True):
        if answer.status and (after is None or after.given != "echo $?"):
            raise SystemExit(f"$ {answer.given}\n{answer.came}\nended with {answer.status}")


def _renewed_gallery(page: str) -> str:
    sections = gallery.sections_of(page)
    for place, section in enumerate(sections):
        if "```console" in section:
            with tempfile.TemporaryDirectory(prefix="hffix-docs-") as name:
                folder = Path(name).resolve()
                gallery.make_project(section, folder)
                sections[place] = renewed(section, folder)
    return "".join(sections)


def main() -> None:
    """Write the pages that differ."""
    with tempfile.TemporaryDirectory(prefix="hffix-docs-") as name:
        tutorial = renewed(TUTORIAL.read_text(encoding="utf-8"), Path(name).resolve())
    pages = {TUTORIAL: tutorial, gallery.PAGE: _renewed_gallery(gallery.PAGE.read_text(encoding="utf-8"))}
    for path, page in pages.items():
        same = path.read_text(encoding="utf-8") == page
        path.write_text(page, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)} {'is as it was' if same else 'is renewed'}\n")


if __name__ == "__main__":
    main()
