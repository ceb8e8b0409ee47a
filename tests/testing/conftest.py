from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from hffix.testing import load

PROJECT = 'default = "main"\n[targets.main]\nurl = "sqlite:///fund.db"\n[columns]\n"person.id_no" = "edges"\n'
# Six lines: what a test writes below them begins at line 7.
HEAD = '''"""Title."""
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hffix import Case, Fix, Unresolved, cleaners
fix = Fix(author="li.wei")
'''


@dataclass(frozen=True)
class Bench:
    """A project with nothing but its scripts, and no database behind it."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def script(self, text: str, *, head: str = HEAD) -> ModuleType:
        """Write a script below the usual head, and load it as a test does."""
        self.write("fixes/0007_x.py", head + text)
        return load("7")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    made.write("hffix.toml", PROJECT)
    monkeypatch.chdir(tmp_path)
    return made
