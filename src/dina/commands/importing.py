"""`dina import FILE`: bring a file in, look at its problems, import it, take it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from dina.client import ApiError, Client, refusal
from dina.commands.session import Language, Password, Server, User, console, failed, follow, signed_in

PREFIX = "/exchange/v1"
SHOWN = 20


def import_file(
    file: Annotated[
        Path | None, typer.Argument(help="The file: archive, table, workbook, XML", exists=True)
    ] = None,
    group: Annotated[str, typer.Option(help="Group that will own the records")] = "",
    kind: Annotated[str, typer.Option("--type", help="Kind of record")] = "material-sample",
    recipe: Annotated[str, typer.Option(help="Recipe (its id) that says how columns are read")] = "",
    whole: Annotated[
        bool, typer.Option("--all/--rows", help="Every row or none / the good rows now")
    ] = False,
    check_only: Annotated[bool, typer.Option("--check", help="Stop after the check")] = False,
    unknown: Annotated[
        str, typer.Option(help="What becomes of names that are not here yet: ask, leave (as text) or create")
    ] = "ask",
    as_records: Annotated[
        bool, typer.Option("--as-records", help="Each row is a record of that kind, whatever the file lists")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before importing")] = False,
    undo: Annotated[str, typer.Option(help="Take back the import with this id")] = "",
    server: Server = "http://127.0.0.1:8000",
    user: User = "",
    password: Password = "",
    language: Language = "en",
) -> None:
    """Import a file: stage it, check it, show what is wrong, import the good rows (or all or nothing)."""

    async def work() -> None:
        client = await signed_in(server, user, password, language)
        try:
            if undo:
                await take_back(client, undo, yes=yes)
                return
            if file is None or not group:
                console.print("Name the file and the --group that will own the records.")
                raise typer.Exit(2)
            links: dict[str, Any] = (
                {"recipe": {"data": {"type": "import-recipe", "id": recipe}}} if recipe else {}
            )
            made = await client.create(
                f"{PREFIX}/import-dataset", {"name": file.name, "group": group, "targetType": kind}, links
            )
            await stage(client, made.id, file)
            if as_records:
                await take_as_records(client, made.id)
            await act(client, made.id, "check")
            if unknown in ("leave", "create") and await settle(client, made.id, unknown):
                await act(client, made.id, "check")
            summary = await show(client, made.id, language)
            console.print(f"import {made.id}")
            if check_only or not (yes or typer.confirm("Import now?")):
                return
            told = await act(client, made.id, "run", {"mode": "all" if whole else "rows"})
            report(told["result"], summary)
        except ApiError as fault:
            raise failed(fault) from None
        finally:
            await client.aclose()

    asyncio.run(work())


async def stage(client: Client, id_: str, file: Path) -> None:
    """Send the file part by part and wait until it is read."""

    async def parts() -> AsyncIterator[bytes]:
        with file.open("rb") as content:
            while part := content.read(1 << 20):
                yield part

    answer = await client.http.post(
        f"{PREFIX}/import-dataset/{id_}/file",
        params={"name": file.name},
        content=parts(),
        headers={"content-type": "application/octet-stream"},
    )
    document = answer.json()
    if answer.status_code >= 400:
        raise refusal(answer.status_code, document.get("errors", []))
    await follow(client, PREFIX, document["data"]["id"])


async def take_as_records(client: Client, id_: str) -> None:
    """Say that each row becomes a record although the file is a list of something else."""
    path = f"{PREFIX}/import-dataset/{id_}"
    mapping = (await client.get(path)).one.attributes["mapping"]
    attributes = {"mapping": {**mapping, "rowsAre": "records"}}
    body = {"data": {"type": "import-dataset", "id": id_, "attributes": attributes}}
    await client.request("PATCH", path, body=body)


async def act(
    client: Client, id_: str, path: str, attributes: dict[str, Any] | None = None
) -> dict[str, Any]:
    body = {"data": {"type": "import-dataset", "attributes": attributes or {}}}
    started = await client.request("POST", f"{PREFIX}/import-dataset/{id_}/{path}", body=body)
    return await follow(client, PREFIX, started["data"]["id"])


async def settle(client: Client, id_: str, action: str) -> int:
    """Decide all open names alike; how many there were."""
    dataset = (await client.get(f"{PREFIX}/import-dataset/{id_}")).one.attributes
    decisions = [
        {"field": field, "name": name, "action": action}
        for field, names in (dataset["decisions"] or {}).items()
        for name, one in names.items()
        if one["action"] == "ask"
    ]
    for at in range(0, len(decisions), 5000):
        attributes = {"decisions": decisions[at : at + 5000]}
        body = {"data": {"type": "import-dataset", "attributes": attributes}}
        await client.request("POST", f"{PREFIX}/import-dataset/{id_}/decisions", body=body)
    return len(decisions)


async def show(client: Client, id_: str, language: str) -> dict[str, Any]:
    """What the check found: numbers, problems by group, custom fields, columns that stay out."""
    dataset = (await client.get(f"{PREFIX}/import-dataset/{id_}")).one.attributes
    summary: dict[str, Any] = dataset["summary"]
    console.print(
        "{rows} rows: {ready} ready, {warnings} with doubts, {errors} with errors, {choices} with choices to make; "
        "{created} new, {updated} changed, {unchanged} unchanged, {vanished} no longer in the file".format(
            **summary
        )
    )
    groups = await client.get(f"{PREFIX}/import-dataset/{id_}/problems", {"page[limit]": str(SHOWN)})
    if groups.data:
        table = Table("", "rows", "column", "text", "problem", "proposal")
        for one in groups.data:
            a = one.attributes
            table.add_row(
                a["severity"],
                str(a["count"]),
                a["heading"] or "",
                (a["value"] or "")[:40],
                a["message"],
                a["fix"] or "",
            )
        console.print(table)
        more = groups.meta["totalResourceCount"] - len(groups.data)
        if more > 0:
            console.print(f"… and {more} more kinds of problem")
    for one in summary["customFields"]:
        console.print(f"custom field to be made: {one['name']} ({one['component']})")
    for one in summary["notMatched"]:
        console.print(f"not looked up, as it has too many different names: {one['field']}")
    for one in summary["notImported"]:
        console.print(f"not imported: column “{one['heading']}”, {one['values']} values")
    return summary


def report(receipt: dict[str, Any], summary: dict[str, Any]) -> None:
    console.print(
        "{created} made, {updated} changed, {unchanged} unchanged, {failed} refused, {skipped} left for later; "
        "{stored} of {values} values stored, {notImported} in columns left out".format(**receipt)
    )
    console.print(f"change set {receipt['changeSet']}")


async def take_back(client: Client, id_: str, *, yes: bool) -> None:
    """Show what undoing would do, and do it."""
    found = (await act(client, id_, "preview-undo"))["result"]
    console.print(
        "{deleted} records would go, {restored} return, {reverted} be as before; {blocked} stay".format(
            **found
        )
    )
    if not (yes or typer.confirm("Undo?")):
        return
    await act(client, id_, "undo", {"skipConflicts": bool(found["blocked"])})
    console.print("Undone.")
