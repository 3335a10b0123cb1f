"""Somebody at a page: counts what they do, with the mouse or with the keyboard alone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
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

    async def key(self, chord: str) -> None:
        """A key or chord that does something; as people press them: what comes faster is a scanner."""
        self.actions += 1
        await self.page.keyboard.press(chord, delay=100)

    async def choose(self, selector: str, value: str) -> None:
        """One of the values of a select; by keyboard with the arrows, as the list offers them."""
        self.actions += 1
        if not self.keyboard:
            await self.page.select_option(selector, value)
            return
        await self.reach(selector)
        await self.page.keyboard.press("Home")
        wanted = self.page.locator(selector)
        for _ in range(await wanted.locator("option").count()):
            if await wanted.input_value() == value:
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} does not get to {value} with the arrows")

    async def scan(self, *codes: str, end: str = "Tab") -> None:
        """What a scanner types: quickly, with something after each code."""
        for code in codes:
            self.actions += 1
            await self.page.keyboard.type(code, delay=5)
            await self.page.keyboard.press(end)

    def told(self, journey: str, actions: int, entries: int) -> None:
        """Print the counts against the targets, and hold them."""
        print(
            f"\n{journey}: {self.actions} actions (at most {actions}), {self.entries} entries (at most {entries})"
        )
        assert self.actions <= actions
        assert self.entries <= entries

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


async def up_to_date(api: httpx.AsyncClient) -> None:
    """Wait until the search index has read all there is."""
    while True:
        told = (await api.get("/search/v1/index-status")).json()["data"]["attributes"]
        modules = told["modules"]
        if told["builtOn"] and modules and not any(one["pending"] for one in modules.values()):
            return
        await asyncio.sleep(0.3)


async def found(api: httpx.AsyncClient, words: str, number: int) -> None:
    """Wait until a search finds so many specimens: what was just saved is read a moment later."""
    asked = {"type": "material-sample", "q": words, "page": {"limit": 1}}
    headers = {"content-type": "application/vnd.api+json"}
    body = {"data": {"type": "search", "attributes": asked}}
    while True:
        told = (await api.post("/search/v1/search", json=body, headers=headers)).json()
        if told["data"]["attributes"]["total"] >= number:
            return
        await asyncio.sleep(0.2)


async def indexed(page: Page) -> None:
    """Wait until all of the demo's herbarium is in the index."""
    while True:
        found = await page.request.get("/en/specimens?q=veronica")
        if "1–18 of 18" in await found.text():
            return
        await asyncio.sleep(0.3)
