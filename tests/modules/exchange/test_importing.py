"""A curator brings in a file: columns found, rows judged, faults mended by group, imported, taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest

from tests.conftest import resource
from tests.modules.exchange.driving import EXCHANGE, Desk


def table(headings: Sequence[str], *rows: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode()


BEETLES = (
    ("Cat#", "Coll. date", "Collector", "Species name", "Lat", "Long", "Altitude", "Sexe", "Shelf colour"),
    ("B-1", "12.vi.1998", "M. Roy", "Bombus terrestris (L.)", "45.5", "-75.7", "120 m", "male", "red"),
    ("B-2", "12.vi.1998", "M. Roy", "Carabus nemoralis Müller", "45.5", "-75.7", "120 m", "female", "red"),
    ("B-3", "31.vi.1998", "K. Lee", "Carabus granulatus Linnaeus", "45.6", "-75.8", "130 m", "", "blue"),
    ("B-4", "June 1999", "K. Lee", "Carabus granulatus Linnaeus", "45.6", "-75.8", "", "male", "blue"),
)  # fmt: skip


async def sample(desk: Desk, name: str) -> dict[str, Any]:
    found = await desk.client.get(
        "/collection/v1/material-sample",
        params={"filter[dwcCatalogNumber][EQ]": name, "include": "collectingEvent,organism"},
    )
    body = found.json()
    return {one["type"]: one["attributes"] for one in [*body.get("included", []), *body["data"]]}


async def test_columns_are_found_by_their_headings_in_any_language(desk: Desk) -> None:
    await desk.send("beetles.csv", table(*BEETLES))
    dataset = await desk.dataset()
    fields = {one["heading"]: one["field"] for one in dataset["mapping"]["columns"]}
    assert fields == {
        "Cat#": "dwcCatalogNumber",
        "Coll. date": "dwc:eventDate",
        "Collector": "collectingEvent.dwcRecordedBy",
        "Species name": "dwc:scientificName",
        "Lat": "collectingEvent.geoReferenceAssertions.dwcDecimalLatitude",
        "Long": "collectingEvent.geoReferenceAssertions.dwcDecimalLongitude",
        "Altitude": "collectingEvent.dwcVerbatimElevation",
        "Sexe": "organism.sex",
        "Shelf colour": "managedAttributes.shelf_colour",
    }
    assert dataset["state"] == "STAGED"
    assert dataset["tables"][0]["dialect"]["delimiter"] == ","


async def test_a_check_finds_everything_and_writes_nothing(desk: Desk) -> None:
    before = await desk.count("material-sample"), await desk.count("collecting-event")
    await desk.send("beetles.csv", table(*BEETLES))
    await desk.check()
    assert (await desk.count("material-sample"), await desk.count("collecting-event")) == before
    summary = (await desk.dataset())["summary"]
    assert (summary["rows"], summary["errors"], summary["created"]) == (4, 1, 4)
    assert [(f["component"], f["key"]) for f in summary["customFields"]] == [
        ("MATERIAL_SAMPLE", "shelf_colour")
    ]
    (problem,) = [one for one in await desk.problems() if one["severity"] == "error"]
    assert (problem["heading"], problem["value"], problem["count"]) == ("Coll. date", "31.vi.1998", 1)
    assert problem["code"] == "date.impossible"


async def test_a_fault_is_mended_for_all_rows_and_everything_comes_in(desk: Desk) -> None:
    await desk.send("beetles.csv", table(*BEETLES))
    await desk.check()
    fixed = await desk.act("fix", {"column": 1, "value": "31.vi.1998", "to": "30.vi.1998"})
    assert fixed.json()["data"]["attributes"]["changed"] == 1
    refused = await desk.act("run", {"mode": "all"})
    assert refused.status_code == 422, "a changed data set is checked again first"
    await desk.check()
    told = await desk.run("all")
    assert told["state"] == "finished", told["errors"]
    receipt = (await desk.dataset())["receipt"]
    assert (receipt["created"], receipt["failed"], receipt["skipped"]) == (4, 0, 0)
    assert receipt["values"] == receipt["stored"] == 34
    assert receipt["events"] == 3, "rows of one event share it"
    found = await sample(desk, "B-3")
    event = found["collecting-event"]
    assert (event["startEventDateTime"], event["verbatimEventDateTime"]) == ("1998-06-30", "30.vi.1998")
    assert (event["dwcVerbatimElevation"], event["dwcMinimumElevationInMeters"]) == ("130 m", 130)
    assert event["geoReferenceAssertions"][0]["dwcDecimalLongitude"] == -75.8
    assert found["material-sample"]["managedAttributes"] == {"shelf_colour": "blue"}
    determination = found["organism"]["determination"][0]
    assert determination["scientificName"] == "Carabus granulatus Linnaeus"
    assert (await sample(desk, "B-4"))["collecting-event"]["startEventDateTime"] == "1999-06"
    row = (await desk.rows())[2]
    assert (row["values"][1], row["original"][1]) == ("30.vi.1998", "31.vi.1998")
    undone = await desk.undo()
    assert undone["state"] == "finished", undone["errors"]
    assert (await sample(desk, "B-3")) == {}


async def test_good_rows_come_in_and_the_others_wait(desk: Desk) -> None:
    await desk.send("beetles.csv", table(*BEETLES))
    await desk.check()
    told = await desk.run("rows")
    assert (told["result"]["created"], told["result"]["skipped"]) == (3, 1)
    assert (await desk.dataset())["state"] == "PARTLY_IMPORTED"
    assert [row["row"] for row in await desk.rows(state="waiting")] == [3]
    edit = {"edits": [{"row": 3, "column": 1, "value": "1998-06-30"}]}
    changed = await desk.client.patch(
        f"{EXCHANGE}/import-dataset/{desk.id}/rows", json=resource("import-dataset", edit)
    )
    assert changed.status_code == 200, changed.text
    locked = {"edits": [{"row": 1, "column": 1, "value": "1998"}]}
    refused = await desk.client.patch(
        f"{EXCHANGE}/import-dataset/{desk.id}/rows", json=resource("import-dataset", locked)
    )
    assert refused.status_code == 422
    await desk.check()
    told = await desk.run("rows")
    assert (told["result"]["created"], told["result"]["skipped"]) == (1, 0)
    assert (await desk.dataset())["state"] == "IMPORTED"
    await desk.undo()
    assert await desk.count("material-sample?filter[sourceSet][EQ]=" + desk.id) == 0


async def test_all_or_nothing_refuses_while_rows_have_faults(desk: Desk) -> None:
    before = await desk.count("material-sample"), await desk.count("collecting-event")
    await desk.send("beetles.csv", table(*BEETLES))
    await desk.check()
    told = await desk.run("all")
    assert told["state"] == "failed"
    assert "with errors: 1" in told["errors"][0]["detail"]
    assert (await desk.count("material-sample"), await desk.count("collecting-event")) == before


async def test_a_row_refused_late_takes_the_whole_import_back(desk: Desk) -> None:
    """Between check and import somebody else takes a name that the import wants."""
    heads = ("catalogNumber", "materialSampleName", "collection", "locality")
    made = await desk.client.post(
        "/collection/v1/collection", json=resource("collection", {"name": "Late", "group": "dev-group"})
    )
    collection = made.json()["data"]["id"]
    rows = [(f"L-{n}", f"Late {n}", "Late", f"place {n}") for n in range(1200)]
    await desk.send("late.csv", table(heads, *rows))
    await desk.check()
    assert (await desk.dataset())["summary"]["errors"] == 0, await desk.problems()
    taken = resource("material-sample", {"materialSampleName": "Late 1100", "group": "dev-group"})
    taken["data"]["relationships"] = {"collection": {"data": {"type": "collection", "id": collection}}}
    assert (await desk.client.post("/collection/v1/material-sample", json=taken)).status_code == 201
    before = await desk.count("material-sample"), await desk.count("collecting-event")
    told = await desk.run("all")
    assert told["state"] == "failed"
    assert "nothing was imported" in told["errors"][0]["detail"]
    assert (await desk.count("material-sample"), await desk.count("collecting-event")) == before
    told = await desk.run("rows")
    assert told["state"] == "finished", told["errors"]
    assert (told["result"]["created"], told["result"]["failed"]) == (1199, 1)
    assert told["result"]["events"] == 1199
    events = await desk.count("collecting-event?filter[dwcVerbatimLocality][EQ]=place 1100")
    assert events == 0, "the event of the row that was refused is gone too"
    (problem,) = [one for one in await desk.problems() if one["severity"] == "error"]
    assert problem["value"] == "Late 1100"
    cell = {"row": 1101, "column": 1, "value": "Late, too"}
    body = {"data": {"type": "import-dataset", "attributes": {"edits": [cell]}}}
    assert (
        await desk.client.patch(f"{EXCHANGE}/import-dataset/{desk.id}/rows", json=body)
    ).status_code == 200
    await desk.check()
    told = await desk.run("rows")
    assert (told["result"]["created"], told["result"]["failed"], told["result"]["events"]) == (1, 0, 1)
    assert (told["result"]["earlier"], told["result"]["skipped"]) == (1199, 0)


async def test_what_was_changed_since_stays_when_an_import_is_taken_back(desk: Desk) -> None:
    await desk.send("few.csv", table(("catalogNumber", "locality"), ("U-1", "here"), ("U-2", "there")))
    await desk.check()
    assert (await desk.run("all"))["state"] == "finished"
    found = await desk.client.get("/collection/v1/material-sample?filter[dwcCatalogNumber][EQ]=U-2")
    id_ = found.json()["data"][0]["id"]
    body = {"data": {"type": "material-sample", "id": id_, "attributes": {"barcode": "since"}}}
    assert (await desk.client.patch(f"/collection/v1/material-sample/{id_}", json=body)).status_code == 200
    looked = await desk.done(await desk.act("preview-undo"))
    assert (looked["result"]["deleted"], looked["result"]["blocked"]) == (2, 2)
    reasons = {one["reason"] for one in (c["conflict"] for c in looked["result"]["conflicts"])}
    assert reasons == {"changed-later", "referenced"}, "the changed specimen, and the event it still needs"
    refused = await desk.undo()
    assert refused["state"] == "failed"
    assert await desk.count("material-sample?filter[dwcCatalogNumber][EQ]=U-1") == 1, "nothing was done"
    told = await desk.undo(skipConflicts=True)
    assert (told["state"], told["result"]["blocked"]) == ("finished", 2)
    assert await desk.count("material-sample?filter[dwcCatalogNumber][EQ]=U-1") == 0
    assert (await sample(desk, "U-2"))["collecting-event"]["dwcVerbatimLocality"] == "there"


async def test_other_kinds_of_record_come_in_too(desk: Desk) -> None:
    rows = [("Cabinet 7", "CAB-7"), ("Cabinet 8", "CAB-8")]
    await desk.send("cabinets.csv", table(("Name", "Barcode"), *rows), targetType="storage-unit")
    fields = {c["heading"]: c["field"] for c in (await desk.dataset())["mapping"]["columns"]}
    assert fields == {"Name": "name", "Barcode": "barcode"}
    await desk.check()
    told = await desk.run("all")
    assert told["state"] == "finished", (told["errors"], await desk.problems())
    assert await desk.count("storage-unit?filter[barcode][EQ]=CAB-8") == 1


async def test_rows_that_claim_to_be_one_record_are_told(desk: Desk) -> None:
    rows = [("urn:d:1", "D-1"), ("urn:d:1", "D-2"), ("urn:d:2", "D-3")]
    await desk.send("double.csv", table(("occurrenceID", "catalogNumber"), *rows))
    await desk.check()
    (problem,) = [p for p in await desk.problems() if p["severity"] == "error"]
    assert (problem["code"], problem["count"]) == ("key.repeated", 2)


async def test_imports_of_other_groups_are_not_there(desk: Desk) -> None:
    from dina.base.identity.caller import Caller

    await desk.send("mine.csv", table(("catalogNumber",), ("M-1",)))
    async with desk.app.client_as(Caller("s", "stranger")) as stranger:
        for method, path in (
            ("GET", "rows"), ("GET", "problems"), ("POST", "check"), ("POST", "undo"), ("POST", "fix"),
        ):  # fmt: skip
            body = resource("import-dataset", {"column": 0, "value": "a", "to": "b"} if path == "fix" else {})
            answer = await stranger.request(
                method, f"{EXCHANGE}/import-dataset/{desk.id}/{path}", json=body if method == "POST" else None
            )
            assert answer.status_code == 403, (path, answer.text)


@pytest.mark.parametrize("name", ["", "  "])
async def test_a_file_needs_a_name_and_content(desk: Desk, name: str) -> None:
    await desk.send("x.csv", table(("catalogNumber",), ("X-1",)))
    answer = await desk.client.post(
        f"{EXCHANGE}/import-dataset/{desk.id}/file", params={"name": name}, content=b"a,b"
    )
    assert answer.status_code == 400
    answer = await desk.client.post(
        f"{EXCHANGE}/import-dataset/{desk.id}/file", params={"name": "x.csv"}, content=b""
    )
    assert answer.status_code == 400


async def test_proposals_are_taken_for_one_column_or_for_all(desk: Desk) -> None:
    heads = ("catalogNumber", "decimalLatitude", "decimalLongitude", "occurrenceRemarks")
    rows = [
        ("F-1", "45,5", "-75,5", "<i>Carex</i>"),
        ("F-2", "45,6", "-75,6", "plain"),
        ("F-3", "45.6", "-75.6", ""),
    ]
    await desk.send("commas.csv", table(heads, *rows))
    await desk.check()
    proposals = {(p["heading"], p["value"]): p["fix"] for p in await desk.problems() if p["fix"]}
    assert proposals[("decimalLatitude", "45,5")] == "45.5"
    one = await desk.act("fix", {"column": 1})
    assert one.json()["data"]["attributes"]["changed"] == 2
    everything = await desk.act("fix", {})
    assert everything.json()["data"]["attributes"]["changed"] == 2
    await desk.check()
    assert {(p["value"], p["fix"]) for p in await desk.problems()} == {("<i>Carex</i>", "Carex")}
    await desk.act("fix", {})
    await desk.check()
    assert await desk.problems() == []
    assert (await desk.run("all"))["result"]["created"] == 3
