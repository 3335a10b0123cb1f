"""The query parameters of a read: from pairs to a plan (api.md §5 to §10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from dina.base.errors import Error, Problem
from dina.base.http.request import Request
from dina.base.jsonapi.filters import (
    FilterSyntax,
    Node,
    conjunction,
    count_comparisons,
    depth,
    parse_fiql,
    parse_simple,
)
from dina.base.jsonapi.plan import Living
from dina.base.jsonapi.query import Page, read_page, split_query
from dina.base.jsonapi.resolve import (
    Types,
    resolve_fields,
    resolve_filter,
    resolve_include,
    resolve_sort,
)
from dina.base.resource import ResourceType
from dina.base.text import LANGUAGES

MAX_COMPARISONS = 50
MAX_DEPTH = 10
BRACKETED = re.compile(r"(fields|optfields|optFields)\[([A-Za-z0-9-]+)\]")


@dataclass(slots=True)
class Asked:
    """What the query string asks, read and resolved; `values` go into a Plan."""

    tree: Any = None
    sort: tuple[Any, ...] = ()
    sort_names: list[str] = field(default_factory=list[str])
    page: Page = field(default_factory=Page)
    include: tuple[tuple[str, ...], ...] | None = None
    fields: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    optional: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    living: Living = Living.ALIVE
    language: str | None = None
    purge: bool = False
    pairs: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    warnings: dict[str, Any] = field(default_factory=dict[str, Any])
    extra: dict[str, str] = field(default_factory=dict[str, str])


LIST = frozenset({"filter", "sort", "page", "include", "fields", "deleted"})
SINGLE = frozenset({"include", "fields", "deleted"})
COUNT = frozenset({"filter", "deleted"})
TABLE = frozenset({"filter", "sort"})
WRITE = frozenset({"include", "fields"})
DELETE = frozenset({"purge"})
NONE: frozenset[str] = frozenset()


def ask(
    types: Types,
    resource: ResourceType | None,
    query: bytes,
    allowed: frozenset[str],
    extra: frozenset[str] = NONE,
) -> Asked:
    """Read a query string. All problems are collected and raised together."""
    asked = Asked(pairs=split_query(query))
    reader = _Reader(types, resource, allowed, extra, asked)
    for name, value in asked.pairs:
        try:
            reader.read(name, value)
        except Problem as problem:
            reader.errors += problem.errors
    return reader.finish()


class _Reader:
    def __init__(
        self,
        types: Types,
        resource: ResourceType | None,
        allowed: frozenset[str],
        extra: frozenset[str],
        asked: Asked,
    ) -> None:
        self.types = types
        self.resource = resource
        self.allowed = allowed
        self.extra = extra
        self.asked = asked
        self.errors: list[Error] = []
        self.filters: list[Node] = []
        self.page: dict[str, str] = {}

    def read(self, name: str, value: str) -> None:
        asked = self.asked
        if name in self.extra:
            asked.extra[name] = value
        elif name in ("lang", "language", "dina[language]"):
            self.language(value)
        elif name.startswith("filter") and "filter" in self.allowed:
            self.filter(name, value)
        elif name == "fiql" and "filter" in self.allowed:
            self.expression(name, value, rsql=False)
        elif name == "sort" and "sort" in self.allowed:
            assert self.resource is not None
            asked.sort, passed = resolve_sort(self.types, self.resource, value)
            asked.sort_names = [part.strip() for part in value.split(",") if part not in passed]
            if passed:
                asked.warnings["sort"] = (
                    f"{', '.join(passed)}: this type has no such time; the order is unchanged"
                )
        elif name in ("page[limit]", "page[offset]", "page[after]") and "page" in self.allowed:
            self.page[name] = value
        elif name == "include" and "include" in self.allowed:
            assert self.resource is not None
            asked.include = resolve_include(self.types, self.resource, value)
        elif (match := BRACKETED.fullmatch(name)) and "fields" in self.allowed:
            self.fields(name, match[1], match[2], value)
        elif name in ("deleted", "dina[deleted]") and "deleted" in self.allowed:
            asked.living = Living.DELETED if self.boolean(name, value) else Living.ALIVE
        elif name == "purge" and "purge" in self.allowed:
            asked.purge = self.boolean(name, value)
        else:
            raise Problem(Error("UNKNOWN_PARAMETER", values={"name": name}, parameter=name))

    @staticmethod
    def boolean(name: str, value: str) -> bool:
        if value.lower() not in ("true", "false"):
            raise Problem(Error("BAD_PARAMETER", key="filter.value.boolean", parameter=name))
        return value.lower() == "true"

    def language(self, value: str) -> None:
        code = value.strip().lower()[:2]
        if code in LANGUAGES:
            if self.asked.language is None or "language" not in self.asked.warnings:
                self.asked.language = code
        else:
            self.asked.warnings["language"] = f"{value}: not supported; supported are {', '.join(LANGUAGES)}"

    def filter(self, name: str, value: str) -> None:
        if name in ("filter[rsql]", "filter[fiql]"):
            self.expression(name, value, rsql=name == "filter[rsql]")
            return
        try:
            self.filters.append(parse_simple(name, value))
        except FilterSyntax as fault:
            raise self.syntax(name, fault) from None

    def expression(self, name: str, value: str, *, rsql: bool) -> None:
        try:
            node = parse_fiql(value, name, rsql=rsql)
        except FilterSyntax as fault:
            raise self.syntax(name, fault) from None
        if node is not None:
            self.filters.append(node)

    @staticmethod
    def syntax(name: str, fault: FilterSyntax) -> Problem:
        return Problem(
            Error(
                "FILTER_SYNTAX",
                values={"reason": str(fault), "position": fault.position + 1},
                parameter=name,
                meta={"position": fault.position},
            )
        )

    def fields(self, name: str, kind: str, type_name: str, value: str) -> None:
        names = value.split(",")
        if kind == "fields":
            self.asked.fields[type_name] = resolve_fields(self.types, name, type_name, names)
            return
        resource = self.types.get(type_name)
        wanted = {n.strip() for n in names if n.strip()}
        known = {n for n in wanted if resource is not None and n in resource.attributes}
        if wanted - known:
            self.asked.warnings["optfields"] = f"unknown: {', '.join(sorted(wanted - known))}"
        self.asked.optional[type_name] = frozenset(known)

    def finish(self) -> Asked:
        try:
            self.asked.page = read_page(self.page)
        except Problem as problem:
            self.errors += problem.errors
        whole = conjunction(self.filters)
        if whole is not None and not self.errors:
            self.resolve(whole)
        if self.errors:
            raise Problem(self.errors)
        return self.asked

    def resolve(self, whole: Node) -> None:
        if count_comparisons(whole) > MAX_COMPARISONS or depth(whole) > MAX_DEPTH + 1:
            self.errors.append(
                Error(
                    "FILTER_TOO_COMPLEX",
                    values={"comparisons": MAX_COMPARISONS, "depth": MAX_DEPTH},
                    parameter="filter",
                )
            )
            return
        assert self.resource is not None
        try:
            self.asked.tree = resolve_filter(self.types, self.resource, whole)
        except Problem as problem:
            self.errors += problem.errors


def warnings_of(request: Request, asked: Asked) -> Mapping[str, Any]:
    return {**request.warnings, **asked.warnings}


__all__ = ["Asked", "ask", "orjson", "warnings_of"]
