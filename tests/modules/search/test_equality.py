"""Generated searches answer what the plain meaning of a search says over the API's documents."""

from __future__ import annotations

from typing import Any

import pytest

from dina.app import App
from dina.base.identity.caller import ANONYMOUS
from dina.modules.search.engine import Search, Sight, ids, registry_of, search
from dina.modules.search.engine.view import TypeFields
from dina.modules.search.index.follower import Follower
from dina.modules.search.query import naive
from dina.modules.search.query.chance import Chance
from dina.modules.search.query.record import Record
from tests.modules.search.conftest import ADMIN, STRANGER, caught_up

SEARCHES = 250
"""Searches for each caller."""
EACH = 3
"""One record in so many is judged."""
TYPES = ("material-sample",)
INTERNAL = (
    "collectingEvent.site,collectingEvent.expedition,collectingEvent.geologicalContext,organism,"
    "collection.institution,preparationType,preparationMethod,geologicalContext,assemblages,projects,"
    "storageUnitUsage.storageUnit.parentStorageUnit,parentMaterialSample.collectingEvent,parentMaterialSample.organism"
)


async def documents(app: App, caller: Any) -> list[Record]:
    """A third of all samples as the API tells of them, page by page, with the people, who are another module's."""
    found: list[Record] = []
    others: dict[tuple[str, str], Record] = {}
    async with app.client_as(caller) as client:
        people = await client.get("/agent/v1/person?page[limit]=1000")
        known = {(one["type"], one["id"]): one for one in people.json().get("data", ())}
        address: str | None = (
            f"/collection/v1/material-sample?page[limit]=100&page[after]=&include={INTERNAL}"
        )
        while address:
            document = (await client.get(address)).json()
            for one in (*document["data"], *document.get("included", ())):
                known[(one["type"], one["id"])] = one
            found += [Record(one, known, others) for one in document["data"]]
            address = document["links"]["next"]
    return found[::EACH]


@pytest.mark.parametrize(("caller", "sight"), [(one, Sight.of(one)) for one in (ADMIN, STRANGER, ANONYMOUS)])
async def test_generated_searches_answer_what_they_mean(
    searched: App, follower: Follower, caller: Any, sight: Sight
) -> None:
    assert searched.pools is not None
    await caught_up(follower)
    records = await documents(searched, caller)
    assert len(records) * EACH > 900
    judged = {one.id for one in records}
    wrong: list[str] = []
    async with searched.pools.read.connection() as connection:
        registry = await registry_of(searched.services["search"], connection)
        fields = TypeFields(registry, "material-sample")
        chance = Chance(
            fields, records, 7, ("organism", "collectingEvent", "parentMaterialSample", "projects")
        )
        for number in range(SEARCHES):
            tree = chance.tree()
            meant = {one.id for one in records if naive.holds(tree, one, fields)}
            told = set(await ids(connection, registry, sight, TYPES, tree, 5000))
            found = await search(connection, registry, sight, Search(TYPES, tree, limit=5))
            first = {hit.id for hit in found.hits}
            if (
                told & judged != meant
                or found.total != len(told)
                or not first <= told
                or len(first) != min(5, len(told))
            ):
                wrong.append(
                    f"{number} {tree}: {len(meant)} meant, {len(told & judged)} found, {len(meant & told)} both, {found.total} in all"
                )
    assert not wrong, "\n".join(wrong)
