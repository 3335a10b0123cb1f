"""The tables of the search module live in the schema `search`."""

from __future__ import annotations

from dina.base.resource import module_base

GROUP_ONLY = "GroupWithReadAuthorizationService"


class Base(module_base("search")):  # type: ignore[misc]
    __abstract__ = True
