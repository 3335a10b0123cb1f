"""Soft checks: what looks like a mistake is told with its rule, never refused, and silent where somebody said why."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dina.modules.collection.rules.soft import before, of_event, of_organism
from tests.conftest import resource
from tests.modules.collection.storage_facts import GROUP, made, sample

BASE = "/collection/v1"
OTTAWA = {"dwcDecimalLatitude": 45.4, "dwcDecimalLongitude": -75.7}


async def checked(api: httpx.AsyncClient, language: str = "en", **parts: Any) -> list[dict[str, Any]]:
    body = {"data": {"type": "soft-check", "attributes": parts}}
    answer = await api.post(f"{BASE}/soft-check", json=body, headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]["results"]


def rules(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one["rule"], one["pointer"], one["severity"]) for one in found]


async def test_an_event_in_its_country_is_not_spoken_of(api: httpx.AsyncClient) -> None:
    event = {"dwcCountry": "Canada", "geoReferenceAssertions": [OTTAWA], "startEventDateTime": "1998-07"}
    assert await checked(api, collectingEvent={"attributes": event}) == []


async def test_a_point_outside_the_country_is_told_in_both_languages(api: httpx.AsyncClient) -> None:
    point = {**OTTAWA, "dwcDecimalLongitude": 75.7}
    event = {"attributes": {"dwcCountry": "Canada", "geoReferenceAssertions": [point]}}
    english, french = [await checked(api, one, collectingEvent=event) for one in ("en", "fr")]
    pointer = "/collectingEvent/attributes/geoReferenceAssertions/0/dwcDecimalLatitude"
    assert rules(english) == rules(french) == [("event.outsideCountry", pointer, "warning")]
    assert english[0]["detail"] == "This point lies outside Canada."
    assert french[0]["detail"] == "Ce point se trouve hors du pays indiqué (Canada)."


async def test_coordinates_of_nought_and_a_very_early_year(api: httpx.AsyncClient) -> None:
    zero = {"dwcDecimalLatitude": "0", "dwcDecimalLongitude": 0.0}
    event = {"dwcCountryCode": "CA", "geoReferenceAssertions": [zero], "startEventDateTime": "1098-07-01"}
    found = await checked(api, collectingEvent={"attributes": event})
    assert [one["rule"] for one in found] == ["event.longAgo", "event.zeroCoordinates"]


@pytest.mark.parametrize(
    ("gathered", "named", "told"),
    [
        ("1998-07-12", "1998-07-11", True), ("1998-07-12", "1997", True), ("1998-07-12", "1998", False),
        ("1998-07-12", "1998-07", False), ("1998", "1998-01-01", False), ("1998-07-12", "", False),
    ],
)  # fmt: skip
async def test_nothing_is_identified_before_it_is_gathered(
    api: httpx.AsyncClient, gathered: str, named: str, told: bool
) -> None:
    organism = {"attributes": {"determination": [{}, {"scientificName": "Carex", "determinedOn": named}]}}
    event = {"attributes": {"startEventDateTime": gathered}}
    found = await checked(api, collectingEvent=event, organisms=[organism])
    place = "/organisms/0/attributes/determination/1/determinedOn"
    assert rules(found) == ([("sample.identifiedBeforeCollected", place, "warning")] if told else [])


async def test_a_number_that_another_specimen_has_leads_to_it(api: httpx.AsyncClient) -> None:
    other = await sample(api, "CNC 00-88", barcode="B-0099")
    typed = {"materialSampleName": "cnc00-88", "barcode": "B-0099"}
    found = await checked(api, materialSample={"attributes": typed})
    assert [one["pointer"].rpartition("/")[2] for one in found] == ["materialSampleName", "barcode"]
    assert all(one["record"] == {"type": "material-sample", "id": other} for one in found)
    assert await checked(api, materialSample={"id": other, "attributes": typed}) == []


async def test_an_event_long_after_all_others_of_its_collector(api: httpx.AsyncClient) -> None:
    person, another = str(uuid.uuid4()), str(uuid.uuid4())
    for year in ("1901", "1904-07", "1921-05-03"):
        await event_of(api, person, year)
    for year in ("1950", "1951"):
        await event_of(api, another, year)

    async def told(year: str, *people: str, **more: str) -> list[str]:
        event = {"attributes": {"startEventDateTime": year}, "collectors": [*people], **more}
        found = await checked(api, collectingEvent=event)
        return [one["pointer"] + " " + one["detail"] for one in found]

    said = "The other 3 events of this collector are of 1901 to 1921; this one is of 1991."
    assert await told("1991-07-04", another, person) == [f"/collectingEvent/collectors/1 {said}"]
    assert await told("1949", person) == []
    # Of a collector with two events nothing is known.
    assert await told("1810", another) == []


async def event_of(api: httpx.AsyncClient, person: str, year: str) -> str:
    collectors = {"collectors": {"data": [{"type": "person", "id": person}]}}
    body = resource(
        "collecting-event", {"group": GROUP, "startEventDateTime": year}, relationships=collectors
    )
    answer = await api.post(f"{BASE}/collecting-event", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def test_a_check_is_silenced_with_a_reason_that_stays_with_the_record(api: httpx.AsyncClient) -> None:
    point = {**OTTAWA, "dwcDecimalLongitude": 75.7}
    silenced = [{"rule": "event.outsideCountry", "reason": "On board of a ship."}]
    values = {
        "group": GROUP,
        "dwcCountry": "Canada",
        "geoReferenceAssertions": [point],
        "silencedChecks": silenced,
    }
    id_ = await made(api, "collecting-event", values)
    stored = (await api.get(f"{BASE}/collecting-event/{id_}")).json()["data"]["attributes"]
    assert stored["silencedChecks"] == silenced
    (found,) = await checked(api, collectingEvent={"id": id_, "attributes": stored})
    assert (found["severity"], found["reason"]) == ("silenced", "On board of a ship.")


async def test_a_check_is_not_silenced_without_a_reason(api: httpx.AsyncClient) -> None:
    values = {"group": GROUP, "silencedChecks": [{"rule": "event.longAgo", "reason": "  "}]}
    answer = await api.post(f"{BASE}/collecting-event", json=resource("collecting-event", values))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["source"]["pointer"] == "/data/attributes/silencedChecks/0/reason"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["geoReferenceAssertions", "dwcDecimalLatitude", "country", "determination"]),
            inner,
        )
    ),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    ["geoReferenceAssertions", "startEventDateTime", "dwcCountry", "geographicPlaceNameSourceDetail", "determination"]
)  # fmt: skip


@given(st.dictionaries(MEMBERS, JSON), st.dictionaries(MEMBERS, JSON))
def test_what_is_typed_may_be_anything(event: dict[str, Any], organism: dict[str, Any]) -> None:
    assert all(one.pointer.startswith("/") for one in [*of_event(event), *of_organism(organism, event)])


@given(st.dates(), st.dates())
def test_before_is_what_it_is_for_full_dates(one: Any, other: Any) -> None:
    assert before(one.isoformat(), other.isoformat()) == (one < other)
