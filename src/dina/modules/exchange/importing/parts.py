"""What one row says, and when two rows say the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from dina.modules.exchange.importing.readers import (
    Fault,
)

CUSTOM = "managedAttributes"


@dataclass(slots=True)
class Parts:
    """What a row says of each part: attributes by part, links by path, what is odd, and the row's identity."""

    number: int
    values: dict[str, dict[str, Any]]
    links: dict[str, list[tuple[str, str]]]
    faults: list[tuple[int | None, Fault]]
    key: str | None = None
    more: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    beside: list[tuple[str, str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, str, dict[str, Any]]]
    )
    """Records that hang on the main one: type, the relationship that says so, attributes."""
    digests: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def put(self, part: str, name: str, value: Any) -> None:
        place = self.values.setdefault(part, {})
        if name.startswith("managedAttributes."):
            place.setdefault(CUSTOM, {})[name[18:]] = value
        else:
            place.setdefault(name, value)

    def put_all(self, part: str, said: Mapping[str, Any]) -> None:
        """The same for several attributes; those under the member of custom fields are an object of their own."""
        place = self.values.get(part)
        if place is None:
            place = self.values[part] = {}
        keys = said.get(CUSTOM)
        if keys is not None:
            place.setdefault(CUSTOM, {}).update(keys)
        place.update({**said, **place})


def names_in(text: str) -> list[str]:
    """The names of several people or things in one text."""
    for mark in ("|", ";", " & ", " and ", " et ", " und "):
        if mark in text:
            return [part for part in (one.strip(" ,") for one in text.split(mark)) if part]
    return [text.strip()] if text.strip() else []


def undecided(name: str) -> Fault:
    return Fault(
        "", "choice", "match.undecided",
        {
            "en": f"“{name}” is not here yet: choose a record, create one, or leave it as text.",
            "fr": f"« {name} » n’existe pas encore ici : choisissez une fiche, créez-la ou gardez le texte seul.",
        },
    )  # fmt: skip


def digest(value: Any) -> bytes:
    """Sixteen bytes that are the same for the same content."""
    content = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.blake2b(content, digest_size=16).digest()


def judged_with(dataset: Mapping[str, Any]) -> str:
    """What a check depends on beside the rows: it holds as long as this is the same."""
    decided = {
        field: {name: one["action"] for name, one in names.items()}
        for field, names in (dataset["decisions"] or {}).items()
    }
    return digest([dataset["targetType"], dataset["mapping"], decided]).hex()
