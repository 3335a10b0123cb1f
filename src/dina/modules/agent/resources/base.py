"""The tables of the agent module live in the schema `agent`."""

from dina.base.resource import module_base


class Base(module_base("agent")):  # type: ignore[misc]
    __abstract__ = True
