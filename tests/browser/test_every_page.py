"""Every page: accessible in each theme, without sideways scrolling on a phone, in French throughout."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from babel.messages.pofile import read_po
from playwright.async_api import Browser, Page

from tests.browser.conftest import WHOLE

WEB = Path(__file__).parents[2] / "src/dina/web"
AXE = WEB / "node_modules/axe-core/axe.min.js"
PAGES = (
    "", "/help", "/accessibility", "/preferences", "/notices", "/find?q=veronica", "/find?q=zzzz", "/changes",
    "/change-history", "/system", "/types", "/specimens", "/specimens?f=tags:CONTAINS:nothing&f=barcode:IS:x",
    "/specimens?add=barcode", "/specimens?bin=1", "/specimens/new", "/collecting-event/new", "/organism/new",
    "/person", "/site", "/user", "/controlled-vocabulary-item/new", "/nothing-here",
)  # fmt: skip
NARROW = """document.documentElement.scrollWidth <= document.documentElement.clientWidth"""
RUN = """async (only) => {
  const options = only ? { runOnly: { type: "rule", values: only } }
    : { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } };
  const found = await axe.run(document, { ...options, resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
}"""


async def signed_in(client: httpx.AsyncClient, name: str) -> str:
    """Sign in; the mark for unsafe requests."""
    form = await client.get("/en/sign-in")
    data = {"username": name, "password": name, "to": "/en/help", "csrf": mark_in(form.text)}
    answer = await client.post("/en/sign-in", data=data)
    assert answer.status_code == 200, answer.text[:200]
    return mark_in(answer.text)


def mark_in(text: str) -> str:
    match = re.search(r'name="csrf" value="([^"]+)"', text)
    assert match is not None
    return match[1]


@pytest_asyncio.fixture(scope="module")
async def records(address: str) -> list[str]:
    """Addresses of some records, of their histories and of their forms."""
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as client:
        await signed_in(client, "admin")
        found: list[str] = []
        for slug in ("specimens", "organism", "collecting-event", "person", "storage-unit"):
            listed = await client.get(f"/en/{slug}")
            link = re.search(rf'class="row" href="/en({re.escape(f"/{slug}/")}[0-9a-f-]+)', listed.text)
            if link:
                found += [link[1], f"{link[1]}/edit", f"{link[1]}/history"]
    return found


@pytest_asyncio.fixture(scope="module")
async def admin(browser: Browser, address: str) -> Any:
    context = await browser.new_context(base_url=address, bypass_csp=True)
    page = await context.new_page()
    await page.goto("/en/sign-in")
    await page.fill("#username", "admin")
    await page.fill("#password", "admin")
    await page.click("main button[type=submit]")
    await page.wait_for_selector(".rail")
    yield page
    await context.close()


LOOKED_AT = tuple(
    path
    for path in PAGES
    if path not in ("/find?q=zzzz", "/organism/new", "/person", "/types")
    and (WHOLE or path in ("", "/preferences", "/specimens", "/collecting-event/new", "/site", "/system"))
)


@pytest.mark.parametrize(
    ("language", "themes"), [("fr", ("dark",)), ("en", ("dark", "contrast"))][: None if WHOLE else 1]
)
async def test_every_page_is_accessible_in_every_theme_and_fits_a_phone(
    admin: Page, records: list[str], language: str, themes: tuple[str, ...]
) -> None:
    faults: list[str] = []
    await admin.emulate_media(reduced_motion="reduce")
    for path in (*LOOKED_AT, *records[: 3 if WHOLE else 1]):
        # High enough that the bar at the bottom covers nothing that could be scrolled from under it.
        await admin.set_viewport_size({"width": 1280, "height": 4000})
        await admin.goto(f"/{language}{path}", wait_until="domcontentloaded")
        await admin.add_script_tag(path=AXE)
        faults += [f"{language}{path} {one}" for one in await admin.evaluate(RUN, None)]
        for theme in themes:
            await admin.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            contrast = await admin.evaluate(RUN, ["color-contrast"])
            faults += [f"{language}{path} {theme} {one}" for one in contrast]
        # 640 pixels at 1280 are a zoom of 200 %.
        for width in (640, 320):
            await admin.set_viewport_size({"width": width, "height": 700})
            if not await admin.evaluate(NARROW):
                faults.append(f"{language}{path} scrolls sideways at {width}")
    assert not faults, "\n".join(faults)


class Texts(HTMLParser):
    """The texts of a page that people read, in the page's own language, and those of its labels."""

    SKIPPED = ("script", "style", "code", "kbd", "title")
    DATA = ("user", "controlled-vocabulary-item")
    """Types whose records have English words in their names."""
    VOID = ("meta", "link", "input", "img", "br", "hr", "path")

    def __init__(self, path: str) -> None:
        super().__init__()
        self.skipped = (*self.SKIPPED, "td") if path.strip("/") in self.DATA else self.SKIPPED
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = tag in self.skipped or ("lang" in given and tag != "html")
        hidden = any(skipped for _, skipped in self.open) or foreign
        if not hidden:
            self.found += [
                str(given[name]) for name in ("aria-label", "placeholder", "title") if given.get(name)
            ]
        if tag not in self.VOID:
            self.open.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(skipped for _, skipped in self.open):
            self.found.append(" ".join(data.split()))


def english_only(registries: list[dict[str, Any]]) -> set[str]:
    """English texts of the catalogue and of the registry that are not French texts as well."""
    files = (WEB / "locale/fr/LC_MESSAGES").glob("*.po")
    catalogue = [message for file in files for message in read_po(file.open("rb"))]
    english = {str(m.id) for m in catalogue if m.id and "{" not in str(m.id)}
    french = {str(m.string) for m in catalogue if m.id}

    def labels(value: Any) -> None:
        if isinstance(value, dict):
            if set(value) == {"en", "fr"}:
                english.add(str(value["en"]))
                french.add(str(value["fr"]))
            for one in value.values():
                labels(one)

    for registry in registries:
        labels(registry)
    return {text for text in english - french if len(text) > 3}


async def test_no_page_in_french_shows_an_english_text(address: str, records: list[str]) -> None:
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as client:
        await signed_in(client, "admin")
        token = await client.post(
            "/auth/realms/dina/protocol/openid-connect/token",
            data={
                "grant_type": "password",
                "client_id": "dina-public",
                "username": "admin",
                "password": "admin",
            },
        )
        bearer = {"authorization": f"Bearer {token.json()['access_token']}"}
        registries: list[dict[str, Any]] = []
        for module in ("agent", "collection", "exchange", "search", "user"):
            answer = await client.get(f"/{module}/v1/registry", headers=bearer)
            registries.append(json.loads(answer.text)["meta"]["types"])
        english = english_only(registries)
        types = [name for registry in registries for name in registry]
        faults: list[str] = []
        for path in (*PAGES, *records, *(f"/{name}" for name in types), *(f"/{name}/new" for name in types)):
            answer = await client.get(f"/fr{path}")
            assert answer.status_code in (200, 403, 404, 405), (path, answer.status_code)
            reader = Texts(path)
            reader.feed(answer.text)
            faults += [f"{path}: {text}" for text in reader.found if text in english]
    assert not faults, "\n".join(faults)
