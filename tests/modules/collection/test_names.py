"""What a determination says of its name, through the API."""

from __future__ import annotations

import json

import httpx
import pytest

from dina.base.interpret.names import parse_name
from tests.conftest import resource, shared

ORGANISM = "/collection/v1/organism"
pytestmark = pytest.mark.skipif(parse_name("Carex nigra") is None, reason="no name parser for this platform")


async def test_names_are_read_when_saved_and_the_verbatim_stays(api: httpx.AsyncClient) -> None:
    verbatim = "Carex  aquatilis WAHLENB. var. ?minor Boott"
    determination = [
        {"verbatimScientificName": verbatim, "scientificName": "Carex aquatilis var. minor Boott"}
    ]
    made = await api.post(
        ORGANISM, json=resource("organism", {"group": "cnc", "determination": determination})
    )
    found = made.json()["data"]["attributes"]["determination"][0]
    assert found["verbatimScientificName"] == verbatim
    assert found["parsedName"]["canonicalName"] == "Carex aquatilis minor"
    assert found["parsedName"]["formattedName"] == "<i>Carex aquatilis</i> var. <i>minor</i> Boott"
    address = f"{ORGANISM}/{made.json()['data']['id']}"
    found |= {"scientificName": "Carex nigra (L.) Reichard", "parsedName": {"canonicalName": "forged"}}
    changed = await api.patch(
        address, json=resource("organism", {"determination": [found]}, id=made.json()["data"]["id"])
    )
    assert (
        changed.json()["data"]["attributes"]["determination"][0]["parsedName"]["canonicalName"]
        == "Carex nigra"
    )
    listed = await api.get(
        f"{ORGANISM}?filter[determination.parsedName.genus]=Carex&filter[determination.parsedName.specificEpithet]=nigra"
    )
    assert made.json()["data"]["id"] in [one["id"] for one in listed.json()["data"]]


async def test_the_field_s_test_names_are_read_the_same_through_the_api(api: httpx.AsyncClient) -> None:
    cases = [
        json.loads(line)
        for file in ("names.ndjson", "cultivars.ndjson")
        for line in shared(f"data/scientific-names/{file}").read_text("utf-8").splitlines()
    ]
    kept = [case for case in cases if 0 < len(case["input"].strip()) <= 250 and "<" not in case["input"]]
    items = [
        {
            "type": "organism",
            "attributes": {"group": "cnc", "determination": [{"verbatimScientificName": case["input"]}]},
        }
        for case in kept
    ]
    made = await api.post(f"{ORGANISM}/bulk", json={"data": items})
    assert made.status_code == 200, made.text[:2000]
    wrong = 0
    for case, one in zip(kept, made.json()["data"], strict=True):
        determination = one["attributes"]["determination"][0]
        assert determination["verbatimScientificName"] == case["input"]
        parsed, expected = determination["parsedName"], case["expected"]
        wrong += (parsed["canonicalName"], parsed["authorship"]) != (
            (expected.get("canonical") or {}).get("simple"),
            (expected.get("authorship") or {}).get("normalized"),
        )
    print(f"\n{len(kept)} names through the API, {wrong} read otherwise")
    assert wrong <= len(kept) * 0.03
