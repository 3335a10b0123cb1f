"""Rows whose collecting event is in the collection already share it, when they say the same; anybody may say otherwise."""

from __future__ import annotations

from typing import Any

from tests.conftest import resource
from tests.modules.exchange.driving import Desk
from tests.modules.exchange.test_importing import table

HEADS = ("catalogNumber", "fieldNumber", "eventDate", "locality", "decimalLatitude", "decimalLongitude")
SAME = ("Z-1", "KN-77", "1998-06-30", "bog at km 7", "45.50", "-75.70")
OTHER_DAY = ("Z-2", "KN-77", "1998-07-01", "bog at km 7", "45.50", "-75.70")


async def event_by_hand(desk: Desk, **attributes: Any) -> str:
    body = {
        "group": "dev-group", "dwcFieldNumber": "KN-77", "startEventDateTime": "1998-06-30",
        "dwcVerbatimLocality": "bog at km 7", "habitat": "added by a curator",
        "geoReferenceAssertions": [{"dwcDecimalLatitude": 45.5, "dwcDecimalLongitude": -75.7, "isPrimary": True}],
    }  # fmt: skip
    made = await desk.client.post(
        "/collection/v1/collecting-event", json=resource("collecting-event", body | attributes)
    )
    assert made.status_code == 201, made.text
    return made.json()["data"]["id"]


async def event_of(desk: Desk, number: str) -> str:
    found = await desk.client.get(
        f"/collection/v1/material-sample?filter[dwcCatalogNumber][EQ]={number}&include=collectingEvent"
    )
    return found.json()["data"][0]["relationships"]["collectingEvent"]["data"]["id"]


async def test_an_event_that_is_here_is_used_by_rows_that_say_the_same(desk: Desk) -> None:
    event = await event_by_hand(desk)
    before = await desk.holdings()
    await desk.send("known.csv", table(HEADS, SAME, OTHER_DAY))
    assert (await desk.check())["state"] == "finished"
    dataset = await desk.dataset()
    decision = dataset["decisions"]["collectingEvent"]["KN-77"]
    assert (decision["action"], decision["id"], decision["count"]) == ("use", event, 1)
    assert dataset["summary"]["eventsKnown"] == 1
    assert (await desk.run("all"))["state"] == "finished"
    assert (await desk.dataset())["receipt"]["events"] == 1, "the other day is an event of its own"
    assert await event_of(desk, "Z-1") == event
    assert await event_of(desk, "Z-2") != event
    assert (await desk.undo())["state"] == "finished"
    assert await desk.holdings() == before, "an event that was here before stays"
    kept = await desk.client.get(f"/collection/v1/collecting-event/{event}")
    assert kept.json()["data"]["attributes"]["habitat"] == "added by a curator"
    await desk.client.delete(f"/collection/v1/collecting-event/{event}")


async def test_whoever_wants_a_new_event_says_so(desk: Desk) -> None:
    event = await event_by_hand(desk)
    await desk.send("new.csv", table(HEADS, SAME))
    await desk.check()
    answer = await desk.act(
        "decisions", {"decisions": [{"field": "collectingEvent", "name": "KN-77", "action": "create"}]}
    )
    assert answer.status_code == 200, answer.text
    assert (await desk.check())["state"] == "finished"
    assert (await desk.dataset())["summary"]["eventsKnown"] == 0
    assert (await desk.run("all"))["state"] == "finished"
    assert await event_of(desk, "Z-1") != event
    await desk.undo()
    await desk.client.delete(f"/collection/v1/collecting-event/{event}")


async def test_an_event_of_another_group_or_with_other_facts_is_not_used(desk: Desk) -> None:
    theirs = await event_by_hand(desk, group="cnc")
    elsewhere = await event_by_hand(
        desk,
        geoReferenceAssertions=[{"dwcDecimalLatitude": 46, "dwcDecimalLongitude": -75.7, "isPrimary": True}],
    )
    await desk.send("others.csv", table(HEADS, SAME))
    assert (await desk.check())["state"] == "finished"
    assert "collectingEvent" not in (await desk.dataset())["decisions"]
    for event in (theirs, elsewhere):
        await desk.client.delete(f"/collection/v1/collecting-event/{event}")


async def test_an_event_deleted_between_check_and_import_is_made_anew(desk: Desk) -> None:
    event = await event_by_hand(desk)
    await desk.send("gone.csv", table(HEADS, SAME))
    await desk.check()
    await desk.client.delete(f"/collection/v1/collecting-event/{event}")
    assert (await desk.run("all"))["state"] == "finished"
    assert (await desk.dataset())["receipt"]["events"] == 1
    assert await event_of(desk, "Z-1") != event
    await desk.undo()


async def test_a_refused_row_does_not_take_an_event_that_was_here_with_it(desk: Desk) -> None:
    event = await event_by_hand(desk)
    heads = (*HEADS, "barcode")
    await desk.send("refused.csv", table(heads, (*SAME, "B-1")))
    await desk.check()
    own = {"group": "dev-group", "materialSampleName": "first here", "barcode": "B-1"}
    first = await desk.client.post("/collection/v1/material-sample", json=resource("material-sample", own))
    assert first.status_code == 201
    await desk.run("rows")
    kept = await desk.client.get(f"/collection/v1/collecting-event/{event}")
    assert kept.status_code == 200
    await desk.undo()
    await desk.client.delete(f"/collection/v1/material-sample/{first.json()['data']['id']}")
    await desk.client.delete(f"/collection/v1/collecting-event/{event}")
