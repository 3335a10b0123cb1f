"""Reading the body of a declared class into attributes, relationships, columns and indexes."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, get_args, get_origin, get_type_hints

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dina.base.resource import kinds
from dina.base.resource.attribute import (
    Attribute,
    Declared,
    DeclaredRelationship,
    Relationship,
    attribute,
    camel,
)
from dina.base.text import Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Body:
    """Reads a class body: placeholders become mapped columns, and facts become `Attribute` values."""

    def __init__(
        self, cls: type[Any], type_name: str, grouped: bool, group_from: tuple[str, ...] = ()
    ) -> None:
        self.cls = cls
        self.type = type_name
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
            derived=options.get("derived", False),
            term=options.get("term"),
            graph=options.get("graph") or (f"{self.type}.{wire}" if options.get("tree") else None),
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
                    postgresql_where=full(column, "{}" if fact.kind.is_map else None),
                )
            elif fact.kind.compare is kinds.Compare.ARRAY:
                Index(
                    f"ix_{name}_{fact.column}", column, postgresql_using="gin", postgresql_where=full(column)
                )
            else:
                Index(f"ix_{name}_{fact.column}", column, table.c.id, postgresql_where=alive)
        for relationship in self.relationships.values():
            if relationship.external:
                Index(
                    f"ix_{name}_{relationship.column}",
                    table.c[relationship.column],
                    postgresql_using="gin",
                    postgresql_ops={relationship.column: "jsonb_path_ops"},
                    postgresql_where=full(table.c[relationship.column], "[]" if relationship.many else None),
                )
            elif not relationship.many:
                linked = table.c[relationship.column]
                Index(f"ix_{name}_{relationship.column}", linked, postgresql_where=full(linked))
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


def full(column: Any, nothing: str | None = None) -> Any:
    """That a value is not null, or not the empty one: an entry for each that is empty would cost every write."""
    return column.is_not(None) if nothing is None else text(f"{column.name} <> '{nothing}'::jsonb")


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


def link_table(table: Table, relationship: Relationship) -> Table:
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
