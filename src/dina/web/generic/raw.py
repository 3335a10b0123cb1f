"""Values as forms hold them: read from a record, read from what was typed, and made into values again.

Every kind of the registry has a shape: a text; for objects a dictionary of shapes by member; for lists of objects
a list of those; maps are lists of rows with `key` and `value` (and `group`); texts by language are dictionaries by
language; a point is `lat` and `lon`. Names of controls are paths of such shapes: `determination.0.scientificName`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from dina.base.text import LANGUAGES

Fact = Mapping[str, Any]
Raw = Any
LINES = frozenset({"texts", "choices", "uuids"})
MULTILINGUAL = {
    "multilingual-title": ("titles", "title"),
    "multilingual-description": ("descriptions", "desc"),
}
SAID = frozenset({*MULTILINGUAL, "by-language"})
"""Kinds that hold a text for each language."""
MAPS = {"key-map": ("key", "value"), "nested-key-map": ("group", "key", "value")}
MAX_ROWS = 200


def members_of(fact: Fact) -> dict[str, Fact]:
    """The members of an embedded object that people may set."""
    return {name: one for name, one in fact.get("members", {}).items() if not one.get("readOnly")}


def empty(raw: Raw) -> bool:
    """Whether nothing has been typed."""
    if isinstance(raw, dict):
        return all(empty(one) for one in raw.values())
    if isinstance(raw, list):
        return all(empty(one) for one in raw)
    return not str(raw).strip()


def of_value(fact: Fact, value: Any) -> Raw:
    """A value of the API as a form holds it."""
    kind = fact["kind"]
    match kind:
        case "object":
            given = value or {}
            return {name: of_value(one, given.get(name)) for name, one in members_of(fact).items()}
        case "objects":
            return [of_value({**fact, "kind": "object"}, one) for one in value or []]
        case "key-map":
            return [{"key": key, "value": text(one)} for key, one in (value or {}).items()]
        case "nested-key-map":
            return [
                {"group": group, "key": key, "value": text(one)}
                for group, found in (value or {}).items()
                for key, one in found.items()
            ]
        case "multilingual-title" | "multilingual-description":
            many, one = MULTILINGUAL[kind]
            found = {str(e.get("lang")): text(e.get(one)) for e in (value or {}).get(many, [])}
            return {code: found.get(code, "") for code in (*LANGUAGES, *found)}
        case "by-language":
            return dict.fromkeys(LANGUAGES, "") | {code: text(said) for code, said in (value or {}).items()}
        case "point":
            coordinates = (value or {}).get("coordinates") or ["", ""]
            return {"lat": text(coordinates[1]), "lon": text(coordinates[0])}
        case "json":
            return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() if value not in (None, "") else ""
        case _ if kind in LINES:
            return "\n".join(text(one) for one in value or [])
        case _:
            return text(value)


def text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def of_form(fact: Fact, name: str, form: Mapping[str, Any]) -> Raw:
    """What was typed into the controls of a name."""
    kind = fact["kind"]
    if kind == "object":
        return {inner: of_form(one, f"{name}.{inner}", form) for inner, one in members_of(fact).items()}
    if kind == "objects" or kind in MAPS:
        rows = indices(name, form)
        if kind == "objects":
            return [of_form({**fact, "kind": "object"}, f"{name}.{at}", form) for at in rows]
        return [{part: typed(form, f"{name}.{at}.{part}") for part in MAPS[kind]} for at in rows]
    if kind in SAID:
        begin = f"{name}."
        found = {key.removeprefix(begin): typed(form, key) for key in form if key.startswith(begin)}
        return {code: found.get(code, "") for code in dict.fromkeys((*LANGUAGES, *found))}
    if kind == "point":
        return {part: typed(form, f"{name}.{part}") for part in ("lat", "lon")}
    if kind in LINES and hasattr(form, "getlist"):
        return "\n".join(str(one).replace("\r\n", "\n") for one in form.getlist(name) if one)  # type: ignore[attr-defined]
    return typed(form, name)


def typed(form: Mapping[str, Any], name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n")


def indices(name: str, form: Mapping[str, Any]) -> list[int]:
    """The numbers of the rows of a repeated group, in order."""
    pattern = re.compile(re.escape(name) + r"\.(\d{1,4})\.")
    found = {int(match[1]) for key in form if (match := pattern.match(key))}
    return sorted(found)[:MAX_ROWS]


def blank(fact: Fact) -> Raw:
    """A further row of a repeated group, with nothing in it."""
    if fact["kind"] in MAPS:
        return dict.fromkeys(MAPS[fact["kind"]], "")
    return of_value({**fact, "kind": "object"}, None)


def without_empty_rows(fact: Fact, raw: Raw) -> Raw:
    """Rows in which nothing was typed are no rows."""
    if fact["kind"] == "object":
        return {name: without_empty_rows(one, raw[name]) for name, one in members_of(fact).items()}
    if fact["kind"] == "objects":
        inner = {**fact, "kind": "object"}
        return [without_empty_rows(inner, one) for one in raw if not empty(one)]
    return [one for one in raw if not empty(one)] if fact["kind"] in MAPS else raw


class Unreadable(ValueError):
    """What was typed is no value of its kind; `path` is where, below the attribute."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def to_value(fact: Fact, raw: Raw, path: str = "") -> Any:
    """The value that was typed; nothing typed is null. Raises Unreadable."""
    kind = fact["kind"]
    if empty(raw):
        return {} if kind in MAPS else None
    match kind:
        case "object":
            found = {
                name: to_value(one, raw[name], f"{path}/{name}") for name, one in members_of(fact).items()
            }
            return {name: value for name, value in found.items() if value not in (None, {}, [])}
        case "objects":
            return [to_value({**fact, "kind": "object"}, one, f"{path}/{at}") for at, one in enumerate(raw)]
        case "key-map":
            return {row["key"].strip(): row["value"].strip() for row in raw if row["key"].strip()}
        case "nested-key-map":
            found_maps: dict[str, dict[str, str]] = {}
            for row in raw:
                if row["group"].strip() and row["key"].strip():
                    found_maps.setdefault(row["group"].strip(), {})[row["key"].strip()] = row["value"].strip()
            return found_maps
        case "multilingual-title" | "multilingual-description":
            many, one = MULTILINGUAL[kind]
            return {many: [{"lang": lang, one: said.strip()} for lang, said in raw.items() if said.strip()]}
        case "by-language":
            return {lang: said.strip() for lang, said in raw.items() if said.strip()}
        case "point":
            return {"type": "Point", "coordinates": [number(raw["lon"], path), number(raw["lat"], path)]}
        case "json":
            try:
                return orjson.loads(raw)
            except orjson.JSONDecodeError as fault:
                raise Unreadable(path) from fault
        case "boolean":
            return raw == "true"
        case "integer" | "decimal":
            found_number = number(raw, path)
            if kind == "integer" and found_number != int(found_number):
                raise Unreadable(path)
            return int(found_number) if kind == "integer" else found_number
        case _ if kind in LINES:
            return [line.strip() for line in raw.split("\n") if line.strip()]
        case "text":
            return raw
        case _:
            return raw.strip()


def number(typed_: str, path: str) -> float:
    """A number with a point or a comma, with spaces between thousands."""
    cleaned = re.sub(r"[\s\u00a0\u202f]", "", typed_)
    if "," in cleaned and "." not in cleaned:
        cleaned = cleaned.replace(",", ".")
    try:
        return float(cleaned) if "." in cleaned or "e" in cleaned.lower() else int(cleaned)
    except ValueError as fault:
        raise Unreadable(path) from fault
