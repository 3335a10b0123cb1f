"""What the index keeps beside its entries (how many have a word, what lies in a cell of the map) is what is in them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from dina.app import App
from dina.modules.search.index.follower import Follower
from dina.modules.search.index.rebuild import rebuild
from dina.modules.search.index.store import sql
from tests.modules.search.conftest import ADMIN, Desk, caught_up
from tests.modules.search.editing import Editor
from tests.modules.search.making import make

SAMPLE = "material-sample"
OFTEN = "CREATE OR REPLACE FUNCTION search.often() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 3'"
EVERY = {"not": {"ids": ["0198c0de-0000-7000-8000-00000000dead"]}}
"""A condition that everything meets and that no sum is kept of."""


async def rows(follower: Follower, text: str) -> list[Any]:
    generation = (await follower.store.generations())[0]
    cursor = await follower.store.connection.execute(sql(text.replace("{n}", str(generation))))
    return sorted(await cursor.fetchall())


async def sums_hold(follower: Follower) -> int:
    """Compare what is kept with the entries; how many words there are."""
    said = await rows(follower, 'SELECT type, word, "group", mask, n FROM search.said_{n} WHERE n <> 0')
    counted = await rows(
        follower,
        'SELECT type, word, "group", mask, count(*) FROM search.entry_{n}, unnest(tsvector_to_array(words)) word '
        "WHERE (type, word) IN (SELECT type, word FROM search.said_{n}) GROUP BY 1, 2, 3, 4",
    )
    assert said == counted
    cells = 'type, "group", mask, zoom, x, y'
    kept = await rows(follower, f"SELECT {cells}, n, lon, lat FROM search.spot_{{n}} WHERE n <> 0")
    found = await rows(
        follower,
        f"SELECT {cells}, count(*), sum(round(lon * 1e7))::bigint, sum(round(lat * 1e7))::bigint "
        f"FROM search.entry_{{n}}, search.cells(lon, lat) WHERE lon IS NOT NULL GROUP BY {cells}",
    )
    assert kept == found
    assert len({row[3] for row in kept}) == 6
    return len({row[1] for row in said})


async def test_sums_follow_every_change(searched: App, follower: Follower) -> None:
    await follower.store.connection.execute(OFTEN)
    await rebuild(follower)
    assert await sums_hold(follower) > 500
    async with searched.client_as(ADMIN) as client:
        await Editor(client, 11).edits(60)
        # A group that no entry with these words was in yet.
        await make(client, SAMPLE, {"group": "kept", "materialSampleName": "Carex herbarium"})
    await caught_up(follower)
    assert await sums_hold(follower) > 500


async def test_a_word_is_counted_as_its_entries_are(
    searched: App, follower: Follower, curator: Desk, stranger: Desk, nobody: Desk
) -> None:
    words = [
        row[0]
        for row in await rows(
            follower, f"SELECT DISTINCT word FROM search.said_{{n}} WHERE type = '{SAMPLE}'"
        )
    ]
    for word in random.Random(2).sample(words, 40):
        for desk in (curator, stranger, nobody):
            kept = await desk.ask("/search/count", type=SAMPLE, filter={"words": word})
            found = await desk.ask("/search/count", type=SAMPLE, filter={"all": [{"words": word}, EVERY]})
            assert kept == found, word


@pytest.mark.parametrize("zoom", [0, 1, 2, 3, 5])
async def test_the_map_of_everything_is_that_of_its_records(
    curator: Desk, stranger: Desk, nobody: Desk, zoom: int
) -> None:
    for desk in (curator, stranger, nobody):
        for x, y in tiles_at(zoom):
            kept, found = [
                (await desk.ask("/search/tiles", type=SAMPLE, zoom=zoom, x=x, y=y, **more))["clusters"]
                for more in ({}, {"filter": EVERY})
            ]
            near = [
                [(round(one["lon"], 5), round(one["lat"], 5), one["count"]) for one in some]
                for some in (kept, found)
            ]
            assert sorted(near[0]) == sorted(near[1])


def tiles_at(zoom: int) -> list[tuple[int, int]]:
    """All tiles of the small zooms; of the others those around Turkey, where most of the demo comes from."""
    side = 2**zoom
    if zoom < 3:
        return [(x, y) for x in range(side) for y in range(side)]
    middle_x, middle_y = int((35 + 180) / 360 * side), int(0.385 * side)
    return [(x, y) for x in range(middle_x - 2, middle_x + 3) for y in range(middle_y - 1, middle_y + 2)]


async def test_poles_and_the_date_line_lie_in_a_cell(follower: Follower) -> None:
    for lon, lat in ((180.0, 90.0), (-180.0, -90.0), (180.0, 0.0), (0.0, 66.51326044311186)):
        cells = await rows(follower, f"SELECT zoom, x, y FROM search.cells({lon}, {lat})")
        assert [zoom for zoom, _, _ in cells] == [0, 1, 2, 3, 4, 5]
        assert all(0 <= x < 16 * 2**zoom and 0 <= y < 16 * 2**zoom for zoom, x, y in cells)
