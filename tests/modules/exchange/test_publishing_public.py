"""What needs no account: downloads, the page, feeds and catalogues; and that nothing else is opened by it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pyarrow.parquet as parquet
import pytest
from python_calamine import CalamineWorkbook

from dina.app import App, load_modules, running
from dina.base.jsonapi.operation import Operation
from dina.base.text import Text
from dina.settings import Settings
from tests.conftest import client_of, shared
from tests.modules.exchange.conftest import Define, specimen, tagged

IPT = "{http://ipt.gbif.org/}"
EML = "{https://eml.ecoinformatics.org/eml-2.2.0}"
ABOUT: dict[str, Any] = {
    "title": "Bog plants",
    "frenchTitle": "Plantes des tourbières",
    "abstract": "First.\n\nSecond paragraph.",
    "frenchAbstract": "Un seul.",
    "licence": "http://creativecommons.org/licenses/by/4.0/legalcode",
    "contacts": [
        {"role": "creator", "name": "Roy, Ana", "organization": "Museum", "email": "ana@museum.example"},
        {"role": "metadataProvider", "name": "Li Wu"},
        {"role": "curator", "organization": "Herbarium"},
    ],
    "methods": [
        {"description": "By hand.", "sampling": "Plots", "studyExtent": "Bogs", "qualityControl": "Twice"}
    ],
    "purpose": "To know.",
    "citation": "Roy A. Bog plants.",
    "keywords": ["bog", "plants"],
    "webpage": "https://museum.example/bogs",
}
EVENT = {
    "startEventDateTime": "1999-07", "endEventDateTime": "1999-08-02", "dwcCountry": "Canada", "dwcCountryCode": "CA",
    "geoReferenceAssertions": [{"dwcDecimalLatitude": 45.5, "dwcDecimalLongitude": -75.25, "isPrimary": True}],
}  # fmt: skip
NAMED = {
    "determination": [
        {"scientificName": "Carex aquatilis Wahlenb.", "isPrimary": True, "scientificNameSource": "CUSTOM",
         "scientificNameDetails": {"classificationPath": "Plantae|Cyperaceae", "classificationRanks": "kingdom|family"}},
        {"verbatimScientificName": "Carex sp.", "verbatimDeterminer": "Linné", "isPrimary": False},
    ]
}  # fmt: skip


async def test_nobody_signs_in_to_read_what_is_published(
    define: Define, curator: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    id_ = await specimen(curator, "public", EVENT, NAMED)
    publishing = await define(query=tagged("public"), **ABOUT)
    base = f"/exchange/v1/datasets/{publishing.id}"
    assert (await nobody.get(base)).status_code == 404
    assert (await nobody.get("/exchange/v1/dataset")).status_code == 401
    await publishing.published()
    page = (await nobody.get(base, headers={"accept": "text/html,*/*;q=0.8"})).json()
    assert page["dataset"]["frenchTitle"] == "Plantes des tourbières"
    assert "group" not in page["dataset"]
    assert page["records"] == 1
    assert page["coverage"]["countries"] == ["Canada"]
    download = await nobody.get(page["files"][0]["href"], headers={"accept": "application/zip"})
    assert download.status_code == 200
    assert download.headers["content-type"] == "application/zip"
    assert download.headers["content-disposition"].endswith('-v1.zip"')
    again = await nobody.get(page["files"][0]["href"], headers={"if-none-match": download.headers["etag"]})
    assert again.status_code == 304
    assert (await nobody.head(page["files"][0]["href"])).status_code == 200
    for wrong in (
        "versions/1/ledger",
        "versions/1/..%2f..%2fsecret",
        "versions/9/dwca.zip",
        "versions/x/dwca.zip",
    ):
        assert (await nobody.get(f"{base}/{wrong}")).status_code == 404, wrong
    with zipfile.ZipFile(io.BytesIO(download.content)) as packed:
        assert id_.encode() in packed.read("occurrence.txt")


async def test_aggregators_find_archives_in_the_feed_and_the_inventory(
    define: Define, curator: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    await specimen(curator, "feed", EVENT, NAMED)
    publishing = await define(query=tagged("feed"), **{**ABOUT, "title": "Feed & co"})
    await publishing.published()
    answer = await nobody.get("/exchange/v1/rss.do", headers={"accept": "application/rss+xml"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/rss+xml")
    items = ET.fromstring(answer.content).findall("channel/item")
    item = next(one for one in items if (one.findtext("guid") or "").startswith(publishing.id))
    assert item.findtext("guid") == f"{publishing.id}/v1"
    for name in ("eml", "dwca"):
        address = item.findtext(f"{IPT}{name}")
        assert address is not None
        assert (await nobody.get(address)).status_code == 200
    inventory = (await nobody.get("/exchange/v1/inventory/dataset")).json()["registeredResources"]
    told = next(one for one in inventory if one["id"] == publishing.id)
    assert (told["type"], told["records"], told["version"]) == ("OCCURRENCE", 1, "1")
    assert told["recordsByExtension"] == {"occurrence": 1, "identification": 2}
    catalogue = (await nobody.get("/exchange/v1/dcat", headers={"accept": "application/ld+json"})).json()
    one = next(one for one in catalogue["dcat:dataset"] if one["dct:identifier"] == publishing.id)
    assert one["dct:license"] == {"@id": ABOUT["licence"]}
    assert {"@value": "Plantes des tourbières", "@language": "fr"} in one["dct:title"]
    assert one["dct:creator"] == [{"@type": "foaf:Agent", "foaf:name": "Roy, Ana"}]


async def test_the_description_has_the_form_of_eml(define: Define, curator: httpx.AsyncClient) -> None:
    await specimen(curator, "eml", EVENT, NAMED)
    publishing = await define(query=tagged("eml"), **ABOUT)
    await publishing.published()
    root = ET.fromstring(await publishing.file("eml.xml"))
    assert root.tag == f"{EML}eml"
    assert root.attrib["packageId"] == f"{publishing.id}/v1"
    whole = root.find("dataset")
    assert whole is not None
    # The order is that of the schema (eml-resource, then eml-dataset).
    order = [
        "alternateIdentifier", "title", "creator", "metadataProvider", "associatedParty", "pubDate", "language",
        "abstract", "keywordSet", "intellectualRights", "distribution", "coverage", "purpose", "maintenance",
        "contact", "methods",
    ]  # fmt: skip
    tags = [one.tag for one in whole]
    assert tags == sorted(tags, key=order.index)
    assert set(order) == set(tags)
    assert whole.findtext("creator/individualName/surName") == "Roy"
    assert whole.findtext("creator/electronicMailAddress") == "ana@museum.example"
    assert whole.findtext("associatedParty/role") == "curator"
    assert [one.text for one in whole.findall("abstract/para")] == ["First.", "Second paragraph.", "Un seul."]
    assert whole.find("intellectualRights/para/ulink").attrib["url"] == ABOUT["licence"]  # type: ignore[union-attr]
    box = whole.find("coverage/geographicCoverage/boundingCoordinates")
    assert box is not None
    assert [float(one.text or "") for one in box] == [-75.25, -75.25, 45.5, 45.5]
    dates = whole.find("coverage/temporalCoverage/rangeOfDates")
    assert dates is not None
    assert [one.findtext("calendarDate") for one in dates] == ["1999-07-01", "1999-08-02"]
    taxa = [one.findtext("taxonRankValue") for one in whole.iter("taxonomicClassification")]
    assert taxa == ["Plantae", "Cyperaceae"]


async def test_the_data_package_is_valid_by_the_schemas_of_the_standard(
    define: Define, curator: httpx.AsyncClient
) -> None:
    await specimen(curator, "package", EVENT, NAMED)
    await specimen(curator, "package")
    publishing = await define(query=tagged("package"), formats=["dwc-dp"], **ABOUT)
    await publishing.published()
    with zipfile.ZipFile(io.BytesIO(await publishing.file("dwc-dp.zip"))) as packed:
        package = json.loads(packed.read("datapackage.json"))
        assert package["profile"] == "http://rs.tdwg.org/dwc/dwc-dp"
        names = {one["name"] for one in package["resources"]}
        assert names == {"event", "occurrence", "material", "identification"}
        rows = {one["name"]: table(packed, one) for one in package["resources"]}
        for one in package["resources"]:
            schema = json.loads(
                shared(f"data/standards/dwc-dp/table-schemas/{one['name']}.json").read_text("utf-8")
            )
            assert list(judged(one, rows, schema)) == []
            assert one["profile"] == "tabular-data-resource"
    assert len(rows["event"]) == len(rows["occurrence"]) == len(rows["material"]) == 2
    assert len(rows["identification"]) == 2


def table(packed: zipfile.ZipFile, one: dict[str, Any]) -> list[dict[str, str]]:
    text = packed.read(one["path"]).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=one["dialect"]["delimiter"]))


def judged(one: dict[str, Any], tables: dict[str, list[dict[str, str]]], schema: dict[str, Any]) -> Any:
    """Every way in which a table and its description are not what the standard's schema says."""
    facts = {fact["name"]: fact for fact in schema["fields"]}
    rows = tables[one["name"]]
    for field in one["schema"]["fields"]:
        if not {"name", "title", "description", "type", "dcterms:isVersionOf"} <= set(field):
            yield f"{field['name']}: not described"
        fact = facts.get(field["name"])
        if fact is None or fact["type"] != field["type"]:
            yield f"{field['name']}: no such field, or of another type"
            continue
        limits = fact.get("constraints", {})
        values = [row[field["name"]] for row in rows]
        if limits.get("required") and not all(values):
            yield f"{field['name']}: required"
        if limits.get("unique") and len(set(values)) < len(values):
            yield f"{field['name']}: not unique"
        for value in values:
            if value and fact["type"] in ("number", "integer"):
                number = float(value)
                if not limits.get("minimum", number) <= number <= limits.get("maximum", number):
                    yield f"{field['name']}: {value}"
    for missing in (n for n, fact in facts.items() if fact.get("constraints", {}).get("required")):
        if missing not in {field["name"] for field in one["schema"]["fields"]}:
            yield f"{missing}: missing"
    for link in one["schema"].get("foreignKeys", ()):
        target = link["reference"]
        keys = {row[target["fields"]] for row in tables[target["resource"]]}
        for row in rows:
            if row[link["fields"]] and row[link["fields"]] not in keys:
                yield f"{link['fields']}: {row[link['fields']]} leads nowhere"


async def test_only_public_operations_are_open_and_only_for_reading(
    demo: App, nobody: httpx.AsyncClient
) -> None:
    """Every path of every module without an account: open are those that are declared so, and no others."""
    opened: set[str] = set()
    for service in demo.services.values():
        prefix = service.module.prefixes[0]
        paths = [f"/{type_}" for type_ in service.types]
        paths += [f"/{type_}/0198c0de-0000-7000-8000-000000000001" for type_ in service.types]
        paths += [
            one.path.replace("{id}", "0198c0de-0000-7000-8000-000000000001").replace("{key}", "x")
            for one in service.module.operations
        ]
        paths += ["/job", "/registry", "/changes", "/audit-snapshot", "/operations", "/permission-check"]
        for path in paths:
            for method in ("GET", "HEAD", "POST", "PATCH", "DELETE", "PUT"):
                answer = await nobody.request(method, prefix + path)
                if answer.status_code != 401:
                    assert method in ("GET", "HEAD"), (method, path, answer.status_code)
                    opened.add(prefix + path.replace("0198c0de-0000-7000-8000-000000000001", "{id}"))
    assert opened == {
        "/exchange/v1/datasets", "/exchange/v1/datasets/{id}", "/exchange/v1/datasets/{id}/versions/x/x",
        "/exchange/v1/datasets/{id}/retired", "/exchange/v1/rss.do", "/exchange/v1/dcat", "/exchange/v1/inventory/dataset",
        "/exchange/v1/specimens/{id}",
    }  # fmt: skip


async def test_a_wrong_token_is_no_way_in_to_the_public_side(nobody: httpx.AsyncClient) -> None:
    answer = await nobody.get("/exchange/v1/datasets", headers={"authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    for path in (
        "/exchange/v1/datasets/table",
        "/exchange/v1/datasets/../dataset",
        "/exchange/v1/datasets%2f..%2fdataset",
    ):
        assert (await nobody.post(path)).status_code in (401, 404), path


def test_writing_cannot_be_declared_public() -> None:
    async def run(call: Any) -> Any: ...

    with pytest.raises(TypeError):
        Operation("POST", "/x", run, Text("x", "x"), "x", public=True)


async def test_the_public_side_reads_nothing_else_where_anonymous_reading_is_on(
    demo_settings: Settings,
) -> None:
    """The switch for anonymous reading and public operations do not depend on each other."""
    chosen = replace(demo_settings, anonymous_reading=True)
    async with running(App(chosen, load_modules(chosen))) as app, client_of(app) as client:
        assert (await client.get("/exchange/v1/datasets")).status_code == 200
        assert (await client.get("/exchange/v1/dataset")).json()["data"] == []


async def test_flat_tables_hold_the_same_rows_and_no_formula_runs(
    define: Define, curator: httpx.AsyncClient
) -> None:
    await specimen(curator, "flat", EVENT, NAMED, materialSampleRemarks="=1+1")
    formats = ["dwca", "csv", "xlsx", "parquet", "geoparquet"]
    publishing = await define(query=tagged("flat"), formats=formats)
    await publishing.published()
    page = await publishing.page()
    assert [one["format"] for one in page["files"]] == [*formats, "eml"]
    (row,) = (await publishing.archive()).occurrences
    assert row["materialEntityRemarks"] == "=1+1"
    (flat,) = csv.DictReader(
        io.StringIO((await publishing.file("occurrence.csv")).decode("utf-8-sig"), newline="")
    )
    assert flat["materialEntityRemarks"] == "'=1+1"
    assert {name: value for name, value in flat.items() if value != "'=1+1"} == {
        name: value for name, value in row.items() if name and value != "=1+1"
    }
    columns = parquet.read_table(io.BytesIO(await publishing.file("occurrence.parquet"))).to_pylist()
    assert columns[0]["decimalLatitude"] == 45.5
    assert columns[0]["materialEntityRemarks"] == "=1+1"
    geo = parquet.read_table(io.BytesIO(await publishing.file("geo.parquet")))
    assert geo.to_pylist()[0]["geometry"][:5] == b"\x01\x01\x00\x00\x00"
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(await publishing.file("occurrence.xlsx"))
    ).get_sheet_by_index(0)
    assert len(sheet.to_python()) == 2
