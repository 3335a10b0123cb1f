"""Endpoints that search: records, how many, values, suggestions, places on a map, fields."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.search import engine
from dina.modules.search.engine import Registry, Search, Sight, registry_of
from dina.modules.search.engine.view import TypeFields
from dina.modules.search.index.numbers import presence_of
from dina.modules.search.index.store import sql
from dina.modules.search.operations import forms, kept
from dina.modules.search.query.names import names_of
from dina.modules.search.query.parsed import Parsed
from dina.modules.search.query.saying import FilterChip


@dataclass(frozen=True, slots=True)
class Desk:
    """What a question is answered with."""

    connection: AsyncConnection[Any]
    registry: Registry
    sight: Sight


@asynccontextmanager
async def desk(call: Call) -> AsyncIterator[Desk]:
    async with call.service.pools.read.connection() as connection:
        registry = await registry_of(call.service, connection)
        yield Desk(connection, registry, Sight.of(call.request.caller))


def understood(call: Call, parsed: Parsed | None) -> dict[str, Any]:
    """How the text of the box was read: its parts, and what was not understood."""
    if parsed is None:
        return {}
    language = call.request.language
    return {
        "chips": [
            {
                "text": one.text, "start": one.start, "end": one.end, "kind": one.kind,
                "label": one.label.in_language(language), "without": one.without,
            }
            for one in parsed.chips
        ],
        "doubts": [{"message": one.sentence(language), "start": one.start, "end": one.end} for one in parsed.doubts],
    }  # fmt: skip


def told_filter(call: Call, chips: list[FilterChip]) -> dict[str, Any]:
    """The parts of the filter in words."""
    language = call.request.language
    told = [{"pointer": one.pointer, "label": one.label.in_language(language)} for one in chips]
    return {"filterChips": told} if told else {}


async def search(call: Call) -> Answer:
    """`POST /search`: a page of records with total, facets and the cursor of the next page."""
    given = call.attributes
    page = given.get("page", {})
    async with desk(call) as at:
        tree, parsed = await kept.trees_of(call, at.registry, given)
        types = forms.types_of(given)
        chips = forms.chips_of(at.registry, given)
        found = await engine.search(
            at.connection, at.registry, at.sight,
            Search(
                types, tree, forms.sorts_of(given.get("sort", ())), page.get("limit", 20), page.get("offset", 0),
                page.get("after"), tuple(given.get("fields", ())),
                forms.facets_of(at.registry, types, given.get("facets", ())), given.get("highlight", False),
                given.get("exactTotal", False),
            ),
        )  # fmt: skip
    return call.answer(
        {
            "total": found.total,
            "exact": found.exact,
            "hits": [
                {
                    "type": one.type, "id": one.id, "score": one.score, "document": one.document,
                    **({"highlight": one.highlight} if given.get("highlight") else {}),
                }
                for one in found.hits
            ],
            "facets": found.facets,
            "next": found.next,
            **understood(call, parsed),
            **told_filter(call, chips),
        }
    )  # fmt: skip


async def count(call: Call) -> Answer:
    """`POST /search/count`: how many; beyond 100,000 a lower bound unless an exact number is asked for."""
    async with desk(call) as at:
        tree, _ = await kept.trees_of(call, at.registry, call.attributes)
        types = forms.types_of(call.attributes)
        total, exact = await engine.count(
            at.connection, at.registry, at.sight, types, tree, exact=call.attributes.get("exactTotal", False)
        )
    return call.answer({"total": total, "exact": exact})


async def distinct(call: Call) -> Answer:
    """`POST /search/distinct`: the values of a field with their numbers; near-equal ones together if asked."""
    given = call.attributes
    async with desk(call) as at:
        tree, _ = await kept.trees_of(call, at.registry, given)
        values = await engine.distinct(
            at.connection, at.registry, at.sight, forms.types_of(given), given["field"], tree=tree,
            limit=given.get("limit", 1000),
        )  # fmt: skip
    told: dict[str, Any] = {"values": [{"value": value, "count": number} for value, number in values]}
    if "clusters" in given:
        told["clusters"] = [
            {"key": one.key, "values": [{"value": value, "count": number} for value, number in one.values]}
            for one in engine.clusters(values, given["clusters"])
        ]
    return call.answer(told)


async def suggest(call: Call) -> Answer:
    """`GET /search/suggest?type=&field=&prefix=`: values that complete what was begun."""
    type_, field = required(call, "type"), required(call, "field")
    prefix = (call.parameter("prefix") or "")[:200].replace("\x00", "")
    size = call.parameter("size") or "10"
    if not size.isascii() or not size.isdecimal() or not 1 <= int(size[:4]) <= 50:
        raise Problem(Error("BAD_PARAMETER", key="search.size", values={"limit": 50}, parameter="size"))
    async with desk(call) as at:
        forms.checked_types(at.registry, [type_])
        found = await engine.suggest(
            at.connection, at.registry, at.sight, (type_,), field, prefix, size=int(size)
        )
    return call.answer({"suggestions": [{"value": one.value, "count": one.count} for one in found]})


async def tile(call: Call) -> Answer:
    """`POST /search/tiles`: the records found in one tile of a map, as clusters."""
    given = call.attributes
    async with desk(call) as at:
        tree, _ = await kept.trees_of(call, at.registry, given)
        place = (given["zoom"], given["x"], given["y"])
        found = await engine.tile(at.connection, at.registry, at.sight, forms.types_of(given), place, tree)
    return call.answer(
        {
            "clusters": [
                {"lon": one.lon, "lat": one.lat, "count": one.count, "id": one.id} for one in found.spots
            ],
            "exact": found.exact,
        }
    )


async def fields(call: Call) -> Answer:
    """`GET /fields?type=`: what can be searched, and how many of the records one may see have a value there.

    `links` are relationships that can be asked for, `names` the short names of the search box with their fields.
    """
    type_ = required(call, "type")
    language = call.request.language
    async with desk(call) as at:
        forms.checked_types(at.registry, [type_])
        numbers = at.registry.numbers
        seen, values = at.sight.condition()
        generation = await (await at.connection.execute("SELECT generation FROM search.state")).fetchone()
        assert generation is not None
        presence = {presence_of(n): path for (t, path), n in numbers.known.items() if t == type_}
        cursor = await at.connection.execute(
            sql(
                f"SELECT term, sum(n) FROM search.usage_{generation[0]} WHERE term = ANY(%(presence)s) AND {seen} "
                "GROUP BY term HAVING sum(n) > 0"
            ),
            {**values, "presence": list(presence)},
        )
        counts = {presence[term]: int(n) for term, n in await cursor.fetchall()}
        told = [
            {
                "path": path, "kind": at.registry.kind(type_, fact), "label": fact.label.in_language(language),
                "many": fact.many, "term": fact.term, "records": counts.get(path, 0), "of": list(fact.chain),
            }
            for path, fact in at.registry.of(type_).items()
            # What is below maps is told only where somebody may see a value of it.
            if fact.declared or path in counts
        ]  # fmt: skip
        known = TypeFields(at.registry, type_)
        links = [
            {"path": path, "label": fact.label.in_language(language), "many": fact.many}
            for path, fact in at.registry.fields.links(type_).items()
        ]
        names = [
            {
                "name": one.spellings(language)[0],
                "label": one.label.in_language(language),
                "paths": list(one.paths),
            }
            for one in dict.fromkeys(names_of(known).by_spelling.values())
            if one.paths
        ]
    return call.answer({"fields": told, "links": links, "names": names})


def required(call: Call, name: str) -> str:
    found = call.parameter(name)
    if not found:
        raise Problem(Error("BAD_PARAMETER", key="search.missing", values={"name": name}, parameter=name))
    return found


OPERATIONS = (
    Operation(
        "POST", "/search", search, Text("Search records", "Rechercher des fiches"), "search", body=forms.SearchForm,
        asks=True,
    ),
    Operation(
        "POST", "/search/count", count, Text("Count records", "Compter des fiches"), "search-count", body=forms.CountForm,
        asks=True,
    ),
    Operation(
        "POST", "/search/distinct", distinct,
        Text("The values of a field among records", "Les valeurs d’un champ parmi des fiches"), "search-distinct",
        body=forms.DistinctForm, asks=True,
    ),
    Operation(
        "GET", "/search/suggest", suggest, Text("Complete a value", "Compléter une valeur"), "search-suggestion",
        parameters={
            "type": Text("Kind of record", "Genre de fiche"), "field": Text("Field", "Champ"),
            "prefix": Text("What was begun", "Ce qui est commencé"),
            "size": Text("How many, 10 unless said", "Combien, 10 par défaut"),
        },
    ),
    Operation(
        "POST", "/search/tiles", tile, Text("Records on a map tile", "Fiches sur une tuile de carte"), "search-tile",
        body=forms.TileForm, asks=True,
    ),
    Operation(
        "GET", "/fields", fields, Text("Fields that can be searched", "Champs que l’on peut chercher"), "search-fields",
        parameters={"type": Text("Kind of record", "Genre de fiche")},
    ),
)  # fmt: skip
