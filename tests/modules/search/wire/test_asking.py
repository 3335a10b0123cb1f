"""Whole requests of the wire: order, pages, aggregations, sources; and the shape of what is answered."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dina.base.errors import Problem
from dina.modules.search.engine.model import Found, Hit, Sort
from dina.modules.search.query.tree import All, AnyOf, Box, Compare, Form, Near, Node, Op, Words
from dina.modules.search.wire import answering, asking, completing, source
from dina.modules.search.wire.indexes import indexes, indexes_named
from dina.modules.search.wire.mapping import mapping
from tests.modules.search.query.documents import SAMPLE, sample
from tests.modules.search.wire.test_query import HOSTILE

INDEX = indexes()["dina_material_sample_index"]
NAME = "data.attributes.materialSampleName"
TYPE = "organism.determination.typeStatus"


def ask(**body: Any) -> asking.Asked:
    return asking.read(body, INDEX, SAMPLE)


def test_a_page_begins_at_from_and_has_20_hits_unless_said() -> None:
    assert (ask().search.offset, ask().search.limit) == (0, 20)
    assert (ask(**{"from": 40, "size": "25"}).search.offset, ask(size="25").search.limit) == (40, 25)
    assert ask(size=0).search.limit == 0


def test_order_by_fields_of_the_record_and_of_included_ones() -> None:
    given = [
        {f"{NAME}.keyword_numeric": {"order": "desc", "unmapped_type": "keyword"}},
        {"included.attributes.dwcCountry.keyword": {
            "order": "asc", "nested": {"path": "included", "filter": {"term": {"included.type": "collecting-event"}}},
        }},
        "_score",
    ]  # fmt: skip
    assert ask(sort=given).search.sort == (
        Sort("materialSampleName", True), Sort("collectingEvent.dwcCountry"), Sort("_score", True),
    )  # fmt: skip
    assert ask(sort={"data.attributes.createdOn": "desc"}).search.sort == (Sort("createdOn", True),)


def test_totals() -> None:
    found = [(ask(track_total_hits=given), Found(12_000, True, [])) for given in (True, 10_000, False)]
    totals = [answering.answer([one], 1)["hits"].get("total") for one in found]
    assert totals == [{"value": 12_000, "relation": "eq"}, {"value": 10_000, "relation": "gte"}, None]
    assert answering.answer([(ask(), Found(100_000, False, []))], 1)["hits"]["total"]["relation"] == "gte"


def test_hits_have_the_shape_that_clients_read() -> None:
    document = sample(7, {"sex": "male"}, materialSampleName="DAO-7", barcode="7")
    asked = ask(
        _source={"includes": ["data.id", "data.type", NAME]},
        sort=[NAME],
        highlight={"fields": {"*": {}}, "pre_tags": ["<b>"], "post_tags": ["</b>"]},
    )
    assert asked.search.highlight
    id_ = document["data"]["id"]
    marked = {"materialSampleName": ["<em>DAO</em>-7"], "organism.sex": ["<em>male</em>"]}
    answer = answering.answer(
        [(asked, Found(1, True, [Hit("material-sample", id_, 1.5, document, ["DAO-7", id_], marked)]))], 3
    )
    assert answer == {
        "took": 3,
        "timed_out": False,
        "hits": {
            "total": {"value": 1, "relation": "eq"},
            "max_score": None,
            "hits": [
                {
                    "_index": "dina_material_sample_index",
                    "_id": id_,
                    "_score": None,
                    "_source": {
                        "data": {
                            "type": "material-sample",
                            "id": id_,
                            "attributes": {"materialSampleName": "DAO-7"},
                        }
                    },
                    "sort": ["DAO-7"],
                    "highlight": {NAME: ["<b>DAO</b>-7"], "included.attributes.sex": ["<b>male</b>"]},
                }
            ],
        },
    }


def test_what_source_keeps() -> None:
    document = {
        "data": {"id": "1", "attributes": {"a": 1, "b": {"c": 2, "d": 3}}},
        "included": [{"id": "2", "x": 4}, {"y": 5}],
    }
    before = copy.deepcopy(document)
    cases: list[tuple[Any, Any]] = [
        (True, document),
        (False, None),
        ("data.attributes.a", {"data": {"attributes": {"a": 1}}}),
        (["data.id", "included.x"], {"data": {"id": "1"}, "included": [{"x": 4}]}),
        (
            {"includes": ["data.attributes.*"], "excludes": ["*.c"]},
            {"data": {"attributes": {"a": 1, "b": {"d": 3}}}},
        ),
        ({"includes": ["data.attributes.b"]}, {"data": {"attributes": {"b": {"c": 2, "d": 3}}}}),
        (["nothing"], {}),
    ]
    for given_, kept in cases:
        assert source.read(given_, "").of(document) == kept
    assert document == before


def test_days_of_a_zone_are_moments() -> None:
    def bounds(zone: str, **given: str) -> list[tuple[Op, Any]]:
        query = {"range": {"data.attributes.createdOn": {**given, "time_zone": zone}}}
        tree = asking.read({"query": query}, INDEX, SAMPLE).search.tree
        nodes = tree.children if isinstance(tree, All) else (tree,)
        return [(one.op, one.values[0]) for one in nodes if isinstance(one, Compare)]

    assert bounds("-05:00", gte="2024-03-01") == [(Op.GE, "2024-03-01T05:00:00+00:00")]
    assert bounds("America/Toronto", lt="2024-07") == [(Op.LT, "2024-07-01T04:00:00+00:00")]
    assert bounds("-05:00", lte="2024-03-01") == [(Op.LE, "2024-03-02T04:59:59.999999+00:00")]
    assert bounds("-05:00", gt="2024-03-01T10:00:00Z") == [(Op.GT, "2024-03-01T10:00:00Z")]


def test_boxes_and_distances_in_every_form() -> None:
    geom = "included.attributes.eventGeom"

    def tree(kind: str, **given: Any) -> Any:
        query = {"nested": {"path": "included", "query": {kind: given}}}
        return asking.read({"query": query}, INDEX, SAMPLE).search.tree

    box = Box(170, -20, -170, -10)
    for corners in (
        {"top_left": {"lat": -10, "lon": 170}, "bottom_right": {"lat": -20, "lon": -170}},
        {"top_left": [170, -10], "bottom_right": "-20,-170"},
        {"top_right": [-170, -10], "bottom_left": [170, -20]},
        {"top": -10, "left": 170, "bottom": -20, "right": -170},
    ):
        assert tree("geo_bounding_box", **{geom: corners}) == box
    assert tree("geo_distance", distance="10km", **{geom: [-75.7, 45.4]}) == Near(45.4, -75.7, 10)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"size": 5001}, "/size"),
        ({"size": -1}, "/size"),
        ({"from": "x"}, "/from"),
        ({"knn": {}}, "/knn"),
        ({"query": {"script_score": {}}}, "/query/script_score"),
        ({"sort": [{NAME: "up"}]}, f"/sort/0/{NAME}/order"),
        ({"sort": "name"}, "/sort/name"),
        ({"sort": [{NAME: {"nested": {"path": "x"}}}]}, f"/sort/0/{NAME}/nested/path"),
        ({"sort": "included.attributes.eventGeom"}, "/sort/included.attributes.eventGeom"),
        ({"_source": 3.5, "highlight": []}, "/highlight"),
        ({"aggs": {"a": {"top_hits": {}}}}, "/aggs/a/top_hits"),
        ({"aggs": {"a": {"terms": {"field": NAME, "script": ""}}}}, "/aggs/a/terms/script"),
        ({"aggs": {"a": {"terms": {"field": NAME, "include": "(a+)+"}}}}, "/aggs/a/terms/include"),
        ({"aggs": {"a": {"terms": {"field": "x"}}}}, "/aggs/a/terms/field"),
        (
            {"aggs": {"a": {"date_histogram": {"field": NAME, "calendar_interval": "year"}}}},
            "/aggs/a/date_histogram/field",
        ),
        (
            {"aggs": {"a": {"date_histogram": {"field": NAME, "fixed_interval": "3d"}}}},
            "/aggs/a/date_histogram/fixed_interval",
        ),
        ({"aggs": {"a": {"geo_centroid": {"field": NAME}}}}, "/aggs/a/geo_centroid/field"),
        (
            {"aggs": {"a": {"composite": {"sources": [{"b": {"histogram": {}}}]}}}},
            "/aggs/a/composite/sources/0",
        ),
        ({"aggs": {"a": {"terms": {"field": NAME}, "filter": {}}}}, "/aggs/a"),
    ],
)
def test_anything_else_is_refused_by_name(body: Any, pointer: str) -> None:
    with pytest.raises(Problem) as fault:
        asking.read(body, INDEX, SAMPLE)
    (error,) = fault.value.errors
    assert (error.status, error.pointer) == (400, pointer)
    assert not error.document("fr", "1")["detail"].startswith(("wire.", "query."))


MEMBERS = st.sampled_from([*sorted(asking.MEMBERS), "x"])
KINDS = st.sampled_from(
    [
        "terms",
        "nested",
        "filter",
        "cardinality",
        "date_histogram",
        "composite",
        "geo_centroid",
        "geotile_grid",
    ]
)
OPTIONS = st.dictionaries(
    st.sampled_from(["field", "size", "include", "path", "calendar_interval", "sources", "after", "precision", "bounds", "order", "format"]),
    HOSTILE, max_size=4,
)  # fmt: skip
AGGREGATIONS = st.recursive(
    st.dictionaries(KINDS, OPTIONS | HOSTILE, max_size=1),
    lambda one: st.fixed_dictionaries(
        {"nested": st.just({"path": "included"}), "aggs": st.dictionaries(st.text(max_size=3), one)}
    ),
    max_leaves=4,
)


@given(
    st.dictionaries(
        MEMBERS,
        HOSTILE | st.just([]) | st.dictionaries(st.text(max_size=3), AGGREGATIONS, max_size=2),
        max_size=4,
    )
)
@settings(max_examples=1000)
def test_whatever_is_sent_is_understood_or_refused(body: Any) -> None:
    try:
        asking.read(body, INDEX, SAMPLE)
    except Problem as fault:
        if fault.status != 400:
            raise


def test_several_indexes_are_asked_of_what_they_have() -> None:
    pair = [(INDEX, SAMPLE), (indexes()["dina_agent_index"], SAMPLE)]
    both = asking.read_several({"query": {"match_all": {}}, "from": 30, "size": 10}, pair)
    assert [(one.search.type, one.search.offset, one.search.limit, one.page) for one in both] == [
        ("material-sample", 0, 40, (30, 10)), ("person", 0, 40, (30, 10)),
    ]  # fmt: skip
    alone = asking.read_several({"query": {"exists": {"field": "included.attributes.sex"}}}, pair[:1])
    assert alone[0].page is None
    with pytest.raises(Problem):
        asking.read_several({"query": {"term": {"data.attributes.nothing": 1}}}, pair)


def test_an_index_that_is_not_there_is_named() -> None:
    assert [one.type for one in indexes_named("dina_agent_index, dina_project_index")] == [
        "person",
        "project",
    ]
    for text in (None, "", "x", "dina_agent_index,x"):
        with pytest.raises(Problem) as fault:
            indexes_named(text)
        assert fault.value.errors[0].parameter == "indexName"


def test_auto_complete_asks_for_a_beginning_in_one_field_or_two() -> None:
    def search(**given: str) -> tuple[Node, Any]:
        wanted, kept = completing.read(given.get, INDEX, SAMPLE)
        document = sample(1, materialSampleName="DAO-1", barcode="1", group="g")
        return wanted.tree, kept.of(document)

    tree, kept = search(prefix="da", autoCompleteField=NAME)
    assert tree == Words("da", ("materialSampleName",), Form.PREFIX)
    assert set(kept["data"]) == {"id", "type", "attributes"}
    assert kept["data"]["attributes"] == {"materialSampleName": "DAO-1"}
    tree, _ = search(
        prefix="da", autoCompleteField=NAME, additionalField="data.attributes.barcode", restrictedField="data.attributes.tags.keyword",
        restrictedFieldValue="red",
    )  # fmt: skip
    assert tree == All((
        AnyOf((Words("da", ("materialSampleName",), Form.PREFIX), Words("da", ("barcode",), Form.PREFIX))),
        Compare("tags", Op.EQ, ("red",), fold=False),
    ))  # fmt: skip
    for wrong in (
        {"prefix": "x"},
        {"autoCompleteField": NAME},
        {"prefix": "x", "autoCompleteField": "data.attributes.no"},
    ):
        with pytest.raises(Problem) as fault:
            search(**wrong)
        assert fault.value.status == 400


def test_the_mapping_names_fields_as_queries_do() -> None:
    told_ = mapping(INDEX, SAMPLE)
    assert told_["index_name"] == INDEX.name
    own = {(one["path"], one["name"]): one for one in told_["attributes"]}
    assert own[("data.attributes", "preparationDate")] == {
        "name": "preparationDate", "type": "date", "path": "data.attributes", "subtype": "local_date",
    }  # fmt: skip
    assert "keyword_numeric" in own[("data.attributes", "materialSampleName")]["fields"]
    related = {one["referencedBy"]: one for one in told_["relationships"]}
    assert related["collectingEvent"]["value"] == "collecting-event"
    assert related["collectingEvent"]["path"] == "included"
    assert {"attributes", "attributes.determination"} <= {
        one["path"] for one in related["organism"]["attributes"]
    }
    for relationship in told_["relationships"]:
        for one in relationship["attributes"]:
            if one["type"] == "text":
                name = f"included.{one['path']}.{one['name']}.keyword"
                asking.read({"query": {"exists": {"field": name}}}, INDEX, SAMPLE)
