"""The worker killed in the middle of an import and of its undoing: counts are exact afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from bench.occurrences import EVENTS, write

from dina.app import load_modules
from dina.base.database import migrate
from dina.settings import Settings
from tests.conftest import free_port, new_database, resource

ROWS = 6000
TYPES = ("material-sample", "organism", "collecting-event")


class System:
    """A server without a worker, and workers that are started and killed by hand."""

    def __init__(self, url: str, data: Path) -> None:
        migrate(url, load_modules(Settings()))
        port = free_port()
        settings = replace(
            Settings(), database_url=url, data_dir=data, port=port, auth_mode="dev", dev_admin=True,
            dev_groups=("/dev-group/user",), web=False, rate=0, log_requests=False, worker=False,
        )  # fmt: skip
        self.environment = {**os.environ, **settings.environment()}
        self.server = subprocess.Popen(
            [str(Path(sys.executable).parent / "dina"), "up"], env=self.environment
        )
        self.worker: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
        for _ in range(300):
            try:
                self.client.get("/health")
                break
            except httpx.TransportError:
                time.sleep(0.2)

    def work(self) -> None:
        self.worker = subprocess.Popen([sys.executable, "-m", "dina.worker"], env=self.environment)

    def kill(self) -> None:
        assert self.worker is not None
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()

    def start(self, path: str, body: dict[str, object] | None = None) -> str:
        answer = self.client.post(f"/exchange/v1/{path}", json=resource("import-dataset", body or {}))
        assert answer.status_code == 202, answer.text
        return answer.json()["data"]["id"]

    def job(self, id_: str) -> dict[str, object]:
        return self.client.get(f"/exchange/v1/job/{id_}").json()["data"]["attributes"]

    def until(self, id_: str, done: int | None = None) -> dict[str, object]:
        """Wait until a job is over, or has got so far."""
        for _ in range(6000):
            found = self.job(id_)
            if found["state"] not in ("queued", "running") or (
                done is not None and int(str(found["done"])) >= done
            ):
                return found
            time.sleep(0.05)
        raise AssertionError(self.job(id_))

    def counts(self) -> list[int]:
        return [
            self.client.get(f"/collection/v1/{t}/count").json()["data"]["attributes"]["value"] for t in TYPES
        ]

    def close(self) -> None:
        for process in (self.worker, self.server):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(20)


@pytest.fixture
def system(server_url: str, tmp_path: Path) -> Iterator[System]:
    system = System(new_database(server_url), tmp_path)
    yield system
    system.close()


def test_killed_workers_leave_nothing_uncertain(system: System, tmp_path: Path) -> None:
    body = resource("import-dataset", {"name": "many", "group": "dev-group"})
    id_ = system.client.post("/exchange/v1/import-dataset", json=body).json()["data"]["id"]
    content = write(tmp_path / "many.csv", ROWS).read_bytes()
    answer = system.client.post(
        f"/exchange/v1/import-dataset/{id_}/file?name=many.csv",
        content=content,
        headers={"content-type": "application/octet-stream"},
    )
    system.work()
    assert system.until(answer.json()["data"]["id"])["state"] == "finished"
    assert system.until(system.start(f"import-dataset/{id_}/check"))["state"] == "finished"
    running = system.start(f"import-dataset/{id_}/run", {"mode": "rows"})
    for share in (0.2, 0.5):
        system.until(running, int(ROWS * share))
        system.kill()
        system.work()
    found = system.until(running)
    assert found["state"] == "finished", found["errors"]
    assert system.counts() == [ROWS, ROWS, ROWS // EVENTS], "each row once, each event once"
    receipt = system.client.get(f"/exchange/v1/import-dataset/{id_}").json()["data"]["attributes"]["receipt"]
    told = [receipt[name] for name in ("created", "events", "records", "failed", "skipped", "rows")]
    assert told == [ROWS, ROWS // EVENTS, 2 * ROWS, 0, 0, ROWS], "the account is exact too"
    undoing = system.start(f"import-dataset/{id_}/undo")
    system.until(undoing, 5000)
    system.kill()
    system.work()
    found = system.until(undoing)
    assert found["state"] == "finished", found["errors"]
    assert system.counts() == [0, 0, 0]
