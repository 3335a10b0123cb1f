"""From names to facts: paths, sort keys, includes and fields of a request against the declared types."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from dina.base.errors import Error, Problem
from dina.base.jsonapi.filters import Comparison, Node, Op, Or
from dina.base.jsonapi.filters.tree import ORDERED, PATTERN
from dina.base.jsonapi.plan import All, Any_, Chain, Condition, SortKey, Target, Tree
from dina.base.resource import Attribute, Relationship, ResourceType, checks, kinds
from dina.base.resource.kinds import Compare

Types = Mapping[str, ResourceType]
MAX_STEPS = 4
MAX_INCLUDE_DEPTH = 3
MAX_LIST = 2000
NATURAL_TIME = "createdOn"


def resolve_path(types: Types, resource: ResourceType, path: str, parameter: str) -> Target:
    """The target of a dotted path (api.md §7.4). Raises Problem UNKNOWN_ATTRIBUTE."""
    steps: list[tuple[ResourceType, Relationship]] = []
    parts = path.split(".")
    owner = resource
    while True:
        name, rest = parts[0], tuple(parts[1:])
        if name in ("id", "uuid") and not rest:
            return Target(tuple(steps), owner, kind=kinds.UUID)
        name = owner.aliases.get(name, name)
        if name in owner.attributes:
            return _attribute_target(tuple(steps), owner, owner.attributes[name], rest, path, parameter)
        relationship = owner.relationships.get(name)
        if relationship is None or len(steps) >= MAX_STEPS:
            raise _unknown(path, parameter, owner)
        if relationship.external:
            if len(rest) <= 1 and (not rest or rest[0] in ("id", "uuid", "type")):
                members = rest if rest == ("type",) else ()
                return Target(tuple(steps), owner, external=relationship, members=members, kind=kinds.TEXT)
            raise _unknown(path, parameter, owner)
        steps.append((owner, relationship))
        owner = types[relationship.target]
        if not rest:
            return Target(tuple(steps), owner, kind=kinds.UUID)
        parts = list(rest)


def resolve_chain(types: Types, resource: ResourceType, path: str) -> Chain:
    """The to-one links along a path, each with the type it starts from. Raises Problem UNKNOWN_ATTRIBUTE."""
    return resolve_path(types, resource, path, path).steps


def _attribute_target(
    steps: tuple[tuple[ResourceType, Relationship], ...],
    owner: ResourceType,
    attribute: Attribute,
    members: tuple[str, ...],
    path: str,
    parameter: str,
) -> Target:
    if not attribute.filterable or attribute.on_request:
        raise Problem(
            Error("BAD_PARAMETER", key="filter.notFilterable", values={"path": path}, parameter=parameter)
        )
    if members and attribute.kind.compare not in (Compare.MAP, Compare.OBJECT):
        raise _unknown(path, parameter, owner)
    kind = attribute.kind
    if members:
        kind = kinds.TEXT
        form = attribute.kind.member
        if form is not None and members[0] not in kinds.members_of(form):
            raise _unknown(path, parameter, owner)
    return Target(steps, owner, attribute, members=members, kind=kind)


def _unknown(path: str, parameter: str, owner: ResourceType) -> Problem:
    return Problem(
        Error(
            "UNKNOWN_ATTRIBUTE",
            key="filter.unknownAttribute",
            values={"path": path, "type": owner.type},
            parameter=parameter,
        )
    )


def resolve_filter(types: Types, resource: ResourceType, node: Node) -> Tree:
    """The filter tree with every path resolved and every value read by its kind."""
    if isinstance(node, Comparison):
        return _condition(types, resource, node)
    children = tuple(resolve_filter(types, resource, child) for child in node.children)
    return Any_(children) if isinstance(node, Or) else All(children)


def _condition(types: Types, resource: ResourceType, comparison: Comparison) -> Condition:
    target = resolve_path(types, resource, comparison.path, comparison.parameter)
    given = comparison.values
    if comparison.op in ORDERED and (len(given) > 1 or None in given):
        raise Problem(Error("BAD_PARAMETER", key="filter.oneValue", parameter=comparison.parameter))
    if len(given) > MAX_LIST:
        raise Problem(
            Error(
                "FILTER_TOO_COMPLEX",
                key="filter.listTooLong",
                values={"limit": MAX_LIST},
                parameter=comparison.parameter,
            )
        )
    kind = target.kind or kinds.TEXT
    values = tuple(
        read_value(kind, value, comparison.op, comparison.parameter) for value in given if value is not None
    )
    return Condition(target, comparison.op, values, None in given)


def read_value(kind: kinds.Kind, value: str, op: Op, parameter: str) -> str:
    """A filter value as text PostgreSQL can cast to the kind. Raises Problem BAD_PARAMETER."""
    if "\x00" in value:
        raise _bad_value(kind, parameter)
    try:
        match kind.compare:
            case Compare.UUID:
                return str(uuid.UUID(value)) if checks.UUID_FORM.fullmatch(value) else _raise()
            case Compare.NUMBER if op not in PATTERN:
                number = Decimal(value.strip())
                return str(number) if number.is_finite() and abs(number.adjusted()) < 300 else _raise()
            case Compare.BOOLEAN:
                return value.lower() if value.lower() in ("true", "false") else _raise()
            case Compare.DATE if op not in PATTERN:
                return checks.check_date(value[:10] if "T" in value else value)
            case Compare.DATETIME if op not in PATTERN:
                return read_datetime(value)
            case Compare.PARTIAL_DATE if op not in PATTERN:
                return checks.check_partial_date(partial(value))
            case _:
                return value
    except (ValueError, InvalidOperation):
        raise _bad_value(kind, parameter) from None


def read_datetime(value: str) -> str:
    """Date or date-time, offset optional (UTC); a space before the offset is a `+` that was not encoded."""
    value = value.strip()
    if len(value) > 6 and value[-6] == " ":
        value = value[:-6] + "+" + value[-5:]
    parsed = dt.datetime.fromisoformat(value)
    return (parsed.replace(tzinfo=dt.UTC) if parsed.tzinfo is None else parsed).isoformat()


def partial(value: str) -> str:
    """A partial date without the offset that a client may add: labels know no offset."""
    time = value.find("T")
    if time < 0:
        return value
    for sign in ("+", "-", "Z", " "):
        at = value.find(sign, time)
        if at > 0:
            return value[:at]
    return value


def _raise() -> str:
    raise ValueError


def _bad_value(kind: kinds.Kind, parameter: str) -> Problem:
    return Problem(Error("BAD_PARAMETER", key=f"filter.value.{kind.compare.value}", parameter=parameter))


def resolve_sort(types: Types, resource: ResourceType, text: str) -> tuple[tuple[SortKey, ...], list[str]]:
    """Sort keys, and the names that were passed over with a warning (api.md §8)."""
    keys: list[SortKey] = []
    passed: list[str] = []
    for part in text.split(","):
        name = part.strip()
        descending = name.startswith("-")
        name = name.removeprefix("-")
        if not name:
            raise Problem(Error("BAD_PARAMETER", key="sort.empty", parameter="sort"))
        if name == NATURAL_TIME and NATURAL_TIME not in resource.attributes:
            passed.append(part)
            continue
        target = _sort_target(types, resource, name)
        keys.append(SortKey(target, descending))
    return tuple(keys), passed


def _sort_target(types: Types, resource: ResourceType, name: str) -> Target:
    try:
        target = resolve_path(types, resource, name, "sort")
    except Problem:
        raise Problem(
            Error(
                "UNKNOWN_ATTRIBUTE",
                key="sort.unknown",
                values={"path": name, "type": resource.type},
                parameter="sort",
            )
        ) from None
    unsortable = target.kind is None or target.kind.compare in (Compare.ARRAY, Compare.MAP, Compare.OBJECT)
    if unsortable or target.external is not None or any(r.many for _, r in target.steps):
        raise Problem(Error("BAD_PARAMETER", key="sort.notSortable", values={"path": name}, parameter="sort"))
    return target


def resolve_include(types: Types, resource: ResourceType, text: str) -> tuple[tuple[str, ...], ...]:
    """The include paths, duplicates dropped, order kept (api.md §9)."""
    paths: dict[tuple[str, ...], None] = {}
    for part in text.split(","):
        path = tuple(part.strip().split("."))
        if path == ("",):
            continue
        owner = resource
        for position, name in enumerate(path):
            relationship = owner.relationships.get(name)
            last = position == len(path) - 1
            if relationship is None or (relationship.external and not last) or len(path) > MAX_INCLUDE_DEPTH:
                raise Problem(
                    Error(
                        "UNKNOWN_RELATIONSHIP",
                        key="include.unknown",
                        values={"path": part.strip(), "type": resource.type},
                        parameter="include",
                    )
                )
            if not relationship.external:
                owner = types[relationship.target]
        paths[path] = None
    return tuple(paths)


def resolve_fields(types: Types, parameter: str, type_name: str, names: Iterable[str]) -> frozenset[str]:
    """The fields of `fields[type]`. Raises Problem for an unknown type or field."""
    resource = types.get(type_name)
    wanted = frozenset(name.strip() for name in names if name.strip())
    unknown = (
        sorted(wanted)
        if resource is None
        else sorted(n for n in wanted if n not in resource.attributes and n not in resource.relationships)
    )
    if resource is None or unknown:
        raise Problem(
            Error(
                "UNKNOWN_ATTRIBUTE",
                key="fields.unknown",
                values={"path": ", ".join(unknown) or type_name, "type": type_name},
                parameter=parameter,
            )
        )
    return wanted
