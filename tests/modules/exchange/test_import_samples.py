"""Archives and tables of others brought in through the API: every row counted, nothing lost, taken back exactly."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from tests.conftest import shared
from tests.modules.exchange.driving import Desk, half_sent
from tests.modules.exchange.sources.independent import parts
from tests.modules.exchange.sources.test_dwca_samples import DESCRIBED, READER, REFUSED, SAMPLES

VALIDATOR = f"{SAMPLES}/gbif-validator-ws"
TEMPLATES = "data/observations/ipt-templates"
ABCD = "data/abcd-digir-responses"
NAMES = ("taxon", "name")

TABLES = [
    f"{SAMPLES}/gbif-converters/csv/archive.csv",
    *(f"{SAMPLES}/gbif-validator-workbooks/occurrence-workbook{end}" for end in (".csv", "-no-empty-last-line.csv")),
    f"{VALIDATOR}/dwca-occurrence-no-meta/occurrence.txt",
    *(f"{SAMPLES}/ipt/event/{name}.txt" for name in ("occurrence", "occurrence_missing_bor", "occurrence_missing_id")),
    *(f"{SAMPLES}/ipt/res1/occurrence{end}.txt" for end in (
        "", "_doi_dataset_id", "_missing_bor", "_missing_ids", "_multivalue", "_no_bor_mapped", "_non_matching_bor",
        "_non_unique_ids", "_non_unique_ids_case",
    )),
    *(f"data/specimens-zoology/{name}.csv" for name in (
        "dina-mammals/specimens", "dina-mammals/identifications", "dina-mammals/observations",
        "dina-mammals/preparations", "dina-mammals/type-status-designations", "eight_records_padded_headings",
        "vertnet-onslow",
    )),
]  # fmt: skip
PACKED = [
    (f"{SAMPLES}/gbif-converters/archive.csv.gz", 13),
    (f"{SAMPLES}/ipt/occurrence2.txt.gz", 16),
    (f"{SAMPLES}/ipt/occurrence2.txt.zip", 16),
    *((f"{READER}/dwca-simple-csv{end}.zip", 3) for end in ("", "-dos", "-eml", "-notenclosed")),
]
WORKBOOKS = [
    (f"{SAMPLES}/gbif-converters/xlsx/test.xlsx", None),
    (f"{SAMPLES}/gbif-validator-workbooks/occurrence-workbook.xlsx", None),
    (f"{TEMPLATES}/event_ipt_template_v2_example_data.xlsx", "Occurrences"),
    (f"{TEMPLATES}/event_ipt_template_v3.2_example_data.xlsx", "Occurrences"),
]
ANSWERS = [
    *(f"{ABCD}/abcd206/abcd206_{name}.gz" for name in (
        "all_simple_fields", "id_latin", "idtype", "images", "links", "multi_ids_no_preferred",
        "multi_ids_preferred_false", "typification",
    )),
    *(f"{ABCD}/dwc14/dwc14_{name}.gz" for name in ("all_simple_fields", "idtype", "images", "links", "typification")),
    f"{ABCD}/dwc2009/dwc2009_simple_fields.gz",
]  # fmt: skip

# Lists of names, of events, of anything else: what the check says of them.
NO_SPECIMENS = [
    (f"{VALIDATOR}/dwca-taxon", "list of names", "liste de noms"),
    (f"{READER}/dwca-star-test-archive.zip", "list of names", "liste de noms"),
    (f"{SAMPLES}/ipt/occurrence.txt.zip", "list of names", "liste de noms"),
    (f"{TEMPLATES}/checklist_ipt_template_v1.2.xlsx", "no rows", "aucune ligne"),
    ("data/checklists/col-backend/coldp/0", "list of names", "liste de noms"),
    ("data/checklists/col-backend/dwca/1", "list of names", "liste de noms"),
    ("data/checklists/taxonworks-import-cases/homonym.tsv", "list of names", "liste de noms"),
    (f"{SAMPLES}/ipt/event/event.txt", "where and when", "où et quand"),
    (f"{SAMPLES}/gbif-converters/ods/test.ods", "where and when", "où et quand"),
    (f"{SAMPLES}/ipt/dwca-extensionnotinstalled.zip", "where and when", "où et quand"),
    ("data/observations/camtrap-dp-example", "are observations", "sont des observations"),
    ("data/specimens-paleontology/interval_key.csv", "No column says", "Aucune colonne"),
    ("data/specimens-zoology/dina-invertebrates/storage.csv", "No column says", "Aucune colonne"),
]


def sent(path: Path) -> tuple[str, bytes]:
    """A file as it is; a directory as an archive of its files."""
    if path.is_file():
        return path.name, path.read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(path.rglob("*")):
            if one.is_file() and one.suffix.casefold() != ".jpg":
                archive.write(one, one.relative_to(path).as_posix())
    return f"{path.name}.zip", out.getvalue()


def told_rows(path: Path) -> int:
    """Rows of the occurrences of a described archive, else of its core, by an independent reader."""
    found = parts(path)
    main = next((one for one in found if one.row_type.endswith("/Occurrence")), found[0])
    return sum(1 for key, values in main.rows if key or any(values))


def table_rows(path: Path) -> int:
    text = path.read_text("utf-8-sig", errors="replace")
    mark = "\t" if text.partition("\n")[0].count("\t") else ","
    return sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if any(row)) - 1


def sheet_rows(path: Path, sheet: str | None) -> int:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    chosen = book.worksheets[0] if sheet is None else next(s for s in book.worksheets if sheet in s.title)
    rows = [row for row in chosen.iter_rows(values_only=True) if any(cell not in (None, "") for cell in row)]
    return len(rows) - 1


def units(path: Path) -> int:
    text = gzip.decompress(path.read_bytes())
    found = [one.tag.rpartition("}")[2].lower() for one in ElementTree.fromstring(text).iter()]
    return sum(tag in ("unit", "record", "darwinrecord", "simpledarwinrecord") for tag in found)


async def brought_in(desk: Desk, path: Path, rows: int, **attributes: Any) -> dict[str, Any]:
    """Staged, checked, mended as proposed, imported row by row and taken back; the receipt."""
    before = await desk.holdings()
    told = await desk.send(*sent(path), **attributes)
    assert told["state"] == "finished", told["errors"]
    dataset = await desk.dataset()
    assert dataset["rowCount"] == rows == len(await desk.rows()) or rows > 1000
    assert await desk.staged() == sum(table["rows"] for table in dataset["tables"])
    told = await desk.check()
    assert told["state"] == "finished", told["errors"]
    assert await desk.holdings() == before, "a check writes nothing"
    settled = await desk.settle()
    if any(problem["fix"] for problem in await desk.problems()):
        await desk.act("fix", {})
        settled += 1
    if settled:
        assert (await desk.check())["state"] == "finished"
    told = await desk.run("rows")
    assert told["state"] == "finished", told["errors"]
    receipt = (await desk.dataset())["receipt"]
    ends = ("created", "updated", "unchanged", "failed", "skipped")
    assert receipt["rows"] == rows == sum(receipt[end] for end in ends), receipt
    assert receipt["failed"] == 0, "what the check lets through comes in"
    assert receipt["values"] == receipt["stored"] + receipt["notImported"]
    assert receipt["notImported"] == 0, receipt["columnsNotImported"]
    if not receipt["created"]:
        print(await desk.problems())
    undone = await desk.undo()
    assert undone["state"] == "finished", undone["errors"]
    assert await desk.holdings() == before
    return receipt


@pytest.mark.parametrize("path", [p for p in DESCRIBED if not any(p.endswith(n) for n, *_ in NO_SPECIMENS)])
async def test_a_described_archive_comes_in_and_goes_again(path: str, desk: Desk) -> None:
    found = shared(path)
    if told_main(found) in NAMES:
        pytest.skip("a list of names, see below")
    receipt = await brought_in(desk, found, told_rows(found))
    assert receipt["created"] or path.endswith("dwca-id-with-term"), "its coordinates are those of a grid"


def told_main(path: Path) -> str:
    kinds = [one.row_type.rpartition("/")[2].lower() for one in parts(path)]
    return "occurrence" if "occurrence" in kinds else kinds[0]


@pytest.mark.parametrize("path", TABLES)
async def test_a_table_comes_in_and_goes_again(path: str, desk: Desk) -> None:
    found = shared(path)
    await brought_in(desk, found, table_rows(found))


@pytest.mark.parametrize(("path", "rows"), PACKED)
async def test_a_packed_table_comes_in_and_goes_again(path: str, rows: int, desk: Desk) -> None:
    await brought_in(desk, shared(path), rows)


@pytest.mark.parametrize(("path", "sheet"), WORKBOOKS)
async def test_a_workbook_comes_in_and_goes_again(path: str, sheet: str | None, desk: Desk) -> None:
    found = shared(path)
    await brought_in(desk, found, sheet_rows(found, sheet))


@pytest.mark.parametrize("path", ANSWERS)
async def test_an_answer_of_a_provider_comes_in_and_goes_again(path: str, desk: Desk) -> None:
    found = shared(path)
    assert (await brought_in(desk, found, units(found)))["created"] == 1


@pytest.mark.parametrize(("path", "code", "file", "line", "says"), REFUSED)
async def test_a_broken_archive_ends_in_a_clear_failure_and_leaves_nothing(
    path: str, code: str, file: str, line: int | None, says: str, desk: Desk
) -> None:
    name, content = sent(shared(path))
    before = half_sent()
    told = await desk.send(name, content)
    assert told["state"] == "failed"
    (error,) = told["errors"]
    assert error["meta"] == {"file": file, "line": line, "cause": code}
    assert file in error["detail"]
    assert says in error["detail"]
    french = await desk.client.get(f"/exchange/v1/job/{desk.job}", headers={"accept-language": "fr"})
    sentence = french.json()["data"]["attributes"]["errors"][0]["detail"]
    assert file in sentence
    assert sentence != error["detail"]
    assert line is None or (f"line {line}" in error["detail"] and f"ligne {line}" in sentence)
    assert await desk.staged() == 0
    assert (await desk.dataset())["state"] == "EMPTY"
    assert half_sent() == before


@pytest.mark.parametrize(("path", "english", "french"), NO_SPECIMENS)
async def test_what_holds_no_specimens_is_told_and_makes_none(
    path: str, english: str, french: str, desk: Desk
) -> None:
    told = await desk.send(*sent(shared(path)))
    assert told["state"] == "finished", told["errors"]
    told = await desk.check()
    assert told["state"] == "failed"
    assert english in told["errors"][0]["detail"]
    other = await desk.client.get(f"/exchange/v1/job/{desk.job}", headers={"accept-language": "fr"})
    assert french in other.json()["data"]["attributes"]["errors"][0]["detail"]
    assert (await desk.act("run", {"mode": "rows"})).status_code == 422


async def test_names_come_in_as_identifications_where_somebody_says_so(desk: Desk) -> None:
    await desk.send(*sent(shared(f"{READER}/dwca-star-test-archive.zip")))
    assert (await desk.check())["state"] == "failed"
    mapping = (await desk.dataset())["mapping"]
    await desk.change(mapping={**mapping, "rowsAre": "records"})
    assert (await desk.check())["state"] == "finished"
    told = await desk.run("all")
    assert told["result"]["created"] == 4
    await desk.undo()


async def test_rows_of_an_event_core_are_occurrences_with_what_their_event_says(desk: Desk) -> None:
    path = shared(f"{SAMPLES}/ala-pipelines/complete-event-pipeline/dr18391")
    await desk.send(*sent(path))
    event, occurrence = parts(path)[0], next(p for p in parts(path) if p.row_type.endswith("/Occurrence"))
    events = dict(event.rows)
    headings = [one["name"] for one in (await desk.dataset())["tables"][0]["columns"]]
    rows = await desk.rows()
    for (key, values), row in zip(occurrence.rows, rows, strict=True):
        said = dict(zip(headings, row["values"], strict=True))
        for term, text in zip(event.terms, events[key or ""], strict=True):
            name = term.rpartition("/")[2]
            own = {t.rpartition("/")[2]: v for t, v in zip(occurrence.terms, values, strict=True)}
            assert said[name] == own.get(name, text), name


async def test_observations_are_told_by_their_basis_and_come_in_as_what_they_are(desk: Desk) -> None:
    path = shared(f"{SAMPLES}/ala-pipelines/complete-event-pipeline/dr18391")
    await desk.send(*sent(path))
    await desk.check()
    (doubt,) = [one for one in await desk.problems() if one["code"] == "basis.observation"]
    assert (doubt["heading"], doubt["value"], doubt["count"]) == ("basisOfRecord", "HumanObservation", 3)
    assert doubt["severity"] == "warning"
    before = await desk.holdings()
    await desk.send(*sent(path), targetType="observation")
    await desk.check()
    assert [one for one in await desk.problems() if one["severity"] == "error"] == []
    told = await desk.run("all")
    assert told["state"] == "finished", told["errors"]
    assert (told["result"]["created"], told["result"]["notImported"]) == (3, 0)
    after = await desk.holdings()
    assert after["collection.observation"] - before["collection.observation"] == 3
    assert after["collection.material_sample"] == before["collection.material_sample"]
    found = await desk.client.get(
        "/collection/v1/observation",
        params={"filter[sourceSet][EQ]": desk.id, "include": "collectingEvent,organism"},
    )
    body = found.json()
    assert {one["attributes"]["basisOfRecord"] for one in body["data"]} == {"HumanObservation"}
    assert all(one["attributes"]["scientificName"] for one in body["data"])
    assert {one["type"] for one in body["included"]} == {"collecting-event", "organism"}
    await desk.undo()
    assert await desk.holdings() == before


async def test_camera_traps_are_observations_of_machines(desk: Desk) -> None:
    path = shared("data/observations/camtrap-dp-example")
    receipt = await brought_in(desk, path, table_rows(path / "observations.csv"), targetType="observation")
    assert receipt["created"] > 400, "blank pictures name nothing that was seen"
