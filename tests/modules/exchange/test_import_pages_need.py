"""What the pages of imports ask for besides: where columns can go, find and replace."""

from __future__ import annotations

from tests.modules.exchange.driving import EXCHANGE, Desk
from tests.modules.exchange.test_importing import BEETLES, table


async def test_every_field_that_a_mapping_may_name_is_told_with_its_label(desk: Desk) -> None:
    answer = await desk.client.get(f"{EXCHANGE}/import-fields", headers={"accept-language": "fr"})
    told = {one["path"]: one for one in answer.json()["data"]["attributes"]["fields"]}
    assert told["dwcCatalogNumber"]["label"] == "Numéro de catalogue"
    assert told["collectingEvent.dwcCountry"]["part"] == "Événement de récolte"
    assert told["collectingEvent.collectors"]["targets"] == ["person"]
    assert told["dwc:eventDate"]["term"] == "dwc:eventDate"
    await desk.send("beetles.csv", table(*BEETLES))
    columns = (await desk.dataset())["mapping"]["columns"]
    guessed = {one["field"] for one in columns if not one["field"].startswith("managedAttributes.")}
    assert guessed - set(told) == set(), "whatever is guessed can also be chosen"
    other = await desk.client.get(f"{EXCHANGE}/import-fields?type=person")
    assert "displayName" in {one["path"] for one in other.json()["data"]["attributes"]["fields"]}
    assert (await desk.client.get(f"{EXCHANGE}/import-fields?type=nothing")).status_code == 400


async def test_a_part_of_a_text_is_counted_and_replaced(desk: Desk) -> None:
    await desk.send("beetles.csv", table(*BEETLES))
    counted = await desk.act("replace", {"find": "Roy", "replace": "Leroy", "count": True})
    assert counted.json()["data"]["attributes"]["changed"] == 2
    assert [row["values"][2] for row in await desk.rows()][:2] == ["M. Roy", "M. Roy"]
    await desk.act("replace", {"find": "Roy", "replace": "Leroy", "column": 2})
    await desk.act("replace", {"find": "red", "replace": ""})
    rows = await desk.rows()
    assert [row["values"][2] for row in rows][:2] == ["M. Leroy", "M. Leroy"]
    assert rows[0]["original"][2] == "M. Roy"
    assert rows[0]["values"][8] is None, "a cell from which everything is taken is empty"
    assert (await desk.act("replace", {"find": "a", "replace": "b", "column": 99})).status_code == 422
    assert (await desk.act("replace", {"find": "", "replace": "b"})).status_code == 422


async def test_a_pattern_is_counted_and_replaced_in_staged_rows(desk: Desk) -> None:
    await desk.send("beetles.csv", table(*BEETLES))
    sought = {"find": r"^(\w)\. (\w+)$", "replace": r"\2, \1.", "pattern": True}
    counted = await desk.act("replace", {**sought, "count": True})
    assert counted.json()["data"]["attributes"]["changed"] == 4
    assert [row["values"][2] for row in await desk.rows()][1:3] == ["M. Roy", "K. Lee"]
    changed = await desk.act("replace", {**sought, "column": 2})
    assert changed.json()["data"]["attributes"]["changed"] == 4
    rows = await desk.rows()
    assert [row["values"][2] for row in rows][1:3] == ["Roy, M.", "Lee, K."]
    assert rows[0]["original"][2] == "M. Roy"
    await desk.act("replace", {"find": "^red$", "replace": "", "pattern": True})
    assert (await desk.rows())[0]["values"][8] is None
    faulty = await desk.act("replace", {**sought, "find": "(M"})
    assert faulty.status_code == 422
    assert "character 1" in faulty.json()["errors"][0]["detail"]
    assert (
        await desk.act("replace", {**sought, "find": "(M)+$|^", "replace": "x" * 1000})
    ).status_code == 200
