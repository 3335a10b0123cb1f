"""The tables of the exchange module live in the schema `exchange`."""

from __future__ import annotations

from dina.base.resource import module_base

GROUP = "GroupAuthorizationService"
GROUP_ONLY = "GroupWithReadAuthorizationService"
OWNER = "ObjectOwnerAuthorizationService"
READ_ONLY = "ReadOnlyAuthorizationService"


class Base(module_base("exchange")):  # type: ignore[misc]
    __abstract__ = True
