"""Export of what a list shows: as CSV at once, or as a spreadsheet in the background."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import orjson
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from dina.client import refusal
from dina.client.api import JSON_API
from dina.web.generic.asked import Asked, asked
from dina.web.generic.filters import escaped
from dina.web.generic.views import parsed
from dina.web.rendering import address, client_of, registry_of, say, view_of

AT_ONCE = 10_000
FORMATS = ("XLSX", "CSV", "TSV", "PARQUET")


async def export(request: Request) -> Response:
    """`what` says the form: csv is sent at once; the others are made by the exchange module."""
    view = await view_of(request)
    form = await request.form()
    state = await asked(request, view, parsed(str(form.get("list", ""))))
    ids = chosen(form)
    kind = str(form.get("what", "csv")).upper()
    if kind == "CSV" or kind not in FORMATS:
        return await at_once(request, state, ids)
    return await in_background(request, state, ids, kind)


def chosen(form: FormData) -> list[str]:
    """The selected records; none means all that the list finds."""
    if form.get("all") == "1":
        return []
    return [str(one) for one in form.getlist("id")][:1000]


def condition(state: Asked, ids: Sequence[str]) -> str:
    """The filter of the list, or that of the selected records."""
    return f"id=in=({','.join(escaped(one) for one in ids)})" if ids else state.fiql


def paths(state: Asked) -> list[str]:
    """The columns as the table has them; of what is linked, its name."""
    return [one.exported or one.path for one in state.columns]


async def in_parts(request: Request, state: Asked, pages: AsyncIterator[list[str]]) -> Response:
    """The table of any number of records, some hundreds at a time, as they are found."""

    async def lines() -> AsyncIterator[bytes]:
        yield b"\xef\xbb\xbf"  # so that spreadsheets read it as UTF-8
        headed = False
        async for ids in pages:
            if ids or not headed:
                text = await table_of(request, state, ids)
                yield text if not headed else text.partition(b"\n")[2]
                headed = True

    return StreamingResponse(
        lines(), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{state.view.type}.csv"'},
    )  # fmt: skip


async def table_of(request: Request, state: Asked, ids: Sequence[str]) -> bytes:
    """The rows of some records, below the line of headings. Raises ApiError."""
    none = "00000000-0000-0000-0000-000000000000"
    params: dict[str, Any] = {"limit": AT_ONCE, "fiql": condition(state, ids or [none])}
    params |= {"sort": state.sort} if state.sort else {}
    body = {"data": {"type": "table", "attributes": {"columns": paths(state)}}}
    answer = await client_of(request).http.post(
        f"{state.view.path}/table", params=params, content=orjson.dumps(body),
        headers={"content-type": JSON_API, "accept": "text/csv"},
    )  # fmt: skip
    if answer.status_code >= 400:
        raise refusal(answer.status_code, orjson.loads(answer.content).get("errors", []))
    return answer.content


async def at_once(request: Request, state: Asked, ids: Sequence[str]) -> Response:
    params: dict[str, Any] = {"limit": AT_ONCE}
    params |= {"fiql": condition(state, ids)} if condition(state, ids) else {}
    params |= {"sort": state.sort} if state.sort else {}
    body = {"data": {"type": "table", "attributes": {"columns": paths(state)}}}
    http = client_of(request).http
    asking = http.build_request(
        "POST", f"{state.view.path}/table", params=params, content=orjson.dumps(body),
        headers={"content-type": JSON_API, "accept": "text/csv"},
    )  # fmt: skip
    answer = await http.send(asking, stream=True)
    if answer.status_code >= 400:
        raise refusal(answer.status_code, orjson.loads(await answer.aread()).get("errors", []))
    name = f"{state.view.type}.csv"
    return StreamingResponse(
        parts(answer), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


async def parts(answer: httpx.Response) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf"  # so that spreadsheets read it as UTF-8
    try:
        async for part in answer.aiter_bytes():
            yield part
    finally:
        await answer.aclose()


async def in_background(request: Request, state: Asked, ids: Sequence[str], kind: str) -> Response:
    exports = (await registry_of(request)).types["data-export"]
    asking: dict[str, Any] = {"fiql": condition(state, ids)} if condition(state, ids) else {}
    asking |= {"sort": state.sort} if state.sort else {}
    made = await client_of(request).create(
        exports.path,
        {
            "name": state.view.facts["plural"][state.language][:100], "exportType": "TABULAR_DATA", "source": state.view.type,
            "query": orjson.dumps(asking).decode(), "schema": {state.view.type: {"columns": paths(state)}},
            "exportOptions": {"format": kind, "headings": "LABELS"},
        },
    )  # fmt: skip
    say(request, "The export is being made; it is kept for 14 days.")
    return RedirectResponse(address(request.state.language, "data-export", made.id), 303)
