from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from hffix.model.manifest import Counts, FixFacts, Manifest, Place, Root, Struck, TableCounts, TargetFacts, Trial
from hffix.model.scope import Scope
from hffix.reports.review import Example, Reason, Review, Shape

DIGEST = "8b120fe6ac55" + "0123456789abcdef" * 3 + "4444"
PARENT = "a3f94c01d27e" + "0" * 52

MANIFEST = Manifest(
    format="hffix-changeset/1",
    fix=FixFacts(
        id="0007_open_date", title="开户日期统一为 YYYY-MM-DD",
        reason="Imports before 2016 kept each bank's own date format.", author="li.wei", authors=("li.wei",),
        commit=None, ticket="DQ-2024-017", risk="low", files={}, on_conflict="stop", params={}, after=(),
    ),
    target=TargetFacts(name="main", lineage="5c77" + "0" * 26 + "e1", dialect="sqlite"),
    chain=Place(number=1, head="2" * 64),
    schema={},
    scope=(
        Scope(
            table="personal_account", kind="rows", reads=("opened_on", "status"), writes=("opened_on",),
            where="status > '04'", unguarded=(), to_null=False, at_most=50_000, function="opened_on",
        ),
    ),
    side_effects=(), requires=(), ensures=(), snapshot="2024-03-05T09:11:07Z",
    counts=Counts(
        scanned=1_050_000, unchanged=1_008_751, unresolved=37, changed=41_209, updates=41_209, inserts=0, deletes=0,
        asks=0, shapes=(), rare=0, reasons={"day or month first?": 31, "INVALID_DATE: no such day": 6},
        tables={"personal_account": TableCounts(updates=41_209, inserts=0, deletes=0, columns={"opened_on": 41_209})},
    ),
    keeps=(), lookups={}, root="3" * 64, leaves=41_209, parts=(Root(root="3" * 64, leaves=41_209),),
    unresolved=Root(root="4" * 64, leaves=37), irreversible=0,
    trial=Trial(time="2024-03-05T09:12:00Z", rows=41_209, ensures=()),
    struck=Struck(count=3, by="zhang.min", why=None), parent=PARENT, reverts=None, planner="li.wei", versions={},
)  # fmt: skip

SHAPES = tuple(
    Shape(
        number=number, table="personal_account", kind="update", column="opened_on", before=before, after=after,
        rows=rows, examples=(Example(key="1200▒▒▒▒107", before=old, after=new),),
    )
    for number, rows, before, after, old, new in (
        (1, 3, "汉汉99汉9汉9汉", "9999-99-99", "民国75年8月9日", "1986-08-09"),
        (2, 80, "９９９９－９９－９９", "9999-99-99", "２０１１－０３－０５", "2011-03-05"),
        (3, 41_126, "9999/9/9", "9999-99-99", "2011/3/5", "2011-03-05"),
    )
)  # fmt: skip

REVIEW = Review(
    manifest=MANIFEST, digest=DIGEST, state="unapproved", lacking=("1 leader",), shapes=SHAPES,
    reasons=(Reason(text="day or month first?", rows=31), Reason(text="INVALID_DATE: no such day", rows=6)),
    whole=True,
)  # fmt: skip

Made = Callable[..., Any]


@pytest.fixture(scope="session")
def manifest() -> Made:
    """A manifest, with some of its facts replaced; `fix` and `counts` take dicts of theirs."""

    def made(**facts: Any) -> Manifest:
        inner = {
            name: msgspec.structs.replace(getattr(MANIFEST, name), **facts.pop(name))
            for name in ("fix", "counts")
            if name in facts
        }
        return msgspec.structs.replace(MANIFEST, **facts, **inner)

    return made


@pytest.fixture(scope="session")
def reviewed(manifest: Made) -> Made:
    """A review, with some of its facts replaced; `told` takes those of its manifest."""

    def made(*, told: dict[str, Any] | None = None, **facts: Any) -> Review:
        return replace(REVIEW, manifest=manifest(**(told or {})), **facts)

    return made


@pytest.fixture(scope="session")
def digest() -> str:
    return DIGEST
