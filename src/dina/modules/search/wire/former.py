"""Searches that the consortium's pages keep in addresses: `{"c": "a"|"o", "p": [{f, o, v, t, d, d2}]}`.

A rule becomes the part of a query document that those pages would send for it, and is read as that is: there is one
place that knows what the names of fields mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from dina.base.errors import Problem
from dina.base.json import is_array, is_object
from dina.modules.search.engine.checks import is_uuid
from dina.modules.search.query import limits, wording
from dina.modules.search.query.reading import UNSAFE
from dina.modules.search.query.tree import EVERYTHING, All, AnyOf, Form, Node, Words, walk
from dina.modules.search.wire.faults import refused
from dina.modules.search.wire.naming import Place
from dina.modules.search.wire.query import read

MAX_RULES = 100
MAX_BOX = 3000
"""Characters of a search that goes into an address."""
SHOWN = 80
RANGES = {
    "greaterThan": "gt", "greaterThanOrEqualTo": "gte", "lessThan": "lt", "lessThanOrEqualTo": "lte",
}  # fmt: skip
Document = dict[str, Any]
Keys = Mapping[str, str]
"""Keys of custom fields and kinds of identifiers by their ids."""


@dataclass
class Taken:
    """What of a former search was taken over: its tree, the same for the search box, and what was left out."""

    tree: Node = EVERYTHING
    text: str = ""
    left_out: list[str] = field(default_factory=list[str])


def rules_of(text: str) -> tuple[list[Mapping[str, Any]], bool] | None:
    """The rules, and whether one of them is enough; None for what is no such search."""
    try:
        given: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not is_object(given):
        return None
    rules = given.get("p")
    if not is_array(rules) or len(rules) > MAX_RULES or not all(is_object(one) for one in rules):
        return None
    return list(rules), given.get("c") == "o"


def ids_of(rules: list[Mapping[str, Any]]) -> list[str]:
    """The ids of custom fields and kinds of identifiers whose keys must be known."""
    found = [one.get("d") for one in rules if one.get("t") in ("managedAttribute", "identifier")]
    return [one.lower() for one in found if isinstance(one, str) and is_uuid(one)]


def take(rules: list[Mapping[str, Any]], either: bool, place: Place, keys: Keys) -> Taken:
    """Take over what can be; never raises."""
    taken = Taken()
    nodes: list[Node] = []
    for rule in rules:
        try:
            node = node_of(rule, place, keys)
            wording.write(node)
            whole = AnyOf((*nodes, node)) if either and nodes else All((*nodes, node)) if nodes else node
            text = wording.write(whole)
            size = sum(1 for _ in walk(whole))
            if len(text) > MAX_BOX or size > limits.MAX_NODES // 4:
                raise refused("", "query.tooMuch", limit=MAX_BOX)
        except (Problem, wording.Inexpressible):
            taken.left_out.append(told(rule))
            continue
        nodes.append(node)
        taken.tree, taken.text = whole, text
    return taken


def told(rule: Mapping[str, Any]) -> str:
    """A rule in short, for people who know what they had asked."""
    parts = (rule.get(name) for name in ("f", "o", "v"))
    text = " ".join(str(one) for one in parts if isinstance(one, (str, int, float)) and one != "")
    return UNSAFE.sub(" ", text)[:SHOWN] or "?"


def node_of(rule: Mapping[str, Any], place: Place, keys: Keys) -> Node:
    """The tree of one rule. Raises Problem for what is not known here."""
    name, operator, value, kind = (rule.get(one, "") for one in "fovt")
    if not all(isinstance(one, str) for one in (name, operator, kind)) or not isinstance(
        value, (str, int, float)
    ):
        raise refused("", "query.node")
    if kind == "globalSearch":
        return words(str(value))
    if kind == "relationshipPresence":
        name, value = f"data.relationships.{value}.data.id", rule.get("d", "")
    name, place = placed(f"{name}{suffix(rule, str(kind), keys)}", place)
    if kind == "classification":
        # Taxa are worked out of identifications here, of the organisms of a specimen.
        name = f"included.attributes.determination.taxon.{rule.get('d', '')}"
    if kind == "geoShape":
        shape = inner(value)
        polygon = {"type": "polygon", "coordinates": shape.get("searchShape")}
        relation = shape.get("selectedOperator", "intersects")
        return read({"geo_shape": {name: {"shape": polygon, "relation": relation}}}, "", place)
    make = OPERATORS.get(str(operator))
    if make is None:
        raise refused("", "wire.unsupported", part=str(operator))
    return read(make(name, value), "", place)


def suffix(rule: Mapping[str, Any], kind: str, keys: Keys) -> str:
    """What a rule about a value of a map says of its key. Raises Problem for a key that nobody knows."""
    if kind in ("managedAttribute", "identifier"):
        key = str(rule.get("d", ""))
        key = keys.get(key.lower(), "") if is_uuid(key) else key
        if not key:
            raise refused("", "query.path")
        return f".{key}"
    return f".{rule.get('d', '')}.{rule.get('d2', '')}" if kind == "fieldExtension" else ""


def placed(name: str, place: Place) -> tuple[str, Place]:
    """A name as documents have it. `collectingEvent.habitat` or `collecting-event.habitat` is of what is linked."""
    head, _, rest = name.partition(".")
    if head in ("data", "included") or not rest:
        return name, place
    links = tuple(one for one in place.links if head == one[1] or head == one[0].rpartition(".")[2])
    if not links:
        raise refused("", "wire.field", "UNKNOWN_ATTRIBUTE", name=name)
    return f"included.attributes.{rest.removeprefix('attributes.')}", replace(place, links=links)


def words(text: str) -> Node:
    if not text.strip() or len(text) > limits.MAX_TEXT or UNSAFE.search(text):
        raise refused("", "query.text", limit=limits.MAX_TEXT)
    return Words(" ".join(text.split()), (), Form.ALL)


def inner(value: Any) -> Mapping[str, Any]:
    """A value that is JSON in a text. Raises Problem."""
    try:
        found: Any = orjson.loads(str(value))
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise refused("", "wire.object") from None
    if not is_object(found):
        raise refused("", "wire.object")
    return found


def exact(name: str, value: Any) -> Document:
    return {"term": {f"{name}.keyword": filled(value)}}


def listed(name: str, value: Any) -> Document:
    parts = [one for part in str(value).split(",") if (one := part.strip())]
    return {"terms": {f"{name}.keyword": [filled(one) for one in parts or [""]]}}


def within(name: str, value: Any) -> Document:
    bounds = inner(value)
    return {"range": {name: {"gte": filled(bounds.get("low")), "lte": filled(bounds.get("high"))}}}


def filled(value: Any) -> Any:
    """A value that says something: a rule without one is not finished. Raises Problem."""
    if value is None or value == "":
        raise refused("", "query.text", limit=limits.MAX_TEXT)
    return value


def pattern(before: str, after: str) -> Callable[[str, Any], Document]:
    def made(name: str, value: Any) -> Document:
        text = f"{before}{filled(value)}{after}"
        return {"wildcard": {name: {"value": text, "case_insensitive": True}}}

    return made


def exists(name: str, value: Any) -> Document:
    return {"exists": {"field": name}}


def negated(make: Callable[[str, Any], Document]) -> Callable[[str, Any], Document]:
    return lambda name, value: {"bool": {"must_not": make(name, value)}}


def bound(sign: str) -> Callable[[str, Any], Document]:
    return lambda name, value: {"range": {name: {sign: filled(value)}}}


OPERATORS: Mapping[str, Callable[[str, Any], Document]] = {
    "exactMatch": exact, "equals": exact, "containsDate": exact, "uuid": exact, "notEquals": negated(exact),
    "in": listed, "notIn": negated(listed), "between": within, "wildcard": pattern("*", "*"),
    "containsText": pattern("*", "*"), "startsWith": pattern("", "*"), "endsWith": pattern("*", ""),
    "notEmpty": exists, "presence": exists, "exists": exists, "empty": negated(exists), "absence": negated(exists),
    **{name: bound(sign) for name, sign in RANGES.items()},
}  # fmt: skip
