"""Relative dates, numbers of links, taxa by rank, facets in facets, several types, parts of texts, chips of filters."""

from __future__ import annotations

import datetime as dt

import pytest

from dina.app import App
from dina.modules.search.index.follower import Follower
from tests.conftest import linked
from tests.modules.search.conftest import CURATOR, Desk, caught_up
from tests.modules.search.making import delete, make

SAMPLE = "material-sample"
FAMILY = "organism.determination.taxon.family"


async def test_the_last_days_are_counted_from_today(searched: App, follower: Follower, curator: Desk) -> None:
    today = dt.datetime.now(dt.UTC).date()
    async with searched.client_as(CURATOR) as client:
        made = [
            await make(
                client, "material-sample",
                {"group": "demo", "materialSampleName": f"DATED-{days}", "preparationDate": str(today - dt.timedelta(days=days))},
            )
            for days in (0, 6, 8, 400)
        ]  # fmt: skip
        await caught_up(follower)

        async def names(**asked: object) -> set[int]:
            return {int(one.split("-")[1]) for one in await curator.names(**asked) if one.startswith("DATED")}

        path = "preparationDate"
        assert await names(filter={"field": path, "op": "ge", "value": "today-7d"}) == {0, 6}
        assert await names(filter={"field": path, "op": "between", "values": ["today-2w", "today-1w"]}) == {8}
        assert await names(filter={"field": path, "value": "today"}) == {0}
        assert await names(filter={"field": path, "op": "lt", "value": "today-1y"}) == {400}
        for text in (
            "preparationDate:last7d",
            "preparationDate:derniers7j",
            "preparationDate:>=aujourd’hui-7j",
        ):
            assert await names(q=f"dated {text}") == {0, 6}, text
        tree = {"all": [{"field": path, "op": "ge", "value": "today-7d"}, {"words": "dated"}]}
        found = await curator.ask("/search", type=SAMPLE, filter=tree)
        assert [one["label"] for one in found["filterChips"]] == ["Prepared on: last 7 days", "“dated”"]
        for id_ in made:
            await delete(client, "material-sample", id_)
    await caught_up(follower)


async def test_records_are_found_by_how_many_they_are_linked_with(
    searched: App, follower: Follower, curator: Desk
) -> None:
    async with searched.client_as(CURATOR) as client:
        sexes = ("female", "female", "male")
        made = [await make(client, "organism", {"group": "demo", "sex": sex}) for sex in sexes]
        samples = [
            await make(
                client, "material-sample", {"group": "demo", "materialSampleName": f"MANY-{number}"},
                **({"organism": linked("organism", *made[:number], many=True)} if number else {}),
            )
            for number in range(4)
        ]  # fmt: skip
        await caught_up(follower)

        async def names(**asked: object) -> set[int]:
            return {int(one.split("-")[1]) for one in await curator.names(**asked) if one.startswith("MANY")}

        female = {"field": "sex", "value": "female"}
        assert await names(filter={"linked": "organism", "least": 2}) == {2, 3}
        assert await names(filter={"linked": "organism", "where": female, "least": 2}) == {2, 3}
        assert await names(filter={"linked": "organism", "where": {"not": female}}) == {3}
        assert await names(q="many organism:>2") == {3}
        assert await names(q="many organism:1") == {1}
        assert await names(q="many organism:<2") == {0, 1}
        assert await names(q="many organism:2..3") == {2, 3}
        assert await names(q="many organism:0") == {0}
        for id_ in samples:
            await delete(client, "material-sample", id_)
    await caught_up(follower)


async def test_taxa_are_fields_by_rank(curator: Desk) -> None:
    facets = [{"name": "families", "field": FAMILY, "size": 500}]
    found = await curator.ask("/search", type=SAMPLE, page={"limit": 0}, facets=facets)
    families = {one["value"]: one["count"] for one in found["facets"]["families"]["buckets"]}
    assert families["Cyperaceae"] > 0
    for text in ("family:cyperaceae", "famille:Cyperaceae", "within:cyperaceae", "dans:Cyperaceae"):
        assert (await curator.ask("/search/count", type=SAMPLE, q=text))["total"] == families["Cyperaceae"], (
            text
        )
    # What is known by its name alone has a genus and no family.
    assert (
        await curator.names(q="genus:carex") > await curator.names(q="genus:carex family:cyperaceae") > set()
    )
    assert await curator.names(q="genus:carex") == await curator.names(q="within:carex")
    fields = {one["path"]: one for one in (await curator.get("/fields", type=SAMPLE))["fields"]}
    assert fields[FAMILY]["label"] == "Family"
    assert fields[FAMILY]["records"] >= families["Cyperaceae"]


async def test_facets_stand_in_facets(curator: Desk) -> None:
    country, genus = "collectingEvent.dwcCountry", "organism.determination.taxon.genus"
    inner = [{"name": "genera", "field": genus, "size": 5}, {"name": "middle", "kind": "centroid"}]
    asked = [
        {"name": "countries", "field": country, "size": 3, "facets": inner},
        {
            "name": "types",
            "kind": "filter",
            "where": {"field": "organism.determination.typeStatus", "op": "exists"},
            "facets": inner,
        },
    ]
    found = (await curator.ask("/search", type=SAMPLE, page={"limit": 0}, facets=asked))["facets"]
    for bucket in found["countries"]["buckets"]:
        where = {"field": country, "value": bucket["value"], "fold": False}
        same = await curator.ask("/search", type=SAMPLE, filter=where, page={"limit": 0}, facets=inner)
        assert same["total"] == bucket["count"]
        assert same["facets"] == bucket["facets"]
    assert found["types"]["facets"]["genera"]["buckets"]
    deep = [{"name": "c", "kind": "cardinality", "field": country, "facets": inner}]
    assert (await curator.post("/search", type=SAMPLE, facets=deep)).status_code == 400


async def test_several_types_are_each_read_by_their_own_fields(curator: Desk) -> None:
    types = ["person", "material-sample", "collecting-event"]
    for text in ("number:B*", "country:turkey", "döring", "has:collector"):
        each = [(await curator.ask("/search/count", type=one, q=text))["total"] for one in types]
        for order in (types, types[::-1]):
            found = await curator.ask("/search", type=order, q=text, page={"limit": 5000}, fields=["group"])
            assert found["total"] == sum(each), (text, each)
        assert sum(each) > 0


@pytest.mark.parametrize("op", ["contains", "like", "suffix"])
async def test_parts_of_texts_are_found_the_same_with_and_without_their_threes(
    follower: Follower, curator: Desk, op: str
) -> None:
    async def found() -> list[int]:
        counts: list[int] = []
        for path, text in (
            ("materialSampleName", "1-2"), ("organism.determination.scientificName", "ragal"),
            ("organism.determination.scientificName", "ä"), ("collectingEvent.dwcRecordedBy", "döri"), ("materialSampleName", "zz"),
        ):  # fmt: skip
            value = {"contains": text, "like": f"*{text}?*", "suffix": text[-2:] + "a"}[op]
            tree = {"field": path, "op": op, "value": value}
            counts.append((await curator.ask("/search/count", type=SAMPLE, filter=tree))["total"])
        return counts

    before = await found()
    while await follower.store.put_threes():
        pass
    assert await found() == before
    assert op != "contains" or sum(before) > 100


@pytest.mark.parametrize(
    ("tree", "en", "fr"),
    [
        ({"field": "collectingEvent.dwcCountry", "value": "Canada"}, "Country: Canada", "Pays : Canada"),
        ({"not": {"linked": "organism"}}, "Organisms: none", "Organismes : aucun lien"),
        ({"linked": "attachment", "least": 3}, "Media: at least 3", "Multimédia : au moins 3"),
        ({"words": "wet mea", "form": "prefix"}, "“wet mea…”", "« wet mea… »"),
        ({"field": "createdOn", "op": "between", "values": ["today-3m", "today"]}, "Created on: last 3 months", "Créé le : 3 derniers mois"),
        ({"near": {"lat": 45.4, "lon": -75.7, "km": 10}}, "within 10 km of 45.4, -75.7", "à moins de 10 km de 45.4, -75.7"),
        ({"field": "materialSampleName", "op": "between", "values": ["DAO-1", "DAO-9"]}, "Primary ID: DAO-1 to DAO-9", "Identifiant principal : DAO-1 à DAO-9"),
    ],
)  # fmt: skip
async def test_a_filter_is_said_in_both_languages(
    searched: App, follower: Follower, tree: object, en: str, fr: str
) -> None:
    asked = {"data": {"type": "search", "attributes": {"type": SAMPLE, "filter": tree, "page": {"limit": 0}}}}
    async with searched.client_as(CURATOR) as client:
        for language, label in (("en", en), ("fr", fr)):
            answer = await client.post("/search/v1/search", json=asked, headers={"accept-language": language})
            (chip,) = answer.json()["data"]["attributes"]["filterChips"]
            assert chip["label"].replace("\u202f", " ") == label
