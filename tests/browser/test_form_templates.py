"""Form templates: made on a page that shows the specimen form, and kept through everything that form does."""

from __future__ import annotations

import re
import uuid

import httpx
from playwright.async_api import Browser, Page

from tests.browser.hand import violations
from tests.browser.signing import signed_in

PATH = "/collection/v1/form-template"


async def shown_fields(page: Page) -> set[str]:
    """The controls of the form that are in sight."""
    controls = page.locator("form[data-form] :is(input, select, textarea):visible")
    return {name for one in await controls.all() if (name := await one.get_attribute("name"))}


async def test_a_template_hides_half_begins_with_a_value_and_asks_for_one_in_french_without_scripts(
    browser: Browser, address: str
) -> None:
    page = await signed_in(browser, address, "fr", java_script_enabled=False, viewport={"width": 390, "height": 900})  # fmt: skip
    mark = uuid.uuid4().hex[:6]
    await page.goto("/fr/form-template/new")
    await page.fill("#_name", f"Épinglé {mark}")
    await page.select_option("#_group", "demo")
    await page.click("button[name=_none][value='association.0.']")
    await page.click("button[name=_none][value='']")
    assert await page.locator("[name=_shown][value=barcode]").is_checked() is False
    assert await page.input_value("#_name") == f"Épinglé {mark}"
    for name in ("materialSampleName", "materialSampleRemarks"):
        await page.check(f"[name=_shown][value={name}]")
    await page.fill("[name='event.dwcRecordedBy']", "J. Macoun")
    await page.check("[name=_required][value='event.dwcVerbatimLocality']")
    await page.check("[name=_locked][value='organism.0.sex']")
    await page.click("#line-materialSampleRemarks summary >> nth=0")
    await page.click("#line-materialSampleRemarks summary >> nth=1")
    await page.fill("[name='_help.fr.materialSampleRemarks']", "Comme sur l’étiquette")
    before = await page.locator("#part-1 [name=_field]").evaluate_all("found => found.map(one => one.value)")
    await page.click("button[name=_up][value=materialSampleRemarks]")
    after = await page.locator("#part-1 [name=_field]").evaluate_all("found => found.map(one => one.value)")
    assert after.index("materialSampleRemarks") == before.index("materialSampleRemarks") - 1
    await page.click("button:has-text('Enregistrer et essayer')")
    assert re.search(r"/fr/specimens/new\?template=", page.url)

    async def as_designed() -> None:
        seen = await shown_fields(page)
        assert {"materialSampleName", "materialSampleRemarks", "event.dwcRecordedBy", "organism.0.sex"} <= seen  # fmt: skip
        assert not {"barcode", "materialSampleType", "association.0.remarks"} & seen
        assert await page.input_value("[name='event.dwcRecordedBy']") == "J. Macoun"

    await as_designed()
    assert "Comme sur l’étiquette" in await page.inner_text("main")
    assert await page.locator("[name=_lock][value='organism.0.sex']").is_checked()
    await page.fill("#materialSampleName", f"FT-{mark}-1")
    await page.fill("[name='organism.0.sex']", "femelle")
    await page.fill("[name='organism.0.determination.0.scientificName']", "Bombus terrestris")
    await page.click("button:has-text('Un autre organisme')")
    await as_designed()
    await page.click("[name=_then][value=check]")
    await as_designed()
    await page.click("[name=_then][value=next]")
    assert "Le modèle de formulaire l’exige." in await page.inner_text("main")
    await as_designed()
    await page.fill("[name='event.dwcVerbatimLocality']", "Whitehorse")
    await page.click("[name=_then][value=next]")
    # The sex was locked: it comes along, and not what it was identified as.
    await as_designed()
    assert await page.input_value("[name='organism.0.sex']") == "femelle"
    assert await page.input_value("[name='organism.0.determination.0.scientificName']") == ""
    await page.fill("#materialSampleName", f"FT-{mark}-2")
    await page.fill("[name='event.dwcVerbatimLocality']", "Carcross")
    await page.click("[data-key=save]")
    text = await page.inner_text("main")
    assert f"FT-{mark}-2" in text
    assert "J. Macoun" in text
    assert "Carcross" in text


async def test_a_template_of_another_client_opens_keeps_what_is_unknown_and_hides_no_data(
    page: Page, api: httpx.AsyncClient
) -> None:
    mark = uuid.uuid4().hex[:6]
    unknown = {
        "name": "scheduled-actions-component",
        "order": 9,
        "visible": True,
        "ofTheirs": 1,
        "sections": [],
    }
    items = [{"name": "materialSampleName", "visible": True}, {"name": "useNextSequence", "visible": True}]
    sections = [{"name": "identifiers-section", "visible": True, "items": items}]
    attributes = {
        "group": "demo", "name": f"Theirs {mark}", "restrictToCreatedBy": False,
        "viewConfiguration": {"type": "material-sample-form-template", "navOrder": ["a"]},
        "components": [{"name": "identifiers-component", "order": 0, "visible": True, "sections": sections}, unknown],
    }  # fmt: skip
    made = await api.post(PATH, json={"data": {"type": "form-template", "attributes": attributes}})
    assert made.status_code == 201, made.text
    id_ = made.json()["data"]["id"]
    await page.goto(f"/en/form-template/{id_}/edit")
    assert page.url.endswith("/design")
    await page.check("[name=_shown][value=barcode]")
    await page.press("#_name", "Control+s")
    await page.wait_for_selector(".message:has-text('is saved')")
    kept = (await api.get(f"{PATH}/{id_}")).json()["data"]["attributes"]
    assert kept["viewConfiguration"]["navOrder"] == ["a"]
    assert unknown in kept["components"]
    assert items[1] in kept["components"][0]["sections"][0]["items"]
    assert await violations(page) == []

    sample = {"group": "demo", "materialSampleName": f"HELD-{mark}", "materialSampleRemarks": "keep me"}
    made = await api.post("/collection/v1/material-sample", json={"data": {"type": "material-sample", "attributes": sample}})  # fmt: skip
    specimen = made.json()["data"]["id"]
    await page.goto(f"/en/specimens/{specimen}/edit?template={id_}")
    await page.click("#sample summary:has-text('hidden field holds data')")
    assert await page.input_value("#materialSampleRemarks") == "keep me"
    await page.fill("#barcode", f"B-{mark}")
    await page.keyboard.press("Control+s")
    await page.wait_for_url(lambda url: "/edit" not in url)
    attributes = (await api.get(f"/collection/v1/material-sample/{specimen}")).json()["data"]["attributes"]
    assert (attributes["materialSampleRemarks"], attributes["barcode"]) == ("keep me", f"B-{mark}")

    await page.goto(f"/en/specimens/new?copy={specimen}")
    assert await page.input_value("#materialSampleRemarks") == "keep me"
    assert await page.input_value("#barcode") == ""
