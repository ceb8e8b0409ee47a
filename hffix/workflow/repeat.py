"""Repeat: plan the same fix in a second process, with another hash seed, time zone and locale, to compare the roots.

Both see one state of the target where the engine can share it, as PostgreSQL can. Elsewhere the second process, which
waits ready, takes its own at the same moment, and both note what they read: so rows that somebody changed in between
are not taken for a fix that cannot be repeated. The seed of the salts and the facts go through stdin: arguments can be
seen by everybody on the machine.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final, cast

from hffix.authoring.loading import find_script, load
from hffix.database import Snapshot, open_for_reading
from hffix.database.session import Row, Selected
from hffix.errors import HffixError
from hffix.errors.fixes import NotRepeatable, PlanOvertaken
from hffix.store import changesets
from hffix.store.projects import find_project
from hffix.workflow.bind import bind
from hffix.workflow.given import give
from hffix.workflow.plan import draft_lines
from hffix.workflow.setting import Setting

OTHERWISE: Final = {"TZ": "Asia/Kathmandu", "LC_ALL": "C"}
HASH_SEEDS: Final = ("1", "2")
_READY: Final = "ready\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Plans one fix again, in a process of its own."""

    setting: Setting
    fix: str
    params: Mapping[str, str]

    @contextmanager
    def beside(self) -> Iterator["Second"]:
        """Start the second process, and wait until it can take its snapshot at a word."""
        facts = {
            "folder": str(self.setting.folder),
            "target": self.setting.target.name,
            "fix": self.fix,
            "params": dict(self.params),
        }
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "hffix.workflow.repeat"],
            env={**self.setting.environment, **OTHERWISE, "PYTHONHASHSEED": self._hash_seed()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            try:
                yield Second(process, facts)
            finally:
                process.kill()

    def _hash_seed(self) -> str:
        mine = self.setting.environment.get("PYTHONHASHSEED")
        return next(seed for seed in HASH_SEEDS if seed != mine)


class Second:
    """The second plan."""

    def __init__(self, process: "subprocess.Popen[str]", facts: Mapping[str, object]) -> None:
        self._process = process
        self._say(facts)
        self._noted: Noted | None = None
        process.stdout and process.stdout.readline()

    def begin(self, snapshot: Snapshot, *, seed: bytes) -> Snapshot:
        """Let it read the same state, and plan; give the snapshot by which the first plan notes what it reads."""
        shared = snapshot.shared()
        self._say({"seed": seed.hex(), "shared": shared})
        self._noted = Noted(snapshot)
        return self._noted.snapshot

    def compare(self, root: str, unresolved: str) -> None:
        """Refuse a fix that gave other rows, or failed where it did not fail before."""
        told, _ = self._process.communicate()
        if self._process.returncode:
            raise NotRepeatable(f"planned again in a second process, it ended with status {self._process.returncode}")
        second = json.loads(told)
        if "refused" in second:
            raise NotRepeatable(f"planned again in a second process, the fix was refused: {second['refused']}")
        if (second["root"], second["unresolved"]) == (root, unresolved):
            return
        if self._noted is None or second["read"] != self._noted.digest:
            raise PlanOvertaken("rows changed while the second of two plans took its snapshot")
        raise NotRepeatable("planned again in a second process, the fix gave other rows")

    def _say(self, word: Mapping[str, object]) -> None:
        stdin = cast("IO[str]", self._process.stdin)
        try:
            stdin.write(f"{json.dumps(word)}\n")
            stdin.flush()
        except BrokenPipeError:
            # Why it ended is told where the plans are compared.
            return


class Noted:
    """What a plan reads whatever its functions answer: the rows of its scans and of its queries, in their order."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._hash = sha256()
        self._snapshot = snapshot
        self.snapshot = cast("Snapshot", self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._snapshot, name)

    @property
    def digest(self) -> str:
        """Tell two readings apart."""
        return self._hash.hexdigest()

    def scan(self, *arguments: Any, **named: Any) -> Iterator[list[Row]]:
        """Scan, and note the rows."""
        return self._pages(self._snapshot.scan(*arguments, **named))

    def select(self, *arguments: Any, **named: Any) -> Selected:
        """Run a query, and note its rows."""
        selected = self._snapshot.select(*arguments, **named)
        return Selected(selected.names, self._pages(selected.pages))

    def _pages(self, pages: Iterator[list[Row]]) -> Iterator[list[Row]]:
        for page in pages:
            # However the engine cuts its pages.
            self._hash.update("".join(map(repr, page)).encode())
            yield page


def draft_again(facts: dict[str, Any], word: dict[str, Any]) -> dict[str, str]:
    """Draft the lines of the plan once more, keep none of them, and give their roots."""
    project = find_project(Path(facts["folder"]))
    setting = Setting(project=project, target=project.target(facts["target"]), environment=os.environ, host="")
    try:
        with (
            open_for_reading(setting.url, folder=setting.folder, shared=word["shared"]) as opened,
            changesets.draft(project.changesets) as draft,
        ):
            noted = Noted(opened)
            script = load(find_script(project.fixes, facts["fix"]))
            seed = bytes.fromhex(word["seed"])
            given = give(project, script, noted.snapshot, params=facts["params"], seed=seed)
            binding = bind(script, noted.snapshot, params=given.bound)
            draft_lines(setting, script, noted.snapshot, binding=binding, given=given, seed=seed, draft=draft)
            return {"root": draft.sums.root, "unresolved": draft.sums.unresolved.root, "read": noted.digest}
    except HffixError as refused:
        return {"refused": refused.message}


if __name__ == "__main__":
    given_facts = json.loads(sys.stdin.readline())
    sys.stdout.write(_READY)
    sys.stdout.flush()
    given_word = sys.stdin.readline()
    if given_word:
        sys.stdout.write(json.dumps(draft_again(given_facts, json.loads(given_word))))
