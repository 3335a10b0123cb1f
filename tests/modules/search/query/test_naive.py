"""What a search means, case by case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dina.modules.search.query.chance import Chance
from dina.modules.search.query.folding import distance, fold, natural, words
from dina.modules.search.query.naive import holds
from dina.modules.search.query.tree import (
    EVERYTHING,
    NOTHING,
    Aged,
    All,
    AnyOf,
    Area,
    Box,
    Compare,
    Form,
    Ids,
    Linked,
    Near,
    Node,
    Not,
    Op,
    Words,
    walk,
)
from tests.modules.search.query.documents import SAMPLE, point, record, several

COUNTRY, DATE, SHELF = (
    "collectingEvent.dwcCountry",
    "collectingEvent.startEventDateTime",
    "managedAttributes.shelf",
)
ONE = record(
    1,
    {"sex": "male", "determination": [{"scientificName": "Carex aquatilis", "typeStatus": "holotype"}]},
    {"sex": "female", "determination": [{"scientificName": "Salix alba"}]},
    event={
        "dwcCountry": "Côte d’Ivoire",
        "habitat": "Wet meadow near a brook",
        "startEventDateTime": "1950-06",
        "dwcMinimumElevationInMeters": 120,
        "eventGeom": point(-75.7, 45.4),
    },
    materialSampleName="DAO-0123",
    createdOn="2024-03-01T23:30:00-05:00",
    publiclyReleasable=False,
    barcode="",
    tags=[],
    managedAttributes={"shelf": "A*1"},
)


def found(tree: Node) -> bool:
    return holds(tree, ONE, SAMPLE)


@pytest.mark.parametrize(
    ("op", "values", "held"),
    [
        (Op.EQ, ("cote d'ivoire",), True),
        (Op.EQ, ("cote",), False),
        (Op.IN, ("Fiji", "CÔTE D'IVOIRE"), True),
        (Op.PREFIX, ("cot",), True),
        (Op.SUFFIX, ("IVOIRE",), True),
        (Op.CONTAINS, ("e d",), True),
        (Op.LIKE, ("c?te*",), True),
        (Op.LIKE, ("c?te",), False),
        (Op.GT, ("Canada",), True),
        (Op.EXISTS, (), True),
    ],
)
def test_texts_are_compared_without_case_and_accents(op: Op, values: tuple[str, ...], held: bool) -> None:
    assert found(Compare(COUNTRY, op, values)) is held


def test_an_exact_comparison_sees_case_and_accents() -> None:
    assert not found(Compare(COUNTRY, Op.EQ, ("cote d'ivoire",), fold=False))
    assert found(Compare(COUNTRY, Op.EQ, ("Côte d’Ivoire",), fold=False))


def test_a_backslash_makes_a_star_a_star() -> None:
    assert found(Compare(SHELF, Op.LIKE, ("a\\*?",)))
    assert not found(Compare(COUNTRY, Op.LIKE, ("c\\*",)))


def test_texts_are_ordered_by_the_numbers_in_them() -> None:
    assert found(Compare("materialSampleName", Op.BETWEEN, ("DAO-99", "dao-200")))
    assert not found(Compare("materialSampleName", Op.LT, ("DAO-123",)))
    assert found(Compare("materialSampleName", Op.LE, ("DAO-123",)))


@pytest.mark.parametrize(
    ("op", "values", "held"),
    [
        (Op.EQ, ("1950",), True),
        (Op.EQ, ("1950-06",), True),
        (Op.EQ, ("1950-06-12",), False),
        (Op.GT, ("1950",), False),
        (Op.GT, ("1949",), True),
        (Op.GE, ("1950",), True),
        (Op.GE, ("1950-06-12",), True),
        (Op.GE, ("1950-07",), False),
        (Op.LE, ("1950-06-12",), True),
        (Op.LT, ("1950-06-12",), False),
        (Op.LT, ("1950-07",), True),
        (Op.BETWEEN, ("1940", "1950"), True),
        (Op.BETWEEN, ("1950-06-29", "1950-08"), True),
        (Op.BETWEEN, ("1951", "1960"), False),
        (Op.EQ, ("nonsense",), False),
    ],
)
def test_a_partial_date_is_a_span_of_days(op: Op, values: tuple[str, ...], held: bool) -> None:
    assert found(Compare(DATE, op, values)) is held


def test_a_moment_is_compared_in_utc() -> None:
    assert found(Compare("createdOn", Op.EQ, ("2024-03-02",)))
    assert not found(Compare("createdOn", Op.EQ, ("2024-03-01",)))
    assert found(Compare("createdOn", Op.LT, ("2024-03-02T04:30:01Z",)))


def test_the_empty_text_and_empty_lists_are_no_value() -> None:
    assert not found(Compare("barcode", Op.EXISTS))
    assert not found(Compare("tags", Op.EXISTS))
    assert not found(Compare("preparationDate", Op.EXISTS))
    assert found(Compare("publiclyReleasable", Op.EXISTS))
    assert found(Compare("publiclyReleasable", Op.EQ, (False,)))
    assert found(Compare("collectingEvent", Op.EXISTS))
    assert not found(Compare("collection", Op.EXISTS))


@pytest.mark.parametrize(
    ("words", "held"),
    [
        (Words("ivoire aquatilis"), True),
        (Words("ivoire fiji"), False),
        (Words("ivoire fiji", form=Form.ANY), True),
        (Words("wet meadow", form=Form.PHRASE), True),
        (Words("meadow wet", form=Form.PHRASE), False),
        (Words("brook cote", form=Form.PHRASE), False),
        (Words("wet mea", form=Form.PREFIX), True),
        (Words("mea wet", form=Form.PREFIX), False),
        (Words("medaow", fuzzy=True), True),
        (Words("medaow"), False),
        (Words("wte", fuzzy=True), False),
        (Words("aquatlisi", fuzzy=True), True),
        (Words("meadow", ("collectingEvent.dwcCountry",)), False),
        (Words("dao 0123"), True),
        (Words("  — "), True),
        (Words("", form=Form.ANY), False),
    ],
)
def test_words_are_found_anywhere(words: Words, held: bool) -> None:
    assert found(words) is held


def test_groups() -> None:
    yes, no = EVERYTHING, NOTHING
    assert found(All((yes, yes)))
    assert not found(All((yes, no)))
    assert found(AnyOf((no, yes)))
    assert found(AnyOf((yes, yes, no), 2))
    assert not found(AnyOf((yes, no, no), 2))
    assert found(Not(no))
    assert found(Ids((ONE.id.upper(),)))


def test_a_link_meets_all_that_is_asked_of_it_in_one_resource() -> None:
    male = Compare("sex", Op.EQ, ("male",))
    willow = Compare("determination.scientificName", Op.EQ, ("Salix alba",))
    assert found(Linked("organism", male))
    assert found(Linked("organism", willow))
    assert not found(Linked("organism", All((male, willow))))
    assert found(All((Compare("organism.sex", Op.EQ, ("male",)), Linked("organism", willow))))
    assert found(Linked("organism"))
    assert not found(Linked("collection"))


def test_places() -> None:
    assert found(Near(45.4, -75.7, 0))
    assert found(Near(45.5, -75.7, 11.2))
    assert not found(Near(45.5, -75.7, 11.1))
    assert found(Box(-76, 45, -75.7, 46))
    assert not found(Box(-75.69, 45, -75, 46))
    fiji = record(2, event={"eventGeom": point(-179.9, -17)})
    assert holds(Box(170, -20, -170, -10), fiji, SAMPLE)
    assert not holds(Box(-170, -20, 170, -10), fiji, SAMPLE)
    square = ((-76.0, 45.0), (-75.0, 45.0), (-75.0, 46.0), (-76.0, 46.0), (-76.0, 45.0))
    hole = ((-75.8, 45.3), (-75.6, 45.3), (-75.6, 45.5), (-75.8, 45.5), (-75.8, 45.3))
    border = ((-75.7, 45.0), (-75.0, 45.0), (-75.0, 46.0), (-75.7, 46.0), (-75.7, 45.0))
    assert found(Area((square,)))
    assert not found(Area((square, hole)))
    assert found(Area((border,)))
    assert not found(Area(((*hole[:2], (-75.7, 45.3), hole[0]),)))


@pytest.mark.parametrize(
    ("old", "young", "asked", "held"),
    [
        (70, 60, Aged(66, 23), True),
        (70, 66, Aged(66, 23), False),
        (66, 66, Aged(66, 23), True),
        (66, 66, Aged(251.9, 66), False),
        (0, 0, Aged(0.0117, 0), True),
        (100, 80, Aged(90, 90), True),
    ],
)
def test_ages_overlap_when_they_share_more_than_a_boundary(
    old: float, young: float, asked: Aged, held: bool
) -> None:
    one = record(3)
    context = {
        "type": "geological-context",
        "id": "c",
        "attributes": {"maximumAgeMa": old, "minimumAgeMa": young},
    }
    one.included[("geological-context", "c")] = context  # type: ignore[index]
    one.resource["relationships"]["geologicalContext"] = {"data": {"type": "geological-context", "id": "c"}}
    assert holds(asked, one, SAMPLE) is held


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert "".join(fold(one) for one in text) == fold(text)
    assert all(word == fold(word) for word in words(text))


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=2))
def test_natural_order_is_that_of_the_numbers(numbers: list[int]) -> None:
    one, other = numbers
    assert (natural(f"a{one}") < natural(f"a{other:05}")) == (one < other)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("carex", "carex", 0),
        ("carex", "crex", 1),
        ("carex", "carxe", 1),
        ("carex", "karexx", 2),
        ("ab", "cdefg", 3),
    ],
)
def test_slips_are_counted(one: str, other: str, apart: int) -> None:
    assert distance(one, other) == apart
    assert distance(other, one) == apart


def test_random_searches_find_some_and_not_all() -> None:
    records = several()
    chance = Chance(SAMPLE, records, seed=5, links=("organism", "collectingEvent"))
    trees = [chance.tree() for _ in range(500)]
    again = Chance(SAMPLE, records, seed=5, links=("organism", "collectingEvent"))
    assert [again.tree() for _ in range(500)] == trees
    counts = [sum(holds(tree, one, SAMPLE) for one in records) for tree in trees]
    assert sum(0 < count < len(records) for count in counts) > 300
    assert {type(node) for tree in trees for node in walk(tree)} == {
        All, AnyOf, Not, Compare, Words, Ids, Linked, Near, Box, Area, Aged,
    }  # fmt: skip
