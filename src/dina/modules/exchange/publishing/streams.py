"""Reading what is published: the records as the public sees them, in the order of their ids, and what hangs on them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from types import MappingProxyType
from typing import Any

import httpx

from dina.base.errors import Error
from dina.base.identity.caller import Caller
from dina.base.jobs import Failed
from dina.modules.exchange.publishing.mapping.darwin_core import CustomField
from dina.modules.exchange.publishing.mapping.declared import Registry
from dina.modules.exchange.publishing.mapping.record import Reader, Row
from dina.modules.exchange.publishing.rules import CORE_TYPE
from dina.modules.exchange.publishing.searched import SavedSearch, names_groups
from dina.modules.exchange.reading import table
from dina.modules.exchange.searches import Tree, found

COLLECTION = "/collection/v1"
PUBLIC = Caller("", "publication", groups=MappingProxyType({}), read_only=True)
"""Who reads what is published: somebody of no group, to whom nothing is told that is withheld or made coarse.

Of the specimens only those that somebody has released are asked for; what belongs to them (events, organisms) is
read unless it is withheld itself.
"""
RELEASE = ("filter[publiclyReleasable][EQ]", "filter[isRestricted][NEQ]")
"""Filters that hold back what is not released, or restricted."""
OPTIONAL = ("geological-context", "site", "project", "expedition", "protocol", "collection-method")
"""Types that many collections have none of; what comes from them is then not asked for."""


async def document(client: httpx.AsyncClient, path: str, **params: str) -> dict[str, Any]:
    """An answer of the API. Raises Failed with its own words."""
    answer = await client.get(path, params=params)
    if answer.status_code != 200:
        errors = answer.json().get("errors", [{}])
        told = errors[0].get("detail", "")
        raise Failed(
            Error(
                "BUSINESS_RULE", key="publish.reading", values={"status": answer.status_code, "reason": told}
            )
        )
    return answer.json()


async def read_registry(client: httpx.AsyncClient) -> Registry:
    return (await document(client, f"{COLLECTION}/registry"))["meta"]["types"]


async def read_absent(client: httpx.AsyncClient) -> list[str]:
    """The optional types of which there is nothing."""
    found: list[str] = []
    for type_ in OPTIONAL:
        counted = await client.get(f"{COLLECTION}/{type_}", params={"page[limit]": "1"})
        if counted.status_code == 200 and not counted.json()["data"]:
            found.append(type_)
    return found


async def read_custom_fields(client: httpx.AsyncClient) -> list[CustomField]:
    """The custom fields that institutions have added, of every kind of record."""
    found: list[CustomField] = []
    offset, more = 0, True
    while more:
        page = await document(
            client,
            f"{COLLECTION}/controlled-vocabulary-item",
            **{
                "filter[controlledVocabulary.key]": "managed_attribute",
                "sort": "key",
                "page[limit]": "500",
                "page[offset]": str(offset),
            },
        )
        for one in page["data"]:
            a = one["attributes"]
            found.append(
                CustomField(a["key"], a["name"], a.get("dinaComponent") or "", a.get("term"), a.get("unit"))
            )
        offset += len(page["data"])
        more = bool(page["data"]) and offset < page["meta"]["totalResourceCount"]
    return found


def filters(dataset: Mapping[str, Any], search: SavedSearch | None = None) -> list[tuple[str, str]]:
    """The filters of a data set, and what holds of everything published.

    Records of another group are published only by a search that names the group: a data set speaks for its own.
    Of what a saved search finds the same is asked, as the index may be a moment behind.
    """
    given: Mapping[str, str] = dataset["query"].get("filters") or {}
    asked = list(given.items())
    named = any("group" in name for name in given) if search is None else names_groups(search.tree)
    if not named:
        asked.append(("filter[group][EQ]", dataset["group"]))
    asked.append((RELEASE[0], "true"))
    if not dataset.get("withRestricted"):
        asked.append((RELEASE[1], "true"))
    return [*asked, ("sort", "id")]


async def rows(
    client: httpx.AsyncClient, plain: Reader, derived: Reader, params: Sequence[tuple[str, str]]
) -> AsyncGenerator[list[Row]]:
    """Records in the order of their ids, in batches; derived ones with what they have from above.

    Two tables are read side by side, as most records are derived of none and need no columns for that.
    """
    path = f"{COLLECTION}/material-sample"
    own = [*params, ("filter[parentMaterialSample.id][EQ]", "null")]
    other = [*params, ("filter[parentMaterialSample.id][NEQ]", "null")]
    async with (
        aclosing(table(client, path, list(plain.paths), own)) as first,
        aclosing(table(client, path, list(derived.paths), other)) as second,
    ):
        waiting: list[Row] = await anext(second, [])
        async for batch in first:
            if not waiting or waiting[0][0] > batch[-1][0]:
                yield batch
                continue
            merged = list(batch)
            while waiting and waiting[0][0] <= batch[-1][0]:
                merged.extend(derived.fold(row) for row in waiting if row[0] <= batch[-1][0])
                waiting = [row for row in waiting if row[0] > batch[-1][0]] or await anext(second, [])
            merged.sort(key=lambda row: row[0])
            yield merged
        while waiting:
            yield [derived.fold(row) for row in waiting]
            waiting = await anext(second, [])


async def rows_found(
    client: httpx.AsyncClient, plain: Reader, derived: Reader, params: Sequence[tuple[str, str]], tree: Tree
) -> AsyncIterator[list[Row]]:
    """The same of what a search finds: its ids in their order, then the columns of some of them at a time."""
    async with aclosing(found(client, CORE_TYPE, {"filter": tree})) as pages:
        async for ids in pages:
            chosen = [*params, ("filter[id][IN]", ",".join(ids))]
            async with aclosing(rows(client, plain, derived, chosen)) as batches:
                async for batch in batches:
                    yield batch


class Beside:
    """Rows of another table, in the order of the records that they hang on; the first column is the record's id."""

    def __init__(self, batches: AsyncIterator[list[Row]]) -> None:
        self.batches = batches
        self.held: dict[str, list[Row]] = {}
        self.last = ""
        self.over = False

    async def upto(self, id_: str) -> None:
        """Have the rows of all records up to this one at hand; those of records passed over are let go."""
        while not self.over and self.last <= id_:
            batch = await anext(self.batches, None)
            if batch is None:
                self.over = True
                return
            for row in batch:
                if row[0]:
                    self.held.setdefault(row[0], []).append(row)
                    self.last = row[0]
                else:
                    self.over = True

    def of(self, id_: str) -> list[Row]:
        return self.held.pop(id_, [])

    def forget(self, upto: str) -> None:
        """Let go what belongs to records that will not come any more."""
        for key in [key for key in self.held if key <= upto]:
            del self.held[key]
