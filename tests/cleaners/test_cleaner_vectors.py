import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hffix import cleaners
from hffix.model.unresolved import Unresolved

VECTORS = Path(__file__).parents[1] / "vectors" / "cleaners.tsv"
WHOLE_NUMBERS = ("window", "excel", "tz")
SWITCHES = ("trailing_minus", "upgrade15", "ocr")


def read_hints(cleaner: str) -> tuple[str, dict[str, Any]]:
    name, _, declared = cleaner.removesuffix("]").partition("[")
    hints: dict[str, Any] = dict(hint.split("=") for hint in declared.split(";") if hint)
    for key, value in hints.items():
        if key in WHOLE_NUMBERS:
            hints[key] = int(value)
        elif key in SWITCHES:
            hints[key] = {"1": True, "0": False}[value]
        elif key == "allow":
            hints[key] = (value,)
    return name, hints


def vectors() -> tuple[Any, ...]:
    with VECTORS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(pytest.param(*row.values(), id=f"{row['cleaner']}-{row['input']}") for row in rows)


def outcome(clean: Callable[..., str | None], value: str, hints: dict[str, Any]) -> str | None:
    """The cleaned value, or the code of the reason why there is none."""
    try:
        return clean(value, **hints)
    except Unresolved as unresolved:
        reason = re.fullmatch(r"([A-Z_]+): [A-Za-z0-9 :,-]+", unresolved.reason)
        return reason and reason[1]


@pytest.mark.parametrize(("cleaner", "given", "expected", "why"), vectors())
def test_gives_the_value_or_the_reason_of_the_vector(cleaner: str, given: str, expected: str, why: str) -> None:
    name, hints = read_hints(cleaner)
    wanted = json.loads(expected)

    found = outcome(getattr(cleaners, name), json.loads(given), hints)

    assert found == (why.partition(":")[0] if wanted is None else wanted)
