"""What people may say of an import: how its file is read, what its columns mean, what its names lead to."""

from __future__ import annotations

import codecs
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from dina.base.errors import Error, escape_pointer
from dina.base.resource import UuidText

MOST = 20_000
CLOSED = ConfigDict(extra="forbid", strict=True)
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Name = Annotated[str, StringConstraints(max_length=100_000)]


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name.strip())
    except (LookupError, ValueError):
        raise ValueError("encoding") from None
    return name


class Reading(TypedDict, total=False):
    """What a person says of the file against what was found; see `sources.Overrides`."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    encoding: Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_encoding)] | None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=2)] | None
    quote: Annotated[str, StringConstraints(max_length=1)] | None
    escape: Annotated[str, StringConstraints(max_length=1)] | None
    header: Annotated[int, Field(ge=0, le=10_000)] | None
    sheet: Line | None
    undecodable: bool


class Column(TypedDict):
    """One column: the field it fills, or `skip`; `link` names the field its text leads to as well."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    column: Annotated[int, Field(ge=0, le=MOST - 1)]
    heading: NotRequired[Annotated[str, StringConstraints(max_length=100_000)]]
    field: NotRequired[Line | None]
    link: NotRequired[Line | None]
    skip: NotRequired[bool]
    how: NotRequired[Annotated[str, StringConstraints(max_length=50)]]
    score: NotRequired[float]


class Constant(TypedDict):
    """A value that every row has in a field."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    field: Line
    value: Name | int | float | bool


class Mapping(TypedDict):
    """What the columns mean. `matchBy` is the field by which a record is known again.

    `rowsAre`: each row becomes a record of the chosen kind although the file is a list of something else.
    """

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    columns: Annotated[list[Column], Field(max_length=MOST)]
    constants: NotRequired[Annotated[list[Constant], Field(max_length=500)]]
    matchBy: NotRequired[Line | None]
    rowsAre: NotRequired[Literal["records"] | None]


class Decision(TypedDict):
    """What is done with one name of a linked column."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]
    action: Literal["use", "create", "leave", "ask"]
    id: NotRequired[UuidText]
    how: NotRequired[Annotated[str, StringConstraints(max_length=50)]]
    count: NotRequired[int]
    digest: NotRequired[Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]]
    suggestions: NotRequired[Annotated[list[dict[str, str]], Field(max_length=20)]]


READING: TypeAdapter[Any] = TypeAdapter(Reading)
MAPPING: TypeAdapter[Any] = TypeAdapter(Mapping)
DECISIONS: TypeAdapter[Any] = TypeAdapter(dict[Line, dict[Name, Decision]])
SHAPES = {"reading": READING, "mapping": MAPPING, "decisions": DECISIONS}


def faults(name: str, value: Any) -> list[Error]:
    """What is wrong with the shape of an attribute; the first few, each where it stands."""
    try:
        SHAPES[name].validate_python(value)
    except ValidationError as fault:
        found: list[Error] = []
        for one in fault.errors(include_url=False, include_input=False, include_context=False)[:20]:
            steps = [str(step) for step in one["loc"] if not _variant(step)]
            pointer = "/".join(["/attributes", name, *map(escape_pointer, steps)])
            place = "/".join(steps) or name
            found.append(
                Error(
                    "CONSTRAINT_VIOLATION",
                    key=f"import.shape.{name}",
                    values={"place": place},
                    pointer=pointer,
                )
            )
        return found
    return []


def _variant(step: int | str) -> bool:
    """Steps of pydantic that name one of several types, or a wrapper, and no place of the value."""
    return isinstance(step, str) and (step in ("str", "int", "float", "bool", "[key]") or "[" in step)
