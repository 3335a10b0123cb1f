"""A search from an address of the consortium's pages, as a search here."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.search.engine.view import TypeFields
from dina.modules.search.operations.forms import Name, checked_types
from dina.modules.search.operations.searching import desk
from dina.modules.search.query import writing
from dina.modules.search.wire import former
from dina.modules.search.wire.indexes import indexes
from dina.modules.search.wire.naming import place_of

CUSTOM = "controlled-vocabulary-item"


class FormerSearch(TypedDict):
    """The kind of record that was listed, and the parameter `queryTree` as it stood in the address."""

    type: Name
    queryTree: Annotated[str, Field(max_length=100_000)]


async def take_over(call: Call) -> Answer:
    """`POST /search/former`: the filter and the text of the box for a former search; `leftOut` is what has neither.

    `readable` is false for what is no such search at all.
    """
    type_: str = call.attributes["type"]
    found = former.rules_of(call.attributes["queryTree"])
    index = next((one for one in indexes().values() if one.type == type_), None)
    if found is None or index is None:
        return call.answer({"readable": False, "filter": None, "q": "", "leftOut": []})
    rules, either = found
    keys = await keys_of(call, former.ids_of(rules))
    async with desk(call) as at:
        checked_types(at.registry, [type_])
        taken = former.take(rules, either, place_of(index, TypeFields(at.registry, type_)), keys)
    return call.answer(
        {
            "readable": True,
            "filter": writing.write(taken.tree) if taken.text else None,
            "q": taken.text,
            "leftOut": taken.left_out,
        }
    )


async def keys_of(call: Call, ids: list[str]) -> dict[str, str]:
    """The keys of custom fields, which former addresses name by their ids."""
    owner = call.service.owners.get(CUSTOM)
    if not ids or owner is None:
        return {}
    assert call.service.client_as is not None
    params = {"filter[id][IN]": ",".join(ids), "page[limit]": str(former.MAX_RULES)}
    async with call.service.client_as(call.request.caller) as client:
        answer = await client.get(f"{owner}/{CUSTOM}", params=params)
    found: list[dict[str, Any]] = answer.json()["data"] if answer.status_code == 200 else []
    return {one["id"]: one["attributes"]["key"] for one in found}


OPERATIONS = (
    Operation(
        "POST", "/search/former", take_over,
        Text("Take over a search of a former address", "Reprendre la recherche d’une ancienne adresse"), "former-search",
        body=FormerSearch, asks=True,
    ),
)  # fmt: skip
