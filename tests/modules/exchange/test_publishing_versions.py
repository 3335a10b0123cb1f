"""Versions, what changed between them, identifiers that must not vanish, and the clock."""

from __future__ import annotations

import httpx
import psycopg

from dina.app import App
from dina.settings import Settings
from tests.conftest import client_of, resource
from tests.modules.exchange.conftest import JSON_API, Define, changed, sign_in, specimen, tagged


async def test_versions_tell_what_changed_and_the_same_is_not_published_twice(
    define: Define, curator: httpx.AsyncClient
) -> None:
    first = await specimen(curator, "diff", materialSampleRemarks="a")
    await specimen(curator, "diff")
    publishing = await define(query=tagged("diff"))
    told = await publishing.published()
    assert told["version"] == 1
    assert told["difference"] == {"since": None, "added": 2, "removed": 0, "changed": 0}
    again = await publishing.published()
    assert (again["version"], again["unchanged"]) == (1, True)
    await changed(curator, "collection", "material-sample", first, materialSampleRemarks="b")
    await specimen(curator, "diff")
    told = await publishing.published()
    assert told["version"] == 2
    assert told["difference"] == {"since": 1, "added": 1, "removed": 0, "changed": 1}
    page = await publishing.page()
    assert [one["number"] for one in page["versions"]] == [2, 1]
    assert len((await publishing.archive(1)).occurrences) == 2
    assert len((await publishing.archive(2)).occurrences) == 3


async def test_the_same_data_give_the_same_bytes(define: Define, curator: httpx.AsyncClient) -> None:
    await specimen(curator, "bytes", {"habitat": "bog"}, {"sex": "female"})
    tables = []
    for _ in range(2):
        publishing = await define(query=tagged("bytes"))
        await publishing.published()
        archive = await publishing.archive()
        tables.append({name: content for name, content in archive.files.items() if name != "eml.xml"})
        page = await publishing.page()
        assert page["checksum"] == page["files"][0]["checksum"]
    assert tables[0] == tables[1]


async def test_identifiers_do_not_vanish_unless_they_are_said_to_be_gone(
    define: Define, curator: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    gone, kept = await specimen(curator, "gone"), await specimen(curator, "gone")
    publishing = await define(query=tagged("gone"))
    await publishing.published()
    await curator.delete(f"/collection/v1/material-sample/{gone}")
    told = await publishing.publish()
    assert told["state"] == "failed"
    (error,) = told["errors"]
    assert error["meta"]["rule"] == "publish.identifiersGone"
    assert error["meta"]["count"] == 1
    assert error["meta"]["examples"] == [f"urn:uuid:{gone}"]
    assert f"urn:uuid:{gone}" in error["detail"]
    assert (await publishing.page())["version"] == 1
    told = await publishing.published(confirmTombstones=True)
    assert told["difference"] == {"since": 1, "added": 0, "removed": 1, "changed": 0}
    path = f"/exchange/v1/datasets/{publishing.id}/retired"
    retired = (await nobody.get(path)).json()["retired"]
    assert retired == [{"identifier": f"urn:uuid:{gone}", "replacedBy": None, "inVersion": 2}]
    assert (await nobody.get(f"{path}?identifier=urn:uuid:{gone}")).status_code == 200
    assert (await nobody.get(f"{path}?identifier=urn:uuid:{kept}")).status_code == 404
    back = await curator.post(f"/collection/v1/material-sample/{gone}/restore", headers=JSON_API)
    assert back.status_code == 200
    await publishing.published()
    assert (await nobody.get(path)).json()["retired"] == []


async def test_what_was_merged_leads_to_what_it_became(
    define: Define, curator: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    old, new = await specimen(curator, "merge"), await specimen(curator, "merge")
    publishing = await define(query=tagged("merge"))
    await publishing.published()
    await curator.delete(f"/collection/v1/material-sample/{old}")
    nowhere = await publishing.publish(redirects={f"urn:uuid:{old}": "urn:uuid:nowhere"})
    assert nowhere["errors"][0]["meta"]["rule"] == "publish.identifiersGone"
    await publishing.published(redirects={f"urn:uuid:{old}": f"urn:uuid:{new}"})
    retired = (await nobody.get(f"/exchange/v1/datasets/{publishing.id}/retired")).json()["retired"]
    assert retired == [{"identifier": f"urn:uuid:{old}", "replacedBy": f"urn:uuid:{new}", "inVersion": 2}]


async def test_identifiers_do_not_change_unless_the_old_ones_lead_to_the_new(
    define: Define, curator: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    id_ = await specimen(curator, "base")
    own = await specimen(curator, "base", identifiers={"occurrence_id": "http://id.museum.example/B 10"})
    publishing = await define(query=tagged("base"))
    await publishing.published()
    published = (await publishing.archive()).by_id()
    assert set(published) == {f"urn:uuid:{id_}", "http://id.museum.example/B 10"}
    await publishing.change(identifierBase="https://id.example.org/")
    told = await publishing.publish()
    assert told["errors"][0]["meta"]["rule"] == "publish.identifiersChanged"
    assert told["errors"][0]["meta"]["count"] == 1
    await publishing.published(confirmRedirects=True)
    retired = (await nobody.get(f"/exchange/v1/datasets/{publishing.id}/retired")).json()["retired"]
    assert retired == [
        {"identifier": f"urn:uuid:{id_}", "replacedBy": f"https://id.example.org/{id_}", "inVersion": 2}
    ]
    assert own


async def test_one_identifier_for_two_records_stops_a_publication(
    define: Define, curator: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await specimen(curator, "twice", identifiers={"occurrence_id": "B 100"})
    publishing = await define(query=tagged("twice"))
    told = await publishing.publish()
    assert told["state"] == "failed"
    assert told["errors"][0]["meta"]["rule"] == "publish.duplicateIdentifiers"
    page = await curator.get(f"/exchange/v1/datasets/{publishing.id}")
    assert page.status_code == 404


async def test_versions_beyond_those_kept_go_and_a_former_one_can_stand_again(
    define: Define, curator: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    publishing = await define(query=tagged("keep"), versionsKept=2)
    for _ in range(3):
        await specimen(curator, "keep")
        await publishing.published()
    page = await publishing.page()
    assert [one["number"] for one in page["versions"]] == [3, 2]
    gone = await nobody.get(f"/exchange/v1/datasets/{publishing.id}/versions/1/dwca.zip")
    assert gone.status_code == 404
    path = f"/exchange/v1/dataset/{publishing.id}/withdraw"
    answer = await curator.post(path, json=resource("withdrawal", {"version": 2}), headers=JSON_API)
    assert answer.status_code == 200, answer.text
    assert (await publishing.page())["version"] == 2
    assert len((await publishing.archive()).occurrences) == 2
    assert (await nobody.get(f"/exchange/v1/datasets/{publishing.id}/versions/3/dwca.zip")).status_code == 404
    answer = await curator.post(path, json=resource("withdrawal", {"version": 77}), headers=JSON_API)
    assert answer.status_code == 422
    answer = await curator.post(path, json=resource("withdrawal"), headers=JSON_API)
    assert answer.status_code == 200
    assert (await nobody.get(f"/exchange/v1/datasets/{publishing.id}")).status_code == 404
    told = await publishing.published()
    assert told["version"] == 4


async def test_only_those_who_work_in_the_group_publish(define: Define, demo: App) -> None:
    publishing = await define()
    for name, status in (("visitor", 403), ("student", 403), ("auditor", 403), ("technician", 202)):
        async with client_of(demo) as client:
            await sign_in(client, name)
            answer = await client.post(
                f"/exchange/v1/dataset/{publishing.id}/publish",
                json=resource("publication"),
                headers=JSON_API,
            )
            assert answer.status_code == status, (name, answer.text)
            if status == 202:
                twice = await client.post(
                    f"/exchange/v1/dataset/{publishing.id}/publish",
                    json=resource("publication"),
                    headers=JSON_API,
                )
                assert twice.status_code == 422
                await client.post(f"/exchange/v1/job/{answer.json()['data']['id']}/stop", headers=JSON_API)


async def test_what_is_due_is_published_by_the_clock(
    define: Define, curator: httpx.AsyncClient, demo_settings: Settings
) -> None:
    await specimen(curator, "clock")
    publishing = await define(query=tagged("clock"), schedule="monthly")
    await publishing.published()
    await specimen(curator, "clock")
    await publishing.app.worker(publishing.scratch / "work").run(until_idle=True)
    assert (await publishing.page())["version"] == 1
    with psycopg.connect(demo_settings.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE exchange.dataset SET next_on = now() - interval '1 hour' WHERE id = %s", [publishing.id]
        )
    await publishing.app.worker(publishing.scratch / "work").run(until_idle=True)
    assert (await publishing.page())["version"] == 2
    with psycopg.connect(demo_settings.database_url) as connection:
        row = connection.execute(
            "SELECT next_on > now() + interval '27 days', count(*) OVER () FROM exchange.dataset WHERE id = %s",
            [publishing.id],
        ).fetchone()
        assert row == (True, 1)
        author = connection.execute(
            "SELECT author FROM dina.job WHERE parameters->>'dataset' = %s ORDER BY created_on DESC LIMIT 1",
            [publishing.id],
        ).fetchone()
        assert author == ("schedule",)
