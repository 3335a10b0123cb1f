"""The kinds of value an attribute can hold: column type, wire form, filter behaviour, form widget.

A declared type names a kind by its annotation (`Mapped[PartialDate]`, `Mapped[list[str]]`). Everything that
depends on the kind of a value, in any part of the system, is read from here.
"""

from __future__ import annotations

import datetime as dt
import enum
import types
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BeforeValidator, Field, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine
from typing_extensions import TypedDict, is_typeddict

from dina.base.resource.checks import (
    check_date,
    check_datetime,
    check_decimal,
    check_language,
    check_partial_date,
    check_uuid,
    not_bool,
)

DEFAULT_TEXT_LIMIT = 10_000


class Compare(enum.Enum):
    """How values of a kind are compared in filters (api.md §7.4)."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "date-time"
    PARTIAL_DATE = "partial-date"
    UUID = "uuid"
    ENUM = "enum"
    ARRAY = "array"
    MAP = "map"
    OBJECT = "object"
    NONE = "none"


@dataclass(frozen=True)
class Kind:
    """One kind of value.

    `annotation` is what Pydantic validates on the way in; the result is always a JSON value, so that a row
    travels to PostgreSQL and back as JSON. `widget` tells forms what control suits.
    """

    name: str
    sql: TypeEngine[Any]
    annotation: Any
    compare: Compare
    widget: str = "text"
    choices: tuple[str, ...] = ()
    member: type[Any] | None = None
    default_sql: str | None = None
    limit: int | None = field(default=None)

    @property
    def is_map(self) -> bool:
        return self.compare is Compare.MAP


class Description(TypedDict):
    lang: Annotated[StrictStr, AfterValidator(check_language)]
    desc: Annotated[StrictStr, Field(min_length=2, max_length=5000)]


class MultilingualDescriptionForm(TypedDict, total=False):
    descriptions: list[Description]


class Title(TypedDict):
    lang: Annotated[StrictStr, AfterValidator(check_language)]
    title: Annotated[StrictStr, Field(min_length=2, max_length=1000)]


class MultilingualTitleForm(TypedDict, total=False):
    titles: list[Title]


class PointForm(TypedDict):
    type: Annotated[StrictStr, Field(pattern="^Point$")]
    coordinates: Annotated[list[float], Field(min_length=2, max_length=3)]


DateText = Annotated[
    StrictStr, AfterValidator(check_date), WithJsonSchema({"type": "string", "format": "date"})
]
PartialDateText = Annotated[
    StrictStr,
    AfterValidator(check_partial_date),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?)?)?$"}),
]
UuidText = Annotated[
    StrictStr, AfterValidator(check_uuid), WithJsonSchema({"type": "string", "format": "uuid"})
]
DateTimeText = Annotated[
    StrictStr, AfterValidator(check_datetime), WithJsonSchema({"type": "string", "format": "date-time"})
]
DecimalText = Annotated[Any, BeforeValidator(check_decimal), WithJsonSchema({"type": "number"})]
WholeNumber = Annotated[int, BeforeValidator(not_bool), Field(ge=-(2**63), le=2**63 - 1)]
MapText = Annotated[dict[StrictStr, StrictStr | None], Field(max_length=2000)]

TEXT = Kind("text", Text(), StrictStr, Compare.TEXT, limit=DEFAULT_TEXT_LIMIT)
INTEGER = Kind("integer", BigInteger(), WholeNumber, Compare.NUMBER, "number")
DECIMAL = Kind("decimal", Numeric(), DecimalText, Compare.NUMBER, "number")
BOOLEAN = Kind("boolean", Boolean(), bool, Compare.BOOLEAN, "checkbox")
DATE = Kind("date", Date(), DateText, Compare.DATE, "date")
DATETIME = Kind("date-time", DateTime(timezone=True), DateTimeText, Compare.DATETIME, "date-time")
PARTIAL_DATE = Kind(
    "partial-date", Text(collation="C"), PartialDateText, Compare.PARTIAL_DATE, "partial-date"
)
UUID = Kind("uuid", Uuid(), UuidText, Compare.UUID)
TEXTS = Kind(
    "texts",
    ARRAY(Text()),
    list[Annotated[StrictStr, Field(max_length=DEFAULT_TEXT_LIMIT)]],
    Compare.ARRAY,
    "list",
)
UUIDS = Kind("uuids", ARRAY(Uuid()), list[UuidText], Compare.ARRAY, "list")
KEY_MAP = Kind("key-map", JSONB(), MapText, Compare.MAP, "key-map", default_sql="'{}'::jsonb")
NESTED_KEY_MAP = Kind(
    "nested-key-map",
    JSONB(),
    dict[StrictStr, MapText],
    Compare.MAP,
    "nested-key-map",
    default_sql="'{}'::jsonb",
)
JSON = Kind("json", JSONB(), Any, Compare.OBJECT, "json")
TITLES = Kind("multilingual-title", JSONB(), MultilingualTitleForm, Compare.OBJECT, "multilingual")
DESCRIPTIONS = Kind(
    "multilingual-description", JSONB(), MultilingualDescriptionForm, Compare.OBJECT, "multilingual"
)
BY_LANGUAGE = Kind(
    "by-language",
    JSONB(),
    dict[
        Annotated[StrictStr, AfterValidator(check_language)],
        Annotated[StrictStr, Field(min_length=1, max_length=250)],
    ],
    Compare.OBJECT,
    "multilingual",
)
POINT = Kind("point", JSONB(), PointForm, Compare.OBJECT, "point")

PartialDate = Annotated[str, PARTIAL_DATE]
KeyMap = Annotated[dict[str, str], KEY_MAP]
NestedKeyMap = Annotated[dict[str, dict[str, str]], NESTED_KEY_MAP]
MultilingualTitle = Annotated[dict[str, Any], TITLES]
MultilingualDescription = Annotated[dict[str, Any], DESCRIPTIONS]
ByLanguage = Annotated[dict[str, str], BY_LANGUAGE]
Json = Annotated[Any, JSON]
Point = Annotated[dict[str, Any], POINT]

PLAIN: dict[Any, Kind] = {
    str: TEXT,
    int: INTEGER,
    Decimal: DECIMAL,
    bool: BOOLEAN,
    dt.date: DATE,
    dt.datetime: DATETIME,
    uuid.UUID: UUID,
}


def _is_enum(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, enum.Enum)


def kind_of(annotation: Any) -> tuple[Kind, bool]:
    """The kind an annotation names, and whether it may be empty (`X | None`).

    Raises TypeError for an annotation no kind is known for.
    """
    optional = False
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        optional = len(parts) < len(get_args(annotation))
        if len(parts) != 1:
            raise TypeError(f"an attribute is of one kind, not {annotation}")
        annotation = parts[0]
    if get_origin(annotation) is Annotated:
        for extra in get_args(annotation)[1:]:
            if isinstance(extra, Kind):
                return extra, optional
        annotation = get_args(annotation)[0]
    if annotation in PLAIN:
        return PLAIN[annotation], optional
    if _is_enum(annotation):
        return _enum_kind(annotation), optional
    if is_typeddict(annotation):
        return _embedded_kind(annotation, many=False), optional
    if get_origin(annotation) is list:
        item: Any = get_args(annotation)[0]
        if item is str:
            return TEXTS, optional
        if item is uuid.UUID:
            return UUIDS, optional
        if _is_enum(item):
            choices = tuple(member.value for member in item)
            return (
                Kind("choices", ARRAY(Text()), list[item], Compare.ARRAY, "list", choices=choices),
                optional,
            )
        if is_typeddict(item):
            return _embedded_kind(item, many=True), optional
    raise TypeError(f"no kind is known for {annotation!r}")


def _enum_kind(choices: type[enum.Enum]) -> Kind:
    values = tuple(str(member.value) for member in choices)

    def check(value: str) -> str:
        if value not in values:
            raise PydanticCustomError("value.choice", "not one of {choices}", {"choices": ", ".join(values)})
        return value

    annotation = Annotated[
        StrictStr, AfterValidator(check), WithJsonSchema({"type": "string", "enum": list(values)})
    ]
    return Kind("choice", Text(), annotation, Compare.ENUM, "select", choices=values)


def _embedded_kind(form: type[Any], *, many: bool) -> Kind:
    for one in (form, *inner_forms(form)):
        one.__pydantic_config__ = {"extra": "forbid", "use_enum_values": True}  # type: ignore[attr-defined]
    annotation: Any = list[form] if many else form
    name = "objects" if many else "object"
    return Kind(name, JSONB(), annotation, Compare.OBJECT, name, member=form)


def members_of(form: type[Any]) -> dict[str, tuple[Any, ...]]:
    """The members of an embedded object: name -> metadata of its annotation (labels, limits, term)."""
    hints = get_type_hints(form, include_extras=True)
    return {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}


@cache
def text_members(form: type[Any]) -> frozenset[str]:
    """The members of an embedded object that hold a text or nothing."""
    hints = get_type_hints(form)
    return frozenset(name for name, hint in hints.items() if hint in (str, str | None))


def inner_forms(form: type[Any]) -> list[type[Any]]:
    """The embedded objects that members of an embedded object hold."""
    found: list[type[Any]] = []
    pending = list(get_type_hints(form).values())
    while pending:
        hint = pending.pop()
        if is_typeddict(hint):
            found.append(hint)
        else:
            pending += [arg for arg in get_args(hint) if arg is not type(None)]
    return found
