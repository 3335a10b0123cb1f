"""Filters: three dialects, any string, and the same answer as the meaning said in plain Python."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dina.app import App
from dina.base.jsonapi.filters import Comparison, FilterSyntax, parse_fiql, parse_simple
from dina.base.jsonapi.filters.simple import split_values
from dina.base.jsonapi.naive import holds
from dina.base.jsonapi.parameters import LIST, ask
from tests.conftest import linked, resource

PERSON = "/agent/v1/person"
EVENT = "/collection/v1/collecting-event"
SAMPLE = "/collection/v1/material-sample"
STORABLE = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=40
).filter(lambda s: s.strip() and "<" not in s)
SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def ids(api: httpx.AsyncClient, path: str, query: str) -> set[str]:
    answer = await api.get(f"{path}?{query}&page[limit]=1000")
    assert answer.status_code == 200, answer.text
    return {one["id"] for one in answer.json()["data"]}


@SLOW
@given(text=STORABLE)
async def test_any_string_survives_writing_filtering_and_sorting_unchanged(
    api: httpx.AsyncClient, text: str
) -> None:
    made = await api.post(PERSON, json=resource("person", {"displayName": text}))
    assert made.status_code == 201, made.text
    person = made.json()["data"]
    assert person["attributes"]["displayName"] == text
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert person["id"] in await ids(
        api, PERSON, f"filter[displayName][EQ]={quote(quoted, safe='')}&sort=displayName"
    )
    escaped = "".join("\\" + c if n == 0 or c in ",;()*\\'\" =!<>" else c for n, c in enumerate(text))
    assert person["id"] in await ids(api, PERSON, f"fiql={quote(f'displayName=={escaped}', safe='')}")
    rsql = "displayName=='" + text.replace("\\", "\\\\").replace("'", "\\'").replace("*", "\\*") + "'"
    assert person["id"] in await ids(api, PERSON, f"filter[rsql]={quote(rsql, safe='')}")


@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), min_size=1, max_size=5))
def test_quoted_values_are_read_back_as_they_were_written(values: list[str | None]) -> None:
    written = ",".join(
        "null" if v is None else '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values
    )
    assert split_values(written) == values


@given(st.text(max_size=40))
def test_a_parser_answers_a_tree_or_a_syntax_error_with_a_place_in_the_text(text: str) -> None:
    for rsql in (False, True):
        try:
            parse_fiql(text, "fiql", rsql=rsql)
        except FilterSyntax as fault:
            place = fault.position
            assert 0 <= place <= len(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a,b", ("a", "b")),
        ('"a,b"', ("a,b",)),
        ("null", (None,)),
        ('"null"', ("null",)),
        ("", ("",)),
        ("a b'c&d", ("a b'c&d",)),
    ],
)
def test_values_of_simple_filters(text: str, values: tuple[str | None, ...]) -> None:
    comparison = parse_simple("filter[name][IN]", text)
    assert isinstance(comparison, Comparison)
    assert comparison.values == values


NUMBERS = [None, -3, 0, 2.5, 12, 1200]
DATES = [None, "1899", "1904-07", "1904-07-13", "1904-07-13T10:30", "1950"]
NAMES = [None, "Carex", "carex", "Ca_ex", "Ca%", "Éva", "a,b", "null", "*", "(x)", "", "O'Brien"]


@pytest.fixture(scope="module")
def marker() -> str:
    return uuid.uuid4().hex[:10]


@pytest.fixture(scope="module")
async def events(api: httpx.AsyncClient, marker: str) -> list[dict[str, Any]]:
    """Events of every combination of interest, marked so that other tests' rows do not matter."""
    items: list[dict[str, Any]] = []
    for position in range(36):
        attributes = {
            "group": "cnc",
            "remarks": marker,
            "habitat": NAMES[position % len(NAMES)],
            "dwcMinimumElevationInMeters": NUMBERS[position % len(NUMBERS)],
            "startEventDateTime": DATES[(position // 2) % len(DATES)],
            "otherRecordNumbers": [None, [], ["A", "b"], ["b,c"]][position % 4],
            "publiclyReleasable": [None, True, False][position % 3],
        }
        links = {
            "collectors": linked(
                "person", *[f"00000000-0000-4000-8000-00000000000{n}" for n in range(position % 3)], many=True
            )
        }
        items.append({"type": "collecting-event", "attributes": attributes, "relationships": links})
    answer = await api.post(f"{EVENT}/bulk", json={"data": items})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def comparisons() -> st.SearchStrategy[str]:
    text = st.sampled_from([n for n in NAMES if n not in (None, "null")])

    def fiql(path: str, op: str, value: str) -> str:
        return path + op + "".join("\\" + c if c in ",;()*\\'\"" else c for c in value)

    number = st.sampled_from(["-3", "0", "2.5", "12", "7", "1200.00"])
    date = st.sampled_from(["1899", "1904", "1904-07", "1904-07-13", "1904-07-13T10:30", "1950", "2000"])
    ordered = st.sampled_from(["==", "!=", "=gt=", "=ge=", "=lt=", "=le="])
    return st.one_of(
        st.builds(fiql, st.just("habitat"), ordered, text),
        st.builds(
            lambda op, v: f"habitat{op}*{v}*",
            st.sampled_from(["==", "!="]),
            st.sampled_from(["a", "CAR", "é", "_", "%"]),
        ),
        st.builds(fiql, st.just("dwcMinimumElevationInMeters"), ordered, number),
        st.builds(fiql, st.just("startEventDateTime"), ordered, date),
        st.builds(
            fiql,
            st.just("otherRecordNumbers"),
            st.sampled_from(["==", "!="]),
            st.sampled_from(["A", "b", "b,c", "z"]),
        ),
        st.builds(
            fiql,
            st.just("publiclyReleasable"),
            st.sampled_from(["==", "!="]),
            st.sampled_from(["true", "false"]),
        ),
        st.builds(
            lambda p, op: f"{p}{op}null",
            st.sampled_from(
                ["habitat", "startEventDateTime", "otherRecordNumbers", "collectors.id", "publiclyReleasable"]
            ),
            st.sampled_from(["==", "!="]),
        ),
        st.builds(
            lambda op, n: f"collectors.id{op}00000000-0000-4000-8000-00000000000{n}",
            st.sampled_from(["==", "!="]),
            st.integers(0, 2),
        ),
        st.builds(
            lambda op, vs: f"habitat{op}({','.join(vs)})",
            st.sampled_from(["=in=", "=out="]),
            st.lists(st.sampled_from(["Carex", "Éva", "null"]), min_size=1, max_size=3),
        ),
    )


TREES = st.recursive(
    comparisons(),
    lambda inner: st.builds(
        lambda sign, parts: "(" + sign.join(parts) + ")",
        st.sampled_from([",", ";"]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES)
async def test_any_filter_tree_answers_as_its_meaning_in_plain_python(
    api: httpx.AsyncClient, app: App, events: list[dict[str, Any]], marker: str, tree: str
) -> None:
    service = app.services["collection"]
    query = f"fiql={quote(tree, safe='')}".encode()
    plan = ask(service.types, service.types["collecting-event"], query, LIST).tree
    expected = {
        one["id"]
        for one in events
        if holds(
            plan,
            {
                "id": one["id"],
                "attributes": one["attributes"],
                "relationships": {
                    "collectors": one.get("relationships", {}).get("collectors", {}).get("data", [])
                },
            }
            | await_links(one),
            lambda t, i: None,
        )
    }
    assert await ids(api, EVENT, f"{query.decode()}&filter[remarks]={marker}") == expected


def await_links(event: dict[str, Any]) -> dict[str, Any]:
    """Bulk answers are compact: the collectors follow from the position an event was made at."""
    return {"relationships": {"collectors": event["_collectors"]}} if "_collectors" in event else {}


@pytest.fixture(autouse=True, scope="module")
async def with_collectors(api: httpx.AsyncClient, events: list[dict[str, Any]]) -> None:
    for position, one in enumerate(events):
        one["_collectors"] = [
            {"type": "person", "id": f"00000000-0000-4000-8000-00000000000{n}"} for n in range(position % 3)
        ]


async def test_filters_walk_through_relationships(api: httpx.AsyncClient) -> None:
    name = uuid.uuid4().hex
    organisms = [
        (
            await api.post(
                "/collection/v1/organism",
                json=resource(
                    "organism", {"group": "cnc", "determination": [{"verbatimScientificName": f"{name} {n}"}]}
                ),
            )
        ).json()["data"]["id"]
        for n in ("alba", "rubra")
    ]
    sample = (
        await api.post(
            SAMPLE,
            json=resource(
                "material-sample",
                {"group": "cnc", "materialSampleName": name},
                relationships={"organism": linked("organism", *organisms, many=True)},
            ),
        )
    ).json()["data"]["id"]
    found = {sample}
    assert (
        await ids(api, SAMPLE, f"filter[organism.determination.verbatimScientificName]={name} rubra") == found
    )
    assert await ids(api, SAMPLE, f"filter[organism.uuid][EQ]={organisms[1]}") == found
    assert await ids(api, SAMPLE, f"filter[uuid][IN]={sample},{organisms[0]}") == found
    assert await ids(api, SAMPLE, f"filter[materialSampleName]={name}&filter[collection.uuid]=null") == found
    assert (
        await ids(api, SAMPLE, f"filter[materialSampleName]={name}&filter[organism.lifeStage][NEQ]=adult")
        == set() | found
    )
    assert await ids(api, SAMPLE, f"filter[materialSampleName]={name}' OR '1'='1") == set()


async def test_values_are_decoded_after_the_query_is_split(api: httpx.AsyncClient) -> None:
    name = f"A&B+C {uuid.uuid4().hex}"
    made = (await api.post(PERSON, json=resource("person", {"displayName": name}))).json()["data"]["id"]
    encoded = name.replace("&", "%26").replace("+", "%2B").replace(" ", "+")
    assert await ids(api, PERSON, f"&filter%5BdisplayName%5D={encoded}") == {made}
