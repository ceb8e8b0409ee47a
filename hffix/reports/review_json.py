"""A review as JSON: the same keys in every language, and every text safe to print."""

from typing import Any

from hffix.model import canonical
from hffix.model.acts import Act
from hffix.model.canonical import Json
from hffix.reports.review import Reason, Review, Shape, next_command
from hffix.reports.safe import safe_tree


def as_json(review: Review) -> dict[str, Json]:
    """Give a review as a plain object whose keys are stable."""
    manifest: Any = canonical.decode(review.manifest.to_bytes())
    counts = manifest["counts"]
    told = safe_tree(
        {
            "change_set": review.id,
            "digest": review.digest,
            "state": review.state,
            "lacking": list(review.lacking),
            **{
                name: manifest[name]
                for name in (
                    "fix", "target", "scope", "snapshot", "planner", "irreversible", "trial", "struck", "parent",
                    "reverts", "requires", "keeps", "ensures", "side_effects",
                )
            },
            "counts": {name: count for name, count in counts.items() if isinstance(count, int)},
            "tables": {table: counts["tables"][table] for table in review.tables},
            "shapes": [_shape(shape) for shape in ((review.chosen,) if review.chosen else review.shapes)],
            "unresolved": [_reason(reason) for reason in review.reasons],
            "acts": None if review.acts is None else [_act(act) for act in review.acts],
            "cases": review.cases,
            "rows_here": review.whole,
            "erased": review.erased,
            "unmasked": review.unmasked,
            "next": next_command(review),
        }
    )  # fmt: skip
    if not isinstance(told, dict):
        raise TypeError("a review is told as an object")
    return told


def _act(act: Act) -> Json:
    return {"table": act.table, "kind": act.kind, "name": act.name, "when": act.when, "text": act.text}


def _shape(shape: Shape) -> Json:
    return {
        "number": shape.number,
        "table": shape.table,
        "kind": shape.kind,
        "column": shape.column,
        "before": shape.before,
        "after": shape.after,
        "rows": shape.rows,
        "examples": [{"key": one.key, "before": one.before, "after": one.after} for one in shape.examples],
    }


def _reason(reason: Reason) -> Json:
    return {
        "reason": reason.text,
        "rows": reason.rows,
        "examples": [{"table": table, "key": key} for table, key in reason.examples],
    }
