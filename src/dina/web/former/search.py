"""`?queryTree=` of a former address: the same search in our list, as text of its box or as its filters."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from dina.client import ApiError
from dina.web.generic.asked import asked
from dina.web.generic.filters import Filter, Place, made
from dina.web.rendering import client_of, registry_of, say
from dina.web.texts import N_

BOXED = "material-sample"
"""Lists of this type have the box of the search; those of others have filters, all of which are met."""
MOST = 100_000
NOT_TAKEN = N_("The search in the former address could not be taken over; this is the whole list.")
PARTLY = N_("Of the search in the former address this could not be taken over: {parts}.")
OPS = {
    "contains": "CONTAINS", "prefix": "STARTS", "eq": "IS", "in": "ANY", "ge": "FROM", "le": "TO", "exists": "FILLED",
}  # fmt: skip
NEGATED = {"IS": "NOT", "FILLED": "EMPTY"}


async def taken_over(request: Request, type_: str) -> str:
    """The query of our address, with its question mark, or nothing; what is left out is told on the next page."""
    tree = request.query_params.get("queryTree", "")
    if not tree:
        return ""
    told: dict[str, Any] = {"readable": False}
    with suppress(ApiError):
        told = await asked_of(request, type_, tree[:MOST])
    if not told["readable"]:
        say(request, NOT_TAKEN)
        return ""
    left: list[str] = list(told["leftOut"])
    pairs: list[tuple[str, str]] = []
    if type_ == BOXED:
        pairs = [("q", told["q"])] if told["q"] else []
    elif told["filter"]:
        view = (await registry_of(request)).types[type_]
        places = (await asked(request, view, {})).places
        for part in parts_of(told["filter"]):
            one = filter_of(part, places)
            if one is None:
                left.append(named(part))
            else:
                pairs.append(("f", one.text))
    if left:
        say(request, PARTLY, parts="; ".join(dict.fromkeys(left)))
    return "?" + urlencode(pairs) if pairs else ""


async def asked_of(request: Request, type_: str, tree: str) -> dict[str, Any]:
    """What the search module makes of it. Raises ApiError."""
    body = {"data": {"type": "former-search", "attributes": {"type": type_, "queryTree": tree}}}
    return (await client_of(request).request("POST", "/search/v1/search/former", body=body))["data"][
        "attributes"
    ]


def parts_of(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions that all have to be met."""
    return [part for one in tree["all"] for part in parts_of(one)] if "all" in tree else [tree]


def filter_of(part: dict[str, Any], places: dict[str, Place], prefix: str = "") -> Filter | None:
    """A condition as a filter of a list, where one says the same."""
    if "not" in part:
        one = filter_of(part["not"], places, prefix)
        return made(places, one.place.path, NEGATED.get(one.op, ""), one.value) if one else None
    if "linked" in part and part.get("least", 1) == 1 and "where" in part:
        return filter_of(part["where"], places, f"{prefix}{part['linked']}.")
    if "field" not in part:
        return None
    values = part["values"] if "values" in part else [part["value"]] if "value" in part else []
    texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
    if any("," in one or "\n" in one for one in texts[1:]):
        return None
    return made(places, prefix + part["field"], OPS.get(part["op"], ""), ",".join(texts))


def named(part: dict[str, Any]) -> str:
    """The fields of a condition, for people."""
    if "field" in part:
        return str(part["field"])
    inner = part.get("not") or part.get("where")
    if isinstance(inner, dict):
        return named(inner)
    return ", ".join(named(one) for one in part.get("any", part.get("all", ()))) or next(iter(part))
