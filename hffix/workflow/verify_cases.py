"""Verifying cases: each stands whole in one chunk and had one fate, and every outcome is one that its line can have."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hffix.changelog.rows import LogColumns, LogRow
from hffix.workflow.verify_findings import Findings


@dataclass(slots=True)
class CasesMet:
    """The cases of one run, followed from row to row; only the one that was met last is remembered."""

    run: int
    findings: Findings
    case: str | None = None
    chunk: int = 0
    outcomes: set[str] = field(default_factory=set)
    observed: bool = False
    told: bool = False

    def follow(self, rows: LogColumns, *, chunk: int) -> None:
        """Look at rows that follow each other, of the chunk that begins with a line."""
        if not self.case and rows.case_id[-1] is None:
            return
        for case, outcome, observed in zip(rows.case_id, rows.outcome, rows.observed_leaf, strict=True):
            if case != self.case:
                self._begin(case)
            elif case is not None and chunk != self.chunk:
                self._tell("its lines stand in more than one chunk")
            self.chunk = chunk
            self.outcomes.add(outcome)
            self.observed = self.observed or observed is not None

    def end(self) -> None:
        """Judge the last case."""
        if self.case is None or "conflict" not in self.outcomes:
            return
        if len(self.outcomes) > 1:
            self._tell("it is a conflict in part: a case is written whole, or not at all")
        elif not self.observed:
            self._tell("it is a conflict, and no line of it says what was found")

    def _begin(self, case: str | None) -> None:
        self.end()
        if self.case is not None and (case is None or (len(case), case) < (len(self.case), self.case)):
            self._tell("what stands behind it belongs before it: the lines of a case stand together")
        self.case, self.observed, self.told = case, False, False
        self.outcomes.clear()

    def _tell(self, message: str) -> None:
        if not self.told:
            name = str(self.case).strip('"')
            self.findings.problem("case-divided", f"run {self.run}, case {name}", message)
        self.told = True


def check_outcomes(rows: Sequence[LogRow], run: int, findings: Findings) -> None:
    """Find outcomes that no line of that kind has: only a question can be held, and it is never applied."""
    for row in rows:
        if (row.kind == "ask" and row.outcome == "applied") or (row.kind != "ask" and row.outcome == "held"):
            where = f"run {run}, line {row.seq}"
            findings.problem("outcome", where, f"it is {row.outcome}, which no line of the kind {row.kind} can be")
