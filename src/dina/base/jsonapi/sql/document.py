"""Resource objects as SQL expressions: attributes, relationships, links (api.md §3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, case, cast, func, null, select, type_coerce
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import FromClause, bindparam
from sqlalchemy.sql.functions import FunctionElement

from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.sql.verbatim import verbatim
from dina.base.resource import Attribute, Relationship, ResourceType
from dina.base.resource.attribute import camel
from dina.base.resource.kinds import Compare


class json_object(FunctionElement[Any]):
    """`JSON_OBJECT('key' VALUE …)`: unlike json_build_object it takes any number of members."""

    name = "json_object"
    type = JSON()
    inherit_cache = False

    def __init__(self, members: dict[str, ColumnElement[Any]]) -> None:
        clauses: list[Any] = []
        for key, value in members.items():
            clauses += [verbatim("'" + key.replace("'", "''") + "'"), value]
        super().__init__(*clauses)


@compiles(json_object)
def _render(element: json_object, compiler: Any, **kw: Any) -> str:
    parts = [compiler.process(clause, **kw) for clause in element.clauses]
    pairs = (f"{key} VALUE {value}" for key, value in zip(parts[::2], parts[1::2], strict=True))
    return "json_object(" + ", ".join(pairs) + " RETURNING json)"


TIME_FORM = verbatim('\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\'')


def iso(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A timestamp as RFC 3339 in UTC with microseconds."""
    return func.to_char(func.timezone(verbatim("'UTC'"), value), TIME_FORM)


def attribute_value(attribute: Attribute, resource: ResourceType, table: FromClause) -> ColumnElement[Any]:
    """The JSON value of one attribute."""
    if attribute.alias_of:
        attribute = resource.attributes[attribute.alias_of]
    if attribute.calculation is not None:
        return attribute.calculation(table)
    value = table.c[attribute.column or ""]
    if attribute.kind.compare is Compare.DATETIME:
        return iso(value)
    return value


def wanted_attributes(plan: Plan, resource: ResourceType) -> list[Attribute]:
    """Attributes of `fields` (or all) plus the optional ones asked for, in declared order."""
    sparse = plan.fields.get(resource.type)
    optional = plan.optional.get(resource.type, frozenset())
    primary = resource.type == plan.resource.type

    def wanted(fact: Attribute) -> bool:
        if fact.name in optional or fact.on_request:
            return fact.name in optional
        if sparse is None and fact.when_included:
            return primary and plan.included((fact.when_included,))
        return sparse is None or fact.name in sparse

    return [fact for fact in resource.attributes.values() if wanted(fact)]


def wanted_relationships(plan: Plan, resource: ResourceType, path: tuple[str, ...]) -> list[Relationship]:
    """In full documents those of `fields` (or all); in compact ones just those asked by `include` or `fields`."""
    sparse = plan.fields.get(resource.type)
    found: list[Relationship] = []
    for name, relationship in resource.relationships.items():
        named = not plan.compact if sparse is None else name in sparse
        if named or plan.included((*path, name)):
            found.append(relationship)
    return found


def identifier(type_name: str, id_: ColumnElement[Any]) -> ColumnElement[Any]:
    return json_object({"type": verbatim(f"'{type_name}'"), "id": id_})


def linkage(resource: ResourceType, relationship: Relationship, table: FromClause) -> ColumnElement[Any]:
    """The `data` of a relationship object."""
    if relationship.external:
        return table.c[relationship.column]
    if not relationship.many:
        id_ = table.c[relationship.column]
        return case((id_.is_not(None), identifier(relationship.target, id_)), else_=null())
    link = resource.links[relationship.name].alias()
    one = identifier(relationship.target, link.c.target_id)
    return func.coalesce(
        select(func.json_agg(_ordered(one, link.c.ordinal)))
        .where(link.c.source_id == table.c.id)
        .scalar_subquery(),
        verbatim("'[]'::json"),
    )


def _ordered(value: ColumnElement[Any], *by: ColumnElement[Any]) -> Any:
    from sqlalchemy.dialects.postgresql import aggregate_order_by

    return aggregate_order_by(value, *by)


BASE = "\u00a7"
"""Stands for the resource's own address in the template of its relationships."""


def linkage_text(resource: ResourceType, relationship: Relationship, table: FromClause) -> ColumnElement[Any]:
    """The `data` of a relationship object as JSON text."""
    if relationship.external:
        return func.coalesce(cast(table.c[relationship.column], Text()), verbatim("'null'"))
    if not relationship.many:
        head = verbatim(f"""'{{"type":"{relationship.target}","id":"'""")
        id_ = table.c[relationship.column]
        one = func.concat(head, id_, verbatim("""'"}'"""))
        return case((id_.is_not(None), one), else_=verbatim("'null'"))
    return cast(linkage(resource, relationship, table), Text())


def full_relationships(
    resource: ResourceType, table: FromClause, facts: dict[str, tuple[Relationship, bool]], base: Any
) -> ColumnElement[Any]:
    """The relationships of a full document (§3.2), from one text template.

    The links differ between resources only in the address they begin with, so that one `replace` does what
    some forty JSON functions would; what is filled in holds ids, type names and numbers only.
    """
    parts: list[Any] = ["{"]
    for position, (name, (relationship, asked)) in enumerate(facts.items()):
        parts.append(f'{"," if position else ""}"{name}":{{')
        if relationship.external or not relationship.many or asked:
            parts += ['"data":', linkage_text(resource, relationship, table), ","]
        if relationship.external:
            parts.append('"meta":{"external":true},')
        parts.append(f'"links":{{"self":"{BASE}/relationships/{name}"')
        if relationship.many and not relationship.external:
            link = resource.links[name].alias()
            number = (
                select(func.count()).select_from(link).where(link.c.source_id == table.c.id).scalar_subquery()
            )
            parts += [f',"related":{{"href":"{BASE}/{name}","meta":{{"count":', number, "}}"]
        elif not relationship.external:
            parts.append(f',"related":"{BASE}/{name}"')
        parts.append("}}")
    parts.append("}")
    merged: list[Any] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    template = func.concat(*(verbatim(f"'{part}'") if isinstance(part, str) else part for part in merged))
    return cast(func.replace(template, verbatim(f"'{BASE}'"), base), JSON())


def resource_object(
    plan: Plan, resource: ResourceType, table: FromClause, paths: list[tuple[str, ...]], *, primary: bool
) -> ColumnElement[Any]:
    """The whole resource object of a row of `table`; `paths` are the include paths that lead to it."""
    members: dict[str, ColumnElement[Any]] = {
        "type": verbatim(f"'{resource.type}'"),
        "id": table.c.id,
    }
    attributes = {
        fact.name: attribute_value(fact, resource, table) for fact in wanted_attributes(plan, resource)
    }
    members["attributes"] = json_object(attributes)
    base = (
        bindparam("prefix", type_=Text())
        .concat(verbatim(f"'/{resource.type}/'"))
        .concat(cast(table.c.id, Text()))
    )
    relationships = relationships_object(plan, resource, table, paths, base)
    if relationships is not None:
        members["relationships"] = relationships
    if not plan.compact:
        members["links"] = json_object({"self": base})
    if primary and plan.permissions:
        members["meta"] = permission_meta(resource, table)
    return json_object(members)


def relationships_object(
    plan: Plan, resource: ResourceType, table: FromClause, paths: list[tuple[str, ...]], base: Any
) -> ColumnElement[Any] | None:
    facts: dict[str, tuple[Relationship, bool]] = {}
    for path in paths:
        for relationship in wanted_relationships(plan, resource, path):
            asked = plan.included((*path, relationship.name))
            _, before = facts.get(relationship.name, (relationship, False))
            facts[relationship.name] = (relationship, asked or before)
    if not facts:
        return None
    if not plan.compact:
        return full_relationships(resource, table, facts, base)
    return compact_relationships(resource, table, facts)


def compact_relationships(
    resource: ResourceType, table: FromClause, facts: dict[str, tuple[Relationship, bool]]
) -> ColumnElement[Any]:
    """Only what was asked; a null to-one is left out, which `jsonb_strip_nulls` cannot do for linkage alone."""

    def one(relationship: Relationship) -> ColumnElement[Any]:
        return json_object({"data": linkage(resource, relationship, table)})

    always = {n: one(r) for n, (r, _) in facts.items() if r.many}
    maybe = {n: r for n, (r, _) in facts.items() if not r.many}
    if not maybe:
        return json_object(always)
    empty = verbatim("'{}'::jsonb")
    whole: ColumnElement[Any] = cast(json_object(always), JSONB()) if always else empty
    for name, relationship in maybe.items():
        filled = table.c[relationship.column].is_not(None)
        member = cast(json_object({name: one(relationship)}), JSONB())
        whole = whole.op("||", return_type=JSONB())(case((filled, member), else_=empty))
    return type_coerce(whole, JSONB())


def permission_meta(resource: ResourceType, table: FromClause) -> ColumnElement[Any]:
    """`permissionsProvider` and `permissions`, from a table of the caller's permissions given as JSON.

    The parameter `permissions` holds `{"groups": {group: […]}, "own": […], "private": […], "other": […]}`;
    `private` is what may be done with rows that are somebody else's alone.
    """
    given = cast(bindparam("permissions", type_=Text()), JSONB())
    allowed: ColumnElement[Any] = given["other"]
    if "group" in table.c:
        allowed = func.coalesce(given["groups"][table.c.group], allowed)
    if resource.sharing is not None:
        private = table.c[resource.column_named(resource.sharing.private)]
        allowed = case((private, func.coalesce(given["private"], allowed)), else_=allowed)
    allowed = case(
        (table.c.created_by == bindparam("username", type_=Text()), func.coalesce(given["own"], allowed)),
        else_=allowed,
    )
    return json_object({"permissionsProvider": verbatim(f"'{resource.provider}'"), "permissions": allowed})


__all__ = ["camel", "iso", "json_object", "linkage", "resource_object"]
