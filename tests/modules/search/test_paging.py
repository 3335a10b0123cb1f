"""Pages lead to the end while records change, in the order of any field, and totals say where they stop counting."""

from __future__ import annotations

import asyncio
import os
import random
from itertools import pairwise
from typing import Any

import pytest

from dina.app import App
from dina.modules.search.engine import Search, Sight, Sort, registry_of, search, searching
from dina.modules.search.index.follower import Follower
from tests.modules.search.conftest import CURATOR, Desk, caught_up
from tests.modules.search.making import change, delete, make

SAMPLE = "material-sample"
FIELDS = int(os.environ.get("DINA_TEST_FIELDS", "6"))
"""Fields drawn, beside some that lists are always sorted by."""


async def test_pages_lead_to_the_end_while_records_change(
    searched: App, follower: Follower, curator: Desk
) -> None:
    async with searched.client_as(CURATOR) as client:
        stay = [
            await make(client, SAMPLE, {"group": "demo", "materialSampleName": f"PAGED-{number:03}"})
            for number in range(0, 120, 2)
        ]
        come: list[str] = []
        await caught_up(follower)
        draw = random.Random(4)
        busy = [
            await make(client, SAMPLE, {"group": "demo", "materialSampleName": f"PAGED-{number:03}-x"}) for number in range(20)
        ]  # fmt: skip
        await caught_up(follower)

        async def disturb() -> None:
            for number in range(1, 40, 2):
                come.append(
                    await make(client, SAMPLE, {"group": "demo", "materialSampleName": f"PAGED-{number:03}"})
                )
                moved = draw.choice(busy)
                await change(
                    client, SAMPLE, moved, {"materialSampleName": f"PAGED-{draw.randrange(120):03}-y"}
                )
                await follower.until_idle()

        disturbing = asyncio.create_task(disturb())
        seen: list[str] = []
        after: dict[str, str] = {}
        while True:
            found = await curator.ask(
                "/search", type=SAMPLE, q="number:PAGED-*", sort=["materialSampleName"], page={"limit": 5, **after},
                fields=["materialSampleName"],
            )  # fmt: skip
            seen += [hit["id"] for hit in found["hits"]]
            await asyncio.sleep(0.02)
            if found["next"] is None:
                break
            after = {"after": found["next"]}
        await disturbing
        # What does not change is seen once each, in its order, whatever happens around it.
        assert [one for one in seen if one in set(stay)] == stay
        for id_ in (*stay, *come, *busy):
            await delete(client, SAMPLE, id_)
    await caught_up(follower)


async def test_every_field_puts_records_in_order_both_ways(searched: App, follower: Follower) -> None:
    assert searched.pools is not None
    async with searched.pools.read.connection() as connection:
        registry = await registry_of(searched.services["search"], connection)
        everything = Sight(True)
        whole = (
            await search(connection, registry, everything, Search(SAMPLE, limit=0, exact_total=True))
        ).total
        paths = [
            path
            for path, fact in registry.of(SAMPLE).items()
            if fact.kind not in ("map", "object", "geo") and registry.numbers.of(SAMPLE, path) is not None
        ]
        assert len(paths) > 60
        named = (
            "materialSampleName",
            "createdOn",
            "collectingEvent.startEventDateTime",
            "organism.sex",
            "tags",
        )
        for path in (*named, *random.Random(6).sample(paths, FIELDS)):
            for descending in (False, True):
                keys: list[Any] = []
                ids: list[str] = []
                after: str | None = None
                while True:
                    asked = Search(
                        SAMPLE, sort=(Sort(path, descending),), limit=400, after=after, fields=("group",)
                    )
                    found = await search(connection, registry, everything, asked)
                    keys += [hit.sort[0] for hit in found.hits]
                    ids += [hit.id for hit in found.hits]
                    if found.next is None:
                        break
                    after = found.next
                assert len(set(ids)) == len(ids) == whole, path
                ordered(path, keys, ids, descending)


def ordered(path: str, keys: list[Any], ids: list[str], descending: bool) -> None:
    """By the key, those without one last, and by id where keys are the same."""
    here = list(zip(keys, ids, strict=True))
    without = [id_ for key, id_ in here if key is None]
    told = [(key, id_) for key, id_ in here if key is not None]
    assert [id_ for _, id_ in here[len(told) :]] == without == sorted(without), path
    for (one, first), (other, second) in pairwise(told):
        if one == other:
            assert first < second, path
        else:
            assert (one > other) is descending, (path, one, other)


async def test_beyond_a_number_totals_are_more_than_that(
    searched: App, follower: Follower, curator: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "EXACT_UP_TO", 500)
    found = await curator.ask("/search", type=SAMPLE, page={"limit": 1})
    assert (found["total"], found["exact"]) == (500, False)
    found = await curator.ask("/search", type=SAMPLE, page={"limit": 1}, exactTotal=True)
    assert found["exact"] is True
    assert found["total"] > 1000
    counted = await curator.ask("/search/count", type=SAMPLE)
    assert counted == {"total": 500, "exact": False}
