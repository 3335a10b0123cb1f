"""A data set that is what a saved search finds: reading the search, and asking it as the public.

Two pairs of eyes look, and neither is that of whoever publishes. What the search says is read as a member of the
data set's group, nobody in particular: a private search, or one of another group, is not there. What it finds is
found as by somebody of no group: a condition on what is withheld meets nothing, so that what is published cannot
tell whether it was met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx

from dina.base.identity.caller import Caller, Role
from dina.base.json import is_array, is_object
from dina.modules.exchange.publishing.rules import CORE_TYPE
from dina.modules.exchange.searches import Tree, failed, tree_of

ClientAs = Callable[[Caller], httpx.AsyncClient]


def member(group: str) -> Caller:
    """Who reads what a search says: somebody who may read what the group shares, and no more."""
    groups = MappingProxyType({group.lower(): frozenset({Role.READ_ONLY})})
    return Caller("", "publication", groups=groups, read_only=True)


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A saved search as it is now: its tree, other searches and sets put in."""

    id: str
    name: str
    tree: Tree

    def released(self, dataset: Mapping[str, Any]) -> Tree:
        """What of it is published. The table of the specimens is asked the same once more."""
        conditions: list[Tree] = [{"field": "publiclyReleasable", "op": "eq", "value": True}]
        if not dataset.get("withRestricted"):
            conditions.append({"not": {"field": "isRestricted", "op": "eq", "value": True}})
        return self.of_group(dataset, *conditions)

    def of_group(self, dataset: Mapping[str, Any], *more: Tree) -> Tree:
        """The tree and further conditions, within the data set's group unless the search names others."""
        conditions = list(more)
        if not names_groups(self.tree):
            conditions.append({"field": "group", "op": "eq", "value": dataset["group"], "fold": False})
        # One level is not lost where there is one already: trees are only so deep.
        own = list(self.tree["all"]) if "all" in self.tree else [self.tree]
        return {"all": [*own, *conditions]}

    def document(self) -> dict[str, Any]:
        """As a version keeps it."""
        return {"id": self.id, "name": self.name, "filter": self.tree}


def names_groups(tree: Any) -> bool:
    """Whether every record that the tree finds is of a group that it names: a name in one of several branches, or what is ruled out, is none."""
    if not is_object(tree):
        return False
    if tree.get("field") == "group":
        return tree.get("op", "eq") in ("eq", "in")
    children = tree.get("all", tree.get("any"))
    if not is_array(children):
        return False
    named = [names_groups(one) for one in children]
    return any(named) if "all" in tree else bool(named) and all(named)


async def search_of(client_as: ClientAs, dataset: Mapping[str, Any]) -> SavedSearch | None:
    """The saved search that a data set names, None where it has filters. Raises Failed as `read_search` does."""
    id_: str | None = dataset["query"].get("search")
    if id_ is None:
        return None
    async with client_as(member(dataset["group"])) as client:
        return await read_search(client, id_, dataset["group"])


async def read_search(client: httpx.AsyncClient, id_: str, group: str) -> SavedSearch:
    """The saved search of a data set; `client` asks as a `member`. Raises Failed where nothing can be published by it."""
    told = await tree_of(client, id_, CORE_TYPE)
    if told["group"].lower() != group.lower():
        raise failed("searchGone")
    return SavedSearch(id_, told["name"], told["filter"])
