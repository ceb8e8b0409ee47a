"""What the ways to write a fix cost at plan: a row function against the same plan by SQL, and cases of three rows.

Run: python benchmarks/authoring.py --rows 1000000 --cases 100000
"""

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from apply import command, project_of
from world import TABLE, build

HEAD = '"""Dates with dashes."""\n\nfrom hffix import Case, Fix\n\nfix = Fix(author="li.wei", risk="low")\n'
ROWS = f'''{HEAD}

@fix.rows("{TABLE}", writes="open_date", at_most=100_000_000)
def dashes(open_date: str | None) -> str | None:
    return None if open_date is None else open_date.replace("/", "-")
'''
SQL = f'''{HEAD}fix.sql("{TABLE}", {{"open_date": "replace(open_date, '/', '-')"}}, at_most=100_000_000)
'''
CASES = f'''{HEAD}

@fix.cases("SELECT owner FROM holding GROUP BY owner ORDER BY owner",
           reads={{"holding": ("owner", "amount")}}, writes={{"holding": ("amount",)}}, at_most=100_000_000)
def gather(case: Case, owner: int) -> None:
    """Move what three holdings hold to the first of them."""
    first, *others = case.rows("holding", owner=owner)
    case.update(first, amount=first["amount"] + sum(other["amount"] for other in others))
    for other in others:
        case.update(other, amount=0)


fix.keeps("holding.amount")
'''


def planned(folder: Path, base: Path, fix: str) -> tuple[float, float]:
    """Plan a fix in a project of its own; give seconds and megabytes."""
    project = project_of(folder, base)
    for script in (project / "fixes").iterdir():
        script.unlink()
    (project / "fixes" / "0001_measured.py").write_text(fix)
    command(project, "init-target", "--sign-with", "wang.qiang")
    return command(project, "plan", "1")


def holdings(path: Path, cases: int) -> None:
    """Make a table of three rows a case."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE holding (no INTEGER PRIMARY KEY, owner INTEGER NOT NULL, amount INTEGER NOT NULL)")
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO holding VALUES (?, ?, ?)", ((n, n % cases, 1 + n % 90) for n in range(1, 3 * cases + 1))
    )
    connection.execute("CREATE INDEX by_owner ON holding (owner)")
    connection.execute("COMMIT")
    connection.close()


def queries(path: Path, cases: int) -> tuple[float, float]:
    """Count the statements of a plan of cases, by SQLite's own trace: all of them, and for each case more."""
    told = []
    for few in (cases, 2 * cases):
        counted = _statements(path.with_name(f"traced-{few}"), few)
        told.append(counted)
    return told[0], (told[1] - told[0]) / cases


def _statements(folder: Path, cases: int) -> int:
    """Plan in this process and count what the target's connection runs."""
    from unittest.mock import patch

    from hffix.store.projects import find_project
    from hffix.workflow.plan import plan
    from hffix.workflow.setting import Setting

    base = folder.with_suffix(".db")
    holdings(base, cases)
    project = project_of(folder, base)
    for script in (project / "fixes").iterdir():
        script.unlink()
    (project / "fixes" / "0001_measured.py").write_text(CASES)
    command(project, "init-target", "--sign-with", "wang.qiang")
    seen = 0
    opened = sqlite3.connect

    def counting(*given: object, **named: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = opened(*given, **named)  # type: ignore[call-overload]

        def count(_: str) -> None:
            nonlocal seen
            seen += 1

        # A plan's own claims stand in a nameless file; only what the target is asked counts.
        if given and given[0]:
            connection.set_trace_callback(count)
        return connection

    found = find_project(project)
    setting = Setting(project=found, target=found.target(None), environment={}, host="bench")
    with patch("sqlite3.connect", counting), patch("sqlite3.dbapi2.connect", counting):
        plan(setting, fix="1")
    return seen


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--cases", type=int, default=10_000)
    options.add_argument("--repeat", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hffix-authoring-") as name:
        folder = Path(name)
        base = folder / "base.db"
        build(base, given.rows)
        best: dict[str, tuple[float, float]] = {}
        for turn in range(given.repeat):
            for form, fix in (("rows", ROWS), ("sql", SQL)):
                taken = planned(folder / f"{form}-{turn}", base, fix)
                best[form] = min(taken, best.get(form, taken))
        few, many = given.cases // 10, given.cases
        for cases in (few, many):
            holding = folder / f"cases-{cases}.db"
            holdings(holding, cases)
            best[f"{cases:,} cases"] = planned(folder / f"cases-{cases}", holding, CASES)
        for form, (seconds, megabytes) in best.items():
            print(f"{form:16} {seconds:8.2f} s {megabytes:7.0f} MB")
        print(f"rows : sql       {best['rows'][0] / best['sql'][0]:8.2f} times")
        base_count, each = queries(folder / "queries", 500)
        print(f"statements for each case of one question: {each:.3f} (500 cases ran {base_count:.0f} in all)")


if __name__ == "__main__":
    main()
