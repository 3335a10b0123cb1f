"""`dina export` against a running server."""

from __future__ import annotations

import csv
from pathlib import Path

import typer
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from dina.commands.exporting import export_file

app = typer.Typer()
app.command()(export_file)
SIGNED_IN = ["--user", "curator", "--password", "curator"]


def test_records_come_as_files(demo_server: str, tmp_path: Path) -> None:
    file = tmp_path / "samples.csv"
    arguments = [
        "material-sample", "--columns", "materialSampleName=Name,collection.name", "--columns", "organism.determination[isPrimary].scientificName",
        "--filter", "materialSampleName[NEQ]=null", "--sort", "materialSampleName", "--limit", "5", "--server", demo_server, *SIGNED_IN,
    ]  # fmt: skip
    done = CliRunner().invoke(app, [*arguments, "--out", str(file)])
    assert done.exit_code == 0, done.output
    head, *rows = list(csv.reader(file.open(encoding="utf-8", newline="")))
    assert head[:2] == ["Name", "collection.name"]
    assert len(rows) == 5
    assert [row[0].lower() for row in rows] == sorted(row[0].lower() for row in rows)
    book = tmp_path / "samples.xlsx"
    assert CliRunner().invoke(app, [*arguments, "--out", str(book)]).exit_code == 0
    cells = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in cells] == ["Name", *(row[0] for row in rows)]


def test_what_is_refused_is_said_and_leaves_no_file(demo_server: str, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    given = ["material-sample", "--columns", "nothing", "--server", demo_server, *SIGNED_IN, "--out"]
    done = CliRunner().invoke(app, [*given, str(file)])
    assert done.exit_code == 1
    assert "nothing" in done.output
    assert CliRunner().invoke(app, [*given, str(tmp_path / "x.doc")]).exit_code == 2
    assert not list(tmp_path.iterdir())
