"""Journeys of people who use no mouse: every control is reached by Tab or a key, in French as well.

J3 and J8 by keyboard are in `test_data_in_and_out`.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.hand import Hand, indexed
from tests.conftest import WHOLE

LANGUAGES = ["fr", "en"][: None if WHOLE else 1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_j2_fifty_insects_of_one_event(page: Page, language: str) -> None:
    hand = Hand(page, keyboard=True)
    await page.goto(f"/{language}/specimens")
    await page.keyboard.press("c", delay=100)
    await hand.key("s")
    await page.wait_for_selector("#count")
    assert await page.evaluate("document.activeElement.id") == "count", "one types at once"
    await hand.type("#count", "50")
    await hand.choose("#numbers", "base")
    await hand.type("#base", f"KEY{language}-0098")
    await hand.choose("#group", "demo")
    for name, text in (
        ("organism.0.determination.0.scientificName", "Bombus terrestris (Linnaeus, 1758)"),
        ("event.verbatimEventDateTime", "7 juillet 1921"),
        ("event.dwcRecordedBy", "J. Macoun"),
        ("event.dwcVerbatimLocality", "Whitehorse, river bank"),
        ("event.dwcVerbatimCoordinates", "60°43'N 135°3'W"),
    ):
        await hand.type(f"[name='{name}']", text)
    await hand.key("Control+Enter")
    await page.wait_for_selector(f"form [role=status]:has-text('KEY{language}-0147')")
    await hand.key("Control+Enter")
    await page.wait_for_selector(".message button")
    hand.told(f"J2 {language} by keyboard, without labels", 12, 14)
    answer = await page.request.get(f"/{language}/specimens?q=KEY{language}-0100")
    assert "1921-07-07" in await answer.text()
    async with page.expect_navigation():
        await hand.press(".message button")
    gone = await page.request.get(f"/{language}/specimens?q=KEY{language}-0100")
    assert "Bombus terrestris" not in await gone.text()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_j4_all_of_a_genus_are_selected_for_what_comes_next(page: Page, language: str) -> None:
    await indexed(page)
    hand = Hand(page, keyboard=True)
    await page.goto(f"/{language}/specimens")
    await hand.type("#q", "genus:Veronica")
    await hand.key("Enter")
    await page.wait_for_selector(".total:has-text('18')")
    await page.wait_for_load_state()
    await hand.key("ArrowDown")
    await hand.key("Control+a")
    await page.wait_for_selector("input[name=all]", state="attached")
    await hand.press("button[formaction$='/identify']")
    await page.wait_for_selector("#scientificName")
    assert "18" in await page.inner_text("main")
    hand.told(f"J4 {language} by keyboard, without labels", 9, 1)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_j7_a_drawer_moves_and_goes_back(page: Page, language: str) -> None:
    hand = Hand(page, keyboard=True)
    await page.goto(f"/{language}/storage")
    await Hand(page, keyboard=True).press("main a:has-text('Tissue box 1')")
    await page.wait_for_selector("h1:has-text('Tissue box 1')")
    await hand.key("m")
    await page.wait_for_selector("dina-station:defined #code")
    await hand.scan("DEMO-007", "DEMO-004")
    await page.wait_for_selector(".scan-last:has-text('Room 3')")
    hand.told(f"J7 {language} by keyboard", 3, 0)
    await hand.press("dina-station button[name=undo]")
    await page.wait_for_selector(".scan-last:has-text('Taken back'), .scan-last:has-text('Annulé')")
