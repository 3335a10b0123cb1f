"""What is asked of the engine, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.modules.search.query.tree import EVERYTHING, Node

SCORE = "_score"
EXACT_UP_TO = 100_000
"""Totals up to this are exact; beyond, `Found.exact` is False unless an exact one was asked for."""


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of an order: a field, or `_score` for relevance. Records without a value come last."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A summary of the records found.

    `kind`: `terms` (the most frequent values of a field), `cardinality` (how many values), `date_histogram`
    (`interval` year, decade, century, month or day), `range` (numbers between `bounds`), `tiles` (counts by map
    tile at zoom `precision`), `centroid`, or `filter` (those that meet `where`, with `facets` over them).
    `where` narrows every kind. `prefix` keeps values that begin so, folded. Moments belong to days in `zone`.
    With `link` not records but what they are linked with by it is counted (`terms`; `links` counts them alone).
    `places` are the storage places that the records lie in, with what is in those
    whose ids `fields` has and in all around them.
    `combinations` are the values of several `fields` that occur together, in their order, `after` others.
    """

    name: str
    kind: str = "terms"
    field: str = ""
    size: int = 20
    interval: str = "year"
    precision: int = 6
    bounds: tuple[float, ...] = ()
    where: Node | None = None
    prefix: str = ""
    facets: tuple[Facet, ...] = ()
    zone: str = "UTC"
    link: str = ""
    fields: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """A search of one type or several, by one tree or one for each. `after` is the cursor of an earlier answer; else `offset` counts.

    `fields` are the paths that hits tell (empty: the whole document). `exact_total`: count to the end.
    """

    type: str | tuple[str, ...]
    tree: Node | Mapping[str, Node] = EVERYTHING
    sort: tuple[Sort, ...] = ()
    limit: int = 20
    offset: int = 0
    after: str | None = None
    fields: tuple[str, ...] = ()
    facets: tuple[Facet, ...] = ()
    highlight: bool = False
    exact_total: bool = False

    @property
    def types(self) -> tuple[str, ...]:
        return (self.type,) if isinstance(self.type, str) else self.type


@dataclass(slots=True)
class Hit:
    """One record found: its document as `{data, included}`, why (`highlight`: field -> pieces of text)."""

    type: str
    id: str
    score: float
    document: dict[str, Any]
    sort: list[Any] = field(default_factory=list[Any])
    highlight: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


@dataclass(slots=True)
class Found:
    """What was found: `total` is a lower bound where it is not `exact`; `next` the cursor of the next page.

    A facet of `terms` is `{"buckets": [{"value", "count"}], "other", "exact"}`.
    """

    total: int
    exact: bool
    hits: list[Hit]
    facets: Mapping[str, Any] = field(default_factory=dict[str, Any])
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value that completes what was begun, and how many records hold it."""

    field: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Values that are probably meant to be the same, the most frequent first."""

    key: str
    values: tuple[tuple[str, int], ...]
