"""Apply with the whole promise, against what a careful DBA does by hand, on one generated table.

A is one raw UPDATE, B a backup table, a row trigger that logs old and new as JSON, and the UPDATE, C an ORM loop;
E is `hffix apply` as a whole command, less the time of `hffix runs`.
Run: python benchmarks/apply.py --engine postgresql --rows 100000
"""

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from servers import SERVERS, Server, orm_loop
from world import COLUMNS, FIX, TABLE, WIDE, build

POLICY = """valid_days = 30
[people]
"zhang.min" = { roles = ["leader"] }
"wang.qiang" = { roles = ["operator"] }
[[require]]
approvals = 1
roles = ["leader"]
"""
Figure = tuple[float, float]


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -65536")
    return connection


def update_sql() -> str:
    half = "id_no"
    for wide, narrow in zip(WIDE, "0123456789X", strict=True):
        half = f"REPLACE({half},'{wide}','{narrow}')"
    date = (
        "printf('%s-%02d-%02d',substr(open_date,1,4),CAST(substr(open_date,6) AS int),"
        "CAST(substr(open_date,6+instr(substr(open_date,6),'/')) AS int))"
    )
    return f"UPDATE {TABLE} SET open_date={date}, id_no={half} WHERE open_date LIKE '%/%'"


def raw_update(path: Path) -> None:
    connect(path).execute(update_sql())


def careful_dba(path: Path) -> None:
    connection = connect(path)
    connection.execute(f"CREATE TABLE bak AS SELECT * FROM {TABLE}")
    connection.execute(
        "CREATE TABLE audit_log (id INTEGER PRIMARY KEY, tbl TEXT, pk BIGINT, old TEXT, new TEXT,"
        " at TEXT DEFAULT current_timestamp)"
    )
    old, new = ("json_object(" + ",".join(f"'{c}',{p}.{c}" for c in COLUMNS) + ")" for p in ("OLD", "NEW"))
    connection.execute(
        f"CREATE TRIGGER audit_t AFTER UPDATE ON {TABLE} BEGIN"
        f" INSERT INTO audit_log(tbl,pk,old,new) VALUES ('{TABLE}',OLD.id,{old},{new}); END"
    )
    connection.execute(update_sql())


def timed(work: Callable[[], None]) -> Figure:
    """Run work in a child of its own; give its seconds and its peak memory in megabytes."""
    started = time.perf_counter()
    child = os.fork()
    if not child:
        failed = True
        try:
            work()
            failed = False
        finally:
            # Whatever happened, the child must not go on with what its parent does.
            if failed:
                traceback.print_exc()
            os._exit(failed)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit("a method failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def command(project: Path, *words: str) -> Figure:
    """Run a hffix command; give its seconds and its peak memory in megabytes."""
    # An installed package has its bytecode beside it; the first command writes what is missing.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    running = subprocess.Popen(
        [sys.executable, "-m", "hffix.cli.main", *words, "--no-input", "--json"],
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise SystemExit(f"hffix {' '.join(words)} ended with {running.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def project_of(folder: Path, database: Path) -> Path:
    """Make a project with a copy of an SQLite file as its target."""
    folder.mkdir()
    shutil.copy(database, folder / "bench.db")
    return project_on(folder, "sqlite:///bench.db")


def project_on(folder: Path, url: str) -> Path:
    """Make a project on a database."""
    folder.mkdir(exist_ok=True)
    command(folder, "init", ".")
    (folder / "hffix.toml").write_text(f'default = "main"\n[targets.main]\nurl = "{url}"\n')
    lines = []
    for person in ("zhang.min", "wang.qiang"):
        key = folder / person
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", key], check=True)
        kind, blob, *_ = key.with_suffix(key.suffix + ".pub").read_text().split()
        lines.append(f'{person} namespaces="hffix" {kind} {blob}\n')
    (folder / "approvals" / "allowed_signers").write_text("".join(lines))
    (folder / "approvals" / "policy.toml").write_text(POLICY)
    (folder / "fixes" / "0001_bench.py").write_text(FIX)
    return folder


def newest(project: Path) -> str:
    folders = sorted((project / "changesets").glob("[0-9a-f]*"), key=lambda folder: folder.stat().st_mtime)
    return folders[-1].name


def measure_hffix(project: Path) -> dict[str, Figure]:
    operator, leader = ("--sign-with", "wang.qiang"), ("--sign-with", "zhang.min")
    command(project, "init-target", *operator)
    found = {"plan": command(project, "plan", "1")}
    change_set = newest(project)
    command(project, "approve", change_set, *leader)
    found["apply"] = command(project, "apply", change_set, *operator)
    idle = command(project, "runs")
    found["verify"] = command(project, "verify", "--data")
    command(project, "rollback", "2")
    inverse = newest(project)
    command(project, "approve", inverse, *leader)
    found["rollback"] = command(project, "apply", inverse, *operator)
    return {name: (seconds - idle[0], memory) for name, (seconds, memory) in found.items()}


def once_on(server: Server, base: str, scratch: Path) -> dict[str, Figure]:
    """Measure every method once, each on a copy of its own."""
    found: dict[str, Figure] = {}
    for name, method in (("A", server.raw_update), ("B", server.careful_dba), ("C", orm_loop)):
        with server.fresh(base) as url:
            found[name] = timed(partial(method, url))
    with server.fresh(base) as url:
        found |= measure_hffix(project_on(scratch / "project", url))
    shutil.rmtree(scratch / "project")
    return found


def once(base: Path, scratch: Path) -> dict[str, Figure]:
    """Measure every method once on SQLite."""
    found: dict[str, Figure] = {}
    for name, method in (("A", raw_update), ("B", careful_dba), ("C", lambda path: orm_loop(f"sqlite:///{path}"))):
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            path = Path(folder) / "bench.db"
            shutil.copy(base, path)
            os.sync()
            found[name] = timed(partial(method, path))
    os.sync()
    found |= measure_hffix(project_of(scratch / "project", base))
    shutil.rmtree(scratch / "project")
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument(
        "--folder", type=Path, help="where the tables are made; the system's temporary folder if left out"
    )
    options.add_argument("--engine", choices=("sqlite", *SERVERS), default="sqlite")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hffix-bench-", dir=given.folder) as name:
        if given.engine == "sqlite":
            version, base = f"SQLite {sqlite3.sqlite_version}", Path(name) / "base.db"
            build(base, given.rows)
            runs = [once(base, Path(name)) for _ in range(given.repeat)]
        else:
            server = SERVERS[given.engine]()
            version = server.version()
            with server.base(given.rows) as url:
                runs = [once_on(server, url, Path(name)) for _ in range(given.repeat)]
    figures = {
        method: (statistics.median(run[method][0] for run in runs), max(run[method][1] for run in runs))
        for method in runs[0]
    }
    print(f"{version}, {given.rows:,} rows, median of {given.repeat}")
    print(f"{'':10} {'s':>8} {'rows/s':>10} {'x A':>6} {'x B':>6} {'MB':>5}")
    for method, (seconds, memory) in figures.items():
        a, b = seconds / figures["A"][0], seconds / figures["B"][0]
        print(f"{method:10} {seconds:8.2f} {given.rows / seconds:10,.0f} {a:6.2f} {b:6.2f} {memory:5.0f}")
    print(f"C : apply = {figures['C'][0] / figures['apply'][0]:.2f}")


if __name__ == "__main__":
    main()
