"""`python -m bench.freshness`: how long after its answer a save is found by a search, many times over.

TURNS=200 chooses how often. The system runs as people run it: a server, and a worker that follows the changes.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx
from rich.console import Console

from dina.settings import Settings

TURNS = int(os.environ.get("TURNS", "200"))
WANTED = 1.0
console = Console()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dina-bench-") as folder:
        Path(folder).chmod(0o755)
        settings = replace(
            Settings(), data_dir=Path(folder), port=free_port(), auth_mode="dev", dev_admin=True, dev_groups=("/demo/super-user",),
            web=False, rate=0, log_requests=False,
        )  # fmt: skip
        command = [str(Path(sys.executable).parent / "dina"), "up", "--demo"]
        process = subprocess.Popen(
            command, env={**os.environ, **settings.environment()}, stdout=subprocess.DEVNULL
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=60) as client:
                wait_for(client)
                spent = [found_after(client, f"FRESH-{number}") for number in range(TURNS)]
        finally:
            process.terminate()
            process.wait(30)
    ranks = {share: sorted(spent)[min(int(TURNS * share), TURNS - 1)] for share in (0.5, 0.9, 0.95, 0.99, 1)}
    told = ", ".join(f"{share:.0%} within {seconds * 1000:.0f} ms" for share, seconds in ranks.items())
    late = sum(one > WANTED for one in spent)
    console.print(
        f"{TURNS} saves found: mean {statistics.mean(spent) * 1000:.0f} ms; {told}; {late} after more than {WANTED:g} s"
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(client: httpx.Client) -> None:
    """Until the server answers and the demo's records are found."""
    started = time.perf_counter()
    while True:
        try:
            if client.get("/health").status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.2)
    ready = time.perf_counter()
    while not count(client, "carex"):
        time.sleep(0.05)
    now = time.perf_counter()
    console.print(
        f"ready after {ready - started:.1f} s, the demo's records are found {now - ready:.1f} s later"
    )


def found_after(client: httpx.Client, name: str) -> float:
    body = {"data": {"type": "material-sample", "attributes": {"group": "demo", "materialSampleName": name}}}
    assert client.post("/collection/v1/material-sample", json=body).status_code == 201
    saved = time.perf_counter()
    while not count(client, f'"{name}"'):
        time.sleep(0.01)
    return time.perf_counter() - saved


def count(client: httpx.Client, text: str) -> int:
    body = {"data": {"type": "search-count", "attributes": {"type": "material-sample", "q": text}}}
    answer = client.post("/search/v1/search/count", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]["total"]


if __name__ == "__main__":
    main()
