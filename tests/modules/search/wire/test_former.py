"""Searches in addresses of the consortium's pages, taken over: they find what their rules say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dina.app import App
from tests.modules.search.conftest import CURATOR, Desk

NAME, EVENT = "data.attributes.materialSampleName", "collectingEvent"


async def former(desk: Desk, tree: Any, type_: str = "material-sample") -> dict[str, Any]:
    text = tree if isinstance(tree, str) else json.dumps(tree)
    body = {"data": {"type": "former-search", "attributes": {"type": type_, "queryTree": text}}}
    answer = await desk.client.post("/search/v1/search/former", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]


def rule(f: str, o: Any, v: Any = "", t: str = "text", **more: Any) -> dict[str, Any]:
    return {"f": f, "o": o, "v": v, "t": t, **more}


def between(low: Any, high: Any) -> str:
    return json.dumps({"low": low, "high": high})


TURKEY = {"field": "collectingEvent.dwcCountry", "op": "eq", "value": "Turkey", "fold": False}


def linked(**condition: Any) -> dict[str, Any]:
    return {"linked": "collectingEvent", "where": condition}


@pytest.mark.parametrize(
    ("one", "meant"),
    [
        (rule(f"{EVENT}.dwcCountry", "exactMatch", "Turkey"), TURKEY),
        (rule("collecting-event.dwcCountry", "exactMatch", "Turkey"), TURKEY),
        (rule("included.attributes.dwcCountry", "equals", "Turkey"), TURKEY),
        (rule(f"{EVENT}.dwcCountry", "notEquals", "Turkey"), {"not": TURKEY}),
        (rule(f"{EVENT}.dwcCountry", "wildcard", "urk"), linked(field="dwcCountry", op="contains", value="urk")),
        (rule(NAME, "startsWith", "B 10"), {"field": "materialSampleName", "op": "prefix", "value": "B 10"}),
        (rule(NAME, "containsText", "10"), {"field": "materialSampleName", "op": "contains", "value": "10"}),
        (rule(NAME, "endsWith", "7"), {"field": "materialSampleName", "op": "suffix", "value": "7"}),
        (rule(f"{EVENT}.dwcCountry", "in", "Turkey, Germany"), linked(field="dwcCountry", op="in", values=["Turkey", "Germany"], fold=False)),
        (rule(f"{EVENT}.dwcCountry", "notIn", "Turkey"), {"not": TURKEY}),
        (rule("data.attributes.barcode", "empty"), {"not": {"field": "barcode", "op": "exists"}}),
        (rule("data.attributes.barcode", "notEmpty"), {"field": "barcode", "op": "exists"}),
        (rule(f"{EVENT}.startEventDateTime", "containsDate", "2002-07", "date"), linked(field="startEventDateTime", op="eq", value="2002-07")),
        (rule(f"{EVENT}.startEventDateTime", "greaterThanOrEqualTo", "2002", "date"), linked(field="startEventDateTime", op="ge", value="2002")),
        (rule("data.attributes.createdOn", "lessThan", "2100-01-01", "date"), {"field": "createdOn", "op": "lt", "value": "2100-01-01"}),
        (rule(f"{EVENT}.startEventDateTime", "between", between("2001", "2003"), "date"),
         {"all": [linked(field="startEventDateTime", op="between", values=["2001", "2003"])]}),
        (rule("data.attributes.publiclyReleasable", "equals", "true", "boolean"), {"field": "publiclyReleasable", "value": True}),
        (rule("data.relationships", "presence", EVENT, "relationshipPresence"), {"linked": EVENT}),
        (rule("data.relationships", "absence", "parentMaterialSample", "relationshipPresence"), {"not": {"linked": "parentMaterialSample"}}),
        (rule("data.attributes.classification", "exactMatch", "Cyperaceae", "classification", d="family"),
         {"field": "organism.determination.taxon.family", "value": "Cyperaceae"}),
        (rule("_globalSearch", "noOperator", "carex", "globalSearch"), {"words": "carex"}),
    ],
)  # fmt: skip
async def test_a_rule_finds_what_it_found(curator: Desk, one: dict[str, Any], meant: dict[str, Any]) -> None:
    told = await former(curator, {"c": "a", "p": [one]})
    assert told["leftOut"] == []
    found = await curator.names(filter=told["filter"])
    assert found == await curator.names(filter=meant)
    # The text of the box says the same.
    assert found == await curator.names(q=told["q"])


async def test_places_are_taken_over(curator: Desk) -> None:
    shape = [[[25, 35], [45, 35], [45, 45], [25, 45], [25, 35]]]
    value = json.dumps({"selectedOperator": "within", "searchShape": shape})
    for name in (f"{EVENT}.eventGeom", "included.attributes.eventGeom"):
        told = await former(curator, {"c": "a", "p": [rule(name, "noOperator", value, "geoShape")]})
        assert told["leftOut"] == []
        found = await curator.names(q=told["q"])
        assert found == await curator.names(filter={"polygon": shape})
        assert found


async def test_rules_are_all_met_or_one_of_them(curator: Desk) -> None:
    rules = [
        rule(f"{EVENT}.dwcCountry", "exactMatch", "Turkey"),
        rule("organism.determination.scientificName", "wildcard", "carex"),
    ]
    one, two = [{"c": "a", "p": [each]} for each in rules]
    first = await curator.names(q=(await former(curator, one))["q"])
    second = await curator.names(q=(await former(curator, two))["q"])
    assert first
    assert second
    both = await former(curator, {"c": "a", "p": rules})
    assert await curator.names(q=both["q"]) == first & second
    either = await former(curator, {"c": "o", "p": rules})
    assert await curator.names(q=either["q"]) == first | second


async def test_custom_fields_are_named_by_their_ids(searched: App, curator: Desk) -> None:
    async with searched.client_as(CURATOR) as client:
        found = await client.get(
            "/collection/v1/controlled-vocabulary-item",
            params={
                "filter[controlledVocabulary.key]": "managed_attribute",
                "filter[dinaComponent]": "MATERIAL_SAMPLE",
            },
        )
        items = found.json()["data"]
    for item in items[:1]:
        one = rule("data.attributes.managedAttributes", "exactMatch", "x", "managedAttribute", d=item["id"])
        told = await former(curator, {"c": "a", "p": [one]})
        assert told["leftOut"] == []
        assert f"managedAttributes.{item['attributes']['key']}:==x" in told["q"]
    unknown = rule(
        "data.attributes.managedAttributes", "exactMatch", "x", "managedAttribute",
        d="00000000-0000-4000-8000-000000000000",
    )  # fmt: skip
    assert len((await former(curator, {"c": "a", "p": [unknown]}))["leftOut"]) == 1
    extension = rule(
        "data.attributes.extensionValues", "exactMatch", "7", "fieldExtension", d="mixs", d2="ph"
    )
    told = await former(curator, {"c": "a", "p": [extension]})
    assert "extensionValues.mixs.ph:==7" in told["q"]


HOSTILE: list[Any] = [
    rule("data.attributes.nothing", "exactMatch", "x"),
    rule("nothing.x", "exactMatch", "x"),
    rule(NAME, "explode", "x"),
    rule(NAME, "exactMatch", ""),
    rule(NAME, "exactMatch", "x\x00y"),
    rule(NAME, "exactMatch", "x" * 5000),
    rule(NAME, "between", "no json"),
    rule(NAME, "between", "[]"),
    rule(NAME, "between", between(None, {"a": 1})),
    rule(f"{EVENT}.startEventDateTime", "equals", "yesterday", "date"),
    rule(f"{EVENT}.eventGeom", "noOperator", '{"searchShape": [[["a"]]], "selectedOperator": []}', "geoShape"),
    rule(f"{EVENT}.eventGeom", "noOperator", '{"searchShape": 1}', "geoShape"),
    rule(NAME, "in", ",,,"),
    rule("data.attributes.classification", "exactMatch", "x", "classification", d='no "rank'),
    rule("data.attributes.managedAttributes", "exactMatch", "x", "managedAttribute", d={"a": []}),
    rule("included.type", "exactMatch", "x"),
    rule("data", "exists"),
    rule("", "", ""),
    rule(NAME, "exactMatch", ["x"]),
    rule(NAME, ["exactMatch"], "x"),
    {"f": {}, "o": 1, "v": None, "t": []},
    {},
]  # fmt: skip


async def test_what_cannot_be_said_here_is_left_out_and_named(curator: Desk) -> None:
    good = rule(f"{EVENT}.dwcCountry", "exactMatch", "Turkey")
    for one in HOSTILE:
        told = await former(curator, {"c": "a", "p": [one, good]})
        assert len(told["leftOut"]) == 1, one
        assert await curator.names(q=told["q"]) == await curator.names(filter=TURKEY)
    told = await former(curator, {"c": "o", "p": HOSTILE})
    assert len(told["leftOut"]) == len(HOSTILE)
    assert (told["q"], told["filter"]) == ("", None)


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "1", "null", '{"c":"a"}', '{"c":"a","p":{}}', '{"p":[1]}', "[" * 50_000,
             json.dumps({"c": "a", "p": [{}] * 101}), '{"p":["\\ud800"]}'],
)  # fmt: skip
async def test_what_is_no_search_is_told(curator: Desk, text: str) -> None:
    assert (await former(curator, text))["readable"] is False


async def test_a_long_search_stays_within_an_address(curator: Desk) -> None:
    rules = [rule(NAME, "exactMatch", f"{n}" + "é" * 400) for n in range(20)]
    told = await former(curator, {"c": "o", "p": rules})
    assert len(told["q"]) <= 3000
    assert 0 < len(told["leftOut"]) < 20


async def test_other_kinds_of_records_have_their_fields(curator: Desk) -> None:
    one = rule("data.attributes.dwcCountry", "exactMatch", "Turkey")
    told = await former(curator, {"c": "a", "p": [one]}, "collecting-event")
    assert told["filter"] == {"field": "dwcCountry", "op": "eq", "value": "Turkey", "fold": False}
    assert (await former(curator, {"c": "a", "p": [one]}, "institution"))["readable"] is False


async def test_an_empty_search_is_everything(curator: Desk) -> None:
    told = await former(curator, {"c": "a", "p": []})
    assert told == {"readable": True, "filter": None, "q": "", "leftOut": []}
