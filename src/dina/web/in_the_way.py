"""What stands in the way of taking changes back, told so that somebody can do something about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from dina.web import texts
from dina.web.generic.naming import titles
from dina.web.rendering import address, registry_of
from dina.web.texts import N_, Counted

SHOWN = 50
"""Records that are named; the others are counted."""
LATER = N_("changed since by {who}")
PURGED = N_("removed for good")
USED = Counted("used by {n} record", "used by {n} records")


@dataclass(frozen=True)
class Obstacle:
    """A record that cannot be as it was, and why."""

    name: str
    kind: str
    href: str
    why: str
    at: str = ""


async def obstacles(request: Request, conflicts: Sequence[Mapping[str, Any]]) -> list[Obstacle]:
    """The first conflicts of the preview of an undo (`change-set/{id}/undo`) in words."""
    registry, language = await registry_of(request), request.state.language
    shown = conflicts[:SHOWN]
    names: dict[str, str] = {}
    for type_ in sorted({one["type"] for one in shown} & set(registry.types)):
        ids = {one["id"] for one in shown if one["type"] == type_}
        names |= await titles(request, registry.types[type_], ids)
    found: list[Obstacle] = []
    for one in shown:
        view = registry.types.get(one["type"])
        why: Mapping[str, Any] = one["conflict"]
        found.append(
            Obstacle(
                names.get(one["id"]) or one["id"][:8], view.facts["label"][language] if view else one["type"],
                address(language, one["type"], one["id"]) if view else "", reason(language, why), why.get("at") or "",
            )
        )  # fmt: skip
    return found


def reason(language: str, why: Mapping[str, Any]) -> str:
    match why["reason"]:
        case "changed-later":
            return texts.translate(language, LATER, who=why["by"])
        case "referenced":
            return texts.translate(language, USED, n=sum(why["references"].values()))
        case _:
            return texts.translate(language, PURGED)
