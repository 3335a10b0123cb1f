"""Collecting events: what was gathered in one, whom a change of it concerns, and a copy for one specimen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.browser.signing import PLAIN, mark_in, sign_in
from tests.tokens import TOKEN

PREFIX = "/collection/v1"
SAMPLE, EVENT = "material-sample", "collecting-event"


class Api:
    """The API as the curator, and the pages in one session."""

    def __init__(self, client: httpx.AsyncClient, mark: str, token: str) -> None:
        self.client, self.mark = client, mark
        self.headers = {"authorization": f"bearer {token}", "content-type": "application/vnd.api+json"}

    async def make(self, type_: str, attributes: dict[str, Any], **links: str) -> str:
        data: dict[str, Any] = {"type": type_, "attributes": {"group": "demo", **attributes}}
        data["relationships"] = {name: {"data": {"type": EVENT, "id": id_}} for name, id_ in links.items()}
        answer = await self.client.post(f"{PREFIX}/{type_}", json={"data": data}, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    async def event_of(self, specimen: str) -> dict[str, Any]:
        told = await self.client.get(
            f"{PREFIX}/{SAMPLE}/{specimen}?include=collectingEvent", headers=self.headers
        )
        return dict(told.json()["included"][0])

    async def send(self, path: str, **form: str | list[str]) -> httpx.Response:
        return await self.client.post(path, data={"csrf": self.mark, **form})


@pytest_asyncio.fixture
async def api(address: str) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True, verify=PLAIN) as client:
        form = {"grant_type": "password", "client_id": "dina-public", "username": "curator", "password": "curator"}  # fmt: skip
        token = (await client.post(TOKEN, data=form)).json()["access_token"]
        yield Api(client, await sign_in(client, "curator"), token)


@pytest_asyncio.fixture
async def gathered(api: Api) -> tuple[str, list[str]]:
    """An event with two specimens."""
    place = {"dwcDecimalLatitude": 45.5, "dwcDecimalLongitude": -75.25, "dwcCoordinateUncertaintyInMeters": 1200, "isPrimary": True}  # fmt: skip
    words = {
        "dwcVerbatimLocality": "Aylmer, by the road",
        "habitat": "ditch",
        "geoReferenceAssertions": [place],
    }
    event = await api.make(EVENT, words)
    names = [f"EVENT-PAGE-{event[:8]}-{at}" for at in (1, 2)]
    return event, [await api.make(SAMPLE, {"materialSampleName": n}, collectingEvent=event) for n in names]


@pytest.mark.parametrize(
    ("language", "written", "understood"),
    [("en", "As written", "As understood"), ("fr", "Textuel", "Interprété")],
)
async def test_the_page_of_an_event_has_its_place_and_its_specimens(
    api: Api, gathered: tuple[str, list[str]], language: str, written: str, understood: str
) -> None:
    event, specimens = gathered
    text = (await api.client.get(f"/{language}/{EVENT}/{event}")).text
    assert 'point="45.5,-75.25" uncertainty="1200"' in text
    body = text[text.index(f"<h2>{written}") :]
    assert body.index("Aylmer, by the road") < body.index(understood) < body.index("ditch")
    assert all(f'href="/{language}/specimens/{one}"' in text for one in specimens)
    assert f"/{language}/specimens?q=collectingEvent.id:={event}" in text
    form = (await api.client.get(f"/{language}/specimens/new?collectingEvent={event}")).text
    assert f'<data value="{event}" hidden>Aylmer' in form
    assert event in (await api.client.get(f"/{language}/specimens/series?collectingEvent={event}")).text


async def test_one_specimen_gets_an_event_of_its_own_and_undo_brings_it_back(
    api: Api, gathered: tuple[str, list[str]]
) -> None:
    event, (one, other) = gathered
    form = (await api.client.get(f"/en/{EVENT}/{event}/edit?specimen={one}")).text
    assert "2 specimens come from this event" in form
    assert f"/en/{EVENT}/{event}/copy" in form
    assert "/copy" not in (await api.client.get(f"/en/{EVENT}/{event}/edit")).text
    made = await api.send(f"/en/{EVENT}/{event}/copy", specimen=one)
    own = await api.event_of(one)
    assert own["id"] != event
    assert made.url.path == f"/en/{EVENT}/{own['id']}/edit"
    assert own["attributes"]["habitat"] == "ditch"
    assert own["attributes"]["geoReferenceAssertions"][0]["dwcCoordinateUncertaintyInMeters"] == 1200
    assert (await api.event_of(other))["id"] == event
    undo = made.text.split('action="/en/changes/')[1].split('"')[0]
    api.mark = mark_in(made.text)
    await api.send(f"/en/changes/{undo}")
    assert (await api.event_of(one))["id"] == event


async def test_an_event_is_split_by_the_specimens_that_are_selected(
    api: Api, gathered: tuple[str, list[str]]
) -> None:
    event, (one, other) = gathered
    third = await api.make(SAMPLE, {"materialSampleName": f"EVENT-PAGE-{event[:8]}-3"}, collectingEvent=event)
    assert (
        "Donner aux sélectionnés leur propre événement" in (await api.client.get(f"/fr/{EVENT}/{event}")).text
    )
    made = await api.send(f"/fr/{EVENT}/{event}/copy", specimen=[one, third])
    assert "2 spécimens ont maintenant un événement à eux" in made.text
    own = await api.event_of(one)
    assert own["id"] == (await api.event_of(third))["id"] != event
    assert own["attributes"]["habitat"] == "ditch"
    assert (await api.event_of(other))["id"] == event
    # Whoever has an old page of the event moves nobody who has left it.
    late = await api.send(f"/en/{EVENT}/{event}/copy", specimen=[one, other])
    assert "Nothing was changed" in late.text
    assert (await api.event_of(one))["id"] == own["id"]
    assert "Select specimens first" in (await api.send(f"/en/{EVENT}/{event}/copy")).text


async def test_the_history_of_a_field_shows_its_changes_alone(
    api: Api, gathered: tuple[str, list[str]]
) -> None:
    event, _ = gathered
    for attributes in ({"habitat": "meadow"}, {"host": "Salix"}, {"habitat": "wood"}):
        body = {"data": {"type": EVENT, "id": event, "attributes": attributes}}
        answer = await api.client.patch(f"{PREFIX}/{EVENT}/{event}", json=body, headers=api.headers)
        assert answer.status_code == 200, answer.text
    whole = (await api.client.get(f"/en/{EVENT}/{event}/history")).text
    assert "Salix" in whole
    one = (await api.client.get(f"/en/{EVENT}/{event}/history?field=habitat")).text
    assert "Salix" not in one
    assert one.index("wood") < one.index("ditch"), "the newest change comes first"
    assert one.count("meadow") == 2
    assert "Salix" in (await api.client.get(f"/en/{EVENT}/{event}/history?field=nothing")).text


async def test_any_two_versions_are_compared(api: Api, gathered: tuple[str, list[str]]) -> None:
    event, _ = gathered
    for attributes in ({"habitat": "meadow"}, {"host": "Salix"}, {"habitat": "ditch"}):
        body = {"data": {"type": EVENT, "id": event, "attributes": attributes}}
        await api.client.patch(f"{PREFIX}/{EVENT}/{event}", json=body, headers=api.headers)
    listed = await api.client.get(f"{PREFIX}/{EVENT}/{event}/revisions", headers=api.headers)
    last, *_, first = [one["attributes"]["version"] for one in listed.json()["data"]]
    text = (await api.client.get(f"/fr/{EVENT}/{event}/history?from={last}&to={first}")).text
    told = text[text.index('id="compared"') : text.index('<ol class="history"')]
    assert f"Version {first} et version {last}" in told
    assert "Salix" in told
    assert "meadow" not in told, "what was changed and changed back is no difference"
    assert (await api.client.get(f"/en/{EVENT}/{event}/history?from=²&to=1")).status_code == 200
    assert (await api.client.get(f"/en/{EVENT}/{event}/history?from=999999&to=1")).status_code == 404


async def test_an_event_that_specimens_come_from_is_not_deleted_and_the_page_says_why(
    api: Api, gathered: tuple[str, list[str]]
) -> None:
    refused = await api.send(f"/fr/{EVENT}/{gathered[0]}/delete")
    assert refused.status_code == 422
    assert "Spécimens (2)" in refused.text
    assert f'href="/fr/{EVENT}/{gathered[0]}"' in refused.text
