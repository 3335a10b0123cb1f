"""The page of the reference says what is so: its tables are those of the declarations, its examples are understood."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dina.modules.search.query.describing import names_table, operators_table
from dina.modules.search.query.language import parse
from dina.modules.search.query.reading import read
from dina.modules.search.wire import asking
from dina.modules.search.wire.indexes import indexes
from tests.modules.search.query.documents import SAMPLE

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "reference/searching.md").read_text("utf-8")
INTERVALS = {"Mesozoic": (252.0, 66.0)}
CELL = re.compile(r"^\| (`.*?`) \|", re.MULTILINE)
CODE = re.compile(r"`((?:[^`\\]|\\.)+)`")


def examples(part: str) -> list[str]:
    return [code.replace("\\|", "|") for cell in CELL.findall(part) for code in CODE.findall(cell)]


def test_the_tables_are_those_of_the_declarations() -> None:
    assert f"<!-- names -->\n{names_table()}\n<!-- /names -->" in PAGE
    assert f"<!-- operators -->\n{operators_table()}\n<!-- /operators -->" in PAGE


def test_every_example_of_the_search_box_is_understood() -> None:
    typed = examples(PAGE.partition("## The search box")[2].partition("### Names")[0])
    assert len(typed) > 30
    for text in typed:
        assert parse(text, SAMPLE, INTERVALS.get).doubts == (), text


def test_every_example_of_neutral_json_is_read() -> None:
    written = examples(PAGE.partition("## Neutral JSON")[2].partition("What each kind")[0])
    assert len(written) == 14
    for text in written:
        assert read(json.loads(text), "", INTERVALS.get)[1] == [], text


def test_the_example_of_existing_clients_is_understood() -> None:
    page = (DOCS / "how-to/search-from-existing-clients.md").read_text("utf-8")
    (body,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    body = body.replace("materialSampleState", "barcode")
    assert asking.read(json.loads(body), indexes()["dina_material_sample_index"], SAMPLE).search.limit == 25
