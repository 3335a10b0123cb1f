"""A browser over the demo server, signed in as the demo's curator."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.signing import PLAIN, signed_in
from tests.conftest import WHOLE

RUNS = [("fr", True), ("en", False), ("en", True), ("fr", False)][: None if WHOLE else 1]
NAMES = ["in French by keyboard", "by mouse", "by keyboard", "in French"][: None if WHOLE else 1]
"""Language and whether by keyboard alone, and what such runs of a journey are called."""
NO_FAULTS = ("Failed to load resource", "htmx:afterRequest,", "htmx:sendAbort,")
"""What the console says of answers that are told on the page, and of requests that ended since one went on."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


def chromium() -> str:
    """A Chromium of the machine; as root Debian's is installed when there is none."""
    found = installed()
    if found is None:
        # One process installs it; the others wait for that instead of going without.
        with (Path(tempfile.gettempdir()) / f"dina-chromium-{os.getuid()}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = installed() or debian_s()
    return found or pytest.skip("no Chromium on this machine")


def installed() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def debian_s() -> str | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        }
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, **quiet)  # type: ignore[call-overload]
    return shutil.which("chromium")


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
    opened = await signed_in(browser, address)
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if message.type == "error" and not message.text.startswith(NO_FAULTS)
            else None
        ),
    )
    yield opened
    assert faults == []
    await opened.context.close()


@pytest_asyncio.fixture
async def api(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """The demo's curator at the API."""
    async with httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True, verify=PLAIN) as client:
        form = {
            "grant_type": "password",
            "client_id": "dina-public",
            "username": "curator",
            "password": "curator",
        }
        path = "/auth/realms/dina/protocol/openid-connect/token"

        held: dict[str, Any] = {"token": "", "until": 0.0}

        async def fresh(request: httpx.Request) -> None:
            """A token lives shorter than a journey takes."""
            if request.url.path == path:
                return
            if time.monotonic() > held["until"]:
                answer = (await signing.post(path, data=form)).json()
                held.update(token=answer["access_token"], until=time.monotonic() + answer["expires_in"] / 2)
            request.headers["authorization"] = f"Bearer {held['token']}"

        async with httpx.AsyncClient(base_url=address, timeout=60, verify=PLAIN) as signing:
            client.event_hooks["request"] = [fresh]
            yield client
