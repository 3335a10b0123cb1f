"""The scan station and the grid of a box, by scanner, camera and keys."""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from dina.client import Client, Resource
from tests.browser.conftest import FLAGS, chromium
from tests.browser.hand import violations
from tests.browser.signing import signed_in

API = "/collection/v1"
FAST = 5
"""Milliseconds between the keys of a scanner."""
CODE_39 = {
    "*": "nwnnwnwnn", "S": "nnwnnnwwn", "C": "wnwnnwnnn", "A": "wnnnnwnnw", "N": "nnnnwnnww", "1": "wnnwnnnnw",
}  # fmt: skip
"""Bars and gaps, wide and narrow, of ISO/IEC 16388, as far as they are needed here."""


@dataclass
class Shelf:
    """Two boxes and four specimens of which two are in the first box, all with codes of this test."""

    client: Client
    mark: str
    boxes: list[Resource]
    specimens: list[Resource]

    def code(self, number: int) -> str:
        return f"{self.mark}-{number}"

    async def at(self, number: int) -> tuple[str, str]:
        """The place and the well of a specimen."""
        page = await self.client.get(
            f"{API}/material-sample/{self.specimens[number].id}", {"include": "storageUnitUsage.storageUnit"}
        )
        usage = next(iter(page.related(page.one, "storageUnitUsage")), None)
        if usage is None:
            return "", ""
        unit = next(iter(page.related(usage, "storageUnit")))
        return unit.attributes["name"], f"{usage.attributes['wellRow']}{usage.attributes['wellColumn']}"


@pytest_asyncio.fixture
async def shelf(address: str) -> AsyncIterator[Shelf]:
    async with Client(address) as client:
        await client.sign_in("curator", "curator")
        mark = f"T{uuid.uuid4().hex[:6].upper()}"
        grid = {"numberOfRows": 2, "numberOfColumns": 3, "fillDirection": "BY_ROW"}
        kind = await client.create(
            f"{API}/storage-unit-type",
            {"group": "demo", "name": f"{mark} tray", "gridLayoutDefinition": grid},
        )
        link = {"storageUnitType": {"data": {"type": "storage-unit-type", "id": kind.id}}}
        boxes = [
            await client.create(
                f"{API}/storage-unit",
                {"group": "demo", "name": f"{mark} box {n}", "barcode": f"{mark}-B{n}"},
                link,
            )
            for n in range(2)
        ]
        specimens = [
            await client.create(
                f"{API}/material-sample",
                {"group": "demo", "materialSampleName": f"{mark} specimen {n}", "barcode": f"{mark}-{n}"},
            )
            for n in range(4)
        ]
        attributes = {
            "storageUnit": boxes[0].id,
            "materialSamples": [one.id for one in specimens[:2]],
            "wells": ["A1", "B3"],
        }
        await client.create(f"{API}/storage-move", attributes)
        yield Shelf(client, mark, boxes, specimens)


async def scan(page: Page, *codes: str) -> None:
    """As a scanner: fast, with a key after each code."""
    for code in codes:
        await page.keyboard.type(code, delay=FAST)
        await page.keyboard.press("Enter")


BURST = """text => { for (const key of [...text, "Enter"])
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})); }"""
"""A scanner's keys where no field takes them; a busy machine would spread real ones too far apart."""


async def station(page: Page, mode: str, language: str = "en") -> None:
    await page.goto(f"/{language}/storage/scan?mode={mode}")
    await page.wait_for_selector("#code:focus")


async def test_two_specimens_change_places_and_wells_and_back(page: Page, shelf: Shelf) -> None:
    await station(page, "swap")
    await scan(page, shelf.code(0), shelf.code(1))
    await page.wait_for_selector(".scan-last:has-text('⇄')")
    assert [(await shelf.at(n))[1] for n in (0, 1)] == ["B3", "A1"]
    await page.click("button:has-text('Undo the last')")
    await page.wait_for_selector(".scan-last:has-text('Taken back')")
    assert [(await shelf.at(n))[1] for n in (0, 1)] == ["A1", "B3"]
    await scan(page, shelf.code(0), f"{shelf.mark}-B1")
    await page.wait_for_selector(".scan-last.bad:has-text('Only two specimens')")


async def test_scans_go_into_a_set_once_each(page: Page, shelf: Shelf) -> None:
    given = {"group": "demo", "name": shelf.mark, "recordType": "material-sample", "records": []}
    kept = await shelf.client.create("/search/v1/record-set", given)
    await station(page, "set")
    await scan(page, shelf.code(2))
    await page.wait_for_selector(".scan-last.bad:has-text('Choose the set')")
    await page.select_option("#set", label=shelf.mark)
    await page.wait_for_selector("#code:focus")
    await scan(page, shelf.code(2), shelf.code(3), shelf.code(2))
    await page.wait_for_selector(".scan-last:has-text('is in the set already')")

    async def records() -> list[str]:
        return (await shelf.client.get(f"/search/v1/record-set/{kept.id}")).one.attributes["records"]

    assert await records() == [one.id for one in shelf.specimens[2:]]
    await page.click("button:has-text('Undo the last')")
    await page.wait_for_selector(".scan-last:has-text('Taken back')")
    assert await records() == [shelf.specimens[2].id]


async def test_a_place_is_checked_and_put_right_with_one_button(page: Page, shelf: Shelf) -> None:
    await station(page, "check", "fr")
    await scan(page, f"{shelf.mark}-B0", shelf.code(0), shelf.code(2))
    lists = page.locator("section:has(h3)")
    await page.wait_for_selector(f"section:has-text('imprévus') >> text={shelf.mark} specimen 2")
    assert f"{shelf.mark} specimen 0" in await lists.nth(0).inner_text()
    assert f"{shelf.mark} specimen 1" in await lists.nth(1).inner_text()
    await page.check("[name=missing]")
    assert await violations(page) == []
    await page.click("button:has-text('Corriger')")
    await page.wait_for_selector(".scan-last:has-text('→')")
    assert (await shelf.at(2))[0] == f"{shelf.mark} box 0"
    assert await shelf.at(1) == ("", "")
    await page.click("button:has-text('Annuler le dernier')")
    await page.wait_for_selector(".scan-last:has-text('Annulé')")
    assert await shelf.at(1) == (f"{shelf.mark} box 0", "B3")
    assert await shelf.at(2) == ("", "")


async def test_an_unknown_code_becomes_a_specimen_or_the_new_barcode_of_one(page: Page, shelf: Shelf) -> None:
    await station(page, "things")
    await scan(page, f"{shelf.mark}-NEW")
    await page.wait_for_selector("legend:has-text('NEW')")
    await page.select_option("#group", "demo")
    await page.click("button:has-text('A new specimen')")
    await page.wait_for_selector("h2:has-text('Waiting for a place')")
    await scan(page, f"{shelf.mark}-LABEL")
    await page.fill("#known", shelf.code(3))
    await page.click("button:has-text('Give it this barcode')")
    await page.wait_for_selector(f"li:has-text('{shelf.mark} specimen 3')")
    found = (await shelf.client.get(f"{API}/material-sample/{shelf.specimens[3].id}")).one.attributes
    assert found["barcode"] == f"{shelf.mark}-LABEL"
    assert found["dwcOtherCatalogNumbers"] == [shelf.code(3)]
    await scan(page, f"{shelf.mark}-B1")
    await page.wait_for_selector(".scan-last:has-text('→')")
    assert (await shelf.at(3))[0] == f"{shelf.mark} box 1"


async def test_a_scanner_with_american_keys_is_understood_on_a_french_keyboard(
    page: Page, shelf: Shelf
) -> None:
    await station(page, "find")
    american = shelf.code(0)
    typed = american.translate(str.maketrans("1234567890-AQZWM", "&é\"'(-è_çà)QAWZ?"))
    assert typed != american
    await scan(page, typed)
    await page.wait_for_selector(f".scan-last:has-text('Read as {american}')")
    assert f"{shelf.mark} box 0" in await page.inner_text(".scan-last")


async def test_a_code_scanned_anywhere_leads_to_its_record_and_starts_no_command(
    page: Page, shelf: Shelf
) -> None:
    await page.goto("/en/storage")
    await page.evaluate(BURST, shelf.code(1))
    await page.wait_for_selector(f"h1:has-text('{shelf.mark} specimen 1')")
    # Every letter of this would be a command when typed by hand.
    await page.evaluate(BURST, "enpemsx")
    await page.wait_for_url("**/en/storage/scan?*")
    await page.wait_for_selector(".scan-last.bad:has-text('enpemsx')")
    await page.goto(f"/en/specimens/{shelf.specimens[1].id}")
    await page.click("h1")
    await page.keyboard.press("e")
    await page.wait_for_url("**/edit")


async def test_a_box_is_filled_by_scanning_and_emptied_by_keys(page: Page, shelf: Shelf) -> None:
    await page.goto(f"/en/storage/{shelf.boxes[0].id}")
    await page.focus("td[data-well=A2]")
    await page.evaluate(BURST, shelf.code(2))
    await page.wait_for_selector(f"td[data-well=A2]:has-text('{shelf.mark} specimen 2')")
    await page.wait_for_selector("td[data-well=A3]:focus")
    await page.evaluate(BURST, shelf.code(3))
    await page.wait_for_selector("td[data-well=B1]:focus")
    assert [await shelf.at(n) for n in (2, 3)] == [
        (f"{shelf.mark} box 0", "A2"),
        (f"{shelf.mark} box 0", "A3"),
    ]
    await page.focus("td[data-well=A1]")
    await page.keyboard.press("Delete")
    await page.wait_for_selector("td[data-well=A1]:not([data-id])")
    assert await shelf.at(0) == ("", "")
    await page.evaluate(BURST, "NOBODY-HAS-IT")
    await page.wait_for_selector("dina-wells [data-status]:has-text('NOBODY-HAS-IT')")


def film(folder: Path, text: str) -> Path:
    """A video of one picture: a Code 39 label in the middle of a white page."""
    narrow, width, height = 2, 640, 480
    bars: list[int] = []
    for sign in f"*{text}*":
        for at, size in enumerate(CODE_39[sign]):
            bars += [16 if at % 2 == 0 else 235] * (narrow * (3 if size == "w" else 1))
        bars += [235] * narrow
    margin = (width - len(bars)) // 2
    line = bytes([*[235] * margin, *bars, *[235] * (width - margin - len(bars))])
    blank = bytes([235] * width)
    luma = blank * 140 + line * 200 + blank * 140
    frame = b"FRAME\n" + luma + bytes([128]) * (width * height // 2)
    file = folder / "label.y4m"
    file.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 5)
    return file


async def test_a_label_in_front_of_the_camera_is_read_once(
    shelf: Shelf, address: str, tmp_path: Path
) -> None:
    label = "".join(random.choices(sorted(set(CODE_39) - {"*"}), k=9))
    await shelf.client.update(f"{API}/material-sample", shelf.specimens[0].id, {"barcode": label})
    flags = [
        *FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film(tmp_path, label)}",
    ]  # fmt: skip
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=flags)
        page = await (await browser.new_context(base_url=address)).new_page()
        refused: list[Any] = []
        page.on(
            "console", lambda said: refused.append(said.text) if "Content Security" in said.text else None
        )
        await page.goto("/en")
        await page.fill("#username", "curator")
        await page.fill("#password", "curator")
        await page.click("main button[type=submit]")
        await page.wait_for_selector("h1:has-text('The collection')")
        await station(page, "find")
        await page.click("button:has-text('Scan with the camera')")
        await page.wait_for_selector(f".scan-last:has-text('{shelf.mark} specimen 0')")
        await page.wait_for_timeout(1000)
        assert await page.locator("#station ol li").count() == 1
        await page.click("button:has-text('Scan with the camera')")
        assert await page.locator("video:visible").count() == 0
        assert refused == []
        await browser.close()


async def test_a_code_sent_by_the_button_is_sent_once_and_its_answer_stays(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.post_data or "") if one.method == "POST" else None)
    await page.goto("/fr/storage/scan?mode=find")
    await page.fill("#code", "DEMO-007")
    await page.click("#scan button:not([name])")
    await page.wait_for_selector(".scan-last:has-text('Tissue box 1')")
    await page.wait_for_load_state("networkidle")
    assert await page.locator(".scan-last:has-text('Tissue box 1')").count() == 1
    assert [("DEMO-007" in one) for one in sent] == [True]


async def test_what_the_scanner_of_a_device_sends_around_codes_is_taken_away(
    page: Page, shelf: Shelf
) -> None:
    await page.goto("/en/preferences")
    assert await page.input_value("#gap") == "35"
    for name, value in (("gap", "60"), ("before", "]C1"), ("after", "#")):
        await page.fill(f"#{name}", value)
    await page.keyboard.press("Tab")
    await page.wait_for_selector("form[data-scanner] [role=status]:visible")
    await page.reload()
    assert await page.input_value("#before") == "]C1"
    await page.goto("/en")
    await page.evaluate("document.activeElement.blur()")
    await page.evaluate(BURST, f"]C1{shelf.code(0)}#")
    await page.wait_for_url(f"**/specimens/{shelf.specimens[0].id}*")
    await station(page, "find")
    await scan(page, f"]C1{shelf.code(1)}#")
    await page.wait_for_selector(f".scan-last:has-text('{shelf.mark} specimen 1')")
    await scan(page, shelf.code(2))
    await page.wait_for_selector(f".scan-last:has-text('{shelf.mark} specimen 2')")


async def test_codes_that_do_not_reach_the_server_wait_and_go_again(
    browser: Browser, address: str, shelf: Shelf
) -> None:
    page = await signed_in(browser, address)
    await station(page, "find", "fr")
    await page.route("**/storage/scan", lambda route: route.abort())
    await scan(page, shelf.code(0))
    unsent = page.locator("[data-unsent]")
    await unsent.wait_for()
    assert "Pas de connexion" in await unsent.inner_text()
    await scan(page, shelf.code(1))
    assert await unsent.locator("li").all_inner_texts() == [shelf.code(0), shelf.code(1)]
    await page.unroute("**/storage/scan")
    await page.route("**/storage/scan", lambda route: route.fulfill(status=500, body="no"))
    await unsent.locator("button").click()
    await page.wait_for_selector("[data-unsent]:has-text('Le serveur')")
    assert await unsent.locator("li").count() == 2
    await page.unroute("**/storage/scan")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_selector(f".scan-last:has-text('{shelf.mark} specimen 1')")
    assert await unsent.is_hidden()
    assert await page.locator("#station ol li").count() == 2
    await page.context.close()
