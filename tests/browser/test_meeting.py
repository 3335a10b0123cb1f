"""Two people at one specimen in two browsers: nothing of either is lost."""

from __future__ import annotations

import httpx
from playwright.async_api import Browser

from tests.browser.signing import signed_in
from tests.conftest import linked, resource


async def made(api: httpx.AsyncClient, type_: str, attributes: dict[str, object], **links: object) -> str:
    body = resource(type_, {"group": "demo", **attributes}, relationships=links)
    answer = await api.post(f"/collection/v1/{type_}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def test_what_two_people_change_in_a_specimen_is_merged_and_what_both_change_is_chosen(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    event = await made(api, "collecting-event", {"dwcCountry": "Canda", "habitat": "river"})
    first = await made(api, "organism", {"sex": "female", "lifeStage": "adult"})
    id_ = await made(
        api, "material-sample", {"materialSampleName": "MEET-1", "materialSampleRemarks": "as found"},
        collectingEvent=linked("collecting-event", event), organism=linked("organism", first, many=True),
    )  # fmt: skip
    mine, theirs = (
        await signed_in(browser, address, "fr"),
        await signed_in(browser, address, user="technician"),
    )
    for page, language in ((mine, "fr"), (theirs, "en")):
        await page.goto(f"/{language}/specimens/{id_}/edit")
    await theirs.fill("#materialSampleRemarks", "theirs")
    await theirs.fill("[name='event.dwcCountry']", "Canada")
    await theirs.fill("[name='organism.0.sex']", "male")
    await theirs.keyboard.press("Control+s")
    await theirs.wait_for_selector("h1:has-text('MEET-1') >> visible=true")
    await theirs.wait_for_selector(".message")
    await mine.fill("#materialSampleRemarks", "mine")
    await mine.fill("[name='event.dwcCountry']", "Chile")
    await mine.fill("[name='event.habitat']", "lake")
    await mine.keyboard.press("Control+s")
    await mine.wait_for_selector("#problems:has-text('technician')")
    rows = [await row.inner_text() for row in await mine.locator("tbody tr").all()]
    assert len(rows) == 2, rows
    assert [[word in row for word in ("as found", "theirs", "mine")] for row in rows if "theirs" in row] == [
        [True] * 3
    ]
    assert [[word in row for word in ("Canda", "Canada", "Chile")] for row in rows if "Chile" in row] == [
        [True] * 3
    ]
    await mine.check("[name='_take.materialSampleRemarks'][value=mine]")
    await mine.check("[name='_take.event.dwcCountry'][value=theirs]")
    await mine.click("main .save button")
    await mine.wait_for_selector(".message")
    found = (await api.get(f"/collection/v1/material-sample/{id_}?include=collectingEvent,organism")).json()
    assert found["data"]["attributes"]["materialSampleRemarks"] == "mine"
    told = {one["type"]: one["attributes"] for one in found["included"]}
    assert (told["collecting-event"]["dwcCountry"], told["collecting-event"]["habitat"]) == ("Canada", "lake")
    assert (told["organism"]["sex"], told["organism"]["lifeStage"]) == ("male", "adult"), (
        "what only one changed is kept"
    )
    for page in (mine, theirs):
        await page.context.close()


async def test_an_organism_that_somebody_adds_meanwhile_stays(
    browser: Browser, address: str, api: httpx.AsyncClient
) -> None:
    first = await made(api, "organism", {"sex": "female"})
    id_ = await made(
        api,
        "material-sample",
        {"materialSampleName": "MEET-2"},
        organism=linked("organism", first, many=True),
    )
    page = await signed_in(browser, address)
    await page.goto(f"/en/specimens/{id_}/edit")
    second = await made(api, "organism", {"sex": "male"})
    both = {"organism": linked("organism", second, first, many=True)}
    body = resource("material-sample", {}, id=id_, relationships=both)
    assert (await api.patch(f"/collection/v1/material-sample/{id_}", json=body)).status_code == 200
    await page.click("button[name=_organism]")
    await page.fill("[name='organism.0.lifeStage']", "adult")
    await page.fill("[name='organism.1.sex']", "unknown")
    await page.keyboard.press("Control+s")
    await page.wait_for_selector(".message")
    found = (await api.get(f"/collection/v1/material-sample/{id_}?include=organism")).json()["included"]
    assert {one["id"]: one["attributes"]["lifeStage"] for one in found}[first] == "adult"
    assert sorted(one["attributes"]["sex"] for one in found) == ["female", "male", "unknown"]
    await page.context.close()
