"""Repeat: plan the same fix in a second process, with another hash seed, time zone and locale, to compare the roots.

The seed of the salts and the facts go through stdin: arguments can be seen by everybody on the machine.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hffix.authoring.loading import find_script, load
from hffix.database import open_for_reading
from hffix.errors import HffixError
from hffix.errors.fixes import NotRepeatable
from hffix.store import changesets
from hffix.store.projects import find_project
from hffix.workflow.bind import bind
from hffix.workflow.given import give
from hffix.workflow.plan import draft_lines
from hffix.workflow.setting import Setting

OTHERWISE: Final = {"TZ": "Asia/Kathmandu", "LC_ALL": "C"}
HASH_SEEDS: Final = ("1", "2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Plans one fix again; called with the first plan's seed it gives the root and the root of the unresolved rows."""

    setting: Setting
    fix: str
    params: Mapping[str, str]

    def __call__(self, seed: bytes) -> tuple[str, str]:
        """Plan again and give both roots; refuse a fix that fails where it did not fail before."""
        facts = {
            "folder": str(self.setting.folder),
            "target": self.setting.target.name,
            "fix": self.fix,
            "seed": seed.hex(),
            "params": dict(self.params),
        }
        done = subprocess.run(
            [sys.executable, "-P", "-m", "hffix.workflow.repeat"],
            input=json.dumps(facts).encode(),
            env={**self.setting.environment, **OTHERWISE, "PYTHONHASHSEED": self._hash_seed()},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise NotRepeatable(f"planned again in a second process, it ended with status {done.returncode}")
        told = json.loads(done.stdout)
        if "refused" in told:
            raise NotRepeatable(f"planned again in a second process, the fix was refused: {told['refused']}")
        return told["root"], told["unresolved"]

    def _hash_seed(self) -> str:
        mine = self.setting.environment.get("PYTHONHASHSEED")
        return next(seed for seed in HASH_SEEDS if seed != mine)


def draft_again(facts: dict[str, Any]) -> dict[str, str]:
    """Draft the lines of the plan once more, keep none of them, and give their roots."""
    project = find_project(Path(facts["folder"]))
    setting = Setting(project=project, target=project.target(facts["target"]), environment=os.environ, host="")
    try:
        script = load(find_script(project.fixes, facts["fix"]))
        with (
            open_for_reading(setting.url, folder=setting.folder) as snapshot,
            changesets.draft(project.changesets) as draft,
        ):
            seed = bytes.fromhex(facts["seed"])
            given = give(project, script, snapshot, params=facts["params"], seed=seed)
            binding = bind(script, snapshot, params=given.bound)
            draft_lines(setting, script, snapshot, binding=binding, given=given, seed=seed, draft=draft)
            return {"root": draft.sums.root, "unresolved": draft.sums.unresolved.root}
    except HffixError as refused:
        return {"refused": refused.message}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(draft_again(json.load(sys.stdin))))
