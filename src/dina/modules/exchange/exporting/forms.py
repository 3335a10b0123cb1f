"""What is sent of an export: columns and aliases, functions, options; checked and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from dina.base.errors import Error
from dina.base.jsonapi.table.columns import MAX_COLUMNS
from dina.base.jsonapi.writing.model import attribute_error
from dina.modules.exchange.writers import FORMATS

Name = Annotated[str, Field(max_length=500)]


class SchemaEntry(TypedDict):
    """The columns of one kind of record, and the headings of some of them, in the same order."""

    __pydantic_config__ = {"extra": "forbid"}  # type: ignore[misc]
    columns: Annotated[
        list[Annotated[Name, Field(min_length=1)]], Field(min_length=1, max_length=MAX_COLUMNS)
    ]
    aliases: NotRequired[Annotated[list[Name | None], Field(max_length=MAX_COLUMNS)] | None]


class Function(TypedDict):
    """A computed column: its parameters are a list of columns, or an object (see `functions.py`)."""

    __pydantic_config__ = {"extra": "forbid"}  # type: ignore[misc]
    functionDef: Literal["CONCAT", "CONVERT_COORDINATES_DD"]
    params: NotRequired[list[Name] | dict[str, str | list[Name]] | None]


FORMS: Mapping[str, TypeAdapter[Any]] = {
    "schema": TypeAdapter(Annotated[dict[str, SchemaEntry], Field(min_length=1, max_length=1)]),
    "functions": TypeAdapter(Annotated[dict[str, Function], Field(max_length=100)]),
}
SEPARATORS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|"}
CHOICES: Mapping[str, Iterable[str]] = {
    "columnSeparator": SEPARATORS, "format": FORMATS, "bom": ("true", "false"), "headings": ("PATHS", "LABELS"),
}  # fmt: skip


def form_errors(attributes: Mapping[str, Any]) -> list[Error]:
    """The faults of an export's or template's `schema`, `functions` and `exportOptions`."""
    errors: list[Error] = []
    for name, form in FORMS.items():
        try:
            if attributes.get(name) is not None:
                form.validate_python(attributes[name])
        except ValidationError as fault:
            errors += [
                attribute_error({**detail, "loc": (name, *detail["loc"])})
                for detail in fault.errors(include_url=False)
            ]
    for name, value in (attributes.get("exportOptions") or {}).items():
        allowed = CHOICES.get(name)
        if allowed is None or str(value).upper() not in [one.upper() for one in allowed]:
            values = {"name": name, "choices": ", ".join(allowed or CHOICES)}
            key = "export.option" if allowed is not None else "export.noOption"
            errors.append(
                Error(
                    "CONSTRAINT_VIOLATION",
                    key=key,
                    values=values,
                    pointer=f"/attributes/exportOptions/{name}",
                )
            )
    return errors


@dataclass(frozen=True, slots=True)
class Options:
    """How the file is written."""

    format: str = "CSV"
    separator: str | None = None
    bom: bool = False
    labels: bool = False


def read_options(given: Mapping[str, str | None] | None) -> Options:
    """The options of a checked export; text is separated by commas unless something else is said."""
    found = {name: str(value).upper() for name, value in (given or {}).items() if value is not None}
    separator = SEPARATORS.get(found.get("columnSeparator", ""))
    return Options(
        found.get("format", "TSV" if separator == "\t" else "CSV"),
        separator,
        found.get("bom") == "TRUE",
        found.get("headings") == "LABELS",
    )


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the file: a path of the table, or the name of a function, and its alias."""

    name: str
    alias: str | None


def headings(schema: Mapping[str, Any], functions: Mapping[str, Any]) -> list[Heading]:
    """The columns in order; functions that no column names stand at the end, by name."""
    entry: Mapping[str, Any] = next(iter(schema.values()))
    columns: Sequence[str] = entry["columns"]
    aliases: Sequence[str | None] = entry.get("aliases") or []
    found = [
        Heading(name, (aliases[at] if at < len(aliases) else None) or None) for at, name in enumerate(columns)
    ]
    return found + [Heading(name, None) for name in sorted(functions) if name not in columns]
