"""The types that are carried are those that the formats list, and each of them has its nasty values in the suite."""

import re
from pathlib import Path

import pytest

pytest.importorskip("psycopg")

from hffix.database import postgresql_types
from hffix.model.value import OWN_TAGS, Typed
from tests.conformance.values_postgresql import HELD

FORMATS = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")
SECTION = FORMATS.partition("### PostgreSQL types")[2].partition("\n#")[0]
LISTED = {name for left in re.findall(r"^\| (`.*?) \|", SECTION, re.MULTILINE) for name in re.findall(r"`(\w+)`", left)}


def test_the_formats_list_the_types_that_are_carried() -> None:
    assert LISTED - {"citext"} == postgresql_types.NAMED | postgresql_types.PLAIN.keys()


def test_no_engine_type_has_a_tag_of_hffix_own() -> None:
    assert postgresql_types.NAMED.isdisjoint(OWN_TAGS)
    assert set(postgresql_types.PLAIN.values()) <= OWN_TAGS


def test_every_type_that_is_carried_by_its_name_has_values_in_the_suite() -> None:
    held = {one.raw.kind for one in HELD if isinstance(one.raw, Typed)}
    tried = {name for name in postgresql_types.NAMED if not re.fullmatch(r"\w+(?:range)", name)}
    assert tried <= held
