"""Duplicates made one, and several again, from the list to the undo, in French and without scripts."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.async_api import Browser, Page

from tests.browser.hand import violations
from tests.browser.signing import signed_in
from tests.conftest import linked, resource

PERSON, EVENT = "/agent/v1/person", "/collection/v1/collecting-event"


async def made(api: httpx.AsyncClient, path: str, attributes: dict[str, Any], **links: Any) -> str:
    body = resource(path.rsplit("/", 1)[1], attributes, relationships=links)
    answer = await api.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def until_said(page: Page, text: str) -> None:
    """Ask for the latest state until the job is over, as somebody without scripts does."""
    for _ in range(200):
        if await page.locator(f".said:has-text('{text}')").count():
            return
        await page.wait_for_timeout(150)
        await page.reload()
    raise AssertionError(await page.inner_text("main"))


async def test_two_people_become_one_and_two_again_in_french_without_scripts(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    one = await made(api, PERSON, {"displayName": "Zoé Fusion", "remarks": "Botaniste"})
    two = await made(api, PERSON, {"displayName": "Fusion, Zoé", "email": "zoe@example.org"})
    event = await made(
        api, EVENT, {"group": "demo", "dwcFieldNumber": "FUS-1"}, collectors=linked("person", two, many=True)
    )
    page = await signed_in(browser, address, "fr", java_script_enabled=False)
    await page.goto("/fr/person?q=Fusion")
    for id_ in (one, two):
        await page.check(f"input[name=id][value='{id_}']")
    await page.click("button[value=merge]")
    stays = page.locator("thead th", has_text="Celle-ci reste")
    assert "Fusion, Zoé" in await stays.inner_text(), "who is referred to most stays"
    assert "1 événement de récolte" in await page.inner_text("tbody tr >> nth=0")
    assert await page.locator("main input[type=radio]:not([aria-label])").count() == 0
    await page.click(f"a[href$='keep={one}']")
    assert "Zoé Fusion" in await stays.inner_text()
    await page.click("form.wide button[type=submit]")
    await until_said(page, "resterait")
    said = await page.inner_text(".said")
    assert "« Zoé Fusion » resterait ; « Fusion, Zoé » irait à la corbeille." in said
    assert "1 fiche renverrait à celle qui reste (1 événement de récolte)." in said
    assert "zoe@example.org" in await page.inner_text("table.diff")
    assert await page.locator(f"a[href='/fr/collecting-event/{event}']").inner_text() == "FUS-1"
    await page.click("button[value=apply]")
    await until_said(page, "est à la corbeille")
    kept = (await api.get(f"{PERSON}/{one}")).json()["data"]["attributes"]
    assert (kept["aliases"], kept["email"]) == (["Fusion, Zoé"], "zoe@example.org")
    assert await collectors(api, event) == [one]
    await page.click("button[value=undo]")
    await until_said(page, "tout est comme avant la fusion")
    assert await collectors(api, event) == [two]
    assert (await api.get(f"{PERSON}/{two}")).status_code == 200
    await page.context.close()


async def collectors(api: httpx.AsyncClient, event: str) -> list[str]:
    found = (await api.get(f"{EVENT}/{event}")).json()["data"]["relationships"]["collectors"]["data"]
    return [link["id"] for link in found]


async def test_deleting_somebody_who_is_named_elsewhere_is_asked_twice_and_leaves_words_not_a_code(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    one = await made(api, PERSON, {"displayName": "Noémie Quitte"})
    event = await made(
        api, EVENT, {"group": "demo", "dwcFieldNumber": "QUI-1"}, collectors=linked("person", one, many=True)
    )
    page = await signed_in(browser, address, "fr", java_script_enabled=False)
    await page.goto(f"/fr/person/{one}")
    await page.click("summary:has-text('Plus')")
    await page.click("form[action$='/delete'] button")
    assert "1 fiche y renvoie : 1 événement de récolte." in await page.inner_text(".said")
    assert await page.locator("a:has-text('Fusionner avec…')").count() == 1
    await page.click("button[name=sure]")
    assert (await api.get(f"{PERSON}/{one}")).status_code == 410
    await page.goto(f"/fr/collecting-event/{event}")
    text = await page.inner_text("main")
    assert "n’existe plus" in text
    assert one not in text
    await page.context.close()


async def test_possible_duplicates_are_found_by_their_names_and_compared(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    page = await signed_in(browser, address)
    await page.goto("/en/person/duplicates")
    group = page.locator("ul.groups li", has_text="Lundevall")
    assert await group.locator("input[name=ids]").count() > 2, "C.-F. and Carl-Fredrik"
    assert await violations(page) == []
    await group.locator("button").click()
    await page.wait_for_selector("table.compare")
    assert await violations(page) == []
    await page.context.close()
