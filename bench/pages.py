"""The budgets of the pages, measured in a browser over the demo; those that are missed are named at the end.

`python -m bench.pages` starts a server of its own; `DINA_SERVER=http://…` measures one that runs. Budgets over a
million specimens are measured by `bench.search`.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console
from rich.table import Table
from tests.browser.signing import mark_in, sign_in, signed_in

from dina.settings import Settings

console = Console()
PORT = 18110
TIMES = 15
KB = 1000
SPECIMENS = "/en/specimens"
SLOW = {"offline": False, "latency": 20, "downloadThroughput": 1_250_000, "uploadThroughput": 1_250_000}
"""10 Mbit/s."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
PART = re.compile(r"(\w+);(?:desc=\"[^\"]*\";)?dur=([\d.]+)")
SCRIPT = re.compile(r'<script[^>]*src="([^"]+)"')
KEYS = """() => { window.keys = []; new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (one.name === "keydown") window.keys.push(one.duration);
}).observe({ type: "event", durationThreshold: 16, buffered: true }); }"""
FRAMES = """async () => {
  const holder = document.querySelector(".tabulator-tableholder");
  let frames = 0; const begun = performance.now();
  while (performance.now() - begun < 2000) {
    holder.scrollTop += 60; await new Promise(requestAnimationFrame); frames += 1;
  }
  return frames * 1000 / (performance.now() - begun);
}"""


@dataclass
class Budgets:
    """What was measured against what is allowed."""

    table: Table = field(default_factory=lambda: Table("budget of the pages", "measured", "allowed", ""))
    missed: list[str] = field(default_factory=list[str])

    def at_most(self, name: str, value: float, most: float, unit: str) -> None:
        self.add(name, value, most, unit, value <= most, "≤")

    def at_least(self, name: str, value: float, least: float, unit: str) -> None:
        self.add(name, value, least, unit, value >= least, "≥")

    def add(self, name: str, value: float, bound: float, unit: str, kept: bool, sign: str) -> None:
        said = f"{value:,.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"
        self.table.add_row(name, said, f"{sign} {bound:g} {unit}", "" if kept else "[red]missed[/]")
        if not kept:
            self.missed.append(f"{name}: {said}, {sign} {bound:g} {unit} allowed")


async def scripts(client: httpx.AsyncClient, path: str) -> dict[str, int]:
    """The scripts that a page loads by itself, with their compressed sizes."""
    found: dict[str, int] = {}
    for source in SCRIPT.findall((await client.get(path)).text):
        sent = await client.get(source, headers={"accept-encoding": "gzip"})
        squeezed = sent.headers.get("content-encoding") == "gzip"
        found[source] = len(gzip.compress(sent.content, 6)) if squeezed else len(sent.content)
    return found


async def served(client: httpx.AsyncClient, path: str) -> tuple[float, float]:
    """Median milliseconds of the page itself and of the API for it."""
    page: list[float] = []
    api: list[float] = []
    for _ in range(TIMES):
        told = dict(PART.findall((await client.get(path)).headers["server-timing"]))
        page.append(float(told["page"]))
        api.append(float(told["api"]))
    return statistics.median(page), statistics.median(api)


async def on_the_server(budgets: Budgets, client: httpx.AsyncClient, record: str) -> None:
    home = await scripts(client, "/en")
    budgets.at_most("script of the shell and home, compressed", sum(home.values()) / KB, 60, "kB")
    more = {n: s for n, s in (await scripts(client, "/en/organism")).items() if n not in home}
    budgets.at_most("script that a page without islands adds", sum(more.values()) / KB, 0, "kB")
    heavy = [n for p in (SPECIMENS, record) for n in await scripts(client, p) if re.search(r"grid|chart", n)]
    budgets.at_most("grids and charts loaded where none is open", len(heavy), 0, "scripts")
    paths = {
        "list of 25 specimens": f"{SPECIMENS}?q=veronica", "list of 25 of a generic kind": "/en/collecting-event",
        "specimen": record, "form of a specimen": f"{record}/edit", "form of a generic kind": "/en/collecting-event/new",
    }  # fmt: skip
    for name, path in paths.items():
        page, api = await served(client, path)
        budgets.at_most(f"{name}: page beyond the API ({api:.0f} ms)", page, 60, "ms")
    await saving(budgets, client)


async def saving(budgets: Budgets, client: httpx.AsyncClient) -> None:
    """A specimen with event and identification, as its form sends it."""
    times: list[float] = []
    for at in range(TIMES):
        form = {
            "csrf": mark_in((await client.get(f"{SPECIMENS}/new")).text), "group": "demo",
            "materialSampleName": f"BENCH-{os.getpid()}-{at}", "event.dwcVerbatimLocality": "Whitehorse",
            "event.startEventDateTime": "1921-07", "organism.0.determination.0.scientificName": "Carex aquatilis Wahlenb.",
        }  # fmt: skip
        begun = time.perf_counter()
        answer = await client.post(f"{SPECIMENS}/new", data=form, follow_redirects=False)
        times.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 303, answer.text[:300]
    budgets.at_most("save a specimen with event and name", statistics.median(times), 600, "ms")


async def in_the_browser(budgets: Budgets, browser: Browser, base: str, record: str) -> None:
    page = await signed_in(browser, base, bypass_csp=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(record)
    await page.wait_for_load_state("networkidle")
    asked.clear()
    await page.goto(record)
    await page.wait_for_load_state("networkidle")
    budgets.at_most(
        "requests to open a specimen", len([one for one in asked if "/static/" not in one]), 6, "requests"
    )
    await slow_list(budgets, page)
    await typing(budgets, page)
    await grid(budgets, page)
    await page.context.close()


async def slow_list(budgets: Budgets, page: Page) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", SLOW)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 4})

    async def usable() -> float:
        begun = time.perf_counter()
        await page.goto(f"{SPECIMENS}?q=veronica", wait_until="domcontentloaded")
        await page.wait_for_function("document.querySelector('dialog#keys') && window.htmx !== null")
        return time.perf_counter() - begun

    first: list[float] = []
    for _ in range(3):
        await session.send("Network.clearBrowserCache")
        first.append(await usable())
    later = [await usable() for _ in range(5)]
    budgets.at_most("list usable at first, 4 times slower, 10 Mbit/s", statistics.median(first), 2.0, "s")
    budgets.at_most("list usable later, the same", statistics.median(later), 0.8, "s")
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    await session.send("Network.disable")
    await session.detach()


async def typing(budgets: Budgets, page: Page) -> None:
    await page.goto(f"{SPECIMENS}/new")
    await page.evaluate(KEYS)
    await page.click("#materialSampleName")
    await page.keyboard.type("a long name that somebody types, letter by letter", delay=30)
    await page.wait_for_timeout(300)
    keys = sorted(await page.evaluate("window.keys"))
    budgets.at_most("key to screen in a form, 95 of 100", percentile(keys, 49), 50, "ms")
    waits: list[float] = []
    for text in ("veron", "turkey", "doring", "achillea", "campanula", "specim"):
        await page.fill("#seek", "")
        await page.evaluate("document.getElementById('seek-found').replaceChildren()")
        await page.click("#seek")
        await page.keyboard.type(text, delay=40)
        begun = time.perf_counter()
        await page.wait_for_function("document.getElementById('seek-found').children.length > 0")
        waits.append((time.perf_counter() - begun) * 1000)
    budgets.at_most("suggestions after the last key, 95 of 100", max(waits), 300, "ms")


def percentile(values: list[float], all: int) -> float:
    """The 95th of a hundred; what took less than a frame is not among the values."""
    at = int(all * 0.95) - (all - len(values))
    return values[at] if 0 <= at < len(values) else 16.0


async def grid(budgets: Budgets, page: Page) -> None:
    """Five thousand rows of sixty columns, each with something to look at."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["catalogNumber", "eventDate", *(f"note {at}" for at in range(58))])
        writer.writerows(
            [f"G-{row}", "31.vi.1998", *(f"{row} {at}" for at in range(58))] for row in range(5000)
        )
        file.flush()
        await page.goto("/en/imports/new")
        await page.set_input_files("#file", file.name)
        await page.click("#new-import .save button")
        await page.wait_for_selector("table.mapped", timeout=180_000)
    await page.click("#columns button[value=check] >> nth=0")
    await page.wait_for_selector("table.groups", timeout=300_000)
    await page.goto(re.sub(r"/check.*", "/rows", page.url))
    await page.wait_for_selector(".tabulator-row", timeout=120_000)
    budgets.at_least(
        "frames a second while a grid of 5,000 rows scrolls", await page.evaluate(FRAMES), 50, "frames"
    )
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    told: dict[str, Any] = await session.send("Performance.getMetrics")
    held = {one["name"]: one["value"] for one in told["metrics"]}
    budgets.at_most("memory of that grid", held["JSHeapUsedSize"] / 1e6, 300, "MB")
    await page.evaluate(KEYS)
    await page.click(".tabulator-row .tabulator-cell >> nth=3")
    for _ in range(40):
        await page.keyboard.press("ArrowDown")
    await page.wait_for_timeout(300)
    keys = sorted(await page.evaluate("window.keys"))
    budgets.at_most("key to screen in a grid, 95 of 100", percentile(keys, 40), 50, "ms")


async def attempt(budgets: Budgets, name: str, step: Callable[[], Awaitable[None]]) -> None:
    """One part of the measurements; what cannot be measured is missed and says why."""
    try:
        await step()
    except Exception as fault:
        budgets.missed.append(f"{name} could not be measured: {str(fault).splitlines()[0]}")


async def complete(client: httpx.AsyncClient) -> str:
    """The list of a genus when all of the demo's herbarium is in the index."""
    listed = ""
    for _ in range(240):
        listed = (await client.get(f"{SPECIMENS}?q=veronica")).text
        if "1–18 of 18" in listed:
            break
        await asyncio.sleep(0.5)
    return listed


async def measure(base: str) -> list[str]:
    budgets = Budgets()
    async with httpx.AsyncClient(base_url=base, follow_redirects=True, timeout=120) as client:
        await sign_in(client, "curator")
        listed = await complete(client)
        found = re.search(r'class="row" href="(/en/specimens/[0-9a-f-]+)', listed)
        assert found is not None
        record = found[1]
        await attempt(budgets, "the server", lambda: on_the_server(budgets, client, record))
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        budgets.missed.append("no Chromium on this machine: nothing was measured in a browser")
    else:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            await attempt(budgets, "the browser", lambda: in_the_browser(budgets, browser, base, record))
            await browser.close()
    console.print(budgets.table)
    console.print(
        "Search and map over a million specimens: python -m bench.search. Next image of Digitize: no such page yet."
    )
    return budgets.missed


def main() -> None:
    if given := os.environ.get("DINA_SERVER"):
        missed = asyncio.run(measure(given))
    else:
        with tempfile.TemporaryDirectory(prefix="dina-bench-") as folder:
            Path(folder).chmod(0o755)
            settings = Settings(data_dir=Path(folder), port=PORT, rate=0, log_requests=False)
            command = [str(Path(sys.executable).parent / "dina"), "up", "--demo"]
            server = subprocess.Popen(
                command, env={**os.environ, **settings.environment()}, stdout=subprocess.DEVNULL
            )
            try:
                ready(f"http://127.0.0.1:{PORT}/health")
                missed = asyncio.run(measure(f"http://127.0.0.1:{PORT}"))
            finally:
                server.terminate()
                server.wait(60)
    for one in missed:
        console.print(f"[red]Missed[/]: {one}")
    if not missed:
        console.print("All budgets are kept.")


def ready(address: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(address, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(address)


if __name__ == "__main__":
    main()
