"""What commands share that talk to a running system: signing in, following a job with a progress bar."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dina.client import ApiError, Client

console = Console()
Server = Annotated[str, typer.Option(envvar="DINA_SERVER", help="Address of the system")]
User = Annotated[str, typer.Option(envvar="DINA_USER", help="User name")]
Password = Annotated[str, typer.Option(envvar="DINA_PASSWORD", help="Password; asked for when not given")]
Language = Annotated[str, typer.Option(envvar="DINA_LANGUAGE", help="Language of messages: en or fr")]
EVERY = 0.4


async def signed_in(server: str, user: str, password: str, language: str) -> Client:
    """A client that acts as the user; asks for the password. Exits where it is not right."""
    client = Client(server, language=language)
    if user:
        try:
            await client.sign_in(user, password or typer.prompt("Password", hide_input=True))
        except ApiError as fault:
            await client.aclose()
            raise failed(fault) from None
        except httpx.TransportError:
            await client.aclose()
            console.print(f"No DINA answers at {server}: start it with `dina up`, or name another --server.")
            raise typer.Exit(1) from None
    return client


def failed(fault: ApiError) -> typer.Exit:
    """Print the errors of an answer; the exit to raise."""
    for error in fault.errors:
        console.print(f"[red]{error.get('title', '')}[/]: {error.get('detail', '')}")
    return typer.Exit(1)


async def follow(client: Client, prefix: str, id_: str) -> dict[str, Any]:
    """Show a job's progress until it is over; its attributes. Ctrl-C asks it to stop."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=False) as bar:
        task = bar.add_task("…", total=None)
        while True:
            try:
                found = (await client.get(f"{prefix}/job/{id_}")).one.attributes
                bar.update(
                    task, description=found["kindLabel"], completed=found["done"], total=found["total"]
                )
                if found["state"] not in ("queued", "running"):
                    break
                await asyncio.sleep(EVERY)
            except asyncio.CancelledError:
                await client.request("POST", f"{prefix}/job/{id_}/stop")
                console.print("Stopping…")
                raise
    if found["state"] != "finished":
        for error in found["errors"]:
            console.print(f"[red]{error['title']}[/]: {error['detail']}")
        if found["state"] == "stopped":
            console.print("Stopped.")
        raise typer.Exit(1)
    return found
