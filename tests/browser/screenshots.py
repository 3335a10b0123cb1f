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
from playwright.async_api import Page, ViewportSize, async_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.hand import indexed
from tests.browser.signing import signed_in

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
PORT = 18177
SIZE = ViewportSize(width=1280, height=800)
PAGES = {
    "home": "/en",
    "specimens": "/en/specimens?q=veronica",
    "specimens-fr": "/fr/specimens",
    "specimens-map": "/en/specimens?view=map",
    "specimens-charts": "/fr/specimens?view=charts",
    "specimen-new": "/en/specimens/new",
    "series": "/fr/specimens/series",
    "storage": "/en/storage",
    "imports": "/en/imports",
    "collecting-events": "/fr/collecting-event",
    "bulk-edit": "/en/specimens/bulk?q=veronica&field-0=materialSampleRemarks&op-0=set",
    "clean-up": "/fr/clean-up?type=collecting-event&field=dwcRecordedBy&clusters=ngram",
    "scan-station": "/en/storage/scan?mode=find&code=DEMO-007",
}
"""File name -> address. That of `specimen` is found in the list, that of `system` is opened by an administrator."""


async def take(address: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = await signed_in(browser, address, viewport=SIZE)
        await indexed(page)
        await page.goto("/en/specimens?q=veronica")
        record = str(await page.get_attribute("a.row", "href"))
        pages = PAGES | {"specimen": record.partition("?")[0]}
        for name, path in pages.items():
            await picture(page, name, path)
        page = await signed_in(browser, address, user="admin", viewport=SIZE)
        await picture(page, "system", "/en/system")
        await browser.close()


async def picture(page: Page, name: str, path: str) -> None:
    answer = await page.goto(path, wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200, (path, answer.status)
    await page.screenshot(path=FOLDER / f"{name}.png")
    print(f"{name}.png")


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
