"""Query documents of the wire: every part that clients send, beside the tree it means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dina.base.errors import Problem
from dina.modules.search.query.fitting import misfits
from dina.modules.search.query.naive import holds
from dina.modules.search.query.tree import (
    EVERYTHING,
    NOTHING,
    All,
    AnyOf,
    Area,
    Box,
    Compare,
    Form,
    Ids,
    Linked,
    Near,
    Node,
    Not,
    Op,
    Words,
)
from dina.modules.search.wire.indexes import indexes
from dina.modules.search.wire.naming import place_of
from dina.modules.search.wire.query import GROUPS, LEAVES, read
from tests.modules.search.query.documents import SAMPLE, several

PLACE = place_of(indexes()["dina_material_sample_index"], SAMPLE)
NAME, UUID = "materialSampleName", "0190a0a0-0000-4000-8000-000000000001"
RING = [[-76, 45], [-75, 45], [-75, 46], [-76, 45]]
TRIANGLE = Area((((-76.0, 45.0), (-75.0, 45.0), (-75.0, 46.0), (-76.0, 45.0)),))


def tree(query: Any) -> Node:
    return read(query, "/query", PLACE)


def attribute(name: str) -> str:
    return f"data.attributes.{name}"


def nested(*queries: Any, type_: str = "collecting-event") -> Any:
    """As the query builder of the reference sends what it asks of included records."""
    return {
        "nested": {
            "path": "included",
            "query": {"bool": {"must": [*queries, {"term": {"included.type": type_}}]}},
        }
    }


def country(value: str) -> Compare:
    return Compare("dwcCountry", Op.EQ, (value,), fold=False)


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ({"match_all": {}}, EVERYTHING),
        ({"term": {attribute("materialSampleName.keyword"): "DAO-1"}}, Compare(NAME, Op.EQ, ("DAO-1",), fold=False)),
        ({"term": {attribute("barcode"): {"value": "x", "boost": 2}}}, Compare("barcode", Op.EQ, ("x",))),
        ({"term": {attribute("barcode.keyword"): {"value": "x", "case_insensitive": True}}}, Compare("barcode", Op.EQ, ("x",))),
        ({"term": {attribute("publiclyReleasable"): "true"}}, Compare("publiclyReleasable", Op.EQ, (True,))),
        ({"term": {"data.id": UUID.upper()}}, Ids((UUID,))),
        ({"term": {"data.id": "x"}}, NOTHING),
        ({"term": {"data.relationships.collection.data.id": UUID}}, Linked("collection", Ids((UUID,)))),
        ({"terms": {attribute("barcode.keyword"): ["a", "b"]}}, Compare("barcode", Op.IN, ("a", "b"), fold=False)),
        ({"terms": {attribute("barcode.keyword"): []}}, NOTHING),
        ({"ids": {"values": [UUID, "no uuid"]}}, Ids((UUID,))),
        ({"match": {attribute("materialSampleName"): "wet meadow"}}, Words("wet meadow", (NAME,), Form.ANY)),
        ({"match": {attribute("materialSampleName"): {"query": "wet meadow", "operator": "AND", "fuzziness": "AUTO"}}},
         Words("wet meadow", (NAME,), Form.ALL, True)),
        ({"match": {attribute("materialSampleName"): {"query": "a b c", "minimum_should_match": 2}}},
         AnyOf((Words("a", (NAME,)), Words("b", (NAME,)), Words("c", (NAME,))), 2)),
        ({"match": {attribute("materialSampleName.infix"): "ao-"}}, Compare(NAME, Op.CONTAINS, ("ao-",))),
        ({"match": {attribute("materialSampleName.prefix"): "DAO"}}, Compare(NAME, Op.PREFIX, ("DAO",))),
        ({"match": {attribute("materialSampleName.prefix_reverse"): "12"}}, Compare(NAME, Op.SUFFIX, ("12",))),
        ({"match": {attribute("materialSampleName.autocomplete"): "da"}}, Words("da", (NAME,), Form.PREFIX)),
        ({"match": {attribute("preparationDate"): "1950-06"}}, Compare("preparationDate", Op.EQ, ("1950-06",))),
        ({"prefix": {attribute("materialSampleName.keyword"): "DAO"}}, Compare(NAME, Op.PREFIX, ("DAO",), fold=False)),
        ({"prefix": {attribute("materialSampleName.prefix"): {"value": "dao"}}}, Compare(NAME, Op.PREFIX, ("dao",))),
        ({"prefix": {attribute("materialSampleName.prefix_reverse"): "12"}}, Compare(NAME, Op.SUFFIX, ("12",))),
        ({"wildcard": {attribute("materialSampleName.keyword"): {"value": "*ao*", "case_insensitive": True}}},
         Compare(NAME, Op.CONTAINS, ("ao",))),
        ({"wildcard": {attribute("materialSampleName.keyword"): "D?O*"}}, Compare(NAME, Op.LIKE, ("D?O*",), fold=False)),
        ({"exists": {"field": attribute("barcode")}}, Compare("barcode", Op.EXISTS)),
        ({"exists": {"field": "data.relationships.collection.data"}}, Linked("collection")),
        ({"bool": {"must_not": {"exists": {"field": attribute("barcode")}}}}, Not(Compare("barcode", Op.EXISTS))),
        ({"range": {attribute("preparationDate"): {"gte": "1950", "lt": "1960-06", "time_zone": "America/Toronto"}}},
         All((Compare("preparationDate", Op.GE, ("1950",)), Compare("preparationDate", Op.LT, ("1960-06",))))),
        ({"range": {attribute("preparationDate"): {"gte": "2017-08-03||/M", "lte": "2017-08-03||/M"}}},
         All((Compare("preparationDate", Op.GE, ("2017-08",)), Compare("preparationDate", Op.LE, ("2017-08",))))),
        ({"range": {attribute("materialSampleName.keyword_numeric"): {"gte": "DAO-9", "lte": "DAO-10"}}},
         All((Compare(NAME, Op.GE, ("DAO-9",)), Compare(NAME, Op.LE, ("DAO-10",))))),
        ({"multi_match": {"query": "carex", "fields": ["data.attributes.*"]}}, Words("carex", (), Form.ANY)),
        ({"multi_match": {"query": "car", "type": "bool_prefix", "fields": [attribute("barcode^3"), attribute(NAME)]}},
         AnyOf((Words("car", ("barcode",), Form.PREFIX), Words("car", (NAME,), Form.PREFIX)))),
        ({"multi_match": {"query": "a b", "type": "phrase", "fields": [attribute(NAME)]}}, Words("a b", (NAME,), Form.PHRASE)),
        ({"multi_match": {"query": "a b", "type": "cross_fields", "operator": "and", "fields": [attribute(NAME), attribute("barcode")]}},
         Words("a b", (NAME, "barcode"))),
        ({"simple_query_string": {"query": '"wet meadow" +carex* | -dry', "fields": ["data.attributes.*"]}},
         AnyOf((All((Words("wet meadow", form=Form.PHRASE), Words("carex", form=Form.PREFIX))), Not(Words("dry"))))),
        ({"simple_query_string": {"query": "a (b | c~1)", "default_operator": "and", "fields": [attribute(NAME)]}},
         All((Words("a", (NAME,)), AnyOf((Words("b", (NAME,)), Words("c", (NAME,), fuzzy=True)))))),
        ({"bool": {"must": [{"match_all": {}}], "should": [{"term": {attribute("barcode"): "x"}}]}}, EVERYTHING),
        ({"bool": {"should": [{"term": {attribute("barcode"): "x"}}, {"term": {attribute("tags"): "y"}}]}},
         AnyOf((Compare("barcode", Op.EQ, ("x",)), Compare("tags", Op.EQ, ("y",))))),
        ({"bool": {"filter": {"match_all": {}}, "should": [{"term": {attribute("barcode"): "x"}}] * 3, "minimum_should_match": "-1"}},
         AnyOf((Compare("barcode", Op.EQ, ("x",)),) * 3, 2)),
        ({"bool": {}}, EVERYTHING),
        (nested({"term": {"included.attributes.dwcCountry.keyword": "Fiji"}}), Linked("collectingEvent", country("Fiji"))),
        (nested(type_="organism"), Linked("organism")),
        ({"bool": {"must_not": [nested({"exists": {"field": "included.id"}}, type_="organism")]}}, Not(Linked("organism"))),
        (nested({"term": {"included.attributes.dwcCountry.keyword": "Fiji"}}, type_="organism"), NOTHING),
        (nested({"match": {"included.attributes.determination.scientificName": {"query": "Carex"}}}, type_="organism"),
         Linked("organism", Words("Carex", ("determination.scientificName",), Form.ANY))),
        (nested({"ids": {"values": [UUID]}}, type_="run-summary"), NOTHING),
        ({"nested": {"path": "included", "query": {"term": {"included.attributes.sex": "male"}}}},
         Linked("organism", Compare("sex", Op.EQ, ("male",)))),
        ({"geo_shape": {"included.attributes.eventGeom": {"shape": {"type": "polygon", "coordinates": [RING]}, "relation": "within"}}}, TRIANGLE),
        (nested({"geo_shape": {"included.attributes.eventGeom": {"shape": {"type": "Polygon", "coordinates": [RING]}}}}),
         TRIANGLE),
        (nested({"geo_shape": {"included.attributes.eventGeom": {"shape": {"type": "envelope", "coordinates": [[170, -10], [-170, -20]]}}}}),
         Box(170, -20, -170, -10)),
        (nested({"geo_bounding_box": {"included.attributes.eventGeom": {"top_left": [170, -10], "bottom_right": [-170, -20]}}}),
         Box(170, -20, -170, -10)),
        (nested({"geo_distance": {"distance": "500m", "included.attributes.eventGeom": "45.4,-75.7"}}), Near(45.4, -75.7, 0.5)),
        (nested({"geo_shape": {"included.attributes.eventGeom": {"shape": {"type": "polygon", "coordinates": [RING]}, "relation": "contains"}}}),
         NOTHING),
    ],
)  # fmt: skip
def test_what_clients_send_and_what_it_means(query: Any, meant: Node) -> None:
    assert tree(query) == meant


def test_every_part_has_an_example() -> None:
    sent = str(test_what_clients_send_and_what_it_means.pytestmark[0].args[1])  # type: ignore[attr-defined]
    assert all(f"'{part}'" in sent for part in (*LEAVES, *GROUPS))


@pytest.mark.parametrize(
    ("query", "pointer", "key"),
    [
        (None, "/query", "wire.object"),
        ({}, "/query", "wire.one"),
        ({"match_all": {}, "ids": {}}, "/query", "wire.one"),
        ({"script": {}}, "/query/script", "wire.unsupported"),
        ({"bool": {"must": [{"fuzzy": {}}]}}, "/query/bool/must/0/fuzzy", "wire.unsupported"),
        ({"bool": {"must": 3}}, "/query/bool/must", "query.list"),
        ({"bool": {"may": []}}, "/query/bool/may", "wire.unsupported"),
        ({"bool": {"should": [], "minimum_should_match": "many"}}, "/query/bool/minimum_should_match", "wire.share"),
        ({"term": {"barcode": "x"}}, "/query/term/barcode", "wire.field"),
        ({"term": {attribute("barcod"): "x"}}, "/query/term/data.attributes.barcod", "query.unknownFieldNear"),
        ({"term": {"included.attributes.nothing": "x"}}, "/query/term/included.attributes.nothing", "query.unknownField"),
        ({"term": {attribute("preparationDate"): "soon"}}, "/query/term/data.attributes.preparationDate", "query.value.date"),
        ({"term": {attribute("barcode"): ["x"]}}, "/query/term/data.attributes.barcode", "query.text"),
        ({"match": {attribute("barcode"): {"query": "x", "analyzer": "y"}}}, "/query/match/data.attributes.barcode/analyzer", "wire.unsupported"),
        ({"multi_match": {"query": "x", "type": "other"}}, "/query/multi_match/type", "wire.unsupported"),
        ({"wildcard": {attribute("preparationDate"): "19*"}}, "/query/wildcard/data.attributes.preparationDate", "query.operator"),
        ({"range": {attribute("barcode"): {"from": 1}}}, "/query/range/data.attributes.barcode/from", "wire.unsupported"),
        ({"nested": {"path": "data", "query": {"match_all": {}}}}, "/query/nested/path", "wire.unsupported"),
        (nested(nested()), "/query/nested/query/bool/must/0/nested", "wire.unsupported"),
        (nested({"term": {attribute("barcode"): 1}}), "/query/nested/query/bool/must/0/term/data.attributes.barcode", "wire.nestedRoot"),
        ({"geo_shape": {attribute("barcode"): {"shape": {"type": "polygon", "coordinates": [RING]}}}}, "/query/geo_shape/data.attributes.barcode", "wire.noPlace"),
        ({"geo_shape": {attribute("x"): {"shape": {"type": "circle"}}}}, "/query/geo_shape/data.attributes.x/shape/type", "wire.unsupported"),
        ({"ids": {"values": "x"}}, "/query/ids/values", "query.list"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_by_name(query: Any, pointer: str, key: str) -> None:
    with pytest.raises(Problem) as fault:
        tree(query)
    (error,) = fault.value.errors
    assert (error.status, error.pointer, error.key) == (400, pointer, key)


def test_deep_and_wide_documents_are_refused() -> None:
    deep: Any = {"match_all": {}}
    for _ in range(500):
        deep = {"bool": {"must": [deep]}}
    clause = {"term": {attribute("barcode"): "x"}}
    for query in (
        deep,
        {"bool": {"should": [clause] * 50_000}},
        {"bool": {"must": [{"bool": {"should": [clause] * 900}}] * 30}},
    ):
        with pytest.raises(Problem) as fault:
            tree(query)
        assert fault.value.errors[0].code == "FILTER_TOO_COMPLEX"


NAMES = st.sampled_from(
    [attribute(NAME), attribute("barcode.keyword"), attribute("preparationDate"), attribute("publiclyReleasable"),
     "data.id", "included.type", "included.attributes.dwcCountry", "included.attributes.eventGeom", "included.id",
     "data.relationships.collection.data.id", attribute("managedAttributes.x"), "nonsense", ""]
)  # fmt: skip
KEYS = NAMES | st.sampled_from(
    [*LEAVES, *GROUPS, "must", "should", "must_not", "filter", "minimum_should_match", "query", "path", "fields", "value",
     "values", "field", "gte", "lt", "operator", "fuzziness", "type", "shape", "coordinates", "relation", "case_insensitive"]
)  # fmt: skip
VALUES = NAMES | st.sampled_from(["included", "polygon", "organism", "AUTO", "and", "1950", "now-1d/d", "*a?", RING]) | st.none() | st.booleans() | st.integers() | st.floats()  # fmt: skip
HOSTILE = st.recursive(
    VALUES, lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS, one, max_size=3), max_leaves=15
)


@given(
    HOSTILE
    | st.dictionaries(
        st.sampled_from([*LEAVES, *GROUPS]),
        st.dictionaries(KEYS, HOSTILE, max_size=2),
        min_size=1,
        max_size=1,
    )
)
@settings(max_examples=1000)
def test_whatever_is_sent_is_understood_or_refused(query: Any) -> None:
    try:
        meant = tree(query)
    except Problem as fault:
        if fault.status != 400:
            raise
        return
    assert list(misfits(meant, SAMPLE, "")) == []


def test_the_same_records_are_found() -> None:
    records = several()

    def names(query: Any) -> set[str]:
        meant = tree(query)
        return {str(one.values(NAME)[0]) for one in records if holds(meant, one, SAMPLE)}

    fiji = nested({"term": {"included.attributes.dwcCountry.keyword": "Fiji"}})
    assert names(fiji) == {f"DAO-{n}" for n in range(1, 41) if n % 4 == 2 and n % 6}
    assert names({"bool": {"must_not": [fiji]}}) == {f"DAO-{n}" for n in range(1, 41)} - names(fiji)
    assert names({"range": {attribute("materialSampleName.keyword_numeric"): {"gt": "DAO-9", "lte": "dao-12"}}}) == {
        "DAO-10", "DAO-11", "DAO-12",
    }  # fmt: skip
