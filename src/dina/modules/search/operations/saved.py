"""What a saved search stands for: one tree, which whoever asks again by it needs nothing else for."""

from __future__ import annotations

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.search.operations import kept
from dina.modules.search.operations.searching import desk
from dina.modules.search.operations.sets import passed
from dina.modules.search.query import limits, writing
from dina.modules.search.query.tree import All, AnyOf, Ids, Linked, Node, Not


async def tree(call: Call) -> Answer:
    """`GET /saved-query/{id}/tree`: words, conditions and places as one filter, with other searches and sets put in.

    `doubts` say what of its texts is not understood any more: such parts are sought as words, or not at all.
    """
    assert call.service.client_as is not None
    address = f"{call.service.module.prefixes[0]}/saved-query/{call.id}"
    async with call.service.client_as(call.request.caller) as client:
        client.headers["accept-language"] = call.request.language
        stored = await client.get(address)
    if stored.status_code != 200:
        return passed(stored)
    saved = stored.json()["data"]
    told = saved["attributes"]
    async with desk(call) as at:
        if told["searchedType"] not in at.registry.fields.prefixes:
            raise Problem(Error("BAD_PARAMETER", key="search.type", values={"type": told["searchedType"]}))
        found, doubts = await kept.saved_tree(call, at.registry, saved)
    return call.answer(
        {
            "name": told["name"],
            "type": told["searchedType"],
            "group": told["group"],
            "filter": writing.write(in_parts(found)),
            "doubts": [one.sentence(call.request.language) for one in doubts],
        },
        id=call.id,
    )


def in_parts(node: Node) -> Node:
    """The same tree with long lists of records cut into lists that can be asked with."""
    match node:
        case Ids(values) if len(values) > limits.MAX_VALUES:
            starts = range(0, len(values), limits.MAX_VALUES)
            return AnyOf(tuple(Ids(values[start : start + limits.MAX_VALUES]) for start in starts))
        case All(children):
            return All(tuple(in_parts(one) for one in children))
        case AnyOf(children, least):
            return AnyOf(tuple(in_parts(one) for one in children), least)
        case Not(child):
            return Not(in_parts(child))
        case Linked(relationship, child, least) if child is not None:
            return Linked(relationship, in_parts(child), least)
        case _:
            return node


OPERATIONS = (
    Operation(
        "GET", "/saved-query/{id}/tree", tree,
        Text("What a saved search stands for", "Ce que veut dire une recherche enregistrée"), "saved-query-tree",
    ),
)  # fmt: skip
