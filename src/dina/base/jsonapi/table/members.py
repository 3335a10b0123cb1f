"""What is inside the value of an attribute: members of embedded objects, elements of lists."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import WithJsonSchema
from typing_extensions import is_typeddict

from dina.base.resource import Attribute, Member
from dina.base.resource.kinds import Compare
from dina.base.text import Text

FORMATS = {"date": "date", "date-time": "date-time", "uuid": "uuid"}
PLAIN: Mapping[Any, str] = {
    str: "text",
    bool: "boolean",
    int: "integer",
    float: "decimal",
    Decimal: "decimal",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a value: `kind` names it, `form` is the embedded object it is or whose list it is.

    `free`: JSON of no declared form, in which any member may be. `nested`: a map of maps.
    """

    kind: str
    form: Any = None
    many: bool = False
    free: bool = False
    nested: bool = False
    term: str | None = None
    label: Text | None = None

    def element(self) -> Shape:
        """The shape of one element of a list."""
        if self.free:
            return self
        kind = {"texts": "text", "uuids": "uuid", "choices": "text", "objects": "object"}.get(
            self.kind, "text"
        )
        return replace(self, kind=kind, many=False)

    def member(self, name: str) -> Shape:
        """The shape of a member. Raises LookupError when there is none of that name."""
        if self.free:
            return Shape("json", free=True)
        if self.form is None:
            raise LookupError
        return _hinted(get_type_hints(self.form, include_extras=True)[name])

    def has_flag(self, name: str) -> bool:
        if self.free:
            return True
        hints: dict[str, Any] = get_type_hints(self.form, include_extras=True) if self.form else {}
        return name in hints and _hinted(hints[name]).kind == "boolean"


def shape_of(attribute: Attribute) -> Shape:
    """The shape of a whole attribute."""
    kind = attribute.kind
    many = kind.compare is Compare.ARRAY or kind.name == "objects"
    free = kind.compare is Compare.OBJECT and kind.member is None
    return Shape(kind.name, kind.member, many, free, kind.name == "nested-key-map")


def _hinted(hint: Any) -> Shape:
    """The shape that an annotation in an embedded object declares."""
    term: str | None = None
    label: Text | None = None
    kind = ""
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint, *extras = get_args(hint)
            for extra in extras:
                if isinstance(extra, Member):
                    term, label = extra.term, extra.label
                elif isinstance(extra, WithJsonSchema):
                    kind = _format(extra.json_schema or {})
        elif origin in (Union, types.UnionType):
            parts = [part for part in get_args(hint) if part is not type(None)]
            if len(parts) > 1:
                return Shape("json", free=True, term=term, label=label)
            hint = parts[0]
        else:
            break
    if is_typeddict(hint):
        return Shape("object", hint, term=term, label=label)
    if origin is list:
        inner = _hinted(get_args(hint)[0])
        if inner.many or inner.free:
            return Shape("json", free=True, term=term, label=label)
        return Shape("objects" if inner.form else "texts", inner.form, True, term=term, label=label)
    if kind or hint in PLAIN:
        return Shape(kind or PLAIN[hint], term=term, label=label)
    if isinstance(hint, type) and not issubclass(hint, dict):
        return Shape("text", term=term, label=label)
    return Shape("json", free=True, term=term, label=label)


def _format(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "number":
        return "decimal"
    return FORMATS.get(str(schema.get("format")), "text")
