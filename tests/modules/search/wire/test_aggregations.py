"""Aggregations of the wire: what is asked of the engine, and the shape of what is answered."""

from __future__ import annotations

from typing import Any

from dina.modules.search.engine.model import Facet, Found
from dina.modules.search.query.tree import Box, Compare, Op
from dina.modules.search.wire import answering, asking
from dina.modules.search.wire.indexes import indexes
from tests.modules.search.query.documents import SAMPLE

INDEX = indexes()["dina_material_sample_index"]
NAME = "data.attributes.materialSampleName"
TYPE = "organism.determination.typeStatus"


def told(body: dict[str, Any], facets: dict[str, Any], total: int = 100) -> dict[str, Any]:
    """The aggregations of an answer in which the engine found these facets."""
    asked = asking.read(body, INDEX, SAMPLE)
    return answering.answer([(asked, Found(total, True, [], facets))], 1)["aggregations"]


def only_included(type_: str, inner: dict[str, Any]) -> dict[str, Any]:
    """As clients ask for values of included records."""
    return {
        "nested": {"path": "included"},
        "aggs": {
            "kept": {"filter": {"bool": {"filter": [{"term": {"included.type": type_}}]}}, "aggs": inner}
        },
    }


def test_terms_of_the_record() -> None:
    body = {"aggs": {"sterms#by": {"terms": {"field": "data.attributes.barcode.keyword", "size": 2}}}}
    assert asking.read(body, INDEX, SAMPLE).search.facets == (Facet("by~0", "terms", "barcode", 2),)
    buckets = [{"value": "a", "count": 9}, {"value": "b", "count": 5}]
    assert told(body, {"by~0": {"buckets": buckets}}) == {
        "by": {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": 0,
            "buckets": [{"key": "a", "doc_count": 9}, {"key": "b", "doc_count": 5}],
        }
    }


def test_terms_of_included_records_that_a_pattern_keeps() -> None:
    inner = {
        "t": {
            "terms": {
                "field": "included.attributes.determination.typeStatus.keyword",
                "include": ".*[hH][oO].*",
            }
        }
    }
    body = {"aggregations": {"n": only_included("organism", inner)}}
    facets = asking.read(body, INDEX, SAMPLE).search.facets
    whole, kept, terms = facets
    assert (whole.kind, whole.name, "collectingEvent" in whole.fields) == ("links", "n/", True)
    assert (kept.kind, kept.name, kept.fields) == ("links", "n/kept/", ("organism",))
    assert terms == Facet("n/kept/t~0", "terms", TYPE, 1000, link="organism")
    buckets = [{"value": "Holotype", "count": 3}, {"value": "Isotype", "count": 2}]
    found = {"n/": {"count": 70}, "n/kept/": {"count": 40}, "n/kept/t~0": {"buckets": buckets}}
    made = told(body, found)["n"]
    assert (made["doc_count"], made["kept"]["doc_count"]) == (70, 40)
    assert made["kept"]["t"]["buckets"] == [{"key": "Holotype", "doc_count": 3}]


def test_a_filter_with_aggregations_in_it() -> None:
    body = {
        "aggs": {
            "f": {
                "filter": {"exists": {"field": "data.attributes.barcode"}},
                "aggs": {"c": {"cardinality": {"field": "data.attributes.barcode.keyword"}}},
            }
        }
    }
    (facet,) = asking.read(body, INDEX, SAMPLE).search.facets
    assert (facet.kind, facet.where) == ("filter", Compare("barcode", Op.EXISTS))
    assert facet.facets == (Facet("c", "cardinality", "barcode"),)
    assert told(body, {"f": {"count": 4, "facets": {"c": {"value": 2}}}}) == {
        "f": {"doc_count": 4, "c": {"value": 2}}
    }


def test_aggregations_in_terms() -> None:
    inner = {"c": {"cardinality": {"field": NAME}}}
    body = {"aggs": {"t": {"terms": {"field": "data.attributes.tags"}, "aggs": inner}}}
    found = {"t~0": {"buckets": [{"value": "red", "count": 2, "facets": {"c": {"value": 1}}}]}}
    assert told(body, found)["t"]["buckets"] == [{"key": "red", "doc_count": 2, "c": {"value": 1}}]


def test_a_date_histogram_has_its_empty_buckets() -> None:
    body = {"aggs": {"h": {"date_histogram": {"field": "data.attributes.preparationDate", "calendar_interval": "year", "format": "yyyy"}}}}  # fmt: skip
    found = {"h": {"buckets": [{"value": "1969", "count": 2}, {"value": "1971", "count": 1}]}}
    assert told(body, found)["h"]["buckets"] == [
        {"key_as_string": "1969", "key": -31_536_000_000, "doc_count": 2},
        {"key_as_string": "1970", "key": 0, "doc_count": 0},
        {"key_as_string": "1971", "key": 31_536_000_000, "doc_count": 1},
    ]
    body["aggs"]["h"]["date_histogram"]["min_doc_count"] = 1
    assert len(told(body, found)["h"]["buckets"]) == 2


def test_a_map_of_tiles_with_the_middle_of_each() -> None:
    geom = "included.attributes.eventGeom"
    inner = {"middle": {"geo_centroid": {"field": geom}}}
    bounds = {"top_left": {"lat": 50, "lon": -80}, "bottom_right": {"lat": 40, "lon": -70}}
    grid = {"geotile_grid": {"field": geom, "precision": 4, "bounds": bounds}, "aggs": inner}
    body = {"aggs": {"n": only_included("collecting-event", {"grid": grid})}}
    *counts, facet = asking.read(body, INDEX, SAMPLE).search.facets
    assert (facet.kind, facet.precision, facet.where) == ("tiles", 4, Box(-80, 40, -70, 50))
    found = {one.name: {"count": 9} for one in counts} | {
        facet.name: {"buckets": [{"value": "4/4/5", "count": 3, "lon": -75.0, "lat": 45.0}]}
    }
    (bucket,) = told(body, found)["n"]["kept"]["grid"]["buckets"]
    assert bucket == {
        "key": "4/4/5",
        "doc_count": 3,
        "middle": {"count": 3, "location": {"lat": 45.0, "lon": -75.0}},
    }


def test_a_composite_by_two_fields_and_its_next_page() -> None:
    sources = [{"a": {"terms": {"field": NAME}}}, {"b": {"terms": {"field": "data.attributes.barcode"}}}]
    body: dict[str, Any] = {"aggs": {"c": {"composite": {"size": 2, "sources": sources}}}}
    (facet,) = asking.read(body, INDEX, SAMPLE).search.facets
    assert (facet.kind, facet.fields) == ("combinations", ("materialSampleName", "barcode"))
    rows = [
        {"values": ["x", "1"], "count": 4, "facets": {}},
        {"values": ["x", "2"], "count": 1, "facets": {}},
    ]
    first = told(body, {"c": {"buckets": rows}})["c"]
    assert first["buckets"][0] == {"key": {"a": "x", "b": "1"}, "doc_count": 4}
    assert first["after_key"] == {"a": "x", "b": "2"}
    body["aggs"]["c"]["composite"]["after"] = first["after_key"]
    (facet,) = asking.read(body, INDEX, SAMPLE).search.facets
    assert facet.after == ("x", "2")
    assert told(body, {"c": {"buckets": []}})["c"] == {"buckets": []}
