"""Names of the geological time scale, as the module that keeps them tells them over its API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from dina.modules.search.query.folding import fold

TYPE = "geological-interval"
MOST = 1000
Spans = Mapping[str, tuple[float, float]]


async def load(client: httpx.AsyncClient, prefixes: Iterable[str]) -> Spans:
    """Greatest and least age by folded name, in English, French and other spellings; empty where nobody keeps them."""
    for prefix in prefixes:
        answer = await client.get(f"{prefix}/{TYPE}?page[limit]={MOST}&sort=rank,name")
        if answer.status_code == 200:
            return spans(answer.json()["data"])
    return {}


def spans(intervals: Iterable[Mapping[str, Any]]) -> Spans:
    """The ages of intervals by all their names; a name of its own goes before another's other spelling."""
    found: dict[str, tuple[float, float]] = {}
    others: dict[str, tuple[float, float]] = {}
    for one in intervals:
        told = one["attributes"]
        ages = float(told["maximumAgeMa"]), float(told["minimumAgeMa"])
        for name in (told.get("name"), told.get("frenchName")):
            if name:
                found.setdefault(fold(name), ages)
        for name in told.get("synonyms") or ():
            others.setdefault(fold(name), ages)
    return {**others, **found}


def named(known: Spans, name: str) -> tuple[float, float] | None:
    """The ages a name stands for, without regard to case and accents."""
    return known.get(fold(name.strip()))
