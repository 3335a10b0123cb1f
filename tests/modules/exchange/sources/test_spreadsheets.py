"""Workbooks: values as a person sees them, headings found, templates recognised."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.packaging.custom import StringProperty

from dina.modules.exchange.sources import Overrides, SourceError
from dina.modules.exchange.sources.sheets.styles import precision
from dina.modules.exchange.sources.sheets.worker import text_of
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


def test_dates_are_read_as_precisely_as_they_are_shown(tmp_path: Path, opened: Opener) -> None:
    book = openpyxl.Workbook()
    book.active.title = "other"  # type: ignore[union-attr]
    sheet = book.create_sheet("gathered", 0)
    sheet.append(["number", "month", "year", "day", "heard"])
    for row in range(2, 5):
        day = datetime.date(1998, row, 12)
        sheet.append([row, day, day, day, datetime.datetime(1998, row, 12, 8, 30)])
        formats = ("mmm yyyy", "yyyy", "d mmm yyyy", '[$-409]mmm" of "yyyy;@')
        for column, code in enumerate(formats, 2):
            sheet.cell(row, column).number_format = code
    sheet["B4"].number_format = "mmm-yy"  # Built in: has no code of its own.
    book.save(tmp_path / "a.xlsx")
    source = opened(tmp_path / "a.xlsx")
    assert [row.values for row in source.tables[0].rows()] == [
        [str(row), f"1998-0{row}", "1998", f"1998-0{row}-12", f"1998-0{row}"] for row in range(2, 5)
    ]
    assert [(one.code, one.values["count"]) for one in source.warnings] == [("dates_coarse", 9)]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("mmm yyyy", 7), ("YYYY", 4), ("yyyy-mm", 7), ('"day "yyyy', 4), ("[$-40C]mmmm\\ yy;@", 7), ("d mmm yyyy", None), ("mm:ss", None),
        ("General", None), ("0.00", None), ("mmmm", None), ("yyyy h:mm", None), ("", None),
    ],
)  # fmt: skip
def test_a_number_format_tells_how_much_of_a_date_is_shown(code: str, told: int | None) -> None:
    assert precision(code) == told


SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0">
<office:automatic-styles>
 <number:date-style style:name="N1"><number:month/><number:text> </number:text><number:year/></number:date-style>
 <number:date-style style:name="N2"><number:day/><number:month/><number:year/></number:date-style>
 <style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>
 <style:style style:name="ce2" style:family="table-cell" style:data-style-name="N2"/>
 <style:style style:name="ce3" style:family="table-cell" style:parent-style-name="ce1"/>
</office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="one">
 <table:table-column table:number-columns-repeated="2"/><table:table-column table:default-cell-style-name="ce3"/><table:table-column/>
 <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="4"/></table:table-row>
 <table:table-row>{heading}</table:table-row>
 <table:table-row>{text[A]}<table:table-cell office:value-type="string" table:number-rows-spanned="3"><text:p>Berlin</text:p></table:table-cell>{date}{day}</table:table-row>
 <table:table-row>{text[B]}<table:covered-table-cell/>{date}{day}</table:table-row>
 <table:table-row>{text[C]}<table:covered-table-cell/>{date}{day}</table:table-row>
 <table:table-row>{text[D]}<table:table-cell/>{date}{day}</table:table-row>
 <table:table-row table:number-rows-repeated="1048569"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def open_document(path: Path, content: str) -> Path:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = f'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (
            ("mimetype", kind),
            ("META-INF/manifest.xml", listed),
            ("content.xml", content),
        ):
            archive.writestr(name, text)
    return path


def test_merged_cells_and_coarse_dates_of_open_documents_are_read_alike(
    tmp_path: Path, opened: Opener
) -> None:
    def text(said: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{said}</text:p></table:table-cell>'

    date = '<table:table-cell office:value-type="date" office:date-value="1998-06-01"><text:p>June 1998</text:p></table:table-cell>'
    day = date.replace("<table:table-cell ", '<table:table-cell table:style-name="ce2" ', 1)
    content = SHEET.format(
        heading="".join(map(text, ("number", "place", "month", "day"))), date=date, day=day,
        text={letter: text(letter) for letter in "ABCD"},
    )  # fmt: skip
    source = opened(open_document(tmp_path / "a.ods", content))
    assert [(row.line, row.values) for row in source.tables[0].rows()] == [
        (4, ["A", "Berlin", "1998-06", "1998-06-01"]),
        (5, ["B", "Berlin", "1998-06", "1998-06-01"]),
        (6, ["C", "Berlin", "1998-06", "1998-06-01"]),
        (7, ["D", None, "1998-06", "1998-06-01"]),
    ]
    assert {one.code: one.values["count"] for one in source.warnings if "count" in one.values} == {
        "cells_merged": 2,
        "dates_coarse": 4,
    }


def test_an_open_document_that_declares_entities_is_refused(tmp_path: Path, opened: Opener) -> None:
    laughs = SHEET.partition("<office:automatic-styles>")[0].replace(
        "<office:document-content",
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><office:document-content',
    )
    content = f"{laughs}<office:body><office:spreadsheet/></office:body></office:document-content>"
    with pytest.raises(SourceError) as refused:
        opened(open_document(tmp_path / "a.ods", content))
    assert refused.value.code == "workbook_damaged"
