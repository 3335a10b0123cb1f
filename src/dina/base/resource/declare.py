"""From a class to a resource type: the class body is read once, everything else is derived from the result."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, cast, get_args, get_origin, get_type_hints

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dina.base.resource import kinds
from dina.base.resource.attribute import (
    Attribute,
    Declared,
    DeclaredRelationship,
    Relationship,
    attribute,
    camel,
    snake,
)
from dina.base.resource.rules import BatchRule, Draft, Rule
from dina.base.text import Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

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
    provider (api.md §23.2). `example` is a minimal valid set of attributes for documentation and checks.
    `unique` lists attribute names that must be unique together among living rows. `group_from` names
    relationships whose target gives a new resource its group, for types whose wire form has none.
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
    prepare: tuple[Callable[[Draft], None], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    title: str = "id"
    example: dict[str, Any] = field(default_factory=dict[str, Any])
    doc: str = ""
    term: str | None = None
    methods: frozenset[str] = frozenset({"read", "create", "update", "delete"})
    compound_key: tuple[CompoundKey, ...] = ()
    group_from: tuple[str, ...] = ()
    store: Any = None

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
    def writable(self) -> frozenset[str]:
        return frozenset(name for name, a in self.attributes.items() if a.writable)

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
        prepare: Sequence[Callable[[Draft], None]] = (),
        unique: Sequence[tuple[str, ...]] = (),
        title: str = "id",
        example: dict[str, Any] | None = None,
        term: str | None = None,
        methods: Sequence[str] = ("read", "create", "update", "delete"),
        compound_key: Sequence[CompoundKey] = (),
        group_from: Sequence[str] = (),
        grouped: bool | None = None,
        store: Any = None,
        **kwargs: Any,
    ) -> None:
        if type is None:
            super().__init_subclass__(**kwargs)
            return
        if grouped is None:
            grouped = provider in GROUPED_PROVIDERS
        body = _Body(cls, type, grouped, tuple(group_from))
        body.read()
        super().__init_subclass__(**kwargs)
        table = cast(Table, cls.__table__)  # type: ignore[attr-defined]
        body.index(table, unique)
        if store is not None:
            # No table is made for a type whose resources live elsewhere.
            table.info["foreign"] = True
        label = label or (type.replace("-", " ").capitalize(), type.replace("-", " ").capitalize())
        cls.resource = ResourceType(
            type=type,
            module=table.schema or "",
            provider=provider,
            label=Text(*label),
            plural=Text(*(plural or (label[0] + "s", label[1] + "s"))),
            attributes=body.attributes,
            relationships=body.relationships,
            cls=cls,
            table=table,
            links={
                name: _link_table(table, relationship)
                for name, relationship in body.relationships.items()
                if relationship.many and not relationship.external
            },
            grouped=grouped,
            rules=tuple(rules),
            batch_rules=tuple(batch_rules),
            prepare=tuple(prepare),
            unique=tuple(unique),
            title=title,
            example=example or {},
            doc=(cls.__doc__ or "").strip(),
            term=term,
            methods=frozenset(methods),
            compound_key=tuple(compound_key),
            group_from=tuple(group_from),
            store=store,
        )


class _Body:
    """Reads a class body: placeholders become mapped columns, and facts become `Attribute` values."""

    def __init__(
        self, cls: type[Any], type_name: str, grouped: bool, group_from: tuple[str, ...] = ()
    ) -> None:
        self.cls = cls
        self.attributes: dict[str, Attribute] = {}
        self.relationships: dict[str, Relationship] = {}
        self.grouped = grouped
        self.group_from = group_from
        self.schema: str = cls.metadata.schema or "public"
        cls.__tablename__ = type_name.replace("-", "_")

    def read(self) -> None:
        hints = get_type_hints(self.cls, include_extras=True)
        declared: dict[str, Any] = {}
        if self.grouped:
            inherited = bool(self.group_from)
            declared["group"] = attribute(
                en="Group", fr="Groupe", max=50, once=True, not_blank=not inherited, generated=inherited
            )
            hints["group"] = Mapped[str]
        for base in reversed(self.cls.__mro__):
            for name, value in vars(base).items():
                if isinstance(value, (Declared, DeclaredRelationship)):
                    declared[name] = value
        for name, value in declared.items():
            if isinstance(value, Declared):
                self._attribute(name, value, _inner(hints[name]))
            else:
                self._relationship(name, value)
        self.cls.deleted_on = mapped_column("deleted_on", kinds.DATETIME.sql, nullable=True, sort_order=200)
        self.cls.deleted_by = mapped_column("deleted_by", kinds.TEXT.sql, nullable=True, sort_order=200)

    def _attribute(self, name: str, declared: Declared, annotation: Any) -> None:
        fact = attribute_of(name, declared, annotation)
        self.attributes[fact.name] = fact
        if fact.column is None:
            setattr(self.cls, name, None)
            self.cls.__annotations__.pop(name, None)
            return
        self.cls.__annotations__[name] = Mapped[Any]
        setattr(self.cls, name, column_for(fact))

    def _relationship(self, name: str, declared: DeclaredRelationship) -> None:
        options = declared.options
        wire = options.get("wire") or camel(name)
        column = name if declared.external else f"{name}_id"
        fact = Relationship(
            name=wire,
            targets=declared.targets,
            many=declared.many,
            external=declared.external,
            column=column if not (declared.many and not declared.external) else name,
            label=Text(options["en"], options["fr"]),
            required=options.get("required", False),
            once=options.get("once", False),
            listed=options.get("listed", False),
            tree=options.get("tree", False),
        )
        self.relationships[wire] = fact
        self.cls.__annotations__.pop(name, None)
        if declared.external:
            default = text("'[]'::jsonb") if declared.many else None
            self.cls.__annotations__[name] = Mapped[Any]
            setattr(
                self.cls,
                name,
                mapped_column(
                    name, JSONB(), nullable=not declared.many, server_default=default, sort_order=50
                ),
            )
            return
        delattr(self.cls, name) if name in vars(self.cls) else None
        if not declared.many:
            target = f"{self.schema}.{declared.targets[0].replace('-', '_')}.id"
            self.cls.__annotations__[column] = Mapped[Any]
            setattr(
                self.cls,
                column,
                mapped_column(
                    column,
                    Uuid(),
                    ForeignKey(target, deferrable=True, initially="DEFERRED"),
                    nullable=True,
                    index=True,
                    sort_order=50,
                ),
            )

    def index(self, table: Table, unique: Sequence[tuple[str, ...]]) -> None:
        """Indexes every list needs: natural order, declared look-ups, uniqueness among living rows."""
        alive = table.c.deleted_on.is_(None)
        name = table.name
        Index(f"ix_{name}_natural", table.c.created_on.desc(), table.c.id.desc(), postgresql_where=alive)
        if "group" in table.c:
            Index(
                f"ix_{name}_group",
                table.c.group,
                table.c.created_on.desc(),
                table.c.id.desc(),
                postgresql_where=alive,
            )
        for fact in self.attributes.values():
            if not fact.indexed or fact.column is None:
                continue
            column = table.c[fact.column]
            if fact.kind.compare in (kinds.Compare.TEXT, kinds.Compare.ENUM):
                Index(f"ix_{name}_{fact.column}", column.collate("C"), postgresql_where=alive)
                Index(
                    f"ix_{name}_{fact.column}_sort",
                    func.dina.sort_key(column),
                    table.c.id,
                    postgresql_where=alive,
                )
            elif fact.kind.compare in (kinds.Compare.MAP, kinds.Compare.OBJECT):
                Index(
                    f"ix_{name}_{fact.column}",
                    column,
                    postgresql_using="gin",
                    postgresql_ops={fact.column: "jsonb_path_ops"},
                )
            elif fact.kind.compare is kinds.Compare.ARRAY:
                Index(f"ix_{name}_{fact.column}", column, postgresql_using="gin")
            else:
                Index(f"ix_{name}_{fact.column}", column, table.c.id, postgresql_where=alive)
        for relationship in self.relationships.values():
            if relationship.external:
                Index(
                    f"ix_{name}_{relationship.column}",
                    table.c[relationship.column],
                    postgresql_using="gin",
                    postgresql_ops={relationship.column: "jsonb_path_ops"},
                )
        for names in unique:
            columns = [
                table.c[self.attributes[n].column or ""]
                if n in self.attributes
                else table.c[self.relationships[n].column]
                for n in names
            ]
            Index(
                unique_name(name, [c.name for c in columns]),
                *columns,
                unique=True,
                postgresql_where=alive,
            )


def unique_name(table: str, columns: Sequence[str]) -> str:
    """The name of a unique index, within PostgreSQL's 63 bytes."""
    name = f"uq_{table}_{'_'.join(columns)}"
    return name if len(name) <= 63 else f"{name[:54]}_{zlib.crc32(name.encode()):08x}"


def _inner(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Mapped else hint


def attribute_of(name: str, declared: Declared, annotation: Any) -> Attribute:
    """The facts of one attribute from its name, its options and its annotation."""
    options = dict(declared.options)
    kind, optional = kinds.kind_of(annotation)
    wire = options.pop("wire") or camel(name)
    label = Text(options.pop("en"), options.pop("fr"))
    help_en, help_fr = options.pop("help_en"), options.pop("help_fr")
    calculation = options.pop("calculated")
    default = options["default"]
    generated = options["generated"] or calculation is not None
    required = not optional and default is None and kind.default_sql is None and not generated
    column = None if calculation is not None or options["alias_of"] else name
    if options["on_request"] and calculation is None:
        raise TypeError(f"{name}: only calculated attributes are sent on request")
    options["generated"] = generated
    return Attribute(
        name=wire,
        column=column,
        kind=kind,
        label=label,
        help=Text(help_en, help_fr or help_en) if help_en else None,
        required=required,
        calculation=calculation,
        **options,
    )


def column_for(fact: Attribute) -> Any:
    default = text(fact.kind.default_sql) if fact.kind.default_sql else None
    if default is None and isinstance(fact.default, bool):
        default = text("true" if fact.default else "false")
    if default is None and fact.name == "resourceVersion":
        default = text("0")
    if default is None and fact.name == "createdOn":
        default = text("now()")
    nullable = not (fact.required or default is not None)
    return mapped_column(fact.column, fact.kind.sql, nullable=nullable, server_default=default)


def _link_table(table: Table, relationship: Relationship) -> Table:
    """The table behind an internal to-many: ordered pairs, checked at the end of the transaction."""
    name = f"{table.name}_{relationship.column}"
    schema = table.schema
    return Table(
        name,
        table.metadata,
        Column(
            "source_id",
            Uuid(),
            ForeignKey(
                f"{schema}.{table.name}.id", deferrable=True, initially="DEFERRED", ondelete="CASCADE"
            ),
        ),
        Column(
            "target_id",
            Uuid(),
            ForeignKey(
                f"{schema}.{relationship.target.replace('-', '_')}.id", deferrable=True, initially="DEFERRED"
            ),
            index=True,
        ),
        Column("ordinal", Integer(), nullable=False, server_default=text("0")),
        PrimaryKeyConstraint("source_id", "target_id"),
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


__all__ = ["Resource", "ResourceType", "attribute_of", "column_for", "extended", "module_base", "snake"]
