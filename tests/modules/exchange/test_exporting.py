"""Exports: asked for, written in the background, fetched; every format, computed columns, and who may."""

from __future__ import annotations

import csv
import io
import json
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
from python_calamine import CalamineWorkbook

from dina.app import App
from dina.base.cells import unguarded
from dina.base.identity.caller import Caller
from tests.conftest import linked, resource
from tests.modules.exchange.driving import Desk

EXPORT = "/exchange/v1"
NAMES = ["=cmd()", "plain", "+1", "-x", "'=quoted", "\tTab", "é 🐞", "-5.25"]
COLUMNS = [
    "materialSampleRemarks", "isRestricted", "preparationDate", "createdOn", "dwcOtherCatalogNumbers",
    "collectingEvent.geoReferenceAssertions[isPrimary].dwcDecimalLatitude",
    "collectingEvent.geoReferenceAssertions[isPrimary].dwcDecimalLongitude",
]  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def samples(api: httpx.AsyncClient) -> AsyncIterator[list[str]]:
    """Eight specimens with awkward remarks, collected at 45.5 N 75.25 W."""
    place = {"dwcDecimalLatitude": 45.5, "dwcDecimalLongitude": -75.25, "isPrimary": True}
    body = resource(
        "collecting-event",
        {"group": "cnc", "geoReferenceAssertions": [place], "dwcVerbatimCoordinates": "45°30'N 75°15'W"},
    )
    event = (await api.post("/collection/v1/collecting-event", json=body)).json()["data"]["id"]
    made: list[str] = []
    for n, name in enumerate(NAMES):
        attributes = {
            "group": "cnc", "materialSampleName": f"x{n}", "sourceSet": "export", "materialSampleRemarks": name,
            "dwcOtherCatalogNumbers": ["a", "b"], "preparationDate": "1899-02-03",
        }  # fmt: skip
        body = resource(
            "material-sample",
            attributes,
            relationships={"collectingEvent": linked("collecting-event", event)},
        )
        answer = await api.post("/collection/v1/material-sample", json=body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["data"]["id"])
    yield made


def asked(columns: list[str] = COLUMNS, **more: Any) -> dict[str, Any]:
    return {
        "name": "My beetles / été", "exportType": "TABULAR_DATA", "source": "dina_material_sample_index",
        "query": json.dumps({"filter": {"sourceSet": "export"}, "sort": "materialSampleName"}),
        "schema": {"material-sample": {"columns": columns}}, **more,
    }  # fmt: skip


async def exported(
    app: App, api: httpx.AsyncClient, tmp_path: Path, attributes: dict[str, Any]
) -> httpx.Response:
    """The file of an export, waited for."""
    answer = await api.post(f"{EXPORT}/data-export", json=resource("data-export", attributes))
    assert answer.status_code == 201, answer.text
    found = answer.json()["data"]
    assert found["attributes"]["status"] == "NEW"
    early = await api.get(f"{EXPORT}/file/{found['id']}")
    assert early.status_code == 404
    await app.worker(tmp_path / "w").run(until_idle=True)
    told = (await api.get(f"{EXPORT}/data-export/{found['id']}")).json()["data"]["attributes"]
    assert told["status"] == "COMPLETED", told["errors"]
    file = await api.get(f"/api/dina-export-api/file/{found['id']}?type=DATA_EXPORT")
    assert file.status_code == 200
    assert int(file.headers["content-length"]) == len(file.content)
    return file


def rows_of(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


async def test_csv_with_aliases_and_marked_texts(
    app: App, api: httpx.AsyncClient, tmp_path: Path, samples: list[str]
) -> None:
    schema = {"material-sample": {"columns": COLUMNS, "aliases": ["Remarks", "", "Prepared"]}}
    file = await exported(app, api, tmp_path, asked(schema=schema))
    assert file.headers["content-type"] == "text/csv"
    assert file.headers["content-disposition"].startswith(
        'attachment; filename="My_beetles_t.csv"; filename*=UTF-8'
    )
    head, *rows = rows_of(file.text)
    assert head == ["Remarks", COLUMNS[1], "Prepared", *COLUMNS[3:]]
    assert [row[0] for row in rows] == [
        "'=cmd()",
        "plain",
        "'+1".replace("'", ""),
        "'-x",
        "''=quoted",
        "'\tTab",
        "é 🐞",
        "-5.25",
    ]
    assert [unguarded(row[0]) for row in rows] == NAMES
    assert rows[0][1:3] == ["false", "1899-02-03"]
    assert rows[0][4:] == ["a | b", "45.5", "-75.25"]


async def test_tabs_semicolons_and_a_byte_order_mark(
    app: App, api: httpx.AsyncClient, tmp_path: Path, samples: list[str]
) -> None:
    file = await exported(app, api, tmp_path, asked(exportOptions={"columnSeparator": "TAB"}))
    assert file.headers["content-type"] == "text/tab-separated-values"
    assert len(rows_of(file.text, "\t")[1]) == len(COLUMNS)
    options = {"columnSeparator": "SEMICOLON", "bom": "true", "headings": "LABELS"}
    file = await exported(app, api, tmp_path, asked(exportOptions=options))
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert rows_of(file.content.decode("utf-8-sig"), ";")[0][:2] == ["Remarks", "Restricted"]


async def test_a_workbook_has_numbers_as_numbers_and_no_formulas(
    app: App, api: httpx.AsyncClient, tmp_path: Path, samples: list[str]
) -> None:
    file = await exported(app, api, tmp_path, asked(exportOptions={"format": "XLSX"}))
    path = tmp_path / "x.xlsx"
    path.write_bytes(file.content)
    head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert head == COLUMNS
    assert [unguarded(str(row[0])) for row in rows] == NAMES
    assert rows[0][1] is False
    assert rows[0][5:] == [45.5, -75.25]


async def test_parquet_is_typed_and_geoparquet_has_points(
    app: App, api: httpx.AsyncClient, tmp_path: Path, samples: list[str]
) -> None:
    file = await exported(app, api, tmp_path, asked(exportOptions={"format": "GEOPARQUET"}))
    read = pq.read_table(io.BytesIO(file.content))
    kinds = [str(field.type) for field in read.schema]
    assert kinds == [
        "string",
        "bool",
        "date32[day]",
        "timestamp[us, tz=UTC]",
        "list<element: string>",
        "double",
        "double",
        "binary",
    ]
    rows = read.to_pylist()
    assert [row[COLUMNS[0]] for row in rows] == NAMES
    assert struct.unpack("<BIdd", rows[0]["geometry"]) == (1, 1, -75.25, 45.5)
    geo = json.loads(pq.ParquetFile(io.BytesIO(file.content)).metadata.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"] == {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        "bbox": [-75.25, 45.5, -75.25, 45.5],
    }
    plain = await exported(app, api, tmp_path, asked(exportOptions={"format": "PARQUET"}))
    assert pq.read_table(io.BytesIO(plain.content)).num_columns == len(COLUMNS)


async def test_computed_columns(app: App, api: httpx.AsyncClient, tmp_path: Path, samples: list[str]) -> None:
    functions = {
        "label": {"functionDef": "CONCAT", "params": {"items": ["materialSampleName", "barcode", "materialSampleRemarks"], "separator": " - "}},
        "plainList": {"functionDef": "CONCAT", "params": ["materialSampleName", "group"]},
        "place": {"functionDef": "CONVERT_COORDINATES_DD", "params": {"column": "collectingEvent.dwcVerbatimCoordinates"}},
        "point": {"functionDef": "CONVERT_COORDINATES_DD", "params": ["collectingEvent.eventGeom"]},
    }  # fmt: skip
    file = await exported(
        app, api, tmp_path, asked(["place", "materialSampleName", "label"], functions=functions)
    )
    head, first, *_ = rows_of(file.text)
    assert head == ["place", "materialSampleName", "label", "plainList", "point"]
    assert first == ["45.5, -75.25", "x0", "x0 - =cmd()", "x0 cnc", "45.5, -75.25"]


async def test_what_is_refused(api: httpx.AsyncClient) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"exportType": "OBJECT_ARCHIVE"}, "/data/attributes/exportType"),
        ({"schema": None}, "/data/attributes"),
        ({"schema": {"material-sample": {"columns": []}}}, "/data/attributes/schema/material-sample/columns"),
        ({"schema": {"a": {"columns": ["x"], "more": 1}}}, "/data/attributes/schema/a/more"),
        ({"functions": {"f": {"functionDef": "SUM"}}}, "/data/attributes/functions/f/functionDef"),
        ({"exportOptions": {"format": "DOC"}}, "/data/attributes/exportOptions/format"),
        ({"exportOptions": {"speed": "1"}}, "/data/attributes/exportOptions/speed"),
        ({"query": "{"}, "/data/attributes/query"),
        ({"query": '{"query":{"bool":{"must":[]}}}'}, "/data/attributes/query"),
        ({"source": "dina_nothing_index"}, "/data/attributes/source"),
    ]
    for more, pointer in cases:
        answer = await api.post(f"{EXPORT}/data-export", json=resource("data-export", asked(**more)))
        assert answer.status_code in (400, 422), (more, answer.text)
        assert answer.json()["errors"][0]["source"]["pointer"] == pointer, answer.text


async def test_an_unknown_column_ends_in_an_error_that_says_so(
    app: App, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    answer = await api.post(f"{EXPORT}/data-export", json=resource("data-export", asked(["nothing"])))
    id_ = answer.json()["data"]["id"]
    await app.worker(tmp_path / "w").run(until_idle=True)
    told = (await api.get(f"{EXPORT}/data-export/{id_}")).json()["data"]["attributes"]
    assert told["status"] == "ERROR"
    assert "nothing" in told["errors"]["fr"][0]["detail"]
    listed = (await api.get(f"{EXPORT}/data-export?filter[status]=ERROR")).json()["data"]
    assert id_ in [one["id"] for one in listed]


async def test_files_are_for_who_asked_and_for_fourteen_days(
    app: App, api: httpx.AsyncClient, tmp_path: Path, samples: list[str]
) -> None:
    answer = await api.post(f"{EXPORT}/data-export", json=resource("data-export", asked()))
    id_ = answer.json()["data"]["id"]
    await app.worker(tmp_path / "w").run(until_idle=True)
    async with app.client_as(Caller("s", "stranger")) as stranger:
        assert (await stranger.get(f"{EXPORT}/file/{id_}")).status_code == 403
    assert (await api.head(f"{EXPORT}/file/{id_}")).status_code == 200
    with psycopg.connect(app.settings.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE dina.job SET finished_on = now() - interval '15 days' WHERE id = %s", [id_]
        )
    await app.worker(tmp_path / "w").run(until_idle=True)
    told = (await api.get(f"{EXPORT}/data-export/{id_}")).json()["data"]["attributes"]
    assert told["status"] == "EXPIRED"
    assert (await api.get(f"{EXPORT}/file/{id_}")).status_code == 404
    assert (await api.get(f"{EXPORT}/file/{'0' * 8}-0000-0000-0000-{'0' * 12}")).status_code == 404


@pytest.mark.parametrize(("format", "name"), [("CSV", "x.csv"), ("XLSX", "x.xlsx")])
async def test_what_was_marked_is_read_back_as_it_was(
    app: App, api: httpx.AsyncClient, tmp_path: Path, samples: list[str], format: str, name: str
) -> None:
    options = {"format": format}
    file = await exported(
        app, api, tmp_path, asked(["materialSampleName", "materialSampleRemarks"], exportOptions=options)
    )
    desk = Desk(app, api)
    await desk.send(name, file.content)
    rows = (await api.get(f"{EXPORT}/import-dataset/{desk.id}/rows")).json()["data"]
    assert [row["attributes"]["values"][1] for row in rows] == NAMES


async def test_an_export_holds_what_its_author_may_read(
    app: App, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    body = resource(
        "material-sample",
        {"group": "cnc", "materialSampleName": "hidden", "sourceSet": "secret", "publiclyReleasable": False},
    )
    assert (await api.post("/collection/v1/material-sample", json=body)).status_code == 201
    query = json.dumps({"filter": {"sourceSet": "secret"}})
    async with app.client_as(Caller("s", "stranger")) as stranger:
        file = await exported(app, stranger, tmp_path, asked(["materialSampleName"], query=query))
    assert len(rows_of(file.text)) == 1
    file = await exported(app, api, tmp_path, asked(["materialSampleName"], query=query))
    assert rows_of(file.text)[1:] == [["hidden"]]


async def test_templates_are_kept(api: httpx.AsyncClient) -> None:
    attributes = {
        "name": "T", "group": "cnc", "exportType": "TABULAR_DATA", "restrictToCreatedBy": True, "publiclyReleasable": False,
        "schema": {"material-sample": {"columns": ["id"], "aliases": ["Id"]}}, "exportOptions": {"columnSeparator": "COMMA"},
        "functions": {"f": {"functionDef": "CONCAT", "params": {"items": ["id"]}}},
    }  # fmt: skip
    answer = await api.post(
        "/api/dina-export-api/data-export-template", json=resource("data-export-template", attributes)
    )
    assert answer.status_code == 201, answer.text
    found = answer.json()["data"]["attributes"]
    assert {name: found[name] for name in attributes} == attributes
    answer = await api.post(
        f"{EXPORT}/data-export-template", json=resource("data-export-template", {"name": "x"})
    )
    assert {one["meta"].get("member") or one["source"]["pointer"] for one in answer.json()["errors"]} >= {
        "group",
        "exportType",
    }
