"""The same source delivered again: whole, reduced, with rows added again. Identifiers survive."""

from __future__ import annotations

from tests.conftest import shared
from tests.modules.exchange.driving import Desk
from tests.modules.exchange.test_import_samples import sent

CASES = "data/dwca-samples/ala-pipelines/uuid-management"
ENDS = ("created", "updated", "unchanged", "vanished")


async def prepared(desk: Desk, name: str) -> dict[str, int]:
    """A delivery staged, mended as proposed and checked; what its import would do."""
    told = await desk.send(*sent(shared(f"{CASES}/{name}")))
    assert told["state"] == "finished", told["errors"]
    await desk.check()
    await desk.act("fix", {})
    await desk.settle()
    assert (await desk.check())["state"] == "finished"
    summary = (await desk.dataset())["summary"]
    return {end: summary[end] for end in ENDS}


async def records(desk: Desk) -> dict[str, str]:
    """Identifier of the source -> id of our record."""
    found = await desk.client.get(
        "/collection/v1/material-sample", params={"filter[identifiers.occurrence_id][LIKE]": "not-an-uuid-%"}
    )
    assert found.status_code == 200, found.text
    return {one["attributes"]["identifiers"]["occurrence_id"]: one["id"] for one in found.json()["data"]}


async def test_identifiers_survive_a_reduced_and_a_readded_delivery(desk: Desk) -> None:
    before = await desk.holdings()
    assert await prepared(desk, "dr893") == {"created": 5, "updated": 0, "unchanged": 0, "vanished": 0}
    assert (await desk.run("all"))["result"]["created"] == 5
    first = await records(desk)
    assert len(first) == 5
    deliveries = [desk]
    reduced = Desk(desk.app, desk.client)
    deliveries.append(reduced)
    assert await prepared(reduced, "dr893-reduced") == {
        "created": 0, "updated": 0, "unchanged": 3, "vanished": 2,
    }  # fmt: skip
    told = await reduced.run("all")
    assert [told["result"][end] for end in ENDS[:3]] == [0, 0, 3]
    assert await records(desk) == first, "what a delivery leaves out stays here"
    readded = Desk(desk.app, desk.client)
    deliveries.append(readded)
    assert await prepared(readded, "dr893-readded") == {
        "created": 1, "updated": 0, "unchanged": 5, "vanished": 0,
    }  # fmt: skip
    told = await readded.run("all")
    assert [told["result"][end] for end in ENDS[:3]] == [1, 0, 5]
    now = await records(desk)
    assert len(now) == 6
    assert now.items() >= first.items()
    for one in reversed(deliveries):
        if one is not reduced:
            assert (await one.undo())["state"] == "finished"
    assert await desk.holdings() == before


async def test_an_import_that_changed_nothing_has_nothing_to_take_back(desk: Desk) -> None:
    await prepared(desk, "dr893")
    await desk.run("all")
    again = Desk(desk.app, desk.client)
    await prepared(again, "dr893")
    assert (await again.run("all"))["result"]["unchanged"] == 5
    held = await desk.holdings()
    assert (await again.undo())["state"] == "finished"
    assert await desk.holdings() == held
    assert (await desk.undo())["state"] == "finished"
    third = Desk(desk.app, desk.client)
    assert (await prepared(third, "dr893"))["created"] == 5, "what was taken back is new again"


async def test_a_source_without_identifiers_is_matched_by_the_column_a_person_names(desk: Desk) -> None:
    assert (await prepared(desk, "dr1864"))["created"] == 4
    mapping = (await desk.dataset())["mapping"]
    assert mapping["matchBy"] is None
    field = mapping["columns"][0]["field"]
    await desk.change(mapping={**mapping, "matchBy": field})
    assert (await desk.act("run", {"mode": "all"})).status_code == 422, "another key is judged anew"
    await desk.check()
    assert (await desk.run("all"))["result"]["created"] == 4
    again = Desk(desk.app, desk.client)
    await prepared(again, "dr1864")
    await again.change(mapping={**mapping, "matchBy": field})
    await again.check()
    summary = (await again.dataset())["summary"]
    assert [summary[end] for end in ENDS] == [0, 0, 4, 0]
    await desk.undo()
