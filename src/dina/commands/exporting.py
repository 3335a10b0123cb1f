"""`dina export TYPE`: chosen columns of the records of a type, written to a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from dina.client import ApiError, Client, refusal
from dina.commands.session import Language, Password, Server, User, console, failed, follow, signed_in

PREFIX = "/exchange/v1"
FORMATS = {".csv": "CSV", ".tsv": "TSV", ".xlsx": "XLSX", ".parquet": "PARQUET", ".geoparquet": "GEOPARQUET"}


def export_file(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="Kind of record: material-sample …")],
    out: Annotated[Path, typer.Option(help="File to write: .csv, .tsv, .xlsx, .parquet or .geoparquet")],
    columns: Annotated[
        list[str],
        typer.Option(help="Column paths, commas between them; may be repeated; path=Heading names one"),
    ],
    filter_: Annotated[
        list[str] | None, typer.Option("--filter", help="name=value or name[OP]=value; may be repeated")
    ] = None,
    fiql: Annotated[str, typer.Option(help="Filter in FIQL")] = "",
    sort: Annotated[str, typer.Option(help="Fields to sort by; - for descending")] = "",
    limit: Annotated[int | None, typer.Option(help="At most so many rows")] = None,
    separator: Annotated[str, typer.Option(help="COMMA, TAB, SEMICOLON or PIPE, for text")] = "",
    bom: Annotated[
        bool, typer.Option(help="Begin text with a byte order mark, for old spreadsheets")
    ] = False,
    server: Server = "http://127.0.0.1:8000",
    user: User = "",
    password: Password = "",
    language: Language = "en",
) -> None:
    """Export records as a table: written by the server in the background, then fetched."""
    form = FORMATS.get(out.suffix.lower())
    if form is None:
        console.print(f"The file's name must end in one of {', '.join(FORMATS)}.")
        raise typer.Exit(2)
    options = (
        {"format": form}
        | ({"columnSeparator": separator} if separator else {})
        | ({"bom": "true"} if bom else {})
    )
    named = [one.strip().partition("=") for part in columns for one in part.split(",") if one.strip()]
    attributes = {
        "name": out.stem[:100],
        "exportType": "TABULAR_DATA",
        "exportOptions": options,
        "source": type_,
        "query": query_of(filter_ or [], fiql, sort, limit),
        "schema": {
            type_: {"columns": [path for path, _, _ in named], "aliases": [alias for *_, alias in named]}
        },
    }

    async def work() -> None:
        client = await signed_in(server, user, password, language)
        try:
            made = await client.create(f"{PREFIX}/data-export", attributes)
            told = await follow(client, PREFIX, made.id)
            await fetch(client, f"{PREFIX}/file/{made.id}", out)
            console.print(f"{out}: {told['result']['rows']} rows")
        except ApiError as fault:
            raise failed(fault) from None
        finally:
            await client.aclose()

    asyncio.run(work())


def query_of(filters: list[str], fiql: str, sort: str, limit: int | None) -> str:
    """The query of the export: filters as lists have them."""
    query: dict[str, Any] = {}
    for one in filters:
        name, _, value = one.partition("=")
        query.setdefault("filter", {})[name.strip()] = None if value == "null" else value
    query |= {
        name: value
        for name, value in (("fiql", fiql), ("sort", sort), ("limit", limit))
        if value not in ("", None)
    }
    return orjson.dumps(query).decode()


async def fetch(client: Client, path: str, out: Path) -> None:
    """Write what is at a path to a file; the file is there whole or not at all."""
    part = out.with_name(out.name + ".part")
    try:
        async with client.http.stream("GET", path, headers={"accept": "*/*"}) as answer:
            if answer.status_code >= 400:
                document = orjson.loads(await answer.aread())
                raise refusal(answer.status_code, document.get("errors", []))
            with part.open("wb") as file:
                async for content in answer.aiter_bytes():
                    file.write(content)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
