"""`make screenshots`: the pictures of the documentation, taken of the demo that is running or is started for it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.async_api import async_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.hand import indexed

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
PORT = 18177
PAGES = {
    "home": "/en",
    "specimens": "/en/specimens?q=veronica",
    "specimens-map": "/en/specimens?view=map",
    "specimens-charts": "/fr/specimens?view=charts",
    "specimen-new": "/en/specimens/new",
    "series": "/fr/specimens/series",
    "storage": "/en/storage",
    "imports": "/en/imports",
    "collecting-events": "/fr/collecting-event",
    "system": "/en/system",
}
"""File name -> address. Those of `specimen` are found in the list."""


async def take(address: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = await browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
        page = await context.new_page()
        await page.goto("/en/sign-in")
        await page.fill("#username", "curator")
        await page.fill("#password", "curator")
        await page.click("main button[type=submit]")
        await page.wait_for_selector(".rail")
        await indexed(page)
        await page.goto("/en/specimens?q=DNA")
        rows = page.locator("a.row")
        pages = dict(PAGES)
        if await rows.count():
            pages["specimen"] = str(await rows.first.get_attribute("href"))
        for name, path in pages.items():
            answer = await page.goto(path, wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200, (path, answer.status)
            await page.screenshot(path=FOLDER / f"{name}.png")
            print(f"{name}.png")
        await browser.close()


def main() -> None:
    given = os.environ.get("DINA_TEST_ADDRESS")
    if given:
        asyncio.run(take(given))
        return
    with tempfile.TemporaryDirectory(prefix="dina-screenshots-") as folder:
        Path(folder).chmod(0o755)
        environment = {**os.environ, "DINA_DATA_DIR": folder, "DINA_PORT": str(PORT)}
        server = subprocess.Popen(
            [str(Path(sys.executable).parent / "dina"), "up", "--demo"], env=environment
        )
        address = f"http://127.0.0.1:{PORT}"
        try:
            while True:
                try:
                    httpx.get(f"{address}/en/sign-in")
                    break
                except httpx.TransportError:
                    time.sleep(0.5)
            asyncio.run(take(address))
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()
