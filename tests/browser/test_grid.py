"""The grid of cells: whatever was typed, filled, pasted and cleared can be taken back to the start, and done again."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from tests.browser.hand import Hand, indexed

STEPS = 1000
RANDOM = """async ([steps, seed]) => {
  const grid = document.querySelector("dina-grid"), table = grid.table;
  const draw = (n) => ((seed = (seed * 1103515245 + 12345) % 2147483648), Math.floor((seed / 2147483648) * n));
  const done = {};
  const cells = () => table.getRows().slice(0, 12).map((row) => row.getCells().filter((one) => one.getField().startsWith("c")).slice(0, 6));
  const choose = async (first, last) => {
    table.addRange(first, last);
    await new Promise((then) => setTimeout(then));
  };
  for (let step = 0; step < steps; step++) {
    const rows = cells(), top = draw(rows.length), left = draw(rows[0].length);
    const bottom = Math.min(rows.length - 1, top + draw(4)), right = Math.min(rows[0].length - 1, left + draw(3));
    const kind = ["type", "type", "fill", "paste", "clear", "undo", "undo", "undo", "redo", "redo"][draw(10)];
    done[kind] = (done[kind] ?? 0) + 1;
    if (kind === "undo") grid.steps.undo();
    else if (kind === "redo") grid.steps.redo();
    else if (kind === "type") {
      const cell = rows[top][left];
      cell.edit(true);
      const input = cell.getElement().querySelector("input");
      if (!input) { cell.cancelEdit(); continue; }
      input.value = `typed ${step}`;
      input.dispatchEvent(new KeyboardEvent("keydown", { keyCode: 13, key: "Enter", bubbles: true }));
      input.dispatchEvent(new Event("change"));
    } else {
      await choose(rows[top][left], rows[bottom][right]);
      if (kind === "fill") grid.fill();
      else if (kind === "clear") table.element.dispatchEvent(new KeyboardEvent("keydown", { key: "Delete", bubbles: true }));
      else {
        const data = new DataTransfer();
        data.setData("text/plain", `a${step}\\tb${step}\\nc${step}\\td${step}`);
        table.element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
      }
    }
    await new Promise((then) => setTimeout(then));
  }
  return done;
}"""
STATE = """() => {
  const grid = document.querySelector("dina-grid");
  const shown = grid.table.getData().map((row) => Object.entries(row).filter(([name]) => /^c\\d+$/.test(name)).map(([name, value]) => [name, value ?? ""]));
  const sent = [...grid.plain.querySelectorAll("[name^=cell-]")].map((one) => [one.name, one.value]);
  return { shown, sent, changed: grid.waiting.size };
}"""
ALL = """(what) => {
  const { steps } = document.querySelector("dina-grid"), before = steps.stand;
  for (let step = 0; step < steps.sizes.length; step++) steps[what]();
  return Math.abs(steps.stand - before);
}"""


async def state(page: Page) -> dict[str, Any]:
    return await page.evaluate(STATE)


async def test_a_thousand_random_steps_are_taken_back_to_the_start(page: Page) -> None:
    await indexed(page)
    await page.goto("/en/specimens/bulk/grid?q=astragalus")
    await page.wait_for_selector(".tabulator-row >> nth=3")
    before = await state(page)
    assert before["changed"] == 0
    done = await page.evaluate(RANDOM, [STEPS, 7])
    assert sum(done.values()) == STEPS
    assert min(done.values()) > 50, done
    changed = await state(page)
    assert changed["changed"] > 10
    shown = {
        f"cell-{row}-{name[1:]}": value for row, cells in enumerate(changed["shown"]) for name, value in cells
    }
    assert dict(changed["sent"]) == shown, "what is shown is what is sent"
    await page.evaluate(ALL, "redo")
    last = await state(page)
    assert await page.evaluate(ALL, "undo") > 50
    assert await state(page) == before
    assert await page.evaluate(ALL, "redo") > 50
    assert await state(page) == last


PASTED = [
    ("one\r\n", [["one", ""], ["", ""]]),
    ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
    ('"two\nlines"\t"said ""so"""', [["two\nlines", 'said "so"'], ["", ""]]),
    ('5" long\tx', [['5" long', "x"], ["", ""]]),
]
PASTE = """async (text) => {
  const grid = document.querySelector("dina-grid"), table = grid.table;
  const at = () => table.getRows().slice(0, 2).map((row) => [row.getCell("c1"), row.getCell("c2")]);
  for (const row of at()) for (const cell of row) cell.setValue("");
  await new Promise((then) => setTimeout(then));
  table.addRange(at()[0][0], at()[0][0]);
  await new Promise((then) => setTimeout(then));
  const data = new DataTransfer();
  data.setData("text/plain", text);
  table.element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  await new Promise((then) => setTimeout(then));
  const pasted = at().map((row) => row.map((cell) => cell.getValue()));
  grid.steps.undo();
  return [pasted, at().flat().every((cell) => cell.getValue() === "")];
}"""


async def test_what_spreadsheets_copy_is_pasted_as_it_was_and_taken_back_at_once(page: Page) -> None:
    await indexed(page)
    await page.goto("/en/specimens/bulk/grid?q=astragalus")
    await page.wait_for_selector(".tabulator-row >> nth=3")
    for text, cells in PASTED:
        assert await page.evaluate(PASTE, text) == [cells, True], text


async def test_keys_take_back_and_do_again(page: Page) -> None:
    await indexed(page)
    await page.goto("/en/specimens/bulk/grid?q=astragalus")
    first = page.locator(".tabulator-cell[tabulator-field=c1] >> nth=0")
    before = await first.inner_text()
    await first.click()
    await page.keyboard.press("F2")
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text("typed over")
    await page.keyboard.press("Enter")
    for key, shown in (
        ("Control+z", before), ("Control+y", "typed over"), ("Control+z", before), ("Control+Shift+Z", "typed over"),
        ("Control+z", before), ("Control+z", before),
    ):  # fmt: skip
        await first.click()
        await page.keyboard.press(key)
        assert await first.inner_text() == shown, key


FOCUS = (
    "() => document.activeElement.closest('dina-grid .tabulator') ? 'grid' : document.activeElement.tagName"
)
CHOSEN = "() => { const cell = document.querySelector('dina-grid').chosen(); return [cell.getField(), cell.getValue() ?? ''] }"


async def test_keys_of_spreadsheets(page: Page) -> None:
    await indexed(page)
    await page.goto("/en/specimens/bulk/grid?q=astragalus")
    await page.wait_for_selector(".tabulator-row >> nth=3")
    before = await state(page)
    hand = Hand(page, keyboard=True)
    await hand.reach(".tabulator-tableholder")
    await page.keyboard.press("Tab")
    assert await page.evaluate(FOCUS) == "BUTTON", "Tab leaves the grid"
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate(FOCUS) == "grid"
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate(FOCUS) == "BUTTON", "and leaves it on its other side"
    await page.keyboard.press("Tab")
    assert await page.evaluate(FOCUS) == "grid"
    for key in ("n", "e", "w"):
        await page.keyboard.press(key)
    await page.keyboard.press("Enter")
    await page.keyboard.type("below")
    await page.keyboard.press("Tab")
    await page.keyboard.type("beside")
    await page.keyboard.press("Escape")
    shown = (await state(page))["shown"]
    assert [shown[0][0][1], shown[1][0][1]] == ["new", "below"]
    assert shown[1][1] == before["shown"][1][1], "Escape leaves the cell as it was"
    assert (await page.evaluate(CHOSEN))[0] == "c1"
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Shift+ArrowUp")
    await page.keyboard.press("Control+x")
    await page.wait_for_function("document.querySelector('dina-grid').table.getData()[0].c0 === ''")
    await page.keyboard.press("Control+z")
    assert (await state(page))["shown"] == shown, "what was cut comes back at once"
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Control+v")
    shown = (await state(page))["shown"]
    assert [shown[1][1][1], shown[2][1][1]] == ["new", "below"]
    await page.keyboard.press("Delete")
    for _ in range(5):
        await page.keyboard.press("Control+z")
    assert await state(page) == before


async def test_tab_leaves_the_grid_of_an_import(page: Page) -> None:
    await page.goto("/fr/imports/new")
    await page.click("summary:has-text('coller')")
    await page.fill("#paste", "Numéro\tNom\nK-1\tCarex\nK-2\tCarex\n")
    await page.click("#new-import .save button")
    await page.wait_for_selector("table.mapped")
    await page.goto(f"{page.url.split('?')[0].removesuffix('/columns')}/rows")
    await page.wait_for_selector(".tabulator-row >> nth=1")
    await page.focus(".grid-bar button")
    held = []
    for _ in range(12):
        await page.keyboard.press("Tab")
        held.append(await page.evaluate(FOCUS))
    assert held.count("grid") == 1
