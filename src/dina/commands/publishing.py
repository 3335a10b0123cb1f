"""`dina publish DATASET`: build and publish the next version of a data set, and fetch its archive."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from dina.client import ApiError, Client
from dina.commands.exporting import fetch
from dina.commands.session import Language, Password, Server, User, console, failed, follow, signed_in

PREFIX = "/exchange/v1"


def publish_dataset(
    dataset: Annotated[str, typer.Argument(help="The data set: its id or its title")],
    out: Annotated[Path | None, typer.Option(help="Where to write the archive, once published")] = None,
    confirm_tombstones: Annotated[
        bool, typer.Option("--confirm-tombstones", help="Identifiers that would disappear are gone for good")
    ] = False,
    confirm_redirects: Annotated[
        bool, typer.Option("--confirm-redirects", help="Identifiers that would change lead to the new ones")
    ] = False,
    redirect: Annotated[
        list[str] | None, typer.Option(help="old=new: where an identifier leads; may be repeated")
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the published version back")] = False,
    version: Annotated[
        int | None, typer.Option(help="With --withdraw: publish this one again instead")
    ] = None,
    server: Server = "http://127.0.0.1:8000",
    user: User = "",
    password: Password = "",
    language: Language = "en",
) -> None:
    """Publish a data set: read as the public sees it, check, compare with the version before, write, keep."""
    redirects = {old: new for old, _, new in (one.partition("=") for one in redirect or [])}

    async def work() -> None:
        client = await signed_in(server, user, password, language)
        try:
            id_ = await named(client, dataset)
            if withdraw:
                body = {"data": {"type": "withdrawal", "attributes": {"version": version} if version else {}}}
                await client.request("POST", f"{PREFIX}/dataset/{id_}/withdraw", body=body)
                console.print(f"published: version {version}" if version else "withdrawn")
                return
            confirmed: dict[str, Any] = {
                "confirmTombstones": confirm_tombstones,
                "confirmRedirects": confirm_redirects,
                "redirects": redirects,
            }
            body = {"data": {"type": "publication", "attributes": confirmed}}
            started = await client.request("POST", f"{PREFIX}/dataset/{id_}/publish", body=body)
            told = await follow(client, PREFIX, started["data"]["id"])
            report(told["result"], language)
            if out is not None:
                await fetch(client, f"{PREFIX}/datasets/{id_}/versions/latest/dwca.zip", out)
                console.print(str(out))
        except ApiError as fault:
            raise failed(fault) from None
        finally:
            await client.aclose()

    asyncio.run(work())


async def named(client: Client, dataset: str) -> str:
    """The id of a data set by its id or title. Exits where there is not exactly one."""
    found = await client.get(f"{PREFIX}/dataset", {"filter[title]": dataset})
    if not found.data:
        return (await client.get(f"{PREFIX}/dataset/{dataset}")).one.id
    if len(found.data) > 1:
        console.print("Several data sets have this title; name one by its id:")
        for one in found.data:
            console.print(f"  {one.id}  {one.attributes['group']}")
        raise typer.Exit(2)
    return found.one.id


def report(result: dict[str, Any], language: str) -> None:
    """What came of it: the version, the difference, the checks by rule."""
    if result["unchanged"]:
        console.print(f"nothing has changed since version {result['version']}: {result['rows']:,} records")
    else:
        difference = result["difference"]
        console.print(
            f"version {result['version']}: {result['rows']:,} records, +{difference['added']:,} "
            f"−{difference['removed']:,} ~{difference['changed']:,}"
        )
    warnings = result["checks"]["warnings"]
    if warnings:
        table = Table("count", "check", "for example")
        for one in warnings:
            table.add_row(
                f"{one['count']:,}", one["fr" if language == "fr" else "en"], ", ".join(one["examples"][:2])
            )
        console.print(table)
