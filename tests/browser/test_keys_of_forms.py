"""Keys in the form of a new specimen: one Tab for each field, and what D13 promises."""

from __future__ import annotations

import uuid

from playwright.async_api import Page

from tests.browser.hand import indexed

NAMES = "document.activeElement.name || document.activeElement.id"


async def test_keys_in_the_form_of_a_specimen(page: Page) -> None:
    code = f"K-{uuid.uuid4().hex[:8]}"
    await page.goto("/en/specimens")
    await page.keyboard.press("c", delay=100)
    await page.keyboard.press("s", delay=100)
    await page.wait_for_url("**/specimens/series")
    await page.goto("/en/specimens/new")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("barcode", delay=20)
    await page.click("#seek-found a:has-text('↓')")
    assert await page.evaluate(NAMES) == "barcode"
    await page.keyboard.type(code)
    await page.keyboard.press("Control+;")
    typed = await page.input_value("[name=barcode]")
    assert typed.startswith(code), "the day is written beside what stands there"
    await page.keyboard.press("Control+z")
    assert await page.input_value("[name=barcode]") == code
    await page.keyboard.press("Control+.")
    assert await page.inner_text("#field-menu h2") == "Barcode"
    await page.keyboard.press("Enter")
    assert await page.is_checked("[name=_lock][value=barcode]")
    await page.keyboard.press("Control+.")
    await page.click("#field-menu button:has-text('Do not keep')")
    assert not await page.is_checked("[name=_lock][value=barcode]")
    assert await page.evaluate(NAMES) == "barcode", "the field has the focus again"
    await page.keyboard.press("Enter")
    assert await page.evaluate(NAMES) not in ("_lock", "barcode")
    await page.focus("[name=barcode]")
    await page.keyboard.press("Tab")
    assert await page.evaluate(NAMES) != "_lock"
    await page.focus("[name=barcode]")
    await page.keyboard.press("Control+'")
    await page.wait_for_selector("#save-state:has-text('No record was saved')")
    await page.select_option("select#group", "demo")
    await page.keyboard.press("Control+Shift+Enter")
    await page.wait_for_selector(".message:has-text('is saved')")
    assert await page.input_value("[name=barcode]") == ""
    await page.focus("[name=barcode]")
    await page.keyboard.press("Control+'")
    assert await page.input_value("[name=barcode]") == code


async def test_x_moves_what_is_selected_and_what_is_open(page: Page) -> None:
    await indexed(page)
    await page.goto("/en/specimens?q=astragalus")
    await page.check("table[data-rows] .pick input >> nth=0")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("x", delay=100)
    await page.wait_for_selector("h1:has-text('Move 1 thing')")
    await page.goto("/en/specimens?q=astragalus")
    await page.click("table[data-rows] a.row >> nth=0")
    await page.wait_for_selector("#identifications")
    await page.keyboard.press("x", delay=100)
    await page.wait_for_selector("#cut-told:has-text('is cut. Go to a place and press v.')")
