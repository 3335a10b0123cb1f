"""`python -m bench.importing`: rows a second of importing an occurrence table of 40 columns, beside a bare COPY of it.

SIZES=100000 chooses how many rows. A server, its worker and PostgreSQL run as they do behind `dina up`; the
import is the whole of it (stage, check, import with matching, rules and history), then it is taken back.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from bench.__main__ import serve
from bench.occurrences import COLUMNS, write
from dina.app import load_modules
from dina.base.database import EmbeddedServer, migrate
from dina.settings import Settings

console = Console()
PORT = 18103
MODULES = tuple(
    name for name in os.environ.get("BENCH_MODULES", "agent,collection,exchange,user").split(",") if name
)
"""Without the search module, whose index follows the import in the same process; empty for all modules."""
EXCHANGE = f"http://127.0.0.1:{PORT}/exchange/v1"


def copied(url: str, file: Path) -> float:
    """Seconds of a bare COPY of the same rows into a table of texts that nothing watches."""
    with psycopg.connect(url, autocommit=True) as connection:
        columns = ", ".join(f'"{name}" text' for name in COLUMNS)
        connection.execute(f"CREATE TABLE bare ({columns})")  # type: ignore[arg-type]
        with file.open(newline="", encoding="utf-8") as text:
            rows = csv.reader(text)
            next(rows)
            started = time.perf_counter()
            with connection.cursor().copy("COPY bare FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        seconds = time.perf_counter() - started
        connection.execute("DROP TABLE bare")
    return seconds


class Peak:
    """The highest resident memory of a process and how much more than at the start, in MB."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = psutil.Process(process.pid)
        self.idle = self.highest = self.process.memory_info().rss
        self.ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self.ended.wait(0.1):
            self.highest = max(self.highest, self.process.memory_info().rss)

    def over_idle(self) -> float:
        """So far, in MB."""
        return (self.highest - self.idle) / 1e6


def at_rest(process: subprocess.Popen[bytes]) -> None:
    """Wait until a worker has started: on a busy machine that takes its time, and its memory grows so long."""
    watched = psutil.Process(process.pid)
    before = -1
    while (now := watched.memory_info().rss) != before or watched.cpu_percent(1.0) > 10:
        before = now
        time.sleep(1)


def processor(worker: subprocess.Popen[bytes], url: str) -> tuple[float, float]:
    """Seconds that the worker, and all processes of the database that are there, have worked."""

    def seconds(process: psutil.Process) -> float:
        try:
            spent = process.cpu_times()
        except psutil.NoSuchProcess:
            return 0.0
        return spent.user + spent.system

    with psycopg.connect(url) as connection:
        server = psutil.Process(connection.info.backend_pid).parent()
    return seconds(psutil.Process(worker.pid)), sum(map(seconds, server.children() if server else []))


def done(client: httpx.Client, answer: httpx.Response) -> float:
    """Wait for a job; its seconds at work."""
    if answer.status_code != 202:
        raise RuntimeError(answer.text)
    started = time.perf_counter()
    id_ = answer.json()["data"]["id"]
    while True:
        found = client.get(f"{EXCHANGE}/job/{id_}").json()["data"]["attributes"]
        if found["state"] not in ("queued", "running"):
            break
        time.sleep(0.2)
    if found["state"] != "finished":
        raise RuntimeError(str(found["errors"]))
    return time.perf_counter() - started


def measure(folder: Path, size: int) -> dict[str, Any]:
    """Seconds of each step, and the worker's memory over idle in MB."""
    url = EmbeddedServer(folder / "postgres").start()
    settings = replace(
        Settings(), database_url=url, data_dir=folder, auth_mode="dev", dev_admin=True, web=False, rate=0,
        dev_groups=("/dev-group/user",), log_requests=False, modules=MODULES,
    )  # fmt: skip
    migrate(url, load_modules(settings))
    file = write(folder / "occurrences.csv", size)
    found: dict[str, Any] = {"copy": copied(url, file)}
    environment = {**os.environ, **settings.environment()}
    server = serve("dina.app:create", PORT, settings.environment())
    worker = subprocess.Popen([sys.executable, "-m", "dina.worker"], env=environment)
    try:
        with httpx.Client(timeout=600) as client:
            body = {"type": "import-dataset", "attributes": {"name": "bench", "group": "dev-group"}}
            made = client.post(f"{EXCHANGE}/import-dataset", json={"data": body})
            path = f"{EXCHANGE}/import-dataset/{made.json()['data']['id']}"
            at_rest(worker)
            peak = Peak(worker)
            with file.open("rb") as content:
                sent = client.post(
                    f"{path}/file?name=occurrences.csv", content=content,
                    headers={"content-type": "application/octet-stream"},
                )  # fmt: skip
            found["stage"] = done(client, sent)
            for step, attributes in (("check", {}), ("run", {"mode": "rows"}), ("undo", {})):
                before = processor(worker, url)
                body = {"data": {"type": "import-dataset", "attributes": attributes}}
                found[step] = done(client, client.post(f"{path}/{step}", json=body))
                mine, database = (a - b for a, b in zip(processor(worker, url), before, strict=True))
                found[step + ".cpu"] = mine, database
                found[step + ".memory"] = peak.over_idle()
                print(
                    f"{step}: {size / found[step]:,.0f} rows/s, {peak.over_idle():.0f} MB over idle",
                    flush=True,
                )
                if step == "run":
                    receipt = client.get(path).json()["data"]["attributes"]["receipt"]
                    if (receipt["created"], receipt["rows"], receipt["failed"]) != (size, size, 0):
                        raise RuntimeError(str(receipt))
            found["memory"] = peak.over_idle()
            peak.ended.set()
    finally:
        for process in (worker, server):
            process.terminate()
            process.wait()
    return found


NAMED = {
    "copy": "bare COPY",
    "run": "import (with matching, rules, history)",
    "both": "check and import",
}


def main() -> None:
    table = Table("step", "rows", "seconds", "rows/s", "ratio to COPY", "wanted")
    for size in (int(one) for one in os.environ.get("SIZES", "100000").split(",")):
        with tempfile.TemporaryDirectory(prefix="dina-bench-") as folder:
            Path(folder).chmod(0o755)
            found = measure(Path(folder), size)
        wanted = {"run": "≥ 2,000 rows/s", "undo": f"≤ {size * 60 / 100_000:.1f} s"}
        found["both"] = found["check"] + found["run"]
        for step in ("copy", "stage", "check", "run", "both", "undo"):
            seconds = found[step]
            table.add_row(
                NAMED.get(step, step), f"{size:,}", f"{seconds:.1f}",
                f"{size / seconds:,.0f}", f"{found['copy'] / seconds:.3f}", wanted.get(step, ""),
            )  # fmt: skip
        table.add_row(
            "memory of the worker over idle", f"{size:,}", "", f"{found['memory']:.0f} MB", "", "≤ 300 MB"
        )
    console.print(table)


if __name__ == "__main__":
    main()
