"""One embedded PostgreSQL server for a whole run; every worker has databases of its own on it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck
from hypothesis import settings as examples

from dina.app import App, load_modules, running
from dina.base import logs
from dina.base.database import EmbeddedServer
from dina.settings import Settings

logs.configure(json=False)
# The same examples in every run, so that a change is what makes a test fail, and no slow machine;
# others with DINA_TEST_RANDOM=1.
examples.register_profile(
    "same", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
examples.load_profile("default" if os.environ.get("DINA_TEST_RANDOM") else "same")
WHOLE = bool(os.environ.get("DINA_TEST_WHOLE"))
"""`make test-whole`: random tests draw many times more, pages are tried in every language and by every way."""
SHARED = Path(os.environ.get("DINA_SHARED", Path(__file__).parents[1].parent / "shared"))


def shared(path: str) -> Path:
    """A file of the shared test data; the test is skipped, saying so, where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"test data {path} is not here")
    return found


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of a server to make databases on: DINA_TEST_DATABASE_URL, or an embedded one."""
    given = os.environ.get("DINA_TEST_DATABASE_URL")
    if given:
        yield given
        return
    directory = run_directory()
    directory.mkdir(mode=0o755, exist_ok=True)
    yield EmbeddedServer(directory / "postgres", {"fsync": "off", "synchronous_commit": "off"}).start()


def pytest_configure(config: pytest.Config) -> None:
    """One name for the run, so that its server can be found again when it ends."""
    if not hasattr(config, "workerinput"):
        os.environ["DINA_TEST_RUN"] = uuid.uuid4().hex[:12]


LONG = ("test_demo.py", "conformance", "fuzz", "modules/search", "browser", "modules/exchange")
"""Folders whose files take longest come first: else a run ends with one worker at work and the others done.

Before them the demo is looked at as it is loaded: what others do in it stays.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ordered = [Path(__file__).parent / folder for folder in LONG]
    items.sort(
        key=lambda item: next(
            (n for n, one in enumerate(ordered) if item.path.is_relative_to(one)), len(LONG)
        )
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """The server of the run goes with all its databases, which are gigabytes."""
    if hasattr(config, "workerinput"):
        return
    directory = run_directory()
    pid = directory / "postgres" / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        server = psutil.Process(int(pid.read_text().split()[0]))
        server.send_signal(signal.SIGINT)
        server.wait(30)
    shutil.rmtree(directory, ignore_errors=True)


def run_directory() -> Path:
    return Path(tempfile.gettempdir()) / f"dina-test-{os.environ['DINA_TEST_RUN']}"


def new_database(server_url: str, template: str = "template0") -> str:
    """The URL of a new database: empty, or a copy of another that nobody is connected to."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' "
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    head, _, tail = server_url.partition("?")
    return head.rsplit("/", 1)[0] + "/" + name + ("?" + tail if tail else "")


@pytest.fixture(scope="session")
def database_url(server_url: str) -> str:
    """A database of this worker with every installed module in it."""
    from tests.prepared import migrated

    return migrated(server_url)


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return replace(
        Settings(),
        database_url=database_url,
        data_dir=tmp_path_factory.mktemp("data"),
        auth_mode="dev",
        dev_admin=True,
        dev_groups=("/dev-group/user", "/cnc/super-user"),
        web=False,
        rate=0,
        log_requests=False,
    )


@pytest_asyncio.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[App]:
    async with running(App(settings, load_modules(settings))) as started:
        yield started


@pytest_asyncio.fixture(scope="session")
async def api(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the real application over the real database, as an administrator of two groups."""
    async with client_of(app) as client:
        yield client


def client_of(app: App, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://dina.test", headers=headers, timeout=60)


def resource(type_: str, attributes: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """A request document."""
    data: dict[str, Any] = {"type": type_, "attributes": attributes or {}}
    return {"data": data | members}


def linked(type_: str, *ids: str, many: bool = False) -> dict[str, Any]:
    found = [{"type": type_, "id": id_} for id_ in ids]
    return {"data": found if many else found[0]}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def demo_server(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server started as people start it, with demo data."""
    from tests.prepared import with_demo

    with served(
        Settings(database_url=with_demo(server_url), data_dir=tmp_path_factory.mktemp("site")), "--demo"
    ) as base:
        yield base


@contextlib.contextmanager
def served(settings: Settings, *options: str, **environment: str) -> Iterator[str]:
    """A server started as people start it; the address it answers at."""
    root = Path(__file__).parents[1]
    if not all((root / "src/dina/web/static" / name).exists() for name in ("dina.js", "dina.css")):
        subprocess.run([sys.executable, "-m", "dina.web.build"], check=True)
    chosen = replace(settings, port=free_port(), rate=0, log_requests=False)
    command = [str(Path(sys.executable).parent / "dina"), "up", *options]
    process = subprocess.Popen(command, env={**os.environ, **chosen.environment(), **environment})
    base = f"http://127.0.0.1:{chosen.port}"
    with httpx.Client(timeout=2, verify=False) as client:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if client.get(f"{base}/health").status_code == 200:
                    break
            assert process.poll() is None, "the server has ended"
            time.sleep(0.2)
    yield base
    process.terminate()
    process.wait(20)
