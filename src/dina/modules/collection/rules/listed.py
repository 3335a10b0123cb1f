"""Values that a vocabulary of the module must hold, judged for every attribute that names one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from dina.base.errors import Error
from dina.base.json import is_array
from dina.base.resource import Draft, Member, ResourceType
from dina.base.resource.kinds import members_of
from dina.base.resource.rules import broken

FOLDER = Path(__file__).parents[1] / "vocabularies"
FILES = ("vocabularies", "geology", "living", "measurement", "mycology", "observation")


@cache
def vocabularies() -> dict[str, list[dict[str, Any]]]:
    """The vocabularies of the module by name. Raises ValueError for a name used twice."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in FILES:
        for name, elements in tomllib.loads((FOLDER / f"{file}.toml").read_text("utf-8")).items():
            if name in found:
                raise ValueError(f"{file}.toml: there is a vocabulary {name} already")
            found[name] = elements
    return found


@cache
def keys(vocabulary: str) -> frozenset[str]:
    return frozenset(element["key"] for element in vocabularies()[vocabulary])


@cache
def _types() -> dict[str, ResourceType]:
    from dina.modules.collection.resources import RESOURCES

    return {cls.resource.type: cls.resource for cls in RESOURCES}


@cache
def _listed(type_: str) -> list[tuple[str, str | None, str]]:
    """(attribute, member of its objects, vocabulary) of all that is bound to a vocabulary."""
    found: list[tuple[str, str | None, str]] = []
    for name, fact in _types()[type_].attributes.items():
        if fact.vocabulary:
            found.append((name, None, fact.vocabulary))
        if fact.kind.member is not None:
            for inner, extras in members_of(fact.kind.member).items():
                said = next((one.vocabulary for one in extras if isinstance(one, Member)), None)
                if said:
                    found.append((name, inner, said))
    return found


def values_are_listed(draft: Draft) -> Iterable[Error]:
    """Every value of an attribute or member that names a vocabulary is one of its keys."""
    yield from _unlisted(draft, _listed(draft.type))


def host_and_substrate_are_listed(draft: Draft) -> Iterable[Error]:
    """The same of a specimen's host and substrate; other attributes of specimens take what clients send."""
    ours = ("hostOrganism", "growthSubstrate")
    yield from _unlisted(draft, [one for one in _listed(draft.type) if one[0] in ours])


def _unlisted(draft: Draft, listed: Iterable[tuple[str, str | None, str]]) -> Iterable[Error]:
    for name, inner, vocabulary in listed:
        value = draft.get(name)
        if value is None:
            continue
        for pointer, one in _values(f"/attributes/{name}", value, inner):
            if one is not None and one not in keys(vocabulary):
                yield broken("controlledVocabulary.value.invalid", pointer, "VOCABULARY_VALUE")


def _values(pointer: str, value: Any, inner: str | None) -> Iterable[tuple[str, Any]]:
    if inner is None and is_array(value):
        for position, one in enumerate(value):
            yield f"{pointer}/{position}", one
    elif inner is None:
        yield pointer, value
    elif is_array(value):
        for position, one in enumerate(value):
            yield f"{pointer}/{position}/{inner}", one.get(inner)
    else:
        yield f"{pointer}/{inner}", value.get(inner)
