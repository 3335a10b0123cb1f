"""The pages there are: by address where they have one that stays, by what is done on them where they have not."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page

FIXED = (
    "", "/help", "/accessibility", "/preferences", "/notices", "/docs", "/find?q=veronica", "/find?q=zzzz", "/changes",
    "/change-history", "/system", "/api-keys", "/types", "/specimens", "/specimens?view=map", "/specimens?view=charts", "/specimens?view=tree",
    "/specimens?f=tags:CONTAINS:nothing&f=barcode:IS:x", "/specimens?q=zzzz", "/specimens?add=barcode", "/specimens?bin=1",
    "/specimens?add=1", "/specimens?q=date:2000+colour:red&edit=0", "/specimens/builder",
    "/specimens/builder?q=genus:Veronica+(colour:red+OR+-date:last3m+OR+organism:%3E1)+near:39,35,9km",
    "/specimens/new", "/specimens/series", "/specimens/identify", "/specimens/bulk?q=veronica",
    "/specimens/bulk?q=veronica&field-0=materialSampleRemarks&op-0=set", "/specimens/bulk/grid?q=veronica",
    "/clean-up", "/clean-up?type=collecting-event&field=dwcRecordedBy", "/storage", "/storage/scan", "/storage/scan?mode=check",
    "/storage/scan?mode=set", "/imports", "/imports/new", "/jobs", "/exports", "/exports/new", "/publish", "/publish/new",
    "/public", "/collecting-event/new", "/organism/new", "/association", "/association/new", "/saved-query",
    "/record-set", "/person", "/person/duplicates", "/person/merge", "/site", "/user", "/user/new", "/group", "/group/new",
    "/backup", "/controlled-vocabulary-item/new", "/form-template/new", "/nothing-here",
)  # fmt: skip
"""Below the language."""
SIGNED_OUT = ("/sign-in", "/public")
LISTED = ("specimens", "organism", "collecting-event", "person", "storage-unit", "association", "saved-query")
"""Kinds of which a record is opened, with its history and its form."""
UUID = "[0-9a-f]{8}-[0-9a-f-]{27}"
ROWS = "catalogNumber,eventDate,country,scientificName\nEVERY-1,31.vi.1998,Canada,Carex aquatilis\nEVERY-2,1998,Canda,Carex\n"


async def of_records(page: Page) -> list[str]:
    """A record of each kind with its history and its form; what is made of a specimen; places; a set of changes."""
    found: list[str] = []
    for slug in LISTED:
        if record := await linked(page, f"/en/{slug}", rf'class="row" href="/en(/{slug}/{UUID})'):
            found += [record, f"{record}/edit", f"{record}/history"]
            if slug == "specimens":
                found.append(f"/specimens/derive?parent={record.rpartition('/')[2]}")
    for slug in ("user", "group"):
        if record := await linked(page, f"/en/{slug}", rf'class="row" href="/en(/{slug}/{UUID})'):
            found.append(record)
    await page.goto("/en/storage")
    places = await page.locator(".tree a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    found += [places[0].removeprefix("/en"), places[-1].removeprefix("/en")]
    change = await linked(page, "/en/changes", rf'href="/en(/changes/collection/{UUID})"')
    return [*found, change] if change else found


async def of_an_import(page: Page, folder: Path) -> list[str]:
    """All steps of a file with a date that cannot be read."""
    file = folder / "every.csv"
    file.write_text(ROWS, "utf-8")
    here = f"/imports/{await checked(page, file)}"
    steps = ("file", "columns", "check", "rows", "import", "made", "undo")
    job = await linked(page, "/en/jobs", rf'href="/en(/jobs/{UUID})"')
    return [*(f"{here}/{step}" for step in steps), *([job] if job else [])]


async def checked(page: Page, file: Path) -> str:
    """A file as it comes, sent and checked: the page shows its problems. The id of the import."""
    await page.goto("/en/imports/new")
    await page.set_input_files("#file", file)
    await page.click("#new-import .save button")
    await page.wait_for_selector("table.mapped")
    await page.click("#columns button[value=check] >> nth=0")
    await page.wait_for_selector("table.groups")
    here = re.search(rf"/en/imports/({UUID})/", page.url)
    assert here is not None
    return here[1]


async def of_a_data_set(page: Page) -> list[str]:
    """A published data set, as its people see it and as everybody does."""
    await page.goto("/en/publish/new")
    await page.fill("#title", "Every page")
    await page.fill("#frenchTitle", "Chaque page")
    await page.fill("#abstract", "Specimens of the demonstration.")
    await page.fill("#contact-0-name", "A. Roy")
    await page.click("button[value=publish]")
    await page.wait_for_selector(".said")
    here = re.search(rf"/en/publish/({UUID})", page.url)
    assert here is not None
    own = f"/publish/{here[1]}"
    return [own, f"{own}/edit", f"{own}/mapping", f"/public/datasets/{here[1]}"]


async def linked(page: Page, listing: str, pattern: str) -> str:
    """The first address of a page that looks like this."""
    answer = await page.request.get(listing)
    found = re.search(pattern, await answer.text())
    return found[1] if found else ""


async def meet(page: Page, language: str) -> None:
    """Somebody else changed the event that is being changed."""
    event = await linked(page, "/en/collecting-event", rf'class="row" href="/en(/collecting-event/{UUID})')
    await page.goto(f"/{language}{event}/edit")
    other = await page.context.new_page()
    await other.goto(f"/{language}{event}/edit")
    for one, text in ((other, "theirs"), (page, "mine")):
        await one.fill("#habitat", f"{text}, {uuid.uuid4()}")
        await one.click(".save button[data-key=save]")
        await one.wait_for_url("**/edit" if one is page else f"**{event}")
    await other.close()
    await page.wait_for_selector("[name='_take.habitat']", state="attached")


async def check_a_place(page: Page, language: str) -> None:
    """What is in a place, with something missing and something that surprises."""
    await page.goto(f"/{language}/storage/scan?mode=check")
    for code in ("DEMO-007", "DEMO-001"):
        await given(page, code)
        await page.wait_for_selector(f".scan-last:has-text('{'Tissue' if code[-1] == '7' else 'Building'}')")
    await page.wait_for_selector("button[name=right]")


async def given(page: Page, code: str) -> None:
    """A code typed into the field of the station."""
    await page.fill("#code", code)
    await page.click("#scan button:not([name])")


async def scan_what_is_unknown(page: Page, language: str) -> None:
    await page.goto(f"/{language}/storage/scan")
    await given(page, "nothing-has-this")
    await page.wait_for_selector("button[name=ignore]")


async def preview_a_series(page: Page, language: str) -> None:
    await page.goto(f"/{language}/specimens/series")
    await page.fill("#count", "3")
    await page.select_option("#numbers", "base")
    await page.fill("#base", "EVERY-100")
    await page.click(".save button[data-key]")
    await page.wait_for_selector("[name='row.2.name']")


async def preview_a_bulk_change(page: Page, language: str) -> None:
    await page.goto(f"/{language}/specimens/bulk?q=veronica&field-0=materialSampleRemarks&op-0=set")
    await page.fill("[name=value-0]", "every page")
    await page.click(".save button[value=preview]")
    await page.wait_for_selector("button[name=then][value=apply]")


async def save_what_is_wrong(page: Page, language: str) -> None:
    await page.goto(f"/{language}/specimens/new")
    await page.locator("#group").evaluate("one => one.value = ''")
    await page.click(".save button[data-key=save]")
    await page.wait_for_selector("#problems")


async def filter_by_what_is_wrong(page: Page, language: str) -> None:
    await page.goto(f"/{language}/specimens?add=collectingEvent.dwcMinimumElevationInMeters")
    await page.fill("#filter-value", "high")
    await page.click("#filter button")
    await page.wait_for_selector("#filter-error")


async def build_what_is_not_finished(page: Page, language: str) -> None:
    await page.goto(f"/{language}/specimens/builder?q=genus:Veronica+date:last3m")
    await page.select_option("#n0-add", "organism")
    await page.click("button[value='group.0']")
    await page.fill("[name='1.value']", "")
    await page.click("button[value=show]")
    await page.wait_for_selector("#problems")


async def choose_a_move(page: Page, language: str) -> None:
    """To a place that there is not."""
    unit = await linked(page, "/en/storage", rf'href="/en(/storage/{UUID})"')
    await page.goto(f"/{language}{unit}")
    await page.fill("#to-unit", "no such place")
    await page.press("#to-unit", "Enter")
    await page.wait_for_selector(".problem")


DONE: dict[str, Callable[[Page, str], Awaitable[None]]] = {
    "conflict": meet,
    "check of a place": check_a_place,
    "unknown code": scan_what_is_unknown,
    "series": preview_a_series,
    "bulk change": preview_a_bulk_change,
    "form with errors": save_what_is_wrong,
    "refused move": choose_a_move,
    "refused filter": filter_by_what_is_wrong,
    "unfinished search": build_what_is_not_finished,
}
"""What the pages without an address of their own are called, and what leads to them."""
