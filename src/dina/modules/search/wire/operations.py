"""Endpoints of the wire, under `search-ws`: plain JSON in and out, the caller's rights as everywhere."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from dina.base.http import Answer
from dina.base.http.answer import dumps
from dina.base.jsonapi.operation import Call, Operation
from dina.base.jsonapi.writing.changes import top_object
from dina.base.text import Text
from dina.modules.search import engine
from dina.modules.search.engine.model import Found, Search
from dina.modules.search.engine.view import TypeFields
from dina.modules.search.operations.searching import Desk, desk
from dina.modules.search.wire import answering, asking, completing
from dina.modules.search.wire.asking import MAX_SIZE, Asked
from dina.modules.search.wire.faults import refused
from dina.modules.search.wire.indexes import Index, indexes_named
from dina.modules.search.wire.mapping import mapping

PLAIN = b"application/json"
FAR, FARTHEST = 100_000, 2_000_000
"""How far the engine counts hits off, and how far it is gone by cursor for one page."""
INDEX = {
    "indexName": Text("Index, or several with commas between", "Index, ou plusieurs séparés par des virgules")
}


def plain(value: Any) -> Answer:
    return Answer(200, dumps(value), content_type=PLAIN)


def known(at: Desk, index: Index) -> TypeFields | None:
    """The fields of an index; None where the module that has its records is not served."""
    return TypeFields(at.registry, index.type) if index.type in at.registry.fields.prefixes else None


def served(at: Desk, indexes: list[Index]) -> list[tuple[Index, TypeFields]]:
    """Those of the indexes whose records are here."""
    return [(index, fields) for index in indexes if (fields := known(at, index)) is not None]


async def page_of(at: Desk, wanted: Search) -> Found:
    """The page of a search, also one far from the start: that is gone to by cursor, a stretch at a time."""
    if wanted.offset <= FAR:
        return await engine.search(at.connection, at.registry, at.sight, wanted)
    if wanted.offset > FARTHEST:
        raise refused("/from", "wire.deepPage", "BAD_PARAMETER", limit=FARTHEST)
    whole = await engine.search(at.connection, at.registry, at.sight, replace(wanted, offset=0, limit=0))
    here = replace(wanted, offset=FAR - 1, limit=1, facets=(), highlight=False, exact_total=False)
    gone = FAR
    found = await engine.search(at.connection, at.registry, at.sight, here)
    while found.next is not None and gone < wanted.offset:
        step = min(MAX_SIZE, wanted.offset - gone)
        gone += step
        here = replace(here, offset=0, after=found.next, limit=step)
        found = await engine.search(at.connection, at.registry, at.sight, here)
    if found.next is None or wanted.limit == 0:
        return replace(whole, hits=[])
    last = replace(here, after=found.next, limit=wanted.limit, highlight=wanted.highlight)
    return replace(whole, hits=(await engine.search(at.connection, at.registry, at.sight, last)).hits)


async def search(call: Call) -> Answer:
    """`POST /search-ws/search?indexName=`: a query document, answered as the reference answers it."""
    began = time.perf_counter()
    indexes = indexes_named(call.parameter("indexName"))
    body = top_object(await call.request.body())
    async with desk(call) as at:
        answered: list[tuple[Asked, Found]] = []
        for asked in asking.read_several(body, served(at, indexes)):
            answered.append((asked, await page_of(at, asked.search)))
    return plain(answering.answer(answered, round((time.perf_counter() - began) * 1000)))


async def count(call: Call) -> Answer:
    """`POST /search-ws/count?indexName=`: how many records a query finds, exactly."""
    indexes = indexes_named(call.parameter("indexName"))
    body = top_object(await call.request.body())
    total = 0
    async with desk(call) as at:
        for index in indexes:
            if (fields := known(at, index)) is not None:
                tree = asking.read_count(body, index, fields)
                types = (index.type,)
                total += (await engine.count(at.connection, at.registry, at.sight, types, tree, exact=True))[
                    0
                ]
    return plain({"count": total})


async def auto_complete(call: Call) -> Answer:
    """`GET /search-ws/auto-complete`: records with a word that begins so in one or two fields."""
    (index, *_) = indexes_named(call.parameter("indexName"))
    async with desk(call) as at:
        fields = known(at, index)
        if fields is None:
            return plain({"hits": []})
        wanted, told = completing.read(call.parameter, index, fields)
        found = await engine.search(at.connection, at.registry, at.sight, wanted)
    return plain(completing.answer(index, found, told))


async def describe(call: Call) -> Answer:
    """`GET /search-ws/mapping?indexName=`: the fields of an index."""
    (index, *_) = indexes_named(call.parameter("indexName"))
    async with desk(call) as at:
        fields = known(at, index)
        empty: dict[str, Any] = {"index_name": index.name, "attributes": [], "relationships": []}
        return plain(mapping(index, fields) if fields is not None else empty)


OPERATIONS = (
    Operation(
        "POST", "/search-ws/search", search,
        Text("Search by a query document", "Rechercher par un document de requête"), "search-ws", parameters=INDEX,
        asks=True,
    ),
    Operation(
        "POST", "/search-ws/count", count,
        Text("Count by a query document", "Compter par un document de requête"), "search-ws", parameters=INDEX,
        asks=True,
    ),
    Operation(
        "GET", "/search-ws/auto-complete", auto_complete,
        Text("Complete a name", "Compléter un nom"), "search-ws",
        parameters={
            **INDEX,
            "prefix": Text("What was begun", "Ce qui est commencé"),
            "autoCompleteField": Text("Field", "Champ"),
            "additionalField": Text("Another field", "Un autre champ"),
            "group": Text("Group of the records", "Groupe des fiches"),
            "restrictedField": Text("Field with a given value", "Champ d’une valeur donnée"),
            "restrictedFieldValue": Text("Its value", "Sa valeur"),
        },
    ),
    Operation(
        "GET", "/search-ws/mapping", describe, Text("Fields of an index", "Champs d’un index"), "search-ws", parameters=INDEX,
    ),
)  # fmt: skip
