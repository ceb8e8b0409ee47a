"""Peak memory of plan and apply at two sizes: what grows with rows is streamed, so the two must be close.

Run: python benchmarks/memory.py --small 10000 --large 1000000
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from apply import command, newest, project_of
from world import build


def peaks(folder: Path, rows: int) -> dict[str, float]:
    """Plan and apply one change set of so many rows; give each command's peak in megabytes."""
    base = folder / f"base-{rows}.db"
    build(base, rows)
    project = project_of(folder / f"project-{rows}", base)
    command(project, "init-target", "--sign-with", "wang.qiang")
    found = {"plan": command(project, "plan", "1")[1]}
    change_set = newest(project)
    command(project, "approve", change_set, "--sign-with", "zhang.min")
    found["apply"] = command(project, "apply", change_set, "--sign-with", "wang.qiang")[1]
    found["verify"] = command(project, "verify", "--data")[1]
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", type=int, default=10_000)
    options.add_argument("--large", type=int, default=1_000_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hffix-memory-") as name:
        small, large = (peaks(Path(name), rows) for rows in (given.small, given.large))
    print(f"{'':8} {given.small:>12,} {given.large:>12,}  more")
    for verb, few in small.items():
        print(f"{verb:8} {few:9.0f} MB {large[verb]:9.0f} MB  {large[verb] - few:.0f} MB")


if __name__ == "__main__":
    main()
