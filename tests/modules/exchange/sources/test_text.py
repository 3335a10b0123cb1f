"""Delimited text: whatever a dialect can write reads back equal; dialects and headings are found."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dina.modules.exchange.sources import Dialect, Limits, Overrides, SourceError, open_source
from dina.modules.exchange.sources.records import records
from tests.conftest import shared

from .conftest import Opener

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252", "mac-roman", "cp850")
DELIMITERS = (",", "\t", ";", "|", "^", "\x1f", "||", "\t|\t")
ENDS = ("\n", "\r\n", "\r")


def encodable(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], str, str, str]:
    encoding = draw(st.sampled_from(ENCODINGS))
    delimiter = draw(st.sampled_from(DELIMITERS))
    end = draw(st.sampled_from(ENDS))
    width = draw(st.integers(2, 5))
    letters = st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufeff")
    cell = st.text(letters, max_size=12) | st.sampled_from(
        [
            "",
            " ",
            '"',
            '""',
            'a"b',
            "a,b",
            "a\tb",
            "x\ny",
            "x\r\ny",
            "x\ry",
            "é\u2028è",
            "a\x85b",
            "a\x0bb",
            "|",
            "^",
            "\\",
        ]
    )
    cell = cell.filter(lambda text: encodable(text, encoding))
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6))
    return [row for row in rows if any(row)], encoding, delimiter, end


def written(rows: list[list[str]], encoding: str, delimiter: str, end: str) -> bytes:
    """Rows as the csv module writes them; delimiters of several characters by quoting everything."""
    out = io.StringIO(newline="")
    if len(delimiter) == 1:
        # The writer of Python 3.11 leaves a bare carriage return without quotes where lines end otherwise.
        every = any("\r" in cell for row in rows for cell in row)
        quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
        csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
        return out.getvalue().encode(encoding)
    for row in rows:
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in row)
        out.write(delimiter.join(quoted) + end)
    return out.getvalue().encode(encoding)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(tables())
def test_any_table_reads_back_equal(case: tuple[list[list[str]], str, str, str]) -> None:
    rows, encoding, delimiter, end = case
    with tempfile.TemporaryDirectory() as room:
        path = Path(room, "table.csv")
        path.write_bytes(written(rows, encoding, delimiter, end))
        dialect = Dialect(encoding, delimiter, '"', line_end=end, header=0, skip=0)
        found = list(records(path, "table.csv", dialect, Limits()))
        assert [cells for _, cells in found] == rows


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(tables())
def test_any_table_reads_back_equal_through_open_source(case: tuple[list[list[str]], str, str, str]) -> None:
    rows, encoding, delimiter, end = case
    heads = [f"heading {n}" for n in range(len(rows[0]))] if rows else ["a", "b"]
    with tempfile.TemporaryDirectory() as room:
        path = Path(room, "table.csv")
        path.write_bytes(written([heads, *rows], encoding, delimiter, end))
        said = Overrides(encoding=encoding, delimiter=delimiter, quote='"', header=1)
        with open_source(path, workspace=Path(room), overrides=said) as source:
            assert source.tables[0].dialect.line_end.strip("\r\n") == ""
            if source.tables[0].dialect.line_end == end:
                got = [[value or "" for value in row.values] for row in source.tables[0].rows()]
                assert got == rows


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.text("abcé ,;|\"'\u2028\x85", max_size=8), min_size=3, max_size=3), min_size=1, max_size=5
    )
)
def test_without_quotes_nothing_but_the_line_end_ends_a_line(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as room:
        path = Path(room, "table.txt")
        path.write_text("\n".join("\t".join(row) for row in rows) + "\n", "utf-8", newline="")
        dialect = Dialect("utf-8", "\t", "", header=0, skip=0)
        assert [cells for _, cells in records(path, "table.txt", dialect, Limits())] == rows


def test_each_record_knows_the_line_it_starts_on(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "notes.csv"
    path.write_text('catalogNumber,remarks\n1,"two\nlines"\n\n2,one\n3,"a\r\nb\n"\n4,end', newline="")
    table = opened(path).tables[0]
    assert [(row.line, row.values) for row in table.rows()] == [
        (2, ["1", "two\nlines"]),
        (5, ["2", "one"]),
        (6, ["3", "a\r\nb\n"]),
        (9, ["4", "end"]),
    ]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1252"])
def test_a_dialect_is_found(delimiter: str, end: str, encoding: str, tmp_path: Path, opened: Opener) -> None:
    rows = [["catalogNumber", "scientificName", "locality", "year"]]
    rows += [[str(n), "Salix alba L.", f"Québec{delimiter} 5 km N, près", str(1900 + n)] for n in range(30)]
    path = tmp_path / "table.txt"
    path.write_bytes(written(rows, encoding, delimiter, end))
    table = opened(path).tables[0]
    assert (table.dialect.delimiter, table.dialect.line_end, table.dialect.header) == (delimiter, end, 1)
    assert [list(row.values) for row in table.rows()] == rows[1:]


def test_a_table_without_headings_numbers_its_columns(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "table.csv"
    path.write_text("1,1998-06-12,Quebec\n2,1999-01-01,Ottawa\n3,2000-02-02,Hull\n")
    table = opened(path).tables[0]
    assert ([c.name for c in table.columns], table.dialect.header) == (
        ["column 1", "column 2", "column 3"],
        0,
    )
    assert len(list(table.rows())) == 3
    headed = opened(path, Overrides(header=1)).tables[0]
    assert [column.name for column in headed.columns] == ["1", "1998-06-12", "Quebec"]


def test_titles_above_the_headings_are_passed_over(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "Loan list of the herbarium,,,\n,,,\ncatalogNumber,recordedBy,year,country\n1,Doe,1998,CA\n2,Roe,1999,US\n"
    )
    source = opened(path)
    table = source.tables[0]
    assert (table.dialect.header, [row.line for row in table.rows()]) == (3, [4, 5])
    assert [(one.code, one.line) for one in source.warnings] == [("lines_above", 3)]


def test_a_row_of_terms_among_the_values_is_no_heading(opened: Opener) -> None:
    for name in ("basisofrecord", "darwin_cloud", "country"):
        assert opened(shared(f"data/value-mappings/kurator/{name}.tsv")).tables[0].dialect.header == 1


def test_labels_above_the_terms_are_passed_over(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "Number,Name of the plant,Who,When,Where\ncatalogNumber,scientificName,recordedBy,eventDate,locality\n1,Salix,Doe,1998,Hull\n"
    )
    assert [column.name for column in opened(path).tables[0].columns][:2] == [
        "catalogNumber",
        "scientificName",
    ]


def test_padded_headings_are_stripped_and_values_are_not(opened: Opener) -> None:
    table = opened(shared("data/specimens-zoology/eight_records_padded_headings.csv")).tables[0]
    assert table.columns[0].name == "catalogNumber"
    family = table.column("family")
    assert family is not None
    assert next(table.rows()).values[family] == "Asteraceae  "


def test_rows_of_the_wrong_width_are_said_and_nothing_else_is_lost(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "table.csv"
    lines = ["catalogNumber,country,year", *(f"{n},CA,1998" for n in range(300)), "x,CA", "y,CA,1998,surplus"]
    path.write_text("\n".join(lines))
    table = opened(path).tables[0]
    rows = list(table.rows())
    assert rows[-2].values == ["x", "CA", None]
    assert [(one.code, one.line) for one in table.problems] == [("row_short", 302), ("row_long", 303)]
    assert len(list(table.rows())) == 302
    assert len(table.problems) == 2


def test_a_quote_never_closed_names_its_line_and_may_be_declared_text(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "table.csv"
    lines = [
        "catalogNumber,remarks",
        *(f"{n},fine" for n in range(5000)),
        '5000,"never closed',
        *(f"{n},x" for n in range(30000)),
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(SourceError) as refused:
        list(opened(path).tables[0].rows())
    assert (refused.value.code, refused.value.line) == ("unclosed_quote", 5002)
    table = opened(path, Overrides(quote="")).tables[0]
    assert len(list(table.rows())) == 35001


def test_nul_characters_are_left_out_with_a_warning(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"catalogNumber,country\n1,Can\0ada\n" + b"2,CA\n" * 100)
    source = opened(path)
    assert next(source.tables[0].rows()).values == ["1", "Canada"]
    assert [(one.code, one.line) for one in source.warnings] == [("nul_bytes", 2)]


def test_mysql_escapes_are_read_when_said(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "dump.tsv"
    path.write_bytes(b"id\tremarks\n1\ta\\\tb\n2\tc\n")
    table = opened(path, Overrides(escape="\\", quote="", delimiter="\\t", header=1)).tables[0]
    assert [row.values for row in table.rows()] == [["1", "a\tb"], ["2", "c"]]


def test_reading_a_large_text_stays_in_flat_memory(tmp_path: Path, opened: Opener) -> None:
    import tracemalloc

    path = tmp_path / "large.csv"
    line = ",".join(f"value {n}" for n in range(39))
    with path.open("w") as out:
        out.write(",".join(f"heading {n}" for n in range(40)) + "\n")
        for number in range(60_000):
            out.write(f"{number},{line}\n")
    table = opened(path).tables[0]
    tracemalloc.start()
    count = sum(1 for _ in table.rows())
    assert count == 60_000 == table.count_hint
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
