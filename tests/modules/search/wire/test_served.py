"""The wire as it is served over the demo specimens: addresses, rights, and answers that mean what was asked."""

from __future__ import annotations

import json
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dina.app import App
from dina.base.identity.caller import Caller
from dina.modules.search.engine import registry_of
from dina.modules.search.engine.view import TypeFields
from dina.modules.search.index.follower import Follower
from dina.modules.search.query import naive
from dina.modules.search.wire import operations
from dina.modules.search.wire.indexes import indexes
from dina.modules.search.wire.naming import place_of
from dina.modules.search.wire.query import GROUPS, LEAVES, read
from tests.modules.search.conftest import ADMIN, STRANGER
from tests.modules.search.test_equality import documents
from tests.modules.search.wire.test_query import HOSTILE

AT = "/api/search-api/search-ws"
SAMPLES = "dina_material_sample_index"
NAME = "data.attributes.materialSampleName"


def included(type_: str, *queries: Any) -> Any:
    return {
        "nested": {
            "path": "included",
            "query": {"bool": {"must": [*queries, {"term": {"included.type": type_}}]}},
        }
    }


async def post(
    app: App, body: Any, path: str = "/search", index: str = SAMPLES, caller: Caller = ADMIN
) -> httpx.Response:
    async with app.client_as(caller) as client:
        return await client.post(f"{AT}{path}", params={"indexName": index}, json=body)


async def search(app: App, body: Any, **how: Any) -> dict[str, Any]:
    answer = await post(app, body, **how)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


async def test_queries_find_what_they_mean(searched: App, follower: Follower) -> None:
    assert searched.pools is not None
    records = await documents(searched, ADMIN)
    judged = {one.id for one in records}
    async with searched.pools.read.connection() as connection:
        fields = TypeFields(await registry_of(searched.services["search"], connection), "material-sample")
    place = place_of(indexes()[SAMPLES], fields)
    name = str(next(value for one in records for value in one.values("materialSampleName")))
    countries = [value for one in records for value in one.values("collectingEvent.dwcCountry")]
    ring = [[-140, 40], [-50, 40], [-50, 70], [-140, 70], [-140, 40]]
    queries: list[Any] = [
        {"match_all": {}},
        {"term": {f"{NAME}.keyword": name}},
        {"prefix": {f"{NAME}.prefix": name[:4].lower()}},
        {"match": {f"{NAME}.infix": name[2:6]}},
        {"wildcard": {f"{NAME}.keyword": {"value": f"*{name[-2:]}", "case_insensitive": True}}},
        {"bool": {"must_not": [{"exists": {"field": "data.attributes.barcode"}}]}},
        included("collecting-event", {"term": {"included.attributes.dwcCountry.keyword": countries[0]}}),
        included("collecting-event", {"range": {"included.attributes.startEventDateTime": {"gte": "1950", "lt": "2000"}}}),
        included("collecting-event", {"geo_shape": {"included.attributes.eventGeom": {"shape": {"type": "polygon", "coordinates": [ring]}}}}),
        included("organism", {"match": {"included.attributes.determination.scientificName": "carex"}}),
        {"bool": {"must_not": [included("organism")]}},
        {"multi_match": {"query": f"carex {countries[-1]}", "operator": "and", "type": "cross_fields", "fields": ["data.attributes.*"]}},
        {"simple_query_string": {"query": "carex | bombus*", "fields": ["data.attributes.*"]}},
    ]  # fmt: skip
    found_some = 0
    for query in queries:
        tree = read(query, "/query", place)
        meant = {one.id for one in records if naive.holds(tree, one, fields)}
        answer = await search(searched, {"query": query, "size": 5000, "_source": False})
        told = {hit["_id"] for hit in answer["hits"]["hits"]}
        assert told & judged == meant, query
        assert answer["hits"]["total"] == {"value": len(told), "relation": "eq"}
        counted = await post(searched, {"query": query}, "/count")
        assert counted.json() == {"count": len(told)}
        found_some += 0 < len(meant) < len(records)
    assert found_some > 6


async def test_pages_follow_each_other_in_order(searched: App, follower: Follower) -> None:
    body: dict[str, Any] = {
        "sort": [{f"{NAME}.keyword_numeric": "desc"}],
        "size": 15,
        "_source": [NAME, "data.id"],
    }
    whole = await search(searched, {**body, "size": 45})
    pages = [await search(searched, {**body, "from": start}) for start in (0, 15, 30)]
    ids = [hit["_id"] for page in pages for hit in page["hits"]["hits"]]
    assert ids == [hit["_id"] for hit in whole["hits"]["hits"]]
    assert len(set(ids)) == 45
    source = whole["hits"]["hits"][0]["_source"]
    assert set(source) == {"data"}
    assert set(source["data"]) == {"id", "attributes"}
    assert set(source["data"]["attributes"]) == {"materialSampleName"}


async def test_aggregations_count_what_is_there(searched: App, follower: Follower) -> None:
    country = {"terms": {"field": "included.attributes.dwcCountry.keyword", "size": 100}}
    event = {"filter": {"term": {"included.type": "collecting-event"}}}
    geom = "included.attributes.eventGeom"
    inner = {
        "countries": country,
        "years": {"date_histogram": {"field": "included.attributes.startEventDateTime", "calendar_interval": "year", "min_doc_count": 1}},
        "tiles": {"geotile_grid": {"field": geom, "precision": 3}, "aggs": {"middle": {"geo_centroid": {"field": geom}}}},
        "where": {"geo_centroid": {"field": geom}},
    }  # fmt: skip
    body = {
        "size": 0,
        "aggs": {
            "sterms#n": {"nested": {"path": "included"}, "aggs": {"e": {**event, "aggs": inner}}},
            "kinds": {"terms": {"field": "data.attributes.materialSampleType.keyword"}},
            "all": {"composite": {"size": 5, "sources": [{"k": {"terms": {"field": f"{NAME}.keyword"}}}]}},
        },
    }
    answer = await search(searched, body)
    assert answer["hits"]["hits"] == []
    found = answer["aggregations"]
    countries = found["n"]["e"]["countries"]["buckets"]
    assert countries
    for bucket in countries[:3]:
        query = included(
            "collecting-event", {"term": {"included.attributes.dwcCountry.keyword": bucket["key"]}}
        )
        assert (await post(searched, {"query": query}, "/count")).json() == {"count": bucket["doc_count"]}
    assert found["n"]["e"]["years"]["buckets"]
    assert all("middle" in tile for tile in found["n"]["e"]["tiles"]["buckets"])
    assert {"lat", "lon"} == set(found["n"]["e"]["where"]["location"])
    assert sum(one["doc_count"] for one in found["kinds"]["buckets"]) <= answer["hits"]["total"]["value"]
    keys = [one["key"]["k"] for one in found["all"]["buckets"]]
    assert keys == sorted(keys)
    assert len(keys) == 5


async def test_several_indexes_at_once(searched: App, follower: Follower) -> None:
    names = "dina_material_sample_index,dina_agent_index,dina_loan_transaction_index"
    answer = await search(searched, {"query": {"match_all": {}}, "size": 5}, index=names)
    assert len(answer["hits"]["hits"]) == 5
    each = [await search(searched, {"size": 0}, index=name) for name in names.split(",")]
    assert answer["hits"]["total"]["value"] == sum(one["hits"]["total"]["value"] for one in each)


async def test_a_page_far_from_the_start_is_gone_to(
    searched: App, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    body: dict[str, Any] = {"sort": [{f"{NAME}.keyword_numeric": "asc"}], "_source": False}
    near = await search(searched, {**body, "from": 100, "size": 30})
    monkeypatch.setattr(operations, "FAR", 20)
    monkeypatch.setattr(operations, "MAX_SIZE", 7)
    far = await search(searched, {**body, "from": 100, "size": 30})
    assert far["hits"] == near["hits"]
    total = far["hits"]["total"]["value"]
    assert len((await search(searched, {**body, "from": total - 3}))["hits"]["hits"]) == 3
    for start in (total, total + 50):
        end = await search(searched, {**body, "from": start})
        assert (end["hits"]["hits"], end["hits"]["total"]["value"]) == ([], total)


async def test_pages_over_several_indexes_follow_each_other(searched: App, follower: Follower) -> None:
    names = "dina_material_sample_index,dina_agent_index"
    body: dict[str, Any] = {"sort": [{"data.attributes.createdOn": "desc"}], "_source": False}
    whole = await search(searched, {**body, "size": 30}, index=names)
    pages = [
        await search(searched, {**body, "size": 10, "from": start}, index=names) for start in (0, 10, 20)
    ]
    ids = [hit["_id"] for page in pages for hit in page["hits"]["hits"]]
    assert ids == [hit["_id"] for hit in whole["hits"]["hits"]]
    sorts = [hit["sort"][0] for hit in whole["hits"]["hits"]]
    assert sorts == sorted(sorts, reverse=True)


@pytest.mark.parametrize(
    "body", [b"", b"[" * 100_000, b"{", b"\xff", b'{"query": "\\u0000"}', b"null", b'{"size": 1e400}']
)
async def test_what_is_no_json_object_is_a_400(searched: App, follower: Follower, body: bytes) -> None:
    async with searched.client_as(ADMIN) as client:
        answer = await client.post(
            f"{AT}/search?indexName={SAMPLES}", content=body, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 400, answer.text


@given(HOSTILE | st.dictionaries(st.sampled_from([*LEAVES, *GROUPS]), HOSTILE, min_size=1, max_size=1))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
async def test_hostile_queries_are_answered_or_refused(searched: App, follower: Follower, query: Any) -> None:
    # As text: what is no JSON (NaN, infinite) is sent too.
    content = json.dumps({"query": query, "size": 1}).encode()
    async with searched.client_as(ADMIN) as client:
        answer = await client.post(
            f"{AT}/search?indexName={SAMPLES}", content=content, headers={"content-type": "application/json"}
        )
    assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize(
    "field",
    ["createdOn", "preparationDate", "publiclyReleasable", "materialSampleName", "barcode", "group", "tags"],
)
@pytest.mark.parametrize(
    "value", ["0001", "9999", "0000-01-01", "9999-12-31T23:59:59Z||/M", "now-90000y", "", "\\", "%", "*", "a" * 1000, 1e308, -1, True, "\ud800"],
)  # fmt: skip
async def test_odd_values_are_answered_or_refused(
    searched: App, follower: Follower, field: str, value: Any
) -> None:
    name = f"data.attributes.{field}"
    for query in (
        {"term": {name: value}}, {"range": {name: {"gt": value, "lte": value}}}, {"match": {name: value}}, {"prefix": {name: value}},
        {"wildcard": {name: value}}, {"term": {f"{name}.keyword": value}}, {"bool": {"must_not": {"terms": {name: [value, value]}}}},
        {"simple_query_string": {"query": str(value), "fields": [name]}},
    ):  # fmt: skip
        content = (
            orjson.dumps({"query": query, "size": 1})
            if value != "\ud800"
            else json.dumps({"query": query}).encode()
        )
        async with searched.client_as(ADMIN) as client:
            answer = await client.post(
                f"{AT}/search?indexName={SAMPLES}",
                content=content,
                headers={"content-type": "application/json"},
            )
        assert answer.status_code in (200, 400), (query, answer.text)


async def test_highlights_and_completions(searched: App, follower: Follower) -> None:
    body = {
        "query": {"multi_match": {"query": "carex", "fields": ["data.attributes.*"]}},
        "highlight": {"fields": {"*": {}}},
    }
    (first, *_) = (await search(searched, body))["hits"]["hits"]
    assert any("<em>" in piece for pieces in first["highlight"].values() for piece in pieces)
    async with searched.client_as(ADMIN) as client:
        some = (await search(searched, {"size": 1}))["hits"]["hits"][0]["_source"]["data"]["attributes"]
        begun = some["materialSampleName"][:3]
        answer = await client.get(
            f"{AT}/auto-complete",
            params={"indexName": SAMPLES, "prefix": begun, "autoCompleteField": NAME, "group": some["group"]},
        )
        assert answer.status_code == 200, answer.text
        hits = answer.json()["hits"]
        assert hits
        for hit in hits:
            assert set(hit["source"]["data"]) == {"id", "type", "attributes"}
            assert set(hit["source"]["data"]["attributes"]) == {"materialSampleName"}
        described = (await client.get(f"{AT}/mapping", params={"indexName": SAMPLES})).json()
        assert {"collectingEvent", "organism"} <= {one["referencedBy"] for one in described["relationships"]}


async def test_others_find_only_what_they_may_read(searched: App, follower: Follower) -> None:
    readable: set[str] = set()
    async with searched.client_as(STRANGER) as client:
        address: str | None = (
            "/collection/v1/material-sample?page[limit]=1000&page[after]=&fields[material-sample]=group"
        )
        while address:
            page = (await client.get(address)).json()
            readable |= {one["id"] for one in page["data"]}
            address = page["links"]["next"]
    assert len(readable) > 300
    answer = await search(searched, {"size": 5000, "_source": False}, caller=STRANGER)
    assert {hit["_id"] for hit in answer["hits"]["hits"]} == readable


@pytest.mark.parametrize(
    ("body", "index"),
    [
        ({"query": {"script": {}}}, SAMPLES),
        ([], SAMPLES),
        ({"size": 9999}, SAMPLES),
        ({}, "x"),
        ({"from": 3_000_000}, SAMPLES),
    ],
)
async def test_what_is_not_served_is_a_400_with_its_place(
    searched: App, follower: Follower, body: Any, index: str
) -> None:
    answer = await post(searched, body, index=index)
    assert answer.status_code == 400, answer.text
    (error,) = answer.json()["errors"]
    assert error["detail"]
    assert error["source"]
