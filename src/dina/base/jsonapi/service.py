"""One module's running API: its types, its pools, its compiled statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from dina.base.database.pools import Pools
from dina.base.files import Files
from dina.base.identity.caller import Caller, Role
from dina.base.identity.policy import PROVIDERS, Everything, Groups, Nothing, Shared, readable
from dina.base.jsonapi.plan import Plan, Visibility
from dina.base.jsonapi.sql import Statement, compile_plan
from dina.base.module import Module
from dina.base.resource import ResourceType

CACHE = 4000


@dataclass(slots=True)
class Service:
    """What endpoints work with. `owners` maps a foreign type to the prefix of the module that owns it.

    `public_url` is the address of the system as people know it, where that is set. `client_as` makes a
    client of the API of all modules here that asks as somebody. `open`: those who have not signed in may read
    what is released.
    """

    module: Module
    types: Mapping[str, ResourceType]
    pools: Pools
    owners: Mapping[str, str] = field(default_factory=dict[str, str])
    version: str = "0"
    contact: str | None = None
    max_bulk: int = 5000
    version_required: bool = False
    files: Files | None = None
    public_url: str = ""
    client_as: Callable[[Caller], httpx.AsyncClient] | None = None
    open: bool = False
    statements: dict[Any, Statement] = field(default_factory=dict[Any, Statement])
    remembered: dict[Any, Any] = field(default_factory=dict[Any, Any])
    attention: list[str] = field(default_factory=list[str])

    @property
    def schema(self) -> str:
        return self.module.schema

    def statement(self, plan: Plan) -> Statement:
        """The compiled statement of a plan, cached by the plan's shape."""
        key = plan.shape
        found = self.statements.get(key)
        if found is None:
            if len(self.statements) > CACHE:
                self.statements.clear()
            found = self.statements[key] = compile_plan(plan, self.types)
        return found

    def visibility(self, caller: Caller) -> dict[str, Visibility]:
        """For every type what the caller may read, as far as statements differ by it."""
        key = ("visibility", caller)
        found = self.remembered.get(key)
        if found is None:
            found = {name: visibility_of(resource, caller) for name, resource in self.types.items()}
            self.remember(key, found)
        return found

    def caller_parameters(self, caller: Caller) -> dict[str, Any]:
        """Statement parameters that depend on who asks."""
        key = ("parameters", caller)
        found: dict[str, Any] = self.remembered.get(key) or {}
        if not found:
            found = {"username": caller.username}
            for name, resource in self.types.items():
                rows = readable(resource.provider, caller, resource.sharing)
                if isinstance(rows, Groups):
                    found[f"groups_{name}"] = sorted(rows.names)
                else:
                    found[f"groups_{name}"] = sorted(caller.groups_at_least(Role.READ_ONLY))
            self.remember(key, found)
        return found

    def permission_table(self, resource: ResourceType, caller: Caller) -> dict[str, Any]:
        """The caller's permissions by group, for own, private and other rows (see `permission_meta`)."""
        found: dict[str, Any] = {
            "groups": {g: resource.permissions(caller, {"group": g}) for g in caller.groups},
            "other": resource.permissions(caller, {"group": ""}),
        }
        if "createdBy" in PROVIDERS[resource.provider].evaluated:
            found["own"] = resource.permissions(caller, {"createdBy": caller.username})
        if resource.sharing is not None:
            found["private"] = resource.permissions(caller, {resource.sharing.private: True})
        return found

    def remember(self, key: Any, value: Any) -> Any:
        """Keep a value that takes long to work out, for as long as this process lives or there are too many."""
        if len(self.remembered) > CACHE:
            self.remembered.clear()
        self.remembered[key] = value
        return value


def visibility_of(resource: ResourceType, caller: Caller) -> Visibility:
    rows = readable(resource.provider, caller, resource.sharing)
    if caller.anonymous:
        return Visibility.OPEN if resource.disclosure is not None else Visibility.NONE
    if isinstance(rows, Everything):
        open_to_all = caller.sees_everything or resource.disclosure is None
        return Visibility.ALL if open_to_all else Visibility.DISCLOSED
    if isinstance(rows, Nothing):
        return Visibility.NONE
    if isinstance(rows, Shared):
        return Visibility.SHARED
    return Visibility.GROUPS if isinstance(rows, Groups) else Visibility.OWN
