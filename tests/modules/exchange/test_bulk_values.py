"""What operations of a bulk change make of values, wherever a path leads inside them."""

from __future__ import annotations

from typing import Any

import pytest

from dina.modules.exchange.changing.ways import after, along

MAIN = {"isPrimary": True}


@pytest.mark.parametrize(
    ("value", "path", "lists", "made"),
    [
        ("Canda", "", "", "Canada"),
        ("Chile", "", "", "Chile"),
        (["Canda", "Canada", "x"], "", "", ["Canada", "x"]),
        (["?", "x"], "", "", ["x"]),
        ({"a": {"b": "Canda"}, "c": 1}, "a.b", "", {"a": {"b": "Canada"}, "c": 1}),
        ([{"a": "Canda"}, {"a": "x"}, {}], "a", "l", [{"a": "Canada"}, {"a": "x"}, {}]),
        ({"a": None}, "a.b", "", {"a": None}),
        ("?", "", "", None),
        (None, "", "", None),
        (3, "", "", 3),
    ],
)
def test_texts_become_others_wherever_the_path_leads(value: Any, path: str, lists: str, made: Any) -> None:
    steps = path.split(".") if path else []
    operation = {"op": "become", "texts": {"Canda": "Canada", "?": None}}
    found = along(
        value,
        steps,
        [bool(lists), *(False for _ in steps)],
        lambda one: after(operation, "text", one),
        every=True,
    )
    assert found == made


@pytest.mark.parametrize(
    ("operation", "kind", "before", "made"),
    [
        ({"op": "set", "value": "x"}, "text", "y", "x"),
        ({"op": "fill", "value": "x"}, "text", "y", "y"),
        ({"op": "fill", "value": "x"}, "text", "", "x"),
        ({"op": "fill", "value": ["a"]}, "texts", [], ["a"]),
        ({"op": "fill", "value": True}, "boolean", False, False),
        ({"op": "clear"}, "texts", ["a"], None),
        ({"op": "replace", "find": "hse", "value": "horse"}, "text", "Whitehse, Whitehse", "Whitehorse, Whitehorse"),
        ({"op": "replace", "find": "HSE", "value": "x"}, "text", "Whitehse", "Whitehse"),
        ({"op": "replace", "find": "HSE", "value": r"\1", "matchCase": False}, "text", "Whitehse", r"White\1"),
        ({"op": "replace", "find": ".", "value": ""}, "text", "a.b", "ab"),
        ({"op": "replace", "find": "all"}, "text", "all", None),
        ({"op": "replace", "find": "a", "value": "b"}, "texts", ["a", "b"], ["b"]),
        ({"op": "replace", "find": r"(\w+)se", "value": r"\1rse", "pattern": True}, "text", "Whitehose", "Whitehorse"),
        ({"op": "replace", "find": "^a.*", "value": "", "pattern": True}, "texts", ["ab", "b"], ["b"]),
        ({"op": "become", "texts": {"a": "b"}}, "links", ["a", "c", "b"], ["b", "c"]),
        ({"op": "become", "texts": {"a": "b"}}, "link", "a", "b"),
        ({"op": "become", "texts": {"a": "b"}}, "link", None, None),
        ({"op": "prepend", "value": "near "}, "text", "Paris", "near Paris"),
        ({"op": "append", "value": "; checked"}, "text", "Paris", "Paris; checked"),
        ({"op": "append", "value": " checked"}, "text", None, "checked"),
        ({"op": "add", "value": ["b", "c"]}, "texts", ["a", "b"], ["a", "b", "c"]),
        ({"op": "remove", "value": ["b"]}, "texts", ["a", "b"], ["a"]),
        ({"op": "remove", "value": ["b"]}, "texts", None, []),
        ({"op": "plus", "value": 0.2}, "decimal", 0.1, 0.3),
        ({"op": "plus", "value": -2}, "integer", 5, 3),
        ({"op": "plus", "value": 2}, "integer", None, None),
        ({"op": "shift", "value": 1}, "date", "1999-12-31", "2000-01-01"),
        ({"op": "shift", "value": 1}, "partial-date", "1999-12", "1999-12"),
        ({"op": "shift", "value": 399_999}, "date", "9999-12-31", "9999-12-31"),
        ({"op": "add", "value": {"n": "new", **MAIN}}, "objects", [{"n": "old", **MAIN}], [{"n": "old", "isPrimary": False}, {"n": "new", **MAIN}]),
        ({"op": "add", "value": {"n": "new"}}, "objects", [{"n": "old", **MAIN}], [{"n": "old", **MAIN}, {"n": "new"}]),
    ],
)  # fmt: skip
def test_each_operation_does_what_it_says(
    operation: dict[str, Any], kind: str, before: Any, made: Any
) -> None:
    assert after(operation, kind, before) == made


def test_what_is_brought_into_a_list_goes_to_the_element_that_counts() -> None:
    two = [{"n": "a"}, {"n": "b", **MAIN}]
    put = [{"n": "a"}, {"n": "x", **MAIN}]
    assert along(two, ["n"], [True, False], lambda _: "x", every=False) == put
    assert along(None, ["n"], [True, False], lambda _: "x", every=False, blank=MAIN) == [{"n": "x", **MAIN}]
    assert along(None, ["n"], [True, False], lambda _: None, every=True, blank=MAIN) is None
    assert along({"k": "v"}, ["k"], [False, False], lambda _: None, every=True) == {}
