"""Filters and the builder of the specimen list: by keyboard in French, and without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote, unquote_plus

import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.hand import Hand, indexed, violations
from tests.browser.signing import signed_in

ELEVATION = "collectingEvent.dwcMinimumElevationInMeters"


@pytest_asyncio.fixture
async def plain(browser: Browser, address: str) -> AsyncIterator[Page]:
    """A page of the curator in a browser without scripts."""
    page = await signed_in(browser, address, java_script_enabled=False)
    yield page
    await page.context.close()


def search_of(page: Page) -> str:
    found = re.search(r"[?&]q=([^&#]*)", page.url)
    return unquote_plus(found[1]) if found else ""


async def test_a_nested_search_is_built_by_keyboard_in_french(page: Page) -> None:
    await indexed(page)
    hand = Hand(page, keyboard=True)
    await page.goto("/fr/specimens?q=pays:Turkey")
    await hand.press("a:has-text('Composer')")
    await page.wait_for_selector("[role=status]:has-text('748 spécimens')")
    await hand.press("button[value='group.0']")
    await page.wait_for_selector("#n2-add:focus")
    for key, value in (("3", "Veronica"), ("4", "Galium")):
        await hand.choose("#n2-add", "organism.determination.taxon.genus")
        await hand.press("button[value='add.2']")
        await page.wait_for_selector(f"#n{key}-op:focus")
        await hand.type(f"#n{key}-value", value)
    await hand.key("Enter")
    await page.wait_for_selector("[role=status]:has-text('47 spécimens')")
    await hand.press("button[value='up.3']")
    await page.wait_for_selector("[role=status]:has-text('0 spécimen')")
    await page.wait_for_selector("button[value='up.3']:focus")
    await hand.press("button[value='down.3']")
    await page.wait_for_selector("[role=status]:has-text('47 spécimens')")
    assert await violations(page) == []
    await hand.press("button[value=show]")
    await page.wait_for_selector(".total:has-text('sur 47')")
    assert search_of(page) == "pays:=Turkey (genre:=Veronica OR genre:=Galium)"
    assert await page.locator(".chip").count() == 2


async def test_without_scripts_a_filter_is_added_and_its_chip_changed(plain: Page) -> None:
    await indexed(plain)
    await plain.goto("/en/specimens")
    await plain.click("a:has-text('Filter') >> nth=0")
    await plain.select_option("#add", ELEVATION)
    await plain.click("#filter button")
    await plain.select_option("#filter-op", "from")
    await plain.fill("#filter-value", "high")
    await plain.click("#filter button")
    assert "is a number" in await plain.inner_text("#filter .error")
    await plain.fill("#filter-value", "1700")
    await plain.click("#filter button")
    assert search_of(plain) == "elevation:=>=1700"
    many = await plain.inner_text(".total")
    await plain.click(".chip a >> nth=0")
    assert await plain.input_value("#filter-op") == "from"
    await plain.fill("#filter-value", "1850.5")
    await plain.click("#filter button")
    assert search_of(plain) == "elevation:=>=1850.5"
    assert await plain.inner_text(".total") != many


async def test_without_scripts_whatever_the_box_understands_opens_in_the_builder(plain: Page) -> None:
    text = 'genus:Veronica -(type:holotype OR near:39,35,9km) colour:red created:last30d organism:(sex:male lifeStage:"x y")'
    await plain.goto(f"/en/specimens/builder?q={quote(text)}")
    assert await plain.locator("[id$='-op']").count() == 6
    assert await plain.locator(".rule .small:has-text('⚠')").count() == 1, (
        "a doubt stands beside its condition"
    )
    before = await plain.inner_text("form code")
    await plain.click("button[value=count]")
    assert await plain.inner_text("form code") == before
    await plain.click("button[value=show]")
    assert search_of(plain) == before


async def test_without_scripts_a_long_list_becomes_a_set_and_what_is_wrong_stands_beside_it(
    plain: Page,
) -> None:
    await plain.goto("/en/specimens/builder")
    await plain.select_option("#n0-add", "materialSampleName")
    await plain.click("button[value='add.0']")
    await plain.select_option("#n1-op", "list")
    await plain.click("button[value=show]")
    assert await plain.inner_text("#n1-error") == "Give the value."
    lines = "\n".join(["MA-DUMMY-12", *(f"LONG-LIST-{number}" for number in range(400))])
    await plain.fill("[name='1.lines']", lines)
    await plain.click("button[value=show]")
    assert "an address holds 4,000" in await plain.inner_text("#problems")
    await plain.click("button:has-text('Keep these 401 values as a set')")
    assert await plain.inner_text("[role=status] b") == "1 specimen"
    await plain.click("button[value=show]")
    assert search_of(plain).startswith("set:")
    assert "MA-DUMMY-12" in await plain.inner_text("main")


async def test_on_a_phone_results_come_before_the_facets(plain: Page) -> None:
    await indexed(plain)
    await plain.goto("/en/specimens?q=veronica")
    assert await plain.locator(".facets a >> nth=0").is_visible(), "open beside the results"
    await plain.set_viewport_size({"width": 390, "height": 800})
    assert not await plain.locator(".facets a >> nth=0").is_visible()
    await plain.click(".facets summary >> nth=0")
    assert await plain.locator(".facets a >> nth=0").is_visible()
