"""What stands in a cell of an export: computed texts, marked texts, great texts; and what a query asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from dina.base.cells import guarded, unguarded
from dina.modules.exchange.exporting.functions import read_function
from dina.modules.exchange.exporting.query import read_query, type_of
from dina.modules.exchange.writers import CellTooLong, WriterColumn, open_writer


@pytest.mark.parametrize(
    ("params", "values", "expected"),
    [
        (["a"], ["45°30'N 75°15'W"], "45.5, -75.25"),
        (["a"], ["somewhere"], None),
        (["a"], [None], None),
        (["a"], [{"type": "Point", "coordinates": [-75.25, 45.5]}], "45.5, -75.25"),
        (["a", "b"], ["45 30 00 N", "75 15 00 W"], "45.5, -75.25"),
        (["a", "b"], [45.5, -75.25], "45.5, -75.25"),
        (["a", "b"], ["45 N", None], None),
        ({"column": "a"}, ["12.123456789, -3"], "12.1234568, -3"),
        ({"items": "a, b"}, ["0", "0"], "0, 0"),
    ],
)
def test_coordinates_become_decimal_degrees(params: Any, values: list[Any], expected: str | None) -> None:
    function = read_function({"functionDef": "CONVERT_COORDINATES_DD", "params": params})
    assert function.compute(values) == expected


@pytest.mark.parametrize(
    ("params", "values", "expected"),
    [
        (["a", "b"], ["x", "y"], "x y"),
        ({"items": ["a", "b", "c"], "separator": ""}, ["x", None, 3], "x3"),
        ({"items": "a,b", "separator": "; "}, ["x", ["y", "z"]], "x; y | z"),
        (["a"], [None], None),
        ([], [], None),
    ],
)
def test_texts_are_put_together(params: Any, values: list[Any], expected: str | None) -> None:
    assert read_function({"functionDef": "CONCAT", "params": params}).compute(values) == expected


def test_queries_in_the_form_of_lists() -> None:
    assert type_of("dina_material_sample_index") == "material-sample"
    assert type_of("collecting-event") == "collecting-event"
    given = {
        "filter": {"a": 1, "b[NEQ]": None, "c[IN]": ["x,y", 'q"'], "d.e": True},
        "fiql": "f==g",
        "sort": ["a", "-b"],
        "limit": 3,
        "size": 10,
    }
    params, errors = read_query(json.dumps(given))
    assert not errors
    assert params == [
        ("filter[a]", "1"), ("filter[b][NEQ]", "null"), ("filter[c][IN]", '"x,y","q\\""'), ("filter[d.e]", "true"),
        ("fiql", "f==g"), ("sort", "a,-b"), ("limit", "3"),
    ]  # fmt: skip
    assert read_query('{"query":{"match_all":{}}}') == ([], [])
    assert read_query(None) == ([], [])
    assert read_query('{"aggs":{"x":1}}')[1][0].values == {"part": "aggs.x"}


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r a1.e🐞"), max_size=12) | st.text(max_size=12))
def test_marked_texts_come_back_as_they_were(text: str) -> None:
    marked = guarded(text)
    assert unguarded(marked) == text
    assert marked[:1] not in "=@\t\r" or not marked
    if marked[:1] in ("+", "-"):
        float(marked)


def test_a_text_too_long_for_a_cell_is_not_cut_in_silence(tmp_path: Path) -> None:
    writer = open_writer("XLSX", tmp_path / "x.xlsx", [WriterColumn("a")])
    with pytest.raises(CellTooLong, match="row 2"):
        writer.write([["short"], ["x" * 40_000]])
    writer.close()


def test_a_full_sheet_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dina.modules.exchange.writers.workbook.MAX_ROWS", 4)
    writer = open_writer("XLSX", tmp_path / "x.xlsx", [WriterColumn("n", "integer")])
    writer.write([[n] for n in range(7)])
    writer.close()
    book = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx"))
    assert [book.get_sheet_by_name(name).to_python()[1:] for name in book.sheet_names] == [
        [[0], [1], [2]],
        [[3], [4], [5]],
        [[6]],
    ]
