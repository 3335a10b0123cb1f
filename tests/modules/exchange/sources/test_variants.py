"""Tables as databases, old systems and hurried people write them."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import openpyxl
import pytest

from dina.modules.exchange.sources import Limits, Overrides, SourceError

from .conftest import Opener
from .harm import TABLE, refused, zipped

ABCD = (
    '<?xml version="1.0"?><DataSets xmlns="http://www.tdwg.org/schemas/abcd/2.06"><DataSet><Units><Unit{more}>'
    "<SourceInstitutionID>B</SourceInstitutionID><SourceID>H</SourceID><UnitID>1</UnitID></Unit></Units></DataSet></DataSets>"
)
META = (
    '<archive xmlns="http://rs.tdwg.org/dwc/text/"><core rowType="http://rs.tdwg.org/dwc/terms/Occurrence">\n'
    '<files><location>{location}</location></files><id index="0"/></core></archive>'
)


@pytest.mark.parametrize(
    ("written", "rows"),
    [
        ('a, "b", c\n1, "x, y", z\n2, "w", v\n', [["1", "x, y", "z"], ["2", "w", "v"]]),
        ('a,b\n1,"said \\"hi\\", yes"\n2,"w"\n', [["1", 'said "hi", yes'], ["2", "w"]]),
        ('a,b,c\n1,"C:\\",x\n2,"D:\\",y\n', [["1", "C:\\", "x"], ["2", "D:\\", "y"]]),
        ("a,b\n1,x\n2,y\n\x1a", [["1", "x"], ["2", "y"]]),
        ("a\x1fb\n1\x1fx\n2\x1fy\n", [["1", "x"], ["2", "y"]]),
        ("a\x01b\n1\x01x\n2\x01y\n", [["1", "x"], ["2", "y"]]),
    ],
    ids=["spaces", "backslashes", "backslashes are values", "mark of DOS", "unit separators", "hive"],
)
def test_habits_of_writers_are_known(
    written: str, rows: list[list[str]], tmp_path: Path, opened: Opener
) -> None:
    (tmp_path / "a.csv").write_text(written, newline="")
    assert [row.values for row in opened(tmp_path / "a.csv").tables[0].rows()] == rows


def test_japanese_of_few_bytes_beyond_ascii_is_found(tmp_path: Path, opened: Opener) -> None:
    places = ["東京都新宿区", "大阪府大阪市", "北海道札幌市"]
    text = "catalogNumber,locality\n" + "".join(f"{n},{place}\n" for n, place in enumerate(places))
    (tmp_path / "a.csv").write_bytes(text.encode("shift_jis"))
    assert [row.values[1] for row in opened(tmp_path / "a.csv").tables[0].rows()] == places


def test_an_encoding_that_needs_a_mark_is_refused_without_one(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "a.csv").write_bytes(TABLE)
    with pytest.raises(SourceError) as error:
        opened(tmp_path / "a.csv", Overrides(encoding="utf-16"))
    assert (error.value.code, error.value.line) == ("undecodable", 1)


def test_a_list_in_json_is_no_table(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "a.json").write_text('[{"catalogNumber": "1"}]')
    assert refused(opened, tmp_path / "a.json").code == "unknown_format"


@pytest.mark.parametrize("location", ["/etc/passwd", "../../etc/passwd", "..\\x.csv"])
def test_a_place_outside_is_refused_with_its_line(location: str, tmp_path: Path, opened: Opener) -> None:
    path = zipped(tmp_path / "a.zip", {"meta.xml": META.format(location=location).encode()})
    error = refused(opened, path)
    assert (error.code, error.file, error.line) == ("location_outside", "meta.xml", 2)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_without_end_is_not_taken_into_memory(kind: bytes, tmp_path: Path, opened: Opener) -> None:
    member = tarfile.TarInfo("long")
    member.type, member.size = kind, 50_000_000
    with gzip.open(tmp_path / "a.tgz", "wb") as packed:
        packed.write(member.tobuf(tarfile.GNU_FORMAT))
        packed.write(b"a" * member.size)
    error = refused(opened, tmp_path / "a.tgz")
    assert error.code == "damaged_archive"
    assert "without end" in str(error)


@pytest.mark.parametrize(("open_", "close"), [(' x="', '"'), ("><!--", "--")])
def test_a_tag_without_end_is_refused(open_: str, close: str, tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "a.xml").write_text(ABCD.format(more=open_ + "y" * 20_000_000 + close))
    error = refused(opened, tmp_path / "a.xml")
    assert (error.code, error.line) == ("xml_large", 1)


def test_what_stands_over_several_rows_is_meant_for_each(tmp_path: Path, opened: Opener) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["catalogNumber", "locality", "country", "remarks"],
        ["1", "Lake", "Canada", "wet"],
        ["2", None, None, None],
        ["3", "River", None, None],
        ["4", None, "Peru", "dry"],
    ):
        sheet.append(row)
    for cells in ("B2:B3", "C2:C4", "B4:B5"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    source = opened(tmp_path / "a.xlsx")
    assert [row.values for row in source.tables[0].rows()] == [
        ["1", "Lake", "Canada", "wet"],
        ["2", "Lake", "Canada", None],
        ["3", "River", "Canada", None],
        ["4", "River", "Peru", "dry"],
    ]
    assert [(one.code, one.values["count"]) for one in source.warnings] == [("cells_merged", 4)]


def test_a_sheet_with_too_many_columns_is_refused(tmp_path: Path, opened: Opener) -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string" {}><text:p>{}</text:p></table:table-cell>'
    rows = cell.format("", "1") + cell.format('table:number-columns-repeated="50000"', "a")
    first = (
        cell.format("", "catalogNumber") + cell.format("", "locality") + "</table:table-row><table:table-row>"
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name='T'><table:table-row>"
        f"{first}{rows}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    path = zipped(
        tmp_path / "a.ods",
        {"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": b"<m/>"},
    )
    assert refused(opened, path, Limits(columns=1000)).code == "too_many_columns"
