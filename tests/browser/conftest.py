"""A browser over the demo server, signed in as the demo's curator."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

WHOLE = bool(os.environ.get("DINA_TEST_WHOLE"))
"""Every journey and every look at a page, in both languages and by every way; otherwise one of each."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


def chromium() -> str:
    """A Chromium of the machine; as root Debian's is installed when there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        }
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, **quiet)  # type: ignore[call-overload]
        if found := shutil.which("chromium"):
            return found
    pytest.skip("no Chromium on this machine")


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> str:
    """The demo server of this run, or the one that DINA_TEST_ADDRESS names."""
    return os.environ.get("DINA_TEST_ADDRESS") or str(request.getfixturevalue("demo_server"))


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        await started.close()


@pytest_asyncio.fixture
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    """A page signed in as the demo's curator; errors of scripts fail the test."""
    context = await browser.new_context(base_url=address)
    opened = await context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    await opened.goto("/en")
    await opened.fill("#username", "curator")
    await opened.fill("#password", "curator")
    await opened.click("main button[type=submit]")
    await opened.wait_for_selector("h1:has-text('The collection')")
    yield opened
    assert faults == []
    await context.close()
