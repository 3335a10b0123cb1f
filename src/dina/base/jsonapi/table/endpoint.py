"""`POST /{type}/table`: the rows of a list with chosen columns, all of them, streamed.

The answer is JSON arrays, one a line (`application/x-ndjson`): first an object with the columns, then an array
for each row, last an object with the number of rows, without which the answer was cut off. By `Accept:
text/csv` it is CSV with a row of column paths.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any, cast

import orjson
import structlog
from psycopg import AsyncConnection, errors
from pydantic import Field
from typing_extensions import TypedDict

from dina.base.cells import guarded, written
from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request
from dina.base.http.negotiation import CSV, NDJSON, chosen_type
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.operation import read_attributes
from dina.base.jsonapi.parameters import ask
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.reading import base_values, plan_of
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.sql import parameters
from dina.base.jsonapi.sql.table import compile_table
from dina.base.jsonapi.table.columns import MAX_COLUMNS, Column, resolve_columns
from dina.base.resource import ResourceType

log = structlog.get_logger("dina.table")
ROWS, PART = 500, 1 << 16
Lines = AsyncGenerator[list[bytes], None]


class TableForm(TypedDict):
    """What is asked of a table."""

    columns: Annotated[
        list[Annotated[str, Field(max_length=500)]], Field(min_length=1, max_length=MAX_COLUMNS)
    ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request for a table asks: its rows, at most `limit` of them, and its columns."""

    plan: Plan
    columns: tuple[Column, ...]
    limit: int | None


async def wanted(service: Service, request: Request, resource: ResourceType) -> Wanted:
    """Read the request. Raises Problem."""
    asked = ask(service.types, resource, request.query, ask_for.TABLE, frozenset({"limit"}))
    if asked.language:
        request.language = asked.language
    paths: list[str] = read_attributes("table", TableForm, await request.body())["columns"]
    columns = resolve_columns(service.types, resource, paths)
    plan = plan_of(service, request, resource, asked)
    return Wanted(plan, columns, row_limit(asked.extra.get("limit")))


async def read_table(service: Service, request: Request, resource: ResourceType) -> Answer:
    """The whole result as a table. Raises Problem before the first row; later faults end the answer."""
    asked = await wanted(service, request, resource)
    plan = asked.plan
    statement = compile_table(plan, asked.columns, service.types, limit=asked.limit)
    values = {**base_values(service, request, plan), **statement.constants, **parameters(plan)}
    given = {name: value for name, value in values.items() if name in statement.names}
    return await table_answer(request, asked.columns, fetched(service, statement.sql, given))


async def table_answer(request: Request, columns: Sequence[Column], lines: Lines) -> Answer:
    """The rows in the form that is accepted. Raises Problem where the first cannot be had."""
    media = chosen_type(request.headers.get(b"accept", b""), (NDJSON, CSV))
    # The first rows are waited for, so that what the database refuses is answered as an error.
    first = await anext(lines, None)
    parts = csv_parts(columns, first, lines) if media == CSV else json_parts(request, columns, first, lines)
    return Answer(200, content_type=media, stream=parts)


def row_limit(given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isdecimal() or len(given) > 15:
        raise Problem(Error("BAD_PARAMETER", key="page.number", parameter="limit"))
    return int(given)


async def fetched(service: Service, sql: str, given: Mapping[str, Any]) -> Lines:
    """The rows of the statement as JSON text, some at a time. Raises Problem."""
    try:
        async with (
            service.pools.stream.connection() as connection,
            aclosing(_rows(connection, sql, given)) as found,
        ):
            async for lines in found:
                yield lines
    except errors.QueryCanceled:
        raise Problem(Error("UNAVAILABLE", key="statement.slow"), headers={"Retry-After": "5"}) from None
    except errors.DataError:
        raise Problem(Error("BAD_PARAMETER", key="filter.value", parameter="filter")) from None


async def _rows(connection: AsyncConnection[Any], sql: str, given: Mapping[str, Any]) -> Lines:
    lines: list[bytes] = []
    size = 0
    found = cast("AsyncGenerator[tuple[bytes]]", connection.cursor().stream(sql.encode(), given, size=ROWS))
    async with aclosing(found) as rows:
        async for row in rows:
            line = row[0]
            lines.append(line)
            size += len(line)
            if size > PART:
                yield lines
                lines, size = [], 0
    if lines:
        yield lines


async def json_parts(
    request: Request, columns: Sequence[Column], first: list[bytes] | None, lines: Lines
) -> AsyncGenerator[bytes, None]:
    """Lines of JSON: columns, rows, and the number of rows or what went wrong."""
    yield orjson.dumps({"columns": [column.described(request.language) for column in columns]}) + b"\n"
    number = 0
    try:
        async for some in _after(first, lines):
            number += len(some)
            yield b"\n".join(some) + b"\n"
    except Problem as problem:
        log.warning("table cut off", id=request.id, rows=number)
        yield orjson.dumps({"errors": problem.documents(request.language, request.id)}) + b"\n"
        return
    yield orjson.dumps({"rows": number}) + b"\n"


async def csv_parts(
    columns: Sequence[Column], first: list[bytes] | None, lines: Lines
) -> AsyncGenerator[bytes, None]:
    """CSV as RFC 4180 has it, in UTF-8, with a row of column paths; what looks like a formula is marked."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.path for column in columns])
    async for some in _after(first, lines):
        writer.writerows(_csv_cells(row) for row in orjson.loads(b"[" + b",".join(some) + b"]"))
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    if text.getvalue():
        yield text.getvalue().encode()


def _csv_cells(row: Sequence[Any]) -> list[str]:
    # What is a number or true and false is none of those texts that are marked.
    return [guarded(one) if isinstance(one, str) else written(one) for one in row]


async def _after(first: list[bytes] | None, lines: Lines) -> Lines:
    async with aclosing(lines):
        if first is not None:
            yield first
            async for some in lines:
                yield some
