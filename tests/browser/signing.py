"""Signing in at the demo, with a browser or by forms alone; for tests, pictures and measurements."""

from __future__ import annotations

import os
import re
import ssl
from typing import Any

import httpx
from playwright.async_api import Browser, Page

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Not used: the servers of tests speak no TLS, and reading the certificates of the machine takes long."""
LONG = int(os.environ.get("DINA_TEST_WAIT", "90000"))


async def signed_in(
    browser: Browser, address: str, language: str = "en", user: str = "curator", **options: Any
) -> Page:
    """A page of one of the demo's people, in a session of its own; nothing is open in it yet.

    The form is sent without the browser, which would take a second to draw what nobody looks at.
    """
    context = await browser.new_context(base_url=address, **options)
    async with httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True, verify=PLAIN) as client:
        await sign_in(client, user, language)
        cookies = [{"name": n, "value": v, "url": address} for n, v in client.cookies.items()]
    await context.add_cookies(cookies)  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(LONG)
    return page


async def sign_in(client: httpx.AsyncClient, user: str, language: str = "en") -> str:
    """Sign in one of the demo's people by the form; the mark for unsafe requests."""
    mark = mark_in((await client.get(f"/{language}/sign-in")).text)
    form = {"username": user, "password": user, "to": f"/{language}/help", "csrf": mark}
    answer = await client.post(f"/{language}/sign-in", data=form)
    assert answer.status_code == 200, answer.text[:200]
    return mark_in(answer.text)


def mark_in(text: str) -> str:
    """The mark that the forms of a page carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found is not None
    return found[1]
