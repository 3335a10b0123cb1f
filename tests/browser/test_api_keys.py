"""The page of API keys: a key is shown once, works, and is revoked."""

from __future__ import annotations

import httpx
from playwright.async_api import Page


async def test_a_key_is_made_copied_once_and_revoked(page: Page, address: str) -> None:
    await page.goto("/fr/api-keys")
    await page.fill("#name", "Script de nuit")
    await page.check("[name=readOnly]")
    await page.click("main form.form button")
    key = await page.input_value("#key")
    async with httpx.AsyncClient(base_url=address, headers={"authorization": f"Bearer {key}"}) as program:
        assert (await program.get("/collection/v1/material-sample?page[limit]=1")).status_code == 200
    await page.goto("/fr/api-keys")
    assert await page.locator("#key").count() == 0
    assert key not in await page.content()
    await page.click("tr:has-text('Script de nuit') button")
    await page.wait_for_selector(".message")
    assert await page.locator("tr:has-text('Script de nuit')").count() == 0
