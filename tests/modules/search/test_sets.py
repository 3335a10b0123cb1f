"""Sets of records, fixed and live, and searches that use them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from dina.app import App
from tests.conftest import resource
from tests.modules.search.conftest import ADMIN, CURATOR, STRANGER, Desk

SETS, SAVED = "/search/v1/record-set", "/search/v1/saved-query"
TURKEY = {"field": "collectingEvent.dwcCountry", "op": "eq", "value": "Turkey"}


@pytest_asyncio.fixture
async def client(searched: App) -> AsyncIterator[httpx.AsyncClient]:
    async with searched.client_as(CURATOR) as found:
        yield found


async def kept(client: httpx.AsyncClient, name: str, **attributes: Any) -> str:
    given = {"group": "demo", "name": name, "recordType": "material-sample", **attributes}
    answer = await client.post(SETS, json=resource("record-set", given))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def changed(client: httpx.AsyncClient, id_: str, way: str, **attributes: Any) -> httpx.Response:
    body = {"data": {"type": "record-set-change", "attributes": attributes}}
    return await client.post(f"{SETS}/{id_}/{way}", json=body)


async def told(client: httpx.AsyncClient, id_: str, way: str, **attributes: Any) -> tuple[int, int]:
    answer = await changed(client, id_, way, **attributes)
    assert answer.status_code == 200, answer.text
    found = answer.json()["data"]["attributes"]
    return found["records"], found["changed"]


async def test_what_a_search_finds_is_put_into_a_set_and_taken_out(
    client: httpx.AsyncClient, curator: Desk
) -> None:
    turkish = (await curator.ask("/search/count", type="material-sample", filter=TURKEY))["total"]
    carex = await curator.names(q="carex")
    set_ = await kept(client, "To be photographed")
    assert await told(client, set_, "add", filter=TURKEY) == (turkish, turkish)
    assert await told(client, set_, "add", filter=TURKEY) == (turkish, 0)
    found = await curator.ask("/search/count", type="material-sample", filter={"set": set_})
    assert found["total"] == turkish
    both = await curator.names(q=f"carex set:{set_}")
    assert both == carex & await curator.names(filter=TURKEY)
    left, gone = await told(client, set_, "remove", q="carex")
    assert (left, gone) == (turkish - len(both), len(both))
    assert await curator.names(q=f"carex set:{set_}") == set()
    by_name = await curator.ask("/search/count", type="material-sample", q='ensemble:"To be photographed"')
    assert by_name["total"] == left


async def test_a_live_set_is_what_its_search_finds_now(client: httpx.AsyncClient, curator: Desk) -> None:
    set_ = await kept(client, "Turkish", query={"filter": TURKEY})
    found = await curator.ask("/search/count", type="material-sample", filter={"set": set_})
    assert found == await curator.ask("/search/count", type="material-sample", filter=TURKEY)
    refused = await changed(client, set_, "add", q="carex")
    assert refused.status_code == 422
    assert "Turkish" in refused.json()["errors"][0]["detail"]
    both = await client.post(
        SETS,
        json=resource(
            "record-set",
            {
                "group": "demo",
                "name": "x",
                "recordType": "material-sample",
                "records": [set_],
                "query": {"q": "x"},
            },
        ),
    )
    assert both.status_code == 422


async def test_two_people_fill_one_set_at_once(
    searched: App, client: httpx.AsyncClient, curator: Desk
) -> None:
    hits = (await curator.ask("/search", type="material-sample", page={"limit": 40}))["hits"]
    ids = [hit["id"] for hit in hits]
    set_ = await kept(client, "Filled by two")
    answers = await asyncio.gather(
        *(changed(client, set_, "add", ids=ids[at : at + 10]) for at in range(0, 40, 10))
    )
    again = [at for at, answer in enumerate(answers) if answer.status_code != 200]
    for at in again:
        assert answers[at].status_code == 503
        await told(client, set_, "add", ids=ids[at * 10 : at * 10 + 10])
    stored = (await client.get(f"{SETS}/{set_}")).json()["data"]["attributes"]["records"]
    assert sorted(stored) == sorted(ids)


async def test_a_saved_search_is_a_rule_of_another(client: httpx.AsyncClient, curator: Desk) -> None:
    given = {"group": "demo", "name": "Sedges", "searchedType": "material-sample", "query": {"q": "carex"}}
    saved = (await client.post(SAVED, json=resource("saved-query", given))).json()["data"]["id"]
    tree = {"all": [{"saved": saved}, {"not": TURKEY}]}
    carex, turkish = await curator.names(q="carex"), await curator.names(filter=TURKEY)
    assert await curator.names(filter=tree) == carex - turkish
    assert await curator.names(q="saved:Sedges") == carex
    itself = {"query": {"filter": {"saved": saved}}}
    answer = await client.patch(f"{SAVED}/{saved}", json=resource("saved-query", itself, id=saved))
    assert answer.status_code == 200
    refused = await curator.post("/search", type="material-sample", filter={"saved": saved})
    assert refused.status_code == 400
    assert "Sedges" in refused.json()["errors"][0]["detail"]


async def test_a_set_that_is_not_for_somebody_is_not_there(
    searched: App, client: httpx.AsyncClient, stranger: Desk, curator: Desk
) -> None:
    set_ = await kept(client, "Mine alone", private=True)
    assert (await stranger.post("/search", type="material-sample", filter={"set": set_})).status_code == 400
    assert (await stranger.post("/search", type="material-sample", q='set:"Mine alone"')).status_code == 400
    for caller in (STRANGER, ADMIN):
        async with searched.client_as(caller) as other:
            answer = await changed(other, set_, "add", q="carex")
            assert answer.status_code in (403, 404) if caller is STRANGER else answer.status_code < 500
    wrong = await curator.post("/search", type="person", filter={"set": set_})
    assert wrong.status_code == 400


async def test_a_set_may_hold_ten_thousand_pasted_values(curator: Desk) -> None:
    names = sorted(await curator.names(q="carex"))
    pasted = [*names, *(f"NO-{number}" for number in range(9_990))][:10_000]
    tree = {"field": "materialSampleName", "op": "in", "values": pasted}
    found = await curator.ask("/search", type="material-sample", filter=tree)
    assert found["total"] == len(names)
    assert [one["label"] for one in found["filterChips"]] == [f"Primary ID: one of {len(pasted):,} values"]
    tree["values"] = [*pasted, "one", "more", *pasted[:10]]
    assert (await curator.post("/search", type="material-sample", filter=tree)).status_code in (400, 422)


async def test_a_saved_search_tells_the_tree_that_it_stands_for(
    client: httpx.AsyncClient, searched: App, curator: Desk
) -> None:
    set_ = await kept(client, "Pieces", query={"filter": TURKEY})

    async def save(**attributes: Any) -> str:
        given = {"group": "demo", "name": "For the tree", "searchedType": "material-sample", **attributes}
        answer = await client.post(SAVED, json=resource("saved-query", given))
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]["id"]

    saved = await save(query={"q": "carex", "filter": {"set": set_}, "sort": ["-createdOn"]})
    answer = await client.get(f"{SAVED}/{saved}/tree")
    assert answer.status_code == 200, answer.text
    told = answer.json()["data"]["attributes"]
    assert told["filter"] == {"all": [{"words": "carex", "form": "prefix"}, TURKEY]}
    assert (told["type"], told["group"], told["doubts"]) == ("material-sample", "demo", [])
    assert await curator.names(filter=told["filter"]) == await curator.names(q=f"carex set:{set_}")
    doubtful = (await client.get(f"{SAVED}/{await save(query={'q': 'contree:Turkey'})}/tree")).json()
    assert doubtful["data"]["attributes"]["doubts"]
    gone = await client.get(f"{SAVED}/{await save(query={'filter': {'set': 'nowhere'}})}/tree")
    assert gone.status_code == 400
    async with searched.client_as(STRANGER) as stranger:
        assert (await stranger.get(f"{SAVED}/{saved}/tree")).status_code in (403, 404)


async def test_records_come_in_the_order_of_their_ids_when_that_is_asked(curator: Desk) -> None:
    for sort, backwards in (("id", False), ("-id", True)):
        found: list[str] = []
        page: dict[str, Any] = {"limit": 300}
        while True:
            told = await curator.ask("/search", type="material-sample", sort=[sort], fields=["id"], page=page)
            found += [one["id"] for one in told["hits"]]
            if not told["next"]:
                break
            page = {"limit": 300, "after": told["next"]}
        assert len(found) == told["total"] > 600
        assert found == sorted(set(found), reverse=backwards)


async def test_a_set_is_found_by_a_name_with_commas_and_quotes(
    client: httpx.AsyncClient, curator: Desk
) -> None:
    name = 'Vials 1, 2 and "3"'
    set_ = await kept(client, name, query={"filter": TURKEY})
    by_id = await curator.ask("/search/count", type="material-sample", filter={"set": set_})
    assert await curator.ask("/search/count", type="material-sample", filter={"set": name}) == by_id
