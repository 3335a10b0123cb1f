"""Publishing: ask for it, take it back, look at the mapping; and the public side, which needs no account."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.identity.caller import Role
from dina.base.jobs import Failed, store
from dina.base.jobs.endpoints import load, resource_of
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.exchange.publishing import public, versions
from dina.modules.exchange.publishing.building import read_mapping
from dina.modules.exchange.publishing.content import content_of
from dina.modules.exchange.publishing.queue import enqueue_publication

MOST_REDIRECTS = 100_000
Identifier = Annotated[str, Field(min_length=1, max_length=2000)]


class Publish(TypedDict, total=False):
    """What is confirmed: that identifiers are gone for good, that they lead to others."""

    confirmTombstones: bool
    confirmRedirects: bool
    redirects: Annotated[dict[Identifier, Identifier], Field(max_length=MOST_REDIRECTS)]


class Withdraw(TypedDict, total=False):
    """Which former version is published instead; none at all unless one is named."""

    version: Annotated[int | None, Field(ge=1)]


async def own_dataset(call: Call) -> dict[str, Any]:
    """The data set, for those who may publish it. Raises Problem."""
    async with call.service.pools.write.connection() as connection:
        found = await public.dataset(connection, call.id)
    if found is None:
        raise Problem(Error("NOT_FOUND"))
    caller = call.request.caller
    if caller.read_only or not caller.at_least(Role.USER, found["group"]):
        raise Problem(Error("FORBIDDEN"))
    return found


async def publish(call: Call) -> Answer:
    """`POST /dataset/{id}/publish` → 202 with the job that builds the next version."""
    found = await own_dataset(call)
    async with call.service.pools.write.connection() as connection:
        id_ = await enqueue_publication(
            connection, call.id, found, call.request.caller, dict(call.attributes)
        )
    if id_ is None:
        raise Problem(Error("BUSINESS_RULE", key="publish.running"))
    row: store.Row = await load(call.service, call.request, id_)
    data = resource_of(call.service, row, call.request.language, call.request.prefix)
    return plain_document(call.service, call.request, data, status=202)


async def withdraw(call: Call) -> Answer:
    """`POST /dataset/{id}/withdraw`: the published version is taken back, a former one stands in its place."""
    await own_dataset(call)
    number = call.attributes.get("version")
    async with call.service.pools.write.connection() as connection:
        done = await versions.publish_again(connection, call.id, number, call.request.caller.username)
    if not done:
        raise Problem(Error("BUSINESS_RULE", key="publish.noSuchVersion", values={"version": number}))
    return call.answer({"publishedVersion": number}, id=call.id)


async def mapping(call: Call) -> Answer:
    """`GET /dataset/{id}/mapping`: which term is made of what."""
    async with call.service.pools.write.connection() as connection:
        found = await public.dataset(connection, call.id)
    if found is None:
        raise Problem(Error("NOT_FOUND"))
    assert call.service.client_as is not None
    async with call.service.client_as(call.request.caller) as client:
        made = await read_mapping(client, found)
    return call.answer({"terms": made.described()}, id=call.id)


async def content(call: Call) -> Answer:
    """`GET /dataset/{id}/content`: how many specimens a publication would find just now, and how many it would publish."""
    async with call.service.pools.write.connection() as connection:
        found = await public.dataset(connection, call.id)
    if found is None:
        raise Problem(Error("NOT_FOUND"))
    if not (
        call.request.caller.sees_everything or call.request.caller.at_least(Role.READ_ONLY, found["group"])
    ):
        raise Problem(Error("FORBIDDEN"))
    assert call.service.client_as is not None
    try:
        told = await content_of(call.service.client_as, found)
    except Failed as fault:
        raise Problem(list(fault.errors)) from None
    return call.answer(told, id=call.id)


OPERATIONS = (
    Operation(
        "POST", "/dataset/{id}/publish", publish, Text("Publish a data set", "Publier un jeu de données"),
        "publication", status=202, body=Publish,
    ),
    Operation(
        "POST", "/dataset/{id}/withdraw", withdraw,
        Text("Take the published version back", "Retirer la version publiée"), "withdrawal", body=Withdraw,
    ),
    Operation(
        "GET", "/dataset/{id}/mapping", mapping,
        Text("Which term is made of what", "De quoi est fait chaque terme"), "dataset-mapping",
    ),
    Operation(
        "GET", "/dataset/{id}/content", content,
        Text("How many specimens would be published", "Combien de spécimens seraient publiés"), "dataset-content",
    ),
    *public.OPERATIONS,
)  # fmt: skip
