"""What a caller may not see is in no answer: everything is asked with and without it, and nothing differs."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from dina.app import App
from dina.modules.search.index.follower import Follower
from tests.conftest import linked
from tests.modules.search.conftest import ADMIN, CURATOR, STRANGER, Desk, caught_up, desk_of
from tests.modules.search.making import change, delete, make

WORDS = ("zzwithheld", "zzrare", "zzhabitat", "zzreason", "zzroom", "zzplace")
FIELDS = (
    "materialSampleName", "notPubliclyReleasableReason", "collectingEvent.habitat", "collectingEvent.dwcVerbatimLocality",
    "organism.determination.verbatimScientificName", "storageUnitUsage.storageUnit.name", "managedAttributes.zzkey",
    "collectingEvent.geoReferenceAssertions.dwcDecimalLatitude", "tags",
)  # fmt: skip


@dataclass
class Secrets:
    """Ids of what others must not know, made for the demo's group."""

    samples: list[str]
    events: list[str]
    others: list[tuple[str, str]]


async def keep_secret(app: App) -> Secrets:
    """A withheld sample, a sample in a secret place, and a sensitive taxon whose coordinates are blurred."""
    async with app.client_as(CURATOR) as client:
        taxon = await make(
            client, "sensitive-taxon",
            {"group": "demo", "scientificName": "Zzrara occulta", "action": "GENERALISE", "coordinatePrecision": 1},
        )  # fmt: skip
        organism = await make(
            client,
            "organism",
            {
                "group": "demo",
                "determination": [{"isPrimary": True, "verbatimScientificName": "Zzrara occulta"}],
            },
        )
        event = await make(
            client, "collecting-event",
            {
                "group": "demo", "habitat": "zzhabitat under the rock", "dwcVerbatimLocality": "zzplace of the last nest",
                "geoReferenceAssertions": [
                    {"isPrimary": True, "dwcDecimalLatitude": 11.23456, "dwcDecimalLongitude": 22.34567}
                ],
            },
        )  # fmt: skip
        withheld = await make(
            client, "material-sample",
            {
                "group": "demo", "materialSampleName": "ZZWITHHELD-1", "publiclyReleasable": False, "tags": ["zzwithheld"],
                "notPubliclyReleasableReason": "zzreason nobody may know",
            },
        )  # fmt: skip
        rare = await make(
            client, "material-sample", {"group": "demo", "materialSampleName": "RARE-OPEN-1"},
            collectingEvent=linked("collecting-event", event), organism=linked("organism", organism, many=True),
        )  # fmt: skip
        return Secrets(
            [withheld],
            [event],
            [("sensitive-taxon", taxon), ("organism", organism), ("material-sample", rare)],
        )


@pytest_asyncio.fixture
async def secrets(searched: App, follower: Follower) -> AsyncIterator[Secrets]:
    made = await keep_secret(searched)
    await caught_up(follower)
    yield made


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
    for _ in range(60):
        lat, lon = 11.23456 + draw.uniform(-2, 2), 22.34567 + draw.uniform(-2, 2)
        near = {"near": {"lat": lat, "lon": lon, "km": draw.choice([0.5, 5, 50])}}
        answers.append(await desk.ask("/search/count", type=type_, geometry=near))
        zoom = draw.choice([0, 3, 6, 10])
        x = int((lon + 180) / 360 * 2**zoom)
        answers.append(
            await desk.ask("/search/tiles", type=type_, zoom=zoom, x=x, y=2**zoom // 2 - 1 if zoom else 0)
        )
    answers.append(await desk.get("/fields", type=type_))
    return answers


async def test_a_stranger_learns_nothing_of_what_is_withheld(
    searched: App, follower: Follower, secrets: Secrets
) -> None:
    stranger, curator, admin = (desk_of(searched, caller) for caller in (STRANGER, CURATOR, ADMIN))
    # Those who may know find it all.
    for desk in (curator, admin):
        assert await desk.names(q="zzwithheld") == {"ZZWITHHELD-1"}
        assert await desk.names(q="zzhabitat") == await desk.names(q="zzplace") == {"RARE-OPEN-1"}
        near = {"near": {"lat": 11.23456, "lon": 22.34567, "km": 0.5}}
        assert await desk.names(geometry=near) == {"RARE-OPEN-1"}
    # Others find the open sample, in the middle of its cell, and nothing else.
    assert await stranger.names(q='"RARE OPEN 1"') == {"RARE-OPEN-1"}
    middle = {"near": {"lat": 11.5, "lon": 22.5, "km": 0.5}}
    assert await stranger.names(geometry=middle) == {"RARE-OPEN-1"}
    before = await asked_of(stranger, random.Random(1))
    assert len(before) > 250
    # The same without the withheld sample, and with other words and another place in the same cell.
    async with searched.client_as(CURATOR) as client:
        await delete(client, "material-sample", secrets.samples[0])
        await change(
            client, "collecting-event", secrets.events[0],
            {
                "habitat": "elsewhere", "dwcVerbatimLocality": "elsewhere",
                "geoReferenceAssertions": [
                    {"isPrimary": True, "dwcDecimalLatitude": 11.9, "dwcDecimalLongitude": 22.1}
                ],
            },
        )  # fmt: skip
    await caught_up(follower)
    after = await asked_of(stranger, random.Random(1))
    for one, other in zip(before, after, strict=True):
        assert without_versions(one) == without_versions(other)


def without_versions(answer: Any) -> Any:
    """The API itself tells everybody when a record was changed and how often."""
    if isinstance(answer, dict):
        return {
            k: without_versions(v)
            for k, v in answer.items()
            if k not in ("resourceVersion", "version", "lastUpdatedOn")
        }
    return [without_versions(one) for one in answer] if isinstance(answer, list) else answer


async def test_a_new_determination_blurs_the_place_of_all_that_was_found_there(
    searched: App, follower: Follower, secrets: Secrets
) -> None:
    stranger = desk_of(searched, STRANGER)
    async with searched.client_as(CURATOR) as client:
        event = await make(
            client, "collecting-event",
            {
                "group": "demo",
                "geoReferenceAssertions": [{"isPrimary": True, "dwcDecimalLatitude": -41.2, "dwcDecimalLongitude": 3.2}],
            },
        )  # fmt: skip
        organism = await make(
            client,
            "organism",
            {"group": "demo", "determination": [{"isPrimary": True, "verbatimScientificName": "Carex alba"}]},
        )
        for name in ("BLUR-1", "BLUR-2"):
            links = {"organism": linked("organism", organism, many=True)} if name == "BLUR-1" else {}
            await make(
                client, "material-sample", {"group": "demo", "materialSampleName": name},
                collectingEvent=linked("collecting-event", event), **links,
            )  # fmt: skip
        await caught_up(follower)
        near = {"near": {"lat": -41.2, "lon": 3.2, "km": 1}}
        assert await stranger.names(geometry=near) == {"BLUR-1", "BLUR-2"}
        rare = [{"isPrimary": True, "verbatimScientificName": "Zzrara occulta"}]
        await change(client, "organism", organism, {"determination": rare})
        await caught_up(follower)
        assert await stranger.names(geometry=near) == set()
        assert await desk_of(searched, CURATOR).names(geometry=near) == {"BLUR-1", "BLUR-2"}
        listed = await client.get("/collection/v1/sensitive-taxon")
        for one in listed.json()["data"]:
            await delete(client, "sensitive-taxon", one["id"])
        await caught_up(follower)
        assert await stranger.names(geometry=near) == {"BLUR-1", "BLUR-2"}
