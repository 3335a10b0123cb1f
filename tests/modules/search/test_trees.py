"""Trees over what is found: lineages of taxa, storage places with all within them."""

from __future__ import annotations

from typing import Any

from dina.app import App
from dina.modules.search.index.follower import Follower
from tests.conftest import linked
from tests.modules.search.conftest import CURATOR, Desk, caught_up
from tests.modules.search.making import delete, make

SAMPLE = "material-sample"
LINEAGE = "organism.determination.taxon.lineage"


async def total(desk: Desk, **asked: Any) -> int:
    return (await desk.ask("/search/count", type=SAMPLE, **asked))["total"]


async def facets(desk: Desk, *asked: dict[str, Any], **more: Any) -> dict[str, Any]:
    return (await desk.ask("/search", type=SAMPLE, page={"limit": 0}, facets=list(asked), **more))["facets"]


def counts(facet: dict[str, Any]) -> dict[str, int]:
    return {one["value"]: one["count"] for one in facet["buckets"]}


def named(facet: dict[str, Any]) -> dict[str, int]:
    return {one["name"]: one["count"] for one in facet["buckets"]}


async def test_each_rank_is_counted_below_the_one_above_it_and_found_by_its_whole_line(curator: Desk) -> None:
    kingdoms = {"name": "kingdoms", "field": f"{LINEAGE}.kingdom", "size": 100}
    phyla = {"name": "phyla", "field": f"{LINEAGE}.phylum", "prefix": "Plantae > ", "size": 100}
    families = {"name": "families", "field": f"{LINEAGE}.family", "size": 1000}
    found = await facets(curator, kingdoms, phyla, families)
    assert counts(found["phyla"])
    assert all(one.startswith("Plantae > ") for one in counts(found["phyla"])), "a prefix holds in company"
    assert any(not one.startswith("Plantae > ") for one in counts(found["families"]))
    lines = [*counts(found["kingdoms"]).items(), *counts(found["phyla"]).items()]
    for line, number in [*lines, *list(counts(found["families"]).items())[:20]]:
        assert await total(curator, q=f'lineage:"{line}"') == number, line
    known = await total(curator, q="lineage:*")
    assert 0 < known == await total(curator, q="") - await total(curator, q="-lineage:*")


async def test_a_taxon_stands_only_below_those_of_its_own_determination(
    searched: App, follower: Follower, curator: Desk
) -> None:
    ranks = "kingdom|family|genus"
    names = [("Animalia|Testidae|Testus", "Testus unus"), ("Plantae|Testaceae|Testia", "Testia prima")]
    determination = [
        {"isPrimary": path.startswith("Plantae"), "scientificName": name, "scientificNameDetails": {"classificationPath": path, "classificationRanks": ranks}}
        for path, name in names
    ]  # fmt: skip
    async with searched.client_as(CURATOR) as client:
        organism = await make(client, "organism", {"group": "demo", "determination": determination})
        links = {"organism": linked("organism", organism, many=True)}
        sample = await make(client, SAMPLE, {"group": "demo", "materialSampleName": "TREE-1"}, **links)
        await caught_up(follower)
        asked = {"name": "genera", "field": f"{LINEAGE}.genus"}
        found = counts((await facets(curator, asked, q="TREE-1"))["genera"])
        below = " > - > - > - > "
        assert found == {
            f"Animalia{below}Testidae > Testus": 1,
            f"Plantae{below}Testaceae > Testia": 1,
        }
        assert await total(curator, q=f'lineage:"Animalia{below}Testidae"') == 1
        assert await total(curator, q=f'lineage:"Animalia{below}Testaceae"') == 0
        await delete(client, SAMPLE, sample)
    await caught_up(follower)


async def test_what_lies_in_a_place_lies_in_those_around_it(
    searched: App, follower: Follower, curator: Desk, stranger: Desk
) -> None:
    async with searched.client_as(CURATOR) as client:

        async def unit(name: str, above: str = "", **more: Any) -> str:
            links = {"parentStorageUnit": linked("storage-unit", above)} if above else {}
            return await make(client, "storage-unit", {"group": "demo", "name": name, **more}, **links)

        room = await unit("Tree room")
        cabinets = [await unit(f"Cabinet {n}", room, barcode=f"TREE-C{n}") for n in (1, 2)]
        drawers = [await unit("Top drawer", one) for one in cabinets]
        for place, number in ((drawers[0], 3), (drawers[1], 2), (cabinets[1], 1)):
            for at in range(number):
                stored = {"storageUnit": linked("storage-unit", place)}
                usage = await make(client, "storage-unit-usage", {"usageType": SAMPLE}, **stored)
                await make(
                    client, SAMPLE, {"group": "demo", "materialSampleName": f"STORED-{place[-4:]}-{at}"},
                    storageUnitUsage=linked("storage-unit-usage", usage),
                )  # fmt: skip
        await caught_up(follower)

        for which, number in (
            ("Tree room", 6), ("Tree room > Cabinet 1", 3), ("Tree room > Cabinet 2", 3), ("TREE-C2", 3),
            ("tree room > cabinet 2 > top drawer", 2), (drawers[0], 3), ("Cabinet 1 > Tree room", 0), ("Nowhere", 0),
        ):  # fmt: skip
            assert await total(curator, q=f'inside:"{which}"') == number, which
            assert await total(curator, filter={"inside": which}) == number, which
        assert await total(curator, q='-inside:"Tree room" inside:TREE-C1') == 0
        assert await total(stranger, q='inside:"Tree room"') == 0

        for asked in ({}, {"q": "STORED*"}):
            outer = named((await facets(curator, {"name": "a", "kind": "places"}, **asked))["a"])
            assert outer["Tree room"] == 6
            assert "Cabinet 1" not in outer
            opened = {"name": "a", "kind": "places", "opened": [cabinets[0]]}
            inner = (await facets(curator, opened, **asked))["a"]["buckets"]
            told = {
                one["name"]: (one["count"], one["holds"], one["inside"])
                for one in inner
                if one["value"] != room and one["inside"]
            }
            assert {name: one for name, one in told.items() if one[2] in (room, cabinets[0])} == {
                "Cabinet 1": (3, 1, room), "Cabinet 2": (3, 1, room), "Top drawer": (3, 0, cabinets[0]),
            }  # fmt: skip
        assert (await facets(stranger, {"name": "a", "kind": "places"}))["a"]["buckets"] == []

        # A cabinet that is carried to another room takes along what is in it.
        other = await unit("Other room")
        moved = {"data": {"type": "storage-unit", "id": cabinets[0], "relationships": {"parentStorageUnit": linked("storage-unit", other)}}}  # fmt: skip
        answer = await client.patch(f"/collection/v1/storage-unit/{cabinets[0]}", json=moved)
        assert answer.status_code == 200, answer.text
        await caught_up(follower)
        assert await total(curator, q='inside:"Other room"') == 3
        assert await total(curator, q='inside:"Tree room"') == 3
