"""Groups of conditions in the fields of a form: every one with a key, the key of its group, and its own values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from dina.web.specimens.conditions.fields import Searchables
from dina.web.specimens.conditions.group import KINDS, Group
from dina.web.specimens.conditions.rule import Rule

MOST = 1000
"""Conditions and groups of one form: more than a search has."""
NESTED = 30


def typed(form: FormData, known: Searchables) -> Group:
    """The groups as they stand in a form; what makes no sense is passed over."""
    keys = [key for key in map(str, form.getlist("n")) if key.isdecimal() and len(key) < 6][:MOST]
    groups: dict[str, Group] = {}
    for key in dict.fromkeys(["0", *keys]):
        one = (
            group_typed(form, key)
            if key == "0" or f"{key}.kind" in form
            else Rule.typed(form, known, f"{key}.")
        )
        around = groups.get(str(form.get(f"{key}.in", "")))
        if one is None or (around is None and key != "0"):
            continue
        one.key = key
        if isinstance(one, Group):
            groups[key] = one
        if around is not None and groups["0"].level(around) < NESTED:
            around.children.append(one)
    return groups["0"]


def group_typed(form: Mapping[str, Any], key: str) -> Group:
    kind = str(form.get(f"{key}.kind", ""))
    return Group(kind if kind in KINDS else KINDS[0])
