"""Samples and processes are one graph, whichever of the two ways it is written or read."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg

from dina.app import App
from tests.conftest import linked, resource

SAMPLE = "/collection/v1/material-sample"
PROCESS = "/collection/v1/process"
PERSON = "5f1f9c0e-7d5a-4a7e-9a52-0d2f6f1c2a11"


async def made(api: httpx.AsyncClient, name: str, **relationships: Any) -> str:
    body = resource(
        "material-sample", {"group": "cnc", "materialSampleName": name}, relationships=relationships
    )
    answer = await api.post(SAMPLE, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def done(
    api: httpx.AsyncClient, kind: str, inputs: list[str], outputs: list[str], **attributes: Any
) -> httpx.Response:
    return await api.post(
        PROCESS,
        json=resource(
            "process",
            {"group": "cnc", "processType": kind, **attributes},
            relationships={
                "inputs": linked("material-sample", *inputs, many=True),
                "outputs": linked("material-sample", *outputs, many=True),
                "agents": linked("person", PERSON, many=True),
            },
        ),
    )


async def parent(api: httpx.AsyncClient, id_: str) -> str | None:
    data = (await api.get(f"{SAMPLE}/{id_}/relationships/parentMaterialSample")).json()["data"]
    return data["id"] if data else None


async def graph(api: httpx.AsyncClient, id_: str, direction: str = "both") -> dict[str, Any]:
    answer = await api.get(f"{SAMPLE}/{id_}/provenance?direction={direction}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]


def pairs(found: dict[str, Any], relation: str) -> set[tuple[str, str]]:
    return {(r["from"], r["to"]) for r in found["relations"] if r["relation"] == relation}


async def test_a_pooled_extract_has_all_its_parents_and_the_old_wire_shows_the_first(
    api: httpx.AsyncClient,
) -> None:
    a, b, pool = [await made(api, name) for name in ("beetle A", "beetle B", "pooled DNA")]
    answer = await done(api, "MIXING", [a, b], [pool], startedOn="2020-05")
    assert answer.status_code == 201, answer.text
    process = answer.json()["data"]["id"]
    assert await parent(api, pool) == a
    found = await graph(api, pool)
    assert pairs(found, "prov:wasDerivedFrom") == {(pool, a), (pool, b)}
    assert pairs(found, "prov:used") == {(process, a), (process, b)}
    assert pairs(found, "prov:wasGeneratedBy") == {(pool, process)}
    assert pairs(found, "prov:wasAssociatedWith") == {(process, PERSON)}
    children = await api.get(f"{SAMPLE}/{b}?optfields[material-sample]=materialSampleChildren")
    listed = children.json()["data"]["attributes"]["materialSampleChildren"]
    assert [child["uuid"] for child in listed] == [pool], "the second parent knows its child too"


async def test_another_parent_on_the_old_wire_is_another_input(api: httpx.AsyncClient) -> None:
    a, b, c, pool = [await made(api, name) for name in "abcd"]
    process = (await done(api, "MIXING", [a, b], [pool])).json()["data"]
    change = resource(
        "material-sample", id=pool, relationships={"parentMaterialSample": linked("material-sample", c)}
    )
    assert (await api.patch(f"{SAMPLE}/{pool}", json=change)).status_code == 200
    found = (await api.get(f"{PROCESS}/{process['id']}?include=inputs")).json()["data"]
    assert [one["id"] for one in found["relationships"]["inputs"]["data"]] == [c, b]
    revisions = (await api.get(f"{PROCESS}/{process['id']}/revisions")).json()["data"]
    assert len(revisions) == 2, "history tells of the change the other way brought"
    change["data"]["relationships"]["parentMaterialSample"]["data"] = None
    assert (await api.patch(f"{SAMPLE}/{pool}", json=change)).status_code == 200
    left = (await api.get(f"{PROCESS}/{process['id']}/relationships/outputs")).json()["data"]
    assert left == []


async def test_what_a_process_no_longer_makes_is_no_longer_derived(api: httpx.AsyncClient) -> None:
    whole, leg = await made(api, "whole"), await made(api, "leg")
    process = (await done(api, "SPLITTING", [whole], [leg])).json()["data"]["id"]
    assert await parent(api, leg) == whole
    assert (await api.delete(f"{PROCESS}/{process}")).status_code == 204
    assert await parent(api, leg) is None
    assert (await api.post(f"{PROCESS}/{process}/restore")).status_code == 200
    assert await parent(api, leg) == whole


async def test_preparation_is_told_on_the_sample_and_back(api: httpx.AsyncClient) -> None:
    slide = await made(api, "slide")
    process = (
        await done(api, "PREPARATION", [], [slide], startedOn="2021-03-04", remarks="in Euparal")
    ).json()
    told = (await api.get(f"{SAMPLE}/{slide}?include=preparedBy")).json()["data"]
    assert told["attributes"]["preparationDate"] == "2021-03-04"
    assert told["attributes"]["preparationRemarks"] == "in Euparal"
    assert told["relationships"]["preparedBy"]["data"] == [{"type": "person", "id": PERSON}]
    change = resource("material-sample", {"preparationRemarks": "in balsam"}, id=slide)
    assert (await api.patch(f"{SAMPLE}/{slide}", json=change)).status_code == 200
    found = (await api.get(f"{PROCESS}/{process['data']['id']}")).json()["data"]["attributes"]
    assert (found["remarks"], found["startedOn"]) == ("in balsam", "2021-03-04")


async def test_what_the_old_wire_tells_is_in_the_graph(api: httpx.AsyncClient) -> None:
    event = await api.post(
        "/collection/v1/collecting-event",
        json=resource(
            "collecting-event", {"group": "cnc", "startEventDateTime": "1911-05"},
            relationships={"collectors": linked("person", PERSON, many=True)},
        ),
    )  # fmt: skip
    event_id = event.json()["data"]["id"]
    whole = await made(api, "plant", collectingEvent=linked("collecting-event", event_id))
    sheet = await made(api, "sheet", parentMaterialSample=linked("material-sample", whole))
    found = await graph(api, sheet)
    assert pairs(found, "prov:wasDerivedFrom") == {(sheet, whole)}
    assert (whole, event_id) in pairs(found, "prov:wasGeneratedBy")
    assert (event_id, PERSON) in pairs(found, "prov:wasAssociatedWith")
    assert {n["id"] for n in (await graph(api, whole, "ancestors"))["nodes"]} == {whole, event_id, PERSON}


async def test_a_process_that_cannot_be_is_refused(api: httpx.AsyncClient) -> None:
    a, b = await made(api, "a"), await made(api, "b")
    assert (await done(api, "SPLITTING", [a], [b])).status_code == 201
    event = (
        await api.post("/collection/v1/collecting-event", json=resource("collecting-event", {"group": "cnc"}))
    ).json()
    collected = await made(api, "collected", collectingEvent=linked("collecting-event", event["data"]["id"]))
    for kind, inputs, outputs, status, rule in (
        ("SPLITTING", [b], [a], 400, "process.loop"),
        ("SPLITTING", [a], [a], 422, "process.fromItself"),
        ("SPLITTING", [a], [], 422, "process.noOutputs"),
        ("COLLECTING", [a], [b], 422, "process.noInputs"),
        ("TREATMENT", [], [], 422, "process.empty"),
        ("MIXING", [collected], [b], 422, "process.madeTwice"),
        ("SPLITTING", [a], [collected], 422, "process.hasEvent"),
    ):
        answer = await done(api, kind, inputs, outputs)
        assert answer.status_code == status, (rule, answer.text)
        assert rule in [error["meta"]["rule"] for error in answer.json()["errors"]]


async def test_a_large_family_is_one_answer_and_a_loop_does_no_harm(
    api: httpx.AsyncClient, database_url: str
) -> None:
    root = await made(api, "root")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO collection.material_sample (id, material_sample_name, \"group\", parent_material_sample_id) "
            "SELECT gen_random_uuid(), 'child ' || n, 'cnc', %s::uuid FROM generate_series(1, 999) n", [root],
        )  # fmt: skip
        first = connection.execute(
            "SELECT id::text FROM collection.material_sample WHERE parent_material_sample_id = %s LIMIT 1",
            [root],
        ).fetchone()
        assert first is not None
        connection.execute(
            "UPDATE collection.material_sample SET parent_material_sample_id = %s WHERE id = %s",
            [first[0], root],
        )
    found = await graph(api, root)
    assert len([n for n in found["nodes"] if n["type"] == "material-sample"]) == 1000
    assert not found["truncated"]


async def test_calculated_names_come_with_the_organisms(api: httpx.AsyncClient) -> None:
    organism = {
        "group": "cnc", "lifeStage": "adult",
        "determination": [
            {
                "scientificName": "Carex nigra", "typeStatus": "holotype", "isPrimary": True,
                "scientificNameDetails": {
                    "classificationPath": "Plantae|Carex|Zzz", "classificationRanks": "kingdom|genus|cohort"
                },
            }
        ],
    }  # fmt: skip
    id_ = (await api.post("/collection/v1/organism", json=resource("organism", organism))).json()["data"][
        "id"
    ]
    whole = await made(api, "w", organism=linked("organism", id_, many=True))
    leaf = await made(api, "l", parentMaterialSample=linked("material-sample", whole))
    plain = (await api.get(f"{SAMPLE}/{whole}")).json()["data"]["attributes"]
    assert "effectiveScientificName" not in plain
    found = (await api.get(f"{SAMPLE}/{whole}?include=organism")).json()["data"]["attributes"]
    assert found["targetOrganismPrimaryScientificName"] == found["effectiveScientificName"] == "Carex nigra"
    assert found["targetOrganismPrimaryTypeStatus"] == "holotype"
    assert found["targetOrganismPrimaryClassification"] == {"kingdom": "Plantae", "genus": "Carex"}
    assert found["targetIdentifiableEntitySummary"]["lifeStage"] == "adult"
    derived = (await api.get(f"{SAMPLE}/{leaf}?include=organism")).json()["data"]["attributes"]
    assert derived["effectiveScientificName"] == "Carex nigra"
    assert derived["targetOrganismPrimaryScientificName"] is None
    lineage = await api.get(f"{SAMPLE}/{leaf}?optfields[material-sample]=hierarchy")
    names = [one["organismPrimaryDetermination"] for one in lineage.json()["data"]["attributes"]["hierarchy"]]
    assert names[0] == []
    assert names[1][0]["scientificName"] == "Carex nigra"


async def test_children_are_found_without_reading_the_table(app: App, api: httpx.AsyncClient) -> None:
    """Where nothing is known yet of how large the tables are, as after a load."""
    body = {"data": [{"type": "material-sample", "attributes": {"group": "dev-group"}} for _ in range(400)]}
    made = await api.post(
        "/collection/v1/material-sample/bulk", json=body, headers={"content-type": "application/vnd.api+json; ext=bulk"}
    )  # fmt: skip
    id_ = made.json()["data"][0]["id"]
    assert app.pools is not None
    async with app.pools.write.connection() as connection:
        await connection.execute(
            "DELETE FROM pg_statistic WHERE starelid = 'collection.material_sample'::regclass"
        )
        await connection.execute("SELECT collection.sample_children(%s)", [id_])
        cursor = await connection.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT collection.sample_children(%s)", [id_]
        )
        row = await cursor.fetchone()
    assert row is not None
    assert row[0][0]["Plan"]["Shared Hit Blocks"] < 200
