"""Rules of what has become of a sample, and of what is to be done with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from dina.base.errors import Error
from dina.base.resource import Draft
from dina.base.resource.rules import broken

STATE, CHANGED = "materialSampleState", "stateChangedOn"


def note_state_change(draft: Draft) -> None:
    """The day on which the state changed is today unless the request says another."""
    before = draft.previous["attributes"].get(STATE) if draft.previous is not None else None
    if (draft.get(STATE) or None) != before and CHANGED not in draft.sent:
        draft.attributes[CHANGED] = dt.datetime.now(dt.UTC).date().isoformat()


def actions_say_something(draft: Draft) -> Iterable[Error]:
    """A scheduled action says what is to be done; it is assigned to a user."""
    if not draft.changed("scheduledActions"):
        return
    for position, action in enumerate(draft.get("scheduledActions") or []):
        pointer = f"/attributes/scheduledActions/{position}"
        if not any(str(action.get(name) or "").strip() for name in ("actionType", "remarks")):
            yield broken("action.unnamed", pointer)
        assigned = action.get("assignedTo")
        if assigned and (not assigned.get("id") or assigned.get("type", "user") != "user"):
            yield broken("action.assignee", f"{pointer}/assignedTo")
