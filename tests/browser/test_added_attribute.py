"""An attribute that an installed extension adds is found on every page that follows from the registry.

The extension is a package as anybody would install it, on the path of the server alone; no template knows of it.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from dina.settings import Settings
from tests.browser.signing import mark_in
from tests.conftest import new_database, served

EXTENSION = """
import decimal
from dina.base.resource import Extension, attribute

def added(type_):
    acidity = attribute(en="Soil acidity", fr="Acidité du sol", minimum=0, maximum=14, unit="pH", term="example:soilAcidity")
    mounting = attribute(en="Mounting glue", fr="Colle de montage", max=100, listed=True, indexed=True, searchable=True)
    return Extension("collection", type_, {"soil_acidity": (decimal.Decimal | None, acidity), "mounting_glue": (str | None, mounting)})

event, specimen = added("collecting-event"), added("material-sample")
"""
POINTS = "[dina.extensions]\nevent = soil_extension:event\nspecimen = soil_extension:specimen\n"
LISTS = {"collecting-event": "collecting-event", "material-sample": "specimens"}
LABELS = {"en": ("Soil acidity", "Mounting glue"), "fr": ("Acidité du sol", "Colle de montage")}


@pytest.fixture(scope="module")
def extended(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server beside which the extension is installed; everybody is an administrator."""
    place = tmp_path_factory.mktemp("extension")
    told = place / "soil_extension-1.0.dist-info"
    told.mkdir()
    (place / "soil_extension.py").write_text(EXTENSION, "utf-8")
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: soil-extension\nVersion: 1.0\n", "utf-8")
    (told / "entry_points.txt").write_text(POINTS, "utf-8")
    path = os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH", ""))))
    data = tmp_path_factory.mktemp("extended")
    settings = Settings(database_url=new_database(server_url), data_dir=data, auth_mode="dev", dev_admin=True)
    with served(settings, PYTHONPATH=path) as base:
        yield base


@pytest_asyncio.fixture
async def client(extended: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=extended, follow_redirects=True, timeout=60) as opened:
        yield opened


async def made(client: httpx.AsyncClient, type_: str, **values: str) -> str:
    """A record made by its form; its address."""
    mark = mark_in((await client.get(f"/en/{LISTS[type_]}/new")).text)
    form = {"csrf": mark, "group": "dev-group", "_then": "", **values}
    answer = await client.post(f"/en/{LISTS[type_]}/new", data=form)
    assert answer.status_code == 200, answer.text[:2000]
    return answer.url.path


async def shown_when(client: httpx.AsyncClient, address: str, text: str) -> str:
    """The page at an address as soon as a text is in it; the index follows a little later."""
    for _ in range(100):
        page = (await client.get(address)).text
        if text in page:
            return page
        await asyncio.sleep(0.2)
    raise AssertionError(f"{text} never came to {address}")


@pytest.mark.parametrize("type_", LISTS)
async def test_it_is_in_form_record_history_list_columns_and_filter(
    browser: Browser, client: httpx.AsyncClient, extended: str, type_: str
) -> None:
    there = LISTS[type_]
    for language, labels in LABELS.items():
        form = (await client.get(f"/{language}/{there}/new")).text
        for name, label in zip(("soilAcidity", "mountingGlue"), labels, strict=True):
            assert f'name="{name}"' in form
            assert label in form
    glue = f"wheat paste {type_}"
    record = await made(client, type_, soilAcidity="6,5", mountingGlue=glue)
    page = (await client.get(record.replace("/en/", "/fr/"))).text
    assert "Acidité du sol" in page
    assert "6,5" in page
    assert glue in page
    opened = await browser.new_page(base_url=extended)
    await change(opened, record, "15")
    await opened.wait_for_selector("#problems a[href='#soilAcidity']")
    await change(opened, record, "7.25")
    await opened.wait_for_selector("main:has-text('7.25') .actions")
    await opened.close()
    assert "Soil acidity" in (await client.get(f"{record}/history")).text
    listed = await shown_when(client, f"/en/{there}?cols=mountingGlue,soilAcidity", glue)
    assert re.search(r"<th[^>]*>(?:(?!</th>).)*Soil acidity", listed, re.S)
    if type_ == "collecting-event":
        assert glue in (await client.get(f"/en/{there}")).text, "declared as listed: a column from the start"
        fields = (await client.get(f"/fr/{there}?add=mountingGlue")).text
        chosen = f"/en/{there}?f=mountingGlue:CONTAINS:wheat&cols=mountingGlue"
        other = f"/en/{there}?f=mountingGlue:CONTAINS:hide&cols=mountingGlue"
    else:
        fields = await shown_when(client, f"/fr/{there}?add=1", '<option value="mountingGlue">')
        chosen, other = (
            f"/en/{there}?q=mountingGlue:~{word}&cols=mountingGlue" for word in ("wheat", "hide")
        )
    assert "Colle de montage" in fields
    assert glue in await shown_when(client, chosen, glue)
    assert glue not in (await client.get(other)).text


async def change(page: Page, record: str, value: str) -> None:
    """Type into the form of a record, wherever the field stands in it, and save."""
    await page.goto(f"{record}/edit")
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    await page.fill("#soilAcidity", value)
    await page.click(".save button[data-key=save]")


async def test_files_are_imported_into_it_and_written_from_it(
    browser: Browser, client: httpx.AsyncClient, extended: str, tmp_path: Path
) -> None:
    file = tmp_path / "soil.csv"
    file.write_text("catalogNumber,Colle de montage,Soil acidity\nSOIL-1,methyl cellulose,5.25\n", "utf-8")
    page = await browser.new_page(base_url=extended)
    await page.goto("/fr/imports/new")
    await page.set_input_files("#file", file)
    await page.click("#new-import .save button")
    await page.wait_for_selector("table.mapped")
    fields = [await one.input_value() for one in await page.locator("table.mapped input[list]").all()]
    assert [one.rpartition(" › ")[2] for one in fields[1:]] == ["Colle de montage", "Acidité du sol"]
    await page.click("#columns button[value=check] >> nth=0")
    await page.wait_for_selector(".counts")
    await page.click("main a.button[href$='/import']")
    await page.click("main button[name=mode][value=rows]")
    await page.wait_for_selector("#receipt")
    await page.close()
    await shown_when(client, "/en/specimens?cols=materialSampleName,mountingGlue", "methyl cellulose")
    new = (await client.get("/fr/exports/new?type=material-sample")).text
    assert "Colle de montage" in new
    assert "mountingGlue" in new
    form = {"csrf": mark_in(new), "what": "csv", "all": "1", "list": "cols=mountingGlue,soilAcidity"}
    written = await client.post("/en/material-sample/export", data=form)
    assert "methyl cellulose,5.25" in written.text
