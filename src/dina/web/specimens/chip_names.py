"""Chips of a search that name a record by its id say what the record is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from dina.web import texts
from dina.web.generic.naming import UUID, all_named
from dina.web.registry import Registry
from dina.web.rendering import registry_of, who_of
from dina.web.specimens.question import TYPE

LINK = re.compile(rf"([\w.]+)\.id:=\"?({UUID.pattern})\"?")
GROUP = re.compile(r"group:=\"?([^\"\s]+)\"?")


def target_of(registry: Registry, path: str) -> tuple[str, Mapping[str, str]] | None:
    """The type that a path of the search leads to, and what its last step is called; None for paths of values."""
    facts: Mapping[str, Any] | None = registry.types[TYPE].facts
    found: tuple[str, Mapping[str, str]] | None = None
    for step in path.split("."):
        if facts is None:
            return None
        link = (facts.get("relationships") or {}).get(step)
        inner = (facts.get("attributes") or {}).get(step) or (facts.get("members") or {}).get(step)
        type_ = str(link["targets"][0]) if link else str((inner or {}).get("target") or "")
        named: Mapping[str, Any] | None = link or inner
        found = (type_, named["label"]) if type_ and named else None
        facts = registry.types[type_].facts if type_ in registry.types else inner
    return found


async def with_names(request: Request, chips: Sequence[dict[str, Any]]) -> None:
    """Write names into the labels of chips. Names of what may not be read are not told."""
    registry, language = await registry_of(request), request.state.language
    for one in chips:
        if group := GROUP.fullmatch(one["text"]):
            label = registry.types[TYPE].attributes["group"]["label"][language]
            one["label"] = (
                f"{label}{texts.translate(language, ':')} {who_of(request).group_label(group[1], language)}"
            )
    asked = [(one, match) for one in chips if (match := LINK.fullmatch(one["text"]))]
    led = [(one, match[2], to) for one, match in asked if (to := target_of(registry, match[1]))]
    wanted: dict[str, set[str]] = {}
    for _, id_, (type_, _) in led:
        wanted.setdefault(type_, set()).add(id_)
    names = await all_named(request, registry, wanted) if wanted else {}
    for one, id_, (_, label) in led:
        if id_ in names:
            one["label"] = f"{label[language]}{texts.translate(language, ':')} {names[id_]}"
