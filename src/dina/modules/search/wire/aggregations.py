"""Aggregations as facets of the engine, and facets as aggregations are answered.

Counts are of records (the root of an index); within `nested` what is included is counted by `terms`, `filter` and
`nested` itself, once for each record that it is included in, as the reference does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dina.base.json import is_object
from dina.modules.search.engine.model import Facet
from dina.modules.search.query.fields import FieldKind
from dina.modules.search.wire import buckets, grids, zones
from dina.modules.search.wire.faults import at, object_at, refused, unsupported, whole_at
from dina.modules.search.wire.naming import INCLUDED_TYPE, Place
from dina.modules.search.wire.parts import (
    MAX_SIZE,
    Aggregation,
    Answers,
    childless,
    facets_of,
    paths_of,
    single,
    size_of,
    told,
)
from dina.modules.search.wire.query import read as read_query

MAX_DEPTH = 6
MAX_AGGREGATIONS = 50
INTERVALS = {"year": "year", "1y": "year", "month": "month", "1M": "month", "day": "day", "1d": "day"}
Handler = Callable[[str, Mapping[str, Any], str, Place, tuple[Aggregation, ...]], Aggregation]


def read(value: Any, pointer: str, place: Place, depth: int = 0) -> tuple[Aggregation, ...]:
    """The aggregations of an object by name; `kind#name` is `name`. Raises Problem."""
    if depth > MAX_DEPTH:
        raise refused(pointer, "query.tooMuch", "FILTER_TOO_COMPLEX", limit=MAX_DEPTH)
    given = object_at(value, pointer)
    if len(given) > MAX_AGGREGATIONS:
        raise refused(pointer, "query.tooMuch", "FILTER_TOO_COMPLEX", limit=MAX_AGGREGATIONS)
    return tuple(
        one(name.rpartition("#")[2], part, at(pointer, name), place, depth) for name, part in given.items()
    )


def one(name: str, value: Any, pointer: str, place: Place, depth: int) -> Aggregation:
    given = object_at(value, pointer)
    kinds = [key for key in given if key not in ("aggs", "aggregations", "meta")]
    if len(kinds) != 1:
        raise refused(pointer, "wire.one", "MALFORMED_DOCUMENT", names=", ".join(kinds)[:200] or "–")
    kind = kinds[0]
    inner_key = "aggs" if "aggs" in given else "aggregations"
    inner, inside = given.get(inner_key, {}), at(pointer, inner_key)
    part, pointed = given[kind], at(pointer, kind)
    if kind == "nested":
        if object_at(part, pointed, {"path"}).get("path") != "included" or place.link:
            raise unsupported(at(pointed, "path"), f"nested {part.get('path')}"[:100])
        within_ = replace(place, nested=True)
        return passed(name, read(inner, inside, within_, depth + 1), within_)
    if kind == "filter":
        return filtered(name, part, pointed, inner, inside, place, depth)
    handler = KINDS.get(kind)
    if handler is None:
        raise unsupported(pointed, kind)
    return handler(name, object_at(part, pointed), pointed, place, read(inner, inside, place, depth + 1))


def passed(name: str, inner: tuple[Aggregation, ...], place: Place) -> Aggregation:
    """An aggregation that only holds others; it counts what is included by the links there are."""
    own = Facet(f"{name}/", "links", fields=tuple(link for link, _ in place.links))
    facets = tuple(replace(facet, name=f"{name}/{facet.name}") for one in inner for facet in one.facets)

    def answer(found: Answers, count: int) -> dict[str, Any]:
        number = found[own.name]["count"]
        return {"doc_count": number, **told(inner, within(found, name), number)}

    return Aggregation(name, (own, *facets), answer)


def within(found: Answers, name: str) -> Answers:
    return {key[len(name) + 1 :]: one for key, one in found.items() if key.startswith(name + "/")}


def filtered(
    name: str, part: Any, pointed: str, inner: Any, inside: str, place: Place, depth: int
) -> Aggregation:
    """A filter by any query; one that only names `included.type` says which linked records are meant."""
    types = types_named(part)
    if types is not None:
        narrow = replace(place, links=tuple(one for one in place.links if one[1] in types))
        return passed(name, read(inner, inside, narrow, depth + 1), narrow)
    where = read_query(part, pointed, place)
    parts = read(inner, inside, place, depth + 1)
    facet = Facet(name, "filter", where=where, facets=facets_of(parts))

    def answer(found: Answers, count: int) -> dict[str, Any]:
        own = found[name]
        return {"doc_count": own["count"], **told(parts, own["facets"], own["count"])}

    return Aggregation(name, (facet,), answer)


def types_named(value: Any) -> set[str] | None:
    """The types of a filter that names nothing but `included.type`; None for any other."""
    if not is_object(value) or len(value) != 1:
        return None
    kind, part = next(iter(value.items()))
    if kind == "bool" and is_object(part) and len(part) == 1:
        clause, inner = next(iter(part.items()))
        inner = inner if isinstance(inner, list) else [inner]
        return types_named(inner[0]) if clause in ("must", "filter") and len(inner) == 1 else None
    if kind not in ("term", "terms", "match") or not is_object(part) or set(part) != {INCLUDED_TYPE}:
        return None
    given = part[INCLUDED_TYPE]
    if is_object(given):
        given = given.get("value", given.get("query"))
    return {str(one) for one in (given if isinstance(given, list) else [given])}


def _terms(name: str, given: Mapping[str, Any], pointer: str, place: Place, inner: tuple[Aggregation, ...]) -> Aggregation:  # fmt: skip
    object_at(
        given,
        pointer,
        {"field", "size", "include", "order", "min_doc_count", "shard_size", "show_term_doc_count_error"},
    )
    size = size_of(given, pointer)
    chosen = buckets.chosen(given.get("include"), at(pointer, "include"))
    order = buckets.order_of(given.get("order"), at(pointer, "order"))
    paths = paths_of(given, pointer, place)
    links = {
        path: link
        for path in paths
        for link, _ in sorted(place.links, key=lambda one: len(one[0]))
        if place.nested and path.startswith(link + ".")
    }
    if inner and len(paths) > 1:
        raise refused(at(pointer, "field"), "wire.manyLinks", name=str(given.get("field")))
    asked = MAX_SIZE if chosen or order != buckets.BY_COUNT else size
    facets = tuple(
        Facet(f"{name}~{number}", "terms", path, asked, facets=facets_of(inner), link=links.get(path, ""))
        for number, path in enumerate(paths)
    )

    def answer(found: Answers, count: int) -> dict[str, Any]:
        made = buckets.merged([found[facet.name]["buckets"] for facet in facets])
        kept = [one for one in made if chosen is None or chosen(str(one["value"]))]
        kept.sort(key=order)
        out = [
            {
                "key": one["value"],
                "doc_count": one["count"],
                **told(inner, one.get("facets", {}), one["count"]),
            }
            for one in kept[:size]
        ]
        rest = sum(one["count"] for one in kept[size:])
        return {"doc_count_error_upper_bound": 0, "sum_other_doc_count": rest, "buckets": out}

    return Aggregation(name, facets, answer)


def _cardinality(name: str, given: Mapping[str, Any], pointer: str, place: Place, inner: tuple[Aggregation, ...]) -> Aggregation:  # fmt: skip
    object_at(given, pointer, {"field", "precision_threshold"})
    childless(inner, pointer)
    facet = Facet(name, "cardinality", single(given, pointer, place))
    return Aggregation(name, (facet,), lambda found, count: {"value": found[name]["value"]})


def _date_histogram(name: str, given: Mapping[str, Any], pointer: str, place: Place, inner: tuple[Aggregation, ...]) -> Aggregation:  # fmt: skip
    object_at(
        given,
        pointer,
        {"field", "calendar_interval", "interval", "format", "min_doc_count", "time_zone", "order"},
    )
    childless(inner, pointer)
    key = "calendar_interval" if "calendar_interval" in given else "interval"
    interval = INTERVALS.get(str(given.get(key)))
    if interval is None:
        raise unsupported(at(pointer, key), f"{key} {given.get(key)}"[:100])
    form = given.get("format")
    if form is not None and form not in buckets.FORMATS:
        raise unsupported(at(pointer, "format"), str(form)[:100])
    least = whole_at(given.get("min_doc_count", 0), at(pointer, "min_doc_count"), 0, 1 << 30)
    path = single(given, pointer, place)
    if place.fields.kind(path) not in (FieldKind.DATE, FieldKind.DATETIME):
        raise refused(at(pointer, "field"), "query.value.date", field=path, value=path)
    zone = zones.name_of(zones.zone_of(given.get("time_zone"), at(pointer, "time_zone")))
    facet = Facet(name, "date_histogram", path, interval=interval, zone=zone)
    return Aggregation(
        name,
        (facet,),
        lambda found, count: {"buckets": buckets.periods(found[name]["buckets"], interval, form, least)},
    )


KINDS: Mapping[str, Handler] = {
    "terms": _terms,
    "cardinality": _cardinality,
    "date_histogram": _date_histogram,
    "geo_centroid": grids.geo_centroid,
    "geotile_grid": grids.geotile_grid,
    "composite": grids.composite,
}
