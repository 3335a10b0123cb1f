"""A page whose server does not answer: nothing typed is lost, and nothing old is shown as the answer."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.signing import signed_in


@pytest_asyncio.fixture
async def lonely(browser: Browser, address: str) -> AsyncIterator[Page]:
    """A page in French of which the browser may complain that nothing answers."""
    page = await signed_in(browser, address, "fr")
    yield page
    await page.context.close()


async def test_a_form_without_connection_is_held_back_and_saved_later(lonely: Page) -> None:
    name = f"Seul {uuid.uuid4().hex[:6]}"
    await lonely.goto("/fr/project/new")
    await lonely.fill("[name=name]", name)
    await lonely.select_option("select[name=group]", "demo")
    await lonely.context.set_offline(True)
    await lonely.keyboard.press("Control+s")
    await lonely.wait_for_selector("#save-state:has-text('pas de connexion')")
    assert await lonely.input_value("[name=name]") == name
    await lonely.context.set_offline(False)
    await lonely.wait_for_selector("#save-state:has-text('La connexion est rétablie')")
    await lonely.keyboard.press("Control+s")
    await lonely.wait_for_selector(f"h1:has-text('{name}')")


async def test_what_a_fault_kept_from_being_saved_is_a_draft(lonely: Page) -> None:
    name = f"Faute {uuid.uuid4().hex[:6]}"
    await lonely.goto("/fr/project/new")
    await lonely.fill("[name=name]", name)
    await lonely.route("**/project/new", lambda route: route.fulfill(status=500, body="no"))
    await lonely.keyboard.press("Control+s")
    await lonely.wait_for_selector("text=no")
    await lonely.unroute("**/project/new")
    await lonely.goto("/fr/project/new?draft=1")
    assert await lonely.input_value("[name=name]") == name


async def test_a_list_that_gets_no_answer_says_so_until_there_is_one(lonely: Page) -> None:
    await lonely.goto("/fr/person")
    await lonely.wait_for_selector("table[data-rows] tr >> nth=2")
    await lonely.route("**/fr/person?*", lambda route: route.abort())
    await lonely.fill("main [type=search]", "zz")
    lost = lonely.locator("main [role=alert]")
    await lost.wait_for()
    assert "pas la réponse" in await lost.inner_text()
    await lonely.unroute("**/fr/person?*")
    await lost.locator("button").click()
    await lost.wait_for(state="detached")
    assert await lonely.locator("table[data-rows] tbody tr").count() == 0
