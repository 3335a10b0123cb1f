"""Clean-up by distinct value in a real browser, and how the pages of data in and out look to everybody."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page

from tests.browser.hand import Hand, up_to_date, violations
from tests.browser.rows import specimens
from tests.browser.signing import signed_in
from tests.conftest import WHOLE, resource


async def test_near_equal_values_become_one_and_again_what_they_were(
    page: Page, api: httpx.AsyncClient
) -> None:
    async def collectors() -> list[str]:
        body = resource("table", {"columns": ["dwcRecordedBy"]})
        answer = await api.post(
            "/collection/v1/collecting-event/table?sort=id", json=body, headers={"accept": "text/csv"}
        )
        return [line for line in answer.text.splitlines() if "Lundevall" in line]

    await up_to_date(api)
    before = await collectors()
    hand = Hand(page)
    await page.goto("/en/clean-up?type=collecting-event&field=dwcRecordedBy&clusters=ngram")
    await hand.press("tr:has(input[name^=member-][value*=Lundevall]) input[name=merge]")
    await hand.press("form button:has-text('See what would change') >> nth=0")
    await page.wait_for_selector(".said")
    assert await collectors() == before, "nothing is written by looking"
    await hand.press("button[value=apply]")
    await page.wait_for_selector("button[value=undo]")
    assert len(set(await collectors())) < len(set(before))
    await hand.press("button[value=undo]")
    await page.wait_for_selector(".said:has-text('Taken back')")
    assert await collectors() == before
    print(f"\nClean-up with undo: {hand.actions} actions, {hand.entries} entries")


async def test_a_pattern_mends_every_text_of_a_field(page: Page, api: httpx.AsyncClient) -> None:
    place = f"Yukon{uuid.uuid4().hex[:6]}"
    body = resource("project", {"group": "demo", "name": f"Tidy 1998 - {place}"})
    made = await api.post("/collection/v1/project", json=body)
    replacing = page.locator("summary:has-text('Replace a part of every text')")
    while not await replacing.count():
        # The first of its kind is in the index a moment later.
        await page.goto("/en/clean-up?type=project&field=name")
    await replacing.click()
    await page.fill("#find", r"^Tidy (\d+) - (\w+$")
    await page.check("[name=pattern]")
    await page.fill("#replace", r"\2 \1")
    await page.click("details[open] button")
    assert "character 15" in await page.inner_text("#problems")
    assert await page.input_value("#replace") == r"\2 \1", "what was typed is there to be mended"
    await page.fill("#find", r"^Tidy (\d+) - (\w+)$")
    await page.click("details[open] button")
    await page.wait_for_selector("button[value=apply]")
    assert f"{place} 1998" in await page.locator("tbody ins").all_inner_texts()
    await page.click("main a:has-text('Back to the values')")
    assert (await page.input_value("#find"), await page.is_checked("[name=pattern]")) == (
        r"^Tidy (\d+) - (\w+)$",
        True,
    )
    await page.click("details[open] button")
    await page.click("button[value=apply]")
    await page.wait_for_selector("button[value=undo]")
    now = await api.get(f"/collection/v1/project/{made.json()['data']['id']}")
    assert now.json()["data"]["attributes"]["name"] == f"{place} 1998"


@pytest.mark.skipif(not WHOLE, reason="a look at every page: make test-whole")
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("fr", "dark")])
async def test_the_pages_of_data_in_and_out_have_no_fault_that_axe_finds(
    browser: Browser, address: str, tmp_path: Path, language: str, scheme: Any
) -> None:
    found: dict[str, list[str]] = {}
    page = await signed_in(browser, address, language, color_scheme=scheme)
    await page.goto(f"/{language}/imports/new")
    await page.set_input_files("#file", specimens(tmp_path, f"AXE{language}", 100))
    await page.click("#new-import .save button")
    await page.wait_for_selector("table.mapped")
    found["columns"] = await violations(page)
    await page.click("#columns button[value=check] >> nth=0")
    await page.wait_for_selector("table.groups")
    found["check"] = await violations(page)
    await page.click("main a[href*='/rows']")
    await page.wait_for_selector(".tabulator-row")
    found["grid"] = await violations(page)
    for path in (
        "imports", "imports/new", "jobs", "exports/new", "publish/new", "clean-up",
        "clean-up?type=storage-unit&field=name", "public",
    ):  # fmt: skip
        await page.goto(f"/{language}/{path}")
        found[path] = await violations(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    await page.context.close()


async def test_the_pages_fit_a_phone(browser: Browser, address: str) -> None:
    page = await signed_in(browser, address, viewport={"width": 320, "height": 700})
    for path in (
        "imports",
        "imports/new",
        "jobs",
        "exports/new",
        "publish",
        "publish/new",
        "clean-up",
        "public",
    ):
        await page.goto(f"/en/{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
    await page.context.close()
