"""Reading whole tables from the API, some rows at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from dina.base.errors import Error
from dina.base.jobs import Failed

NDJSON = "application/x-ndjson"
Params = Mapping[str, Any] | Sequence[tuple[str, Any]] | None
Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column as the API describes it: `kind` of the values, `term` they are of, `label` in the client's language."""

    path: str
    kind: str
    term: str | None
    label: str


@dataclass(slots=True)
class Table:
    """A table that is being read: its columns, and its rows in batches."""

    columns: list[ReadColumn]
    batches: AsyncGenerator[Rows, None]


@asynccontextmanager
async def opened(
    client: httpx.AsyncClient, path: str, columns: Sequence[str], params: Params = None
) -> AsyncIterator[Table]:
    """Ask for a table: `path` is that of the type (`/collection/v1/material-sample`), `params` filter and sort.

    Raises Failed, with the API's own words, when it is refused; the batches do when the answer is cut off.
    """
    body = {"data": {"type": "table", "attributes": {"columns": list(columns)}}}
    async with client.stream(
        "POST", f"{path}/table", params=_pairs(params), json=body, headers={"accept": NDJSON}
    ) as answer:
        if answer.status_code != 200:
            raise refused(await answer.aread())
        lines = answer.aiter_bytes()
        first, rest = b"", b""
        async for part in lines:
            first += part
            if b"\n" in part:
                break
        head, _, rest = first.partition(b"\n")
        described = orjson.loads(head)["columns"]
        async with aclosing(_batches(lines, rest)) as batches:
            yield Table([ReadColumn(**one) for one in described], batches)


async def table(
    client: httpx.AsyncClient, path: str, columns: list[str], params: Params = None
) -> AsyncGenerator[Rows, None]:
    """The rows of a table in batches; see `opened`."""
    async with opened(client, path, columns, params) as found:
        async for rows in found.batches:
            yield rows


async def _batches(parts: AsyncIterator[bytes], rest: bytes) -> AsyncGenerator[Rows, None]:
    """The rows in the lines of the answer, up to the last line, which tells their number."""
    number = 0
    async for lines in _whole_lines(rest, parts):
        # The last line is an object: it comes alone or at the end.
        body, _, last = lines.rpartition(b"\n")
        if not last.startswith(b"{"):
            body, last = lines, b""
        if body:
            rows: Rows = orjson.loads(b"[" + body.replace(b"\n", b",") + b"]")
            number += len(rows)
            yield rows
        if last:
            end = orjson.loads(last)
            if "errors" in end:
                raise refused(last)
            if end["rows"] == number:
                return
    raise Failed(Error("UNAVAILABLE", key="exchange.cutOff", values={"rows": number}))


async def _whole_lines(held: bytes, parts: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The parts cut where lines end, without the last line end; what is cut off in a line is left out."""
    while True:
        end = held.rfind(b"\n")
        if end > 0:
            yield held[:end]
        held = held[end + 1 :]
        part = await anext(parts, None)
        if part is None:
            return
        held += part


def refused(document: bytes) -> Failed:
    """What the API refused, as errors of this job."""
    try:
        errors: list[dict[str, Any]] = orjson.loads(document)["errors"]
    except (orjson.JSONDecodeError, KeyError):
        errors = [{"detail": document[:200].decode("utf-8", "replace")}]
    return Failed(
        *(
            Error("BUSINESS_RULE", key="exchange.refused", values={"reason": one.get("detail", "")})
            for one in errors
        )
    )


def _pairs(params: Params) -> list[tuple[str, Any]]:
    if params is None:
        return []
    return list(params.items()) if isinstance(params, Mapping) else list(params)
