"""Does a value fit an OpenAPI 3 schema? The part of JSON Schema that descriptions of answers use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from dina.base.conformance.exchange import JSON_API, Exchange, as_list, as_object
from dina.base.json import is_array, is_object

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
DEEPEST = 40


def resolve(reference: str, root: Mapping[str, Any]) -> Any:
    """What `#/a/b` points to; None if nothing."""
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = as_object(found).get(part.replace("~1", "/").replace("~0", "~"))
    return found


def kind_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def misfit(
    schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], path: str = "", depth: int = 0
) -> str:
    """The first way in which the value does not fit, or ""."""
    if depth > DEEPEST:
        return ""
    if "$ref" in schema:
        target = resolve(str(schema["$ref"]), root)
        if not is_object(target):
            return f"{schema['$ref']} leads nowhere"
        return misfit(as_object(target), value, root, path, depth + 1)
    if value is None:
        return null_misfit(schema, root, path, depth)
    wanted = schema.get("type")
    types = [str(t) for t in as_list(wanted)] or ([str(wanted)] if wanted else [])
    kind = kind_of(value)
    if types and kind not in types and not (kind == "integer" and "number" in types):
        return f"{path or '/'} is {kind}, not {' or '.join(types)}"
    if "enum" in schema and value not in as_list(schema["enum"]):
        return f"{path or '/'} is {value!r}, which is not in the enumeration"
    return combined(schema, value, root, path, depth) or inner(schema, value, root, path, depth)


def null_misfit(schema: Mapping[str, Any], root: Mapping[str, Any], path: str, depth: int) -> str:
    types = [schema.get("type"), *as_list(schema.get("type"))]
    if schema.get("nullable") or "null" in types or None in as_list(schema.get("enum")):
        return ""
    options = [as_object(o) for key in ("anyOf", "oneOf", "allOf") for o in as_list(schema.get(key))]
    if options:
        fits = any(not misfit(o, None, root, path, depth + 1) for o in options)
        return "" if fits else f"{path or '/'} is null"
    return f"{path or '/'} is null" if schema.get("type") else ""


def combined(schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], path: str, depth: int) -> str:
    for part in as_list(schema.get("allOf")):
        if found := misfit(as_object(part), value, root, path, depth + 1):
            return found
    for key in ("anyOf", "oneOf"):
        options = as_list(schema.get(key))
        found = [misfit(as_object(option), value, root, path, depth + 1) for option in options]
        if options and all(found):
            return found[0]
    return ""


def inner(schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], path: str, depth: int) -> str:
    if isinstance(value, str) and "pattern" in schema and not re.search(str(schema["pattern"]), value):
        return f"{path} does not match {schema['pattern']}"
    if is_array(value):
        items = as_object(schema.get("items"))
        if len(as_list(value)) < int(schema.get("minItems", 0)):
            return f"{path} has fewer than {schema['minItems']} members"
        for index, item in enumerate(as_list(value)):
            if found := misfit(items, item, root, f"{path}/{index}", depth + 1):
                return found
    if is_object(value):
        members = as_object(value)
        missing = [str(n) for n in as_list(schema.get("required")) if n not in members]
        if missing:
            return f"{path or '/'} lacks {', '.join(missing)}"
        known, rest = as_object(schema.get("properties")), schema.get("additionalProperties", True)
        for name, item in members.items():
            if name not in known and rest is False:
                return f"{path}/{name} is not described"
            part = as_object(known.get(name, rest))
            if found := misfit(part, item, root, f"{path}/{name}", depth + 1):
                return found
    return ""


def flaws(document: Mapping[str, Any]) -> str:
    """The first thing that makes this no OpenAPI 3 document, or ""."""
    if not re.match(r"3\.\d", str(document.get("openapi", ""))):
        return f"openapi is {document.get('openapi')!r}, not 3.x"
    info = as_object(document.get("info"))
    if not (info.get("title") and info.get("version")):
        return "info lacks title or version"
    paths = as_object(document.get("paths"))
    if not paths:
        return "paths is empty"
    for path, item in paths.items():
        if not path.startswith("/"):
            return f"the path {path} does not begin with /"
        for method, operation in as_object(item).items():
            if method in METHODS and not as_object(as_object(operation).get("responses")):
                return f"{method} {path} has no responses"
        if found := undeclared(path, as_object(item)):
            return found
    return dangling(document, document)


def undeclared(path: str, item: Mapping[str, Any]) -> str:
    for method, operation in item.items():
        if method in METHODS:
            given = [*as_list(item.get("parameters")), *as_list(as_object(operation).get("parameters"))]
            names = {as_object(p).get("name") for p in given if "$ref" not in as_object(p)}
            missing = set(re.findall(r"\{(\w+)\}", path)) - names
            if missing and not any("$ref" in as_object(p) for p in given):
                return f"{method} {path} does not declare {', '.join(missing)}"
    return ""


def dangling(value: Any, root: Mapping[str, Any]) -> str:
    for name, part in as_object(value).items():
        if name == "$ref" and isinstance(part, str) and part.startswith("#/") and resolve(part, root) is None:
            return f"{part} leads nowhere"
        if found := dangling(part, root):
            return found
    for part in as_list(value):
        if found := dangling(part, root):
            return found
    return ""


@cache
def pattern_of(template: str) -> re.Pattern[str]:
    """The paths that a described path stands for."""
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))


def operation_of(document: Mapping[str, Any], method: str, path: str) -> tuple[str, dict[str, Any]]:
    """The described path (fixed words before placeholders) and operation for a request; ("", {}) if none."""
    best: tuple[int, str] = (99, "")
    for template in as_object(document.get("paths")):
        if pattern_of(template).fullmatch(path):
            best = min(best, (template.count("{"), template))
    found = as_object(as_object(document.get("paths")).get(best[1]))
    return best[1], as_object(found.get(method.lower()))


def untold(document: Mapping[str, Any], exchange: Exchange, path: str) -> str:
    """How the answer differs from its description, or ""."""
    template, operation = operation_of(document, exchange.method, path)
    if not operation:
        served = exchange.status < 400
        return f"{exchange.method} {template or path} is not described" if served else ""
    answers = as_object(operation.get("responses"))
    answer = as_object(answers.get(str(exchange.status)) or answers.get("default"))
    if "$ref" in answer:
        answer = as_object(resolve(str(answer["$ref"]), document))
    if not answer:
        return f"{exchange.method} {template} does not describe status {exchange.status}"
    content = as_object(answer.get("content"))
    if not content or not exchange.body or exchange.json is None:
        return ""
    media = as_object(
        content.get(exchange.media_type) or content.get(JSON_API) or next(iter(content.values()))
    )
    found = misfit(as_object(media.get("schema")), exchange.json, document)
    return f"{exchange.method} {template}: {found}" if found else ""
