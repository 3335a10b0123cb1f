"""Where a record is used: how many records of each type point at it and through what, each a list to be opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Resource
from dina.client.references import ONE_EACH, Place
from dina.web import uses
from dina.web.custom import ITEM
from dina.web.generic.filters import escaped
from dina.web.generic.naming import UUID
from dina.web.registry import Registry, TypeView
from dina.web.rendering import address, client_of, registry_of, render, view_of
from dina.web.texts import N_
from dina.web.values import title_of

SAMPLE, ORGANISM = "material-sample", "organism"
SHOWN_OTHERWISE = ONE_EACH | {"collecting-event", "record-set"}
"""Types whose pages show what belongs to them."""
THROUGH = {
    "person": (
        (N_("Specimens collected"), "collectingEvent.collectors.id"),
        (N_("Specimens identified"), "organism.determination.determiner.id"),
    ),
    "site": ((N_("Specimens"), "collectingEvent.site.id"),),
    "expedition": ((N_("Specimens"), "collectingEvent.expedition.id"),),
}
"""Specimens that a record has to do with through others: what they are called, and the field of the search."""


@dataclass(frozen=True)
class Use:
    """So many records of a type through one of its fields; `there` is their list, if there can be one."""

    text: str
    through: str
    count: int
    there: str
    mend: str = ""
    """Where the value is replaced by another in all of them."""


def is_shown(registry: Registry, view: TypeView) -> bool:
    """Whether pages of a type have this part."""
    return view.type == ITEM or (view.type not in SHOWN_OTHERWISE and bool(registry.places(view.type)))


async def show(request: Request) -> Response:
    """A part of the record's page, or a page of its own."""
    view, id_ = await view_of(request), str(request.path_params["id"])
    if not UUID.fullmatch(id_):
        raise HTTPException(404)
    registry, language = await registry_of(request), request.state.language
    one = (await client_of(request).get(f"{view.path}/{quote(id_, safe='')}")).one
    title = title_of(view, one, language)
    found = [*await specimens(request, view.type, id_)]
    if view.type == ITEM:
        found += await said_in(request, registry, view, one)
    for name, places in registry.places(view.type).items():
        for place in places:
            if count := await uses.count(request, registry.types[name], [place], id_):
                found.append(use(registry.types[name], place, id_, count, language))
    crumbs = [
        (view.facts["plural"][language], address(language, view.type)),
        (title, address(language, view.type, id_)),
    ]
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "generic/used-part.html" if part else "generic/used.html",
        view=view,
        title=title,
        found=found,
        crumbs=crumbs,
    )


def use(view: TypeView, place: Place, id_: str, count: int, language: str) -> Use:
    top = place.path.partition(".")[0]
    fact = view.relationships.get(top) or view.attributes[top]
    path = f"{place.path}.id" if place.linking else place.path
    there = ""
    if view.type == SAMPLE and place.linking:
        there = address(language, SAMPLE) + "?" + urlencode({"q": f"{path}:={id_}"})
    elif place.filterable and view.type != SAMPLE:
        there = address(language, view.type) + "?" + urlencode({"f": f"{path}:IS:{id_}"})
    return Use(view.facts["plural"][language], fact["label"][language], count, there)


async def said_in(request: Request, registry: Registry, view: TypeView, item: Resource) -> list[Use]:
    """The fields whose values come from the vocabulary of an item, and how many records say it there."""
    client, language, key = client_of(request), request.state.language, str(item.attributes["key"])
    page = await client.get(f"{view.path}/{quote(item.id, safe='')}", {"include": "controlledVocabulary"})
    vocabulary = next(iter(page.related(page.one, "controlledVocabulary")), None)
    name = str(vocabulary.attributes["key"]) if vocabulary else ""
    found: list[Use] = []
    for other in registry.types.values():
        for path, label in worded(other, name) if name else ():
            fiql = f"{path}=={escaped(key)}"
            try:
                answer = await client.request("GET", f"{other.path}/count", params={"fiql": fiql})
            except ApiError:
                continue
            if count := int(answer["data"]["attributes"]["value"]):
                found.append(said_use(other, path, label[language], key, count, language))
    return found


def worded(view: TypeView, vocabulary: str) -> list[tuple[str, Mapping[str, str]]]:
    """The fields of a type, and members of them, whose values a vocabulary has; paths and labels."""
    found: list[tuple[str, Mapping[str, str]]] = []
    for name, fact in view.attributes.items():
        if fact.get("vocabulary") == vocabulary and fact.get("operators"):
            found.append((name, fact["label"]))
        for inner, member in (fact.get("members") or {}).items():
            if member.get("vocabulary") == vocabulary and fact.get("operators"):
                found.append((f"{name}.{inner}", member.get("label") or fact["label"]))
    return found


def said_use(view: TypeView, path: str, label: str, key: str, count: int, language: str) -> Use:
    """A value in a field: its list, and the page where it becomes another value."""
    there = address(language, view.type) + "?" + urlencode({"f": f"{path}:IS:{key}"})
    if view.type == SAMPLE:
        there = address(language, SAMPLE) + "?" + urlencode({"q": f'{path}:="{key}"'})
    type_, field = (SAMPLE, f"organism.{path}") if view.type == ORGANISM else (view.type, path)
    mend = (
        f"/{language}/clean-up?" + urlencode({"type": type_, "field": field}) if type_ in uses.CLEANED else ""
    )
    return Use(view.facts["plural"][language], label, count, there, mend)


async def specimens(request: Request, type_: str, id_: str) -> Sequence[Use]:
    """Specimens through their events and identifications, as the search counts them."""
    found: list[Use] = []
    language = request.state.language
    for text, path in THROUGH.get(type_, ()):
        q = f"{path}:={id_}"
        body = {"data": {"type": "search-count", "attributes": {"type": SAMPLE, "q": q}}}
        try:
            answer = await client_of(request).request("POST", "/search/v1/search/count", body=body)
        except ApiError:
            continue
        if count := answer["data"]["attributes"]["total"]:
            found.append(Use(text, "", count, address(language, SAMPLE) + "?" + urlencode({"q": q})))
    return found
