"""Every page: accessible in each theme, without sideways scrolling on a phone, in French throughout."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from babel.messages.pofile import read_po
from playwright.async_api import Browser, Page

from tests.browser import pages
from tests.browser.hand import AXE, indexed
from tests.browser.signing import sign_in, signed_in
from tests.conftest import WHOLE

WEB = Path(__file__).parents[2] / "src/dina/web"
WIDE = """() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  const out = [...document.querySelectorAll("main *, .bar *, .below *")].filter((one) => one.getBoundingClientRect().right > most + 1);
  return [`scrolls sideways by ${document.documentElement.scrollWidth - most}: ${out.slice(0, 2).map((one) => one.outerHTML.slice(0, 120)).join(" | ")}`];
}"""
RUN = """async () => {
  const options = { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } };
  const found = await axe.run(document, { ...options, resultTypes: ["violations"] });
  // Where a point of a map lies is what it says, even below another; the list beside it leads to the same (2.5.8, essential).
  for (const one of found.violations.filter((each) => each.id === "target-size"))
    one.nodes = one.nodes.filter((node) => !document.querySelector(node.target.at(-1))?.matches(".map *"));
  return found.violations.filter((one) => one.nodes.length).map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
}"""


@pytest_asyncio.fixture(scope="module")
async def admin(browser: Browser, address: str) -> Any:
    page = await signed_in(browser, address, user="admin", bypass_csp=True)
    await page.emulate_media(reduced_motion="reduce")
    yield page
    await page.context.close()


@pytest_asyncio.fixture(scope="module")
async def curator(browser: Browser, address: str) -> Any:
    page = await signed_in(browser, address, bypass_csp=True)
    await page.emulate_media(reduced_motion="reduce")
    yield page
    await page.context.close()


@pytest_asyncio.fixture(scope="module")
async def records(curator: Page, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Addresses of pages about something that is there, some of it made for this."""
    await indexed(curator)
    folder = tmp_path_factory.mktemp("every")
    return [
        *await pages.of_an_import(curator, folder),
        *await pages.of_a_data_set(curator),
        *await pages.of_records(curator),
    ]


LOOKS = [
    ("fr", "light"),
    ("en", "dark"),
    ("fr", "contrast"),
    ("en", "light"),
    ("fr", "dark"),
    ("en", "contrast"),
]
"""Pages take turns; `make test-whole` looks at each in every way."""
TURN = 1 if WHOLE else 3
"""Of so many pages that follow each other, which are of a kind, axe looks at one; all are measured."""


def looks(at: int) -> list[tuple[str, str]]:
    return LOOKS if WHOLE else [LOOKS[at % len(LOOKS)]]


async def faults_of(page: Page, name: str, theme: str, *, axe: bool = True) -> list[str]:
    """What is wrong with the page that is open, in a theme, at a zoom of 200 % and on a phone of any height."""
    await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    faults: list[str] = []
    if axe:
        # High enough that the bar at the bottom covers nothing that could be scrolled from under it.
        await page.set_viewport_size({"width": 1280, "height": 4000})
        await page.add_script_tag(path=AXE)
        faults += [f"{name} {theme} {one}" for one in await page.evaluate(RUN)]
    # 640 pixels at 1280 are a zoom of 200 %.
    for width, height in ((640, 700), (320, 4000)):
        await page.set_viewport_size({"width": width, "height": height})
        faults += [f"{name} at {width} x {height}: {one}" for one in await page.evaluate(WIDE)]
    await page.set_viewport_size({"width": 1280, "height": 900})
    return faults


async def test_every_page_is_accessible_and_fits_a_phone(admin: Page, records: list[str]) -> None:
    faults: list[str] = []
    for at, path in enumerate((*pages.FIXED, *records)):
        for language, theme in looks(at // TURN):
            answer = await admin.goto(f"/{language}{path}", wait_until="domcontentloaded")
            assert answer is not None
            if answer.status != (404 if path == "/nothing-here" else 200):
                faults.append(f"{language}{path} is answered with {answer.status}")
            faults += await faults_of(admin, f"{language}{path}", theme, axe=at % TURN == 0)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", pages.DONE)
async def test_what_is_done_leads_to_accessible_pages(curator: Page, name: str) -> None:
    for language, theme in looks(list(pages.DONE).index(name)):
        await pages.DONE[name](curator, language)
        assert await faults_of(curator, name, theme) == []


async def test_pages_for_everybody_are_accessible(browser: Browser, address: str, records: list[str]) -> None:
    context = await browser.new_context(base_url=address, bypass_csp=True)
    page = await context.new_page()
    public = [path for path in records if path.startswith("/public/")]
    for at, path in enumerate((*pages.SIGNED_OUT, *public)):
        for language, theme in looks(at):
            await page.goto(f"/{language}{path}", wait_until="domcontentloaded")
            assert await faults_of(page, path, theme) == []
    await context.close()


COVERED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  if (one === document.body || !box.width || one.closest(".save, .bar, .rail, .below")) return "";
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  if (x < 0 || x > innerWidth) return "";
  const there = document.elementFromPoint(x, Math.min(Math.max(y, 0), innerHeight - 1));
  const bar = there?.closest(".save, .bar");
  return bar && !bar.contains(one) ? one.outerHTML.slice(0, 120) : "";
}"""


async def test_no_bar_covers_what_has_the_focus(admin: Page) -> None:
    await admin.set_viewport_size({"width": 1280, "height": 800})
    covered: list[str] = []
    for path in ("/en/controlled-vocabulary-item/new", "/fr/collecting-event/new"):
        await admin.goto(path, wait_until="domcontentloaded")
        for key in ["Tab"] * 60 + ["Shift+Tab"] * 60:
            await admin.keyboard.press(key)
            if fault := await admin.evaluate(COVERED):
                covered.append(f"{path} {fault}")
    assert not covered, "\n".join(covered)


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
        own = "lang" in given and tag != "html"
        foreign = tag in self.skipped or own or given.get("translate") == "no"
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
    english = {m.id for m in catalogue if isinstance(m.id, str) and m.id and "{" not in m.id}
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
        await sign_in(client, "admin")
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
        for path in (
            *pages.FIXED,
            *records,
            *(f"/{name}" for name in types),
            *(f"/{name}/new" for name in types),
        ):
            answer = await client.get(f"/fr{path}")
            assert answer.status_code in (200, 403, 404, 405), (path, answer.status_code)
            reader = Texts(path)
            reader.feed(answer.text)
            faults += [f"{path}: {text}" for text in reader.found if text in english]
    assert not faults, "\n".join(faults)
