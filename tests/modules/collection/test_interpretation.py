"""Verbatim texts read through the API: value, confidence and a reason in the reader's language."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.conftest import resource

PATH = "/collection/v1/interpretation"


async def read(api: httpx.AsyncClient, kind: str, *texts: str, **hints: Any) -> list[dict[str, Any]]:
    answer = await api.post(
        PATH, json=resource("interpretation", {"kind": kind, "verbatim": list(texts), **hints})
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]["results"]


@pytest.mark.parametrize(
    ("kind", "text", "member", "value"),
    [
        ("date", "12.VI.1903", "eventDate", "1903-06-12"),
        ("date", "du 3 au 5 mai 1911", "eventDate", "1911-05-03/1911-05-05"),
        ("coordinates", "45° 25' 15\" N, 75° 41' 24\" W", "latitude", pytest.approx(45.4208, abs=1e-3)),
        ("elevation", "300-400 ft", "minimum", pytest.approx(91.44, abs=0.1)),
        ("country", "Deutschland", "alpha2", "DE"),
        ("typeStatus", "Holotypus", "key", "holotype"),
        ("sex", "♀", "key", "female"),
        ("scientificName", "Carex nigra (L.) Reichard", "canonical", "Carex nigra"),
    ],
)
async def test_a_text_is_read(api: httpx.AsyncClient, kind: str, text: str, member: str, value: Any) -> None:
    found = (await read(api, kind, text))[0]
    assert found["verbatim"] == text
    assert found["confidence"] in ("certain", "probable")
    assert found["value"][member] == value


async def test_what_can_be_read_two_ways_is_not_guessed(api: httpx.AsyncClient) -> None:
    found = (await read(api, "date", "5/6/1903"))[0]
    assert (found["confidence"], found["value"]) == ("ambiguous", None)
    assert {one["eventDate"] for one in found["alternatives"]} == {"1903-06-05", "1903-05-06"}
    assert (await read(api, "date", "5/6/1903", dayFirst=True))[0]["value"]["eventDate"] == "1903-06-05"


async def test_reasons_come_in_the_reader_s_language(api: httpx.AsyncClient) -> None:
    body = resource("interpretation", {"kind": "date", "verbatim": ["31 February 1903"]})
    answer = await api.post(PATH, json=body, headers={"accept-language": "fr"})
    found = answer.json()["data"]["attributes"]["results"][0]
    assert (found["confidence"], found["value"]) == ("impossible", None)
    assert found["reasons"]
    assert all(reason["detail"] != reason["code"] for reason in found["reasons"])


async def test_nonsense_is_refused_with_a_pointer(api: httpx.AsyncClient) -> None:
    for attributes, pointer in (
        ({"kind": "tea leaves", "verbatim": ["x"]}, "/data/attributes/kind"),
        ({"kind": "date", "verbatim": []}, "/data/attributes/verbatim"),
        ({"kind": "date", "verbatim": ["x"] * 1001}, "/data/attributes/verbatim"),
        ({"kind": "date", "verbatim": ["x"], "moon": 1}, "/data/attributes/moon"),
    ):
        answer = await api.post(PATH, json=resource("interpretation", attributes))
        assert answer.status_code in (400, 422), answer.text
        assert answer.json()["errors"][0]["source"]["pointer"] == pointer
