"""A search as text and as a tree: each is made from the other, and nothing is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dina.modules.search.query.chance import Chance
from dina.modules.search.query.converting import Converted, Converter
from dina.modules.search.query.fitting import misfits
from dina.modules.search.query.language import parse
from dina.modules.search.query.tree import Linked, Node
from dina.modules.search.query.writing import write
from tests.modules.search.query.documents import SAMPLE, several
from tests.modules.search.query.trees import TREES

ENGLISH, FRENCH = Converter(SAMPLE), Converter(SAMPLE, language="fr")
COUNTRY = {"field": "collectingEvent.dwcCountry", "op": "eq", "value": "Canada"}


def from_filter(value: Any, converter: Converter = ENGLISH) -> Converted:
    found, faults = converter.from_filter(value, "")
    assert faults == []
    return found


@given(TREES | st.sampled_from([Linked("collection"), Linked("collection", least=2)]))
@settings(max_examples=300)
def test_any_tree_as_text_is_the_same_tree(tree: Node) -> None:
    if list(misfits(tree, SAMPLE, "")):
        return
    for converter in (ENGLISH, FRENCH):
        found = from_filter(write(tree), converter)
        assert found.tree == tree
        assert (found.text is None) or parse(found.text, SAMPLE).tree == tree


def test_most_trees_can_be_said_with_short_names() -> None:
    chance = Chance(SAMPLE, several(), 5, ("organism", "collectingEvent", "collection"))
    said = [(tree, from_filter(write(tree), FRENCH).text) for tree in (chance.tree(2) for _ in range(400))]
    for tree, text in said:
        assert text is None or parse(text, SAMPLE).tree == tree, text
    assert sum(text is not None for _, text in said) > 250
    assert any("pays:" in (text or "") for _, text in said)


@given(st.text(max_size=60) | st.text('ab:"()-*?~=<>|,. \tNOTR', max_size=60))
@settings(max_examples=500)
def test_whatever_is_typed_comes_back_meaning_the_same(text: str) -> None:
    found = ENGLISH.from_text(text)
    assert found.text is not None
    assert parse(found.text, SAMPLE).tree == parse(text, SAMPLE).tree
    back, faults = ENGLISH.from_filter(found.filter, "")
    # A text that was not understood may reach beyond itself; that is told, and nothing else is wrong.
    assert {one.key for one in faults} <= {"query.box.apart"}
    if not faults and "'q': " not in repr(found.filter):
        assert back.tree == found.tree


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("country:Canada", "country:=Canada"),
        ("number:DAO-0100..DAO-0200", "number:=DAO-0100..DAO-0200"),
        ("-(pays:Canada OU pays:Fiji)", "-(country:=Canada OR country:=Fiji)"),
        ("collection,collection:>=1", "collection,collection:>=1"),
        ("organism:(sex:male stage:adult)", None),
        ("preparationDate:>2000", "preparationDate:=>2000"),
    ],
)
def test_fields_are_called_by_their_short_names(text: str, short: str | None) -> None:
    found = ENGLISH.from_text(text).text
    assert found is not None
    assert parse(found, SAMPLE).tree == parse(text, SAMPLE).tree
    if short:
        assert found == short


def test_what_no_tree_says_stays_as_it_was_typed() -> None:
    found = ENGLISH.from_text("colour:red country:Canada")
    assert found.filter == {"all": [{"q": "colour:red"}, COUNTRY]}
    again = from_filter({"all": [COUNTRY, {"q": "colour:red"}]})
    assert again.text == "country:=Canada (colour:red)"
    assert [pointer for _, pointer in again.doubts] == ["/all/1"]


@pytest.mark.parametrize("text", ["(a", 'country:"Ca', "a) (b", ")", '"'])
def test_a_text_that_would_swallow_its_neighbours_is_refused_where_it_stands(text: str) -> None:
    _, faults = ENGLISH.from_filter({"all": [COUNTRY, {"q": text}]}, "/f")
    assert [(one.key, one.pointer) for one in faults] == [("query.box.apart", "/f/all/1/q")]


def test_parts_have_their_texts_and_those_that_cannot_be_said_are_named() -> None:
    odd = {"words": "DAO:12"}
    found = from_filter(
        {"all": [{"near": {"lat": 45.4, "lon": -75.7, "km": 10}}, {"not": {"any": [COUNTRY, odd]}}]}
    )
    assert found.text is None
    assert found.texts == {"/all/0": "near:45.4,-75.7,10km", "/all/1/not/any/0": "country:=Canada"}
    assert found.unsaid == ["/all/1/not/any/1"]
