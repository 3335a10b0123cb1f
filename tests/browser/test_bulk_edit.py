"""Bulk edit in a real browser: journey J9 with its counts, cells in a table, without scripts, and two people at once."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import NAMES, RUNS
from tests.browser.hand import Hand, found, violations
from tests.browser.signing import signed_in
from tests.conftest import WHOLE, resource

WORDS = {"en": {"edit": "Edit", "taken": "Taken back"}, "fr": {"edit": "Modifier", "taken": "Annul"}}
MISSPELT = 398


async def specimens(api: httpx.AsyncClient, mark: str, number: int) -> list[str]:
    """Specimens of an event each, whose locality is misspelt."""
    operations: list[dict[str, Any]] = []
    for at in range(number):
        event = {"group": "demo", "dwcVerbatimLocality": f"{mark}, river bank {at}"}
        operations.append(
            {"op": "add", "data": {"type": "collecting-event", "lid": f"e{at}", "attributes": event}}
        )
        sample = {"group": "demo", "materialSampleName": f"{mark}-{at:03}"}
        links = {"collectingEvent": {"data": {"type": "collecting-event", "lid": f"e{at}"}}}
        data = {"type": "material-sample", "lid": f"s{at}", "attributes": sample, "relationships": links}
        operations.append({"op": "add", "data": data})
    headers = {"content-type": 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'}
    answer = await api.post(
        "/collection/v1/operations", json={"atomic:operations": operations}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    await found(api, mark, number)
    return [
        one["data"]["id"]
        for one in answer.json()["atomic:results"]
        if one["data"]["type"] == "material-sample"
    ]


async def localities(api: httpx.AsyncClient, text: str) -> int:
    params = {"filter[dwcVerbatimLocality][LIKE]": f"{text}%", "page[limit]": 1}
    answer = await api.get("/collection/v1/collecting-event", params=params)
    return int(answer.json()["meta"]["totalResourceCount"])


@pytest.mark.parametrize(("language", "keyboard"), RUNS, ids=NAMES)
async def test_j9_misspelt_localities_are_corrected_and_taken_back(
    browser: Browser, address: str, api: httpx.AsyncClient, language: str, keyboard: bool
) -> None:
    wrong = f"Whitehrse{uuid.uuid4().hex[:6]}"
    right = wrong.replace("hrse", "horse")
    await specimens(api, wrong, MISSPELT)
    page = await signed_in(browser, address, language)
    await page.goto(f"/{language}/specimens")
    hand = Hand(page, keyboard=keyboard)
    await hand.type("#q", wrong)
    await hand.key("Enter")
    await page.wait_for_selector(f".total:has-text('{MISSPELT}')")
    await hand.press("[data-all]")
    await page.wait_for_selector("input[name=all]", state="attached")
    await hand.press("button[formaction$='/specimens/bulk']")
    await hand.choose("#field", "collectingEvent.dwcVerbatimLocality")
    await hand.press("button[value=add]")
    assert await page.input_value("#find-0") == wrong, "what was searched for is what is to be replaced"
    assert await page.input_value("#op-0") == "replace"
    await hand.type("#value-0", right)
    await hand.press(".save button[value=preview]")
    await page.wait_for_selector("button[value=apply]")
    assert str(MISSPELT) in await page.inner_text("p.said")
    assert await page.locator("tbody ins", has_text=right).count() == 100
    assert await localities(api, right) == 0, "nothing is written by looking"
    await hand.press("button[value=apply]")
    await page.wait_for_selector("button[value=undo]")
    assert await localities(api, right) == MISSPELT
    print(
        f"\nJ9 {language}{' keyboard' if keyboard else ''}: {hand.actions} actions (at most 8), {hand.entries} entries (at most 2)"
    )
    assert hand.actions <= 8
    assert hand.entries <= 2
    undo = Hand(page, keyboard=keyboard)
    await undo.press("button[value=undo]")
    await page.wait_for_selector(f".said:has-text('{WORDS[language]['taken']}')")
    assert (await localities(api, right), await localities(api, wrong)) == (0, MISSPELT)
    print(f"J9 undo: {undo.actions} action")
    await page.context.close()


async def test_cells_are_typed_over_in_a_table_and_only_those_change(
    page: Page, api: httpx.AsyncClient
) -> None:
    town = f"Gridtown{uuid.uuid4().hex[:6]}"
    ids = await specimens(api, town, 3)
    await page.goto(f"/en/specimens/bulk/grid?q={town}")
    await page.wait_for_selector(".tabulator-row >> nth=2")
    await page.click(".tabulator-cell[tabulator-field=c0] >> nth=0")
    await page.keyboard.press("F2")
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(f"New {town}")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("dina-grid [role=status]:has-text('Changed cells: 1')")
    await page.click(".save button[value=preview]")
    await page.wait_for_selector("button[value=apply]")
    assert await page.locator("tbody ins").all_inner_texts() == [f"New {town}"]
    first = (await api.get(f"/collection/v1/material-sample/{ids[1]}?include=collectingEvent")).json()[
        "included"
    ][0]
    body = resource("collecting-event", {"dwcVerbatimLocality": "Elsewhere"}, id=first["id"])
    assert (await api.patch(f"/collection/v1/collecting-event/{first['id']}", json=body)).status_code == 200
    await page.click("button[value=apply]")
    await page.wait_for_selector("button[value=undo]")
    assert await localities(api, f"New {town}") == 1
    assert await localities(api, town) == 1, "the third is as it was"


async def test_bulk_edit_of_ticked_rows_works_without_scripts(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    town = f"Plaintown{uuid.uuid4().hex[:6]}"
    ids = await specimens(api, town, 2)
    page = await signed_in(browser, address, java_script_enabled=False)
    await page.goto(f"/en/specimens?q={town}")
    await page.check("td.pick input >> nth=0")
    await page.click("button[formaction$='/specimens/bulk']")
    await page.select_option("#field", "tags")
    await page.click("button[value=add]")
    await page.click(".save button[value=preview]")
    assert "give the value" in await page.inner_text("#problems")
    await page.fill("#value-0", "checked\nseen")
    await page.click(".save button[value=preview]")
    for _ in range(100):
        if await page.locator("button[value=apply]").count():
            break
        await page.click("a:has-text('Show the latest state')")
    assert "1 record would change" in await page.inner_text("p.said")
    await page.click("main a:has-text('Back to the fields')")
    assert await page.input_value("#value-0") == "checked\nseen", "what was typed is there to be mended"
    await page.click(".save button[value=preview]")
    for _ in range(100):
        if await page.locator("button[value=apply]").count():
            break
        await page.click("a:has-text('Show the latest state')")
    await page.click("button[value=apply]")
    for _ in range(100):
        if await page.locator("button[value=undo]").count():
            break
        await page.click("a:has-text('Show the latest state')")
    tags = [
        (await api.get(f"/collection/v1/material-sample/{id_}")).json()["data"]["attributes"]["tags"] or []
        for id_ in ids
    ]
    assert sorted(tags) == [[], ["checked", "seen"]]
    await page.goto(f"/en/specimens/bulk/grid?q={town}")
    await page.fill("[name=cell-0-0]", "Plain City, 9")
    await page.click(".save button[value=preview]")
    assert "/bulk-change/" in page.url
    await page.context.close()


async def test_find_and_replace_in_the_table_is_one_step_and_no_pattern_hangs_it(
    page: Page, api: httpx.AsyncClient
) -> None:
    town = f"Seektown{uuid.uuid4().hex[:6]}"
    await specimens(api, town, 3)
    await page.goto(f"/en/specimens/bulk/grid?q={town}")
    await page.wait_for_selector(".tabulator-row >> nth=2")
    first = ".tabulator-cell[tabulator-field=c0] >> nth=0"
    await page.click(first)
    await page.keyboard.press("Control+f")
    await page.keyboard.type(r"^(\w+), river bank (\d)$")
    await page.check(".grid-find >> text=pattern")
    await page.fill(".grid-find input[type=text] >> nth=1", r"Bank \2 of \1")
    await page.click(".grid-find >> text=Find next")
    await page.wait_for_selector(".grid-find [role=status]:has-text('1 / 3')")
    await page.click(".grid-find >> text=Replace all")
    await page.wait_for_selector(".grid-find [role=status]:has-text('Changed cells: 3')")
    texts = await page.locator(".tabulator-cell[tabulator-field=c0]").all_inner_texts()
    assert sorted(texts) == [f"Bank {at} of {town}" for at in range(3)]
    await page.click("text=Undo (Ctrl+Z)")
    assert (await page.inner_text(first)).startswith(f"{town}, river"), "one step for all"
    await page.click("text=Redo (Ctrl+Y)")
    await page.fill(".grid-find input[type=text] >> nth=0", "(a")
    await page.click(".grid-find >> text=Replace all")
    await page.wait_for_selector(".grid-find [role=status]:has-text('not valid')")
    await page.click(first)
    await page.keyboard.press("F2")
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text("a" * 60 + "!")
    await page.keyboard.press("Enter")
    await page.fill(".grid-find input[type=text] >> nth=0", "(a+)+$")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".grid-find [role=status]:has-text('too long')")
    await page.keyboard.press("Escape")
    await page.wait_for_selector(".grid-find", state="hidden")
    await page.click(".save button[value=preview]")
    await page.wait_for_selector("button[value=apply]")
    assert await page.locator("tbody ins", has_text=f"of {town}").count() == 2


async def test_patterns_pairs_identifications_and_relations_go_through_the_page(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    town = f"Pattown{uuid.uuid4().hex[:6]}"
    ids = await specimens(api, town, 2)
    made: list[str] = []
    for type_, attributes in (
        ("project", {"name": f"Wrong {town}"}), ("project", {"name": f"Right {town}"}),
        ("collecting-event", {"dwcVerbatimLocality": "the one bank"}),
    ):  # fmt: skip
        answer = await api.post(
            f"/collection/v1/{type_}", json=resource(type_, {"group": "demo", **attributes})
        )
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["data"]["id"])
    links = {"projects": {"data": [{"type": "project", "id": made[0]}]}}
    for id_ in ids:
        body = resource(
            "material-sample", {"materialSampleRemarks": "det. Roy 1998"}, id=id_, relationships=links
        )
        assert (await api.patch(f"/collection/v1/material-sample/{id_}", json=body)).status_code == 200
    page = await signed_in(browser, address, "fr", java_script_enabled=False)
    await page.goto(f"/fr/specimens/bulk?q={town}")
    fields = ("materialSampleRemarks", "projects", "organism.determination", "collectingEvent")
    for at, (field, op) in enumerate(zip(fields, ("replace", "become", "add", "set"), strict=True)):
        await page.select_option("#field", field)
        await page.click("button[value=add]")
        await page.select_option(f"#op-{at}", op)
    await page.fill("#find-0", r"det\. (\w+ (\d+)")
    await page.check("[name=pattern-0]")
    await page.fill("#value-0", r"\1 identified it in \2")
    await page.fill("[name=old-1]", made[0])
    await page.fill("[name=new-1]", made[1])
    await page.fill("[name='value-2.scientificName']", "Carex nigra")
    await page.fill("[name=value-3]", made[2])
    await page.click(".save button[value=preview]")
    assert "caractère 7" in await page.inner_text("#problems")
    await page.fill("#find-0", r"det\. (\w+) (\d+)")
    await page.click(".save button[value=preview]")
    await until(page, "button[value=apply]")
    shown = await page.inner_text("table.diff")
    for said in (
        "det. Roy 1998",
        "Roy identified it in 1998",
        f"Wrong {town}",
        f"Right {town}",
        "Carex nigra",
    ):
        assert said in shown, shown
    await page.click("main a:has-text('Retour aux champs')")
    assert await page.is_checked("[name=pattern-0]")
    assert await page.input_value("[name=old-1]") == made[0]
    await page.click(".save button[value=preview]")
    await until(page, "button[value=apply]")
    await page.click("button[value=apply]")
    await until(page, "button[value=undo]")
    for id_ in ids:
        include = "?include=projects,organism,collectingEvent"
        now = (await api.get(f"/collection/v1/material-sample/{id_}{include}")).json()
        assert now["data"]["attributes"]["materialSampleRemarks"] == "Roy identified it in 1998"
        assert [one["id"] for one in now["data"]["relationships"]["projects"]["data"]] == [made[1]]
        assert now["data"]["relationships"]["collectingEvent"]["data"]["id"] == made[2]
        organism = next(one for one in now["included"] if one["type"] == "organism")
        assert organism["attributes"]["determination"][0]["scientificName"] == "Carex nigra"
    await page.context.close()


async def test_who_changed_a_record_meanwhile_stops_the_change_or_is_named(
    page: Page, api: httpx.AsyncClient
) -> None:
    town = f"Stoptown{uuid.uuid4().hex[:6]}"
    ids = await specimens(api, town, 3)
    await page.goto(f"/en/specimens/bulk?q={town}")
    await page.select_option("#field", "materialSampleRemarks")
    await page.click("button[value=add]")
    await page.select_option("#op-0", "set")
    await page.fill("#value-0", "seen")
    await page.click(".save button[value=preview]")
    await page.wait_for_selector("button[value=apply]")
    body = resource("material-sample", {"barcode": uuid.uuid4().hex[:12]}, id=ids[1])
    assert (await api.patch(f"/collection/v1/material-sample/{ids[1]}", json=body)).status_code == 200
    await page.check("input[name=stop]")
    await page.click("button[value=apply]")
    await page.wait_for_selector(f".problem:has-text('Nothing was changed'):has-text('{town}-001')")
    assert await remarks(api, ids) == [None] * 3
    await page.click("a:has-text('Back to the preview')")
    await page.click("button[value=apply]")
    await page.wait_for_selector("button[value=undo]")
    assert await page.inner_text("h2:has-text('Refused') + ul a") == f"{town}-001"
    assert await remarks(api, ids) == ["seen", None, "seen"]


async def remarks(api: httpx.AsyncClient, ids: list[str]) -> list[str | None]:
    path = "/collection/v1/material-sample"
    return [
        (await api.get(f"{path}/{id_}")).json()["data"]["attributes"]["materialSampleRemarks"] for id_ in ids
    ]


async def until(page: Page, selector: str) -> None:
    """Look again by the page's own link, as people without scripts do."""
    for _ in range(100):
        if await page.locator(selector).count():
            return
        assert await page.locator("[data-stream] + p a").count(), await page.inner_text("main")
        await page.click("[data-stream] + p a")
    raise AssertionError(f"{selector} never came")


async def test_a_record_set_is_edited_as_a_whole(page: Page, api: httpx.AsyncClient) -> None:
    ids = await specimens(api, "Settown", 2)
    body = resource(
        "record-set",
        {"name": "Typos", "recordType": "material-sample", "records": ids, "group": "demo", "private": True},
    )
    made = await api.post("/search/v1/record-set", json=body)
    assert made.status_code == 201, made.text
    await page.goto(f"/en/record-set/{made.json()['data']['id']}")
    await page.click(".actions a:has-text('Edit the specimens')")
    await page.wait_for_selector("h1:has-text('Edit 2 specimens')")
    assert "Typos" in await page.inner_text("main")


@pytest.mark.skipif(not WHOLE, reason="a look at every page: make test-whole")
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_pages_of_bulk_edit_hinder_nobody(browser: Browser, address: str, language: str) -> None:
    page = await signed_in(browser, address, language, viewport={"width": 320, "height": 700})
    for path in ("specimens/bulk?q=veronica", "specimens/bulk/grid?q=veronica"):
        await page.goto(f"/{language}/{path}")
        await asyncio.sleep(0.5)
        assert await violations(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
    await page.context.close()
