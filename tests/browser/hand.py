"""Somebody at a page: counts what they do, with the mouse or with the keyboard alone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Page

WEB = Path(__file__).parents[2] / "src/dina/web"
AXE = WEB / "node_modules/axe-core/axe.min.js"
MOST_TABS = 600


class Hand:
    """Does what people do. `actions` are clicks, key chords and choices; `entries` are fields typed into."""

    def __init__(self, page: Page, *, keyboard: bool = False) -> None:
        self.page = page
        self.keyboard = keyboard
        self.actions = 0
        self.entries = 0

    async def press(self, selector: str) -> None:
        """Follow a link or push a button."""
        self.actions += 1
        if self.keyboard:
            await self.reach(selector)
            await self.page.keyboard.press("Enter")
        else:
            await self.page.click(selector)

    async def type(self, selector: str, text: str) -> None:
        self.entries += 1
        if self.keyboard:
            await self.reach(selector)
            await self.page.keyboard.press("Control+a")
            await self.page.keyboard.insert_text(text)
        else:
            await self.page.fill(selector, text)

    async def choose_file(self, selector: str, path: Path) -> None:
        self.actions += 1
        async with self.page.expect_file_chooser() as chooser:
            if self.keyboard:
                await self.reach(selector)
                await self.page.keyboard.press("Enter")
            else:
                await self.page.click(selector)
        await (await chooser.value).set_files(path)

    async def reach(self, selector: str) -> None:
        """Tab until the element has the focus, as somebody without a mouse does."""
        wanted = self.page.locator(selector).first
        await wanted.wait_for()
        for _ in range(MOST_TABS):
            if await wanted.evaluate("one => one === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by the Tab key")


async def violations(page: Page) -> list[str]:
    """What axe finds against WCAG A and AA in what the page itself holds; the frame has tests of its own."""
    if not AXE.exists():
        await asyncio.to_thread(subprocess.run, [sys.executable, "-m", "dina.web.build"], check=True)
    await page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "axe.run('main', {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in found["violations"]]


async def indexed(page: Page) -> None:
    """Wait until all of the demo's herbarium is in the index."""
    while True:
        found = await page.request.get("/en/specimens?q=veronica")
        if "1–18 of 18" in await found.text():
            return
        await asyncio.sleep(0.3)
