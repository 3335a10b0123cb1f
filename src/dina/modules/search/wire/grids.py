"""Aggregations by place, and by several fields at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dina.base.json import is_object
from dina.modules.search.engine.model import Facet
from dina.modules.search.query.fields import FieldKind
from dina.modules.search.query.tree import Node
from dina.modules.search.query.values import scalar
from dina.modules.search.wire import buckets
from dina.modules.search.wire.faults import at, list_at, object_at, refused, text_at, unsupported, whole_at
from dina.modules.search.wire.naming import Place
from dina.modules.search.wire.parts import (
    Aggregation,
    Answers,
    childless,
    facets_of,
    single,
    size_of,
    told,
)
from dina.modules.search.wire.shapes import envelope

MAX_SOURCES = 3


def geo_centroid(name: str, given: Mapping[str, Any], pointer: str, place: Place, inner: tuple[Aggregation, ...]) -> Aggregation:  # fmt: skip
    object_at(given, pointer, {"field"})
    childless(inner, pointer)
    single(given, pointer, place, FieldKind.POINT)
    return Aggregation(name, (Facet(name, "centroid"),), lambda found, count: centroid(found[name]))


def centroid(found: Mapping[str, Any]) -> dict[str, Any]:
    where = found.get("centroid")
    return {
        "count": found["count"],
        **({"location": {"lat": where["lat"], "lon": where["lon"]}} if where else {}),
    }


def geotile_grid(name: str, given: Mapping[str, Any], pointer: str, place: Place, inner: tuple[Aggregation, ...]) -> Aggregation:  # fmt: skip
    object_at(given, pointer, {"field", "precision", "size", "shard_size", "bounds"})
    single(given, pointer, place, FieldKind.POINT)
    where: Node | None = None
    if given.get("bounds") is not None:
        inside = at(pointer, "bounds")
        bounds = object_at(given["bounds"], inside, {"top_left", "bottom_right"})
        where = envelope(
            [buckets.position(bounds.get("top_left")), buckets.position(bounds.get("bottom_right"))], inside
        )
    if any(facet.kind != "centroid" for facet in facets_of(inner)):
        raise unsupported(pointer, "aggregations in geotile_grid other than geo_centroid")
    precision = whole_at(given.get("precision", 7), at(pointer, "precision"), 0, 29)
    size = min(whole_at(given.get("size", 10_000), at(pointer, "size"), 1, 1 << 30), 10_000)
    facet = Facet(name, "tiles", size=size, precision=precision, where=where)

    def answer(found: Answers, count: int) -> dict[str, Any]:
        out = []
        for tile in found[name]["buckets"]:
            own = {"count": tile["count"], "centroid": {"lat": tile["lat"], "lon": tile["lon"]}}
            inside = {one.name: centroid(own) for one in inner}
            out.append({"key": tile["value"], "doc_count": tile["count"], **inside})
        return {"buckets": out}

    return Aggregation(name, (facet,), answer)


def composite(name: str, given: Mapping[str, Any], pointer: str, place: Place, inner: tuple[Aggregation, ...]) -> Aggregation:  # fmt: skip
    """Buckets by several fields at once in the order of their keys, page by page to the last."""
    object_at(given, pointer, {"sources", "size", "after"})
    inside = at(pointer, "sources")
    sources = list_at(given.get("sources"), inside, MAX_SOURCES)
    if not sources:
        raise refused(inside, "query.list", "MALFORMED_DOCUMENT")
    names: list[str] = []
    paths: list[str] = []
    for position, source in enumerate(sources):
        place_of = at(inside, position)
        (key, value), *more = object_at(source, place_of).items() or [("", None)]
        if more or not is_object(value) or set(value) != {"terms"}:
            raise unsupported(place_of, "composite source other than terms")
        part = at(at(place_of, key), "terms")
        options = object_at(value["terms"], part, {"field", "order", "missing_bucket"})
        if options.get("order", "asc") != "asc" or options.get("missing_bucket", False) is not False:
            raise unsupported(part, "order, missing_bucket")
        names.append(key)
        paths.append(single(options, part, place))
    pointed = at(pointer, "after")
    after = object_at(given.get("after", {}), pointed)
    if after and set(after) != set(names):
        raise refused(pointed, "query.members", names=", ".join(names))
    begin = tuple(
        after_key(after[key], path, at(pointed, key), place)
        for key, path in zip(names, paths, strict=True)
        if after
    )
    facet = Facet(
        name,
        "combinations",
        size=size_of(given, pointer),
        facets=facets_of(inner),
        fields=tuple(paths),
        after=begin,
    )

    def answer(found: Answers, count: int) -> dict[str, Any]:
        out = [
            {
                "key": dict(zip(names, one["values"], strict=True)), "doc_count": one["count"],
                **told(inner, one["facets"], one["count"]),
            }
            for one in found[name]["buckets"]
        ]  # fmt: skip
        return {**({"after_key": out[-1]["key"]} if out else {}), "buckets": out}

    return Aggregation(name, (facet,), answer)


def after_key(value: Any, path: str, pointer: str, place: Place) -> str:
    """A key after which to go on; of a number field a number. Raises Problem."""
    text = text_at(value, pointer)
    if place.fields.kind(path) is FieldKind.NUMBER and isinstance(scalar(text, FieldKind.NUMBER), str):
        raise refused(pointer, "query.value.number", field=path, value=text)
    return text
