"""The command line: `dina up`, `dina down`, `dina demo load`, `dina check`, `dina module new` …"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
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

    from dina.commands.listening import check_address

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
    try:
        check_address(settings)
    except OSError as fault:
        console.print(f"DINA cannot listen on {settings.host}:{settings.port}: {fault.strerror}.")
        raise typer.Exit(1) from None
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
    beside = start_worker(settings) if settings.worker else None
    try:
        server.serve()
    finally:
        if beside is not None:
            beside.terminate()
            beside.wait(10)
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
def worker() -> None:
    """Do the background jobs (imports, exports, publications) of the system whose settings these are."""
    import gc
    import tempfile

    import uvloop

    from dina.app import App, load_modules, running
    from dina.base import logs

    logs.configure()
    settings = replace(with_database(Settings.from_environment()), web=False)

    async def work() -> None:
        with tempfile.TemporaryDirectory(prefix="dina-worker-") as scratch:
            async with running(App(settings, load_modules(settings))) as started:
                # What stands now stands for good, and jobs make and drop whole chunks: looking through all of it
                # for cycles every 700 objects would take a tenth of the time.
                gc.freeze()
                gc.set_threshold(100_000, 20, 20)
                await started.worker(Path(scratch)).run()

    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(work())


def start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    """A worker beside the server; it ends with the server."""
    return subprocess.Popen(
        [sys.executable, "-m", "dina.worker"], env={**os.environ, **settings.environment()}
    )


@app.command()
def down(port: Port = None) -> None:
    """Stop the server on this port and, when no other uses it, the embedded database."""
    settings = Settings.from_environment()
    settings = replace(settings, port=port or settings.port)
    path = pid_file(settings)
    if not path.exists():
        console.print(f"nothing of {settings.data_dir} runs on port {settings.port}")
        return
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


@app.command("backup")
def backup_command(file: Path) -> None:
    """Write everything into one archive (ZIP of CSV files with a manifest)."""
    from dina.backup import backup

    settings = with_database(Settings.from_environment())
    tallies = backup(settings.database_url, [m for m, _ in _loaded(settings)], file)
    console.print(f"{file}: {sum(t.rows for t in tallies)} rows of {len(tallies)} tables")


@app.command("restore")
def restore_command(file: Path) -> None:
    """Read an archive into an empty system; everything is counted and compared."""
    from dina.backup import BackupError, restore

    settings = prepared(Settings.from_environment())
    try:
        tallies = restore(settings.database_url, [m for m, _ in _loaded(settings)], file)
    except (BackupError, OSError, KeyError) as fault:
        console.print(f"[red]not restored:[/] {fault}")
        raise typer.Exit(1) from None
    console.print(f"restored and compared: {sum(t.rows for t in tallies)} rows of {len(tallies)} tables")


@app.command("docs")
def docs_command(folder: Path) -> None:
    """Generate the reference of types."""
    from dina.reference import write

    for path in write(_loaded(Settings.from_environment()), folder):
        console.print(str(path))


demo_app = typer.Typer(no_args_is_help=True, help="Demo data.")
app.add_typer(demo_app, name="demo")


@demo_app.command("load")
def demo_load() -> None:
    """Load the demo specimens and accounts into a system that has no accounts yet."""
    from dina.demo.accounts import ensure_demo

    made = ensure_demo(prepared(Settings.from_environment()))
    console.print(
        ", ".join(f"{number} {type_}" for type_, number in made.items()) or "there are accounts already"
    )


user_app = typer.Typer(no_args_is_help=True, help="Local accounts.")
app.add_typer(user_app, name="user")


@user_app.command("save")
def user_save(
    name: str,
    role: Annotated[list[str] | None, typer.Option(help="group/role, repeated for more")] = None,
    admin: Annotated[bool, typer.Option(help="Administrator of everything")] = False,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Make an account or set its password and roles."""
    import asyncio

    from dina.base.database import open_pools
    from dina.base.identity.accounts import Accounts

    settings = prepared(Settings.from_environment())
    roles = [(g, r) for g, _, r in (one.partition("/") for one in role or [])]

    async def save() -> None:
        async with open_pools(settings.database_url, size=1) as pools:
            await Accounts(pools.write).save(
                name, password=password, roles=roles or None, admin_roles=["dina-admin"] if admin else None
            )

    asyncio.run(save())
    console.print(f"{name} may sign in")


module_app = typer.Typer(no_args_is_help=True, help="Modules.")
app.add_typer(module_app, name="module")


@module_app.command("new")
def module_new(name: str, folder: Annotated[Path, typer.Option(help="Where to write it")] = Path()) -> None:
    """Write a working module with its tests, as a package of its own."""
    from dina.scaffold import new_module

    try:
        root = new_module(name, folder)
    except (ValueError, FileExistsError) as fault:
        console.print(f"[red]{fault}[/]")
        raise typer.Exit(1) from None
    console.print(f"{root} is ready. Install it with: uv pip install -e {root}, then start dina again.")


def main() -> None:
    from dina.base.conformance.command import check
    from dina.commands.exporting import export_file
    from dina.commands.importing import import_file
    from dina.commands.publishing import publish_dataset

    app.command("check")(check)
    app.command("import")(import_file)
    app.command("export")(export_file)
    app.command("publish")(publish_dataset)
    app()
