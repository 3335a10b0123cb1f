"""Tables: chosen columns of all rows of a list, streamed; the same as lists with includes say."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import orjson

from dina.app import App
from dina.identity import dev_caller
from dina.modules.exchange.reading import table
from tests.conftest import linked, resource

PATH = "/collection/v1"


async def ask(
    client: httpx.AsyncClient, type_: str, columns: list[str], query: str = "", **headers: str
) -> httpx.Response:
    body = resource("table", {"columns": columns})
    return await client.post(f"{PATH}/{type_}/table?{query}", json=body, headers=headers)


async def rows_of(
    client: httpx.AsyncClient, type_: str, columns: list[str], query: str = ""
) -> list[list[Any]]:
    answer = await ask(client, type_, columns, query)
    assert answer.status_code == 200, answer.text
    head, *rows, end = [orjson.loads(line) for line in answer.content.splitlines()]
    assert [one["path"] for one in head["columns"]] == columns
    assert end == {"rows": len(rows)}
    return rows


async def made(client: httpx.AsyncClient, type_: str, attributes: dict[str, Any], **links: Any) -> str:
    body = resource(type_, {"group": "cnc", **attributes}, relationships=links)
    answer = await client.post(f"{PATH}/{type_}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def test_columns_of_every_kind(api: httpx.AsyncClient) -> None:
    event = await made(
        api,
        "collecting-event",
        {
            "startEventDateTime": "2001-05",
            "geoReferenceAssertions": [
                {"dwcDecimalLatitude": 1.5, "dwcDecimalLongitude": 2, "isPrimary": False},
                {"dwcDecimalLatitude": 45.25, "dwcDecimalLongitude": -75.5, "isPrimary": True},
            ],
        },
    )
    determinations = [
        {"verbatimScientificName": "Carex sp.", "isPrimary": False},
        {"verbatimScientificName": "Carex alba", "isPrimary": True},
    ]
    first = await made(api, "organism", {"sex": "male", "determination": determinations})
    second = await made(api, "organism", {"lifeStage": "adult", "isTarget": True})
    person = "0197a3a0-0000-7000-8000-000000000001"
    sample = await made(
        api,
        "material-sample",
        {
            "materialSampleName": "table-1", "dwcOtherCatalogNumbers": ["a", "b"], "preparationDate": "2020-02-03",
            "citations": [
                {"title": "One", "authors": [{"familyNames": "A"}, {"familyNames": "B"}]}, {"title": "Two", "year": 2001},
            ],
            "hostOrganism": {"name": "Salix"}, "tags": [],
        },
        collectingEvent=linked("collecting-event", event),
        organism=linked("organism", first, second, many=True),
        preparedBy=linked("person", person, many=True),
    )  # fmt: skip
    cells: dict[str, Any] = {
        "id": sample,
        "materialSampleName": "table-1",
        "preparationDate": "2020-02-03",
        "isRestricted": False,
        "dwcOtherCatalogNumbers": ["a", "b"],
        "dwcOtherCatalogNumbers[1]": "b",
        "dwcOtherCatalogNumbers[7]": None,
        "dwcOtherCatalogNumbers[*]": "a | b",
        "tags[*]": None,
        "hostOrganism.name": "Salix",
        "hostOrganism.remarks": None,
        "citations[0].title": "One",
        "citations.title": "One | Two",
        "citations[1].year": 2001,
        "citations[*].authors[*].familyNames": "A | B",
        "collectingEvent": event,
        "collectingEvent.id": event,
        "collectingEvent.startEventDateTime": "2001-05",
        "collectingEvent.geoReferenceAssertions[isPrimary].dwcDecimalLatitude": 45.25,
        "collectingEvent.geoReferenceAssertions[0].dwcDecimalLatitude": 1.5,
        "collection.institution.name": None,
        "organism": [first, second],
        "organism[1]": second,
        "organism[*].id": f"{first} | {second}",
        "organism[isTarget].lifeStage": "adult",
        "organism[0].sex": "male",
        "organism.determination[isPrimary].verbatimScientificName": "Carex alba",
        "organism[0].determination[0].verbatimScientificName": "Carex sp.",
        "preparedBy": [person],
        "preparedBy[0]": person,
        "preparedBy[*].type": "person",
        "managedAttributes.none": None,
        "hierarchy": None,
    }
    (row,) = await rows_of(api, "material-sample", list(cells), f"filter[id]={sample}")
    found = dict(zip(cells, row, strict=True))
    assert found.pop("hierarchy")[0]["uuid"] == sample
    cells.pop("hierarchy")
    assert found == cells


async def test_paths_that_lead_nowhere_are_told_together(api: httpx.AsyncClient) -> None:
    wrong = [
        "nothing", "materialSampleName.x", "materialSampleName[0]", "organism[sex].id", "collectingEvent[0].id", "",
        "preparedBy[x]", "preparedBy.displayName", "citations[0].x", "organism[", "a.b[*]c", "id[0]",
        "parentMaterialSample." * 5 + "id", "collectingEvent.managedAttributes[*].x", "hostOrganism.name.x",
    ]  # fmt: skip
    answer = await ask(api, "material-sample", ["id", *wrong])
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert [one["source"]["pointer"] for one in errors] == [
        f"/data/attributes/columns/{n}" for n in range(1, len(wrong) + 1)
    ]
    assert {one["code"] for one in errors} == {"UNKNOWN_ATTRIBUTE"}


async def test_requests_that_are_no_tables(api: httpx.AsyncClient) -> None:
    for body, status in (
        ({}, 400), ({"data": {"type": "x"}}, 409), (resource("table", {"columns": []}), 422),
        (resource("table", {"columns": ["id"] * 501}), 422), (resource("table", {"columns": [1]}), 422),
        (resource("table", {"columns": "id"}), 422), (resource("table"), 422),
    ):  # fmt: skip
        answer = await api.post(f"{PATH}/material-sample/table", json=body)
        assert answer.status_code == status, answer.text
    for query in ("page[limit]=1", "limit=-1", "limit=x", "include=organism", "filter[x]=1", "sort=x"):
        assert (await ask(api, "material-sample", ["id"], query)).status_code == 400, query
    assert (await api.get(f"{PATH}/material-sample/table")).status_code == 405
    assert (await ask(api, "material-sample", ["id"], accept="text/html")).status_code == 406


async def test_filter_sort_and_limit_as_lists_have_them(api: httpx.AsyncClient) -> None:
    for n in range(5):
        await made(api, "material-sample", {"materialSampleName": f"sorted-{n}"})
    query = "filter[materialSampleName][LIKE]=sorted-%25&sort=-materialSampleName"
    rows = await rows_of(api, "material-sample", ["materialSampleName"], query)
    assert rows == [[f"sorted-{n}"] for n in range(4, -1, -1)]
    assert await rows_of(api, "material-sample", ["materialSampleName"], f"{query}&limit=2") == rows[:2]
    assert await rows_of(api, "material-sample", ["id"], f"{query}&limit=0") == []
    fiql = await rows_of(api, "material-sample", ["id"], "fiql=materialSampleName==sorted-1")
    assert len(fiql) == 1


async def test_csv_marks_what_a_spreadsheet_would_run(api: httpx.AsyncClient) -> None:
    texts = ["=1+1", "-5", "-x", "@a", "'=b", 'plain, "quoted"\nline', "'tis"]
    for n, text in enumerate(texts):
        await made(
            api, "material-sample", {"materialSampleName": f"risky-{n}", "materialSampleRemarks": text}
        )
    answer = await ask(
        api, "material-sample", ["materialSampleRemarks", "isRestricted"],
        "filter[materialSampleName][LIKE]=risky-%25&sort=materialSampleName", accept="text/csv",
    )  # fmt: skip
    assert answer.headers["content-type"] == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[0] == ["materialSampleRemarks", "isRestricted"]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "-5", "'-x", "'@a", "''=b", texts[5], "'tis"]
    assert rows[1][1] == "false"


async def test_a_table_is_read_in_batches(app: App, api: httpx.AsyncClient) -> None:
    body = {
        "data": [
            {"type": "project", "attributes": {"group": "cnc", "name": f"batch {n}" + "x" * 200}}
            for n in range(1000)
        ]
    }
    headers = {"content-type": "application/vnd.api+json; ext=bulk", "prefer": "return=minimal"}
    answer = await api.post(f"{PATH}/project/bulk", content=orjson.dumps(body), headers=headers)
    assert answer.status_code < 300, answer.text
    async with app.client_as(dev_caller(app.settings)) as client:
        found = table(client, f"{PATH}/project", ["name", "id"], {"filter[name][LIKE]": "batch %"})
        batches = [rows async for rows in found]
    assert len(batches) > 1
    assert {row[0] for rows in batches for row in rows} == {f"batch {n}" + "x" * 200 for n in range(1000)}
