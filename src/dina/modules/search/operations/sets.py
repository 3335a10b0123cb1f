"""Putting many records into a set at once, or taking them out: those named and those that a search finds."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

import httpx
import orjson
from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.resource.kinds import UuidText
from dina.base.text import Text
from dina.modules.search import engine
from dina.modules.search.operations import kept
from dina.modules.search.operations.forms import Text as BoxText
from dina.modules.search.operations.searching import desk
from dina.modules.search.resources.rules import MAX_RECORDS

TYPE = "record-set"
TURNS = 5
"""How often it is tried again when somebody else changes the same set meanwhile."""


class Selection(TypedDict):
    """Records named one by one, those that a search finds (as it is sent to `/search`), or both."""

    ids: NotRequired[Annotated[list[UuidText], Field(max_length=10_000)]]
    q: NotRequired[BoxText]
    filter: NotRequired[dict[str, Any]]
    geometry: NotRequired[dict[str, Any]]


def changing(way: Literal["add", "remove"]) -> Any:
    async def change(call: Call) -> Answer:
        """`POST /record-set/{id}/add` and `…/remove`: how many records are in the set now, and how many that changed."""
        assert call.service.client_as is not None
        address = f"{call.service.module.prefixes[0]}/{TYPE}/{call.id}"
        chosen: list[str] | None = None
        async with call.service.client_as(call.request.caller) as client:
            client.headers["accept-language"] = call.request.language
            for _ in range(TURNS):
                stored = await client.get(address)
                if stored.status_code != 200:
                    return passed(stored)
                told = stored.json()["data"]["attributes"]
                if told.get("query") is not None:
                    raise Problem(
                        Error("BUSINESS_RULE", key="search.setIsLive", values={"name": told["name"]})
                    )
                chosen = chosen if chosen is not None else await selected(call, told["recordType"])
                before: list[str] = told.get("records") or []
                after = with_(before, chosen) if way == "add" else without(before, chosen)
                changed = abs(len(after) - len(before))
                if not changed:
                    return call.answer({"records": len(after), "changed": 0}, id=call.id)
                body = {"data": {"type": TYPE, "id": call.id, "attributes": {"records": after}}}
                version = {
                    "if-match": f'"{told["resourceVersion"]}"',
                    "content-type": "application/vnd.api+json",
                }
                answer = await client.patch(address, content=orjson.dumps(body), headers=version)
                if answer.status_code == 200:
                    return call.answer({"records": len(after), "changed": changed}, id=call.id)
                if answer.status_code != 412:
                    return passed(answer)
        raise Problem(Error("UNAVAILABLE"), headers={"Retry-After": "1"})

    return change


def with_(before: list[str], chosen: list[str]) -> list[str]:
    return list(dict.fromkeys([*before, *chosen]))


def without(before: list[str], chosen: list[str]) -> list[str]:
    gone = set(chosen)
    return [one for one in before if one not in gone]


def passed(answer: httpx.Response) -> Answer:
    """What our own API says when it refuses."""
    return Answer(answer.status_code, answer.content)


async def selected(call: Call, type_: str) -> list[str]:
    """The records that are meant, as far as the caller sees them."""
    given = {name: part for name, part in call.attributes.items() if name != "ids"}
    named = [str(one).lower() for one in call.attributes.get("ids", ())]
    if not given:
        return named
    async with desk(call) as at:
        tree, _ = await kept.trees_of(call, at.registry, {"type": type_, **given})
        found = await engine.ids(at.connection, at.registry, at.sight, (type_,), tree, MAX_RECORDS + 1)
    return [*named, *found]


OPERATIONS = (
    Operation(
        "POST", "/record-set/{id}/add", changing("add"),
        Text("Put records into a set", "Mettre des fiches dans un ensemble"), "record-set-change", body=Selection,
    ),
    Operation(
        "POST", "/record-set/{id}/remove", changing("remove"),
        Text("Take records out of a set", "Retirer des fiches d’un ensemble"), "record-set-change", body=Selection,
    ),
)  # fmt: skip
