"""Workbooks: values as a person sees them, headings found, templates recognised."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.packaging.custom import StringProperty

from dina.modules.exchange.sources import Overrides, SourceError
from dina.modules.exchange.sources.sheet_worker import text_of
from tests.conftest import shared

from .conftest import Opener

SAMPLES = "data/dwca-samples"


def saved(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
def test_the_three_forms_of_a_workbook_give_the_same_text(form: str, opened: Opener) -> None:
    source = opened(shared(f"{SAMPLES}/gbif-validator-workbooks/occurrence-workbook.{form}"))
    table = source.tables[0]
    assert (source.format, table.name, table.kind) == (form, "Sheet1", "occurrence")
    assert [column.name for column in table.columns][:3] == ["occurrenceId", "eventDate", "elevation"]
    assert [row.values[:3] for row in table.rows()][:4] == [
        ["1", "1990-01-02", "1"],
        ["2", "1990-01-03", "1.2"],
        ["3", "1990-01-04T02:10:00Z", "1.3"],
        ["4", "1990-01-05T17:00:00", "20 000"],
    ]
    assert [row.line for row in table.rows()][:4] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"), (-0.0, "0"), (12.5, "12.5"), (0.1 + 0.2, "0.3"), (1e-7, "0.0000001"), (123456789012.0, "123456789012"),
        (45.4215296, "45.4215296"), (True, "true"), (False, "false"), ("=1+1", "=1+1"), ("", ""), (None, ""),
        (datetime.date(1998, 6, 12), "1998-06-12"), (datetime.datetime(1998, 6, 12), "1998-06-12"),
        (datetime.datetime(1998, 6, 12, 8, 30), "1998-06-12T08:30:00"), (datetime.time(8, 30), "08:30:00"),
        (datetime.timedelta(hours=26, minutes=5), "26:05:00"),
    ],
)  # fmt: skip
def test_a_cell_becomes_the_text_a_person_sees(value: object, text: str) -> None:
    assert text_of(value) == text


def test_every_sheet_with_something_in_it_is_a_table(tmp_path: Path, opened: Opener) -> None:
    path = saved(
        tmp_path / "a.xlsx",
        specimens=[
            ["catalogNumber", "recordedBy", "year"],
            [1, "Doe", 1998],
            [None, None, None],
            [2, "Roe", None],
        ],
        empty=[],
        people=[["given", "family"], ["Jane", "Doe"]],
    )
    source = opened(path)
    assert [(table.name, len(list(table.rows()))) for table in source.tables] == [
        ("specimens", 2),
        ("people", 1),
    ]
    assert [(row.line, row.values) for row in source.tables[0].rows()] == [
        (2, ["1", "Doe", "1998"]),
        (4, ["2", "Roe", None]),
    ]
    assert [table.name for table in opened(path, Overrides(sheet="people")).tables] == ["people"]
    with pytest.raises(SourceError) as refused:
        opened(path, Overrides(sheet="absent"))
    assert refused.value.code == "sheet_absent"


def test_merged_titles_above_the_headings_are_passed_over(tmp_path: Path, opened: Opener) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [["Loan 2024-17 of the National Herbarium"], [], ["No.", "Name of plant", "Collector", "Date"]]
    for row in [*rows, [1, "Salix alba", "Doe", datetime.date(1998, 6, 12)], [2, "Salix nigra", "Roe", None]]:
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    book.save(tmp_path / "a.xlsx")
    source = opened(tmp_path / "a.xlsx")
    table = source.tables[0]
    assert [column.name for column in table.columns] == ["No.", "Name of plant", "Collector", "Date"]
    assert [(row.line, row.values) for row in table.rows()] == [
        (4, ["1", "Salix alba", "Doe", "1998-06-12"]),
        (5, ["2", "Salix nigra", "Roe", None]),
    ]
    assert [one.code for one in source.warnings] == ["titles_skipped"]
    assert [row.line for row in opened(tmp_path / "a.xlsx", Overrides(header=4)).tables[0].rows()] == [5]


def test_a_table_that_starts_far_from_the_corner_keeps_its_rows(tmp_path: Path, opened: Opener) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for column, heading in enumerate(("catalogNumber", "country"), 3):
        sheet.cell(6, column, heading)
        sheet.cell(7, column, f"value {column}")
    book.save(tmp_path / "a.xlsx")
    table = opened(tmp_path / "a.xlsx").tables[0]
    assert [(row.line, [v for v in row.values if v]) for row in table.rows()] == [(7, ["value 3", "value 4"])]
    assert [column.name for column in table.columns if "column" not in column.name] == [
        "catalogNumber",
        "country",
    ]


def test_a_template_of_the_reference_tells_the_hidden_names_of_its_columns(
    tmp_path: Path, opened: Opener
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["Number", "Collected by", "barcode", "own column"], ["1", "Doe", "x", "y"]]:
        sheet.append(row)
    book.custom_doc_props.append(
        StringProperty(name="originalColumns", value="primaryId,dwcRecordedBy,barcode")
    )
    book.custom_doc_props.append(StringProperty(name="columnAliases", value="Number,Collected by,"))
    book.save(tmp_path / "a.xlsx")
    columns = opened(tmp_path / "a.xlsx").tables[0].columns
    assert [(column.name, column.original) for column in columns] == [
        ("Number", "primaryId"),
        ("Collected by", "dwcRecordedBy"),
        ("barcode", "barcode"),
        ("own column", None),
    ]


def test_a_hidden_sheet_is_read_and_said(tmp_path: Path, opened: Opener) -> None:
    path = saved(tmp_path / "a.xlsx", shown=[["a", "b"], [1, 2]], lists=[["sex", "stage"], ["male", "adult"]])
    book = openpyxl.load_workbook(path)
    book["lists"].sheet_state = "hidden"
    book.save(path)
    source = opened(path)
    assert len(source.tables) == 2
    assert [one.values["sheet"] for one in source.warnings if one.code == "sheet_hidden"] == ["lists"]


def test_a_checklist_workbook_is_a_checklist(opened: Opener) -> None:
    source = opened(shared("data/checklists/col-backend-xls/Torotrogla_villosa.xlsx"))
    assert source.format == "coldp"
    assert [(table.name, table.kind) for table in source.tables][:2] == [("Taxon", "taxon"), ("Name", "name")]
    assert any(relation.target == "Reference" for relation in source.relations)


@pytest.mark.parametrize(
    "name", ["event_ipt_template_v3.2_example_data.xlsx", "event_ipt_template_v2_example_data.xlsx"]
)
def test_publishing_templates_open(name: str, opened: Opener) -> None:
    source = opened(shared(f"data/observations/ipt-templates/{name}"))
    assert [(table.kind, len(list(table.rows()))) for table in source.tables[:2]] == [
        ("event", 3),
        ("occurrence", 9),
    ]
