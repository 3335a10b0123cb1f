"""Requests made up from our own OpenAPI description: never a 500, never a status it does not promise."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from dina.settings import Settings
from tests.conftest import WHOLE, new_database
from tests.test_durability import started

EVERYTHING = "examples,coverage,fuzzing"
SHORTLY = "examples,fuzzing"
"""Systematic coverage of the collection module is 31,000 requests; its many types share one code."""


def breaks_nothing(module: str, phases: str, server_url: str, tmp_path: Path) -> None:
    """Start the module alone and send it what its description allows, and what it does not."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(
        database_url=new_database(server_url), data_dir=tmp_path, port=port, auth_mode="dev", web=False, rate=0,
        modules=(module,), log_requests=False, dev_admin=True,
    )  # fmt: skip
    process = started(settings)
    try:
        found = subprocess.run(
            [
                str(Path(sys.executable).parent / "schemathesis"), "run", f"http://127.0.0.1:{port}/api/v1/openapi.json",
                "--checks", "not_a_server_error,status_code_conformance", "--max-examples", "3" if WHOLE else "1",
                "--phases", phases, "--workers", "2" if WHOLE else "1", "--seed", "7", "--no-color",
            ],
            capture_output=True, text=True, cwd=tmp_path, timeout=400, check=False,
        )  # fmt: skip
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
    # Its own faults (it may stumble over Python's parser when it describes a strategy) are not ours.
    made = re.search(r"(\d+) generated, .*?(\d+) passed", found.stdout)
    assert made is not None, found.stdout[-6000:] + found.stderr[-2000:]
    assert "= FAILURES =" not in found.stdout, found.stdout[-6000:]
    assert int(made[1]) == int(made[2]) > (200 if "coverage" in phases else 20), found.stdout[-3000:]
    selected, tried = re.search(r"Selected: (\d+)/", found.stdout), re.search(r"Tested: (\d+)", found.stdout)
    assert selected is not None
    assert tried is not None
    assert int(selected[1]) == int(tried[1]), found.stdout[-3000:]
