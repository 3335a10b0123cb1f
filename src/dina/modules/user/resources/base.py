"""The tables of the user module live in the schema `"user"`, which is named `dina_user` in PostgreSQL."""

from dina.base.resource import module_base


class Base(module_base("dina_user")):  # type: ignore[misc]
    __abstract__ = True
