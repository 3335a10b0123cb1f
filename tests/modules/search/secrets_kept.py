"""Records that hold what not everybody may know, and every way of asking for it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from dina.app import App
from tests.conftest import linked
from tests.modules.search.conftest import CURATOR, Desk
from tests.modules.search.making import make

KEPT = "kept"
"""A group of its own: with its first sensitive taxon everything of a group is told anew."""
WORDS = ("zzwithheld", "zzrare", "zzhabitat", "zzreason", "zzroom", "zzplace")
FIELDS = (
    "materialSampleName", "notPubliclyReleasableReason", "collectingEvent.habitat", "collectingEvent.dwcVerbatimLocality",
    "organism.determination.verbatimScientificName", "storageUnitUsage.storageUnit.name", "managedAttributes.zzkey",
    "collectingEvent.geoReferenceAssertions.dwcDecimalLatitude", "tags",
)  # fmt: skip
WIRE = "/api/search-api/search-ws"
WIRE_NAMES = {
    "collectingEvent.habitat": "included.attributes.habitat",
    "collectingEvent.dwcVerbatimLocality": "included.attributes.dwcVerbatimLocality",
    "organism.determination.verbatimScientificName": "included.attributes.determination.verbatimScientificName",
    "storageUnitUsage.storageUnit.name": "included.attributes.name",
    "collectingEvent.geoReferenceAssertions.dwcDecimalLatitude": "included.attributes.geoReferenceAssertions.dwcDecimalLatitude",
}
WIRE_TYPES = {
    "collectingEvent.habitat": "collecting-event",
    "collectingEvent.dwcVerbatimLocality": "collecting-event",
    "organism.determination.verbatimScientificName": "organism",
    "storageUnitUsage.storageUnit.name": "storage-unit",
    "collectingEvent.geoReferenceAssertions.dwcDecimalLatitude": "collecting-event",
}


@dataclass
class Secrets:
    """Ids of what others must not know, made for a group."""

    samples: list[str]
    events: list[str]
    others: list[tuple[str, str]]


async def keep_secret(app: App) -> Secrets:
    """A withheld sample, a sample in a secret place, and a sensitive taxon whose coordinates are blurred."""
    async with app.client_as(CURATOR) as client:
        taxon = await make(
            client, "sensitive-taxon",
            {"group": KEPT, "scientificName": "Zzrara occulta", "action": "GENERALISE", "coordinatePrecision": 1},
        )  # fmt: skip
        organism = await make(
            client,
            "organism",
            {
                "group": KEPT,
                "determination": [{"isPrimary": True, "verbatimScientificName": "Zzrara occulta"}],
            },
        )
        event = await make(
            client, "collecting-event",
            {
                "group": KEPT, "publiclyReleasable": True, "habitat": "zzhabitat under the rock", "dwcVerbatimLocality": "zzplace of the last nest",
                "geoReferenceAssertions": [
                    {"isPrimary": True, "dwcDecimalLatitude": 11.23456, "dwcDecimalLongitude": 22.34567}
                ],
            },
        )  # fmt: skip
        withheld = await make(
            client, "material-sample",
            {
                "group": KEPT, "materialSampleName": "ZZWITHHELD-1", "publiclyReleasable": False, "tags": ["zzwithheld"],
                "notPubliclyReleasableReason": "zzreason nobody may know",
            },
        )  # fmt: skip
        rare = await make(
            client, "material-sample", {"group": KEPT, "materialSampleName": "RARE-OPEN-1", "publiclyReleasable": True},
            collectingEvent=linked("collecting-event", event), organism=linked("organism", organism, many=True),
        )  # fmt: skip
        return Secrets(
            [withheld],
            [event],
            [("sensitive-taxon", taxon), ("organism", organism), ("material-sample", rare)],
        )


async def asked_of(desk: Desk, draw: random.Random) -> list[Any]:
    """Many answers of many kinds to questions that try to find out."""
    type_ = "material-sample"
    answers: list[Any] = []
    for word in WORDS:
        for tree in (
            {"words": word},
            {"words": word[:4], "form": "prefix"},
            {"words": word[:-1] + "x", "fuzzy": True},
        ):
            answers.append(await desk.ask("/search", type=type_, filter=tree, highlight=True))
            answers.append(await desk.ask("/search/count", type=type_, filter={"not": tree}))
    for field in FIELDS:
        kind = "gt" if field.endswith("Latitude") else "prefix"
        value: Any = 11.2 if kind == "gt" else "zz"
        tree = {"field": field, "op": kind, "value": value}
        answers.append(await desk.ask("/search/count", type=type_, filter=tree))
        answers.append(await desk.ask("/search/count", type=type_, filter={"field": field, "op": "exists"}))
        answers.append(
            await desk.ask(
                "/search", type=type_, sort=[f"-{field}" if draw.random() < 0.5 else field], page={"limit": 10},
                fields=["materialSampleName"],
            )
        )  # fmt: skip
        facets = [
            {"name": "f", "field": field, "size": 1000},
            {"name": "n", "kind": "cardinality", "field": field},
        ]
        answers.append(await desk.ask("/search", type=type_, page={"limit": 0}, facets=facets))
        answers.append(
            await desk.ask(
                "/search",
                type=type_,
                q="collectingEvent:* OR materialSampleName:*",
                page={"limit": 0},
                facets=facets,
            )
        )
        for prefix in ("z", "zz", "zzr", "1", "11.2", "Z"):
            answers.append(await desk.get("/search/suggest", type=type_, field=field, prefix=prefix))
        answers.append(await desk.ask("/search/distinct", type=type_, field=field, clusters="ngram"))
    answers += await asked_of_wire(desk, draw)
    for _ in range(240):
        lat, lon = 11.23456 + draw.uniform(-2, 2), 22.34567 + draw.uniform(-2, 2)
        near = {"near": {"lat": lat, "lon": lon, "km": draw.choice([0.5, 5, 50])}}
        answers.append(await desk.ask("/search/count", type=type_, geometry=near))
        zoom = draw.choice([0, 3, 6, 10])
        x = int((lon + 180) / 360 * 2**zoom)
        answers.append(
            await desk.ask("/search/tiles", type=type_, zoom=zoom, x=x, y=2**zoom // 2 - 1 if zoom else 0)
        )
        answers.append(
            await desk.ask(
                "/search", type=type_, geometry=near, page={"limit": 5}, facets=[{"name": "c", "kind": "centroid"}]
            )
        )  # fmt: skip
    answers.append(await desk.get("/fields", type=type_))
    return answers


async def asked_of_wire(desk: Desk, draw: random.Random) -> list[Any]:
    """The same by the query documents of the reference."""
    answers: list[Any] = []
    index = {"indexName": "dina_material_sample_index"}

    async def told(path: str, body: Any) -> None:
        answer = await desk.client.post(f"{WIRE}{path}", params=index, json=body)
        assert answer.status_code == 200, answer.text
        answers.append({name: part for name, part in answer.json().items() if name != "took"})

    for path in FIELDS:
        name = WIRE_NAMES.get(path, f"data.attributes.{path}")
        nested = name.startswith("included")
        numeric = path.endswith("Latitude")
        for word in WORDS:
            leaf: Any = {"range": {name: {"gte": 11.2}}} if numeric else draw.choice(
                [{"wildcard": {f"{name}.keyword": {"value": f"*{word[2:]}*", "case_insensitive": True}}}, {"match": {name: word}},
                 {"prefix": {f"{name}.prefix": word[:4]}}]
            )  # fmt: skip
            query = {"nested": {"path": "included", "query": leaf}} if nested else leaf
            await told("/search", {"query": query, "size": 5, "highlight": {"fields": {"*": {}}}})
            await told("/count", {"query": {"bool": {"must_not": [query]}}})
            parameters = {**index, "prefix": word[: draw.randint(2, 6)], "autoCompleteField": name}
            if not numeric:
                completed = await desk.client.get(f"{WIRE}/auto-complete", params=parameters)
                assert completed.status_code == 200, completed.text
                answers.append(completed.json())
        field = name if numeric else f"{name}.keyword"
        aggregations: dict[str, Any] = {
            "t": {"terms": {"field": field, "size": 1000}},
            "n": {"cardinality": {"field": field}},
            "c": {"composite": {"size": 1000, "sources": [{"k": {"terms": {"field": field}}}]}},
        }
        if nested:
            chosen = {"filter": {"term": {"included.type": WIRE_TYPES[path]}}, "aggs": aggregations}
            aggregations = {"n": {"nested": {"path": "included"}, "aggs": {"e": chosen}}}
        await told("/search", {"size": 0, "aggs": aggregations})
        nested_sort = {"nested": {"path": "included"}} if nested else {}
        await told(
            "/search", {"size": 20, "sort": [{field: {"order": "desc", **nested_sort}}], "_source": False}
        )
    geom = "included.attributes.eventGeom"
    for precision in range(0, 16, 3):
        grid = {
            "g": {"geotile_grid": {"field": geom, "precision": precision}},
            "m": {"geo_centroid": {"field": geom}},
        }
        kind = {"e": {"filter": {"term": {"included.type": "collecting-event"}}, "aggs": grid}}
        await told("/search", {"size": 0, "aggs": {"n": {"nested": {"path": "included"}, "aggs": kind}}})
    return answers
