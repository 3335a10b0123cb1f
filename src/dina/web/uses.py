"""How often records are referred to, in all modules, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request

from dina.client import ApiError
from dina.client.references import Place, condition, inside
from dina.web import texts
from dina.web.registry import Registry, TypeView
from dina.web.rendering import client_of, registry_of

CLEANED = (
    "collecting-event", "material-sample", "storage-unit", "person", "collection", "project", "site",
    "geological-context", "observation",
)  # fmt: skip
"""Kinds of records whose values are brought together on the page of clean-up."""
Uses = dict[str, int]
"""By type, how many records refer to one."""


async def uses_of(request: Request, type_: str, id_: str, *, outside: bool = False) -> Uses:
    """How many records of each type refer to a record; with `outside` only through what its own module does not guard."""
    registry = await registry_of(request)
    counts: Uses = {}
    for name, places in registry.places(type_).items():
        asked = [one for one in places if one.external or not one.linking] if outside else places
        if asked and (number := await count(request, registry.types[name], asked, id_)):
            counts[name] = number
    return counts


async def count(request: Request, view: TypeView, places: Sequence[Place], id_: str) -> int:
    client, fiql = client_of(request), condition(places, [id_])
    try:
        if fiql is not None:
            answer = await client.request("GET", f"{view.path}/count", params={"fiql": fiql})
            return int(answer["data"]["attributes"]["value"])
        # What cannot be asked for stands in few records.
        number = 0
        async for one in client.every(view.path, {}):
            number += any(id_ in inside(one.attributes, place.path.split(".")) for place in places)
        return number
    except ApiError:
        return 0


def in_words(registry: Registry, language: str, counts: Mapping[str, int]) -> str:
    """ "52 collecting events, 3 organisms"; the most first."""
    said: list[str] = []
    for name, number in sorted(counts.items(), key=lambda one: -one[1]):
        facts = registry.types[name].facts
        several = texts.Counted(facts["label"][language], facts["plural"][language]).of(language, number)
        said.append(f"{texts.number(language, number)} {several[:1].lower()}{several[1:]}")
    return ", ".join(said)
