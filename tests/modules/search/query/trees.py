"""Trees of every form, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from dina.modules.search.query.reading import ARITY
from dina.modules.search.query.tree import (
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
)

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)
PATHS = st.sampled_from(
    [
        "materialSampleName",
        "collectingEvent.dwcCountry",
        "organism.determination.typeStatus",
        "managedAttributes.a-b:c",
    ]
)
LINKS = st.sampled_from(["organism", "collectingEvent.collectors"])
SCALARS = (
    TEXTS | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
)
LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


@st.composite
def compares(draw: st.DrawFn) -> Compare:
    op = draw(st.sampled_from(Op))
    low, high = ARITY.get(op, (1, 1))
    values = draw(st.lists(SCALARS, min_size=low, max_size=min(high, 4)))
    return Compare(draw(PATHS), op, tuple(values), draw(st.booleans()))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    south, north = sorted((draw(LATITUDES), draw(LATITUDES)))
    return Box(draw(LONGITUDES), south, draw(LONGITUDES), north)


@st.composite
def areas(draw: st.DrawFn) -> Area:
    rings = draw(
        st.lists(st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=3, max_size=6), min_size=1, max_size=2)
    )
    return Area(tuple((*ring, ring[0]) for ring in rings))


@st.composite
def ages(draw: st.DrawFn) -> Aged:
    youngest, oldest = sorted((draw(st.floats(0, 10_000)), draw(st.floats(0, 10_000))))
    return Aged(oldest, youngest)


LEAVES: st.SearchStrategy[Node] = st.one_of(
    compares(),
    st.builds(Words, TEXTS, st.lists(PATHS, max_size=2).map(tuple), st.sampled_from(Form), st.booleans()),
    st.builds(Ids, st.lists(st.uuids().map(str), max_size=3).map(tuple)),
    st.builds(Near, LATITUDES, LONGITUDES, st.floats(0, 20_000)),
    boxes(),
    areas(),
    ages(),
    st.builds(Linked, LINKS),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda child: st.one_of(
        st.builds(All, st.lists(child, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(child, max_size=3).map(tuple), st.integers(1, 3)),
        st.builds(Not, child),
        st.builds(Linked, LINKS, child),
    ),
    max_leaves=8,
)
