"""Imports in a real browser: journey J3 with its counts, the table of rows, without scripts, with real specimens."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page

from tests.browser import pages
from tests.browser.conftest import NAMES, RUNS
from tests.browser.hand import Hand
from tests.browser.rows import specimens
from tests.browser.signing import signed_in

WORDS = {
    "en": {"new": "New import", "undo": "Undo…"},
    "fr": {"new": "Nouvelle importation", "undo": "Annuler…"},
}


async def count(api: httpx.AsyncClient) -> int:
    answer = await api.get("/collection/v1/material-sample/count")
    return int(answer.json()["data"]["attributes"]["value"])


@pytest.mark.parametrize(("language", "keyboard"), RUNS, ids=NAMES)
async def test_j3_a_file_with_43_errors_is_imported_and_taken_back(
    browser: Browser, address: str, api: httpx.AsyncClient, tmp_path: Path, language: str, keyboard: bool
) -> None:
    rows = 400 if language == "en" and not keyboard else 120
    file = specimens(tmp_path, f"J3{language}{int(keyboard)}", rows)
    before = await count(api)
    page = await signed_in(browser, address, language)
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


async def test_an_import_works_without_scripts(browser: Browser, address: str, tmp_path: Path) -> None:
    file = specimens(tmp_path, "PLAIN", 100)
    page = await signed_in(browser, address, java_script_enabled=False)
    await page.goto("/en/imports/new")
    await page.set_input_files("#file", file)
    await page.click("#new-import .save button")
    await until(page, "table.mapped")
    await page.click("#columns button[value=check] >> nth=0")
    await until(page, "table.groups")
    await page.click("summary:has-text('Find and replace')")
    await page.fill("#find", r"^(\d+\.vi\.(\d+)$")
    await page.check("[name=pattern]")
    await page.click("button[value=count]")
    assert "character 2" in await page.inner_text("#problems")
    await page.fill("#find", r"^31\.vi\.(\d+)$")
    await page.click("button[value=count]")
    assert "31" in await page.inner_text(".said")
    assert await page.input_value("#find") == r"^31\.vi\.(\d+)$", "what was counted can be replaced"
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
    id_ = await pages.checked(page, specimens(tmp_path, "GRID", 100))
    await page.click("a:has-text('Edit in a table')")
    await page.click(".tabulator-row .tabulator-cell >> nth=2")
    await page.keyboard.press("F8")
    await page.wait_for_selector("dina-grid .said:has-text('There is no day 31 in that month.')")
    await page.keyboard.press("F2")
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text("1998-06-30")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("dina-grid [role=toolbar] >> text=Kept: 1")
    rows = f"/exchange/v1/import-dataset/{id_}/rows"
    assert (await api.get(rows)).json()["data"][0]["attributes"]["values"][5] == "1998-06-30"
    await page.click("button:has-text('Undo (Ctrl+Z)')")
    await page.wait_for_function("async () => (await (await fetch(document.querySelector('dina-grid').getAttribute('source')))"
                                 ".json()).rows[0].values[5] === '31.vi.1998'")  # fmt: skip
    await page.click("button:has-text('Plain table')")
    await page.wait_for_selector("table.cells")
