"""Paste the real session of the demo into both READMEs. Run: .venv/bin/python docs/paste_session.py"""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parent.parent


def session(language: str) -> str:
    """Walk through the demo as `make demo` does, and give what it printed."""
    words = [sys.executable, "-m", "hffix.cli.main", "demo", ".demo", "--walk", "--lang", language]
    environment = {**os.environ, "HFFIX_LANG": language}
    made = subprocess.run(  # noqa: S603 - our own program, no shell
        words, cwd=TOP, capture_output=True, text=True, check=True, env=environment
    )
    return made.stdout.strip()


def main() -> None:
    """Replace what stands between the marks."""
    for name, language in (("README.md", "en"), ("README.zh-CN.md", "zh")):
        path = TOP / name
        before, _, rest = path.read_text(encoding="utf-8").partition("<!-- session -->\n")
        _, _, after = rest.partition("<!-- /session -->")
        said = f"```console\n{session(language)}\n```\n"
        path.write_text(f"{before}<!-- session -->\n{said}<!-- /session -->{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
