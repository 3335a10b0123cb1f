"""What pages say in the reader's words: states, kinds, what is not there any more, coordinates."""

from __future__ import annotations

import uuid

from playwright.async_api import Page

from tests.browser.test_events import EVENT, SAMPLE, Api, api

__all__ = ["api"]


async def test_a_collector_who_was_deleted_is_said_to_be_gone(api: Api) -> None:
    person = {"data": {"type": "person", "attributes": {"displayName": f"Gone {uuid.uuid4()}"}}}
    made = await api.client.post("/agent/v1/person", json=person, headers=api.headers)
    id_ = made.json()["data"]["id"]
    place = {
        "dwcDecimalLatitude": 36.557,
        "dwcDecimalLongitude": 29.614,
        "isPrimary": True,
        "georeferencedBy": [id_],
    }
    event = await api.make(EVENT, {"dwcVerbatimLocality": "Kaş", "geoReferenceAssertions": [place]})
    specimen = await api.make(
        SAMPLE,
        {"materialSampleName": f"WORDS-{event[:8]}", "materialSampleState": "destroyed"},
        collectingEvent=event,
    )
    await api.client.delete(f"/agent/v1/person/{id_}", headers=api.headers)
    for path in (f"/fr/{EVENT}/{event}", f"/fr/specimens/{specimen}"):
        text = (await api.client.get(path)).text
        assert "fiche qui n’existe plus" in text
        assert id_ not in text
        assert "36.557" in text
        assert "36,557" not in text
    text = (await api.client.get(f"/fr/specimens/{specimen}")).text
    assert '<span class="badge info">Détruit</span>' in text
    assert '<span class="badge">Démonstration</span>' in text
    assert "Code à barres" not in text
    assert "Code à barres" in (await api.client.get(f"/fr/specimens/{specimen}?empty=1")).text


async def test_a_specimen_goes_into_a_set_from_its_page(api: Api) -> None:
    specimen = await api.make(SAMPLE, {"materialSampleName": f"SET-{uuid.uuid4()}"})
    made = await api.send(f"/fr/specimens/{specimen}/set", set="")
    assert made.url.path.startswith("/fr/record-set/")
    again = await api.send(f"/fr/specimens/{specimen}/set", set=made.url.path.split("/")[3])
    assert again.url.path == f"/fr/specimens/{specimen}"
    assert "Maintenant dans l’ensemble" in again.text


async def test_all_pages_of_a_section_are_reachable_on_every_width(page: Page) -> None:
    await page.goto("/en/site")
    for width, within in ((1280, ".rail"), (1000, ".subpages"), (390, ".below")):
        await page.set_viewport_size({"width": width, "height": 844})
        if width == 390:
            await page.get_by_role("navigation", name="Quick menu").get_by_text("Menu", exact=True).click()
        link = page.locator(f"{within} a[href='/en/expedition']")
        assert await link.is_visible()
        assert await page.locator(".subpages").is_visible() == (width == 1000)
    quick = page.get_by_role("navigation", name="Quick menu")
    assert await quick.get_by_role("link", name="Scan", exact=True).is_visible()
    assert await quick.get_by_role("link", name="Jobs", exact=True).is_visible()


async def test_identifying_in_bulk_is_found_in_the_menu_and_by_command(api: Api) -> None:
    found = await api.client.get("/en/find?q=%3Eidentify in bulk")
    assert found.url.path == "/en/specimens/identify"
    assert 'href="/en/specimens/identify"' in (await api.client.get("/en/specimens")).text


async def test_the_page_of_a_person_leads_to_what_the_person_did(api: Api) -> None:
    person = {"data": {"type": "person", "attributes": {"displayName": f"Used {uuid.uuid4()}"}}}
    id_ = (await api.client.post("/agent/v1/person", json=person, headers=api.headers)).json()["data"]["id"]
    assert "No other record points at it." in (await api.client.get(f"/en/person/{id_}/uses")).text
    for locality in ("Aylmer", "Hull"):
        event = await api.make(EVENT, {"dwcVerbatimLocality": locality})
        link = {"collectors": {"data": [{"type": "person", "id": id_}]}}
        body = {"data": {"type": EVENT, "id": event, "relationships": link}}
        await api.client.patch(f"/collection/v1/{EVENT}/{event}", json=body, headers=api.headers)
    assert f"/en/person/{id_}/uses" in (await api.client.get(f"/en/person/{id_}")).text
    said = (await api.client.get(f"/fr/person/{id_}/uses", headers={"hx-request": "true"})).text
    assert "<html" not in said
    assert "Événements de récolte\u202f: 2" in said
    there = said.split('href="')[1].split('"')[0]
    listed = (await api.client.get(there)).text
    assert "Aylmer" in listed
    assert "Hull" in listed
    assert f"Récolteurs est {person['data']['attributes']['displayName']}" in listed
    assert (await api.client.get("/en/person/not-an-id/uses")).status_code == 404


async def test_lists_and_chips_call_groups_and_records_by_their_names(api: Api) -> None:
    number = f"CHIP-{uuid.uuid4().hex[:8]}"
    event = await api.make(EVENT, {"dwcFieldNumber": number})
    listed = (await api.client.get(f"/fr/specimens?q=collectingEvent.id:={event}")).text
    assert f"Événement de récolte\u202f: {number}" in listed
    grouped = (await api.client.get("/fr/specimens?q=group:=demo&cols=materialSampleName,group")).text
    assert "Groupe\u202f: Démonstration" in grouped
    assert 'data-label="Groupe">Démonstration</td>' in grouped
    plain = (await api.client.get(f"/fr/{EVENT}?cols=dwcFieldNumber,group")).text
    assert "Démonstration" in plain[plain.index("<tbody") :]
