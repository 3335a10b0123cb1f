"""Publishing in a real browser: journey J8 with its counts, and what everybody may read of it."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Browser

from tests.browser.conftest import NAMES, RUNS
from tests.browser.hand import Hand
from tests.browser.signing import signed_in
from tests.conftest import resource

WORDS = {
    "en": {"publish": "Publish", "sets": "New data set"}, "fr": {"publish": "Publication", "sets": "Nouveau jeu de données"},
}  # fmt: skip


@pytest.mark.parametrize(("language", "keyboard"), RUNS, ids=NAMES)
async def test_j8_a_data_set_is_described_published_and_published_again(
    browser: Browser, address: str, api: httpx.AsyncClient, language: str, keyboard: bool
) -> None:
    page = await signed_in(browser, address, language)
    hand = Hand(page, keyboard=keyboard)
    title = f"Plants {language} {keyboard}"
    await page.goto(f"/{language}/")
    await hand.press(f"nav.rail a:has-text('{WORDS[language]['publish']}')")
    await hand.press(f"main a:has-text('{WORDS[language]['sets']}')")
    await page.wait_for_selector("#title")
    await hand.type("#title", title)
    await hand.type("#frenchTitle", f"Plantes {title}")
    await hand.type("#abstract", "Specimens of the demonstration, real ones.")
    await hand.type("#contact-0-name", "A. Roy")
    await hand.press("button[value=publish]")
    await page.wait_for_selector(".said")
    print(
        f"\nJ8 {language}{' keyboard' if keyboard else ''} first: {hand.actions} actions (at most 25), {hand.entries} entries"
    )
    assert hand.actions <= 25
    assert "v1" in await page.inner_text(".title")
    changed = await api.get(
        "/collection/v1/material-sample", params={"filter[publiclyReleasable][EQ]": "true", "page[limit]": 1}
    )
    one = changed.json()["data"][0]
    body = resource("material-sample", {"materialSampleRemarks": title}, id=one["id"])
    answer = await api.patch(f"/collection/v1/material-sample/{one['id']}", json=body)
    assert answer.status_code == 200, answer.text
    again = Hand(page, keyboard=keyboard)
    await page.goto(f"/{language}")
    await again.press(f"nav.rail a:has-text('{WORDS[language]['publish']}')")
    await again.press(f"td a:has-text('{title}') >> nth=0")
    await again.press("main .actions form button")
    await page.wait_for_url("**job=*")
    await page.wait_for_selector(".said")
    said = await page.inner_text(".said")
    print(f"J8 again: {again.actions} actions (at most 3): {said}")
    assert again.actions <= 3
    assert "+0 −0 ~1" in said
    await page.context.close()


async def test_everybody_reads_what_is_released_and_nothing_else(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    shown = await api.get(
        "/collection/v1/material-sample", params={"filter[publiclyReleasable][EQ]": "true", "page[limit]": 1}
    )
    id_ = shown.json()["data"][0]["id"]
    made = await api.post("/collection/v1/material-sample", json=resource("material-sample", {
        "group": "demo", "materialSampleName": "HIDDEN-1", "publiclyReleasable": False,
        "notPubliclyReleasableReason": "secret",
    }))  # fmt: skip
    hidden = made.json()["data"]["id"]
    async with httpx.AsyncClient(base_url=address, timeout=60) as anybody:
        page = await anybody.get(f"/specimen/{id_}", headers={"accept": "text/html", "accept-language": "fr"})
        assert (page.status_code, page.headers["location"]) == (303, f"/fr/public/specimens/{id_}")
        page = await anybody.get(f"/fr/public/specimens/{id_}")
        assert page.status_code == 200
        assert 'type="application/ld+json"' in page.text
        linked = await anybody.get(f"/specimen/{id_}", headers={"accept": "application/ld+json"})
        assert linked.headers["content-type"] == "application/ld+json"
        assert linked.json()["@id"].endswith(f"/specimen/{id_}")
        plain = await anybody.get(f"/specimen/{id_}", headers={"accept": "application/vnd.api+json"})
        assert plain.json()["data"]["type"] == "published-specimen"
        assert (
            plain.json()["data"]["attributes"]["terms"]["dwc:occurrenceID"]
            == linked.json()["dwc:occurrenceID"]
        )
        for accept in ("text/html", "application/ld+json", "application/vnd.api+json"):
            found = await anybody.get(
                f"/specimen/{hidden}", headers={"accept": accept}, follow_redirects=True
            )
            assert found.status_code == 404
            assert "HIDDEN-1" not in found.text
        assert (await anybody.get("/en/public")).status_code == 200
        assert (await anybody.get("/en/imports")).status_code in (302, 303), "work asks for an account"


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_saved_search_is_chosen_as_what_is_published_without_scripts(
    browser: Browser, address: str, api: httpx.AsyncClient, language: str
) -> None:
    tree = {
        "any": [{"words": "carex"}, {"field": "collectingEvent.dwcCountry", "op": "eq", "value": "Turkey"}]
    }
    given = {"group": "demo", "searchedType": "material-sample", "query": {"filter": tree}}
    shared = given | {"name": f"Sedges {language}"}
    made = await api.post("/search/v1/saved-query", json=resource("saved-query", shared))
    search = made.json()["data"]["id"]
    hidden = given | {"name": f"For myself {language}", "private": True}
    assert (await api.post("/search/v1/saved-query", json=resource("saved-query", hidden))).status_code == 201
    page = await signed_in(browser, address, language, java_script_enabled=False)
    await page.goto(f"/{language}/publish/new")
    assert f"For myself {language}" not in await page.inner_text("#search")
    await page.fill("#title", f"By a search {language}")
    await page.select_option("#search", search)
    await page.select_option("#collection", index=1)
    await page.click("button[value=save]")
    assert await page.inner_text("#query-error")
    assert await page.input_value("#search") == search
    await page.select_option("#collection", "")
    await page.click("button[value=save]")
    await page.wait_for_url(f"**/{language}/publish/*-*")
    counted = {
        "type": "material-sample",
        "filter": {"all": [tree, {"field": "publiclyReleasable", "value": True}]},
    }
    body = {"data": {"type": "search-count", "attributes": counted}}
    total = (await api.post("/search/v1/search/count", json=body)).json()["data"]["attributes"]["total"]
    content = page.locator("section[aria-labelledby=content-part]")
    assert str(total) in await content.inner_text()
    assert await content.locator(f"a:has-text('Sedges {language}')").count() == 1
    assert (await api.delete(f"/search/v1/saved-query/{search}")).status_code == 204
    await page.reload()
    assert ("recherche enregistrée" if language == "fr" else "saved search") in await content.inner_text()
    await page.context.close()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_what_a_search_finds_is_exported_in_any_form_without_scripts(
    browser: Browser, address: str, language: str
) -> None:
    page = await signed_in(browser, address, language, java_script_enabled=False)
    await page.goto(f"/{language}/specimens?q=country:=Turkey")
    total = int((await page.inner_text(".list-head .total")).split()[-1])
    await page.click(".list-head a[href*='/exports/new']")
    assert await page.input_value("#q") == "country:=Turkey"
    await page.fill("#columns", "materialSampleName\ncollectingEvent.dwcCountry = Where")
    await page.select_option("#format", "CSV")
    await page.fill("#query", "sort=createdOn")
    await page.click(".save button")
    assert await page.locator(".problems, [role=alert]").count()
    assert await page.input_value("#q") == "country:=Turkey", "what was typed stays"
    await page.fill("#query", "")
    await page.click(".save button")
    await page.wait_for_url(f"**/{language}/exports/*-*")
    link = page.locator("main a[href$='/file']")
    for _ in range(200):
        if await link.count():
            break
        await page.wait_for_timeout(200)
        await page.reload()
    answer = await page.request.get(str(await link.get_attribute("href")))
    lines = (await answer.text()).lstrip("\ufeff").splitlines()
    assert lines[0].endswith("Where")
    assert {line.rsplit(",", 1)[1] for line in lines[1:]} == {"Turkey"}
    assert len(lines) - 1 == total
    await page.context.close()
