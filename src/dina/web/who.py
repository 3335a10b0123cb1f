"""Who is signed in and what they may do: asked of the API once a minute, for the navigation and for buttons."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from dina.client import ApiError, Client
from dina.web.registry import Registry

SECONDS = 60
KEPT = 2000


@dataclass(frozen=True)
class Who:
    """The caller's name, groups with roles, and permissions by type and action (`True`, or groups)."""

    username: str = ""
    subject: str = ""
    agent: str = ""
    administrator: bool = False
    reads_everything: bool = False
    groups: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    permissions: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    labels: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def may(self, action: str, type_: str, group: str | None = None) -> bool:
        """Whether the action is permitted at all, or in one group."""
        found = self.permissions.get(type_, {}).get(action)
        if found is True or found is None or group is None:
            return bool(found)
        return group.lower() in found

    def group_label(self, name: str, language: str) -> str:
        """What people call a group."""
        return self.labels.get(name.lower(), {}).get(language) or name

    @property
    def runs(self) -> bool:
        """Whether they look after people: of a group, or of the whole system."""
        return self.reads_everything or any("super-user" in roles for roles in self.groups.values())

    @property
    def anonymous(self) -> bool:
        return not self.username


class People:
    """The callers of the last minute, by what they sent to identify themselves."""

    def __init__(self) -> None:
        self.known: OrderedDict[str, tuple[float, Who]] = OrderedDict()

    def forget(self, key: str) -> None:
        self.known.pop(key, None)

    async def find(self, key: str, client: Client, registry: Registry) -> Who:
        """The caller, kept for a minute; somebody without a name when the API does not know them."""
        kept = self.known.get(key)
        if kept and time.monotonic() - kept[0] < SECONDS:
            return kept[1]
        who = await ask(client, registry)
        self.known[key] = (time.monotonic(), who)
        self.known.move_to_end(key)
        while len(self.known) > KEPT:
            self.known.popitem(last=False)
        return who


async def ask(client: Client, registry: Registry) -> Who:
    first: dict[str, Any] = {}
    permissions: dict[str, dict[str, Any]] = {}
    for _, prefix in registry.modules:
        try:
            document = await client.request("GET", f"{prefix}/own-permissions")
        except ApiError as fault:
            if fault.status == 401:
                return Who()
            continue
        found = document["data"]["attributes"]
        first = first or found
        permissions |= found["permissions"]
    who = Who(
        first.get("username", ""), first.get("subject", ""), first.get("agent") or "", first.get("administrator", False),
        first.get("readsEverything", False), first.get("groups", {}), permissions, await group_labels(client, registry),
    )  # fmt: skip
    if not who.runs:
        # Everybody may read their own account and the names of groups; there is nothing to look after in that.
        permissions.pop("user", None)
        permissions.pop("group", None)
    return who


async def group_labels(client: Client, registry: Registry) -> dict[str, dict[str, str]]:
    if "group" not in registry.types:
        return {}
    try:
        page = await client.get(registry.types["group"].path, {"page[limit]": 1000})
    except ApiError:
        return {}
    return {str(one.attributes["name"]).lower(): one.attributes.get("labels") or {} for one in page.data}
