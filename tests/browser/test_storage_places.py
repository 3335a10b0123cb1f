"""Places: several made at once by a pattern, found by code from any of their pages, what waits put into free wells."""

from __future__ import annotations

import uuid

import httpx
import pytest
from playwright.async_api import Browser

from dina.web.storage.several import MOST, Unreadable, names
from tests.browser.signing import signed_in
from tests.conftest import linked, resource

UNIT = "/collection/v1/storage-unit"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("D-[0451..0453]", ["D-0451", "D-0452", "D-0453"]),
        ("Box [9..11]", ["Box 9", "Box 10", "Box 11"]),
        ("[A..B][1..2]", ["A1", "A2", "B1", "B2"]),
        ("Shelf [y..ab].", ["Shelf y.", "Shelf z.", "Shelf aa.", "Shelf ab."]),
        ("[5..5]", ["5"]),
    ],
)
def test_a_pattern_stands_for_names(pattern: str, found: list[str]) -> None:
    assert names(pattern) == found


@pytest.mark.parametrize(
    "pattern",
    ["", "D-", "D-[1-5]", "[5..1]", "[A..9]", "[a..B]", "[1..2][1..2][1..2]", f"[1..{MOST + 1}]", "[0..999999999]", "[A..ZZZ]", "[1..30][1..30]"],
)  # fmt: skip
def test_what_gives_no_names_or_too_many_is_refused(pattern: str) -> None:
    with pytest.raises(Unreadable):
        names(pattern)


async def test_a_row_of_drawers_is_made_found_and_taken_back_without_scripts(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    code = f"ARM-{uuid.uuid4().hex[:8]}"
    cabinet = {"group": "demo", "name": "Armoire 77", "barcode": code}
    answer = await api.post(UNIT, json=resource("storage-unit", cabinet))
    id_ = answer.json()["data"]["id"]
    page = await signed_in(browser, address, "fr", java_script_enabled=False)
    await page.goto("/fr/storage")
    await page.fill("#find-place", code)
    await page.press("#find-place", "Enter")
    assert page.url.endswith(f"/fr/storage/{id_}")
    await page.click(".actions a[href*='/storage/several']")
    assert await page.input_value("#within") == code
    await page.fill("#pattern", "D77-[1..²]")
    await page.press("#pattern", "Enter")
    assert "D-[0451..0470]" in await page.inner_text("#problems")
    await page.fill("#pattern", "D77-[01..12]")
    await page.press("#pattern", "Enter")
    said = " ".join((await page.inner_text("main")).split())
    assert "12 emplacements : D77-01, D77-02" in said
    await page.click("button[value=create]")
    assert "12 emplacements créés : D77-01 à D77-12" in " ".join((await page.inner_text("#messages")).split())
    inside = f"{UNIT}/count?filter[parentStorageUnit.id]={id_}"
    assert (await api.get(inside)).json()["data"]["attributes"]["value"] == 12
    await page.click("#messages button")
    assert (await api.get(inside)).json()["data"]["attributes"]["value"] == 0
    await page.context.close()


async def test_what_waits_in_a_box_goes_into_its_free_wells(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    layout = {"numberOfRows": 2, "numberOfColumns": 3, "fillDirection": "BY_ROW"}
    kind = resource(
        "storage-unit-type", {"group": "demo", "name": "Box 2 × 3", "gridLayoutDefinition": layout}
    )
    type_ = (await api.post("/collection/v1/storage-unit-type", json=kind)).json()["data"]["id"]
    box = resource(
        "storage-unit", {"group": "demo", "name": "Waiting box"},
        relationships={"storageUnitType": linked("storage-unit-type", type_)},
    )  # fmt: skip
    unit = (await api.post(UNIT, json=box)).json()["data"]["id"]
    for n in range(2):
        sample = resource("material-sample", {"group": "demo", "materialSampleName": f"WAITS-{n}"})
        made = (await api.post("/collection/v1/material-sample", json=sample)).json()["data"]["id"]
        usage = resource(
            "storage-unit-usage", {"usageType": "material-sample"},
            relationships={"storageUnit": linked("storage-unit", unit)},
        )  # fmt: skip
        place = (await api.post("/collection/v1/storage-unit-usage", json=usage)).json()["data"]["id"]
        data = {
            "type": "material-sample",
            "id": made,
            "relationships": {"storageUnitUsage": linked("storage-unit-usage", place)},
        }
        answer = await api.patch(f"/collection/v1/material-sample/{made}", json={"data": data})
        assert answer.status_code == 200, answer.text
    page = await signed_in(browser, address, "fr", java_script_enabled=False)
    await page.goto(f"/fr/storage/{unit}")
    waiting = page.locator("form.panel:has-text('En attente d’un puits')")
    assert "WAITS-0" in await waiting.inner_text()
    await waiting.locator("button").click()
    await page.goto(f"/fr/storage/{unit}")
    assert await waiting.count() == 0
    assert await page.locator("td[data-well=A1][data-name]").count() == 1
    assert await page.locator("td[data-well=A2][data-name]").count() == 1
    await page.context.close()
