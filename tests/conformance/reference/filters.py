"""Simple filters, FIQL and RSQL, evaluated naively over rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.conformance.reference.exchange import Ask, Refusal
from tests.conformance.reference.world import KINDS, OTHERS, Kind, Row, World

Test = Callable[[Row], bool]
OPERATORS = {"EQ", "NEQ", "GT", "GOE", "LT", "LOE", "LIKE", "ILIKE", "IN"}
FIQL = {
    "==": "EQ",
    "!=": "NEQ",
    "=gt=": "GT",
    "=ge=": "GOE",
    "=lt=": "LT",
    "=le=": "LOE",
    "=in=": "IN",
    "=out=": "NIN",
}
RSQL = {**FIQL, ">=": "GOE", "<=": "LOE", ">": "GT", "<": "LT"}
TOKEN = re.compile(r"\s*(?:(?P<sign>[();,])|(?P<word>and|or)\b)")
PATH = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(=[a-z]+=|==|!=|>=|<=|>|<)\s*")


@dataclass(frozen=True)
class Field:
    """Where a path leads: its kind, and how to get its values from a row."""

    kind: str
    values: Callable[[Row], list[Any]]


def field_of(world: World, kind: Kind, path: str, parameter: str) -> Field:
    head, _, rest = path.partition(".")
    if path in ("id", "uuid"):
        return Field("id", lambda row: [row.id])
    if head in kind.relationships and rest:
        target, _, external = kind.relationships[head]
        if rest in ("id", "uuid"):
            return Field("id", lambda row: [link["id"] for link in linkage(row, head)])
        if external:
            raise Refusal(400, "UNKNOWN_ATTRIBUTE", path, parameter=parameter)
        inner = field_of(world, KINDS[target], rest, parameter)
        return Field(
            inner.kind,
            lambda row: [v for i in linkage(row, head) for v in inner.values(world.rows[target, i["id"]])],
        )
    kinds = {**kind.attributes, **OTHERS}
    if head in kinds and rest and kinds[head] in ("map", "object"):
        return Field("text", lambda row: [(row.value(head) or {}).get(rest)])
    if path in kinds:
        return Field(kinds[path], lambda row: [row.value(path)])
    raise Refusal(400, "UNKNOWN_ATTRIBUTE", path, parameter=parameter)


def linkage(row: Row, name: str) -> list[dict[str, str]]:
    found = row.links.get(name)
    return found if isinstance(found, list) else [found] if found else []


def typed(kind: str, text: str, parameter: str) -> Any:
    try:
        match kind:
            case "number":
                return int(text)
            case "date":
                return datetime.strptime(text, "%Y-%m-%d").date().isoformat()
            case "datetime":
                found = datetime.fromisoformat(text)
                return found if found.tzinfo else found.replace(tzinfo=UTC)
            case _:
                return text
    except ValueError:
        raise Refusal(400, "BAD_PARAMETER", f"not a {kind}: {text}", parameter=parameter) from None


def pattern(text: str, *, case: bool) -> Callable[[Any], bool]:
    body = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in text)
    found = re.compile(body, re.S | (0 if case else re.I))
    return lambda value: isinstance(value, str) and found.fullmatch(value) is not None


def wildcard(text: str) -> Callable[[Any], bool]:
    """FIQL's `*`; a star with a backslash before it is a star."""
    body, stars = "", False
    for part in re.findall(r"\\.|[^\\]", text, re.S):
        stars |= part == "*"
        body += ".*" if part == "*" else re.escape(part[1:] if part.startswith("\\") else part)
    found = re.compile(body, re.S | (re.I if stars else 0))
    return lambda value: isinstance(value, str) and found.fullmatch(value) is not None


def compare(field: Field, operator: str, texts: list[str | None], parameter: str) -> Test:
    """None in `texts` is null."""
    orders: dict[str, Callable[[Any, Any], bool]] = {
        "GT": lambda a, b: a > b, "GOE": lambda a, b: a >= b, "LT": lambda a, b: a < b, "LOE": lambda a, b: a <= b,
    }  # fmt: skip
    if operator in orders:
        if len(texts) != 1 or texts[0] is None:
            raise Refusal(400, "BAD_PARAMETER", "one value", parameter=parameter)
        bound, order = typed(field.kind, texts[0], parameter), orders[operator]
        return lambda row: any(v is not None and order(v, bound) for v in field.values(row))
    if operator in ("LIKE", "ILIKE"):
        tests = [pattern(t or "", case=operator == "LIKE") for t in texts]
        return lambda row: any(test(v) for test in tests for v in field.values(row))
    wanted = [None if t is None else typed(field.kind, t, parameter) for t in texts]
    if operator in ("NEQ", "NIN"):
        if wanted == [None]:
            return lambda row: any(v is not None for v in field.values(row))
        return lambda row: any(v is not None and v not in wanted for v in field.values(row))
    return lambda row: any(v in wanted for v in field.values(row) or [None])


def split_values(text: str) -> list[str | None]:
    found: list[str | None] = []
    for quoted, plain in re.findall(
        r'"((?:\\.|[^"\\])*)"(?:,|$)|([^,]*)(?:,|$)', text + ("" if text else ",")
    ):
        if quoted:
            found.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            found.append(None if plain.lower() == "null" else plain)
    if len(found) > 1 and not text.endswith(","):
        found = found[:-1] if found[-1] == "" else found
    return found


def simple(world: World, kind: Kind, name: str, value: str) -> Test:
    parts = re.fullmatch(r"filter\[([\w.]+)\](?:\[(\w+)\])?", name)
    operator = (parts[2] or "EQ").upper() if parts else ""
    if not parts or operator not in OPERATORS:
        raise Refusal(400, "FILTER_SYNTAX", name, parameter=name)
    return compare(field_of(world, kind, parts[1], name), operator, split_values(value), name)


class Expression:
    """A FIQL or RSQL expression being read."""

    def __init__(self, world: World, kind: Kind, text: str, parameter: str, rsql: bool) -> None:
        self.world, self.kind, self.text, self.parameter, self.rsql = world, kind, text, parameter, rsql
        self.place = 0

    def whole(self) -> Test:
        test = self.either()
        if self.text[self.place :].strip():
            self.wrong()
        return test

    def wrong(self) -> None:
        raise Refusal(400, "FILTER_SYNTAX", f"at {self.place}", parameter=self.parameter)

    def take(self, *signs: str) -> bool:
        found = TOKEN.match(self.text, self.place)
        if found and (found["sign"] in signs or (self.rsql and found["word"] in signs)):
            self.place = found.end()
            return True
        return False

    def either(self) -> Test:
        tests = [self.both()]
        while self.take(",", "or"):
            tests.append(self.both())
        return lambda row: any(test(row) for test in tests)

    def both(self) -> Test:
        tests = [self.term()]
        while self.take(";", "and"):
            tests.append(self.term())
        return lambda row: all(test(row) for test in tests)

    def term(self) -> Test:
        if self.take("("):
            test = self.either()
            if not self.take(")"):
                self.wrong()
            return test
        found = PATH.match(self.text, self.place)
        operators = RSQL if self.rsql else FIQL
        if not found or found[2] not in operators:
            self.wrong()
        assert found is not None
        self.place = found.end()
        field, operator = field_of(self.world, self.kind, found[1], self.parameter), operators[found[2]]
        if operator in ("IN", "NIN"):
            return compare(field, operator, [plain(v) for v in self.group()], self.parameter)
        value = self.value()
        if value == "null":
            return compare(field, operator, [None], self.parameter)
        if field.kind == "text" and operator in ("EQ", "NEQ"):
            test = wildcard(value)
            if operator == "EQ":
                return lambda row: any(test(v) for v in field.values(row))
            return lambda row: any(v is not None and not test(v) for v in field.values(row))
        return compare(field, operator, [plain(value)], self.parameter)

    def group(self) -> list[str]:
        if not self.take("("):
            self.wrong()
        found = [self.value()]
        while self.take(","):
            found.append(self.value())
        if not self.take(")"):
            self.wrong()
        return found

    def value(self) -> str:
        """The value, its backslashes kept."""
        quoted = re.compile(r"\s*(['\"])((?:\\.|(?!\1).)*)\1", re.S).match(self.text, self.place)
        if quoted:
            self.place = quoted.end()
            return quoted[2]
        stop = r"[^,;()\\\s]|\s+(?!(?:and|or)\s)" if self.rsql else r"[^,;()\\]"
        found = re.compile(rf"(?:\\.|{stop})+", re.S).match(self.text, self.place)
        if not found:
            self.wrong()
        assert found is not None
        self.place = found.end()
        return found[0]


def plain(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value)


def tests_of(world: World, kind: Kind, ask: Ask) -> list[Test]:
    found: list[Test] = []
    for name, value in ask.query:
        if name in ("fiql", "filter[fiql]", "filter[rsql]"):
            if value:
                found.append(Expression(world, kind, value, name, name == "filter[rsql]").whole())
        elif name.startswith("filter["):
            found.append(simple(world, kind, name, value))
    return found


def ordered(world: World, kind: Kind, rows: list[Row], sort: str) -> list[Row]:
    """By the fields given, then by id; nulls last, text without case."""
    rows = sorted(rows, key=lambda row: row.id)
    for name in reversed(sort.split(",")):
        path = name.removeprefix("-")
        head = path.split(".")[0]
        if not path or (head in kind.relationships and kind.relationships[head][1]):
            raise Refusal(400, "UNKNOWN_ATTRIBUTE", path, parameter="sort")
        field = field_of(world, kind, path, "sort")

        def value(row: Row, field: Field = field) -> Any:
            return next(iter(field.values(row)), None)

        there = [row for row in rows if value(row) is not None]
        there.sort(key=lambda row: fold(value(row)), reverse=name.startswith("-"))
        rows = [*there, *(row for row in rows if value(row) is None)]
    return rows


def fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
