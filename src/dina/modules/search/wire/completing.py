"""`auto-complete`: records one of whose fields has a word that begins so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dina.base.errors import Error, Problem
from dina.modules.search.engine.model import Found, Search
from dina.modules.search.query import limits
from dina.modules.search.query.fields import FieldKind, Registry
from dina.modules.search.query.reading import UNSAFE
from dina.modules.search.query.tree import All, AnyOf, Form, Node, Words
from dina.modules.search.wire import comparing
from dina.modules.search.wire.indexes import Index
from dina.modules.search.wire.naming import Place, fields_named, linked, path_of, place_of, simplified
from dina.modules.search.wire.source import Source

MOST = 10
PARAMETERS = ("prefix", "indexName", "autoCompleteField", "additionalField", "group", "restrictedField", "restrictedFieldValue")  # fmt: skip
Given = Callable[[str], str | None]


def read(given: Given, index: Index, fields: Registry) -> tuple[Search, Source]:
    """The search for what was begun, and what is told of hits. Raises Problem."""
    place = place_of(index, fields)
    begun = needed(given, "prefix")
    names = [needed(given, "autoCompleteField")]
    if given("additionalField"):
        names.append(given("additionalField") or "")
    asked = [_asked(name, place, lambda path: Words(begun, (path,), Form.PREFIX)) for name in names]
    conditions: list[Node] = [AnyOf(tuple(asked))]
    if group := given("group"):
        conditions.append(_equal("data.attributes.group", group, place))
    if restricted := given("restrictedField"):
        conditions.append(_equal(restricted, needed(given, "restrictedFieldValue"), place))
    told = Source(["data.id", "data.type", *(plain_name(name) for name in names)])
    return Search(index.type, simplified(All(tuple(conditions))), limit=MOST), told


def needed(given: Given, name: str) -> str:
    value = given(name)
    if not value:
        raise Problem(Error("BAD_PARAMETER", "wire.missing", {"name": name}, parameter=name))
    if len(value) > limits.MAX_TEXT or UNSAFE.search(value):
        raise Problem(Error("BAD_PARAMETER", "query.text", {"limit": limits.MAX_TEXT}, parameter=name))
    return value


def _asked(name: str, place: Place, made: Callable[[str], Node]) -> Node:
    found = _fields(name, place)
    texts = [(one, field) for one, field in found if field.kind is FieldKind.TEXT]
    nodes = [
        linked(one.link, made(field.path), place.fields) if one.link else made(field.path)
        for one, field in texts
    ]
    return AnyOf(tuple(nodes))


def _equal(name: str, value: str, place: Place) -> Node:
    def node(one: Place, field: Any) -> Node:
        made = comparing.equal(field, [value], "", None)
        return linked(one.link, made, place.fields) if one.link else made

    return AnyOf(tuple(node(one, field) for one, field in _fields(name, place)))


def _fields(name: str, place: Place) -> list[tuple[Place, Any]]:
    """Fields by name; a plain one is an attribute of the record."""
    whole = name if path_of(name) is not None else f"data.attributes.{name}"
    try:
        return fields_named(whole, "", place)
    except Problem as fault:
        raise Problem(
            [Error(one.code, one.key, one.values, parameter="autoCompleteField") for one in fault.errors]
        ) from None


def plain_name(name: str) -> str:
    whole = name if path_of(name) is not None else f"data.attributes.{name}"
    for twin in (".autocomplete", ".keyword", ".prefix", ".infix"):
        whole = whole.removesuffix(twin)
    return whole


def answer(index: Index, found: Found, told: Source) -> dict[str, Any]:
    return {
        "hits": [
            {"index": index.name, "documentId": hit.id, "score": hit.score, "source": told.of(hit.document)}
            for hit in found.hits
        ]
    }
