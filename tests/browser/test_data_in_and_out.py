"""Data in and out in a real browser: journeys J3 and J8, clean-up, jobs and the public side, with real specimens."""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import FLAGS, WHOLE, chromium
from tests.browser.hand import Hand, violations
from tests.conftest import resource, shared

COLUMNS: tuple[str, ...] = (
    "catalogNumber", "occurrenceID", "institutionCode", "recordedBy", "recordNumber", "eventDate", "country",
    "locality", "decimalLatitude", "decimalLongitude", "scientificName", "typeStatus", "basisOfRecord",
)  # fmt: skip
LONG = 90_000
WORDS = {
    "en": {"new": "New import", "imports": "Imports", "undo": "Undo…", "publish": "Publish", "sets": "New data set"},
    "fr": {"new": "Nouvelle importation", "imports": "Importations", "undo": "Annuler…", "publish": "Publication",
           "sets": "Nouveau jeu de données"},
}  # fmt: skip
RUNS = [("fr", True), ("en", False), ("en", True), ("fr", False)][: None if WHOLE else 1]
NAMES = ["in French by keyboard", "by mouse", "by keyboard", "in French"][: None if WHOLE else 1]


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        await started.close()


async def signed_in(browser: Browser, address: str, language: str = "en", **options: Any) -> Page:
    context = await browser.new_context(base_url=address, **options)
    page = await context.new_page()
    page.set_default_timeout(LONG)
    await page.goto(f"/{language}/sign-in")
    await page.fill("#username", "curator")
    await page.fill("#password", "curator")
    await page.click("main button[type=submit]")
    await page.wait_for_selector("main h1")
    return page


@pytest_asyncio.fixture
async def page(browser: Browser, demo_server: str) -> AsyncIterator[Page]:
    """A page of the demo's curator; errors of scripts fail the test."""
    opened = await signed_in(browser, demo_server)
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    yield opened
    assert faults == []
    await opened.context.close()


@pytest_asyncio.fixture
async def api(demo_server: str) -> AsyncIterator[httpx.AsyncClient]:
    """The demo's curator at the API."""
    async with httpx.AsyncClient(base_url=demo_server, timeout=60) as client:
        form = {
            "grant_type": "password",
            "client_id": "dina-public",
            "username": "curator",
            "password": "curator",
        }
        answer = await client.post("/auth/realms/dina/protocol/openid-connect/token", data=form)
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def specimens(folder: Path, mark: str, number: int) -> Path:
    """Rows of the Berlin herbarium with 43 errors of three kinds, as people make them."""
    source = shared("data/specimens-botany/bgbm/verbatim.txt")
    with source.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    path = folder / f"{mark}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for at in range(number):
            row = {name: found[at % len(found)].get(name, "") for name in COLUMNS}
            row |= {"catalogNumber": f"{mark}-{at:05}", "occurrenceID": f"urn:catalog:{mark}:{at}"}
            if at % 3 == 0 and at < 93:
                row["eventDate"] = "31.vi.1998"
            elif at % 3 == 1 and at < 24:
                row["decimalLatitude"] = "36,5"
            elif at % 3 == 2 and at < 12:
                row["eventDate"] = "1998-13-45"
            writer.writerow(row)
    return path


async def count(api: httpx.AsyncClient) -> int:
    answer = await api.get("/collection/v1/material-sample/count")
    return int(answer.json()["data"]["attributes"]["value"])


@pytest.mark.parametrize(("language", "keyboard"), RUNS, ids=NAMES)
async def test_j3_a_file_with_43_errors_is_imported_and_taken_back(
    browser: Browser, demo_server: str, api: httpx.AsyncClient, tmp_path: Path, language: str, keyboard: bool
) -> None:
    rows = 400 if language == "en" and not keyboard else 120
    file = specimens(tmp_path, f"J3{language}{int(keyboard)}", rows)
    before = await count(api)
    page = await signed_in(browser, demo_server, language)
    await page.goto(f"/{language}/imports")
    hand, words = Hand(page, keyboard=keyboard), WORDS[language]
    await hand.press(f"main a:has-text('{words['new']}')")
    await hand.choose_file("#file", file)
    await hand.press("#new-import .save button")
    await page.wait_for_selector("table.mapped")
    await hand.press("#columns button[value=check]")
    await page.wait_for_selector("table.groups")
    assert await page.inner_text(".count-error b") == "43"
    decisions = 0
    for at, text in enumerate(await page.locator("table.groups td.text").all_inner_texts()):
        if text in ("31.vi.1998", "1998-13-45"):
            await hand.type(f"input[name=to-{at}]", "1998-06-30" if text == "31.vi.1998" else "1998")
            decisions += 1
        elif text == "36,5":
            assert await page.input_value(f"input[name=to-{at}]") == "36.5", (
                "the proposal stands there already"
            )
            decisions += 1
    await hand.press("#groups button[value=check]")
    await page.wait_for_url("**/check?job=*")
    await page.wait_for_selector(".counts")
    assert await page.locator(".count-error b").inner_text() == "0"
    await hand.press("main a.button[href$='/import']")
    await hand.press("main button[name=mode][value=rows]")
    await page.wait_for_selector("#receipt")
    assert await count(api) == before + rows
    print(f"\nJ3 {language}{' keyboard' if keyboard else ''}: {hand.actions} actions to import (at most 15), "
          f"{decisions} decisions for 43 errors (at most 6), {hand.entries} entries")  # fmt: skip
    assert hand.actions <= 15
    assert decisions <= 6
    await page.goto(f"/{language}/imports")
    undo = Hand(page, keyboard=keyboard)
    await undo.press(f"td button:has-text('{words['undo']}')")
    await page.wait_for_selector("#confirm")
    await undo.type("#confirm", str(rows))
    await undo.press(".save button")
    await page.wait_for_selector(".said")
    print(f"J3 undo: {undo.actions} actions (2) and {undo.entries} entry")
    assert undo.actions <= 2
    assert await count(api) == before
    await page.context.close()


@pytest.mark.parametrize(("language", "keyboard"), RUNS, ids=NAMES)
async def test_j8_a_data_set_is_described_published_and_published_again(
    browser: Browser, demo_server: str, api: httpx.AsyncClient, language: str, keyboard: bool
) -> None:
    page = await signed_in(browser, demo_server, language)
    hand = Hand(page, keyboard=keyboard)
    title = f"Plants {language} {keyboard}"
    await hand.press(f"nav.rail a:has-text('{WORDS[language]['publish']}')")
    await hand.press(f"main a:has-text('{WORDS[language]['sets']}')")
    await page.wait_for_selector("#title")
    await hand.type("#title", title)
    await hand.type("#frenchTitle", f"Plantes {title}")
    await hand.type("#abstract", "Specimens of the demonstration, real ones.")
    await hand.type("#contact-0-name", "A. Roy")
    await hand.press("button[value=publish]")
    await page.wait_for_selector(".said")
    print(
        f"\nJ8 {language}{' keyboard' if keyboard else ''} first: {hand.actions} actions (at most 25), {hand.entries} entries"
    )
    assert hand.actions <= 25
    assert "v1" in await page.inner_text(".title")
    changed = await api.get(
        "/collection/v1/material-sample", params={"filter[publiclyReleasable][EQ]": "true", "page[limit]": 1}
    )
    one = changed.json()["data"][0]
    body = resource("material-sample", {"materialSampleRemarks": title}, id=one["id"])
    answer = await api.patch(f"/collection/v1/material-sample/{one['id']}", json=body)
    assert answer.status_code == 200, answer.text
    again = Hand(page, keyboard=keyboard)
    await page.goto(f"/{language}")
    await again.press(f"nav.rail a:has-text('{WORDS[language]['publish']}')")
    await again.press(f"td a:has-text('{title}') >> nth=0")
    await again.press("main .actions form button")
    await page.wait_for_url("**job=*")
    await page.wait_for_selector(".said")
    said = await page.inner_text(".said")
    print(f"J8 again: {again.actions} actions (at most 3): {said}")
    assert again.actions <= 3
    assert "+0 −0 ~1" in said
    await page.context.close()


async def test_an_import_works_without_scripts(browser: Browser, demo_server: str, tmp_path: Path) -> None:
    file = specimens(tmp_path, "PLAIN", 100)
    page = await signed_in(browser, demo_server, java_script_enabled=False)
    await page.goto("/en/imports/new")
    await page.set_input_files("#file", file)
    await page.click("#new-import .save button")
    await until(page, "table.mapped")
    await page.click("#columns button[value=check] >> nth=0")
    await until(page, "table.groups")
    await page.click("a:has-text('Edit in a table')")
    assert await page.locator("table.cells tbody tr").count() == 43
    await page.fill("input[name^=cell-] >> nth=5", "1998-06-30")
    await page.click("button[value=check]")
    await until(page, ".counts")
    assert await page.inner_text(".count-error b") == "42"
    await page.context.close()


async def until(page: Page, selector: str) -> None:
    """Look again by the page's own link, as people without scripts do."""
    for _ in range(200):
        if await page.locator(selector).count():
            return
        await page.click("a:has-text('Show the latest state')")
    raise AssertionError(f"{selector} never came")


async def test_a_file_that_cannot_be_read_says_why_and_pasted_rows_are_read(
    page: Page, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 this is no archive")
    await page.goto("/fr/imports/new")
    await page.set_input_files("#file", broken)
    await page.click("#new-import .save button")
    await page.wait_for_selector(".job-failed .problem")
    assert "broken.zip" in await page.inner_text(".job-failed")
    await page.goto("/fr/imports/new")
    await page.click("#new-import .save button")
    await page.wait_for_selector("#problems")
    await page.click("summary:has-text('coller')")
    await page.fill(
        "#paste", "Cat#\tSpecies name\tShelf\nP-1\tCarex aquatilis Wahlenb.\tred\nP-2\tCarex nigra\tblue"
    )
    await page.click("#new-import .save button")
    await page.wait_for_selector("table.mapped")
    fields = [await one.input_value() for one in await page.locator("table.mapped input[list]").all()]
    assert "Numéro de catalogue" in fields[0]
    assert fields[2] == "Nouveau champ personnalisé\u202f: shelf"


async def test_the_grid_leads_from_problem_to_problem_and_keeps_what_is_typed(
    page: Page, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    await page.goto("/en/imports/new")
    await page.set_input_files("#file", specimens(tmp_path, "GRID", 100))
    await page.click("#new-import .save button")
    await page.wait_for_selector("table.mapped")
    await page.click("#columns button[value=check] >> nth=0")
    await page.wait_for_selector("table.groups")
    id_ = re.search(r"imports/([0-9a-f-]{36})", page.url)
    assert id_ is not None
    await page.click("a:has-text('Edit in a table')")
    await page.click(".tabulator-row .tabulator-cell >> nth=2")
    await page.keyboard.press("F8")
    await page.wait_for_selector("dina-grid .said:has-text('There is no day 31 in that month.')")
    await page.keyboard.press("F2")
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text("1998-06-30")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("dina-grid [role=toolbar] >> text=Kept: 1")
    rows = f"/exchange/v1/import-dataset/{id_[1]}/rows"
    assert (await api.get(rows)).json()["data"][0]["attributes"]["values"][5] == "1998-06-30"
    await page.click("button:has-text('Undo (Ctrl+Z)')")
    await page.wait_for_function("async () => (await (await fetch(document.querySelector('dina-grid').getAttribute('source')))"
                                 ".json()).rows[0].values[5] === '31.vi.1998'")  # fmt: skip
    await page.click("button:has-text('Plain table')")
    await page.wait_for_selector("table.cells")


async def indexed(api: httpx.AsyncClient) -> None:
    """Wait until the search index has read all there is."""
    while True:
        told = (await api.get("/search/v1/index-status")).json()["data"]["attributes"]
        modules = told["modules"]
        if told["builtOn"] and modules and not any(one["pending"] for one in modules.values()):
            return
        await asyncio.sleep(0.3)


async def test_near_equal_values_become_one_and_again_what_they_were(
    page: Page, api: httpx.AsyncClient
) -> None:
    async def collectors() -> list[str]:
        body = resource("table", {"columns": ["dwcRecordedBy"]})
        answer = await api.post(
            "/collection/v1/collecting-event/table?sort=id", json=body, headers={"accept": "text/csv"}
        )
        return [line for line in answer.text.splitlines() if "Lundevall" in line]

    await indexed(api)
    before = await collectors()
    hand = Hand(page)
    await page.goto("/en/clean-up?type=collecting-event&field=dwcRecordedBy&clusters=ngram")
    await hand.press("tr:has(input[name^=member-][value*=Lundevall]) input[name=merge]")
    await hand.press("form button:has-text('See what would change') >> nth=0")
    await page.wait_for_selector(".said")
    assert await collectors() == before, "nothing is written by looking"
    await hand.press("button[value=apply]")
    await page.wait_for_selector("button[value=undo]")
    assert len(set(await collectors())) < len(set(before))
    await hand.press("button[value=undo]")
    await page.wait_for_selector(".said:has-text('Taken back')")
    assert await collectors() == before
    print(f"\nClean-up with undo: {hand.actions} actions, {hand.entries} entries")


async def test_everybody_reads_what_is_released_and_nothing_else(
    browser: Browser, demo_server: str, api: httpx.AsyncClient
) -> None:
    shown = await api.get(
        "/collection/v1/material-sample", params={"filter[publiclyReleasable][EQ]": "true", "page[limit]": 1}
    )
    id_ = shown.json()["data"][0]["id"]
    made = await api.post("/collection/v1/material-sample", json=resource("material-sample", {
        "group": "demo", "materialSampleName": "HIDDEN-1", "publiclyReleasable": False,
        "notPubliclyReleasableReason": "secret",
    }))  # fmt: skip
    hidden = made.json()["data"]["id"]
    async with httpx.AsyncClient(base_url=demo_server, timeout=60) as anybody:
        page = await anybody.get(f"/specimen/{id_}", headers={"accept": "text/html", "accept-language": "fr"})
        assert (page.status_code, page.headers["location"]) == (303, f"/fr/public/specimens/{id_}")
        page = await anybody.get(f"/fr/public/specimens/{id_}")
        assert page.status_code == 200
        assert 'type="application/ld+json"' in page.text
        linked = await anybody.get(f"/specimen/{id_}", headers={"accept": "application/ld+json"})
        assert linked.headers["content-type"] == "application/ld+json"
        assert linked.json()["@id"].endswith(f"/specimen/{id_}")
        plain = await anybody.get(f"/specimen/{id_}", headers={"accept": "application/vnd.api+json"})
        assert plain.json()["data"]["type"] == "published-specimen"
        assert (
            plain.json()["data"]["attributes"]["terms"]["dwc:occurrenceID"]
            == linked.json()["dwc:occurrenceID"]
        )
        for accept in ("text/html", "application/ld+json", "application/vnd.api+json"):
            found = await anybody.get(
                f"/specimen/{hidden}", headers={"accept": accept}, follow_redirects=True
            )
            assert found.status_code == 404
            assert "HIDDEN-1" not in found.text
        assert (await anybody.get("/en/public")).status_code == 200
        assert (await anybody.get("/en/imports")).status_code in (302, 303), "work asks for an account"


@pytest.mark.skipif(not WHOLE, reason="a look at every page: make test-whole")
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("fr", "dark")])
async def test_the_pages_of_data_in_and_out_have_no_fault_that_axe_finds(
    browser: Browser, demo_server: str, tmp_path: Path, language: str, scheme: Any
) -> None:
    found: dict[str, list[str]] = {}
    page = await signed_in(browser, demo_server, language, color_scheme=scheme)
    await page.goto(f"/{language}/imports/new")
    await page.set_input_files("#file", specimens(tmp_path, f"AXE{language}", 100))
    await page.click("#new-import .save button")
    await page.wait_for_selector("table.mapped")
    found["columns"] = await violations(page)
    await page.click("#columns button[value=check] >> nth=0")
    await page.wait_for_selector("table.groups")
    found["check"] = await violations(page)
    await page.click("main a[href*='/rows']")
    await page.wait_for_selector(".tabulator-row")
    found["grid"] = await violations(page)
    for path in (
        "imports", "imports/new", "jobs", "exports/new", "publish/new", "clean-up",
        "clean-up?type=storage-unit&field=name", "public",
    ):  # fmt: skip
        await page.goto(f"/{language}/{path}")
        found[path] = await violations(page)
    assert {name: faults for name, faults in found.items() if faults} == {}
    await page.context.close()


async def test_the_pages_fit_a_phone(browser: Browser, demo_server: str) -> None:
    page = await signed_in(browser, demo_server, viewport={"width": 320, "height": 700})
    for path in (
        "imports",
        "imports/new",
        "jobs",
        "exports/new",
        "publish",
        "publish/new",
        "clean-up",
        "public",
    ):
        await page.goto(f"/en/{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
    await page.context.close()
