"""Requests made to harm or in the wrong moment, and people who may not: refused with a reason, nothing half done."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

import pytest

from dina.app import App
from dina.base.identity.caller import Caller, Role
from tests.conftest import resource
from tests.modules.exchange.driving import EXCHANGE, Desk
from tests.modules.exchange.test_importing import table

FIELDS = ("catalogNumber", "locality", "collected by", "shelf")
ROWS = (("Q-1", "bog", "Ann Nobody", "red"), ("Q-2", "fen", "Ann Nobody", "blue"))


def somebody(name: str, *roles: Role, group: str = "dev-group") -> Caller:
    return Caller(name, name, groups=MappingProxyType({group: frozenset(roles)} if roles else {}))


def column(**members: Any) -> dict[str, Any]:
    return {"columns": [{"column": 0, "heading": "x", "field": "dwcCatalogNumber", **members}]}


WRONG_SHAPES: list[tuple[str, Any]] = [
    ("mapping", []),
    ("mapping", {"columns": {}}),
    ("mapping", {"columns": "all"}),
    ("mapping", {}),
    ("mapping", {"columns": [{}]}),
    ("mapping", column(column=-1)),
    ("mapping", column(column=10**9)),
    ("mapping", column(column="0")),
    ("mapping", column(column=None)),
    ("mapping", column(field=7)),
    ("mapping", column(field={"$ref": "x"})),
    ("mapping", column(surprise=True)),
    ("mapping", {**column(), "surprise": True}),
    ("mapping", {**column(), "constants": {"field": "barcode"}}),
    ("mapping", {**column(), "constants": [{"field": "barcode", "value": ["a"]}]}),
    ("mapping", {**column(), "matchBy": 3}),
    ("mapping", {**column(), "rowsAre": "birds"}),
    ("decisions", []),
    ("decisions", {"collection": []}),
    ("decisions", {"collection": {"X": "use"}}),
    ("decisions", {"collection": {"X": {"action": "steal"}}}),
    ("decisions", {"collection": {"X": {"action": "use", "id": "1; DROP TABLE"}}}),
    ("reading", []),
    ("reading", {"encoding": "klingon"}),
    ("reading", {"encoding": 8}),
    ("reading", {"delimiter": ""}),
    ("reading", {"delimiter": "x" * 1000}),
    ("reading", {"header": -1}),
    ("reading", {"header": "first"}),
    ("reading", {"macro": "run"}),
]


@pytest.mark.parametrize(("name", "value"), WRONG_SHAPES)
async def test_wrong_shapes_are_refused_where_they_stand(name: str, value: Any, desk: Desk) -> None:
    body = resource("import-dataset", {"name": "shapes", "group": "dev-group", name: value})
    for language, word in (("en", "none of what"), ("fr", "ne convient pas")):
        answer = await desk.client.post(
            f"{EXCHANGE}/import-dataset", json=body, headers={"accept-language": language}
        )
        assert answer.status_code in (400, 422), answer.text
        error = answer.json()["errors"][0]
        assert error["source"]["pointer"].startswith(f"/data/attributes/{name}"), error
        assert word in error["detail"]
    if name != "reading":
        recipe = resource("import-recipe", {"name": "shapes", "group": "dev-group", name: value})
        answer = await desk.client.post(f"{EXCHANGE}/import-recipe", json=recipe)
        assert answer.status_code in (400, 422)


async def test_a_mapping_of_a_million_columns_is_refused_at_once(desk: Desk) -> None:
    columns = [{"column": 0, "field": "barcode"}] * 1_000_000
    body = resource("import-dataset", {"name": "many", "group": "dev-group", "mapping": {"columns": columns}})
    answer = await desk.client.post(f"{EXCHANGE}/import-dataset", json=body)
    assert answer.status_code in (400, 413, 422)


MAPPINGS = [
    ([{"column": 9, "heading": "x", "field": "barcode"}], "speak of column 9, but the table has 4"),
    ([{"column": 0, "heading": "x", "field": "no.such"}], "do not exist: no.such"),
    ([{"column": 0, "heading": "x", "field": "dwc:noSuchTerm"}], "do not exist: dwc:noSuchTerm"),
    ([{"column": n, "heading": "x", "field": "barcode"} for n in (0, 1)], "fill the same field: barcode"),
]


@pytest.mark.parametrize(("columns", "says"), MAPPINGS)
async def test_a_mapping_that_does_not_fit_the_table_is_told_by_the_check(
    columns: list[dict[str, Any]], says: str, desk: Desk
) -> None:
    await desk.send("map.csv", table(FIELDS, *ROWS))
    await desk.change(mapping={"columns": columns})
    told = await desk.check()
    assert told["state"] == "failed"
    assert says in told["errors"][0]["detail"]


async def test_a_constant_for_a_field_that_is_not_there_is_told(desk: Desk) -> None:
    await desk.send("const.csv", table(FIELDS, *ROWS))
    mapping = (await desk.dataset())["mapping"]
    await desk.change(mapping={**mapping, "constants": [{"field": "nowhere", "value": "x"}]})
    assert "do not exist: nowhere" in (await desk.check())["errors"][0]["detail"]
    await desk.change(
        mapping={**mapping, "constants": [{"field": "managedAttributes.came_with", "value": "C-7"}]}
    )
    assert (await desk.check())["state"] == "finished"
    assert (await desk.run("all"))["state"] == "finished"
    found = await desk.client.get("/collection/v1/material-sample?filter[dwcCatalogNumber][EQ]=Q-1")
    assert found.json()["data"][0]["attributes"]["managedAttributes"]["came_with"] == "C-7"
    await desk.undo()


EDITS: list[Any] = [
    [], {}, "all", [{"row": 0, "column": 0, "value": "a"}], [{"row": -1, "column": 0, "value": "a"}],
    [{"row": 2**40, "column": 0, "value": "a"}], [{"row": 1, "column": 99, "value": "a"}],
    [{"row": 1, "column": -1, "value": "a"}], [{"row": 1, "column": 0, "value": "x" * 100_001}],
    [{"row": 1, "column": 0, "value": {"a": 1}}], [{"row": 1, "column": 0}],
    [{"row": 1, "column": 0, "value": "a"}] * 5001, [{"row": 1, "column": 0, "value": "a\x00b"}],
]  # fmt: skip


async def test_edits_that_make_no_sense_change_nothing(desk: Desk) -> None:
    await desk.send("edits.csv", table(FIELDS, *ROWS))
    before = await desk.rows()
    for edits in EDITS:
        answer = await desk.client.patch(
            f"{EXCHANGE}/import-dataset/{desk.id}/rows", json=resource("import-dataset", {"edits": edits})
        )
        assert 400 <= answer.status_code < 500, (str(edits)[:80], answer.text)
    for fix in ({"column": 0, "to": "x"}, {"column": 99}, {"value": "Q-1", "to": "x"}, {"column": "a"}):
        assert 400 <= (await desk.act("fix", fix)).status_code < 500, fix
    assert await desk.rows() == before


async def test_decisions_lead_only_to_records_that_are_there_and_ours(desk: Desk) -> None:
    other = await desk.client.post(
        "/collection/v1/collection", json=resource("collection", {"name": "Theirs", "group": "cnc"})
    )
    theirs = other.json()["data"]["id"]
    heads = ("catalogNumber", "collectionCode", "collected by")
    await desk.send("decide.csv", table(heads, ("D-1", "Somewhere", "Ann Nobody")))
    await desk.check()
    wrong: Iterable[dict[str, Any]] = (
        {"field": "collection", "name": "Somewhere", "action": "use"},
        {"field": "collection", "name": "Somewhere", "action": "use", "id": "no uuid"},
        {"field": "collection", "name": "Somewhere", "action": "leave", "id": theirs},
        {"field": "no.such.field", "name": "Somewhere", "action": "leave"},
        {"field": "collection", "name": "Somewhere", "action": "burn"},
    )
    for decision in wrong:
        answer = await desk.act("decisions", {"decisions": [decision]})
        assert 400 <= answer.status_code < 500, decision
    for id_ in (theirs, str(uuid.uuid4())):
        decision = {"field": "collection", "name": "Somewhere", "action": "use", "id": id_}
        assert (await desk.act("decisions", {"decisions": [decision]})).status_code == 200
        assert (await desk.check())["state"] == "finished"
        (problem,) = [one for one in await desk.problems() if one["severity"] == "choice"]
        assert problem["value"] == "Somewhere"
        assert (await desk.run("all"))["state"] == "failed"
    person = {
        "field": "collectingEvent.collectors",
        "name": "Ann Nobody",
        "action": "use",
        "id": str(uuid.uuid4()),
    }
    assert (await desk.act("decisions", {"decisions": [person]})).status_code == 200
    await desk.check()
    assert {one["value"] for one in await desk.problems() if one["severity"] == "choice"} == {
        "Somewhere",
        "Ann Nobody",
    }


async def test_of_two_at_once_one_is_refused(desk: Desk) -> None:
    await desk.send("twice.csv", table(FIELDS, *ROWS))
    answers = await asyncio.gather(*(desk.act("check") for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [202, 422, 422, 422, 422]
    assert "at work" in next(a for a in answers if a.status_code == 422).json()["errors"][0]["detail"]
    for path, body in (("fix", {}), ("run", {"mode": "rows"}), ("stage", {}), ("undo", {})):
        assert (await desk.act(path, body)).status_code == 422, path
    assert (await desk.upload_answer("again.csv", b"a,b\n1,2\n")).status_code == 422
    removed = await desk.client.delete(f"{EXCHANGE}/import-dataset/{desk.id}")
    assert removed.status_code == 422, "a data set is not deleted under its job"
    await desk.work()
    answers = await asyncio.gather(*(desk.act("run", {"mode": "all"}) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [202, 422, 422]
    await desk.work()
    assert await desk.count(f"material-sample?filter[sourceSet][EQ]={desk.id}") == 2
    answers = await asyncio.gather(*(desk.act("undo", {}) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [202, 422, 422]
    await desk.work()
    assert await desk.count(f"material-sample?filter[sourceSet][EQ]={desk.id}") == 0
    assert (await desk.client.delete(f"{EXCHANGE}/import-dataset/{desk.id}")).status_code == 204


async def test_what_was_imported_is_not_staged_over(desk: Desk) -> None:
    await desk.send("first.csv", table(FIELDS, *ROWS))
    staged = desk.job
    await desk.check()
    await desk.run("all")
    assert (await desk.upload_answer("second.csv", b"catalogNumber\nX\n")).status_code == 422
    assert (await desk.act("stage")).status_code == 422
    assert (await desk.client.post(f"{EXCHANGE}/job/{staged}/retry")).status_code == 422
    undone = await desk.undo()
    assert undone["state"] == "finished"
    assert (await desk.act("undo", {})).status_code == 422, "there is nothing left to take back"
    assert (await desk.upload("second.csv", b"catalogNumber\nX\n"))["state"] == "finished"


async def test_rows_changed_after_a_partial_import_can_still_be_taken_back(desk: Desk) -> None:
    before = await desk.holdings()
    rows = (*ROWS, ("Q-3", "1" * 600, "", ""))
    await desk.send("part.csv", table(("catalogNumber", "habitat", "collected by", "shelf"), *rows))
    await desk.check()
    assert (await desk.run("rows"))["result"]["skipped"] == 1
    edit = {"edits": [{"row": 3, "column": 1, "value": "short"}]}
    answer = await desk.client.patch(
        f"{EXCHANGE}/import-dataset/{desk.id}/rows", json=resource("import-dataset", edit)
    )
    assert answer.status_code == 200
    assert (await desk.act("run", {"mode": "all"})).status_code == 422
    assert (await desk.undo())["state"] == "finished"
    assert await desk.holdings() == before


async def test_an_import_into_somebody_elses_group_is_refused_before_anything_is_staged(app: App) -> None:
    body = resource("import-dataset", {"name": "foreign", "group": "dev-group"})
    for caller in (
        somebody("stranger", Role.USER, group="elsewhere"),
        somebody("nobody"),
        somebody("reader", Role.READ_ONLY),
    ):
        async with app.client_as(caller) as client:
            answer = await client.post(f"{EXCHANGE}/import-dataset", json=body)
            assert answer.status_code == 403, (caller.username, answer.text)


async def test_a_reader_of_the_group_looks_and_touches_nothing(desk: Desk) -> None:
    await desk.send("look.csv", table(FIELDS, *ROWS))
    async with desk.app.client_as(somebody("reader", Role.READ_ONLY)) as client:
        path = f"{EXCHANGE}/import-dataset/{desk.id}"
        assert (await client.get(path)).status_code == 200
        assert (await client.get(f"{path}/rows")).status_code == 200
        assert (await client.get(f"{path}/problems")).status_code == 200
        reader = Desk(desk.app, client)
        reader.id = desk.id
        for action, body in (
            ("check", {}), ("fix", {}), ("run", {"mode": "all"}), ("stage", {}), ("undo", {}), ("preview-undo", {}),
        ):  # fmt: skip
            assert (await reader.act(action, body)).status_code == 403, action
        assert (await reader.upload_answer("mine.csv", b"a,b\n1,2\n")).status_code == 403
    assert len(await desk.files()) == 1


async def test_a_guest_imports_what_fits_and_is_told_what_takes_more_rights(app: App) -> None:
    """Guests of a group add and change records; custom fields take a super-user, undoing a user."""
    async with app.client_as(somebody("guest", Role.GUEST)) as client:
        guest = Desk(app, client)
        before = await guest.holdings()
        await guest.send(
            "guest.csv", table(("catalogNumber", "locality", "guests own column"), ("G-1", "bog", "x"))
        )
        assert (await guest.check())["state"] == "finished"
        told = await guest.run("all")
        assert told["state"] == "failed"
        assert told["errors"][0]["code"] == "FORBIDDEN"
        assert "guests own column" in told["errors"][0]["detail"]
        assert await guest.holdings() == before
        assert (await guest.dataset())["state"] == "CHECKED"
        await guest.send("guest.csv", table(("catalogNumber", "locality"), ("G-1", "bog")))
        await guest.check()
        assert (await guest.run("all"))["state"] == "finished"
        told = await guest.undo()
        assert told["state"] == "failed"
        assert told["errors"][0]["code"] == "FORBIDDEN", told["errors"]
        id_ = guest.id
    user = Desk(app)
    user.id = id_
    assert (await user.undo())["state"] == "finished"
    assert await user.holdings() == before
    await user.client.aclose()


async def test_somebody_who_lost_their_rights_no_longer_goes_on(app: App) -> None:
    async with app.client_as(somebody("leaver", Role.USER)) as client:
        desk = Desk(app, client)
        told = await desk.send("left.csv", b"\x89PNG")
        assert told["state"] == "failed"
    async with app.client_as(somebody("leaver")) as client:
        retried = await client.post(f"{EXCHANGE}/job/{desk.job}/retry")
        assert retried.status_code == 202, "the job is one's own"
        late = Desk(app, client)
        told = await late.done(retried)
        assert told["state"] == "failed"
        assert told["errors"][0]["code"] == "FORBIDDEN"
        assert (await client.get(f"{EXCHANGE}/import-dataset/{desk.id}")).status_code == 403
