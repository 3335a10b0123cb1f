"""What an import knows already: names of records that are here, files of the same kind, the same source before."""

from __future__ import annotations

import pytest

from dina.modules.exchange.importing import matching
from tests.conftest import resource
from tests.modules.exchange.driving import EXCHANGE, Desk
from tests.modules.exchange.test_importing import sample, table


async def test_names_lead_to_records_that_are_here_or_are_asked_about(desk: Desk) -> None:
    person = {"displayName": "Tremblay, Odette", "aliases": ["O. Tremblay"]}
    made = await desk.client.post("/agent/v1/person", json=resource("person", person))
    id_ = made.json()["data"]["id"]
    rows = [("N-1", "O. Tremblay; Nobody Known"), ("N-2", "Odette Tremblay"), ("N-3", "Tremblay, Odete")]
    await desk.send("names.csv", table(("catalog number", "collected by"), *rows))
    await desk.check()
    decided = (await desk.dataset())["decisions"]["collectingEvent.collectors"]
    assert (decided["O. Tremblay"]["action"], decided["O. Tremblay"]["id"]) == ("use", id_)
    assert decided["Odette Tremblay"]["how"] == "alike"
    assert decided["Nobody Known"]["action"] == "leave"
    assert decided["Tremblay, Odete"]["action"] == "ask"
    assert decided["Tremblay, Odete"]["suggestions"][0]["id"] == id_
    assert [p["value"] for p in await desk.problems() if p["severity"] == "choice"] == ["Tremblay, Odete"]
    choice = {"field": "collectingEvent.collectors", "name": "Tremblay, Odete", "action": "use", "id": id_}
    new = {"field": "collectingEvent.collectors", "name": "Nobody Known", "action": "create"}
    assert (await desk.act("decisions", {"decisions": [choice, new]})).status_code == 200
    await desk.check()
    told = await desk.run("all")
    assert told["state"] == "finished", told["errors"]
    found = await desk.client.get("/agent/v1/person?filter[displayName][EQ]=Nobody Known")
    assert len(found.json()["data"]) == 1
    assert (await sample(desk, "N-1"))["collecting-event"]["dwcRecordedBy"] == "O. Tremblay; Nobody Known"
    await desk.undo()
    found = await desk.client.get("/agent/v1/person?filter[displayName][EQ]=Nobody Known")
    assert found.json()["data"] == [], "what the import made in another module is gone too"
    assert (await desk.client.get(f"/agent/v1/person/{id_}")).status_code == 200


async def test_a_column_of_too_many_names_stays_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MOST", 1)
    await desk.send("many.csv", table(("catalogNumber", "recordedBy"), ("Q-1", "A. Roy"), ("Q-2", "B. Lee")))
    await desk.check()
    summary = (await desk.dataset())["summary"]
    assert [one["field"] for one in summary["notMatched"]] == ["collectingEvent.collectors"]
    assert (summary["ready"], summary["choices"]) == (2, 0)
    assert (await desk.run("all"))["state"] == "finished"
    assert (await sample(desk, "Q-1"))["collecting-event"]["dwcRecordedBy"] == "A. Roy"
    await desk.undo()


def test_names_nearly_the_same_are_suggested_among_many() -> None:
    known = [{"id": str(n), "names": [f"Person {n}"]} for n in range(20_000)]
    known.append({"id": "me", "names": ["Tremblay, Odette"]})
    decided = matching.decide(["Odete Tremblay", "Zzyzx"], known, "person", {})
    assert [one["id"] for one in decided["Odete Tremblay"]["suggestions"]] == ["me"]
    assert decided["Zzyzx"]["action"] == "leave"


async def test_the_same_source_again_changes_what_changed(desk: Desk) -> None:
    heads = ("occurrenceID", "catalogNumber", "locality", "sex", "occurrenceRemarks")
    first = [
        ("urn:x:1", "R-1", "bog", "male", "old"),
        ("urn:x:2", "R-2", "bog", "", ""),
        ("urn:x:3", "R-3", "fen", "", ""),
    ]
    await desk.send("source.csv", table(heads, *first))
    await desk.check()
    assert (await desk.run("all"))["result"]["created"] == 3
    ids = {
        one["attributes"]["dwcCatalogNumber"]: one["id"]
        for one in (
            await desk.client.get("/collection/v1/material-sample?filter[dwcCatalogNumber][LIKE]=R-%25")
        ).json()["data"]
    }
    again = Desk(desk.app, desk.client)
    second = [
        ("urn:x:1", "R-1", "bog, north side", "female", ""),
        ("urn:x:2", "R-2", "bog", "", ""),
        ("urn:x:4", "R-4", "fen", "", ""),
    ]
    await again.send("source.csv", table(heads, *second))
    await again.check()
    summary = (await again.dataset())["summary"]
    assert [summary[n] for n in ("created", "updated", "unchanged", "vanished")] == [1, 1, 1, 1]
    told = await again.run("all")
    assert told["state"] == "finished", told["errors"]
    assert [told["result"][n] for n in ("created", "updated", "unchanged")] == [1, 1, 1]
    found = await sample(desk, "R-1")
    assert found["collecting-event"]["dwcVerbatimLocality"] == "bog, north side"
    assert found["organism"]["sex"] == "female"
    assert found["material-sample"]["materialSampleRemarks"] is None, (
        "a cell that is empty now empties its field"
    )
    assert found["material-sample"]["identifiers"] == {"occurrence_id": "urn:x:1"}
    assert (await sample(desk, "R-2"))["collecting-event"]["dwcVerbatimLocality"] == "bog", (
        "others keep their event"
    )
    now = await desk.client.get("/collection/v1/material-sample?filter[dwcCatalogNumber][LIKE]=R-%25")
    assert {o["attributes"]["dwcCatalogNumber"]: o["id"] for o in now.json()["data"]}.items() >= ids.items()
    await again.undo()
    assert (await sample(desk, "R-1"))["organism"]["sex"] == "male"
    assert await desk.count("material-sample?filter[dwcCatalogNumber][EQ]=R-4") == 0


async def test_a_recipe_remembers_how_files_of_a_kind_are_read(desk: Desk) -> None:
    heads = ("No", "Where", "Junk")
    await desk.send("one.csv", table(heads, ("P-1", "lake", "x")))
    mapping = {
        "columns": [
            {"column": 0, "heading": "No", "field": "dwcCatalogNumber"},
            {"column": 1, "heading": "Where", "field": "collectingEvent.dwcVerbatimLocality"},
            {"column": 2, "heading": "Junk", "field": None, "skip": True},
        ],
        "constants": [{"field": "collectingEvent.dwcCountry", "value": "Canada"}],
    }
    recipe = resource("import-recipe", {"name": "Sheets", "group": "dev-group", "mapping": mapping})
    made = await desk.client.post(f"{EXCHANGE}/import-recipe", json=recipe)
    assert made.status_code == 201, made.text
    link = {"recipe": {"data": {"type": "import-recipe", "id": made.json()["data"]["id"]}}}
    body = {"data": {"type": "import-dataset", "id": desk.id, "relationships": link}}
    assert (await desk.client.patch(f"{EXCHANGE}/import-dataset/{desk.id}", json=body)).status_code == 200
    await desk.upload("two.csv", table(heads, ("P-2", "pond", "y")))
    await desk.check()
    summary = (await desk.dataset())["summary"]
    assert summary["notImported"] == [{"column": 2, "heading": "Junk", "values": 1}]
    await desk.run("all")
    event = (await sample(desk, "P-2"))["collecting-event"]
    assert (event["dwcVerbatimLocality"], event["dwcCountry"]) == ("pond", "Canada")
    receipt = (await desk.dataset())["receipt"]
    assert (receipt["values"], receipt["stored"], receipt["notImported"]) == (3, 2, 1)
