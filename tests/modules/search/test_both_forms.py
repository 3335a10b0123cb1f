"""A search as text and as a tree through the API: both find the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.modules.search.conftest import Desk

SAMPLE = "material-sample"
TURKEY = {
    "any": [
        {"field": f"collectingEvent.{name}", "op": "eq", "value": "Turkey"}
        for name in ("dwcCountry", "dwcCountryCode")
    ]
}


async def read(desk: Desk, **attributes: Any) -> dict[str, Any]:
    return await desk.ask("/search/read", type=SAMPLE, **attributes)


@pytest.mark.parametrize(
    "text",
    [
        "country:Turkey",
        "genus:Veronica -country:Turkey",
        "date:1990..2005 OR has:parentMaterialSample",
        "country:Turkey nothing:here",
        "veron",
    ],
)
async def test_a_text_and_its_tree_and_the_text_of_that_find_the_same(curator: Desk, text: str) -> None:
    told = await read(curator, q=text)
    again = await read(curator, filter=told["filter"])
    found = await curator.names(q=text)
    assert await curator.names(q=told["q"]) == found
    assert await curator.names(q=again["q"]) == found


async def test_chips_say_which_part_of_the_tree_they_are(curator: Desk) -> None:
    told = await read(curator, q="country:Turkey -dry near:45,30,100km")
    assert [(one["text"], one["pointer"]) for one in told["chips"]] == [
        ("country:Turkey", "/all/0"), ("-dry", "/all/1"), ("near:45,30,100km", "/all/2"),
    ]  # fmt: skip
    assert told["filter"]["all"][0] == TURKEY
    assert told["texts"]["/all/2"] == "near:45,30,100km"
    assert told["q"] == "country:=Turkey -(dry) near:45,30,100km"


async def test_what_is_wrong_is_said_where_it_stands(curator: Desk) -> None:
    wrong = {"field": "collectingEvent.dwcMinimumElevationInMeters", "op": "ge", "value": "high"}
    answer = await curator.post(
        "/search/read", type=SAMPLE, filter={"all": [TURKEY, {"not": wrong}, {"q": "(a"}]}
    )
    assert answer.status_code == 400
    assert [one["source"]["pointer"].removeprefix("/data/attributes/filter") for one in answer.json()["errors"]] == [
        "/all/2/q", "/all/1/not/value",
    ]  # fmt: skip


async def test_fields_come_with_links_and_short_names(curator: Desk) -> None:
    told = await curator.get("/fields", type=SAMPLE)
    names = {one["name"]: one["paths"] for one in told["names"]}
    assert names["country"] == ["collectingEvent.dwcCountry", "collectingEvent.dwcCountryCode"]
    assert "organism" in {one["path"] for one in told["links"]}
