"""Changing many records at once over the API: looked at first, made as one change set, taken back as one."""

from __future__ import annotations

import uuid
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from dina.app import App
from dina.base.identity.caller import Caller, Role
from tests.conftest import linked, resource
from tests.modules.exchange.driving import EXCHANGE, Desk

C = "/collection/v1"
SAMPLE, EVENT, ORGANISM = f"{C}/material-sample", f"{C}/collecting-event", f"{C}/organism"
ELSEWHERE = Caller("", "stranger", groups=MappingProxyType({"cnc": frozenset({Role.USER})}))
LOOKER = Caller("", "looker", groups=MappingProxyType({"dev-group": frozenset({Role.READ_ONLY})}))


async def made(client: httpx.AsyncClient, path: str, attributes: dict[str, Any], **links: Any) -> str:
    body = resource(path.rsplit("/", 1)[1], {"group": "dev-group", **attributes}, relationships=links)
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def read(client: httpx.AsyncClient, path: str, id_: str) -> dict[str, Any]:
    with_links = "?include=organism,projects,storageUnitUsage" if path == SAMPLE else ""
    return (await client.get(f"{path}/{id_}{with_links}")).json()["data"]


async def ask(desk: Desk, operations: Any = (), /, **given: Any) -> dict[str, Any]:
    """What a job finds that looks at a change of specimens."""
    attributes = {"type": "material-sample", **given} | ({"operations": operations} if operations else {})
    return await desk.done(
        await desk.client.post(f"{EXCHANGE}/bulk-change", json=resource("bulk-change", attributes))
    )


async def apply(desk: Desk, **given: Any) -> dict[str, Any]:
    path = f"{EXCHANGE}/bulk-change/{desk.job}/apply"
    return await desk.done(await desk.client.post(path, json=resource("bulk-change", given)))


async def undo(desk: Desk, **given: Any) -> dict[str, Any]:
    path = f"{EXCHANGE}/bulk-change/{desk.job}/undo"
    return await desk.done(await desk.client.post(path, json=resource("bulk-change", given)))


async def test_fields_of_specimen_event_and_organism_change_together_and_come_back_together(
    desk: Desk,
) -> None:
    api = desk.client
    event = await made(api, EVENT, {"dwcVerbatimLocality": "Whitehrse, river"})
    organism = await made(
        api,
        ORGANISM,
        {"sex": "female", "determination": [{"scientificName": "Carex nigra", "isPrimary": True}]},
    )
    project = await made(api, f"{C}/project", {"name": "Yukon"})
    one = await made(api, SAMPLE, {"materialSampleName": "B-1", "tags": ["old"], "materialSampleRemarks": "A. Roy"},
                     collectingEvent=linked("collecting-event", event), organism=linked("organism", organism, many=True))  # fmt: skip
    two = await made(
        api, SAMPLE, {"materialSampleName": "B-2"}, collectingEvent=linked("collecting-event", event)
    )
    third = await made(
        api, SAMPLE, {"materialSampleName": "B-3"}, collectingEvent=linked("collecting-event", event)
    )
    before = [await read(api, SAMPLE, id_) for id_ in (one, two)]
    told = await ask(desk, [
        {"field": "collectingEvent.dwcVerbatimLocality", "op": "replace", "find": "Whitehrse", "value": "Whitehorse"},
        {"field": "tags", "op": "add", "value": ["reviewed"]},
        {"field": "projects", "op": "add", "value": [project]},
        {"field": "organism.sex", "op": "fill", "value": "male"},
        {"field": "organism.determination.verbatimDeterminer", "op": "copy", "from": "materialSampleRemarks"},
        {"field": "materialSampleRemarks", "op": "clear"},
        {"field": "managedAttributes.no_such_field", "op": "clear"},
    ], ids=[one, two])  # fmt: skip
    assert told["state"] == "finished", told["errors"]
    result = told["result"]
    assert (result["read"], result["changed"], result["same"]) == (2, 2, 0), result["refused"]
    assert result["fields"]["tags"] == {"changed": 2, "emptied": 0}
    assert result["fields"]["materialSampleRemarks"] == {"changed": 1, "emptied": 1}
    assert (result["events"], result["alsoChanged"]) == (1, 1), "the third specimen hangs on the event too"
    first = next(e for e in result["examples"] if e["name"] == "B-1")
    assert {"field": "tags", "before": ["old"], "after": ["old", "reviewed"]} in first["cells"]
    assert [await read(api, SAMPLE, id_) for id_ in (one, two)] == before, "nothing is written by looking"
    report = await api.get(told["files"][0]["href"])
    assert "B-2" in report.text
    assert "Whitehorse, river" in report.text

    done = await apply(desk)
    assert done["state"] == "finished", done["errors"]
    assert done["result"]["changed"] == 2
    assert (await read(api, EVENT, event))["attributes"]["dwcVerbatimLocality"] == "Whitehorse, river"
    first_, second = await read(api, SAMPLE, one), await read(api, SAMPLE, two)
    assert first_["attributes"]["tags"] == ["old", "reviewed"]
    assert first_["attributes"]["materialSampleRemarks"] is None
    assert [p["id"] for p in second["relationships"]["projects"]["data"]] == [project]
    told_organism = (await read(api, ORGANISM, organism))["attributes"]
    assert told_organism["sex"] == "female", "only where it is empty"
    assert told_organism["determination"][0]["verbatimDeterminer"] == "A. Roy"
    new = second["relationships"]["organism"]["data"]
    assert (await read(api, ORGANISM, new[0]["id"]))["attributes"]["sex"] == "male"
    sets = await api.get(f"{C}/audit-snapshot", params={"filter[changeSet]": done["result"]["changeSet"]})
    assert {one["attributes"]["instanceId"].split("/")[0] for one in sets.json()["data"]} == {
        "material-sample",
        "collecting-event",
        "organism",
    }
    assert (await undo(desk))["result"] == {"blocked": 0}
    for old in before:
        now = await read(api, SAMPLE, old["id"])
        differing = {n for n, v in now["attributes"].items() if v != old["attributes"].get(n)}
        assert differing <= {"resourceVersion", "lastUpdatedOn"}
        assert now["relationships"]["organism"]["data"] == old["relationships"]["organism"]["data"]
    assert (await read(api, SAMPLE, third))["relationships"] == (await read(api, SAMPLE, third))[
        "relationships"
    ]


async def test_a_record_that_others_have_changed_since_the_preview_is_left_or_stops_all(desk: Desk) -> None:
    ids = [await made(desk.client, SAMPLE, {"materialSampleName": f"S-{n}"}) for n in range(3)]
    add = [{"field": "materialSampleRemarks", "op": "append", "value": "!"}]
    for how, changed in (("stop", 0), ("skip", 2)):
        assert (await ask(desk, add, ids=ids))["result"]["changed"] == 3
        body = resource("material-sample", {"barcode": uuid.uuid4().hex[:12]}, id=ids[1])
        assert (await desk.client.patch(f"{SAMPLE}/{ids[1]}", json=body)).status_code == 200
        done = await apply(desk, onConflict=how)
        assert (done["state"], done["result"].get("changed", 0)) == (
            "failed" if how == "stop" else "finished",
            changed,
        )
        if how == "stop":
            assert "S-1" in done["errors"][0]["detail"], "who stands in the way is named"
        remarks = [
            (await read(desk.client, SAMPLE, id_))["attributes"]["materialSampleRemarks"] for id_ in ids
        ]
        assert [one or "" for one in remarks] == ["!" * (changed > 0), "", "!" * (changed > 0)]
    assert done["result"]["refusedCount"] == 1
    assert done["result"]["refused"][0]["name"] == "S-1"


async def test_what_the_rules_refuse_is_told_with_the_reason_and_leaves_the_record_whole(desk: Desk) -> None:
    long = await made(desk.client, SAMPLE, {"materialSampleName": "L-1", "preservationType": "x" * 240})
    short = await made(desk.client, SAMPLE, {"materialSampleName": "L-2", "preservationType": "dry"})
    told = await ask(desk, [
        {"field": "preservationType", "op": "append", "value": " and pressed"}, {"field": "tags", "op": "add", "value": ["seen"]},
    ], ids=[long, short])  # fmt: skip
    assert (told["result"]["changed"], told["result"]["refusedCount"]) == (1, 1)
    assert told["result"]["refused"][0]["id"] == long
    assert "250" in told["result"]["refused"][0]["reason"]
    done = await apply(desk)
    assert done["result"]["changed"] == 1
    kept = (await read(desk.client, SAMPLE, long))["attributes"]
    assert (kept["tags"] or [], len(kept["preservationType"])) == ([], 240), "not half of it"
    assert (await read(desk.client, SAMPLE, short))["attributes"]["preservationType"] == "dry and pressed"


async def test_single_cells_are_typed_over_unless_somebody_was_there_first(desk: Desk) -> None:
    event = await made(desk.client, EVENT, {"dwcCountry": "Canda"})
    ids = [
        await made(desk.client, SAMPLE, {"materialSampleName": f"G-{n}"}, collectingEvent=linked("collecting-event", event))
        for n in range(3)
    ]  # fmt: skip
    country = {"field": "collectingEvent.dwcCountry", "was": "Canda"}
    told = await ask(desk, cells=[
        {"id": ids[0], "value": "Canada", **country}, {"id": ids[1], "value": "Canada", **country},
        {"id": ids[0], "field": "materialSampleRemarks", "value": "a", "was": None},
        {"id": ids[1], "field": "materialSampleRemarks", "value": "b", "was": "what it never was"},
        {"id": ids[2], "value": "Chile", **country},
    ])  # fmt: skip
    assert (told["result"]["changed"], told["result"]["refusedCount"]) == (1, 2)
    assert {one["id"] for one in told["result"]["refused"]} == {ids[1], ids[2]}
    assert (await apply(desk))["result"]["changed"] == 1
    assert (await read(desk.client, EVENT, event))["attributes"]["dwcCountry"] == "Canada"


async def test_many_records_are_one_change_set_and_shared_events_change_once(desk: Desk) -> None:
    events = [await made(desk.client, EVENT, {"dwcVerbatimLocality": "Riverbnk"}) for _ in range(2)]
    operations = [
        {"op": "add", "data": {"type": "material-sample", "lid": f"m{n}", "attributes": {"group": "dev-group", "materialSampleName": f"MANY-{n}"},
         "relationships": {"collectingEvent": linked("collecting-event", events[n % 2])}}} for n in range(450)
    ]  # fmt: skip
    answer = await desk.client.post(f"{C}/operations", json={"atomic:operations": operations},
                                    headers={"content-type": 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'})  # fmt: skip
    assert answer.status_code == 200, answer.text
    ids = [one["data"]["id"] for one in answer.json()["atomic:results"]]
    told = await ask(
        desk, [{"field": "collectingEvent.dwcVerbatimLocality", "op": "append", "value": "!"}], ids=ids
    )
    assert (told["result"]["changed"], told["result"]["events"], told["result"]["alsoChanged"]) == (450, 2, 0)
    done = await apply(desk)
    assert (done["result"]["changed"], done["result"]["refusedCount"]) == (450, 0), done["result"]["refused"][
        :2
    ]
    for event in events:
        now = (await read(desk.client, EVENT, event))["attributes"]
        assert now["dwcVerbatimLocality"] == "Riverbnk!"
        assert now["resourceVersion"] == 1
    assert (await undo(desk))["result"] == {"blocked": 0}
    assert (await read(desk.client, EVENT, events[0]))["attributes"]["dwcVerbatimLocality"] == "Riverbnk"


async def test_nobody_reaches_what_another_group_keeps_or_another_person_began(app: App, desk: Desk) -> None:
    mine = await made(desk.client, SAMPLE, {"materialSampleName": "MINE-1"})
    for caller in (ELSEWHERE, LOOKER):
        async with app.client_as(caller) as client:
            other = Desk(app, client)
            told = await ask(
                other, [{"field": "materialSampleRemarks", "op": "set", "value": "taken"}], ids=[mine]
            )
            assert (told["result"]["changed"], told["result"]["refusedCount"]) == (0, 1), told
            path = f"{EXCHANGE}/bulk-change/{other.job}/apply"
            assert (await client.post(path, json=resource("bulk-change"))).status_code == 422
            forced = await ask(
                other,
                [{"field": "materialSampleRemarks", "op": "set", "value": "taken"}],
                ids=[mine],
                apply=True,
            )
            assert forced["result"]["changed"] == 0
    await ask(desk, [{"field": "materialSampleRemarks", "op": "set", "value": "mine"}], ids=[mine])
    async with app.client_as(ELSEWHERE) as client:
        for what in ("apply", "undo"):
            answer = await client.post(
                f"{EXCHANGE}/bulk-change/{desk.job}/{what}", json=resource("bulk-change")
            )
            assert answer.status_code in (403, 404)
    assert (await read(desk.client, SAMPLE, mine))["attributes"]["materialSampleRemarks"] is None


@pytest.mark.parametrize(
    "operation",
    [
        {"field": "group", "op": "set", "value": "cnc"},
        {"field": "resourceVersion", "op": "set", "value": 9},
        {"field": "createdBy", "op": "set", "value": "x"},
        {"field": "hierarchy", "op": "clear"},
        {"field": "nothing", "op": "clear"},
        {"field": "organism.determination.parsedName", "op": "clear"},
        {"field": "managedAttributes.a.b", "op": "clear"},
        {"field": "materialSampleRemarks", "op": "add", "value": ["x"]},
        {"field": "materialSampleRemarks", "op": "replace", "find": "", "value": "x"},
        {"field": "materialSampleRemarks", "op": "set"},
        {"field": "materialSampleRemarks", "op": "plus", "value": 3},
        {"field": "tags", "op": "set", "value": "one"},
        {"field": "preparationDate", "op": "shift", "value": "many"},
        {"field": "materialSampleRemarks", "op": "copy", "from": "nothing"},
    ],
)
async def test_a_change_that_makes_no_sense_is_refused_with_the_field_named(
    desk: Desk, operation: dict[str, Any]
) -> None:
    told = await ask(desk, [operation], ids=[str(uuid.uuid4())])
    assert told["state"] == "failed"
    assert (operation.get("from") or operation["field"]) in told["errors"][0]["detail"]


async def test_a_request_says_what_and_which_or_is_refused(desk: Desk) -> None:
    clear = {"field": "tags", "op": "clear"}
    for given in (
        {"operations": [clear]}, {"ids": [str(uuid.uuid4())]}, {"operations": [{**clear, "op": "drop"}], "all": True},
        {"operations": [{**clear, "field": "no such"}], "all": True}, {"operations": [clear], "ids": ["x"]},
        {"operations": [{**clear, "op": "set", "value": ["x" * 200_000]}], "all": True},
    ):  # fmt: skip
        body = resource("bulk-change", {"type": "material-sample", **given})
        assert (await desk.client.post(f"{EXCHANGE}/bulk-change", json=body)).status_code == 422, given
    undo = await desk.client.post(f"{EXCHANGE}/bulk-change/{uuid.uuid4()}/undo", json=resource("bulk-change"))
    assert undo.status_code == 404


async def test_a_place_is_given_to_what_has_none_and_changed_where_there_is_one(desk: Desk) -> None:
    kind = await made(desk.client, f"{C}/storage-unit-type", {"name": f"Shelf {uuid.uuid4()}"})
    shelf, other = [
        await made(desk.client, f"{C}/storage-unit", {"name": name}, storageUnitType=linked("storage-unit-type", kind))
        for name in ("Shelf 1", "Shelf 2")
    ]  # fmt: skip
    ids = [await made(desk.client, SAMPLE, {"materialSampleName": f"P-{n}"}) for n in range(2)]
    for place in (shelf, other):
        told = await ask(
            desk, [{"field": "storageUnitUsage.storageUnit", "op": "set", "value": place}], ids=ids
        )
        assert told["result"]["changed"] == 2, told
        assert (await apply(desk))["result"]["changed"] == 2
    usages = {
        (await read(desk.client, SAMPLE, id_))["relationships"]["storageUnitUsage"]["data"]["id"]
        for id_ in ids
    }
    assert len(usages) == 2
    for usage in usages:
        found = await desk.client.get(f"{C}/storage-unit-usage/{usage}?include=storageUnit")
        assert found.json()["data"]["relationships"]["storageUnit"]["data"]["id"] == other


async def test_a_change_whose_process_dies_goes_on_and_does_nothing_twice(
    app: App, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dina.base.jobs import Job
    from dina.modules.exchange.changing import job as jobs

    monkeypatch.setattr(jobs, "CHUNK", 2)
    ids = [await made(desk.client, SAMPLE, {"materialSampleName": f"D-{n}"}) for n in range(5)]
    await ask(desk, [{"field": "materialSampleRemarks", "op": "append", "value": "!"}], ids=ids)
    real, calls = Job.progress, 0

    async def dying(self: Job, *given: Any, **more: Any) -> None:
        nonlocal calls
        if more.get("checkpoint") and more["checkpoint"].get("after"):
            calls += 1
            if calls == 2:
                raise ConnectionError("the process is gone, after the request was answered")
        await real(self, *given, **more)

    with monkeypatch.context() as mortal:
        mortal.setattr(Job, "progress", dying)
        first = await apply(desk)
    if first["state"] == "failed":
        answer = await desk.client.post(f"{EXCHANGE}/job/{desk.job}/retry")
        first = await desk.done(answer)
    assert first["state"] == "finished", first["errors"]
    assert (first["result"]["changed"], first["result"]["refusedCount"]) == (5, 0)
    remarks = {(await read(desk.client, SAMPLE, id_))["attributes"]["materialSampleRemarks"] for id_ in ids}
    assert remarks == {"!"}


async def test_a_pattern_is_replaced_record_by_record_and_too_long_a_text_is_refused(desk: Desk) -> None:
    short = await made(desk.client, SAMPLE, {"materialSampleName": "P-1", "preservationType": "70% EtOH"})
    other = await made(desk.client, SAMPLE, {"materialSampleName": "P-2", "preservationType": "dry"})
    long = await made(desk.client, SAMPLE, {"materialSampleName": "P-3", "preservationType": "1% " * 83})
    change = {
        "field": "preservationType",
        "op": "replace",
        "find": r"(\d+)\s*%",
        "value": r"\1 per cent of",
        "pattern": True,
    }
    told = (await ask(desk, [change], ids=[short, other, long]))["result"]
    assert (told["changed"], told["same"], told["refusedCount"]) == (1, 1, 1)
    assert told["examples"][0]["cells"][0]["after"] == "70 per cent of EtOH"
    assert (told["refused"][0]["id"], "250" in told["refused"][0]["reason"]) == (long, True)
    grown = {**change, "field": "materialSampleRemarks", "find": "", "value": "x" * 60_000}
    assert (await ask(desk, [{**grown, "find": "^|$"}], ids=[short]))["result"]["changed"] == 0, "it is empty"
    told = (await ask(desk, [{**grown, "field": "preservationType", "find": "^|$"}], ids=[short]))["result"]
    assert "100,000" in told["refused"][0]["reason"]


async def test_a_faulty_pattern_is_refused_at_once_with_its_place(desk: Desk) -> None:
    change = {"field": "materialSampleRemarks", "op": "replace", "pattern": True}
    for language, find, put, said in (
        ("en", "a(b", "", "character 2: this ( has no )"), ("fr", "a(b", "", "caractère 2"), ("en", "a", r"\1", "no group 1"),
        ("en", "a\0b", "", "cannot be stored"),
    ):  # fmt: skip
        body = resource("bulk-change", {"type": "material-sample", "all": True, "operations": [{**change, "find": find, "value": put}]})  # fmt: skip
        answer = await desk.client.post(
            f"{EXCHANGE}/bulk-change", json=body, headers={"accept-language": language}
        )
        assert answer.status_code == 422
        assert said in answer.json()["errors"][0]["detail"]


async def test_one_element_of_a_list_is_replaced_by_another(desk: Desk) -> None:
    api = desk.client
    wrong, right, other = [
        await made(api, f"{C}/project", {"name": name}) for name in ("Yukn", "Yukon", "Arctic")
    ]
    collections = [await made(api, f"{C}/collection", {"name": f"{n} {uuid.uuid4()}"}) for n in ("A", "B")]
    links = {"data": [{"type": "project", "id": id_} for id_ in (wrong, other)]}
    one = await made(api, SAMPLE, {"materialSampleName": "E-1", "tags": ["a", "typo"]}, projects=links,
                     collection=linked("collection", collections[0]))  # fmt: skip
    two = await made(api, SAMPLE, {"materialSampleName": "E-2", "tags": ["b"]})
    told = await ask(desk, [
        {"field": "tags", "op": "become", "values": [{"from": "typo", "to": "b"}]},
        {"field": "projects", "op": "become", "values": [{"from": wrong, "to": right}]},
        {"field": "collection", "op": "become", "values": [{"from": collections[0], "to": collections[1]}]},
    ], ids=[one, two])  # fmt: skip
    assert (told["result"]["changed"], told["result"]["same"]) == (1, 1), told
    assert (await apply(desk))["result"]["changed"] == 1
    now = await read(api, SAMPLE, one)
    assert now["attributes"]["tags"] == ["a", "b"]
    assert {p["id"] for p in now["relationships"]["projects"]["data"]} == {right, other}
    found = await api.get(f"{SAMPLE}/{one}?include=collection")
    assert found.json()["data"]["relationships"]["collection"]["data"]["id"] == collections[1]
    told = await ask(desk, [{"field": "projects", "op": "become", "values": [{"from": right, "to": other}]}])
    assert told["state"] == "finished", "what is linked is not asked of the index"


async def test_a_change_that_is_stopped_late_takes_back_what_it_wrote(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dina.modules.exchange.changing import job as jobs

    monkeypatch.setattr(jobs, "CHUNK", 2)
    ids = sorted([await made(desk.client, SAMPLE, {"materialSampleName": f"Z-{n}"}) for n in range(5)])
    add = [{"field": "materialSampleRemarks", "op": "append", "value": "!"}]
    assert (await ask(desk, add, ids=ids))["result"]["changed"] == 5
    look = jobs.refuse_if_changed

    async def look_too_early(*given: Any) -> None:
        await look(*given)
        body = resource("material-sample", {"barcode": uuid.uuid4().hex[:12]}, id=ids[3])
        assert (await desk.client.patch(f"{SAMPLE}/{ids[3]}", json=body)).status_code == 200

    monkeypatch.setattr(jobs, "refuse_if_changed", look_too_early)
    done = await apply(desk, onConflict="stop")
    assert done["state"] == "failed"
    assert "taken back" in done["errors"][0]["detail"]
    name = (await read(desk.client, SAMPLE, ids[3]))["attributes"]["materialSampleName"]
    assert name in done["errors"][0]["detail"]
    remarks = [(await read(desk.client, SAMPLE, id_))["attributes"]["materialSampleRemarks"] for id_ in ids]
    assert remarks == [None] * 5
    retried = await desk.done(await desk.client.post(f"{EXCHANGE}/job/{desk.job}/retry"))
    assert retried["state"] == "failed", "what was stopped is not gone on with"
