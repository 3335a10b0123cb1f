"""What is said of one attribute, and how it is written down in a class body."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.sql.elements import ColumnElement

from dina.base.resource.kinds import Kind
from dina.base.text import Text

if TYPE_CHECKING:
    from sqlalchemy import FromClause

Calculation = Callable[["FromClause"], ColumnElement[Any]]
"""Builds the SQL of a calculated attribute from the (aliased) table it is read from."""


@dataclass(frozen=True)
class Attribute:
    """One attribute of a resource type; the only place where anything about it is said.

    `name` is the wire name, `column` the column (None when calculated). `on_request` attributes are sent
    only when named by `optfields`. `generated` ones are set by the server and ignored in requests.
    """

    name: str
    column: str | None
    kind: Kind
    label: Text
    help: Text | None = None
    required: bool = False
    not_blank: bool = False
    max: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    format: str | None = None
    term: str | None = None
    vocabulary: str | None = None
    default: Any = None
    read_only: bool = False
    generated: bool = False
    on_request: bool = False
    once: bool = False
    html: bool = False
    filterable: bool = True
    searchable: bool = False
    indexed: bool = False
    listed: bool = False
    unit: str | None = None
    calculation: Calculation | None = None
    past: bool = False
    alias_of: str | None = None
    when_included: str | None = None

    @property
    def writable(self) -> bool:
        return not (self.read_only or self.generated or self.calculation is not None or self.alias_of)


@dataclass(frozen=True)
class Declared:
    """An attribute as it stands in a class body, before its annotation has been read."""

    options: dict[str, Any] = field(default_factory=dict[str, Any])


def attribute(
    *,
    en: str,
    fr: str,
    help_en: str | None = None,
    help_fr: str | None = None,
    wire: str | None = None,
    max: int | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    pattern: str | None = None,
    format: str | None = None,
    not_blank: bool = False,
    term: str | None = None,
    vocabulary: str | None = None,
    default: Any = None,
    read_only: bool = False,
    generated: bool = False,
    on_request: bool = False,
    once: bool = False,
    html: bool = False,
    filterable: bool = True,
    searchable: bool = False,
    indexed: bool = False,
    listed: bool = False,
    unit: str | None = None,
    past: bool = False,
    alias_of: str | None = None,
    calculated: Calculation | None = None,
    when_included: str | None = None,
) -> Any:
    """Declare an attribute: `name: Mapped[str] = attribute(en="Name", fr="Nom", max=250)`.

    Required unless annotated `| None` or given a default. `term` is a Darwin Core or other term
    (`dwc:catalogNumber`). `vocabulary` names a controlled vocabulary of the module. `once` may be set on
    creation only. `html` allows light formatting tags. `listed` makes it a default column of lists,
    `indexed` gives it an index for equality, prefix and sorting. `past` refuses dates in the future.
    `calculated` builds its SQL; `when_included` sends it only where `include` (or `fields`) names that
    relationship (or itself). `alias_of` is a second wire name of another attribute.
    """
    options = dict(locals())
    return Declared(options)


@dataclass(frozen=True)
class Relationship:
    """One relationship of a resource type.

    Internal relationships name one `target` type of the same module. External ones name the types they
    may point to; they are stored as `{type, id}` and never expanded. `term` is a Darwin Core or other term.
    `graph` names the graph without loops of which the links are edges: changes of one are made one after another.
    """

    name: str
    targets: tuple[str, ...]
    many: bool
    external: bool
    column: str
    label: Text
    help: Text | None = None
    required: bool = False
    once: bool = False
    listed: bool = False
    tree: bool = False
    derived: bool = False
    term: str | None = None
    graph: str | None = None

    @property
    def target(self) -> str:
        return self.targets[0]


@dataclass(frozen=True)
class DeclaredRelationship:
    """A relationship as it stands in a class body."""

    targets: tuple[str, ...]
    many: bool
    external: bool
    options: dict[str, Any]


def _relationship(targets: str | Sequence[str], many: bool, external: bool, options: dict[str, Any]) -> Any:
    names = (targets,) if isinstance(targets, str) else tuple(targets)
    return DeclaredRelationship(names, many, external, options)


def to_one(
    target: str,
    *,
    en: str,
    fr: str,
    wire: str | None = None,
    required: bool = False,
    once: bool = False,
    listed: bool = False,
    tree: bool = False,
    derived: bool = False,
    term: str | None = None,
) -> Any:
    """A link to one resource of this module. `tree` marks a parent: loops are refused; `derived` one that a
    `prepare` function of the type sets."""
    return _relationship(target, False, False, dict(locals()))


def to_many(
    target: str,
    *,
    en: str,
    fr: str,
    wire: str | None = None,
    listed: bool = False,
    term: str | None = None,
    graph: str | None = None,
) -> Any:
    """Ordered links to resources of this module, kept in a link table. `graph` (`type.parentRelationship`) says
    that they are edges of that tree or graph too, whose loops a rule of the type refuses."""
    return _relationship(target, True, False, dict(locals()))


def external_to_one(
    targets: str | Sequence[str], *, en: str, fr: str, wire: str | None = None, term: str | None = None
) -> Any:
    """A reference to a resource of another module: `{type, id}`, never enforced (api.md §13.5)."""
    return _relationship(targets, False, True, dict(locals()))


def external_to_many(
    targets: str | Sequence[str], *, en: str, fr: str, wire: str | None = None, term: str | None = None
) -> Any:
    """References to resources of other modules: an ordered list of `{type, id}`."""
    return _relationship(targets, True, True, dict(locals()))


@dataclass(frozen=True)
class Member:
    """What is said of a member of an embedded object: used as `Annotated[str, member(en=…, fr=…)]`.

    What is sent for a `read_only` member is replaced by what a `prepare` function of the type computes.
    `target`: the type that an id, or a list of ids, points at.
    """

    label: Text
    help: Text | None = None
    term: str | None = None
    vocabulary: str | None = None
    html: bool = False
    read_only: bool = False
    target: str | None = None


def member(
    *,
    en: str,
    fr: str,
    help_en: str | None = None,
    help_fr: str | None = None,
    term: str | None = None,
    vocabulary: str | None = None,
    html: bool = False,
    read_only: bool = False,
    target: str | None = None,
) -> Member:
    help_text = Text(help_en, help_fr or help_en) if help_en else None
    return Member(Text(en, fr), help_text, term, vocabulary, html, read_only, target)


def camel(snake: str) -> str:
    """`dwc_catalog_number` -> `dwcCatalogNumber`."""
    head, *rest = snake.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def snake(camel_name: str) -> str:
    """`dwcCatalogNumber` -> `dwc_catalog_number`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", camel_name).lower()
