"""What stands where: controls in line with each other, one current line in the menu, nothing below a bar that stays."""

from __future__ import annotations

import re
from itertools import pairwise

import httpx
import pytest
from playwright.async_api import Browser, Page

from tests.browser.hand import indexed
from tests.browser.pages import UUID, linked
from tests.browser.signing import signed_in

OUT_OF_LINE = """() => {
  const shown = (one) => one.checkVisibility() && one.getBoundingClientRect().height > 8, faults = [];
  for (const grid of document.querySelectorAll(".grid")) {
    const rows = new Map();
    for (const field of [...grid.children].filter((one) => one.matches(".field") && one.checkVisibility())) {
      const label = field.querySelector("label:not(.lock)");
      const control = [...field.querySelectorAll("input:not([type=checkbox]), select, textarea")].find(shown);
      if (!label || !control) continue;
      const said = label.textContent.trim(), top = control.getBoundingClientRect().top;
      if (top < label.getBoundingClientRect().bottom - 1) faults.push(`${said}: the control is not below its label`);
      if (label.getClientRects().length > 1) continue;
      const row = Math.round(field.getBoundingClientRect().top);
      const first = rows.get(row) ?? rows.set(row, top).get(row);
      if (Math.abs(first - top) > 1) faults.push(`${said}: ${top - first} pixels lower than its neighbour`);
    }
  }
  return faults;
}"""
CURRENT = ".rail li ul a[aria-current]"
COVERED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), bar = document.querySelector(".selected");
  if (bar.contains(one) || !box.width) return "";
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return bar.contains(there) ? one.outerHTML.slice(0, 120) : "";
}"""


@pytest.mark.parametrize("width", [1280, 320])
async def test_controls_stand_below_their_labels_and_in_line_with_their_neighbours(
    page: Page, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 900})
    for path in (
        "/en/specimens/new", "/fr/specimens/new", "/en/specimens/series", "/fr/specimens/series", "/fr/collecting-event/new",
    ):  # fmt: skip
        await page.goto(path)
        await page.wait_for_selector("dina-picker input[role=combobox]", state="attached")
        assert await page.evaluate(OUT_OF_LINE) == [], path


async def test_what_was_picked_leaves_the_control_in_line(page: Page) -> None:
    await page.goto("/en/specimens/series")
    await page.fill("#collection", "Vascular")
    await page.wait_for_selector("[role=option]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("dina-picker .chips > span:has-text('Vascular plants')")
    assert await page.evaluate(OUT_OF_LINE) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("storage", "storage"),
        ("storage/scan", "storage/scan"),
        ("storage-unit/new", "storage-unit"),
        ("specimens/series", "specimens/series"),
        ("specimens/new", "specimens"),
        ("material-sample", "specimens"),
        ("collecting-event/new", "collecting-event"),
    ],
)
async def test_one_line_of_the_menu_is_current_the_nearest(page: Page, path: str, line: str) -> None:
    await page.goto(f"/fr/{path}")
    current = page.locator(CURRENT)
    assert await current.evaluate_all("all => all.map(one => one.getAttribute('href'))") == [f"/fr/{line}"]
    kind = "page" if page.url.endswith(f"/fr/{line}") else "true"
    assert await current.get_attribute("aria-current") == kind


async def test_the_bar_for_selected_content_of_a_place_covers_nothing_for_good(
    browser: Browser, address: str
) -> None:
    page = await signed_in(browser, address, viewport={"width": 1280, "height": 720})
    await page.goto("/fr/storage")
    places = await page.locator(".tree a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    rows, place = 0, ""
    for place in places:
        await page.goto(place)
        rows = await page.locator("td.pick").count()
        if rows > 20:
            break
    assert rows > 20, "no place of the demo holds so much that its bar stays at the bottom"
    for width, height in ((1280, 720), (320, 640)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(place)
        await page.locator("td.pick input").first.focus()
        covered: list[str] = []
        for key in ["Tab"] * (2 * rows + 8) + ["Shift+Tab"] * 2 * rows:
            await page.keyboard.press(key)
            if fault := await page.evaluate(COVERED):
                covered.append(f"{width}: {fault}")
        assert not covered, "\n".join(covered)
        await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        end = page.locator("main a", has_text=re.compile("historique", re.IGNORECASE)).last
        await end.click(trial=True)
    await page.context.close()


CUT_OFF = """() => [...document.querySelectorAll("svg text")].filter((text) => {
  const own = text.getBoundingClientRect(), svg = text.ownerSVGElement.getBoundingClientRect();
  return own.left < svg.left - 1 || own.right > svg.right + 1;
}).map((text) => text.textContent)"""


async def test_charts_and_lineage_hold_their_texts(page: Page, api: httpx.AsyncClient) -> None:
    await indexed(page)
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto("/fr/specimens?view=charts")
        assert await page.evaluate(CUT_OFF) == [], width
        sizes = await page.eval_on_selector_all(
            ".chart text", "all => all.map(one => one.getBoundingClientRect().height)"
        )
        assert min(sizes) > 11, f"too small to be read at {width}"
        if width == 1280:
            hidden = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
            assert await page.locator(".chart .wide").evaluate_all(hidden) == 0, "numbers stand outside"
    found = await api.get(
        "/collection/v1/material-sample", params={"filter[materialSampleName]": "PBDB-847011"}
    )
    await page.goto(f"/fr/specimens/{found.json()['data'][0]['id']}")
    drawn = await page.locator(".lineage svg text").all_text_contents()
    assert drawn
    assert all(one != other for one, other in pairwise(drawn)), drawn


async def test_clusters_have_their_numbers_in_the_middle(page: Page) -> None:
    await indexed(page)
    await page.goto("/fr/specimens?view=map")
    await page.wait_for_selector(".cluster")
    off = await page.evaluate("""() => [...document.querySelectorAll(".cluster")].map((one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      const text = range.getBoundingClientRect(), box = one.getBoundingClientRect();
      return [one.title, text.x + text.width / 2 - box.x - box.width / 2, text.y + text.height / 2 - box.y - box.height / 2];
    }).filter(([, x, y]) => Math.abs(x) > 1.5 || Math.abs(y) > 2)""")
    assert off == []
    titles = await page.locator(".cluster").evaluate_all("all => all.map(one => one.title)")
    assert "1 spécimen" in titles
    assert "1 spécimens" not in titles


async def test_narrow_pages_leave_room_to_read_and_to_type(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.goto("/en/storage/scan")
    box = await page.locator("#code").bounding_box()
    assert box is not None
    assert box["width"] > 180
    await page.goto("/en/clean-up?type=collecting-event&field=dwcRecordedBy")
    box = await page.locator(".groups td.text").first.bounding_box()
    assert box is not None
    assert box["width"] > 120


async def test_rows_of_the_table_for_many_records_are_known_by_their_whole_numbers(page: Page) -> None:
    await indexed(page)
    await page.goto("/fr/specimens/bulk/grid?q=veronica")
    await page.wait_for_selector(".tabulator-row .tabulator-row-header")
    cut = await page.locator(".tabulator-row .tabulator-row-header").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    )
    assert cut == []


async def test_a_unit_is_said_once_and_a_moment_as_people_write_it(page: Page) -> None:
    await page.goto("/fr/collecting-event/new")
    labels = await page.locator(".field:has(.unit)").evaluate_all(
        "all => all.map(one => [one.querySelector('label').textContent, one.querySelector('.unit').textContent])"
    )
    assert [label for label, unit in labels if f"({unit.strip('[]')})" in label] == []
    event = await linked(page, "/fr/collecting-event", rf'class="row" href="/fr(/collecting-event/{UUID})')
    await page.goto(f"/fr{event}")
    assert re.findall(r"\d\dT\d\d:\d\d:\d\d\.\d+Z", await page.inner_text("main")) == []


async def test_modules_have_names_in_words_and_the_foot_stands_on_one_line(
    browser: Browser, address: str
) -> None:
    page = await signed_in(browser, address, user="admin", viewport={"width": 1280, "height": 800})
    for language, names in (
        ("en", {"People and organizations", "Data exchange"}),
        ("fr", {"Personnes et organisations", "Échange de données"}),
    ):
        await page.goto(f"/{language}/system")
        shown = set(await page.locator("main td:first-child").all_inner_texts())
        assert shown >= names
        assert not shown & {"agent", "collection", "exchange", "search", "user", "recherche"}
        await page.goto(f"/{language}/changes")
        cells = set(await page.locator("main td:nth-child(4)").all_inner_texts())
        assert cells
        assert not cells & {"agent", "collection", "exchange", "search", "user"}
    tops = await page.locator(".page > footer > *").evaluate_all(
        "all => all.map(one => { const r = document.createRange(); r.selectNodeContents(one); return Math.round(r.getBoundingClientRect().bottom); })"
    )
    assert len(set(tops)) == 1
    await page.context.close()
