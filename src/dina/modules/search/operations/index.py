"""Endpoints of the index: how far it is behind, and making it anew."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.search.index.source import module_of
from dina.modules.search.index.store import sql
from dina.modules.search.operations.searching import desk

WAITING = """
SELECT type, count(*) FILTER (WHERE %(everything)s OR "group" = ANY(%(groups)s::text[])),
  extract(epoch FROM now() - min(since))::float8
FROM search.pending WHERE generation = (SELECT generation FROM search.state) GROUP BY type
"""


class Refresh(TypedDict, total=False):
    """Nothing needs to be said."""


async def status(call: Call) -> Answer:
    """`GET /index-status`: for each module how far its feed is read, what waits and for how long.

    How much happens in other groups is for administrators.
    """
    async with desk(call) as at:
        whole = at.sight.everything
        state = await (
            await at.connection.execute(
                "SELECT generation, building, built_on::text, rebuild_asked, progress FROM search.state"
            )
        ).fetchone()
        assert state is not None
        read = {_text(row[0]): row[1:] for row in await (
            await at.connection.execute(
                "SELECT module, after, extract(epoch FROM now() - read_on)::float8 FROM search.position"
            )
        ).fetchall()}  # fmt: skip
        waiting = {_text(row[0]): row[1:] for row in await (
            await at.connection.execute(WAITING, {"everything": whole, "groups": list(at.sight.groups)})
        ).fetchall()}  # fmt: skip
        homes = {type_: module_of(prefix) for type_, prefix in at.registry.fields.prefixes.items()}
        rows: dict[str, int] = {}
        seen, values = at.sight.condition()
        cursor = await at.connection.execute(
            sql(f"SELECT type, count(*) FROM search.entry_{state[0]} WHERE {seen} GROUP BY 1"), values
        )
        for type_, number in await cursor.fetchall():
            rows[_text(type_)] = number
    modules: dict[str, Any] = {}
    for module, (after, ago) in read.items():
        told = {"position": _text(after), "news": ago} if whole else {}
        modules[module] = {**told, "pending": 0, "lag": 0.0, "records": {}}
    for type_, (number, lag) in waiting.items():
        one = modules.get(homes.get(type_, ""))
        if one is not None:
            one["pending"] += number
            one["lag"] = max(one["lag"], lag)
    for type_, number in rows.items():
        one = modules.get(homes.get(type_, ""))
        if one is not None:
            one["records"][type_] = number
    return call.answer(
        {
            "generation": state[0],
            "building": state[1] is not None,
            "rebuildAsked": state[3],
            "builtOn": _text(state[2]),
            "progress": state[4] if whole else None,
            "modules": modules,
        }
    )


async def refresh(call: Call) -> Answer:
    """`POST /index-rebuild` → 202: the index is made anew beside the one that answers, then put in its place."""
    if not call.request.caller.admin or call.request.caller.read_only:
        raise Problem(Error("FORBIDDEN"))
    async with call.service.pools.write.connection() as connection:
        await connection.execute("UPDATE search.state SET rebuild_asked = true")
    return call.answer({"asked": True})


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


OPERATIONS = (
    Operation(
        "GET", "/index-status", status, Text("How far the index is", "Où en est l’index"), "index-status"
    ),
    Operation(
        "POST", "/index-rebuild", refresh, Text("Make the index anew", "Refaire l’index"), "index-rebuild", status=202,
        body=Refresh,
    ),
)  # fmt: skip
