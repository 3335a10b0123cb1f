"""Workbooks made to exhaust a server: they end only the process that reads them."""

from __future__ import annotations

import zlib
from pathlib import Path

from dina.modules.exchange.sources import Limits

from .conftest import Opener
from .harm import TABLE, refused, zipped


def workbook(path: Path, sheet: str, strings: str = "") -> Path:
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        path,
        {
            "[Content_Types].xml": f'<Types xmlns="{kinds}"/>'.encode(),
            "_rels/.rels": (
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="r0" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ).encode(),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": (
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
                f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
            ).encode(),
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{sheet}</worksheet>'.encode(),
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>'.encode(),
        },
    )


def test_a_workbook_that_claims_a_huge_sheet_ends_only_its_own_process(
    tmp_path: Path, opened: Opener
) -> None:
    far = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>'
    assert refused(opened, workbook(tmp_path / "a.xlsx", far)).code == "workbook_too_large"
    claim = '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row><row r="2"><c r="A2"><v>7</v></c></row></sheetData>'
    assert [row.values for row in opened(workbook(tmp_path / "b.xlsx", claim)).tables[0].rows()] == [["7"]]


def test_a_workbook_of_endless_strings_is_refused(tmp_path: Path, opened: Opener) -> None:
    strings = "<si><t>" + "x" * (64 << 20) + "</t></si>"
    path = workbook(tmp_path / "a.xlsx", "<sheetData/>", strings)
    assert refused(opened, path, Limits(workbook=32 << 20, ratio=2000)).code == "workbook_too_large"
    assert refused(opened, path, Limits(ratio_from=1 << 20)).code == "bomb"


def test_an_open_document_that_repeats_without_end_is_refused(tmp_path: Path, opened: Opener) -> None:
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
    content = f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    path = zipped(
        tmp_path / "a.ods",
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest.encode(),
            "content.xml": content.encode(),
        },
    )
    limits = Limits(workbook_seconds=20, workbook_memory=512 << 20)
    assert refused(opened, path, limits).code in ("workbook_too_large", "workbook_damaged")


def test_a_damaged_workbook_is_refused(tmp_path: Path, opened: Opener) -> None:
    path = workbook(tmp_path / "a.xlsx", "<sheetData><row><c")
    assert refused(opened, path).code == "workbook_damaged"
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + zlib.compress(TABLE) * 40)
    assert refused(opened, tmp_path / "a.xls").code == "workbook_damaged"
