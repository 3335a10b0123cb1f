"""Whether a tree fits the fields there are: their names, their operators and the values they can have."""

from __future__ import annotations

from collections.abc import Iterator

from dina.base.errors import Error
from dina.base.resource.checks import UUID_FORM
from dina.modules.search.query import dates
from dina.modules.search.query.fields import OPERATORS, Below, FieldKind, Registry, near_names
from dina.modules.search.query.tree import All, AnyOf, Compare, Linked, Node, Not, Op, Scalar, Words

REVERSIBLE = frozenset({FieldKind.NUMBER, FieldKind.DATE, FieldKind.DATETIME})


def misfits(tree: Node, fields: Registry, pointer: str) -> Iterator[Error]:
    """Everything in the tree that the fields do not allow; pointers are those of its neutral JSON."""
    match tree:
        case All(children):
            for position, child in enumerate(children):
                yield from misfits(child, fields, f"{pointer}/all/{position}")
        case AnyOf(children):
            for position, child in enumerate(children):
                yield from misfits(child, fields, f"{pointer}/any/{position}")
        case Not(child):
            yield from misfits(child, fields, pointer + "/not")
        case Linked(relationship, child):
            if fields.kind(relationship) is not FieldKind.LINK:
                yield unknown(relationship, fields, pointer + "/linked", "query.unknownLink")
            elif child is not None:
                yield from misfits(child, Below(fields, relationship), pointer + "/where")
        case Compare():
            yield from _compare(tree, fields, pointer)
        case Words(_, among):
            for position, path in enumerate(among):
                kind = fields.kind(path)
                place = f"{pointer}/in/{position}"
                if kind is None:
                    yield unknown(path, fields, place)
                elif kind is not FieldKind.TEXT:
                    yield Error("FILTER_SYNTAX", "query.noWords", {"field": path}, place)
        case _:
            pass


def unknown(path: str, fields: Registry, pointer: str, key: str = "query.unknownField") -> Error:
    """The error of a field that does not exist, with those that may have been meant."""
    near = near_names(path, fields)
    key = key + "Near" if near else key
    return Error(
        "UNKNOWN_ATTRIBUTE", key, {"field": path, "near": ", ".join(near)}, pointer, meta={"near": near}
    )


def _compare(tree: Compare, fields: Registry, pointer: str) -> Iterator[Error]:
    kind = fields.kind(tree.field)
    if kind is None:
        yield unknown(tree.field, fields, pointer + "/field")
        return
    if tree.op not in OPERATORS[kind]:
        possible = ", ".join(op.value for op in Op if op in OPERATORS[kind])
        values = {"field": tree.field, "op": tree.op.value, "choices": possible}
        yield Error("FILTER_SYNTAX", "query.operator", values, pointer + "/op")
        return
    if fault := misfit(kind, tree.values):
        place = f"{pointer}/values/{fault[0]}" if len(tree.values) > 1 else pointer + "/value"
        values = {"field": tree.field, "value": str(tree.values[fault[0]])[:100]}
        yield Error("FILTER_SYNTAX", fault[1], values, place)
    elif tree.op is Op.BETWEEN and is_reversed(kind, tree.values):
        values = {"low": tree.values[0], "high": tree.values[1]}
        yield Error("FILTER_SYNTAX", "query.reversed", values, pointer + "/values")


def misfit(kind: FieldKind, values: tuple[Scalar, ...]) -> tuple[int, str] | None:
    """The position of the first value that a field of the kind cannot have, and the sentence about it."""
    for position, value in enumerate(values):
        fits = {
            FieldKind.TEXT: lambda v: isinstance(v, str),
            FieldKind.NUMBER: lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
            FieldKind.BOOLEAN: lambda v: isinstance(v, bool),
            FieldKind.DATE: lambda v: isinstance(v, str) and dates.days(v) is not None,
            FieldKind.DATETIME: lambda v: isinstance(v, str) and dates.instants(v) is not None,
            FieldKind.UUID: lambda v: isinstance(v, str) and UUID_FORM.fullmatch(v) is not None,
        }.get(kind, lambda _: False)(value)
        if not fits:
            return position, f"query.value.{kind.value}"
    return None


def is_reversed(kind: FieldKind, values: tuple[Scalar, ...]) -> bool:
    """Whether the second end of a range lies before the first; names are left as they are given."""
    low, high = values
    if kind in (FieldKind.DATE, FieldKind.DATETIME):
        first, last = dates.instants(str(low)), dates.instants(str(high))
        return first is not None and last is not None and last[1] < first[0]
    return kind is FieldKind.NUMBER and float(high) < float(low)
