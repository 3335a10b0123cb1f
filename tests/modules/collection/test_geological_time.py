"""Geological contexts through the API, and searches by time against an answer computed by hand."""

from __future__ import annotations

import csv
import itertools
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio

from dina.base.jsonapi.naive import holds
from dina.modules.collection import module, timescale
from dina.modules.collection.operations.geology import in_time, of_that_time
from tests.conftest import linked, resource, shared

BASE = "/collection/v1"
CONTEXT = f"{BASE}/geological-context"
BULK = {"content-type": "application/vnd.api+json; ext=bulk"}
PALEONTOLOGY = "data/specimens-paleontology"


async def created(api: httpx.AsyncClient, attributes: dict[str, Any], **members: Any) -> httpx.Response:
    body = resource("geological-context", {"group": "cnc", **attributes}, **members)
    return await api.post(CONTEXT, json=body)


def ages(answer: httpx.Response) -> tuple[float | None, float | None]:
    assert answer.status_code in (200, 201), answer.text
    found = answer.json()["data"]["attributes"]
    return found["maximumAgeMa"], found["minimumAgeMa"]


@pytest.mark.parametrize(
    ("earliest", "latest", "expected"),
    [
        ("Aptian", None, (125, 113)),
        ("Mesozoic", None, (251.902, 66)),
        ("Late Triassic", None, (237, 201.3)),
        ("Trias supérieur", None, (237, 201.3)),
        ("upper triassic", None, (237, 201.3)),
        ("Maestrichtian", None, (72.1, 66)),
        ("late Aptian", None, (125, 113)),
        ("Westphalian D", None, (315.2, 307)),
        ("Wasatchian", None, (56, 47.8)),
        ("Santonian", "Maastrichtian", (86.3, 66)),
        (None, "Famennian", (372.2, 358.9)),
        ("Precambrian", None, (4600, 541)),
        ("Holocene", None, (0.0117, 0)),
        (None, None, (None, None)),
    ],
)
async def test_ages_follow_from_names_of_intervals(
    api: httpx.AsyncClient, earliest: str | None, latest: str | None, expected: tuple[float | None, ...]
) -> None:
    assert ages(await created(api, {"earliestInterval": earliest, "latestInterval": latest})) == expected


async def test_ages_that_are_given_stay_and_computed_ones_follow_the_names(api: httpx.AsyncClient) -> None:
    answer = await created(api, {"earliestInterval": "Albian", "maximumAgeMa": 104.2})
    assert ages(answer) == (104.2, 100.5)
    address = f"{CONTEXT}/{answer.json()['data']['id']}"

    async def changed(**attributes: Any) -> tuple[float | None, float | None]:
        body = {
            "data": {
                "type": "geological-context",
                "id": address.rsplit("/", 1)[1],
                "attributes": attributes,
            }
        }
        return ages(await api.patch(address, json=body))

    assert await changed(earliestInterval="Cenomanian") == (104.2, 93.9)
    assert await changed(maximumAgeMa=None) == (100.5, 93.9)
    assert await changed(latestInterval="Coniacian") == (100.5, 86.3)
    assert await changed(formation="Dunvegan") == (100.5, 86.3)
    assert await changed(earliestInterval=None, latestInterval=None) == (None, None)


@pytest.mark.parametrize(
    ("attributes", "key", "pointer"),
    [
        (
            {"earliestInterval": "Jurassique du Nord"},
            "geology.unknownInterval",
            "/data/attributes/earliestInterval",
        ),
        (
            {"earliestInterval": "Aptian", "latestInterval": "Neptunian"},
            "geology.unknownInterval",
            "/data/attributes/latestInterval",
        ),
        (
            {"earliestInterval": "Campanian", "latestInterval": "Santonian"},
            "geology.earliestIsYounger",
            "/data/attributes/earliestInterval",
        ),
        (
            {"maximumAgeMa": 10, "minimumAgeMa": 11},
            "geology.maximumBelowMinimum",
            "/data/attributes/maximumAgeMa",
        ),
        (
            {"lithology": "cheese"},
            "controlledVocabulary.value.invalid",
            "/data/attributes/lithology",
        ),
    ],
)
async def test_what_contradicts_itself_or_the_scale_is_refused(
    api: httpx.AsyncClient, attributes: dict[str, Any], key: str, pointer: str
) -> None:
    answer = await created(api, attributes)
    assert answer.status_code == 422
    assert [(e["meta"]["rule"], e["source"]["pointer"]) for e in answer.json()["errors"]] == [(key, pointer)]


async def test_anything_may_stand_in_the_verbatim_age(api: httpx.AsyncClient) -> None:
    answer = await created(api, {"verbatimInterval": "Jurassique du Nord?", "formation": "Scollard"})
    assert answer.status_code == 201
    assert answer.json()["data"]["attributes"]["verbatimInterval"] == "Jurassique du Nord?"


async def test_the_units_of_the_chart_are_told_under_darwin_core_names(api: httpx.AsyncClient) -> None:
    answer = await created(api, {"earliestInterval": "Senonian"})
    found = answer.json()["data"]["attributes"]["chronostratigraphy"]
    assert found["earliestAgeOrLowestStage"] == "Coniacian"
    assert found["latestAgeOrHighestStage"] == "Maastrichtian"
    assert found["earliestEpochOrLowestSeries"] == found["latestEpochOrHighestSeries"] == "Upper Cretaceous"
    assert (found["earliestEraOrLowestErathem"], found["latestEonOrHighestEonothem"]) == (
        "Mesozoic",
        "Phanerozoic",
    )
    period = await created(api, {"earliestInterval": "Permian", "latestInterval": "Triassic"})
    assert "earliestAgeOrLowestStage" not in period.json()["data"]["attributes"]["chronostratigraphy"]
    assert (await created(api, {})).json()["data"]["attributes"]["chronostratigraphy"] is None


async def test_an_interval_may_be_chosen_by_link(api: httpx.AsyncClient) -> None:
    scale = await api.get(f"{BASE}/geological-interval?filter[name]=Aptian&include=parent.parent.parent")
    one = scale.json()["data"][0]
    above = {up["attributes"]["name"] for up in scale.json()["included"]}
    assert above == {"Lower Cretaceous", "Cretaceous", "Mesozoic"}
    answer = await created(
        api, {}, relationships={"earliestGeologicalInterval": linked("geological-interval", one["id"])}
    )
    assert answer.json()["data"]["attributes"]["earliestInterval"] == "Aptian"
    assert ages(answer) == (125, 113)


async def test_the_scale_is_read_only(api: httpx.AsyncClient) -> None:
    answer = await api.post(f"{BASE}/geological-interval", json=resource("geological-interval", {}))
    assert answer.status_code == 405
    within = await api.get(f"{BASE}/geological-interval?filter[parent.name]=Lower Cretaceous&sort=name")
    names = {one["attributes"]["name"] for one in within.json()["data"]}
    assert {"Aptian", "Albian", "Neocomian"} <= names
    assert "Cenomanian" not in names


async def test_names_and_ages_are_resolved(api: httpx.AsyncClient) -> None:
    async def asked(**query: str) -> httpx.Response:
        return await api.get(f"{BASE}/geological-interval/resolve", params=query)

    one = (await asked(name="jurassique moyen")).json()["data"]
    assert [(o["attributes"]["name"], o["attributes"]["maximumAgeMa"]) for o in one] == [
        ("Middle Jurassic", 174.1)
    ]
    assert (await api.get(f"{BASE}/geological-interval/{one[0]['id']}")).status_code == 200
    held = (await asked(ma="66")).json()["data"]
    assert [o["attributes"]["name"] for o in held] == [
        "Phanerozoic",
        "Cenozoic",
        "Paleogene",
        "Paleocene",
        "Danian",
    ]
    for query in ({"name": "Neptunian"}, {"ma": "old"}, {"ma": "-1"}, {}, {"name": "Aptian", "ma": "1"}):
        assert (await asked(**query)).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "", "interval=Neptunian", "interval=Aptian&maximumMa=3", "maximumMa=3", "minimumMa=3&maximumMa=2",
        "interval=Aptian&mode=near", "interval=Aptian&depth=3", "maximumMa=x&minimumMa=0",
    ],
)  # fmt: skip
async def test_a_search_says_what_is_wrong_with_it(api: httpx.AsyncClient, query: str) -> None:
    assert (await api.get(f"{BASE}/geological-search?{query}")).status_code == 400


@dataclass(frozen=True)
class Occurrence:
    """A fossil with the ages that the published tables give it."""

    number: str
    earliest: str
    latest: str
    old: float
    young: float


STAGES_DIFFER = {
    "Wolfcamp": ("Asselian", "Artinskian"),
    "Leonard": ("Artinskian", "Kungurian"),
    "Virgilian": ("Gzhelian", "Gzhelian"),
    "Westphalian B": ("Bashkirian", "Bashkirian"),
    "Buntsandstein": ("Induan", "Anisian"),
    "Vokhmian": ("Induan", "Induan"),
}
"""Where our scale follows other correlations than the published table of names, or that table has no entry."""


def occurrences() -> list[Occurrence]:
    folder = shared(PALEONTOLOGY)

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    chart = {r["interval_name"]: (float(r["max_ma"]), float(r["min_ma"])) for r in rows("GTS2020.csv")}
    names = {r["interval_name"]: (r["early_stage"], r["late_stage"]) for r in rows("interval_key.csv")}

    def span(name: str) -> tuple[float, float]:
        name = name.replace("Early ", "Lower ").replace("Late ", "Upper ") if name not in names else name
        oldest, youngest = STAGES_DIFFER.get(name) or names.get(name) or (name, name)
        return chart[oldest][0], chart[youngest][1]

    found: list[Occurrence] = []
    for row in rows("tetrapods.csv"):
        early, late = row["early_interval"], row["late_interval"]
        old, young = span(early)[0], span(late or early)[1]
        found.append(Occurrence(row["occurrence_no"], early, late, old, young))
    return found


def on_scale(name: str) -> bool:
    return name != "Kuzel"


async def bulk(api: httpx.AsyncClient, type_: str, items: list[dict[str, Any]]) -> list[str]:
    body = {"data": [{"type": type_, **item} for item in items]}
    answer = await api.post(f"{BASE}/{type_}/bulk", json=body, headers=BULK)
    assert answer.status_code == 200, answer.text[:2000]
    return [one["id"] for one in answer.json()["data"]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fossils(api: httpx.AsyncClient, database_url: str) -> tuple[str, list[Occurrence]]:
    """All fossils: a third with a context of their own, a third by their event, a third by what they derive from."""
    loaded = occurrences()
    mark = uuid.uuid4().hex[:12]
    contexts: dict[tuple[str, str], str] = {}
    spans = list(dict.fromkeys((one.earliest, one.latest) for one in loaded))
    made = await bulk(api, "geological-context", [{"attributes": context_of(*span)} for span in spans])
    contexts.update(zip(spans, made, strict=True))

    def link(one: Occurrence) -> dict[str, Any]:
        return {"geologicalContext": linked("geological-context", contexts[one.earliest, one.latest])}

    events = await bulk(
        api,
        "collecting-event",
        [{"attributes": {"group": "cnc"}, "relationships": link(one)} for one in loaded],
    )
    slabs = await bulk(
        api,
        "material-sample",
        [{"attributes": {"group": "cnc"}, "relationships": link(one)} for one in loaded],
    )
    items: list[dict[str, Any]] = []
    for position, one in enumerate(loaded):
        ways = (
            link(one),
            {"collectingEvent": linked("collecting-event", events[position])},
            {"parentMaterialSample": linked("material-sample", slabs[position])},
        )
        attributes = {"group": "cnc", "sourceSet": mark, "dwcCatalogNumber": one.number}
        items.append({"attributes": attributes, "relationships": ways[position % 3]})
    await bulk(api, "material-sample", items)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ANALYZE")  # as the server does by itself some time after a load
    return mark, loaded


def context_of(early: str, late: str) -> dict[str, Any]:
    """What is not on the scale is entered as a curator would: verbatim, with the stage that is meant."""
    if on_scale(early):
        return {"group": "cnc", "earliestInterval": early, "latestInterval": late or None}
    return {"group": "cnc", "verbatimInterval": early, "earliestInterval": "Gzhelian"}


async def search(api: httpx.AsyncClient, mark: str, **query: Any) -> list[str]:
    found: list[str] = []
    following: str | None = str(
        httpx.URL(
            f"{BASE}/geological-search",
            params={
                **query,
                "filter[sourceSet]": mark,
                "page[limit]": 1000,
                "fields[material-sample]": "dwcCatalogNumber",
            },
        )
    )
    while following:
        answer = await api.get(following)
        assert answer.status_code == 200, answer.text
        found += [one["attributes"]["dwcCatalogNumber"] for one in answer.json()["data"]]
        following = answer.json()["links"]["next"]
    return sorted(found)


def by_hand(loaded: list[Occurrence], old: float, young: float, mode: str) -> list[str]:
    if mode == "within":
        return sorted(one.number for one in loaded if one.old <= old and one.young >= young)
    return sorted(one.number for one in loaded if one.old > young and one.young < old)


MA = [
    (260.0, 255.5),
    (300, 290),
    (252, 251),
    (330.9, 323.2),
    (283.5, 272.95),
    (5, 0),
    (400, 200),
    (265.1, 259.1),
]


async def test_every_unit_of_the_chart_finds_what_a_computation_by_hand_finds(
    api: httpx.AsyncClient, fossils: tuple[str, list[Occurrence]]
) -> None:
    mark, loaded = fossils
    with (shared(PALEONTOLOGY) / "GTS2020.csv").open(encoding="utf-8", newline="") as lines:
        units = {r["interval_name"]: (float(r["max_ma"]), float(r["min_ma"])) for r in csv.DictReader(lines)}
    oldest, youngest = max(one.old for one in loaded), min(one.young for one in loaded)
    touched = {
        name: (old, young)
        for name, (old, young) in units.items()
        if old > youngest and young < oldest and "/" not in name
    }
    assert len(touched) > 30
    for name, (old, young) in touched.items():
        for mode in ("overlap", "within"):
            expected = by_hand(loaded, old, young, mode)
            assert await search(api, mark, interval=name, mode=mode) == expected, (name, mode)
    for name in ("Mesozoic", "Cretaceous", "Quaternary", "Permian", "Triassic"):
        assert await search(api, mark, interval=name) == by_hand(loaded, *units[name], "overlap"), name


async def test_any_span_of_ages_finds_what_a_computation_by_hand_finds(
    api: httpx.AsyncClient, fossils: tuple[str, list[Occurrence]]
) -> None:
    mark, loaded = fossils
    for old, young in MA:
        for mode in ("overlap", "within"):
            expected = by_hand(loaded, old, young, mode)
            assert await search(api, mark, maximumMa=old, minimumMa=young, mode=mode) == expected, (
                old,
                young,
            )


async def test_a_context_is_found_by_its_ages_in_an_ordinary_list(
    api: httpx.AsyncClient, fossils: tuple[str, list[Occurrence]]
) -> None:
    mark, loaded = fossils
    query = (
        f"filter[sourceSet]={mark}&filter[geologicalContext.maximumAgeMa][GT]=251.902"
        "&filter[geologicalContext.minimumAgeMa][LT]=298.9&page[limit]=0"
    )
    answer = (await api.get(f"{BASE}/material-sample?{query}")).json()
    own = [one for position, one in enumerate(loaded) if position % 3 == 0]
    assert answer["meta"]["results"] == len(by_hand(own, 298.9, 251.902, "overlap"))


async def test_a_search_for_the_mesozoic_finds_the_aptian(api: httpx.AsyncClient) -> None:
    mark = uuid.uuid4().hex[:12]
    aptian = await bulk(
        api, "geological-context", [{"attributes": {"group": "cnc", "earliestInterval": "Aptian"}}]
    )
    linked_to = {"geologicalContext": linked("geological-context", aptian[0])}
    attributes = {"group": "cnc", "sourceSet": mark, "dwcCatalogNumber": "A"}
    await bulk(api, "material-sample", [{"attributes": attributes, "relationships": linked_to}])
    for name, expected in (
        ("Mesozoic", ["A"]), ("Crétacé", ["A"]), ("Early Cretaceous", ["A"]), ("Phanerozoic", ["A"]), ("Aptien", ["A"]),
        ("Urgonian", ["A"]), ("Albian", []), ("Late Cretaceous", []), ("Cenozoic", []), ("Precambrian", []),
    ):  # fmt: skip
        assert await search(api, mark, interval=name) == expected, name


async def test_an_age_without_extent_belongs_to_the_younger_unit(api: httpx.AsyncClient) -> None:
    mark = uuid.uuid4().hex[:12]
    boundary = await bulk(
        api, "geological-context", [{"attributes": {"group": "cnc", "maximumAgeMa": 66, "minimumAgeMa": 66}}]
    )
    await bulk(
        api,
        "material-sample",
        [
            {
                "attributes": {"group": "cnc", "sourceSet": mark, "dwcCatalogNumber": "K-Pg"},
                "relationships": {"geologicalContext": linked("geological-context", boundary[0])},
            }
        ],
    )
    assert await search(api, mark, interval="Danian") == ["K-Pg"]
    assert await search(api, mark, interval="Maastrichtian") == []
    assert await search(api, mark, maximumMa=66, minimumMa=66) == ["K-Pg"]


async def test_what_is_derived_is_as_old_as_all_it_comes_from(api: httpx.AsyncClient) -> None:
    """A cast of two fossils, its copy, and a slide of the copy are found by the ages of both."""
    mark = uuid.uuid4().hex[:12]

    def fossil(number: str, **links: Any) -> dict[str, Any]:
        attributes = {"group": "cnc", "sourceSet": mark, "dwcCatalogNumber": number}
        return {"attributes": attributes, "relationships": links}

    def many(*ids: str) -> dict[str, Any]:
        return linked("material-sample", *ids, many=True)

    contexts = await bulk(
        api,
        "geological-context",
        [{"attributes": {"group": "cnc", "earliestInterval": name}} for name in ("Aptian", "Danian")],
    )
    aptian, danian = await bulk(
        api, "material-sample",
        [fossil(str(n), geologicalContext=linked("geological-context", one)) for n, one in enumerate(contexts)],
    )  # fmt: skip
    cast, copy = await bulk(api, "material-sample", [fossil("cast"), fossil("copy")])
    mixing = {"attributes": {"group": "cnc", "processType": "MIXING"}}
    mixing["relationships"] = {"inputs": many(aptian, danian), "outputs": many(cast)}
    copying = {"attributes": {"group": "cnc", "processType": "SUB_SAMPLING"}}
    copying["relationships"] = {"inputs": many(cast), "outputs": many(copy)}
    processes = await bulk(api, "process", [mixing, copying])
    await bulk(
        api, "material-sample", [fossil("slide", parentMaterialSample=linked("material-sample", copy))]
    )
    assert await search(api, mark, interval="Aptian") == ["0", "cast", "copy", "slide"]
    assert await search(api, mark, interval="Danian") == ["1", "cast", "copy", "slide"]
    assert await search(api, mark, interval="Danian", sort="dwcCatalogNumber") == [
        "1",
        "cast",
        "copy",
        "slide",
    ]
    assert (await api.delete(f"{BASE}/material-sample/{copy}")).status_code == 422
    assert (await api.delete(f"{BASE}/process/{processes[0]}")).status_code == 204
    assert await search(api, mark, interval="Danian") == ["1"]


async def test_a_search_without_more_pages_through_what_it_counts(api: httpx.AsyncClient) -> None:
    address = f"{BASE}/geological-search?interval=Phanerozoic&page[limit]=400"
    found: list[tuple[str, str]] = []
    following: str | None = address
    while following:
        answer = (await api.get(following)).json()
        found += [(one["attributes"]["createdOn"], one["id"]) for one in answer["data"]]
        following = answer["links"]["next"]
    assert len(found) == len(set(found)) == answer["meta"]["totalResourceCount"]
    assert found == sorted(found, reverse=True)


def test_what_is_reached_means_the_same_in_plain_python() -> None:
    types = module.types()
    tree = of_that_time(types, in_time("overlap", Decimal(125), Decimal(113)))
    stored = {
        "aptian": {"attributes": {"maximumAgeMa": 120, "minimumAgeMa": 115}, "relationships": {}},
        "albian": {"attributes": {"maximumAgeMa": 113, "minimumAgeMa": 105}, "relationships": {}},
        "event": {"attributes": {}, "relationships": {"geologicalContext": "aptian"}},
        "slab": {"attributes": {}, "relationships": {"collectingEvent": "event"}},
        "part": {"attributes": {}, "relationships": {"parentMaterialSample": "slab"}},
    }
    for relationships, expected in (
        ({}, False),
        ({"geologicalContext": "aptian"}, True),
        ({"geologicalContext": "albian"}, False),
        ({"collectingEvent": "event"}, True),
        ({"parentMaterialSample": "slab"}, True),
        ({"parentMaterialSample": "part"}, True),
        ({"parentMaterialSample": "slab", "geologicalContext": "albian"}, True),
        ({"parentMaterialSample": "gone"}, False),
    ):
        record = {"id": "x", "attributes": {}, "relationships": relationships}
        assert holds(tree, record, lambda _type, id_: stored.get(id_)) is expected, relationships


def test_every_name_of_the_scale_stands_for_one_interval() -> None:
    seen: dict[str, str] = {}
    for one in timescale.intervals().values():
        assert one.maximum_ma > one.minimum_ma, one.name
        for name in {timescale.key_of(n) for n in (one.name, one.french, *one.synonyms)}:
            assert seen.setdefault(name, one.name) == one.name, name
        if one.parent:
            around = timescale.intervals()[one.parent]
            assert around.maximum_ma >= one.maximum_ma, one.name
            assert around.minimum_ma <= one.minimum_ma, one.name


def test_the_units_of_a_rank_follow_each_other_without_gap() -> None:
    for rank in ("eon", "era", "period", "age"):
        units = sorted(
            (one for one in timescale.intervals().values() if one.rank == rank),
            key=lambda one: one.maximum_ma,
        )
        gaps = [
            (younger.name, older.name)
            for younger, older in itertools.pairwise(units)
            if younger.maximum_ma != older.minimum_ma
        ]
        # The Přídolí has no ages, the Hadean no eras.
        assert gaps == ([("Lochkovian", "Ludfordian")] if rank == "age" else [])


def test_the_chart_agrees_with_the_published_table() -> None:
    with (shared(PALEONTOLOGY) / "GTS2020.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if "/" in row["interval_name"] or "System" in row["interval_name"]:
                continue
            one = timescale.resolve(row["interval_name"])
            assert one is not None, row
            assert (float(one.maximum_ma), float(one.minimum_ma)) == (
                float(row["max_ma"]),
                float(row["min_ma"]),
            )
