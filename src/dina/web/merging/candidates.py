"""Records that may be the same: all of a type by their names, and those that one is to be merged with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Resource
from dina.web.generic import filters
from dina.web.generic.filters import escaped
from dina.web.generic.naming import titles
from dina.web.registry import TypeView
from dina.web.rendering import address, client_of, registry_of, render, view_of
from dina.web.values import title_of

METHODS = ("fingerprint", "ngram")
"""The same words in any order; nearly the same letters."""
MOST = 100
"""Groups that are shown at once."""
FOUND = 20
PERSON = "person"
SEVERAL = re.compile(r"[&;|/\[\d]|\b(?:and|et|und|y)\b")
"""What stands in the names of several people, or of what is no name of a person."""


async def listing(request: Request) -> Response:
    """Groups of records with the same or nearly the same names."""
    view = await view_of(request)
    if not (await registry_of(request)).mergeable(view.type):
        raise HTTPException(404)
    language = request.state.language
    groups = await near(request, view)
    found = await of_names(request, view, [name for group in groups for name in group])
    alike = [[one for name in group for one in found.get(name, [])] for group in groups]
    alike = [group for group in alike if len(group) > 1]
    return render(
        request, "merging/duplicates.html", view=view, groups=alike[:MOST], total=len(alike),
        title=lambda one: title_of(view, one, language),
        crumbs=[(view.facts["plural"][language], address(language, view.type))],
    )  # fmt: skip


async def near(request: Request, view: TypeView) -> list[list[str]]:
    """Names that go together, by either method; none where the search does not know the type."""
    groups: list[set[str]] = []
    for method in METHODS:
        given = {"type": view.type, "field": view.facts["title"], "limit": 5000, "clusters": method}
        body = {"data": {"type": "search-distinct", "attributes": given}}
        try:
            answer = await client_of(request).request("POST", "/search/v1/search/distinct", body=body)
        except ApiError:
            return []
        told: dict[str, Any] = answer["data"]["attributes"]
        groups += [{one["value"] for one in told["values"] if one["value"] == v["value"]} for v in told["values"] if v["count"] > 1]  # fmt: skip
        groups += [{one["value"] for one in cluster["values"]} for cluster in told.get("clusters", ())]
        if view.type == PERSON and method == METHODS[0]:
            groups += with_initials([one["value"] for one in told["values"]])
    return [sorted(one) for one in joined(groups)]


def with_initials(names: Sequence[str]) -> list[set[str]]:
    """Names of people with the same family name and the same first initial."""
    found: dict[tuple[str, str], set[str]] = {}
    for name in names:
        if key := family_and_initial(name):
            found.setdefault(key, set()).add(name)
    return [group for group in found.values() if len(group) > 1]


def family_and_initial(name: str) -> tuple[str, str] | None:
    """ "Roy, Ada" and "A. Roy" alike; nothing for a name of one word and for several people."""
    if SEVERAL.search(name) or name.count(",") > 1:
        return None
    family, comma, given = name.partition(",")
    if not comma:
        given, _, family = name.strip().rpartition(" ")
    letters = [one for one in unicodedata.normalize("NFKD", given).casefold() if one.isalpha()]
    family = "".join(c for c in unicodedata.normalize("NFKD", family).casefold() if c.isalpha())
    return (family, letters[0]) if letters and len(family) > 1 else None


def joined(groups: Sequence[set[str]]) -> list[set[str]]:
    """Groups that share a name are one."""
    found: list[set[str]] = []
    for group in groups:
        shared = [one for one in found if one & group]
        found = [one for one in found if not one & group] + [group.union(*shared)]
    return sorted(found, key=lambda one: min(one).casefold())


async def of_names(request: Request, view: TypeView, names: Sequence[str]) -> dict[str, list[Resource]]:
    title = view.facts["title"]
    found: dict[str, list[Resource]] = {}
    for start in range(0, len(names), 50):
        wanted = ",".join(escaped(name) for name in names[start : start + 50])
        params = {"fiql": f"{title}=in=({wanted})", "page[limit]": 200, "sort": title}
        for one in (await client_of(request).get(view.path, params)).data:
            found.setdefault(str(one.attributes[title]), []).append(one)
    return found


async def choose(request: Request, view: TypeView, ids: Sequence[str]) -> Response:
    """The page on which the record to merge with is searched."""
    language = request.state.language
    text = request.query_params.get("q", "").strip()[:100]
    names = await titles(request, view, set(ids)) if ids else {}
    if ids and not names:
        raise HTTPException(404)
    found: list[Resource] = []
    if text:
        params: dict[str, Any] = {"page[limit]": FOUND + 1}
        if view.searched():
            params["fiql"] = filters.text_filter(view, text)
        page = await client_of(request).get(view.path, params)
        found = [one for one in page.data if one.id not in ids][:FOUND]
    return render(
        request, "merging/choose.html", view=view, id=ids[0] if ids else "", name=names.get(ids[0], "") if ids else "",
        text=text, found=found, title=lambda one: title_of(view, one, language),
        crumbs=[(view.facts["plural"][language], address(language, view.type))],
    )  # fmt: skip
