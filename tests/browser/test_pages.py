"""The pages in a real browser over the real server, with the demo's specimens, in English and French."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from babel.messages.pofile import read_po
from playwright.async_api import Browser, Page

from dina.web.texts import Counted, translate
from tests.browser.hand import indexed

ROOT = Path(__file__).parents[2]


async def test_a_curator_filters_the_list_and_opens_a_specimen_in_french(page: Page) -> None:
    await indexed(page)
    await page.goto("/fr/specimens")
    await page.fill("#q", "veronica")
    await page.wait_for_selector(".total:has-text('sur 18')")
    assert "q=veronica" in page.url
    await page.click("td a.row >> nth=0")
    await page.wait_for_selector("h2:has-text('Historique')")
    text = await page.inner_text("main")
    assert "Veronica" in text
    assert "Markus Döring" in text
    assert "Créé" in text
    assert await page.get_attribute("html", "lang") == "fr"
    await page.click(".tools >> text=English")
    await page.wait_for_selector("h2:has-text('History')")


async def test_a_curator_makes_and_changes_a_specimen_and_errors_stand_in_place(page: Page) -> None:
    await page.goto("/en/material-sample/new")
    await page.fill("#materialSampleName", "Browser 1")
    await page.select_option("#group", "")
    await page.click(".save button[data-key=save]")
    await page.wait_for_selector(".problem")
    assert "must be filled in" in await page.inner_text("#group-error")
    assert await page.input_value("#materialSampleName") == "Browser 1"
    await page.select_option("#group", "demo")
    await page.fill("#collection", "Vascular")
    await page.wait_for_selector("[role=option]")
    await page.keyboard.press("Enter")
    await page.click(".save button[data-key=save]")
    await page.wait_for_selector("h1:has-text('Browser 1')")
    assert "Vascular plants" in await page.inner_text("main")
    await page.click(".actions a[data-key=e]")
    await page.fill("#barcode", "B-77")
    await page.click(".save button[data-key=save]")
    await page.wait_for_selector("dd:has-text('B-77')")
    await page.click(".actions summary:has-text('More')")
    await page.click(".drop button:has-text('Delete')")
    await page.click(".message button:has-text('Undo')")
    # Restoring is the super-user's right, which the curator has.
    await page.wait_for_selector("h1:has-text('Browser 1')")


async def test_the_reference_is_served_and_every_listed_type_has_a_list(page: Page) -> None:
    await page.goto("/docs")
    await page.wait_for_selector("h1:has-text('Reference of types')")
    assert "dwc:catalogNumber" in await page.inner_text("main")
    for type_ in ("organism", "institution", "organization", "controlled-vocabulary-item", "group"):
        answer = await page.goto(f"/fr/{type_}")
        assert answer is not None
        assert answer.status == 200, type_


async def test_pages_work_without_scripts_and_at_320_pixels(browser: Browser, address: str) -> None:
    context = await browser.new_context(
        base_url=address, java_script_enabled=False, viewport={"width": 320, "height": 700}
    )
    page = await context.new_page()
    await page.goto("/fr/specimens?q=veronica")
    assert "/fr/sign-in" in page.url
    await page.fill("#username", "visitor")
    await page.fill("#password", "visitor")
    await page.click("main button[type=submit]")
    assert "sur 18" in await page.inner_text(".total")
    await context.close()
    context = await browser.new_context(base_url=address, viewport={"width": 320, "height": 700})
    page = await context.new_page()
    await page.goto("/fr/sign-in")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await context.close()


async def test_unsafe_requests_need_the_sessions_mark_and_redirects_stay_here(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        page = await client.get("/en/sign-in?to=https://evil.example/")
        assert 'name="to" value="/en"' in page.text
        form = {"username": "curator", "password": "curator", "to": "//evil.example"}
        assert (await client.post("/en/sign-in", data=form)).status_code == 403
        mark = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert mark is not None
        before = client.cookies["DINA_SESSION"]
        answer = await client.post("/en/sign-in", data={**form, "csrf": mark[1]})
        assert (answer.status_code, answer.headers["location"]) == (303, "/en")
        assert client.cookies["DINA_SESSION"] != before
        assert (await client.post("/en/sign-out", data={"csrf": mark[1]})).status_code == 403, (
            "a mark from before sign-in"
        )
        for path in (
            "/en/specimens?q=<script>alert(1)</script>",
            "/en/nothing",
            "/en/specimens/zzz",
            "/xx/specimens",
        ):
            answer = await client.get(path, follow_redirects=True)
            assert answer.status_code in (200, 404)
            assert "<script>alert" not in answer.text
            assert "script-src 'self'" in answer.headers["content-security-policy"]


ALWAYS_MANY = {
    "{n} specimens come from this event; what is changed in it changes for all of them.",
    "All {n} versions",
    "Version {n} is restored.",
    "The search has {n} characters; an address holds {most}. Keep its long lists as sets.",
    "These would be {count} places; at most {most} are made at once.",
    "more than {n} specimens",
    "Keep these {n} values as a set",
    "List of {n} values, {when}",
}
"""Texts that are never said of one thing."""


def test_every_text_of_the_pages_is_translated() -> None:
    known: dict[str, str] = {}
    for catalogue in (ROOT / "src/dina/web/locale/fr/LC_MESSAGES").glob("*.po"):
        for m in read_po(catalogue.open("rb")):
            ids, said = (m.id, m.string) if isinstance(m.id, tuple) else ((m.id,), (m.string,))
            known |= {str(one): str(french) for one, french in zip(ids, said, strict=True) if one}
    used: set[str] = set()
    counted: set[tuple[str, str]] = set()
    for template in (ROOT / "src/dina/web/templates").rglob("*.html"):
        text = template.read_text("utf-8")
        used |= set(re.findall(r'\b_\("([^"]+)"', text))
        counted |= set(re.findall(r'\b_n\("([^"]+)", "([^"]+)"', text))
    for source in (ROOT / "src/dina/web").rglob("*.py"):
        used |= set(
            re.findall(r'\b(?:N_|say|translate)\((?:\s*[\w.]+,)?\s*"([^"]+)"', source.read_text("utf-8"))
        )
        counted |= set(re.findall(r'\bCounted\(\s*"([^"]+)",\s*"([^"]+)"', source.read_text("utf-8")))
    used |= {text for both in counted for text in both}
    assert used - set(known) == set()
    assert [text for text, french in known.items() if not french] == []
    for text, french in known.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", french))
    forms = {text for both in counted for text in both} | ALWAYS_MANY
    stiff = {
        text for text in used - forms if re.search(r"\{(n|count|total|rows|found|read)\} [a-z]+s\b", text)
    }
    assert {text for text in stiff if re.sub(r"s\b", "", text, count=1) not in used} == set(), (
        "say it in both forms, for 1 thing and for 2"
    )


def test_what_agrees_with_a_number_is_said_in_the_form_for_it() -> None:
    made = Counted("{n} specimen", "{n} specimens")
    said = [translate(language, made, n=n) for language in ("en", "fr") for n in (0, 1, 2, 1015)]
    assert said[:4] == ["0 specimens", "1 specimen", "2 specimens", "1,015 specimens"]
    assert said[4:] == ["0 spécimen", "1 spécimen", "2 spécimens", "1\u00a0015 spécimens"]
