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


async def place(api: httpx.AsyncClient, name: str, within: str | None = None) -> str:
    """A place, inside another if given."""
    links = {"parentStorageUnit": linked("storage-unit", within)} if within else {}
    body = resource("storage-unit", {"group": "demo", "name": name}, relationships=links)
    return (await api.post(UNIT, json=body)).json()["data"]["id"]


async def parent_of(api: httpx.AsyncClient, id_: str) -> str | None:
    found = (await api.get(f"{UNIT}/{id_}", params={"include": "parentStorageUnit"})).json()["data"]
    data = found["relationships"]["parentStorageUnit"]["data"]
    return data and data["id"]


async def test_places_and_specimens_are_cut_and_pasted_by_key_over_pages(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    room, cabinet, drawer = [await place(api, f"CutV {name}") for name in ("room", "cabinet", "drawer")]
    page = await signed_in(browser, address)
    await page.goto("/en/storage")
    # In the tree the place that has the focus is cut, and the one that has it then takes it.
    await page.focus(f"nav.tree a[data-id='{cabinet}']")
    await page.keyboard.press("x")
    await page.wait_for_selector("#cut-told:has-text('CutV cabinet is cut')")
    await page.focus(f"nav.tree a[data-id='{room}']")
    await page.keyboard.press("v")
    await page.wait_for_url(f"**/storage/{room}")
    assert await parent_of(api, cabinet) == room
    # On pages it is the place that is shown; what is cut is remembered on the way.
    await page.goto(f"/en/storage/{drawer}")
    await page.keyboard.press("x")
    await page.wait_for_selector("#cut-told:has-text('CutV drawer is cut')")
    await page.goto(f"/en/storage/{cabinet}")
    await page.wait_for_selector("button:has-text('Put CutV drawer here')")
    await page.keyboard.press("v")
    await page.wait_for_selector(".message:has-text('1 thing moved to CutV cabinet')")
    assert await parent_of(api, drawer) == cabinet
    sample = resource("material-sample", {"group": "demo", "materialSampleName": "CUT-1"})
    made = (await api.post("/collection/v1/material-sample", json=sample)).json()["data"]["id"]
    await page.goto(f"/en/specimens/{made}")
    await page.keyboard.press("x")
    await page.wait_for_selector("#cut-told:has-text('CUT-1 is cut')")
    await page.goto(f"/en/storage/{drawer}")
    await page.keyboard.press("v")
    await page.wait_for_selector(".message:has-text('1 thing moved to CutV drawer')")
    assert await page.locator("main td a:has-text('CUT-1')").count() == 1
    await page.context.close()


async def test_a_place_is_dragged_into_another_in_the_tree(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    room, box = await place(api, "Drag room"), await place(api, "Drag box")
    page = await signed_in(browser, address)
    await page.goto("/en/storage")
    await page.wait_for_selector(f"nav.tree a[data-id='{box}'][draggable=true]")
    held = {"dataTransfer": await page.evaluate_handle("new DataTransfer()")}
    await page.dispatch_event(f"nav.tree a[data-id='{box}']", "dragstart", held)
    await page.dispatch_event("nav.tree", "drop", held)
    assert page.url.endswith("/en/storage"), "beside a place nothing is dropped"
    await page.dispatch_event(f"nav.tree a[data-id='{room}']", "drop", held)
    await page.wait_for_url(f"**/storage/{room}")
    assert await parent_of(api, box) == room
    await page.context.close()
