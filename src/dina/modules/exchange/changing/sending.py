"""The requests of a bulk change: judged without writing, or written; refused records are left out whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

import httpx

from dina.base.errors import Error
from dina.base.jobs import Failed
from dina.modules.exchange.changing.planning import Line

ATOMIC = 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'
POINTER = re.compile(r"/atomic:operations/(\d+)(?:/|$)")
Refused = list[dict[str, str]]
Key = tuple[str, str]


def key_of(operation: Line) -> Key:
    return operation["data"]["type"], operation["data"]["id"]


async def send(
    client: httpx.AsyncClient,
    module: str,
    lines: Sequence[Line],
    done: set[Key],
    *,
    language: str,
    change_set: str = "",
    label: str = "",
    refused: Refused | None = None,
    key: str = "",
) -> tuple[list[Line], Refused]:
    """One request for these records: those that were taken, and one record refused after the other with its reason.

    What records share is sent once; `done` knows what has been sent before and is added to. Without a change set
    nothing is written. A request that is refused tells which records are the reason: `refused` is what is known
    already, then the caller asks again without them.
    """
    out = {one["id"] for one in refused or ()}
    rest = [line for line in lines if line["id"] not in out]
    found: dict[Key, tuple[Line, set[str]]] = {}
    for line in rest:
        for operation in line["operations"]:
            if key_of(operation) not in done:
                found.setdefault(key_of(operation), (operation, set()))[1].add(line["id"])
    if not found:
        return rest, []
    # What is made comes before what points at it; records of one type together are written together.
    ordered = sorted(found.values(), key=lambda one: (one[0]["op"], one[0]["data"]["type"]))
    operations, owners = [one for one, _ in ordered], [ids for _, ids in ordered]
    headers = {
        "content-type": ATOMIC, "accept": ATOMIC, "prefer": "return=minimal, errors=9999", "accept-language": language,
    }  # fmt: skip
    if change_set:
        headers |= {
            "x-change-set": change_set,
            "x-change-set-label": label,
            "idempotency-key": key,
        }
    answer = await client.post(
        f"/{module}/v1/operations", params={} if change_set else {"dryRun": "true"},
        json={"atomic:operations": operations}, headers=httpx.Headers(headers, encoding="utf-8"),
    )  # fmt: skip
    if answer.status_code < 300:
        done.update(found)
        return rest, []
    refuse_unless_told(answer)
    wrong: dict[str, str] = {}
    for error in answer.json()["errors"]:
        match = POINTER.match(str(error.get("source", {}).get("pointer", "")))
        if match is None or int(match[1]) >= len(owners):
            raise Failed(
                Error("BUSINESS_RULE", key="exchange.refused", values={"reason": error.get("detail", "")})
            )
        for id_ in owners[int(match[1])]:
            wrong.setdefault(id_, str(error.get("detail", "")))
    return [], [{"id": id_, "reason": reason} for id_, reason in wrong.items()]


def refuse_unless_told(answer: httpx.Response) -> None:
    """Raises where an answer says nothing about single operations."""
    if answer.status_code >= 500:
        answer.raise_for_status()


def refuse(answer: httpx.Response) -> None:
    """Raises Failed, with the API's own words, when an answer is a refusal."""
    if 400 <= answer.status_code < 500:
        raise Failed(
            *(
                Error("BUSINESS_RULE", key="exchange.refused", values={"reason": one.get("detail", "")})
                for one in answer.json()["errors"]
            )
        )
    answer.raise_for_status()
