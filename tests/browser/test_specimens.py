"""Working with specimens in a real browser: finding, entering, series, moving; the steps are counted."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.browser.hand import Hand, indexed, violations
from tests.browser.signing import signed_in
from tests.conftest import WHOLE


async def test_fifty_insects_of_one_event_are_one_change_and_one_undo(page: Page) -> None:
    hand = Hand(page)
    await page.goto("/en/specimens")
    await hand.key("c")
    await hand.key("s")
    await page.wait_for_selector("#count")
    await hand.type("#count", "50")
    await hand.choose("#numbers", "base")
    await hand.type("#base", "J2-0098")
    await hand.choose("#group", "demo")
    await hand.type(
        "[name='organism.0.determination.0.scientificName']", "Bombus terrestris (Linnaeus, 1758)"
    )
    await hand.type("[name='event.verbatimEventDateTime']", "7.vii.1921")
    await hand.type("[name='event.dwcRecordedBy']", "J. Macoun")
    await hand.type("[name='event.dwcVerbatimLocality']", "Whitehorse, river bank")
    await hand.type("[name='event.dwcVerbatimCoordinates']", "60°43'N 135°3'W")
    await hand.key("Control+Enter")
    await page.wait_for_selector("text=50 specimens, J2-0098 to J2-0147")
    await hand.key("Control+Enter")
    await page.wait_for_selector(".message:has-text('50 specimens made')")
    print(f"\nJ2 without labels: {hand.actions} actions, {hand.entries} entries (at most 12 and 14)")
    assert hand.actions <= 12
    assert hand.entries <= 14
    answer = await page.request.get("/en/specimens?q=J2-0100")
    assert "Bombus terrestris" in await answer.text()
    assert "1921-07-07" in await answer.text()
    assert "60.71" in await answer.text()
    await page.click(".message button:has-text('Undo')")
    await page.wait_for_load_state()
    gone = await page.request.get("/en/specimens?q=J2-0100")
    assert "Bombus terrestris" not in await gone.text()


async def test_a_specimen_is_entered_with_event_and_name_at_once_and_errors_stand_in_nested_rows(
    page: Page,
) -> None:
    await page.goto("/en/specimens/new")
    await page.select_option("#group", "demo")
    await page.fill("#materialSampleName", "FORM-1")
    await page.fill("[name='organism.0.determination.0.determinedOn']", "1921-13-45")
    await page.fill("[name='organism.0.determination.0.scientificName']", "Carex aquatilis Wahlenb.")
    await page.fill("[name='event.verbatimEventDateTime']", "juillet 1921")
    await page.press("[name='event.verbatimEventDateTime']", "Tab")
    await page.wait_for_selector(".said:has-text('1921-07')")
    await page.keyboard.press("Control+s")
    await page.wait_for_selector("#problems")
    assert (
        await page.locator("[id='organism.0.determination.0.determinedOn'][aria-invalid=true]").count() == 1
    )
    await page.fill("[name='organism.0.determination.0.determinedOn']", "1950-06-01")
    await page.keyboard.press("Control+s")
    await page.wait_for_selector("h1:has-text('FORM-1')")
    text = await page.inner_text("main")
    assert "Carex aquatilis Wahlenb." in text
    assert "1921-07" in text
    assert await page.locator("svg .here").count() == 1


async def test_a_drawer_moves_by_two_scans_and_one_key_and_back_by_undo(page: Page) -> None:
    await page.goto("/en/storage")
    hand = Hand(page)
    await page.click("main a:has-text('Tissue box 1')")
    await page.wait_for_selector("h1:has-text('Tissue box 1')")
    await hand.key("m")
    await page.wait_for_selector("dina-station:defined #code")
    await hand.scan("DEMO-007")
    await hand.scan("DEMO-004", end=";")
    await page.wait_for_selector(".scan-last:has-text('Tissue box 1 → Room 3')")
    print(f"\nJ7: {hand.actions} actions (2 scans and 1 key)")
    assert hand.actions == 3
    await page.click("button:has-text('Undo the last')")
    await page.wait_for_selector(".scan-last:has-text('Taken back')")
    await page.keyboard.type("NOTHING-99,", delay=5)
    await page.wait_for_selector(".scan-last.bad")


async def test_the_list_narrows_by_links_shows_charts_and_map_and_goes_on_to_the_next(page: Page) -> None:
    await indexed(page)
    await page.goto("/fr/specimens?q=country:Turkey")
    await page.click(".facets a:has-text('Veronica')")
    await page.wait_for_selector(".total:has-text('sur 18')")
    await page.click("td a.row >> nth=1")
    await page.wait_for_selector("a[rel=next]")
    await page.keyboard.press("n")
    await page.wait_for_selector("text=3 sur 18")
    await page.goto("/fr/specimens?q=veronica&view=charts")
    await page.click("svg a:has-text('Turkey')")
    await page.wait_for_selector(".chip:has-text('Turkey')")
    await page.goto("/fr/specimens?q=veronica&view=map")
    await page.wait_for_selector(".cluster")
    assert await page.locator(".twin td a").count() >= 1


async def test_all_of_a_genus_are_identified_anew_and_taken_back(page: Page) -> None:
    await indexed(page)
    hand = Hand(page)
    await page.goto("/en/specimens")
    await hand.type("#q", "genus:Veronica")
    await hand.key("Enter")
    await page.wait_for_selector(".total:has-text('of 18')")
    await hand.press("[data-all]")
    await hand.press("button:has-text('Identify')")
    await page.wait_for_selector("text=18 specimens")
    print(f"\nJ4 without labels: {hand.actions} actions, {hand.entries} entry (at most 9 and 1)")
    assert hand.actions <= 9
    assert hand.entries <= 1
    await page.fill("#scientificName", "Pseudolysimachion spicatum (L.) Opiz")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector(".message:has-text('18 specimens identified')")
    await page.click(".message button:has-text('Undo')")
    await page.wait_for_load_state()
    await indexed(page)


@pytest.mark.skipif(not WHOLE, reason="a look at every page: make test-whole")
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_no_page_hinders_anybody_and_all_work_on_a_narrow_screen(page: Page, language: str) -> None:
    await indexed(page)
    await page.set_viewport_size({"width": 320, "height": 700})
    await page.goto(f"/{language}/specimens?q=veronica")
    record = await page.get_attribute("td a.row", "href") or ""
    for path in ("specimens?q=veronica", "specimens?view=charts", "specimens?view=tree", "specimens?q=veronica&view=map", "specimens/new",
                 "specimens/series", "specimens/identify", "storage", "storage/scan", record[4:]):  # fmt: skip
        await page.goto(f"/{language}/{path}")
        # Clusters of a map may lie over each other; the list of places below the map has the same links.
        assert [one for one in await violations(page) if "leaflet-marker-icon" not in one] == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
    await page.goto(f"/{language}/storage")
    await page.click("main a:has-text('Tissue box 1')")
    await page.wait_for_selector("dina-wells")
    assert await violations(page) == []


async def test_parts_are_derived_with_names_of_the_series(page: Page) -> None:
    await page.goto("/en/specimens?q=MA-DUMMY-12")
    await page.wait_for_selector("h1:has-text('MA-DUMMY-12')")
    await page.click(".actions a:has-text('Derive')")
    await page.fill("#count", "3")
    await page.select_option("#characterType", "NUMBER")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector("[name=name] >> nth=2")
    names = [await one.input_value() for one in await page.locator("[name=name]").all()]
    assert len(set(names)) == 3
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector(".message:has-text('3 specimens made')")
    assert names[2] in await page.inner_text("main")
    await page.click(".message button:has-text('Undo')")


async def test_a_list_is_saved_and_begins_with_the_group_that_was_chosen(
    browser: Browser, address: str
) -> None:
    page = await signed_in(browser, address, "fr", user="technician", java_script_enabled=False)
    await page.goto("/fr/specimens?q=carex&view=map")
    await page.click(".narrowing summary:has-text('Enregistrer')")
    await page.fill("#view-name", "Laîches")
    await page.click(".narrowing form[action$='/views'] button")
    assert page.url.endswith("/fr/specimens?q=carex&view=map")
    await page.goto("/fr/specimens")
    link = page.locator("details a:has-text('Laîches')")
    assert await link.get_attribute("href") == "/fr/specimens?q=carex&view=map"
    await page.goto("/fr/preferences")
    await page.select_option("select[name=group]", "demo")
    await page.click("main form:has(select[name=group]) button[type=submit] >> nth=-1")
    await page.goto("/fr/specimens")
    assert "group" in page.url
    total = await page.inner_text(".list-head .total")
    await page.click(".chips a >> nth=-1")
    assert page.url.endswith("?group=all")
    assert await page.inner_text(".list-head .total") == total, "all that there is belongs to the group"
    await page.context.close()
