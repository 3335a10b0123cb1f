"""From a class to a resource type: the class body is read once, everything else is derived from the result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, cast

from sqlalchemy import (
    MetaData,
    Table,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dina.base.identity.caller import Caller
from dina.base.identity.policy import PROVIDERS, Facts, Sharing, may, may_restore, permissions
from dina.base.resource import kinds
from dina.base.resource.attribute import (
    Attribute,
    Relationship,
    attribute,
)
from dina.base.resource.body import NAMING, Body, link_table
from dina.base.resource.disclosure import Disclosure
from dina.base.resource.rules import BatchRule, Created, Draft, Rule
from dina.base.text import Text, name_kind

CompoundKey = Callable[[Any, Any, str], Awaitable[Any]]
"""Finds the id that a text names: (service, connection, text) -> id or None (api.md §12.3)."""

GROUPED_PROVIDERS = frozenset(
    {
        "GroupAuthorizationService",
        "GroupWithReadAuthorizationService",
        "SuperUserInGroupCUDAuthorizationService",
    }
)


@dataclass(frozen=True)
class ResourceType:
    """A resource type as all the rest of the system knows it.

    `type` is the JSON:API type, `module` the module's name and schema, `provider` the authorization
    provider (api.md §23.2). `example` is a minimal valid set of attributes for documentation and checks,
    `example_links` the relationships without which it is not valid.
    `created` is what else happens when some come to be. `delete_rules` judge resources that are about to be deleted, as they are stored.
    `unique` lists attribute names that must be unique together among living rows. `group_from` names
    relationships whose target gives a new resource its group, for types whose wire form has none.
    `disclosure` is what callers outside a record's group get to know of it, `sharing` which rows are their
    creator's alone and who else keeps the others.
    """

    type: str
    module: str
    provider: str
    label: Text
    plural: Text
    attributes: dict[str, Attribute]
    relationships: dict[str, Relationship]
    cls: type[Any]
    table: Table
    links: dict[str, Table]
    grouped: bool
    rules: tuple[Rule, ...] = ()
    batch_rules: tuple[BatchRule, ...] = ()
    delete_rules: tuple[BatchRule, ...] = ()
    prepare: tuple[Callable[[Draft], None], ...] = ()
    created: tuple[Created, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    title: str = "id"
    example: dict[str, Any] = field(default_factory=dict[str, Any])
    example_links: tuple[str, ...] = ()
    doc: str = ""
    term: str | None = None
    methods: frozenset[str] = frozenset({"read", "create", "update", "delete"})
    compound_key: tuple[CompoundKey, ...] = ()
    group_from: tuple[str, ...] = ()
    store: Any = None
    disclosure: Disclosure | None = None
    sharing: Sharing | None = None

    def may(self, action: str, caller: Caller, facts: Facts) -> bool:
        """Whether the caller may do `action` on a row of which `facts` are true."""
        return may(self.provider, action, caller, facts, self.sharing)

    def may_restore(self, caller: Caller, facts: Facts) -> bool:
        return may_restore(self.provider, caller, facts, self.sharing)

    def permissions(self, caller: Caller, facts: Facts) -> list[str]:
        return permissions(self.provider, caller, facts, self.sharing)

    @property
    def schema(self) -> str:
        return self.table.schema or "public"

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Second wire names -> attribute they stand for."""
        return {a.name: a.alias_of for a in self.attributes.values() if a.alias_of}

    @cached_property
    def stored(self) -> dict[str, Attribute]:
        """Attributes that have a column."""
        return {name: a for name, a in self.attributes.items() if a.column is not None}

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What stored attributes are when nothing is said of them; key maps are made anew each time."""
        return {name: None if a.kind.is_map else a.default for name, a in self.stored.items()}

    @cached_property
    def maps(self) -> tuple[str, ...]:
        """Stored attributes that are key maps."""
        return tuple(name for name, a in self.stored.items() if a.kind.is_map)

    @cached_property
    def writable(self) -> frozenset[str]:
        return frozenset(name for name, a in self.attributes.items() if a.writable)

    @cached_property
    def insertable(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Attributes and relationships that a new row holds, each with its column."""
        attributes = [
            (name, a.column or name)
            for name, a in self.stored.items()
            if not a.generated or (name == "group" and self.grouped)
        ]
        links = [(name, r.column) for name, r in self.relationships.items() if r.external or not r.many]
        return attributes, links

    @cached_property
    def deciding(self) -> list[str]:
        """Attributes that decide who may do what with a row."""
        shared = ("group", self.sharing.private) if self.sharing else ()
        return list(dict.fromkeys((*PROVIDERS[self.provider].evaluated, *shared)))

    @cached_property
    def required(self) -> list[Attribute]:
        """Attributes that people must give."""
        return [a for a in self.stored.values() if a.required and a.writable]

    @cached_property
    def once(self) -> list[Attribute]:
        """Attributes that stay as they were given first."""
        return [a for name, a in self.stored.items() if a.once and name != "group"]

    def column_named(self, member: str) -> str:
        """The column behind a stored attribute or a relationship."""
        fact = self.attributes.get(member)
        return (fact.column if fact else None) or self.relationships[member].column

    def column_of(self, relationship: Relationship) -> str:
        return relationship.column


class Resource:
    """Mixin of every declared type: the administrative attributes of api.md §3.1.

    A subclass gives its facts as class keywords::

        class Person(Resource, Base, type="person", provider="…", label=("Person", "Personne")):
            \"\"\"A human being or machine that acts in the collection.\"\"\"

            display_name: Mapped[str] = attribute(en="Display name", fr="Nom affiché", listed=True)
    """

    resource: ClassVar[ResourceType]

    id: Mapped[str] = mapped_column(Uuid(), primary_key=True, sort_order=-100)
    created_by: Mapped[str | None] = attribute(
        en="Created by", fr="Créé par", generated=True, term="dcterms:creator"
    )
    created_on: Mapped[kinds.dt.datetime] = attribute(
        en="Created on", fr="Créé le", generated=True, term="dcterms:created"
    )
    last_updated_on: Mapped[kinds.dt.datetime | None] = attribute(
        en="Last updated on", fr="Modifié le", generated=True, term="dcterms:modified"
    )
    resource_version: Mapped[int] = attribute(en="Version", fr="Version", generated=True)

    def __init_subclass__(
        cls,
        type: str | None = None,
        *,
        provider: str = "",
        label: tuple[str, str] | None = None,
        plural: tuple[str, str] | None = None,
        rules: Sequence[Rule] = (),
        batch_rules: Sequence[BatchRule] = (),
        delete_rules: Sequence[BatchRule] = (),
        prepare: Sequence[Callable[[Draft], None]] = (),
        created: Sequence[Created] = (),
        unique: Sequence[tuple[str, ...]] = (),
        title: str = "id",
        example: dict[str, Any] | None = None,
        example_links: Sequence[str] = (),
        term: str | None = None,
        methods: Sequence[str] = ("read", "create", "update", "delete"),
        compound_key: Sequence[CompoundKey] = (),
        group_from: Sequence[str] = (),
        grouped: bool | None = None,
        store: Any = None,
        disclosure: Disclosure | None = None,
        sharing: Sharing | None = None,
        **kwargs: Any,
    ) -> None:
        if type is None:
            super().__init_subclass__(**kwargs)
            return
        if grouped is None:
            grouped = provider in GROUPED_PROVIDERS
        body = Body(cls, type, grouped, tuple(group_from))
        body.read()
        super().__init_subclass__(**kwargs)
        table = cast(Table, cls.__table__)  # type: ignore[attr-defined]
        body.index(table, unique)
        if sharing is not None and (disclosure is not None or sharing.private not in body.attributes):
            raise TypeError(f"{type}: rows are shared by a boolean attribute of their own, or disclosed")
        if store is not None:
            # No table is made for a type whose resources live elsewhere.
            table.info["foreign"] = True
        label = label or (type.replace("-", " ").capitalize(), type.replace("-", " ").capitalize())
        called = Text(*label), Text(*(plural or (label[0] + "s", label[1] + "s")))
        name_kind(type, *called)
        cls.resource = ResourceType(
            type=type,
            module=table.schema or "",
            provider=provider,
            label=called[0],
            plural=called[1],
            attributes=body.attributes,
            relationships=body.relationships,
            cls=cls,
            table=table,
            links={
                name: link_table(table, relationship)
                for name, relationship in body.relationships.items()
                if relationship.many and not relationship.external
            },
            grouped=grouped,
            rules=tuple(rules),
            batch_rules=tuple(batch_rules),
            delete_rules=tuple(delete_rules),
            prepare=tuple(prepare),
            created=tuple(created),
            unique=tuple(unique),
            title=title,
            example=example or {},
            example_links=tuple(example_links),
            doc=(cls.__doc__ or "").strip(),
            term=term,
            methods=frozenset(methods),
            compound_key=tuple(compound_key),
            group_from=tuple(group_from),
            store=store,
            disclosure=disclosure,
            sharing=sharing,
        )


def module_base(schema: str) -> type[DeclarativeBase]:
    """A declarative base whose tables live in the module's own PostgreSQL schema."""
    metadata_ = MetaData(schema=schema, naming_convention=NAMING)

    class ModuleBase(DeclarativeBase):
        __abstract__ = True
        metadata = metadata_

    return ModuleBase


def extended(resource: ResourceType, **changes: Any) -> ResourceType:
    """The type with more attributes or rules (see `extension.py`)."""
    return replace(resource, **changes)
