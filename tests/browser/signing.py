"""Signing in at the demo, with a browser or by forms alone; for tests, pictures and measurements."""

from __future__ import annotations

import os
import re
from typing import Any

import httpx
from playwright.async_api import Browser, Page

LONG = int(os.environ.get("DINA_TEST_WAIT", "90000"))


async def signed_in(
    browser: Browser, address: str, language: str = "en", user: str = "curator", **options: Any
) -> Page:
    """A page of one of the demo's people, in a session of its own."""
    context = await browser.new_context(base_url=address, **options)
    page = await context.new_page()
    page.set_default_timeout(LONG)
    await page.goto(f"/{language}/sign-in")
    await page.fill("#username", user)
    await page.fill("#password", user)
    await page.click("main button[type=submit]")
    await page.wait_for_selector(".rail", state="attached")
    return page


async def sign_in(client: httpx.AsyncClient, user: str) -> str:
    """Sign in one of the demo's people by the form; the mark for unsafe requests."""
    mark = mark_in((await client.get("/en/sign-in")).text)
    form = {"username": user, "password": user, "to": "/en/help", "csrf": mark}
    answer = await client.post("/en/sign-in", data=form)
    assert answer.status_code == 200, answer.text[:200]
    return mark_in(answer.text)


def mark_in(text: str) -> str:
    """The mark that the forms of a page carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found is not None
    return found[1]
