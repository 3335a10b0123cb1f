"""Soft checks in the forms: told beside the field while typing, silenced with a reason that is kept, never in the way."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.browser.hand import violations
from tests.browser.signing import signed_in

WORDS = {
    "en": {"outside": "outside Canada", "right": "It is right…", "earlier": "before it was collected", "silenced": "Silenced: Sur un bateau"},
    "fr": {"outside": "hors du pays indiqué (Canada)", "right": "C’est juste…", "earlier": "avant d’être récolté", "silenced": "Tu : Sur un bateau"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_an_odd_value_is_told_while_typing_and_silenced_with_a_reason(
    page: Page, language: str
) -> None:
    words = WORDS[language]
    await page.goto(f"/{language}/specimens/new")
    await page.select_option("#group", "demo")
    await page.fill("#materialSampleName", f"SOFT-{language}")
    await page.fill("[name='event.dwcCountry']", "Canada")
    await page.fill("[name='event.verbatimEventDateTime']", "12 July 1998")
    await page.fill("[name='event.dwcVerbatimCoordinates']", "45°24'N 75°42'E")
    await page.fill("[name='organism.0.determination.0.scientificName']", "Carex aquatilis Wahlenb.")
    await page.fill("[name='organism.0.determination.0.determinedOn']", "1997-05-01")
    await page.press("[name='organism.0.determination.0.determinedOn']", "Tab")
    outside = page.locator(f".said.warn:has-text('{words['outside']}')")
    await outside.wait_for()
    await page.wait_for_selector(f".said.warn:has-text('{words['earlier']}')")
    assert await violations(page) == []
    await outside.get_by_role("button", name=words["right"]).click()
    await page.keyboard.type("Sur un bateau")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(f".said:not(.warn):has-text('{words['silenced']}')")
    await page.keyboard.press("Control+s")
    await page.wait_for_selector(f"h1:has-text('SOFT-{language}')")
    # Opened again, the value is still what it was and nobody is told a second time.
    await page.goto(page.url + "/edit")
    await page.fill("[name='event.habitat']", "deck")
    await page.press("[name='event.habitat']", "Tab")
    await page.wait_for_selector(f".said:not(.warn):has-text('{words['silenced']}')")
    assert await page.locator(f".said.warn:has-text('{words['outside']}')").count() == 0


async def test_without_scripts_notes_stand_above_the_form_and_take_a_reason(
    browser: Browser, address: str
) -> None:
    page = await signed_in(browser, address, java_script_enabled=False)
    await page.goto("/en/specimens/new")
    await page.select_option("#group", "demo")
    await page.fill("#materialSampleName", "SOFT-plain")
    await page.fill("[name='event.dwcVerbatimCoordinates']", "0, 0")
    await page.click("button[value=check]")
    note = page.locator("ul.panel li:has-text('0, 0 lies in the Atlantic')")
    await note.locator("summary").click()
    await note.locator("input").fill("A buoy.")
    await page.click("button[data-key=save]")
    await page.wait_for_selector("h1:has-text('SOFT-plain')")
    await page.goto(page.url + "/edit")
    assert await page.locator("[name='event.silencedChecks.0.reason']").input_value() == "A buoy."
    await page.context.close()


async def test_the_form_of_an_event_is_told_as_well(page: Page) -> None:
    await page.goto("/en/collecting-event/new")
    await page.select_option("#group", "demo")
    await page.fill("[name='dwcCountry']", "Canada")
    await page.fill("[name='startEventDateTime']", "1066")
    await page.press("[name='startEventDateTime']", "Tab")
    await page.wait_for_selector(".said.warn:has-text('unusually early')")


async def test_a_name_that_differs_by_a_slip_from_one_in_use_is_told(page: Page) -> None:
    await page.goto("/en/specimens/new")
    await page.fill("[name='organism.0.determination.0.scientificName']", "Bufo buffo")
    await page.press("[name='organism.0.determination.0.scientificName']", "Tab")
    await page.wait_for_selector(".said:has-text('No other specimen has this name')")
