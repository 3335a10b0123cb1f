"""Lists, pages, includes, fields; locking, bulk, relationships, history, change sets and the feed."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from dina.app import App
from dina.base.history import undo
from tests.conftest import linked, resource

PERSON = "/agent/v1/person"
SAMPLE = "/collection/v1/material-sample"
PROJECT = "/collection/v1/project"
ORGANISM = "/collection/v1/organism"
BULK = {"content-type": "application/vnd.api+json; ext=bulk"}
ATOMIC = {"content-type": 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'}


async def made(
    api: httpx.AsyncClient, path: str, attributes: dict[str, Any], **members: Any
) -> dict[str, Any]:
    answer = await api.post(path, json=resource(path.rsplit("/", 1)[1], attributes, **members))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


async def people(api: httpx.AsyncClient, names: list[str]) -> list[str]:
    body = {"data": [{"type": "person", "attributes": {"displayName": n}} for n in names]}
    answer = await api.post(f"{PERSON}/bulk", json=body, headers=BULK)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["data"]]


async def test_pages_and_cursors_walk_every_row_once(api: httpx.AsyncClient) -> None:
    mark = uuid.uuid4().hex
    expected = await people(api, [f"{mark} {n}" for n in range(7)])
    for start in (
        f"{PERSON}?filter[displayName][LIKE]={mark}%25&sort=displayName&page[limit]=3",
        f"{PERSON}?filter[displayName][LIKE]={mark}%25&page[after]=&page[limit]=3",
    ):
        seen: list[str] = []
        following: str | None = start
        while following:
            document = (await api.get(following)).json()
            seen += [one["id"] for one in document["data"]]
            following = document["links"]["next"]
        assert sorted(seen) == sorted(expected)
        assert len(seen) == 7


async def test_a_list_says_what_is_in_force(api: httpx.AsyncClient) -> None:
    meta = (await api.get(f"{PERSON}?page[limit]=0&sort=-createdOn")).json()["meta"]
    assert (meta["limit"], meta["offset"], meta["sort"], meta["apiVersion"]) == (0, 0, ["-createdOn"], "v1")
    assert meta["totalResourceCount"] == meta["results"] > 0
    count = (await api.get(f"{PERSON}/count")).json()["data"]["attributes"]["value"]
    assert count == meta["results"]


async def test_sorting_folds_case_and_accents_and_puts_empty_last(api: httpx.AsyncClient) -> None:
    mark = uuid.uuid4().hex
    body = [
        {"displayName": f"{mark} {n}", "givenNames": g}
        for n, g in ((1, "émile"), (2, "Zoé"), (3, None), (4, "Eric"), (5, "alf"))
    ]
    await api.post(
        f"{PERSON}/bulk", json={"data": [{"type": "person", "attributes": a} for a in body]}, headers=BULK
    )
    for sort, expected in (
        ("givenNames", ["alf", "émile", "Eric", "Zoé", None]),
        ("-givenNames", ["Zoé", "Eric", "émile", "alf", None]),
    ):
        page = await api.get(f"{PERSON}?filter[displayName][LIKE]={mark}%25&sort={sort}")
        assert [one["attributes"]["givenNames"] for one in page.json()["data"]] == expected


async def test_includes_fields_and_compact_documents(api: httpx.AsyncClient) -> None:
    project = await made(api, PROJECT, {"group": "cnc", "name": "P"})
    organism = await made(api, ORGANISM, {"group": "cnc", "lifeStage": "adult"})
    links = {
        "projects": linked("project", project["id"], many=True),
        "organism": linked("organism", organism["id"], many=True),
        "preparedBy": linked("person", project["id"], many=True),
    }
    sample = await made(api, SAMPLE, {"group": "cnc", "materialSampleName": "I"}, relationships=links)
    full = (
        await api.get(f"{SAMPLE}/{sample['id']}?include=projects,organism,preparedBy,projects.parentProject")
    ).json()
    assert {one["type"] for one in full["included"]} == {"project", "organism"}
    assert full["data"]["relationships"]["projects"]["links"]["related"]["meta"]["count"] == 1
    assert full["data"]["relationships"]["preparedBy"]["data"] == [{"type": "person", "id": project["id"]}]
    assert {"type": "person", "href": "/agent/v1/person"} in full["meta"]["external"]
    compact = (
        await api.get(
            f"{SAMPLE}/{sample['id']}?include=collection,projects", headers={"crnk-compact": "true"}
        )
    ).json()["data"]
    assert list(compact["relationships"]) == ["projects"]
    assert "links" not in compact
    sparse = (await api.get(f"{SAMPLE}/{sample['id']}?fields[material-sample]=materialSampleName")).json()[
        "data"
    ]
    assert sparse["attributes"] == {"materialSampleName": "I"}
    assert "relationships" not in sparse
    optional = (await api.get(f"{SAMPLE}/{sample['id']}?optfields[material-sample]=hierarchy")).json()["data"]
    assert optional["attributes"]["hierarchy"][0]["uuid"] == sample["id"]


async def test_links_begin_with_the_prefix_the_request_came_through(api: httpx.AsyncClient) -> None:
    person = (await people(api, ["Prefix"]))[0]
    for prefix in ("/agent/v1", "/api/agent-api", "/agent/api/v1"):
        document = (await api.get(f"{prefix}//person/{person}/")).json()
        assert document["links"]["self"] == document["data"]["links"]["self"] == f"{prefix}/person/{person}"


async def test_two_clients_editing_at_once_lose_nothing(api: httpx.AsyncClient) -> None:
    person = (await people(api, ["Both"]))[0]
    bodies = [resource("person", {"remarks": f"by {n}", "resourceVersion": 0}, id=person) for n in range(6)]
    answers = await asyncio.gather(*(api.patch(f"{PERSON}/{person}", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    stale = next(answer for answer in answers if answer.status_code == 409).json()["errors"][0]
    assert (stale["code"], stale["meta"]["currentVersion"]) == ("STALE_VERSION", 1)
    assert stale["source"]["pointer"] == "/data/attributes/resourceVersion"
    etag = (await api.get(f"{PERSON}/{person}")).headers["etag"]
    assert (await api.get(f"{PERSON}/{person}", headers={"if-none-match": etag})).status_code == 304
    answer = await api.patch(
        f"{PERSON}/{person}", json=resource("person", {"remarks": "x"}), headers={"if-match": '"0"'}
    )
    assert answer.status_code == 412
    assert (
        await api.patch(
            f"{PERSON}/{person}", json=resource("person", {"remarks": "x"}), headers={"if-match": etag}
        )
    ).status_code == 200


async def test_an_empty_patch_changes_nothing_and_null_clears(api: httpx.AsyncClient) -> None:
    person = await made(api, PERSON, {"displayName": "P", "remarks": "r"})
    same = (await api.patch(f"{PERSON}/{person['id']}", json=resource("person"))).json()["data"]
    assert same["attributes"] == person["attributes"]
    cleared = (
        await api.patch(f"{PERSON}/{person['id']}", json=resource("person", {"remarks": None}))
    ).json()["data"]
    assert (cleared["attributes"]["remarks"], cleared["attributes"]["resourceVersion"]) == (None, 1)
    assert cleared["attributes"]["displayName"] == "P"


async def test_a_bad_item_leaves_nothing_of_a_bulk_behind_and_is_named(api: httpx.AsyncClient) -> None:
    before = (await api.get(f"{PERSON}/count")).json()["data"]["attributes"]["value"]
    items = [{"type": "person", "attributes": {"displayName": f"n{n}"}} for n in range(4)]
    items[2]["attributes"] = {"displayName": "n", "email": "x"}
    answer = await api.post(f"{PERSON}/bulk", json={"data": items}, headers=BULK)
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["source"]["pointer"], error["meta"]["index"]) == (
        422,
        "/data/2/attributes/email",
        2,
    )
    assert (await api.get(f"{PERSON}/count")).json()["data"]["attributes"]["value"] == before


async def test_bulk_load_keeps_the_order_and_names_all_that_is_missing(api: httpx.AsyncClient) -> None:
    one, two, gone = await people(api, ["1", "2", "3"])
    await api.delete(f"{PERSON}/{gone}")
    nobody = str(uuid.uuid4())
    load = {"data": [{"type": "person", "id": i} for i in (two, one, two)]}
    answer = await api.post(f"{PERSON}/bulk-load", json=load, headers=BULK)
    assert [d["id"] for d in answer.json()["data"]] == [two, one, two]
    answer = await api.post(
        f"{PERSON}/bulk-load",
        json={"data": [{"type": "person", "id": i} for i in (one, nobody, gone)]},
        headers=BULK,
    )
    pointers = {(e["status"], e["source"]["pointer"]) for e in answer.json()["errors"]}
    assert answer.status_code == 404
    assert pointers == {("404", f"/data/id/{nobody}"), ("410", f"/data/id/{gone}")}


async def test_an_idempotency_key_makes_one_of_two(api: httpx.AsyncClient) -> None:
    key, body = {"idempotency-key": uuid.uuid4().hex}, resource("person", {"displayName": "once"})
    first, second = await asyncio.gather(*(api.post(PERSON, json=body, headers=key) for _ in range(2)))
    assert first.json()["data"]["id"] == second.json()["data"]["id"]
    other = await api.post(PERSON, json=resource("person", {"displayName": "twice"}), headers=key)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_relationship_endpoints_set_add_and_remove(api: httpx.AsyncClient) -> None:
    person = (await people(api, ["R"]))[0]
    ids = [
        (await made(api, "/agent/v1/organization", {"names": [{"languageCode": "en", "name": n}]}))["id"]
        for n in ("A", "B")
    ]
    base = f"{PERSON}/{person}/relationships/organizations"

    async def now() -> list[str]:
        return [one["id"] for one in (await api.get(base)).json()["data"]]

    assert (await api.post(base, json=linked("organization", *ids, many=True))).status_code == 204
    assert (await api.post(base, json=linked("organization", ids[0], many=True))).status_code == 204
    assert await now() == ids
    assert (
        await api.request("DELETE", base, json=linked("organization", ids[0], many=True))
    ).status_code == 204
    assert await now() == ids[1:]
    related = (await api.get(f"{PERSON}/{person}/organizations")).json()
    assert ([one["id"] for one in related["data"]], related["meta"]["totalResourceCount"]) == (ids[1:], 1)
    answer = await api.delete(f"/agent/v1/organization/{ids[1]}")
    assert (answer.status_code, answer.json()["errors"][0]["meta"]["references"]) == (422, {"person": 1})
    assert (await api.patch(base, json={"data": []})).status_code == 204
    assert await now() == []
    history = (await api.get(f"{PERSON}/{person}/revisions")).json()["data"]
    assert [one["attributes"]["changedProperties"] for one in history[:3]] == [["organizations"]] * 3


async def test_history_tells_who_changed_what_and_takes_back(api: httpx.AsyncClient) -> None:
    person = (await people(api, ["First"]))[0]
    await api.patch(f"{PERSON}/{person}", json=resource("person", {"displayName": "Second"}))
    await api.delete(f"{PERSON}/{person}")
    page = await api.get(
        f"/agent/v1/audit-snapshot?filter[instanceId]=person/{person}&sort=-createdOn&optfields[audit-snapshot]=changes"
    )
    history = [one["attributes"] for one in page.json()["data"]]
    assert [h["snapshotType"] for h in history] == ["TERMINAL", "UPDATE", "INITIAL"]
    assert [h["version"] for h in history] == [3, 2, 1]
    assert {h["author"] for h in history} == {"dev"}
    assert history[1]["changes"] == [{"op": "replace", "path": "/displayName", "value": "Second"}]
    assert (await api.post(f"{PERSON}/{person}/restore")).status_code == 200
    back = await api.post(f"{PERSON}/{person}/revisions/1/revert")
    assert back.json()["data"]["attributes"]["displayName"] == "First"
    single = page.json()["data"][0]["id"].replace("/", "%2F")
    assert (await api.get(f"/agent/v1/audit-snapshot/{single}")).json()["data"]["id"] == page.json()["data"][
        0
    ]["id"]
    assert (await api.delete(f"{PERSON}/{person}?purge=true")).status_code == 204
    assert (await api.get(f"{PERSON}/{person}")).status_code == 404


async def test_a_change_set_is_previewed_and_undone_and_conflicts_are_named(api: httpx.AsyncClient) -> None:
    set_id = str(uuid.uuid4())
    headers = BULK | {"x-change-set": set_id, "x-change-set-label": "import"}
    body = {"data": [{"type": "person", "attributes": {"displayName": f"set {n}"}} for n in range(3)]}
    ids = [one["id"] for one in (await api.post(f"{PERSON}/bulk", json=body, headers=headers)).json()["data"]]
    await api.patch(f"{PERSON}/{ids[0]}", json=resource("person", {"remarks": "later"}))
    preview = (await api.get(f"/agent/v1/change-set/{set_id}/undo")).json()["data"]["attributes"]
    assert (preview["deleted"], preview["blocked"]) == (2, 1)
    assert preview["conflicts"][0]["id"] == ids[0]
    refused = await api.post(f"/agent/v1/change-set/{set_id}/undo")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "UNDO_CONFLICT")
    undone = await api.post(f"/agent/v1/change-set/{set_id}/undo?skipConflicts=true")
    assert undone.status_code == 200, undone.text
    assert [(await api.get(f"{PERSON}/{i}")).status_code for i in ids] == [200, 410, 410]
    again = await api.post(f"/agent/v1/change-set/{undone.json()['data']['id']}/undo")
    assert again.status_code == 200
    assert [(await api.get(f"{PERSON}/{i}")).status_code for i in ids] == [200, 200, 200]


async def test_the_change_feed_misses_nothing_and_repeats_nothing(api: httpx.AsyncClient) -> None:
    position = ""
    while True:
        page = (await api.get(f"/agent/v1/changes?after={position}")).json()
        position = page["meta"]["after"]
        if not page["data"]:
            break
    expected = set(await people(api, [f"feed {n}" for n in range(5)]))
    seen: list[str] = []
    for _ in range(1500):
        page = (await api.get(f"/agent/v1/changes?after={position}&limit=2")).json()
        position = page["meta"]["after"]
        seen += [one["attributes"]["documentId"] for one in page["data"]]
        if expected <= set(seen):
            break
        await asyncio.sleep(0.02)
    assert sorted(i for i in seen if i in expected) == sorted(expected)


async def test_atomic_operations_succeed_or_fail_together(api: httpx.AsyncClient) -> None:
    operations: list[dict[str, Any]] = [
        {"op": "add", "data": {"type": "organism", "lid": "o", "attributes": {"group": "cnc", "sex": "f"}}},
        {
            "op": "add",
            "data": {
                "type": "material-sample",
                "attributes": {"group": "cnc", "materialSampleName": "atomic"},
                "relationships": {"organism": {"data": [{"type": "organism", "lid": "o"}]}},
            },
        },
    ]
    answer = await api.post(
        "/collection/v1/operations", json={"atomic:operations": operations}, headers=ATOMIC
    )
    assert answer.status_code == 200, answer.text
    organism, sample = (one["data"]["id"] for one in answer.json()["atomic:results"])
    linked_ = (await api.get(f"{SAMPLE}/{sample}/relationships/organism")).json()["data"]
    assert linked_ == [{"type": "organism", "id": organism}]
    before = (await api.get(f"{ORGANISM}/count")).json()["data"]["attributes"]["value"]
    operations[1]["data"]["attributes"]["barcode"] = "x" * 51
    answer = await api.post(
        "/collection/v1/operations", json={"atomic:operations": operations}, headers=ATOMIC
    )
    assert answer.json()["errors"][0]["source"]["pointer"] == "/atomic:operations/1/data/attributes/barcode"
    assert (await api.get(f"{ORGANISM}/count")).json()["data"]["attributes"]["value"] == before


async def test_a_sample_cannot_become_its_own_ancestor(api: httpx.AsyncClient) -> None:
    top = await made(api, SAMPLE, {"group": "cnc", "materialSampleName": "top"})
    low = await made(
        api,
        SAMPLE,
        {"group": "cnc"},
        relationships={"parentMaterialSample": linked("material-sample", top["id"])},
    )
    body = resource(
        "material-sample", relationships={"parentMaterialSample": linked("material-sample", low["id"])}
    )
    answer = await api.patch(f"{SAMPLE}/{top['id']}", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "HIERARCHY_LOOP")


async def test_every_answer_has_its_headers_and_head_has_no_body(api: httpx.AsyncClient) -> None:
    answer = await api.head(PERSON)
    assert (answer.status_code, answer.content) == (200, b"")
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await api.options(PERSON)).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (await api.get(PERSON, headers={"x-request-id": "abc"})).headers["x-request-id"] == "abc"
    assert (await api.get("/health")).json() == {"status": "UP"}
    assert b"dina_requests" in (await api.get("/metrics")).content


async def test_what_is_deleted_is_told_as_it_was_and_what_changed_with_that(
    app: App, api: httpx.AsyncClient
) -> None:
    """Rows that are only marked have the state they had; whatever else a statement or transaction changed is told."""
    plain, moved, both = await people(api, ["Plain", "Moved", "Both"])
    assert app.pools is not None
    mark = "UPDATE agent.person SET deleted_on = now(), deleted_by = 'x'"
    async with app.pools.write.connection() as connection, connection.transaction():
        await connection.execute(
            f"{mark}, display_name = CASE WHEN id = %s THEN 'Elsewhere' ELSE display_name END WHERE id = ANY(%s::uuid[])",
            [moved, [plain, moved]],
        )
        await connection.execute("UPDATE agent.person SET remarks = 'first' WHERE id = %s", [both])
        await connection.execute(f"{mark} WHERE id = %s", [both])
    for id_, changed, version in ((plain, [], 2), (moved, ["displayName"], 2), (both, ["remarks"], 2)):
        history = (await api.get(f"{PERSON}/{id_}/revisions")).json()["data"]
        newest = history[0]["attributes"]
        assert (newest["snapshotType"], newest["changedProperties"], newest["version"]) == (
            "TERMINAL", changed, version,
        )  # fmt: skip
    async with app.pools.read.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(DISTINCT after) FROM agent.revision WHERE id = %s", [plain]
        )
        assert await cursor.fetchone() == (1,)


async def test_a_preview_in_parts_tells_each_record_once(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_set = str(uuid.uuid4())
    headers = {"x-change-set": change_set}
    ids = [
        (await api.post(PERSON, json=resource("person", {"displayName": str(n)}), headers=headers)).json()["data"]["id"]
        for n in range(7)
    ]  # fmt: skip
    for id_ in (ids[0], ids[3], ids[3], ids[6]):
        body = resource("person", {"remarks": uuid.uuid4().hex}, id=id_)
        assert (await api.patch(f"{PERSON}/{id_}", json=body, headers=headers)).status_code == 200
    assert (
        await api.patch(f"{PERSON}/{ids[3]}", json=resource("person", {"remarks": "later"}))
    ).status_code == 200
    told: list[dict[str, Any]] = []
    for part in (5000, 2, 3):
        monkeypatch.setattr(undo, "PART", part)
        answer = await api.get(f"/agent/v1/change-set/{change_set}/undo?references=true")
        told.append(answer.json()["data"]["attributes"])
    assert told[0] == told[1] == told[2]
    assert (told[0]["deleted"], told[0]["blocked"], len(told[0]["conflicts"])) == (6, 1, 1)
