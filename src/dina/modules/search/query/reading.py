"""The neutral JSON form of a search tree: `filter` of `POST /search`. One member says what kind of node it is.

{"all": [...]}   {"any": [...], "least": 2}   {"not": {...}}
{"field": "collectingEvent.dwcCountry", "op": "eq", "value": "Canada", "fold": false}   {..., "op": "in", "values": [...]}
{"words": "wet meadow", "in": ["collectingEvent.habitat"], "form": "phrase", "fuzzy": true}
{"ids": ["<uuid>"]}   {"linked": "organism", "where": {...}, "least": 2}
{"set": "<uuid or name>"}   {"saved": "<uuid or name>"}   {"inside": "<uuid, barcode, or names: Room 3 > Cabinet 12>"}
{"near": {"lat": 45.4, "lon": -75.7, "km": 10}}   {"box": {"west": -76, "south": 45, "east": -75, "north": 46}}
{"polygon": [[[-76, 45], [-75, 45], [-75, 46], [-76, 45]]]}   {"age": {"oldest": 252, "youngest": 66}}
{"age": {"interval": "Mesozoic"}}
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dina.base.errors import Error, escape_pointer
from dina.base.json import is_array, is_object
from dina.base.resource.checks import UUID_FORM
from dina.modules.search.query import limits
from dina.modules.search.query.tree import (
    NOTHING,
    Aged,
    All,
    AnyOf,
    Area,
    Box,
    Compare,
    Form,
    Ids,
    Kept,
    Linked,
    Near,
    Node,
    Not,
    Op,
    Scalar,
    Words,
)

PATH = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w:-]+)*")
MAX_PATH = 300
UNSAFE = re.compile("[\x00\ud800-\udfff]")
Ages = Callable[[str], tuple[float, float] | None]
"""What a name of the geological time scale stands for: greatest and least age, in million years."""
MEMBERS: Mapping[str, frozenset[str]] = {
    "all": frozenset(),
    "any": frozenset({"least"}),
    "not": frozenset(),
    "field": frozenset({"op", "value", "values", "fold"}),
    "words": frozenset({"in", "form", "fuzzy"}),
    "ids": frozenset(),
    "linked": frozenset({"where", "least"}),
    "set": frozenset(),
    "saved": frozenset(),
    "inside": frozenset(),
    "near": frozenset(),
    "box": frozenset(),
    "polygon": frozenset(),
    "age": frozenset(),
}
"""What says which node it is -> what else it may have."""
ARITY: Mapping[Op, tuple[int, int]] = {
    Op.IN: (1, limits.MAX_VALUES), Op.BETWEEN: (2, 2), Op.EXISTS: (0, 0),
}  # fmt: skip
"""How many values an operator takes, where it is not one."""
OPS = {op.value: op for op in Op}
FORMS = {form.value: form for form in Form}
T = TypeVar("T")


def no_ages(name: str) -> None:
    """Knows no name of the time scale."""


def read(value: Any, pointer: str, ages: Ages = no_ages) -> tuple[Node, list[Error]]:
    """The tree of a JSON value with everything that is wrong with it; a faulty part finds nothing."""
    reader = _Reader(ages)
    tree = reader.node(value, pointer, 0)
    return tree, reader.faults


class _Reader:
    def __init__(self, ages: Ages) -> None:
        self.ages = ages
        self.faults: list[Error] = []
        self.nodes = 0

    def fault(self, pointer: str, key: str, code: str = "MALFORMED_DOCUMENT", **values: Any) -> None:
        self.faults.append(Error(code, key=key, values=values, pointer=pointer))

    def node(self, value: Any, pointer: str, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > limits.MAX_NODES or depth > limits.MAX_DEPTH:
            if self.nodes == limits.MAX_NODES + 1 or depth == limits.MAX_DEPTH + 1:
                limit = limits.MAX_NODES if self.nodes > limits.MAX_NODES else limits.MAX_DEPTH
                self.fault(pointer, "query.tooMuch", "FILTER_TOO_COMPLEX", limit=limit)
            return NOTHING
        if not is_object(value):
            self.fault(pointer, "query.node", choices=", ".join(MEMBERS))
            return NOTHING
        names = [name for name in MEMBERS if name in value]
        if len(names) != 1:
            self.fault(
                pointer, "query.node" if not names else "query.oneNode", choices=", ".join(names or MEMBERS)
            )
            return NOTHING
        for extra in value:
            if extra != names[0] and extra not in MEMBERS[names[0]]:
                self.fault(f"{pointer}/{escape_pointer(extra)}", "query.member", name=extra)
        return getattr(self, "_" + names[0])(value, pointer, depth)

    def children(self, value: Any, pointer: str, depth: int) -> tuple[Node, ...]:
        if not is_array(value):
            self.fault(pointer, "query.list")
            return ()
        children: list[Node] = []
        for position, one in enumerate(value):
            if self.nodes > limits.MAX_NODES:
                break
            children.append(self.node(one, f"{pointer}/{position}", depth + 1))
        return tuple(children)

    def _all(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        return All(self.children(value["all"], pointer + "/all", depth))

    def _any(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        children = self.children(value["any"], pointer + "/any", depth)
        least = self.least(value, pointer)
        return AnyOf(children, least) if least else NOTHING

    def least(self, value: Mapping[str, Any], pointer: str) -> int:
        """A number of parts or linked records; 0 for none that makes sense."""
        least = value.get("least", 1)
        if isinstance(least, int) and not isinstance(least, bool) and 1 <= least <= limits.MAX_NODES:
            return least
        self.fault(pointer + "/least", "query.number", low=1, high=limits.MAX_NODES)
        return 0

    def _set(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        return Kept("set", self.text(value["set"], pointer + "/set"))

    def _saved(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        return Kept("saved", self.text(value["saved"], pointer + "/saved"))

    def _inside(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        return Kept("inside", self.text(value["inside"], pointer + "/inside"))

    def _not(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        return Not(self.node(value["not"], pointer + "/not", depth + 1))

    def _field(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        path = self.path(value["field"], pointer + "/field")
        op = self.choice(value.get("op", "eq"), pointer + "/op", OPS)
        fold = self.flag(value.get("fold", True), pointer + "/fold")
        values = self.scalars(value, pointer)
        if op is None:
            return NOTHING
        low, high = ARITY.get(op, (1, 1))
        if not low <= len(values) <= high:
            self.fault(pointer, "query.count", op=op.value, count=low if low == high else f"{low}–{high}")
        return Compare(path, op, values, fold)

    def scalars(self, value: Mapping[str, Any], pointer: str) -> tuple[Scalar, ...]:
        if "value" in value and "values" in value:
            self.fault(pointer, "query.valueOrValues")
        if "value" in value:
            given, places = [value["value"]], [pointer + "/value"]
        else:
            given = self.array(value.get("values", []), pointer + "/values", limits.MAX_VALUES)
            places = [f"{pointer}/values/{position}" for position in range(len(given))]
        return tuple(self.scalar(one, place) for one, place in zip(given, places, strict=True))

    def scalar(self, value: Any, pointer: str) -> Scalar:
        if isinstance(value, str):
            return self.text(value, pointer)
        if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 1 << 63):
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        self.fault(pointer, "query.scalar")
        return ""

    def _words(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        text = self.text(value["words"], pointer + "/words")
        among = self.array(value.get("in", []), pointer + "/in", limits.MAX_FIELDS)
        fields = tuple(self.path(one, f"{pointer}/in/{position}") for position, one in enumerate(among))
        form = self.choice(value.get("form", "all"), pointer + "/form", FORMS)
        return Words(text, fields, form or Form.ALL, self.flag(value.get("fuzzy", False), pointer + "/fuzzy"))

    def _ids(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        given = self.array(value["ids"], pointer + "/ids", limits.MAX_VALUES)
        for position, one in enumerate(given):
            if not isinstance(one, str) or not UUID_FORM.fullmatch(one):
                self.fault(f"{pointer}/ids/{position}", "value.uuid")
        return Ids(tuple(str(one).lower() for one in given))

    def _linked(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        relationship = self.path(value["linked"], pointer + "/linked")
        least = self.least(value, pointer)
        if "where" not in value:
            return Linked(relationship, None, least)
        return Linked(relationship, self.node(value["where"], pointer + "/where", depth + 1), least)

    def _near(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        given = {"lat": (-90, 90), "lon": (-180, 180), "km": (0, 20_100)}
        return Near(*self.numbers(value["near"], pointer + "/near", given))

    def _box(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        given = {"west": (-180, 180), "south": (-90, 90), "east": (-180, 180), "north": (-90, 90)}
        box = Box(*self.numbers(value["box"], pointer + "/box", given))
        if box.south > box.north:
            self.fault(pointer + "/box/south", "query.southNorth")
        return box

    def _age(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        age, pointer = value["age"], pointer + "/age"
        if is_object(age) and set(age) == {"interval"}:
            name = self.text(age["interval"], pointer + "/interval")
            found = self.ages(name)
            if found is None:
                self.fault(pointer + "/interval", "query.interval", "FILTER_SYNTAX", name=name)
            return Aged(*found) if found else NOTHING
        aged = Aged(*self.numbers(age, pointer, {"oldest": (0, 10_000), "youngest": (0, 10_000)}))
        if aged.oldest < aged.youngest:
            self.fault(pointer + "/oldest", "query.oldestYoungest")
        return aged

    def _polygon(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        pointer += "/polygon"
        rings: list[tuple[tuple[float, float], ...]] = []
        corners = 0
        for number, ring in enumerate(self.array(value["polygon"], pointer, limits.MAX_POINTS, least=1)):
            given = self.array(ring, f"{pointer}/{number}", limits.MAX_POINTS, least=4)
            corners += len(given)
            points = [is_point(one) for one in given]
            if None in points:
                self.fault(f"{pointer}/{number}/{points.index(None)}", "query.point")
            elif points and points[0] != points[-1]:
                self.fault(f"{pointer}/{number}", "query.closed")
            rings.append(tuple(point for point in points if point is not None))
        if corners > limits.MAX_POINTS:
            self.fault(pointer, "query.tooMuch", "FILTER_TOO_COMPLEX", limit=limits.MAX_POINTS)
        return Area(tuple(rings))

    def numbers(self, value: Any, pointer: str, given: Mapping[str, tuple[float, float]]) -> list[float]:
        if not is_object(value) or set(value) != set(given):
            self.fault(pointer, "query.members", names=", ".join(given))
            return [0.0] * len(given)
        for name, (low, high) in given.items():
            if not _is_number(value[name]) or not low <= value[name] <= high:
                self.fault(f"{pointer}/{name}", "query.number", low=low, high=high)
        return [float(value[name]) if _is_number(value[name]) else 0.0 for name in given]

    def array(self, value: Any, pointer: str, most: int, least: int = 0) -> list[Any]:
        if not is_array(value) or len(value) < least:
            self.fault(pointer, "query.list")
            return []
        if len(value) > most:
            self.fault(pointer, "query.tooMuch", "FILTER_TOO_COMPLEX", limit=most)
            return []
        return value

    def path(self, value: Any, pointer: str) -> str:
        if not isinstance(value, str) or len(value) > MAX_PATH or not PATH.fullmatch(value):
            self.fault(pointer, "query.path")
            return ""
        return value

    def text(self, value: Any, pointer: str) -> str:
        if not isinstance(value, str) or len(value) > limits.MAX_TEXT or UNSAFE.search(value):
            self.fault(pointer, "query.text", limit=limits.MAX_TEXT)
            return ""
        return value

    def flag(self, value: Any, pointer: str) -> bool:
        if not isinstance(value, bool):
            self.fault(pointer, "query.flag")
        return value is True

    def choice(self, value: Any, pointer: str, choices: Mapping[str, T]) -> T | None:
        found = choices.get(value) if isinstance(value, str) else None
        if found is None:
            self.fault(pointer, "query.choice", choices=", ".join(choices))
        return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15


def is_point(value: Any) -> tuple[float, float] | None:
    """Longitude and latitude, if it is a position on the globe."""
    if not is_array(value) or len(value) < 2 or not (_is_number(value[0]) and _is_number(value[1])):
        return None
    x, y = float(value[0]), float(value[1])
    return (x, y) if abs(x) <= 180 and abs(y) <= 90 else None
