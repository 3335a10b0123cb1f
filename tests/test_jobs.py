"""Long work: queue, progress, stop, retry, taking up what a dead worker left, files, and following it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import pytest
import pytest_asyncio

from dina.app import App, load_modules, running
from dina.base.errors import Error
from dina.base.identity.caller import Caller
from dina.base.jobs import Failed, Job, JobKind, enqueue
from dina.base.text import Text
from dina.identity import dev_caller
from dina.settings import Settings
from tests.conftest import client_of

seen: list[int] = []
"""What the job counted, in this process."""
let_go = asyncio.Event()
"""What a job that is to be caught at its work waits for: no test depends on how fast the machine is."""


async def count(job: Job) -> Mapping[str, Any]:
    """Counts to a number, in steps that can be gone on from."""
    for n in range(job.checkpoint.get("n", 0), job.parameters["to"]):
        seen.append(n)
        await job.progress(n + 1, job.parameters["to"], checkpoint={"n": n + 1})
        if n + 1 == job.parameters.get("wait_after"):
            await let_go.wait()
        if n == job.parameters.get("trip") and job.parameters.get("once", "") not in job.checkpoint:
            raise Failed(Error("BUSINESS_RULE", key="job.notOver", values={"state": "x"}))
    path = job.workspace / "numbers.txt"
    path.write_text(" ".join(str(n) for n in range(job.parameters["to"])))
    key = f"job/{job.id}/numbers.txt"
    await job.files.put(key, path)
    who = (await job.client.get("/agent/v1/api-info")).status_code
    return {
        "asked": who,
        "files": [
            {"name": "numbers.txt", "key": key, "mediaType": "text/plain", "size": path.stat().st_size}
        ],
    }


@pytest_asyncio.fixture
async def counting(settings: Settings) -> AsyncIterator[App]:
    loaded = [
        (replace(module, jobs={**module.jobs, "count": JobKind(Text("Counting", "Comptage"), count)}), types)
        if module.name == "agent"
        else (module, types)
        for module, types in load_modules(settings)
    ]
    seen.clear()
    let_go.clear()
    async with running(App(settings, loaded)) as app:
        yield app


async def put(app: App, **parameters: Any) -> str:
    assert app.pools is not None
    caller = dev_caller(app.settings)
    async with app.pools.write.connection() as connection:
        return await enqueue(
            connection, "agent", "count", "Count", caller, group="dev-group", parameters=parameters
        )


async def look(client: httpx.AsyncClient, id_: str) -> dict[str, Any]:
    answer = await client.get(f"/agent/v1/job/{id_}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]


async def at(client: httpx.AsyncClient, id_: str, number: int) -> None:
    """Wait until a job has told of a number."""
    async with asyncio.timeout(60):
        while (await look(client, id_))["done"] < number:
            await asyncio.sleep(0.02)


async def test_a_job_is_done_told_of_and_its_file_kept(counting: App, tmp_path: Path) -> None:
    id_ = await put(counting, to=3)
    async with client_of(counting) as client:
        assert (await look(client, id_))["state"] == "queued"
        await counting.worker(tmp_path / "w").run(until_idle=True)
        told = await look(client, id_)
        assert (told["state"], told["done"], told["total"]) == ("finished", 3, 3)
        assert told["result"] == {"asked": 200}
        assert told["kindLabel"] == "Counting"
        answer = await client.get(told["files"][0]["href"])
        assert answer.text == "0 1 2"
        assert answer.headers["content-disposition"] == 'attachment; filename="numbers.txt"'
        listed = (await client.get("/agent/v1/job?filter[kind]=count&filter[state]=finished")).json()
        assert id_ in [one["id"] for one in listed["data"]]


async def test_a_running_job_stops_where_nothing_is_half_done_and_goes_on_when_retried(
    counting: App, tmp_path: Path
) -> None:
    id_ = await put(counting, to=30, wait_after=3)
    work = asyncio.create_task(counting.worker(tmp_path / "w").run(until_idle=True))
    async with client_of(counting) as client:
        await at(client, id_, 3)
        assert (await client.post(f"/agent/v1/job/{id_}/stop")).status_code == 202
        let_go.set()
        await asyncio.wait_for(work, 60)
        told = await look(client, id_)
        assert (told["state"], told["done"]) == ("stopped", 4)
        assert (await client.post(f"/agent/v1/job/{id_}/retry")).status_code == 202
        await counting.worker(tmp_path / "w").run(until_idle=True)
        assert (await look(client, id_))["state"] == "finished"
        assert seen == list(range(30))
        again = await client.post(f"/agent/v1/job/{id_}/retry")
        assert again.status_code == 422


async def test_what_a_worker_left_is_taken_up_from_its_checkpoint(counting: App, tmp_path: Path) -> None:
    id_ = await put(counting, to=60, wait_after=3)
    work = asyncio.create_task(counting.worker(tmp_path / "w").run())
    async with client_of(counting) as client:
        await at(client, id_, 3)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        assert (await look(client, id_))["state"] == "running"
        let_go.set()
        await counting.worker(tmp_path / "w").run(until_idle=True)
        assert (await look(client, id_))["state"] == "finished"
    assert seen == list(range(60))


async def test_two_workers_never_do_one_job_twice(counting: App, tmp_path: Path) -> None:
    for _ in range(6):
        await put(counting, to=5)
    await asyncio.gather(*(counting.worker(tmp_path / f"w{n}").run(until_idle=True) for n in range(2)))
    assert sorted(seen) == sorted(list(range(5)) * 6)


async def test_a_failure_is_told_in_the_reader_s_language(counting: App, tmp_path: Path) -> None:
    id_ = await put(counting, to=3, trip=1, once="never")
    await counting.worker(tmp_path / "w").run(until_idle=True)
    async with client_of(counting, **{"accept-language": "fr"}) as client:
        told = await look(client, id_)
        assert told["state"] == "failed"
        assert told["errors"][0]["detail"].startswith("Seule une tâche")


async def test_events_follow_a_job_to_its_end(counting: App, tmp_path: Path) -> None:
    id_ = await put(counting, to=4, wait_after=2)
    work = asyncio.create_task(counting.worker(tmp_path / "w").run(until_idle=True))
    states: list[str] = []
    async with (
        counting.client_as(dev_caller(counting.settings)) as client,
        client.stream("GET", f"/agent/v1/job/{id_}/events") as answer,
    ):
        assert answer.headers["content-type"] == "text/event-stream"
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                told = orjson.loads(line[6:])
                states.append(told["state"])
                if told["done"] == 2:
                    let_go.set()
    await work
    assert states[0] in ("queued", "running")
    assert "running" in states
    assert states[-1] == "finished"


async def test_other_people_s_jobs_are_not_there(counting: App) -> None:
    id_ = await put(counting, to=1)
    stranger = Caller("s", "stranger")
    async with counting.client_as(stranger) as client:
        assert (await client.get(f"/agent/v1/job/{id_}")).status_code == 404
        assert (await client.post(f"/agent/v1/job/{id_}/stop")).status_code == 404
        assert (await client.get("/agent/v1/job")).json()["data"] == []
    async with client_of(counting) as client:
        assert (await client.post(f"/agent/v1/job/{id_}/stop")).status_code == 202
        assert (await look(client, id_))["state"] == "stopped"


async def test_a_job_that_kills_its_workers_is_given_up(counting: App, tmp_path: Path) -> None:
    id_ = await put(counting, to=1)
    with psycopg.connect(counting.settings.database_url, autocommit=True) as connection:
        connection.execute("UPDATE dina.job SET state = 'running', attempts = 3 WHERE id = %s", [id_])
    await counting.worker(tmp_path / "w").run(until_idle=True)
    async with client_of(counting) as client:
        told = await look(client, id_)
    assert told["state"] == "failed"
    assert "3 times" in told["errors"][0]["detail"]


@pytest.mark.parametrize("path", ["../secret", "job/../x", "/etc/passwd", ""])
def test_file_keys_lead_nowhere_else(counting: App, path: str) -> None:
    service = counting.services["agent"]
    assert service.files is not None
    with pytest.raises(ValueError, match="file key"):
        service.files.checked(path)
