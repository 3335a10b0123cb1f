"""Which records a bulk change is about, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.modules.exchange.changing.drafts import Draft, Key
from dina.modules.exchange.changing.planning import Plan, read
from dina.modules.exchange.changing.sending import refuse
from dina.modules.exchange.changing.ways import TEXTS

SEARCH = "/search/v1/search"
PAGE = 5000
WORDS = TEXTS | {"texts", "choice", "choices"}
MOST = 200_000
"""Records of one change."""


async def chosen(job: Job, plan: Plan) -> list[str]:
    """The ids of the records: those named, those of single cells, and those that the search finds, each once."""
    p = job.parameters
    named = [*(p.get("ids") or ()), *dict.fromkeys(one["id"] for one in p.get("cells") or ())]
    asked = {name: p[name] for name in ("q", "filter", "geometry") if p.get(name)}
    become = [one for one in plan.steps if one.operation["op"] == "become"]
    # What links lead to is not looked for by its id: there all records are read.
    texts = [one.operation for one in become if not one.target.linking and one.target.kind in WORDS]
    if p.get("ids") is None and (asked or p.get("all") or (become and not p.get("cells"))):
        named += await found(job, asked, texts)
    ids = sorted(dict.fromkeys(named))
    if len(ids) > MOST:
        raise Failed(Error("BUSINESS_RULE", key="change.tooMany", values={"most": MOST}))
    return ids


async def found(job: Job, asked: Mapping[str, Any], texts: Sequence[Mapping[str, Any]]) -> list[str]:
    """All that a search finds; where texts become others, only what holds one of them."""
    wanted: list[dict[str, Any]] = [asked["filter"]] if "filter" in asked else []
    for one in texts if len(job.parameters["operations"]) == 1 else ():
        wanted.append({"field": one["field"], "op": "in", "values": list(one["texts"]), "fold": False})
    question: dict[str, Any] = {**asked, "type": job.parameters["type"], "sort": ["id"], "fields": ["id"]}
    question |= {"filter": {"all": wanted}} if wanted else {}
    ids: list[str] = []
    cursor: str | None = None
    # All ids first: what is changed meanwhile would fall out of the pages that follow.
    while True:
        page = {"limit": PAGE} | ({"after": cursor} if cursor else {})
        answer = await job.client.post(
            SEARCH, json={"data": {"type": "search", "attributes": {**question, "page": page}}}
        )
        refuse(answer)
        told = answer.json()["data"]["attributes"]
        ids += [one["id"] for one in told["hits"]]
        cursor = told["next"]
        if not cursor or len(ids) > MOST:
            return ids
        await job.progress(total=max(told["total"], len(ids)), now=True)


async def records(
    client: httpx.AsyncClient, module: str, plan: Plan, ids: Sequence[str]
) -> tuple[list[Draft], dict[Key, Draft]]:
    """The records as they are now and what they are linked with; those that have gone meanwhile are left out."""
    params = {"filter[id][IN]": ",".join(ids), "page[limit]": str(len(ids)), "sort": "id"}
    params |= {"include": plan.included} if plan.included else {}
    answer = await client.get(f"/{module}/v1/{plan.type}", params=params)
    refuse(answer)
    return read(answer.json())
