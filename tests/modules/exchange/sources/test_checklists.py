"""Checklists: every case opens with as many rows as a plain count gives."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dina.modules.exchange.sources import SourceError
from tests.conftest import SHARED, shared

from .conftest import Opener
from .independent import parts

ROOT = "data/checklists/col-backend"


def cases(form: str) -> list[str]:
    folder = SHARED / ROOT / form
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def plain_count(path: Path, delimiter: str, encoding: str, quote: str) -> int:
    """Records with something in them, less the headings, counted with the csv module alone."""
    if path.suffix == ".json":
        return len(json.loads(path.read_text("utf-8")))
    if path.suffix == ".jsonl":
        return len(path.read_text("utf-8").strip().split("\n"))
    text = path.read_bytes().decode(encoding)
    if quote:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    else:
        records = (line.split(delimiter) for line in text.splitlines())
    return sum(any(record) for record in records) - 1


@pytest.mark.parametrize("case", cases("coldp"))
def test_coldp_opens_with_all_its_rows(case: str, opened: Opener) -> None:
    folder = shared(f"{ROOT}/coldp/{case}")
    source = opened(folder)
    assert source.format == "coldp"
    assert source.core is not None
    found = {
        path.name: path for path in folder.rglob("*") if path.suffix in (".csv", ".tsv", ".json", ".jsonl")
    }
    assert {table.name for table in source.tables} == set(found)
    for table in source.tables:
        dialect = table.dialect
        count = plain_count(found[table.name], dialect.delimiter, dialect.encoding, dialect.quote)
        assert len(list(table.rows())) == count, table.name
    for relation in source.relations:
        target = source.table(relation.target)
        assert target is not None
        assert all(target.column(name) is not None for name in relation.target_columns)


@pytest.mark.parametrize("case", cases("acef"))
def test_acef_opens_with_all_its_rows(case: str, opened: Opener) -> None:
    folder = shared(f"{ROOT}/acef/{case}")
    found = {
        p.name: p
        for p in folder.rglob("*")
        if p.suffix in (".csv", ".tsv", ".txt") and "expected" not in p.name
    }
    found = {name: path for name, path in found.items() if not name.startswith("readme")}
    if not found:
        with pytest.raises(SourceError):
            opened(folder)
        return
    source = opened(folder)
    assert source.format == "acef"
    assert {table.name for table in source.tables} == set(found)
    for table in source.tables:
        dialect = table.dialect
        count = plain_count(found[table.name], dialect.delimiter, dialect.encoding, dialect.quote)
        assert len(list(table.rows())) == count, table.name


@pytest.mark.parametrize("case", cases("dwca"))
def test_darwin_core_checklists_open_with_all_their_rows(case: str, opened: Opener) -> None:
    folder = shared(f"{ROOT}/dwca/{case}")
    source = opened(folder)
    assert source.format == "dwca"
    assert source.core is not None
    if (folder / "meta.xml").exists():
        for table, part in zip(source.tables, parts(folder), strict=True):
            rows = [(key, values) for key, values in part.rows if key or any(values)]
            assert len(list(table.rows())) == len(rows), table.name
            for row, (_, values) in zip(table.rows(), rows, strict=True):
                assert row.values[-len(values) :] == values
    else:
        core = source.core
        count = plain_count(
            folder / core.name, core.dialect.delimiter, core.dialect.encoding, core.dialect.quote
        )
        assert len(list(core.rows())) == count
        assert core.kind == "taxon"


def test_every_import_case_of_taxonworks_opens_as_names(opened: Opener) -> None:
    for path in sorted(shared("data/checklists/taxonworks-import-cases").rglob("*.tsv")):
        table = opened(path).tables[0]
        assert (table.kind, table.dialect.delimiter, table.dialect.header) == ("taxon", "\t", 1), path.name
        assert len(list(table.rows())) == table.count_hint


def test_prefixed_headings_say_their_terms(opened: Opener) -> None:
    source = opened(shared(f"{ROOT}/coldp/18"))
    assert source.core is not None
    column = source.core.columns[0]
    assert (column.name, column.term) == ("col:ID", "http://catalogueoflife.org/terms/ID")
    assert source.core.id_column == 0


def test_metadata_of_a_checklist_are_read(opened: Opener) -> None:
    metadata = opened(shared(f"{ROOT}/coldp/0")).metadata
    assert metadata is not None
    assert metadata.title[""].startswith("ColDP Example")
    assert metadata.rights is not None
    assert metadata.rights.licence == "https://creativecommons.org/publicdomain/zero/1.0"
