"""Results as tiles and trees: every number is what a search by itself finds, and every name leads to it."""

from __future__ import annotations

import re
from collections import Counter

import httpx
from playwright.async_api import Page

from tests.browser.hand import indexed, violations

HEADERS = {"content-type": "application/vnd.api+json"}
BRANCHES = """all => all.map(one => [
  one.querySelector(":scope > a:not(.toggle)").textContent, one.querySelector(":scope > a:not(.toggle)").href,
  Number(one.querySelector(":scope > .count").textContent.replace(/\\D/g, "")),
])"""
TILES = """all => all.map(one => [one.getAttribute("aria-label"), one.getAttribute("href")])"""
CUT_OFF = """() => [...document.querySelectorAll(".treemap svg a")].flatMap((link) => {
  const tile = link.querySelector("rect").getBoundingClientRect();
  return [...link.querySelectorAll("text")].filter((text) => {
    const own = text.getBoundingClientRect();
    return own.left < tile.left - 1 || own.right > tile.right + 1 || own.bottom > tile.bottom + 2;
  }).map((text) => text.textContent);
})"""


async def counted(api: httpx.AsyncClient, q: str) -> int:
    asked = {"data": {"type": "search-count", "attributes": {"type": "material-sample", "q": q}}}
    answer = await api.post("/search/v1/search/count", json=asked, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]["total"]


def asked(address: str) -> str:
    return httpx.URL(address).params.get("q", "")


async def test_every_number_of_the_tree_of_taxa_is_what_its_name_leads_to(
    page: Page, api: httpx.AsyncClient
) -> None:
    await indexed(page)
    await page.goto("/en/specimens?view=tree")
    await page.click("a[aria-label='Open Plantae']")
    for _ in range(4):
        await page.locator("#here a[aria-label^='Open']").first.click()
        await page.wait_for_load_state()
    found = await page.locator(".counted li:has(> .count)").evaluate_all(BRANCHES)
    assert len(found) > 12
    for name, there, number in found:
        assert await counted(api, asked(there)) == number, name
    genera = await page.locator(".counted .taxon").all_text_contents()
    assert genera
    # Whoever is in a branch is counted once there, however many determinations say so.
    kingdoms = await page.locator(".counted > ul > li > .count").all_text_contents()
    assert sum(int(re.sub(r"\D", "", one)) for one in kingdoms) >= await counted(api, "")


async def test_what_has_no_classification_is_counted_and_opens_into_genera(
    page: Page, api: httpx.AsyncClient
) -> None:
    await indexed(page)
    await page.goto("/fr/specimens?view=tree&open=unclassified")
    rest = await page.locator(".rest li:has(> .count)").evaluate_all(BRANCHES)
    assert rest[0][0] == "Aucune classification"
    assert len(rest) > 1
    for name, there, number in rest[:15]:
        assert await counted(api, asked(there)) == number, name
    await page.click(".rest > li > a:not(.toggle)")
    await page.wait_for_selector(".chip")
    assert await page.locator("table.cards tbody tr").count() > 0


async def test_places_hold_what_lies_in_them_and_in_all_within(page: Page, api: httpx.AsyncClient) -> None:
    await indexed(page)
    await page.goto("/fr/specimens?view=tree&by=storage")
    seen: dict[str, tuple[str, int]] = {}
    for _ in range(4):
        branches = await page.locator(".counted li:has(> .count)").evaluate_all(BRANCHES)
        seen |= {there: (name, number) for name, there, number in branches}
        inner = page.locator(".counted a[aria-label^='Ouvrir']")
        if not await inner.count():
            break
        await inner.last.click()
    assert len(seen) > 2
    for there, (name, number) in seen.items():
        assert await counted(api, asked(there)) == number, name
    shown = await page.locator(".counted > ul:first-child > li > .count").all_text_contents()
    rest = await page.locator(".rest > li > .count").all_text_contents()
    assert sum(int(re.sub(r"\D", "", one)) for one in (*shown, *rest)) == await counted(api, "")


async def test_tiles_are_what_they_lead_to_and_a_click_shows_what_is_below(
    page: Page, api: httpx.AsyncClient
) -> None:
    await indexed(page)
    await page.goto("/fr/specimens?view=charts")
    depths: Counter[int] = Counter()
    for _ in range(3):
        tiles = await page.locator(".treemap svg a").evaluate_all(TILES)
        assert tiles
        for label, there in tiles[:25]:
            number = int(re.sub(r"\D", "", label.rpartition(":")[2]))
            assert await counted(api, asked(there)) == number, label
            depths[asked(there).count(" > ")] += 1
        rows = await page.locator(".treemap td.number").all_text_contents()
        assert len(rows) >= len(tiles)
        before = page.url
        await page.locator(".treemap svg a").first.press("Enter")
        await page.wait_for_url(lambda url, before=before: url != before)
        await page.wait_for_selector(".treemap svg a >> nth=0")
    assert max(depths) > 2, "a click did not lead to lower ranks"


async def test_tiles_and_trees_fit_a_phone_and_hinder_nobody(page: Page) -> None:
    await indexed(page)
    await page.set_viewport_size({"width": 390, "height": 800})
    for path, themes in (
        ("view=charts", ("light", "dark", "contrast")), ("view=charts&q=family:Scrophulariaceae", ("light",)),
        ("view=tree", ("dark", "contrast")), ("view=tree&by=storage", ("light",)),
    ):  # fmt: skip
        await page.goto(f"/fr/specimens?{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert await page.evaluate(CUT_OFF) == [], path
        for theme in themes:
            await page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
            assert await violations(page) == [], (path, theme)


async def test_new_charts_narrow_by_what_they_show(page: Page, api: httpx.AsyncClient) -> None:
    await indexed(page)
    for name in ("kind", "by", "created"):
        await page.goto("/fr/specimens?view=charts")
        rows = page.locator(f"section[aria-labelledby=chart-{name}]")
        bars = await rows.locator("svg a").evaluate_all(TILES)
        assert bars, name
        for label, there in bars:
            number = int(re.sub(r"\D", "", label.rpartition(":")[2]))
            assert await counted(api, asked(there)) == number, label
