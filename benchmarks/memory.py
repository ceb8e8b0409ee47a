"""Peak memory of plan and apply at two sizes: what grows with rows is streamed, so the two must be close.

Run: python benchmarks/memory.py --small 10000 --large 1000000
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from apply import Figure, command, newest, project_of
from world import build


def figures(folder: Path, rows: int) -> dict[str, Figure]:
    """Plan, apply and verify one change set of so many rows; give each command's seconds and peak in megabytes."""
    base = folder / f"base-{rows}.db"
    build(base, rows)
    project = project_of(folder / f"project-{rows}", base)
    command(project, "init-target", "--sign-with", "wang.qiang")
    found = {"plan": command(project, "plan", "1")}
    change_set = newest(project)
    command(project, "approve", change_set, "--sign-with", "zhang.min")
    found["apply"] = command(project, "apply", change_set, "--sign-with", "wang.qiang")
    found["verify"] = command(project, "verify", "--data")
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", type=int, default=10_000)
    options.add_argument("--large", type=int, default=1_000_000)
    options.add_argument("--folder", type=Path, help="where the tables are made; else the system's temporary folder")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hffix-memory-", dir=given.folder) as name:
        small, large = (figures(Path(name), rows) for rows in (given.small, given.large))
    print(f"{'':8} {given.small:>18,} {given.large:>20,}  more")
    for verb, (seconds, few) in small.items():
        more, many = large[verb]
        print(f"{verb:8} {seconds:8.1f} s {few:5.0f} MB {more:10.1f} s {many:5.0f} MB  {many - few:.0f} MB")


if __name__ == "__main__":
    main()
