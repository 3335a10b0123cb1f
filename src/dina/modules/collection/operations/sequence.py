"""`POST /collection-sequence-generator`: reserve numbers of a collection, without gaps or duplicates."""

from __future__ import annotations

from typing import Annotated, Required

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http.answer import Answer
from dina.base.identity.policy import may
from dina.base.jsonapi.operation import Call, Operation
from dina.base.jsonapi.writing.transaction import transaction
from dina.base.resource import UuidText
from dina.base.text import Text, kind
from dina.modules.collection.operations.answers import execute
from dina.modules.collection.resources.base import GROUP

TAKE = """
INSERT INTO collection.collection_sequence AS s VALUES (%(id)s, %(amount)s)
ON CONFLICT (collection_id) DO UPDATE SET counter = s.counter + excluded.counter RETURNING s.counter
"""
LOOK = """
SELECT coalesce(max(counter), 0) + %(amount)s::bigint FROM collection.collection_sequence WHERE collection_id = %(id)s
"""
POINTER = "/data/attributes/collectionId"


class SequenceAsked(TypedDict, total=False):
    collectionId: Required[UuidText]
    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    group: str | None
    reserve: bool
    """False only tells which numbers would be next: looking takes none."""


async def reserve(call: Call) -> Answer:
    """The row of the collection is raised in one statement: who comes second waits for who came first."""
    id_, amount = call.attributes["collectionId"], call.attributes.get("amount", 1)
    async with transaction(call.service, call.request) as connection:
        found = await execute(
            connection,
            'SELECT "group" FROM collection.collection WHERE id = %(id)s AND deleted_on IS NULL',
            {"id": id_},
        )
        if not found:
            values = {"type": "collection", "id": id_}
            raise Problem(Error("RELATED_NOT_FOUND", values=values, pointer=POINTER))
        group = found[0][0]
        if not may(GROUP, "create", call.request.caller, {"group": group}):
            values = {"group": group, "type": kind(call.operation.type)}
            raise Problem(Error("FORBIDDEN", key="forbidden.create", values=values, pointer=POINTER))
        taking = call.attributes.get("reserve", True)
        [(counter,)] = await execute(connection, TAKE if taking else LOOK, {"id": id_, "amount": amount})
    result = {"lowReservedID": counter - amount + 1, "highReservedID": counter}
    return call.answer({"collectionId": id_, "amount": amount, "group": group, "result": result}, id=id_)


OPERATIONS = (
    Operation(
        "POST",
        "/collection-sequence-generator",
        reserve,
        Text("Reserve numbers of a collection", "Réserver des numéros d’une collection"),
        "collection-sequence-generator",
        status=201,
        body=SequenceAsked,
    ),
)
