"""Conditions in a form and the search tree: each is made from the other, and says the same."""

from __future__ import annotations

import random
from typing import Any

import pytest
from starlette.datastructures import FormData

from dina.web.specimens.conditions.fields import TYPED, Searchables, told
from dina.web.specimens.conditions.form import typed
from dina.web.specimens.conditions.group import Group, built, group_of
from dina.web.specimens.conditions.reading import rule_of
from dina.web.specimens.conditions.rule import PARTS, Json, Rule

COUNTRY, CODE, NAME = "collectingEvent.dwcCountry", "collectingEvent.dwcCountryCode", "materialSampleName"
DATE, HIGH, OPEN = (
    "collectingEvent.startEventDateTime",
    "collectingEvent.dwcMinimumElevationInMeters",
    "publiclyReleasable",
)


def one(path: str, kind: str, *of: str, records: int = 1) -> Json:
    return {"path": path, "kind": kind, "label": path.rpartition(".")[2], "of": list(of), "records": records}


ANSWER = {
    "fields": [
        one(COUNTRY, "keyword", "collectingEvent"), one(CODE, "keyword", "collectingEvent", records=0), one(NAME, "keyword"),
        one(DATE, "date", "collectingEvent"), one(HIGH, "number", "collectingEvent"), one(OPEN, "boolean"), one("barcode", "keyword", records=0),
    ],
    "links": [{"path": "collectingEvent", "label": "Event", "many": False}, {"path": "organism", "label": "Organism", "many": True}],
    "names": [{"name": "country", "label": "Country", "paths": [COUNTRY, CODE]}, {"name": "date", "label": "Date", "paths": [DATE]}],
}  # fmt: skip
KNOWN: Searchables = told(ANSWER, "en")
BOTH = f"{COUNTRY},{CODE}"


def field(path: str, op: str, *values: Any, **more: Any) -> Json:
    return {
        "field": path,
        "op": op,
        **({"value": values[0]} if len(values) == 1 else {"values": list(values)} if values else {}),
        **more,
    }


def both(op: str, *values: Any) -> Json:
    return {"any": [field(COUNTRY, op, *values), field(CODE, op, *values)]}


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        (Rule(BOTH, "is", "Canada"), both("eq", "Canada")),
        (Rule(BOTH, "none"), {"not": both("exists")}),
        (Rule(COUNTRY, "isnt", "Canada"), {"not": field(COUNTRY, "eq", "Canada")}),
        (Rule(COUNTRY, "exact", "Canada"), field(COUNTRY, "eq", "Canada", fold=False)),
        (Rule(NAME, "between", "DAO-0100", "DAO-0200"), field(NAME, "between", "DAO-0100", "DAO-0200")),
        (Rule(NAME, "list", lines="A-1\nA-2"), field(NAME, "in", "A-1", "A-2")),
        (Rule(NAME, "notlist", lines="A-1"), {"not": field(NAME, "in", "A-1")}),
        (Rule(NAME, "pattern", "D?O-*1"), field(NAME, "like", "D?O-*1")),
        (Rule(NAME, "begins", "DAO"), field(NAME, "prefix", "DAO")),
        (Rule(NAME, "hasnt", "AO"), {"not": field(NAME, "contains", "AO")}),
        (Rule(NAME, "phrase", "wet meadow"), {"words": "wet meadow", "in": [NAME], "form": "phrase"}),
        (Rule(":words", "words", "wet meadow"), {"words": "wet meadow"}),
        (Rule(":words", "nophrase", "wet"), {"not": {"words": "wet", "form": "phrase"}}),
        (Rule(DATE, "last", number="30", unit="d"), field(DATE, "between", "today-30d", "today")),
        (Rule(DATE, "after", "1950-06"), field(DATE, "gt", "1950-06")),
        (Rule(HIGH, "over", "100.5"), field(HIGH, "gt", 100.5)),
        (Rule(HIGH, "is", "high"), field(HIGH, "eq", "high")),
        (Rule(OPEN, "no"), field(OPEN, "eq", False)),
        (Rule("organism", "there"), {"linked": "organism"}),
        (Rule("organism", "nothere"), {"not": {"linked": "organism"}}),
        (Rule("organism", "least", number="2"), {"linked": "organism", "least": 2}),
        (Rule("organism", "most", number="2"), {"not": {"linked": "organism", "least": 3}}),
        (Rule("organism", "exactly", number="1"), {"all": [{"linked": "organism"}, {"not": {"linked": "organism", "least": 2}}]}),
        (Rule(":saved", "meets", "Types"), {"saved": "Types"}),
        (Rule(":set", "notin", "To be photographed"), {"not": {"set": "To be photographed"}}),
        (Rule(TYPED, "typed", "colour:red"), {"q": "colour:red"}),
    ],
)  # fmt: skip
def test_a_condition_and_its_part_of_the_tree(rule: Rule, part: Json) -> None:
    assert rule.tree(KNOWN.by_key[rule.field]) == part
    assert rule_of(part, KNOWN) == rule


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        (Rule(NAME, "pattern", "DAO*"), field(NAME, "prefix", "DAO")),
        (Rule(NAME, "pattern", "*DAO*"), field(NAME, "contains", "DAO")),
        (Rule(NAME, "pattern", r"2\*a"), field(NAME, "eq", "2*a")),
        (Rule(DATE, "between", "1950"), field(DATE, "ge", "1950")),
        (Rule(HIGH, "is", "1,5"), field(HIGH, "eq", 1.5)),
        (Rule(NAME, "is", ""), None),
        (Rule(NAME, "list", lines=" \n"), None),
        (Rule("organism", "least", number="some"), None),
    ],
)
def test_what_is_typed_means_the_simplest_thing_or_is_not_finished(rule: Rule, part: Json | None) -> None:
    assert rule.tree(KNOWN.by_key[rule.field]) == part


@pytest.mark.parametrize(
    "part",
    [
        {"near": {"lat": 45.4, "lon": -75.7, "km": 10.0}},
        {"linked": "organism", "where": {"field": "sex", "op": "eq", "value": "male"}},
        {"words": "medow", "fuzzy": True},
        field(NAME, "contains", "a", fold=False),
        field("nowhere.to.be.found", "eq", "x"),
        field(NAME, "eq", " with blanks "),
        field(NAME, "lt", "B"),
    ],
)
def test_what_no_form_can_show_is_a_text_and_never_dropped(part: Json) -> None:
    assert rule_of(part, KNOWN) is None
    group = group_of({"all": [both("eq", "Canada"), {"not": part}]}, {"/all/1/not": "as typed"}, KNOWN)
    assert [one.value for one in group.rules()] == ["Canada", "as typed"]
    assert built(group, KNOWN).part == {"all": [both("eq", "Canada"), {"not": {"q": "as typed"}}]}


def drawn(draw: random.Random, depth: int) -> Json:
    """A tree such as the box gives: groups of at least two."""
    if depth == 0 or draw.random() < 0.4:
        return draw.choice(
            [
                both("eq", "Canada"),
                field(NAME, "prefix", "D"),
                field(HIGH, "ge", 3),
                {"linked": "organism"},
                {"words": "wet"},
            ]
        )
    parts = [drawn(draw, depth - 1) for _ in range(draw.randint(2, 3))]
    return draw.choice(
        [{"all": parts}, {"any": parts}, {"not": {"any": parts}}, {"not": drawn(draw, depth - 1)}]
    )


def sent(group: Group) -> FormData:
    """The form of the page."""
    found: list[tuple[str, str]] = []
    for each in group.every():
        around = group.parent(each)
        found += [("n", each.key), (f"{each.key}.in", around.key if around else "")]
        names = ("kind",) if isinstance(each, Group) else PARTS
        found += [(f"{each.key}.{name}", getattr(each, name)) for name in names]
    return FormData(found)


def test_any_tree_is_the_same_after_it_was_a_form() -> None:
    draw = random.Random(7)
    for _ in range(300):
        tree = drawn(draw, 3)
        group = group_of(tree, {}, KNOWN)
        again = typed(sent(group), KNOWN)
        assert again == group
        assert built(again, KNOWN).part == tree


def test_arrows_move_past_conditions_into_groups_and_out_of_them() -> None:
    a, b, c = (Rule(NAME, "is", name, key=name) for name in "123")
    inner = Group("any", [c], "4")
    root = Group("all", [a, b, inner])

    def order() -> str:
        return built(root, KNOWN).part.__repr__()

    first = order()
    root.move(b, 1)
    assert [each.key for each in inner.children] == ["2", "3"]
    root.move(b, -1)
    assert order() == first
    root.move(a, -1)
    assert order() == first, "there is nothing above"
    root.move(c, 1)
    assert [each.key for each in root.children] == ["1", "2", "4", "3"]
    root.move(inner, -1)
    assert [each.key for each in root.children] == ["1", "4", "2", "3"]
    root.remove(inner)
    assert [each.key for each in root.children] == ["1", "2", "3"]


def test_what_is_wrong_in_the_tree_is_found_in_the_form() -> None:
    wrong = Rule(HIGH, "is", "high", key="5")
    root = Group(
        "all", [Rule(NAME, "is", "", key="1"), Group("none", [Rule(NAME, "is", "x", key="3"), wrong], "2")]
    )
    tree = built(root, KNOWN)
    assert tree.part == {"not": {"any": [field(NAME, "eq", "x"), field(HIGH, "eq", "high")]}}
    assert tree.at("/not/any/1/value") is wrong


def test_fields_to_choose_are_the_usual_first_and_only_filled_ones() -> None:
    assert [(each.label, [one.label for one in each.fields]) for each in KNOWN.sections] == [
        ("Usual", ["Country", "Date"]),
        ("Specimen", ["materialSampleName", "publiclyReleasable"]),
        ("Event", ["dwcCountry", "dwcMinimumElevationInMeters", "startEventDateTime"]),
        ("Linked records", ["Event", "Organism"]),
        ("Other", ["Words anywhere", "Saved search", "Set of records", "In the language of the search"]),
    ]
