"""The jobs that look at, make and take back a change of one field over many records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.modules.exchange.changing.values import replaced
from dina.modules.exchange.importing.fields import registry
from dina.modules.exchange.importing.undo import PART, understood

SEARCH = "/search/v1/search"
BULK = "application/vnd.api+json; ext=bulk"
PAGE = 500
EXAMPLES = 100


@dataclass(frozen=True)
class Place:
    """Where the texts stand: an attribute and the steps into it, of the records themselves or of linked ones."""

    type: str
    attribute: str
    steps: tuple[str, ...]
    through: str | None = None
    """The relationship that leads from the records found to those that hold the texts."""


async def place_of(job: Job) -> Place:
    """The field's place, as the module's registry describes the type. Raises Failed."""
    type_, field = job.parameters["type"], str(job.parameters["field"])
    types = await registry(job.client, job.parameters["module"])
    first, *rest = field.split(".")
    known = types.get(type_, {"attributes": {}, "relationships": {}})
    link = known["relationships"].get(first)
    if link and not link["external"] and rest:
        place = Place(link["targets"][0], rest[0], tuple(rest[1:]), first)
    else:
        place = Place(type_, first, tuple(rest))
    fact = types.get(place.type, {"attributes": {}})["attributes"].get(place.attribute)
    if fact is None or fact.get("readOnly"):
        raise Failed(Error("BUSINESS_RULE", key="change.field", values={"field": field}))
    return place


async def preview(job: Job) -> Mapping[str, Any]:
    """What the change would do: how many records, by text, with examples; nothing is written."""
    seen, place = Seen(), await place_of(job)
    async for found in candidates(job):
        seen.take(job, place, await records(job, place, found))
        await job.progress(seen.read, failed=len(seen.missing))
    return seen.document()


async def change(job: Job) -> Mapping[str, Any]:
    """Make the change, a few hundred records at a time, all in one change set."""
    seen, place = Seen(**job.checkpoint.get("seen", {})), await place_of(job)
    change_set: str = job.parameters["changeSet"]
    async for found in candidates(job, job.checkpoint.get("after")):
        data = seen.take(job, place, await records(job, place, found))
        refused = await write(job, place, data, change_set)
        seen.changed -= len(refused)
        seen.refused += refused
        await job.progress(
            seen.read, failed=len(seen.refused), checkpoint={"seen": vars(seen), "after": found[-1]}
        )
    return {**seen.document(), "changeSet": change_set if seen.changed else None}


async def undo(job: Job) -> Mapping[str, Any]:
    """Take the change back; with `skipConflicts` what was changed since stays as it is."""
    module, change_set = job.parameters["module"], job.parameters["changeSet"]
    if not job.checkpoint and not job.parameters.get("skipConflicts"):
        answer = await job.client.get(f"/{module}/v1/change-set/{change_set}/undo")
        understood(answer)
        blocked = answer.json()["data"]["attributes"]["blocked"]
        if blocked:
            raise Failed(Error("UNDO_CONFLICT", key="undo.conflicts", values={"count": blocked}))
    below: int | None = job.checkpoint.get("below")
    done, blocked = job.checkpoint.get("done", 0), job.checkpoint.get("blocked", 0)
    while True:
        params = {"skipConflicts": "true", "part": str(PART)} | (
            {"below": str(below)} if below is not None else {}
        )
        answer = await job.client.post(f"/{module}/v1/change-set/{change_set}/undo", params=params)
        understood(answer)
        told = answer.json()["data"]["attributes"]
        below, done, blocked = told["undoBelow"], done + PART, blocked + told["blocked"]
        if below is None:
            return {"blocked": blocked}
        await job.progress(done, checkpoint={"below": below, "done": done, "blocked": blocked})


class Seen:
    """What was read and what of it changes."""

    def __init__(
        self,
        read: int = 0,
        changed: int = 0,
        missing: list[str] | None = None,
        refused: list[dict[str, str]] | None = None,
        examples: list[dict[str, Any]] | None = None,
    ) -> None:
        self.read = read
        self.changed = changed
        self.missing = missing or []
        self.refused = refused or []
        self.examples = examples or []

    def take(self, job: Job, place: Place, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The updates that records need; those that do not hold the texts any more need none."""
        name, steps = place.attribute, place.steps
        updates: list[dict[str, Any]] = []
        for one in found:
            self.read += 1
            before = one["attributes"].get(name)
            after = replaced(before, steps, job.parameters["texts"])
            if after == before:
                continue
            self.changed += 1
            if len(self.examples) < EXAMPLES:
                self.examples.append(
                    {"id": one["id"], "before": at(before, steps), "after": at(after, steps)}
                )
            version = one["attributes"].get("resourceVersion")
            attributes = {name: after} | ({} if version is None else {"resourceVersion": version})
            updates.append({"type": one["type"], "id": one["id"], "attributes": attributes})
        return updates

    def document(self) -> dict[str, Any]:
        return {
            "read": self.read, "changed": self.changed, "same": self.read - self.changed - len(self.refused),
            "refused": self.refused[:EXAMPLES], "refusedCount": len(self.refused), "examples": self.examples,
        }  # fmt: skip


def at(value: Any, steps: Sequence[str]) -> Any:
    """What stands at the end of a path: one value, or those of all elements of a list."""
    if isinstance(value, list):
        return [at(one, steps) for one in value]
    if not steps:
        return value
    return at(value.get(steps[0]), steps[1:]) if isinstance(value, dict) else None


async def candidates(job: Job, after: str | None = None) -> AsyncIterator[list[str]]:
    """Ids of the records whose field holds one of the texts, in the order of ids, a page at a time."""
    parameters = job.parameters
    wanted: list[dict[str, Any]] = [
        {"field": parameters["field"], "op": "in", "values": list(parameters["texts"]), "fold": False}
    ]
    if parameters.get("filter"):
        wanted.append(parameters["filter"])
    asked: dict[str, Any] = {
        "type": parameters["type"],
        "filter": {"all": wanted},
        "sort": ["id"],
        "fields": ["id"],
    }
    if parameters.get("q"):
        asked["q"] = parameters["q"]
    ids: list[str] = []
    cursor: str | None = None
    # All ids first: what is changed meanwhile would fall out of the pages that follow.
    while True:
        page = {"limit": PAGE} | ({"after": cursor} if cursor else {})
        answer = await job.client.post(
            SEARCH, json={"data": {"type": "search", "attributes": {**asked, "page": page}}}
        )
        refuse(answer)
        told = answer.json()["data"]["attributes"]
        ids += [one["id"] for one in told["hits"]]
        cursor = told["next"]
        if not cursor:
            break
    ids = sorted(one for one in ids if after is None or one > after)
    await job.progress(total=job.done + len(ids), now=True)
    for start in range(0, len(ids), PAGE):
        yield ids[start : start + PAGE]


async def records(job: Job, place: Place, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The records that hold the texts, as they are now; those that have gone meanwhile are left out."""
    type_ = job.parameters["type"]
    params = {"filter[id][IN]": ",".join(ids), "page[limit]": str(len(ids)), "sort": "id"}
    if place.through:
        params |= {"include": place.through, f"fields[{type_}]": place.through}
    answer = await job.client.get(f"/{job.parameters['module']}/v1/{type_}", params=params)
    refuse(answer)
    document = answer.json()
    if not place.through:
        return document["data"]
    return [one for one in document.get("included", []) if one["type"] == place.type]


async def write(
    job: Job, place: Place, data: Sequence[dict[str, Any]], change_set: str
) -> list[dict[str, str]]:
    """Send updates; those that are refused are left out and the others sent again. What was refused, and why."""
    headers = {
        "content-type": BULK, "prefer": "return=minimal, errors=9999", "x-change-set": change_set,
        "x-change-set-label": job.parameters["label"],
    }  # fmt: skip
    rest, refused = list(data), list[dict[str, str]]()
    while rest:
        answer = await job.client.patch(
            f"/{job.parameters['module']}/v1/{place.type}/bulk", json={"data": rest}, headers=headers
        )
        if answer.status_code < 300:
            break
        if answer.status_code >= 500:
            answer.raise_for_status()
        wrong: dict[int, str] = {}
        for error in answer.json()["errors"]:
            index = error.get("meta", {}).get("index")
            if index is None:
                refuse(answer)
                continue
            wrong.setdefault(int(index), error.get("detail", ""))
        refused += [{"id": rest[index]["id"], "reason": reason} for index, reason in wrong.items()]
        rest = [one for index, one in enumerate(rest) if index not in wrong]
    return refused


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
