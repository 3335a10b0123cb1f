"""A search tree as neutral JSON; `reading.read` gives the same tree back."""

from __future__ import annotations

from typing import Any

from dina.modules.search.query.tree import (
    Aged,
    All,
    AnyOf,
    Area,
    Box,
    Compare,
    Form,
    Ids,
    Kept,
    Linked,
    Near,
    Node,
    Not,
    Words,
)


def write(tree: Node) -> dict[str, Any]:
    """The JSON of a tree, without what is usual."""
    match tree:
        case All(children):
            return {"all": [write(child) for child in children]}
        case AnyOf(children, least):
            return {"any": [write(child) for child in children], **({"least": least} if least != 1 else {})}
        case Not(child):
            return {"not": write(child)}
        case Compare():
            return _compare(tree)
        case Words(text, fields, form, fuzzy):
            unusual: dict[str, Any] = {"in": list(fields)} if fields else {}
            if form is not Form.ALL:
                unusual["form"] = form.value
            return {"words": text, **unusual, **({"fuzzy": True} if fuzzy else {})}
        case Ids(values):
            return {"ids": list(values)}
        case Linked(relationship, child, least):
            more: dict[str, Any] = {} if child is None else {"where": write(child)}
            return {"linked": relationship, **more, **({"least": least} if least != 1 else {})}
        case Kept(kind, which):
            return {kind: which}
        case Near(latitude, longitude, km):
            return {"near": {"lat": latitude, "lon": longitude, "km": km}}
        case Box(west, south, east, north):
            return {"box": {"west": west, "south": south, "east": east, "north": north}}
        case Area(rings):
            return {"polygon": [[list(point) for point in ring] for ring in rings]}
        case Aged(oldest, youngest):
            return {"age": {"oldest": oldest, "youngest": youngest}}


def _compare(tree: Compare) -> dict[str, Any]:
    out: dict[str, Any] = {"field": tree.field, "op": tree.op.value}
    if len(tree.values) == 1:
        out["value"] = tree.values[0]
    elif tree.values:
        out["values"] = list(tree.values)
    return out if tree.fold else {**out, "fold": False}
