"""The bound: the same statements behind bare Starlette, with fixed parameters, no checks and the same pool."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dina.base.database import open_pools

JSON_API = "application/vnd.api+json"


def create() -> Starlette:
    statements = orjson.loads(Path(os.environ["BENCH_STATEMENTS"]).read_bytes())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_pools(os.environ["DINA_DATABASE_URL"]) as pools:
            app.state.pools = pools
            yield

    async def answer(request: Request) -> Response:
        if request.path_params["name"] not in statements:
            return Response(status_code=404)
        sql, values = statements[request.path_params["name"]]
        if "id" in request.query_params:
            values = {**values, "ids": [request.query_params["id"]]}
        pools = request.app.state.pools
        async with (
            pools.read if request.path_params["name"] == "filtered" else pools.fixed
        ).connection() as connection:
            cursor = await connection.execute(sql, values, prepare=True)
            row = await cursor.fetchone()
        body = (
            b'{"data":'
            + row[0]
            + b',"included":'
            + (row[1] or b"[]")
            + b',"meta":{"totalResourceCount":'
            + str(row[3]).encode()
            + b"}}"
        )
        return Response(body, media_type=JSON_API)

    return Starlette(routes=[Route("/{name}", answer)], lifespan=lifespan)
