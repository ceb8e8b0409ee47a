"""Events: every call of a command leaves one line, in the target it may write or in a file of the project.

They are messages, outside the chain: they tell who tried what, also where it was refused, and prove nothing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from hffix.errors import HffixError
from hffix.model import moment
from hffix.store import events
from hffix.store.events import Event
from hffix.store.projects import Project
from hffix.workflow.setting import Setting

# A name of a person or a host, however it came here, must not begin a line or move a cursor.
_ACTING: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def make_event(*, command: str, subject: str | None, outcome: str, person: str, host: str) -> Event:
    """Make the event of a call that ends now, by this machine's clock."""
    return Event(
        time=moment.write(datetime.now(UTC)),
        person=_ACTING.sub("?", person),
        host=_ACTING.sub("?", host),
        command=command,
        subject=subject,
        outcome=outcome,
    )


def leave_in_file(project: Project, event: Event) -> None:
    """Leave an event in the project's own file: of a call that only read, or that could not reach its target."""
    events.append(project, event)


def who_calls(setting: Setting) -> str:
    """Name who gives a command, as a plan would name him; where the answers contradict each other, his account."""
    try:
        return setting.planner(setting.policy_if_any())
    except HffixError:
        return account_of(setting.environment, host=setting.host)


def account_of(environment: Mapping[str, str], *, host: str) -> str:
    """Name an account of this machine, which is nobody's name in the policy."""
    return f"{environment.get('USER', 'unknown')}@{host}"
