"""Deciding what becomes of each line of a chunk; a case is applied whole, or it is a conflict whole."""

from collections.abc import Mapping, Sequence
from typing import Final

from hffix.errors.applying import CaseUnbalanced
from hffix.model.change import Cells, Line
from hffix.model.question import ROWS
from hffix.model.scope import Kept
from hffix.model.total import unbalanced_case
from hffix.workflow.block import Block
from hffix.workflow.chunk import Verdict, compare
from hffix.workflow.found import Found

HELD: Final = Verdict(outcome="held")
# It conflicts only by its case: nothing of its own was observed.
WITH_ITS_CASE: Final = Verdict(outcome="conflict")


def decide(block: Block, found: Found, answers: Mapping[int, str]) -> list[Verdict]:
    """Hold rows and answers, by the lines' places, against what was approved, byte for byte."""
    verdicts = compare(block, found)
    for place, digest in answers.items():
        verdicts[place] = _answer(block[place], digest)
    # Cases come last.
    return verdicts if block[-1].case is None else whole_cases(block, verdicts)


def _answer(line: Line, digest: str) -> Verdict:
    told: Cells = {ROWS: digest}
    return HELD if line.before == told else Verdict(outcome="conflict", observed=[line.salt, told])


def whole_cases(lines: Sequence[Line], verdicts: list[Verdict]) -> list[Verdict]:
    """Make every line of a case a conflict where one of them is."""
    broken = {line.case for line, one in zip(lines, verdicts, strict=True) if one.outcome == "conflict"} - {None}
    if not broken:
        return verdicts
    return [
        WITH_ITS_CASE if line.case in broken and one.outcome != "conflict" else one
        for line, one in zip(lines, verdicts, strict=True)
    ]


def of_its_own(verdict: Verdict) -> bool:
    """Say whether a line is a conflict by what was found at its own row or question."""
    return verdict.outcome == "conflict" and verdict.observed is not None


def refuse_unbalanced(lines: Sequence[Line], keeps: Sequence[Kept]) -> None:
    """Prove from its lines that each case keeps the totals that the fix keeps."""
    found = unbalanced_case(lines, [kept.columns for kept in keeps]) if keeps else None
    if found is not None:
        case, fault = found
        raise CaseUnbalanced(f"case {case}: {fault}")
