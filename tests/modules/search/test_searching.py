"""Searching through the API: words, fields, places, order, pages, facets, suggestions, and what is refused."""

from __future__ import annotations

import pytest

from tests.modules.search.conftest import Desk


async def test_words_are_found_anywhere_in_a_record_and_shown(curator: Desk) -> None:
    found = await curator.ask("/search", type="material-sample", q="Carex", highlight=True)
    assert found["total"] == len(found["hits"]) == 5
    assert found["exact"] is True
    assert all(
        any("<em>Carex</em>" in text for texts in hit["highlight"].values() for text in texts)
        for hit in found["hits"]
    )
    assert found["hits"][0]["document"]["data"]["attributes"]["materialSampleName"]
    assert {one["type"] for one in found["hits"][0]["document"]["included"]} >= {
        "organism",
        "collecting-event",
    }


async def test_neither_case_nor_accents_count(curator: Desk) -> None:
    one = await curator.names(q="DORING")
    assert one == await curator.names(q="döring")
    assert len(one) > 100


async def test_a_slip_of_the_pen_is_forgiven_when_asked(curator: Desk) -> None:
    tree = {"words": "astragalsu", "fuzzy": True}
    assert await curator.names(filter=tree) >= await curator.names(q="astragalus") != set()


async def test_a_field_is_compared_by_its_kind(curator: Desk) -> None:
    for tree in (
        {"field": "collectingEvent.dwcCountry", "op": "eq", "value": "TURKEY"},
        {"field": "collectingEvent.startEventDateTime", "op": "between", "values": ["1990", "2000"]},
        {"field": "collectingEvent.dwcMinimumElevationInMeters", "op": "gt", "value": 1000},
        {"linked": "organism", "where": {"field": "determination.scientificName", "op": "contains", "value": "astragalus"}},
        {"near": {"lat": 37.4, "lon": 34.5, "km": 10}},
        {"age": {"oldest": 300, "youngest": 60}},
    ):  # fmt: skip
        found = await curator.ask("/search/count", type="material-sample", filter=tree)
        rest = await curator.ask("/search/count", type="material-sample", filter={"not": tree})
        assert 0 < found["total"] < 1015, tree
        assert found["total"] + rest["total"] == 1015


async def test_pages_lead_to_the_end_without_gaps(curator: Desk) -> None:
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        found = await curator.ask(
            "/search", type="material-sample", sort=["-collectingEvent.startEventDateTime", "materialSampleName"],
            page={"limit": 100, **after}, fields=["materialSampleName"],
        )  # fmt: skip
        seen += [hit["id"] for hit in found["hits"]]
        if found["next"] is None:
            break
        after = {"after": found["next"]}
    assert len(seen) == len(set(seen)) == found["total"] == 1015


async def test_numbers_in_names_are_sorted_by_size(curator: Desk) -> None:
    found = await curator.ask(
        "/search", type="material-sample", sort=["-materialSampleName"], page={"limit": 5}
    )
    assert len(found["hits"]) == 5
    found = await curator.ask("/search", type="storage-unit", sort=["name"], fields=["name"])
    assert found["total"] == 7


async def test_facets_count_what_was_found(curator: Desk) -> None:
    found = await curator.ask(
        "/search", type="material-sample", q="collectingEvent.dwcCountry:turkey", page={"limit": 0},
        facets=[
            {"name": "country", "field": "collectingEvent.dwcCountry"},
            {"name": "decade", "kind": "date_histogram", "field": "collectingEvent.startEventDateTime", "interval": "decade"},
            {"name": "names", "kind": "cardinality", "field": "organism.determination.scientificName"},
            {"name": "height", "kind": "range", "field": "collectingEvent.dwcMinimumElevationInMeters", "bounds": [1000, 2000]},
            {"name": "map", "kind": "tiles", "precision": 8}, {"name": "middle", "kind": "centroid"},
            {"name": "carex", "kind": "filter", "where": {"words": "carex"}},
        ],
    )  # fmt: skip
    facets = found["facets"]
    assert facets["country"]["buckets"] == [{"value": "Turkey", "count": found["total"]}]
    assert sum(one["count"] for one in facets["decade"]["buckets"]) <= found["total"]
    assert facets["names"]["value"] > 100
    assert sum(one["count"] for one in facets["map"]["buckets"]) == facets["middle"]["count"]
    assert facets["carex"]["count"] == 3


async def test_facets_of_everything_are_those_of_a_condition_that_all_meet(curator: Desk) -> None:
    facets = [{"name": "c", "field": "collectingEvent.dwcCountry", "size": 50}]
    quick = await curator.ask("/search", type="material-sample", facets=facets, page={"limit": 0})
    exists = {"field": "materialSampleName", "op": "exists"}
    slow = await curator.ask(
        "/search", type="material-sample", filter=exists, facets=facets, page={"limit": 0}
    )
    assert quick["facets"] == slow["facets"]


async def test_values_are_completed_the_most_frequent_first(curator: Desk) -> None:
    field = "organism.determination.scientificName"
    found = (await curator.get("/search/suggest", type="material-sample", field=field, prefix="astr"))[
        "suggestions"
    ]
    assert len(found) == 10
    assert all(one["value"].startswith("Astragalus") for one in found)
    assert [one["count"] for one in found] == sorted((one["count"] for one in found), reverse=True)
    nearly = (await curator.get("/search/suggest", type="material-sample", field=field, prefix="astragalsu"))[
        "suggestions"
    ]
    assert nearly
    assert nearly[0]["value"].startswith("Astragalus")


async def test_values_that_mean_the_same_stand_together(curator: Desk) -> None:
    field = "organism.determination.scientificName"
    found = await curator.ask("/search/distinct", type="material-sample", field=field, clusters="fingerprint")
    assert len(found["values"]) > 200
    for cluster in found["clusters"]:
        assert len(cluster["values"]) > 1


async def test_a_tile_shows_what_is_in_it(curator: Desk) -> None:
    whole = await curator.ask("/search/tiles", type="material-sample", zoom=0, x=0, y=0)
    parts = [
        await curator.ask("/search/tiles", type="material-sample", zoom=1, x=x, y=y)
        for x in (0, 1)
        for y in (0, 1)
    ]
    number = sum(one["count"] for one in whole["clusters"])
    assert number == sum(one["count"] for part in parts for one in part["clusters"]) > 700


async def test_fields_say_where_there_is_something(curator: Desk) -> None:
    fields = {one["path"]: one for one in (await curator.get("/fields", type="material-sample"))["fields"]}
    assert fields["collectingEvent.dwcCountry"]["label"] == "Country"
    assert fields["collectingEvent.dwcCountry"]["records"] > 700
    assert fields["barcode"]["records"] == 0
    assert fields["organism.determination.parsedName.genus"]["kind"] == "keyword"


@pytest.mark.parametrize(
    "asked",
    [
        {"type": "nothing"},
        {"type": "material-sample", "filter": {"field": "no.such", "op": "eq", "value": "x"}},
        {"type": "material-sample", "filter": {"field": "x'; DROP TABLE search.term; --", "op": "exists"}},
        {"type": "material-sample", "sort": ["sorts'); SELECT 1; --"]},
        {"type": "material-sample", "facets": [{"name": "a", "field": "id) OR true"}]},
        {"type": "material-sample", "page": {"after": "bm8"}},
        {"type": "material-sample", "page": {"offset": 100_001}},
        {"type": "material-sample", "page": {"limit": 5001}},
        {"type": "material-sample", "unknown": 1},
    ],
)
async def test_what_cannot_be_asked_is_refused_with_a_reason(curator: Desk, asked: dict[str, object]) -> None:
    answer = await curator.post("/search", **asked)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["errors"][0]["detail"]


async def test_a_tree_too_deep_is_refused(curator: Desk) -> None:
    tree: dict[str, object] = {"words": "carex"}
    for _ in range(100):
        tree = {"not": tree}
    answer = await curator.post("/search", type="material-sample", filter=tree)
    assert answer.status_code in (400, 422)
