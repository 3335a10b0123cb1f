"""Associations in the form of a specimen: given with it, kept for the next one, changed and taken away."""

from __future__ import annotations

import httpx
from playwright.async_api import Page

from tests.browser.test_meeting import made

ASSOCIATION = "/collection/v1/association"


async def of(api: httpx.AsyncClient, name: str) -> list[dict[str, object]]:
    """The associations of the specimen of that number: type, associated specimen, remarks."""
    params = {"filter[materialSampleName][EQ]": name}
    [sample] = (await api.get("/collection/v1/material-sample", params=params)).json()["data"]
    found = await api.get(
        ASSOCIATION, params={"fiql": f"sample.id=={sample['id']}", "include": "associatedSample"}
    )
    return [
        {**one["attributes"], "to": one["relationships"]["associatedSample"]["data"]["id"]}
        for one in found.json()["data"]
    ]


async def test_an_association_is_given_carried_to_the_next_changed_and_taken_away(
    page: Page, api: httpx.AsyncClient
) -> None:
    host = await made(api, "material-sample", {"materialSampleName": "HOST-1"})
    await page.goto("/en/specimens/new")
    await page.select_option("#group", "demo")
    await page.fill("#materialSampleName", "GUEST-1")
    assert not await page.get_by_text("Id of a record", exact=False).locator("visible=true").count()
    await page.fill("[name='association.0.associationType']", "host_of")
    picker = page.locator("[id='association.0.associatedSample']")
    await picker.fill("HOST-1")
    await page.wait_for_selector("[id='association.0.associatedSample-list'] li:has-text('HOST-1')")
    await picker.press("Enter")
    for name in ("associationType", "associatedSample"):
        await page.check(f"[name=_lock][value='association.0.{name}']", force=True)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector(".message:has-text('GUEST-1')")
    assert [(one["associationType"], one["to"]) for one in await of(api, "GUEST-1")] == [("host_of", host)]
    assert await page.input_value("[name='association.0.associationType']") == "host_of"
    await page.select_option("#group", "demo")
    await page.fill("#materialSampleName", "GUEST-2")
    await page.keyboard.press("Control+s")
    await page.wait_for_selector("h1:has-text('GUEST-2')")
    assert [(one["associationType"], one["to"]) for one in await of(api, "GUEST-2")] == [("host_of", host)]
    await page.click(".actions a:has-text('Edit')")
    await page.fill("[name='association.0.remarks']", "seen on it")
    await page.click("button[name=_association]")
    await page.fill("[name='association.1.remarks']", "nothing else said")
    await page.keyboard.press("Control+s")
    await page.wait_for_selector("#problems")
    await page.fill("[name='association.1.remarks']", "")
    await page.keyboard.press("Control+s")
    await page.wait_for_selector(".message:has-text('GUEST-2')")
    assert [(one["remarks"], one["to"]) for one in await of(api, "GUEST-2")] == [("seen on it", host)]
    await page.click(".actions a:has-text('Edit')")
    await page.check("[name=_gone]")
    await page.keyboard.press("Control+s")
    await page.wait_for_selector(".message:has-text('GUEST-2')")
    assert await of(api, "GUEST-2") == []
