import ast

import pytest

import hffix
from hffix.authoring.linting import PUBLIC, lint
from hffix.errors.fixes import ForbiddenInFix


def faults(text: str, *, beside: frozenset[str] = frozenset()) -> list[str]:
    """Lint a text and give what is told of it, one fault an entry."""
    try:
        lint(ast.parse(text), name="0001_x.py", beside=beside)
    except ForbiddenInFix as refused:
        return refused.message.removeprefix("0001_x.py, ").split("; ")
    return []


FORBIDDEN = {
    "datetime.now": ("from datetime import datetime\nx = datetime.now()", "line 2: .now reads a clock"),
    "datetime by another name": ("from datetime import datetime as d\nx = d.now", "line 2: .now reads a clock"),
    "date.today": ("import datetime\nx = datetime.date.today()", "line 2: .today reads a clock"),
    "datetime.utcnow": ("import datetime as d\nx = d.datetime.utcnow()", "line 2: .utcnow reads a clock"),
    "time.time": ("import time\nx = time.time()", "line 1: import of time is outside the short list"),
    "time, imported from": ("from time import time", "line 1: import of time is outside the short list"),
    "the machine's time zone": (
        "from datetime import datetime\ndef f(a): return datetime.fromtimestamp(a)",
        "line 2: .fromtimestamp takes the machine's time zone",
    ),
    "the machine's time zone again": (
        "x = lambda a: a.astimezone()", "line 1: .astimezone takes the machine's time zone",
    ),
    "pathlib": ("from pathlib import Path", "line 1: import of pathlib is outside the short list"),
    "a path opened": ("def f(a):\n    return a.open()", "line 2: .open reads or writes files"),
    "a path read": ("def f(a): return a.read_text()", "line 1: .read_text reads or writes files"),
    "open": ("def f(a):\n    with open(a) as file:\n        return file.read()", "line 2: open is not for a fix"),
    "open by another name": ("x = open", "line 1: open is not for a fix"),
    "io": ("import io", "line 1: import of io is outside the short list"),
    "requests": ("import requests", "line 1: import of requests is outside the short list"),
    "urllib": ("from urllib.request import urlopen", "line 1: import of urllib.request is outside the short list"),
    "socket": ("import socket", "line 1: import of socket is outside the short list"),
    "sqlite3": ("import sqlite3", "line 1: import of sqlite3 is outside the short list"),
    "sqlalchemy": ("from sqlalchemy import text", "line 1: import of sqlalchemy is outside the short list"),
    "os.environ": ("def f():\n    from os import environ", "line 2: import of os is outside the short list"),
    "environ of anything": ("x = lambda a: a.environ['X']", "line 1: .environ reads the environment"),
    "random": ("from random import choice", "line 1: import of random is outside the short list"),
    "uuid4": ("from uuid import uuid4", "line 1: uuid4 is random"),
    "uuid.uuid1": ("import uuid\nx = uuid.uuid1()", "line 2: .uuid1 is random"),
    "__import__": ("x = __import__('os')", "line 1: __import__ is not for a fix"),
    "importlib": ("import importlib", "line 1: import of importlib is outside the short list"),
    "subprocess": ("import subprocess", "line 1: import of subprocess is outside the short list"),
    "eval": ("def f(a): return eval(a)", "line 1: eval is not for a fix"),
    "builtins": ("from builtins import open as o", "line 1: import of builtins is outside the short list"),
    "__builtins__": ("x = __builtins__['open']", "line 1: __builtins__ is not for a fix"),
    "print": ("print('x')", "line 1: print is not for a fix"),
    "hash": ("def f(a): return hash(a)", "line 1: hash() differs from process to process"),
    "another room of hffix": (
        "from hffix.store import files", "line 1: import of hffix.store is outside the short list",
    ),
    "a room from hffix": ("from hffix import database", "line 1: import of hffix.database is outside the short list"),
    "a room of hffix by its dot": (
        "import hffix\nx = hffix.workflow", "line 2: hffix.workflow is outside the short list",
    ),
    "the testing kit": ("from hffix.testing import load", "line 1: import of hffix.testing is outside the short list"),
    "a module within a module": ("import json\nx = json.codecs", "line 2: json.codecs is outside the short list"),
    "a module out of a module": (
        "from dataclasses import sys", "line 1: import of dataclasses.sys is outside the short list",
    ),
    "a relative import": ("from . import x", "line 1: import of . is outside the short list"),
    "within a function": ("def f(a):\n    import os\n", "line 2: import of os is outside the short list"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_a_fix_has_no_business_with_is_told_with_its_line(text: str, fault: str) -> None:
    assert faults(text) == [fault]


ALLOWED = {
    "cleaners": "from hffix import Case, Fix, Unresolved, cleaners\nx = cleaners.date",
    "a cleaner by its module": "from hffix.cleaners.dates import date\nimport hffix.cleaners\nx = hffix.cleaners.text",
    "hffix whole": "import hffix as h\nx = h.Fix",
    "days": "from datetime import UTC, date, datetime\nx = datetime.fromtimestamp(0, UTC), date(2024, 1, 1)",
    "a zone that is given": "from datetime import UTC\ndef f(a): return a.astimezone(UTC)",
    "modules that belong to the list": "import collections\nimport json.decoder\nx = collections.abc, json.decoder",
    "a module of the list within another": "import calendar\nx = calendar.datetime.date(2024, 1, 1)",
    "UUIDs that are read": "from uuid import UUID, uuid5\nx = UUID(int=1)",
    "a column called open": "def f(open: str, id: int, hash: str): return open or hash or str(id)",
    "a lambda's column called input": "x = lambda input: input",
    "all names of a module": "from decimal import *",
}


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_what_decides_from_the_row_alone_is_left_in_peace(text: str) -> None:
    assert faults(text) == []


def test_a_parameter_hides_a_builtin_only_within_its_own_function() -> None:
    assert faults("def f(open): return open\nx = open") == ["line 2: open is not for a fix"]


def test_every_fault_of_a_file_is_told_by_line() -> None:
    text = "import os\nfrom datetime import date\ndef f(a):\n    print(a)\n    return date.today()\n"
    assert faults(text) == [
        "line 1: import of os is outside the short list",
        "line 4: print is not for a fix",
        "line 5: .today reads a clock",
    ]


def test_a_helper_beside_the_script_may_be_imported_also_under_a_name_of_the_library() -> None:
    beside = frozenset({"banks", "json"})
    assert faults("import banks\nfrom json import codecs\nx = banks.ORDERS", beside=beside) == []
    assert faults("import banks, bank", beside=beside) == ["line 1: import of bank is outside the short list"]


def test_a_clock_is_one_under_whatever_name_and_from_wherever_it_comes() -> None:
    assert faults("from days import now as n", beside=frozenset({"days"})) == ["line 1: now reads a clock"]


def test_a_fix_may_import_everything_that_hffix_offers_to_it() -> None:
    assert set(hffix.__all__) <= PUBLIC


def test_getattr_is_out_of_the_lint_s_sight() -> None:
    """Said so in the module's first lines: a lint against mistakes, not a sandbox against malice."""
    assert faults("from datetime import date\nx = getattr(date, 'to' + 'day')()") == []
