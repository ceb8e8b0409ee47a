"""Fight many seeds: python -m tests.fire --seeds 1000 [--engine postgresql] [--from 1]; each is named.

A seed chooses what the writers do and how the rows begin; who comes first is left to the machine, so a seed that failed
may have to be run a few times to fail again.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.conformance.conftest import ENGINES, engine_named
from tests.fire.fire import fight


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=1000)
    options.add_argument("--from", type=int, default=1, dest="first")
    options.add_argument("--engine", choices=tuple(ENGINES), action="append")
    given = options.parse_args()
    for name in given.engine or ENGINES:
        engine = engine_named(name)
        written = applied = conflicts = 0
        for seed in range(given.first, given.first + given.seeds):
            try:
                with tempfile.TemporaryDirectory() as folder, engine.fresh(Path(folder)) as database:
                    fought = fight(database, Path(folder) / "office", seed=seed)
            except BaseException:
                sys.stderr.write(f"again with: python -m tests.fire --engine {name} --seeds 1 --from {seed}\n")
                raise
            written, applied = written + fought.written, applied + fought.applied
            conflicts += fought.conflicts
            told = f"{fought.written} writes beside {fought.applied} applied rows, {fought.conflicts} conflicts"
            sys.stdout.write(f"{name} seed {seed}: {told}\n")
            sys.stdout.flush()
        told = f"{written:,} writes beside {applied:,} applied rows, {conflicts:,} conflicts"
        sys.stdout.write(f"{name}, {given.seeds:,} seeds from {given.first}: {told}\n")


if __name__ == "__main__":
    main()
