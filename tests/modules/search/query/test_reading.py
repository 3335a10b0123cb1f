"""The neutral JSON of a search: read back as written, every fault with its place, nothing hostile gets in."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dina.modules.search.query import limits
from dina.modules.search.query.chance import Chance
from dina.modules.search.query.fitting import misfits
from dina.modules.search.query.reading import read
from dina.modules.search.query.tree import Aged, All, AnyOf, Compare, Linked, Near, Node, Not, Op, Words
from dina.modules.search.query.writing import write
from tests.modules.search.query.documents import SAMPLE, several
from tests.modules.search.query.trees import TREES

COUNTRY = "collectingEvent.dwcCountry"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda one: (
        st.lists(one, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["all", "any", "least", "not", "field", "op", "value", "values", "fold", "words", "in", "form",
                 "fuzzy", "ids", "linked", "where", "near", "lat", "lon", "km", "box", "west", "polygon", "age",
                 "oldest", "youngest", "interval"]
            ), one, max_size=5,
        )
    ),
    max_leaves=20,
)  # fmt: skip


@given(TREES)
def test_a_tree_is_read_back_as_it_was_written(tree: Node) -> None:
    assert read(json.loads(json.dumps(write(tree))), "/filter") == (tree, [])


@given(JSON)
def test_any_json_is_a_tree_or_has_faults_with_a_place(value: Any) -> None:
    tree, faults = read(value, "/filter")
    assert all(fault.status == 400 and (fault.pointer or "").startswith("/filter") for fault in faults)
    if not faults:
        assert read(write(tree), "") == (tree, [])


@pytest.mark.parametrize(
    ("value", "tree"),
    [
        ({"field": COUNTRY, "value": "Canada"}, Compare(COUNTRY, Op.EQ, ("Canada",))),
        (
            {"field": COUNTRY, "op": "in", "values": ["a"], "fold": False},
            Compare(COUNTRY, Op.IN, ("a",), False),
        ),
        ({"field": COUNTRY, "op": "exists"}, Compare(COUNTRY, Op.EXISTS)),
        ({"any": [{"words": "a"}, {"words": "b"}], "least": 2}, AnyOf((Words("a"), Words("b")), 2)),
        ({"not": {"linked": "organism"}}, Not(Linked("organism"))),
        ({"near": {"lat": 45.4, "lon": -75.7, "km": 10}}, Near(45.4, -75.7, 10)),
        ({"age": {"interval": "Mesozoic"}}, Aged(252, 66)),
        ({"all": []}, All()),
    ],
)
def test_forms(value: Any, tree: Node) -> None:
    assert read(value, "", {"Mesozoic": (252.0, 66.0)}.get) == (tree, [])


@pytest.mark.parametrize(
    ("value", "faults"),
    [
        ([], [("", "query.node")]),
        ({}, [("", "query.node")]),
        ({"all": [], "any": []}, [("", "query.oneNode")]),
        (
            {"all": [{"not": 1}, {"words": 2}]},
            [("/all/0/not", "query.node"), ("/all/1/words", "query.text")],
        ),
        ({"words": "a", "colour": 1}, [("/colour", "query.member")]),
        ({"field": "a b", "op": "is"}, [("/field", "query.path"), ("/op", "query.choice")]),
        ({"field": "a", "op": "between", "value": 1}, [("", "query.count")]),
        ({"field": "a", "op": "in", "values": [None]}, [("/values/0", "query.scalar")]),
        ({"field": "a", "value": 1, "values": [1]}, [("", "query.valueOrValues")]),
        ({"field": "a", "value": float("nan")}, [("/value", "query.scalar")]),
        ({"words": "\x00"}, [("/words", "query.text")]),
        ({"words": "x" * 1001}, [("/words", "query.text")]),
        ({"ids": ["x"]}, [("/ids/0", "value.uuid")]),
        (
            {"near": {"lat": 91, "lon": 0, "km": True}},
            [("/near/lat", "query.number"), ("/near/km", "query.number")],
        ),
        ({"near": {"lat": 9}}, [("/near", "query.members")]),
        ({"box": {"west": 0, "south": 2, "east": 0, "north": 1}}, [("/box/south", "query.southNorth")]),
        ({"polygon": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}, [("/polygon/0", "query.closed")]),
        ({"polygon": [[[0, 0], [1, 0], [1], [0, 0]]]}, [("/polygon/0/2", "query.point")]),
        ({"age": {"interval": "Yesterday"}}, [("/age/interval", "query.interval")]),
        ({"age": {"oldest": 1, "youngest": 2}}, [("/age/oldest", "query.oldestYoungest")]),
        ({"any": [], "least": 0}, [("/least", "query.number")]),
    ],
)
def test_every_fault_has_its_place(value: Any, faults: list[tuple[str, str]]) -> None:
    assert [(fault.pointer, fault.key) for fault in read(value, "")[1]] == faults


def test_a_search_has_limits() -> None:
    deep: Any = {"words": "a"}
    for _ in range(10_000):
        deep = {"not": deep}
    wide = {"all": [{"words": "a"}] * 100_000}
    many = {"field": "a", "op": "in", "values": ["a"] * (limits.MAX_VALUES + 1)}
    for value in (deep, wide, many):
        faults = read(value, "")[1]
        assert "FILTER_TOO_COMPLEX" in [fault.code for fault in faults]
        assert len(faults) <= 2


@pytest.mark.parametrize(
    ("tree", "pointer", "key"),
    [
        (Compare("collectingEvent.dwcCuntry", Op.EQ, ("x",)), "/field", "query.unknownFieldNear"),
        (Compare("xyzzy", Op.EQ, ("x",)), "/field", "query.unknownField"),
        (Not(Linked("organisms")), "/not/linked", "query.unknownLinkNear"),
        (Linked("organism", Compare("sexe", Op.EQ, ("x",))), "/where/field", "query.unknownFieldNear"),
        (Compare("publiclyReleasable", Op.GT, (True,)), "/op", "query.operator"),
        (Compare("publiclyReleasable", Op.EQ, ("yes",)), "/value", "query.value.boolean"),
        (All((Compare("preparationDate", Op.EQ, ("1950-13",)),)), "/all/0/value", "query.value.date"),
        (Compare("preparationDate", Op.BETWEEN, ("1960", "1950")), "/values", "query.reversed"),
        (Compare(COUNTRY, Op.IN, ("x", 1)), "/values/1", "query.value.text"),
        (Words("a", ("preparationDate",)), "/in/0", "query.noWords"),
        (Compare("collectingEvent", Op.EQ, ("x",)), "/op", "query.operator"),
    ],
)
def test_a_tree_that_does_not_fit_the_fields(tree: Node, pointer: str, key: str) -> None:
    assert [(fault.pointer, fault.key) for fault in misfits(tree, SAMPLE, "")] == [(pointer, key)]


def test_the_field_that_was_meant_is_named() -> None:
    (fault,) = misfits(Compare("scientificName", Op.EQ, ("x",)), SAMPLE, "")
    assert fault.values["near"] == "organism.determination.scientificName"


def test_random_searches_fit_and_are_written() -> None:
    chance = Chance(SAMPLE, several(), 3, ("organism", "collectingEvent"))
    for _ in range(300):
        tree = chance.tree(3)
        assert read(write(tree), "") == (tree, [])
        assert list(misfits(tree, SAMPLE, "")) == []


def test_every_sentence_is_there_in_both_languages() -> None:
    here = files("dina.modules.search.query")
    sentences = tomllib.loads(here.joinpath("messages.toml").read_text("utf-8"))
    used: set[str] = set()
    for file in here.iterdir():
        if file.name.endswith(".py"):
            used |= set(re.findall(r'"(query\.[A-Za-z.]+)"', file.read_text("utf-8")))
    assert used <= set(sentences)
    for name, sentence in sentences.items():
        assert set(re.findall(r"\{\w+\}", sentence["en"])) == set(re.findall(r"\{\w+\}", sentence["fr"])), (
            name
        )
