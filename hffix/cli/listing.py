"""list: the fixes, and where each stands on a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call


@command()
def list_fixes(call: Call) -> Answer:
    """List the fixes, and where their change sets on the target stand; no script is run.

    --target 'city-*' lists them for every target that fits.
    """
    from hffix.cli.fitting import fitting_targets
    from hffix.cli.render_listing import listing_answer
    from hffix.workflow.listing import list_fixes

    def one(target: str | None) -> Answer:
        setting = call.setting(target=target)
        return listing_answer(list_fixes(setting), target=setting.target.name, say=call.say, width=call.width)

    named = fitting_targets(call)
    return one(call.target) if named is None else call.each(named, one, go_on=True)
