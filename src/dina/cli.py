"""The command line: `dina up`, `dina down`, `dina demo load`, `dina check`, `dina module new` …"""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dina.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
database = typer.Typer(no_args_is_help=True, help="The database: bring up to date, make a migration.")
app.add_typer(database, name="database")
console = Console()

Port = Annotated[int | None, typer.Option(help="Port to listen on (DINA_PORT)")]
Only = Annotated[list[str] | None, typer.Option("--only", help="Serve only this module; may be repeated")]


def prepared(settings: Settings) -> Settings:
    """Settings with a database that runs and is up to date."""
    from dina.app import load_modules
    from dina.base.database import migrate

    settings = with_database(settings)
    migrate(settings.database_url, load_modules(settings))
    return settings


def with_database(settings: Settings) -> Settings:
    """Settings that name a database: the embedded server is started when none is configured."""
    if settings.database_url:
        return settings
    from dina.base.database import EmbeddedServer

    return replace(settings, database_url=EmbeddedServer(settings.data_dir / "postgres").start())


@app.command()
def up(
    port: Port = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (DINA_HOST)")] = None,
    only: Only = None,
    demo: Annotated[bool, typer.Option(help="Load the demo data into an empty system")] = False,
    workers: Annotated[int | None, typer.Option(help="API processes (DINA_WORKERS)")] = None,
) -> None:
    """Start the system and serve until stopped."""
    from granian.constants import Interfaces, Loops
    from granian.server import Server

    settings = Settings.from_environment()
    settings = replace(
        settings,
        port=port or settings.port,
        host=host or settings.host,
        modules=tuple(only) if only else settings.modules,
        workers=workers or settings.workers,
        web=settings.web and not only,
    )
    started = time.perf_counter()
    settings = prepared(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    os.environ.update(settings.environment())
    os.environ.setdefault("DINA_SECRET", session_secret(settings.data_dir))
    if demo:
        from dina.demo.accounts import ensure_demo

        ensure_demo(settings)
    pid_file(settings).write_text(str(os.getpid()))
    address = f"http://{settings.host}:{settings.port}"
    console.print(f"DINA is ready at [bold]{address}[/] after {time.perf_counter() - started:.1f} s")
    if demo:
        console.print(
            "Sign in as [bold]curator[/] with the password [bold]curator[/] (administrator: admin / admin)."
        )
    server = Server(
        "dina.app:create",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=settings.workers,
        loop=Loops.uvloop if sys.platform != "win32" else Loops.asyncio,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
        websockets=False,
    )
    try:
        server.serve()
    finally:
        pid_file(settings).unlink(missing_ok=True)


def pid_file(settings: Settings) -> Path:
    return settings.data_dir / f"dina-{settings.port}.pid"


def session_secret(data_dir: Path) -> str:
    """The secret that signs sessions; made once, readable by its owner only."""
    path = data_dir / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


@app.command()
def down(port: Port = None) -> None:
    """Stop the server on this port and, when no other uses it, the embedded database."""
    settings = Settings.from_environment()
    settings = replace(settings, port=port or settings.port)
    path = pid_file(settings)
    if path.exists():
        try:
            os.kill(int(path.read_text()), signal.SIGTERM)
            for _ in range(100):
                if not path.exists():
                    break
                time.sleep(0.1)
        except ProcessLookupError:
            path.unlink()
    console.print("stopped")


@database.command("upgrade")
def database_upgrade() -> None:
    """Bring the database up to date."""
    settings = prepared(Settings.from_environment())
    console.print(f"up to date: {', '.join(m.name for m, _ in _loaded(settings))}")


def _loaded(settings: Settings):
    from dina.app import load_modules

    return load_modules(settings)


@database.command("revision")
def database_revision(module: str, message: str) -> None:
    """Write a migration of MODULE from the difference between declarations and database."""
    from alembic import command

    from dina.base.database.migrate import alembic_config

    settings = with_database(Settings.from_environment())
    import psycopg

    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        from importlib.resources import files

        connection.execute(files("dina.base.database").joinpath("base.sql").read_text())  # type: ignore[arg-type]
        found = {m.name: m for m, _ in _loaded(settings)}[module]
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {found.schema}")  # type: ignore[arg-type]
    number = len(list((found.migrations / "versions").glob("[0-9]*.py"))) + 1
    command.revision(
        alembic_config(settings.database_url, found), message, autogenerate=True, rev_id=f"{number:04d}"
    )


def main() -> None:
    app()
