"""`dina check` on every module of ours, as a user runs it: all MUST rules hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dina.app import load_modules
from dina.settings import Settings

ROLES = ("admin=admin:admin", "super-user=curator:curator", "user=technician:technician", "guest=student:student", "read-only=visitor:visitor", "read-only-admin=auditor:auditor")  # fmt: skip
TYPES = {"user": ("--type", "notification")}
"""Accounts live behind a foreign store and preferences are one a user, so that the stored type is judged."""

MODULES = [module.name for module, _ in load_modules(Settings())]


@pytest.mark.parametrize("name", MODULES)
def test_every_must_rule_holds(demo_server: str, name: str, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    users = [part for role in ROLES for part in ("--user", role)]
    command = [
        str(Path(sys.executable).parent / "dina"),
        "check",
        f"{demo_server}/{name}/v1",
        "--group",
        "demo",
        *users,
        *TYPES.get(name, ()),
        "--output",
        str(report),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (
        (report.read_text() if report.exists() else "") + done.stdout[-3000:] + done.stderr[-3000:]
    )
