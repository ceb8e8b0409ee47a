"""After: fixes that must have a finished run on a lineage before another one may be planned or applied."""

from collections.abc import Sequence

from hffix.errors.fixes import AfterUnmet
from hffix.model.run import Past
from hffix.store.changesets import known_manifest
from hffix.store.projects import Project


def refuse_before(project: Project, past: Past, after: Sequence[str]) -> None:
    """Refuse where one of these fixes has no finished run on the lineage, or one that was taken back."""
    if not after:
        return
    manifests = {run.id: known_manifest(project, run.opened.manifest) for run in past.runs.values()}
    reverted = {m.reverts.number for i, m in manifests.items() if m and m.reverts and past.runs[i].applied}
    finished = {
        manifest.fix.id
        for number, manifest in manifests.items()
        if manifest
        and manifest.reverts is None
        and number not in reverted
        and (closed := past.runs[number].closed)
        and closed.state == "done"
    }
    missing = [name for name in after if name not in finished]
    if missing:
        raise AfterUnmet(f"no finished run of {', '.join(missing)} stands on this target")
