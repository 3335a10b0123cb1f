"""What those outside a group are told of its records: nothing withheld comes out by any way of asking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest_asyncio

from dina.app import App, load_modules, running
from dina.base.identity.accounts import Accounts
from dina.settings import Settings
from tests.conftest import client_of, linked, resource
from tests.prepared import migrated
from tests.tokens import signed_in

PATH = "/collection/v1"
LATITUDE, LONGITUDE = 68.123456, -135.654321


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guarded(server_url: str, settings: Settings) -> AsyncIterator[App]:
    """Two groups, and reading without signing in."""
    url, loaded = migrated(server_url), load_modules(Settings())
    chosen = replace(settings, database_url=url, auth_mode="local", anonymous_reading=True)
    async with running(App(chosen, loaded)) as app:
        assert app.pools is not None
        accounts = Accounts(app.pools.write)
        await accounts.save("keeper", password="keeper", roles=[("cnc", "super-user")])
        await accounts.save("reader", password="reader", roles=[("cnc", "read-only")])
        await accounts.save("stranger", password="stranger", roles=[("bicoe", "super-user")])
        yield app


async def made(client: httpx.AsyncClient, type_: str, attributes: dict[str, Any], **links: Any) -> str:
    body = resource(type_, {"group": "cnc", **attributes}, relationships=links)
    answer = await client.post(f"{PATH}/{type_}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def falcon(guarded: App) -> dict[str, str]:
    """A falcon's nest, a withheld sample, and a released one."""
    keeper = await signed_in(guarded, "keeper")
    event = await made(
        keeper,
        "collecting-event",
        {
            "dwcVerbatimLocality": "cliff behind the third lake", "dwcVerbatimLatitude": str(LATITUDE),
            "geoReferenceAssertions": [
                {"dwcDecimalLatitude": LATITUDE, "dwcDecimalLongitude": LONGITUDE, "isPrimary": True}
            ],
        },
    )  # fmt: skip
    organism = await made(
        keeper, "organism", {"determination": [{"verbatimScientificName": "Falco rusticolus L."}]}
    )
    whole = await made(
        keeper, "material-sample", {"materialSampleName": "egg", "publiclyReleasable": True},
        collectingEvent=linked("collecting-event", event),
    )  # fmt: skip
    await made(
        keeper, "material-sample", {"materialSampleName": "shell"},
        parentMaterialSample=linked("material-sample", whole), organism=linked("organism", organism, many=True),
    )  # fmt: skip
    hidden = await made(
        keeper, "material-sample",
        {"materialSampleName": "secret", "publiclyReleasable": False, "notPubliclyReleasableReason": "in dispute"},
    )  # fmt: skip
    restricted = await made(
        keeper, "material-sample", {"materialSampleName": "anthrax", "isRestricted": True, "restrictionRemarks": "lab 3"}
    )  # fmt: skip
    found = {"event": event, "whole": whole, "hidden": hidden, "restricted": restricted, "organism": organism}
    return found | {"rule": await made(
        keeper, "sensitive-taxon", {"scientificName": "Falco", "action": "GENERALISE", "coordinatePrecision": 0.5}
    )}  # fmt: skip


async def event_seen(client: httpx.AsyncClient, id_: str) -> dict[str, Any]:
    answer = await client.get(f"{PATH}/collecting-event/{id_}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]


async def test_the_group_sees_the_place_and_what_others_get(guarded: App, falcon: dict[str, str]) -> None:
    for name in ("keeper", "reader"):
        client = await signed_in(guarded, name)
        found = await event_seen(client, falcon["event"])
        assert found["geoReferenceAssertions"][0]["dwcDecimalLatitude"] == LATITUDE
        asked = f"{PATH}/collecting-event/{falcon['event']}?optfields[collecting-event]=disclosure"
        told = (await client.get(asked)).json()["data"]["attributes"]["disclosure"]
        assert told == {"action": "GENERALISE", "coordinatePrecision": 0.5}


async def test_others_get_the_middle_of_a_cell_in_every_answer(guarded: App, falcon: dict[str, str]) -> None:
    stranger = await signed_in(guarded, "stranger")
    found = await event_seen(stranger, falcon["event"])
    assert found["geoReferenceAssertions"] == [
        {
            "isPrimary": True, "dwcDecimalLatitude": 68.25, "dwcDecimalLongitude": -135.75,
            "dwcCoordinateUncertaintyInMeters": 39400,
        }
    ]  # fmt: skip
    assert found["eventGeom"]["coordinates"] == [-135.75, 68.25]
    assert found["dwcVerbatimLocality"] is None
    listed = (await stranger.get(f"{PATH}/collecting-event")).json()["data"]
    included = (
        await stranger.get(f"{PATH}/material-sample?include=collectingEvent&filter[materialSampleName]=egg")
    ).json()["included"]
    related = (await stranger.get(f"{PATH}/material-sample/{falcon['whole']}/collectingEvent")).json()["data"]
    for one in (*listed, *included, related):
        assert str(LATITUDE) not in str(one)
        assert "third lake" not in str(one)


async def test_no_filter_or_sort_finds_out_what_is_withheld(guarded: App, falcon: dict[str, str]) -> None:
    stranger, keeper = await signed_in(guarded, "stranger"), await signed_in(guarded, "keeper")
    probes = (
        "collecting-event?filter[dwcVerbatimLocality][LIKE]=%25third%25",
        f"collecting-event?filter[geoReferenceAssertions.dwcDecimalLatitude]={LATITUDE}",
        "collecting-event?filter[geoReferenceAssertions.dwcDecimalLatitude][LT]=68.2",
        "material-sample?filter[collectingEvent.dwcVerbatimLocality][LIKE]=%25third%25",
        "material-sample?filter[materialSampleName]=secret",
        "material-sample?filter[restrictionRemarks]=lab 3",
        f"collecting-event?fiql=dwcVerbatimLatitude=={LATITUDE}",
    )
    for probe in probes:
        assert len((await keeper.get(f"{PATH}/{probe}")).json()["data"]) == 1, probe
        answer = (await stranger.get(f"{PATH}/{probe}")).json()
        assert (answer["data"], answer["meta"]["totalResourceCount"]) == ([], 0), probe
        type_, _, query = probe.partition("?")
        count = await stranger.get(f"{PATH}/{type_}/count?{query}")
        assert count.json()["data"]["attributes"]["value"] == 0


async def test_withheld_records_are_not_there_for_others(guarded: App, falcon: dict[str, str]) -> None:
    stranger, reader = await signed_in(guarded, "stranger"), await signed_in(guarded, "reader")
    address = f"{PATH}/material-sample/{falcon['hidden']}"
    assert (await reader.get(address)).status_code == 200
    for path in (address, f"{address}/provenance", f"{address}/revisions/1"):
        assert (await stranger.get(path)).status_code in (403, 404), path
    for path in (
        f"{address}/revisions",
        f"{PATH}/audit-snapshot?filter[instanceId]=material-sample/{falcon['hidden']}",
    ):
        answer = await stranger.get(path)
        assert answer.status_code in (403, 404) or answer.json()["data"] == []
    assert "in dispute" not in (await stranger.get(f"{PATH}/changes?limit=1000")).text
    listed = (await stranger.get(f"{PATH}/material-sample?page[limit]=100")).json()
    names = [one["attributes"]["materialSampleName"] for one in listed["data"]]
    assert sorted(names) == ["anthrax", "egg", "shell"]
    assert listed["meta"]["totalResourceCount"] == len(names)
    for type_ in ("organism", "collecting-event", "sensitive-taxon"):
        found = (await stranger.get(f"{PATH}/{type_}?page[limit]=100")).json()
        assert found["meta"]["totalResourceCount"] == len(found["data"])
    found = (await stranger.get(f"{PATH}/material-sample/{falcon['restricted']}")).json()["data"][
        "attributes"
    ]
    assert found["isRestricted"] is True
    assert found["restrictionRemarks"] is None
    bulk = await stranger.post(
        f"{PATH}/material-sample/bulk-load", json={"data": [{"type": "material-sample", "id": falcon["hidden"]}]},
        headers={"content-type": "application/vnd.api+json; ext=bulk"},
    )  # fmt: skip
    assert bulk.status_code == 404


async def test_without_signing_in_only_what_was_released(guarded: App, falcon: dict[str, str]) -> None:
    nobody = client_of(guarded)
    listed = await nobody.get(f"{PATH}/material-sample?include=collectingEvent,organism")
    assert listed.status_code == 200
    assert [one["attributes"]["materialSampleName"] for one in listed.json()["data"]] == ["egg"]
    assert listed.json()["included"] == []
    for type_ in ("organism", "collecting-event", "project", "sensitive-taxon"):
        assert (await nobody.get(f"{PATH}/{type_}")).json()["data"] == []


async def test_withholding_goes_further_than_rounding(guarded: App, falcon: dict[str, str]) -> None:
    keeper, stranger = await signed_in(guarded, "keeper"), await signed_in(guarded, "stranger")
    rule = await made(keeper, "sensitive-taxon", {"scientificName": "falco rusticolus", "action": "WITHHOLD"})
    found = await event_seen(stranger, falcon["event"])
    assert found["geoReferenceAssertions"] is None
    assert found["eventGeom"] is None
    assert (await stranger.get(f"{PATH}/sensitive-taxon")).json()["data"] == []
    assert (await keeper.delete(f"{PATH}/sensitive-taxon/{rule}")).status_code == 204
    assert (await event_seen(stranger, falcon["event"]))["geoReferenceAssertions"] is not None
    wrong = await keeper.post(
        f"{PATH}/sensitive-taxon",
        json=resource("sensitive-taxon", {"group": "cnc", "scientificName": "Aus", "action": "GENERALISE"}),
    )
    assert wrong.json()["errors"][0]["meta"]["rule"] == "sensitiveTaxon.precision"


async def test_a_sensitive_taxon_that_was_only_seen_is_protected_too(
    guarded: App, falcon: dict[str, str]
) -> None:
    keeper, stranger = await signed_in(guarded, "keeper"), await signed_in(guarded, "stranger")
    place = [{"dwcDecimalLatitude": LATITUDE, "dwcDecimalLongitude": LONGITUDE, "isPrimary": True}]
    event = await made(keeper, "collecting-event", {"geoReferenceAssertions": place})
    assert (await event_seen(stranger, event))["geoReferenceAssertions"][0]["dwcDecimalLatitude"] == LATITUDE
    observed = {
        "scientificName": "Falco rusticolus", "basisOfRecord": "HumanObservation", "occurrenceStatus": "present"
    }  # fmt: skip
    await made(keeper, "observation", observed, collectingEvent=linked("collecting-event", event))
    assert (await event_seen(stranger, event))["geoReferenceAssertions"][0]["dwcDecimalLatitude"] == 68.25
