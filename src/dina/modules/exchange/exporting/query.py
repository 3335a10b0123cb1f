"""Which records an export holds: its `source` and `query`, as a type and the parameters of a list.

Ours is JSON with members of lists: `{"filter": {"group": "cnc", "materialSampleName[ILIKE]": "c%"}, "fiql": "…",
"sort": "-createdOn", "limit": 100}`; or `{"search": "<id of a saved search>"}` or `{"q": "country:Canada"}` in the language
of the search box, whose records come in the order of their ids, which filters may narrow. Of the search documents that the reference takes only those are
understood that ask for everything; what else they hold is refused, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from dina.base.errors import Error
from dina.base.json import is_array, is_object
from dina.base.resource.checks import UUID_FORM

INDEX = re.compile(r"dina_([a-z0-9_]+?)_index")
NAME = re.compile(r"([A-Za-z0-9_.\-]+)(?:\[([A-Za-z]+)\])?")
OWN = frozenset({"filter", "fiql", "rsql", "sort", "limit", "search", "q"})
SEARCHED = frozenset({"search", "q"})
PASSED_OVER = frozenset({"from", "size", "_source", "track_total_hits"})
"""Members of a search document that say how a page is shown, not what is found."""
Params = list[tuple[str, str]]


def type_of(source: str) -> str:
    """The type that a source names, by its name or that of the reference's index."""
    match = INDEX.fullmatch(source)
    return match[1].replace("_", "-") if match else source


def read_query(text: str | None) -> tuple[Params, list[Error]]:
    """The parameters of the list, and what of the query is not understood."""
    if not (text or "").strip():
        return [], []
    try:
        given = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return [], [_refused("export.query", "/attributes/query")]
    if not is_object(given):
        return [], [_refused("export.query", "/attributes/query")]
    params: Params = []
    errors: list[Error] = []
    for name, value in given.items():
        if name == "filter":
            errors += _filters(value, params)
        elif name in SEARCHED:
            params.append((name, str(value)))
            fits = isinstance(value, str) and (name == "q" or UUID_FORM.fullmatch(value))
            if not fits or "sort" in given or given.keys() >= SEARCHED:
                errors.append(_refused("export.querySearch", "/attributes/query"))
        elif name == "sort":
            errors += _sort(value, params)
        elif name in OWN and isinstance(value, (str, int)) and not isinstance(value, bool):
            params.append(("filter[rsql]" if name == "rsql" else name, str(value)))
        elif not (name in PASSED_OVER or (name == "query" and value in ({}, {"match_all": {}}))):
            errors.append(_unsupported(name, value))
    return params, errors


def _filters(given: Any, params: Params) -> list[Error]:
    if isinstance(given, str):
        params.append(("fiql", given))
        return []
    if not is_object(given):
        return [_unsupported("filter", given)]
    errors: list[Error] = []
    for name, value in given.items():
        match = NAME.fullmatch(name)
        text = _value(value)
        if match is None or text is None:
            errors.append(_unsupported(f"filter.{name}", value))
        else:
            params.append((f"filter[{match[1]}]" + (f"[{match[2]}]" if match[2] else ""), text))
    return errors


def _value(value: Any) -> str | None:
    """A value as filters have it; what is in a list is quoted, so that commas are not taken for others."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_array(value):
        parts = [_value(one) for one in value]
        quoted = [None if p is None else '"' + re.sub(r'([\\"])', r"\\\1", p) + '"' for p in parts]
        return None if None in quoted or not quoted else ",".join(one for one in quoted if one is not None)
    return str(value) if isinstance(value, (str, int, float)) else None


def _sort(given: Any, params: Params) -> list[Error]:
    names = given if is_array(given) else [given]
    if not all(isinstance(one, str) and one for one in names):
        return [_unsupported("sort", given)]
    if names:
        params.append(("sort", ",".join(str(one) for one in names)))
    return []


def _refused(key: str, pointer: str, **values: Any) -> Error:
    return Error("BUSINESS_RULE", key=key, values=values, pointer=pointer, meta={"rule": key})


def _unsupported(name: str, value: Mapping[str, Any] | Any) -> Error:
    part = f"{name}.{next(iter(value))}" if is_object(value) and value else name
    return _refused("export.queryPart", "/attributes/query", part=part)
