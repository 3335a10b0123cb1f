"""A saved search as the content of a data set: what it finds and is released is published, and nothing else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from dina.app import App
from dina.base.identity.caller import Caller, group_roles
from dina.modules.exchange import searches as searching
from dina.modules.exchange.publishing.searched import names_groups
from dina.modules.search.index.follower import Follower
from tests.conftest import client_of, linked, resource
from tests.modules.exchange.conftest import JSON_API, Define, Publishing, changed, made, specimen
from tests.modules.search.conftest import caught_up, source_of

SECRET = "XYZZY"
SAVED = "/search/v1/saved-query"
Found = set[str]


@pytest_asyncio.fixture(scope="module")
async def follower(demo: App) -> AsyncIterator[Follower]:
    """A follower that works when it is told to."""
    async with await AsyncConnection.connect(demo.settings.database_url, autocommit=True) as connection:
        source = source_of(demo)
        yield await Follower.open(connection, source)
        await source.close()


async def saved(client: httpx.AsyncClient, query: dict[str, Any], **attributes: Any) -> str:
    whole = {"group": "demo", "name": "To publish", "searchedType": "material-sample", "query": query}
    answer = await client.post(SAVED, json=resource("saved-query", whole | attributes), headers=JSON_API)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


def by(search: str) -> dict[str, Any]:
    return {"type": "material-sample", "search": search}


async def published(publishing: Publishing, **confirmed: Any) -> Found:
    """The specimens of the version that is published now, by id."""
    await publishing.published(**confirmed)
    archive = await publishing.archive()
    assert not any(SECRET.encode() in content for content in archive.files.values())
    return {one["occurrenceID"].removeprefix("urn:uuid:") for one in archive.occurrences}


async def refused(publishing: Publishing) -> dict[str, Any]:
    """Why a publication failed, which must leave nothing behind."""
    told = await publishing.publish()
    assert told["state"] == "failed"
    async with client_of(publishing.app) as nobody:
        assert (await nobody.get(f"/exchange/v1/datasets/{publishing.id}")).status_code == 404
    params = {"filter[dataset.id]": publishing.id}
    assert (await publishing.client.get("/exchange/v1/dataset-version", params=params)).json()["data"] == []
    assert len(told["errors"]) == 1
    return told["errors"][0]


async def content(publishing: Publishing) -> dict[str, Any]:
    answer = await publishing.client.get(f"/exchange/v1/dataset/{publishing.id}/content")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]


async def test_the_same_is_published_by_a_search_as_by_filters(
    define: Define, curator: httpx.AsyncClient, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, also where it takes several pages of ids and several tables of each."""
    monkeypatch.setattr(searching, "PAGE", 300)
    monkeypatch.setattr(searching, "AT_ONCE", 110)
    await caught_up(follower)
    plain = await define()
    searched = await define(query=by(await saved(curator, {"q": "collection.code:=B"})))
    told = await content(searched)
    assert (told["found"], told["released"]) == (748, 748)
    assert told["search"]["name"] == "To publish"
    assert await published(searched) == await published(plain)
    first, second = await plain.archive(), await searched.archive()
    assert first.files["occurrence.txt"] == second.files["occurrence.txt"]
    assert first.files["identification.txt"] == second.files["identification.txt"]


async def test_what_no_filter_can_say_is_published(
    define: Define, curator: httpx.AsyncClient, follower: Follower
) -> None:
    """Words, places and either-or within one search, parts with what they have from above."""
    meadow = await specimen(
        curator, "tree", {"habitat": "Wet meadow by the brook", "dwcCountry": "Narnia",
                          "geoReferenceAssertions": [{"dwcDecimalLatitude": 61.2, "dwcDecimalLongitude": -135.9, "isPrimary": True}]},
    )  # fmt: skip
    wood = await specimen(curator, "tree", {"habitat": "Old wood", "dwcCountry": "Narnia"})
    other = await specimen(curator, "tree", {"habitat": "Wet meadow", "dwcCountry": "Archenland"})
    part = await made(
        curator, "material-sample", {"materialSampleName": "tree-part", "publiclyReleasable": True, "tags": ["tree"]},
        parentMaterialSample=linked("material-sample", meadow),
    )  # fmt: skip
    await caught_up(follower)
    narnia = {"field": "dwcCountry", "op": "eq", "value": "Narnia"}
    tree = {
        "any": [
            {"all": [{"linked": "collectingEvent", "where": narnia}, {"words": "meadow brook"}, {"near": {"lat": 61, "lon": -136, "km": 100}}]},
            {"all": [{"linked": "parentMaterialSample"}, {"field": "tags", "op": "eq", "value": "tree"}]},
        ]
    }  # fmt: skip
    publishing = await define(query=by(await saved(curator, {"filter": tree})))
    assert (await content(publishing))["released"] == 2
    assert await published(publishing) == {meadow, part}
    row = (await publishing.archive()).by_id()[f"urn:uuid:{part}"]
    assert row["country"] == "Narnia"
    # The search changes: the next version follows it, and each says what it was made of.
    search = (await publishing.client.get(f"/exchange/v1/dataset/{publishing.id}")).json()["data"][
        "attributes"
    ]["query"]["search"]
    wider = {"filter": {"all": [{"field": "tags", "op": "eq", "value": "tree"}]}}
    await changed(curator, "search", "saved-query", search, query=wider)
    assert await published(publishing) == {meadow, wood, other, part}
    params = {"filter[dataset.id]": publishing.id, "sort": "number"}
    versions = (await curator.get("/exchange/v1/dataset-version", params=params)).json()["data"]
    told = [one["attributes"]["metadata"]["search"] for one in versions]
    assert [one["filter"] for one in told] == [tree, wider["filter"]]
    assert {(one["id"], one["name"]) for one in told} == {(search, "To publish")}
    page = await publishing.page()
    assert "search" not in str(page["dataset"])


async def test_what_is_held_back_is_never_published(
    define: Define, curator: httpx.AsyncClient, follower: Follower
) -> None:
    open_ = await specimen(curator, "held")
    restricted = await specimen(curator, "held", isRestricted=True)
    await specimen(curator, "held", publiclyReleasable=None, materialSampleRemarks=SECRET)
    await specimen(curator, "held", publiclyReleasable=False, materialSampleRemarks=SECRET)
    gone = await specimen(curator, "held", materialSampleRemarks=SECRET)
    await caught_up(follower)
    # The index does not know yet that these are to be held back: the records themselves do.
    late = await specimen(curator, "held")
    await caught_up(follower)
    await changed(curator, "collection", "material-sample", late, publiclyReleasable=False)
    assert (await curator.delete(f"/collection/v1/material-sample/{gone}")).status_code == 204
    tagged = {"field": "tags", "op": "eq", "value": "held"}
    publishing = await define(query=by(await saved(curator, {"filter": tagged})))
    assert await published(publishing) == {open_}
    await publishing.change(withRestricted=True)
    assert await published(publishing) == {open_, restricted}
    wide = {"any": [tagged, {"not": {"field": "publiclyReleasable", "op": "eq", "value": True}}]}
    publishing = await define(query=by(await saved(curator, {"filter": wide})))
    assert open_ in await published(publishing)
    assert late not in await published(publishing)


async def test_the_search_does_not_tell_what_is_withheld(
    define: Define, curator: httpx.AsyncClient, follower: Follower
) -> None:
    """A released specimen is not found by what the public is not told of it, and so does not betray it."""
    rule = await made(
        curator, "sensitive-taxon",
        {"scientificName": "Falco secretus", "action": "GENERALISE", "coordinatePrecision": 1.0},
    )  # fmt: skip
    place = {
        "geoReferenceAssertions": [
            {"dwcDecimalLatitude": 61.23456, "dwcDecimalLongitude": -135.98765, "isPrimary": True}
        ],
        "dwcVerbatimLocality": SECRET,
    }
    bird = {"determination": [{"scientificName": "Falco secretus", "isPrimary": True}]}
    falcon = await specimen(curator, "veiled", place, bird)
    hidden = await specimen(curator, "veiled", {"habitat": SECRET, "publiclyReleasable": False})
    inner = await specimen(curator, "veiled", restrictionRemarks=SECRET)
    await caught_up(follower)
    probes: list[dict[str, Any]] = [
        {"words": SECRET},
        {"linked": "collectingEvent", "where": {"words": SECRET}},
        {"field": "collectingEvent.habitat", "op": "eq", "value": SECRET},
        {"field": "restrictionRemarks", "op": "prefix", "value": SECRET[:3]},
        {"near": {"lat": 61.23456, "lon": -135.98765, "km": 1}},
    ]
    tagged = {"field": "tags", "op": "eq", "value": "veiled"}
    for probe in probes:
        publishing = await define(query=by(await saved(curator, {"filter": {"all": [tagged, probe]}})))
        assert (await refused(publishing))["detail"].startswith("There is nothing to publish"), probe
        # Nor by what it lacks: all are as they look to everybody.
        turned = {"all": [tagged, {"not": probe}]}
        publishing = await define(query=by(await saved(curator, {"filter": turned})))
        assert await published(publishing) == {falcon, hidden, inner}, probe
    assert (await curator.delete(f"/collection/v1/sensitive-taxon/{rule}")).status_code == 204


async def test_a_data_set_speaks_for_its_own_group(
    define: Define, demo: App, curator: httpx.AsyncClient, follower: Follower
) -> None:
    own = await specimen(curator, "groups")
    elsewhere = Caller("s", "stranger", groups=group_roles(["/elsewhere/super-user"]))
    async with demo.client_as(elsewhere) as stranger:
        foreign = await specimen(stranger, "groups", group="elsewhere")
        theirs = await saved(stranger, {"q": "tags:groups"}, group="elsewhere")
    await caught_up(follower)
    tagged = {"field": "tags", "op": "eq", "value": "groups"}

    def group(*names: str) -> dict[str, Any]:
        return {"field": "group", "op": "in", "values": list(names)}

    for tree, expected in (
        (tagged, {own}),
        ({"all": [tagged, {"any": [group("elsewhere"), tagged]}]}, {own}),
        ({"all": [tagged, {"not": group("nowhere")}]}, {own}),
        ({"all": [tagged, group("elsewhere")]}, {foreign}),
        ({"all": [tagged, group("elsewhere", "demo")]}, {own, foreign}),
    ):
        publishing = await define(query=by(await saved(curator, {"filter": tree})))
        assert await published(publishing) == expected, tree
    # Others would say what is published in the group's name.
    publishing = await define(query=by(theirs))
    assert (await refused(publishing))["meta"]["rule"] == "publish.searchGone"


@pytest.mark.parametrize(
    ("tree", "named"),
    [
        ({"field": "group", "value": "a"}, True),
        ({"field": "group", "op": "prefix", "value": ""}, False),
        ({"any": []}, False),
        ({"any": [{"field": "group", "value": "a"}, {"field": "group", "value": "b"}]}, True),
        ({"linked": "collection", "where": {"field": "group", "value": "a"}}, False),
        ({"all": [{"all": [{"field": "group", "value": "a"}]}]}, True),
        ({"words": "group"}, False),
        ("group", False),
    ],
)
def test_a_search_names_groups_only_where_it_finds_nothing_else(tree: Any, named: bool) -> None:
    assert names_groups(tree) is named


async def test_a_search_that_cannot_be_used_publishes_nothing(
    define: Define, curator: httpx.AsyncClient, follower: Follower
) -> None:
    await specimen(curator, "gone")
    await caught_up(follower)
    tagged = {"filter": {"field": "tags", "op": "eq", "value": "gone"}}
    deleted = await saved(curator, tagged)
    assert (await curator.delete(f"{SAVED}/{deleted}")).status_code == 204
    events = await saved(curator, {"q": "x"}, searchedType="collecting-event")
    for search, rule in (
        (deleted, "searchGone"),
        # Also where its owner publishes: else it were another data set for everybody else and the clock.
        (await saved(curator, tagged, private=True), "searchGone"),
        (events, "searchType"),
        (await saved(curator, {"filter": {"field": "noSuchField", "value": "x"}}), "search"),
        (await saved(curator, {"filter": {"set": "no such set"}}), "search"),
        (await saved(curator, {"q": "noSuchField:x"}), "search"),
    ):
        publishing = await define(query=by(search))
        told = await refused(publishing)
        assert told["meta"]["rule"] == f"publish.{rule}", told
        assert told["detail"]
        answer = await curator.get(f"/exchange/v1/dataset/{publishing.id}/content")
        assert answer.status_code == 422, answer.text
        french = await curator.get(
            f"/exchange/v1/dataset/{publishing.id}/content", headers={"accept-language": "fr"}
        )
        assert "recherche enregistrée" in french.json()["errors"][0]["detail"]


async def test_a_search_that_vanishes_leaves_the_published_version(
    define: Define, curator: httpx.AsyncClient, follower: Follower
) -> None:
    kept = await specimen(curator, "stays")
    await caught_up(follower)
    search = await saved(curator, {"q": "tags:stays"})
    publishing = await define(query=by(search))
    assert await published(publishing) == {kept}
    assert (await curator.delete(f"{SAVED}/{search}")).status_code == 204
    assert (await publishing.publish())["errors"][0]["meta"]["rule"] == "publish.searchGone"
    assert len((await publishing.archive()).occurrences) == 1
    assert (await publishing.page())["version"] == 1


async def test_queries_are_of_one_kind(curator: httpx.AsyncClient) -> None:
    id_ = await saved(curator, {"q": "x"})
    for query in (
        {"type": "material-sample", "search": "no id"},
        {"type": "material-sample", "search": 1},
        {"type": "material-sample", "search": id_, "filters": {"filter[tags]": "x"}},
        {"type": "collecting-event", "search": id_},
    ):
        body = resource("dataset", {"group": "demo", "title": "x", "query": query})
        answer = await curator.post("/exchange/v1/dataset", json=body, headers=JSON_API)
        assert answer.status_code == 422, query


async def test_an_export_holds_what_a_saved_search_finds(
    demo: App, curator: httpx.AsyncClient, follower: Follower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whoever exports finds it: also what is not released, also by a search for oneself."""
    monkeypatch.setattr(searching, "PAGE", 2)
    monkeypatch.setattr(searching, "AT_ONCE", 2)
    made_ = sorted([await specimen(curator, "sent", publiclyReleasable=None) for _ in range(5)])
    other = await specimen(curator, "sent", materialSampleRemarks="other")
    await caught_up(follower)
    search = await saved(curator, {"q": "tags:sent"}, private=True)

    async def exported(**query: Any) -> tuple[dict[str, Any], list[str]]:
        body = resource(
            "data-export",
            {
                "name": "sent", "exportType": "TABULAR_DATA", "source": "material-sample", "exportOptions": {"format": "CSV"},
                "query": json.dumps(query), "schema": {"material-sample": {"columns": ["id", "materialSampleName"]}},
            },
        )  # fmt: skip
        answer = await curator.post("/exchange/v1/data-export", json=body, headers=JSON_API)
        if answer.status_code != 201:
            return answer.json()["errors"][0], []
        id_ = answer.json()["data"]["id"]
        await demo.worker(tmp_path / "work").run(until_idle=True)
        job = (await curator.get(f"/exchange/v1/job/{id_}")).json()["data"]["attributes"]
        if job["state"] != "finished":
            return job["errors"][0], []
        text = (await curator.get(f"/exchange/v1/file/{id_}")).text
        return {}, [line.split(",")[0] for line in text.lstrip("\ufeff").splitlines()[1:]]

    assert await exported(search=search) == ({}, sorted([*made_, other]))
    assert await exported(search=search, filter={"materialSampleRemarks": "other"}) == ({}, [other])
    assert (await exported(search=search, limit=3))[1] == sorted([*made_, other])[:3]
    assert (await exported(search=search, filter={"materialSampleRemarks": "none"})) == ({}, [])
    assert await exported(q="tags:sent remarks:other") == ({}, [other])
    told = (await exported(q="tags:sent noSuchField:x"))[0]
    assert told["meta"]["rule"] == "publish.search"
    assert "noSuchField" in told["detail"]
    wrongs = [
        {"search": search, "sort": "id"},
        {"search": "x"},
        {"search": 5},
        {"q": 5},
        {"q": "x", "search": search},
    ]
    for wrong in wrongs:
        assert (await exported(**wrong))[0]["meta"]["rule"] == "export.querySearch"
    assert (await curator.delete(f"{SAVED}/{search}")).status_code == 204
    assert (await exported(search=search))[0]["meta"]["rule"] == "publish.searchGone"
