"""From a declared type to the Pydantic validator of its attributes, and from faults to errors."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, NotRequired
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from typing_extensions import TypedDict

from dina.base.errors import Error, escape_pointer
from dina.base.resource import Attribute, ResourceType
from dina.base.resource.kinds import Compare

LONG_AGO = "2020"
"""A year before which nothing lies in the future, whatever a clock says."""
EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")


def attribute_annotation(fact: Attribute) -> Any:
    """The annotation of one attribute with its limits; empty allowed unless required."""
    annotation = fact.kind.annotation
    extras: list[Any] = []
    if fact.kind.compare is Compare.TEXT:
        extras.append(Field(max_length=fact.max or fact.kind.limit))
    elif fact.max is not None and fact.kind.compare in (Compare.ARRAY, Compare.MAP):
        extras.append(Field(max_length=fact.max))
    if fact.not_blank:
        extras.append(AfterValidator(_not_blank))
    if fact.pattern is not None:
        extras.append(AfterValidator(_pattern(fact.pattern)))
    if fact.format == "email":
        extras.append(AfterValidator(_email))
    elif fact.format == "url":
        extras.append(AfterValidator(_url))
    if fact.minimum is not None or fact.maximum is not None:
        extras.append(AfterValidator(_between(fact.minimum, fact.maximum)))
    if fact.past:
        extras.append(AfterValidator(_past))
    whole: Any = annotation
    for extra in extras:
        whole = Annotated[whole, extra]
    return whole if fact.required else whole | None


def _not_blank(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise PydanticCustomError("value.blank", "must not be blank")
    return value


def _pattern(pattern: str) -> Any:
    form = re.compile(pattern)

    def check(value: str) -> str:
        if form.fullmatch(value) is None:
            raise PydanticCustomError("value.pattern", "not of the form {pattern}", {"pattern": pattern})
        return value

    return check


def _email(value: str) -> str:
    if EMAIL.fullmatch(value) is None:
        raise PydanticCustomError("value.email", "not an e-mail address")
    return value


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https", "ftp") or not parts.netloc or re.search(r"\s", value):
        raise PydanticCustomError("value.url", "not a web address")
    return value


def _between(low: float | None, high: float | None) -> Any:
    def check(value: Any) -> Any:
        number = float(value)
        if (low is not None and number < low) or (high is not None and number > high):
            raise PydanticCustomError(
                "value.range", "between {low} and {high}", {"low": _bound(low), "high": _bound(high)}
            )
        return value

    return check


def _bound(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"


def _past(value: str) -> str:
    """Not wholly after today, anywhere on earth."""
    if value[:4] < LONG_AGO:
        return value
    latest = dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)
    if value > latest.strftime("%Y-%m-%dT%H:%M:%S")[: len(value)]:
        raise PydanticCustomError("value.future", "lies in the future")
    return value


_adapters: dict[int, TypeAdapter[dict[str, Any]]] = {}


def adapter(resource: ResourceType) -> TypeAdapter[dict[str, Any]]:
    """The validator of a set of attributes (all optional: what is required is checked on the whole)."""
    found = _adapters.get(id(resource))
    if found is None:
        fields = {
            name: NotRequired[attribute_annotation(fact)]
            for name, fact in resource.attributes.items()
            if fact.writable
        }
        form: Any = TypedDict(resource.type, fields)  # type: ignore[misc, operator]
        form.__pydantic_config__ = {"extra": "forbid", "use_enum_values": True}
        found = _adapters[id(resource)] = TypeAdapter(form)
    return found


def check_attributes(
    resource: ResourceType, attributes: dict[str, Any]
) -> tuple[dict[str, Any], list[Error]]:
    """Validated attributes and the faults; faulty attributes are left out of the result."""
    try:
        return adapter(resource).validate_python(attributes), []
    except ValidationError as fault:
        errors = [attribute_error(detail) for detail in fault.errors(include_url=False)]
        return attributes, errors


def attribute_error(detail: ErrorDetails) -> Error:
    """One Pydantic fault as an error value with a pointer to the place in the request."""
    location = [str(part) for part in detail["loc"] if not _is_branch(part)]
    pointer = "/attributes/" + "/".join(escape_pointer(part) for part in location)
    kind, context = detail["type"], dict(detail.get("ctx", {}))
    if kind == "extra_forbidden":
        return Error(
            "UNKNOWN_ATTRIBUTE", key="attribute.unknown", values={"name": location[-1]}, pointer=pointer
        )
    if kind == "missing":
        parent, _, name = pointer.rpartition("/")
        return Error(
            "CONSTRAINT_VIOLATION",
            key="value.missing",
            values={"name": name},
            pointer=parent,
            meta={"member": name},
        )
    name = location[0] if location else ""
    key = kind if kind.startswith(("value.", "multilingual.")) else KEYS.get(kind, "value.invalid")
    values = {k: v for k, v in context.items() if k != "error"} | {"name": name}
    return Error("CONSTRAINT_VIOLATION", key=key, values=values, pointer=pointer)


def _is_branch(part: Any) -> bool:
    """Pydantic names union branches and validators in locations; those are not in the request."""
    return isinstance(part, str) and ("[" in part or part == "[key]")


KEYS = {
    "string_too_long": "value.tooLong",
    "string_too_short": "value.tooShort",
    "too_long": "value.tooMany",
    "too_short": "value.tooFew",
    "string_type": "value.text",
    "string_sub_type": "value.text",
    "bool_type": "value.boolean",
    "bool_parsing": "value.boolean",
    "int_type": "value.number",
    "int_parsing": "value.number",
    "int_from_float": "value.number",
    "int_parsing_size": "value.number",
    "float_type": "value.number",
    "float_parsing": "value.number",
    "finite_number": "value.number",
    "decimal_type": "value.number",
    "decimal_parsing": "value.number",
    "list_type": "value.list",
    "dict_type": "value.object",
    "enum": "value.choiceOf",
    "literal_error": "value.choiceOf",
    "greater_than_equal": "value.atLeast",
    "less_than_equal": "value.atMost",
    "less_than": "value.number",
    "string_pattern_mismatch": "value.patternOf",
}
