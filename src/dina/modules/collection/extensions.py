"""Extensions: named sets of extra fields for samples, events and projects, read from `extensions.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dina.base.text import LANGUAGES, Text


@dataclass(frozen=True, slots=True)
class Field:
    """One extra field; `component` says what it may be given for, `kind` what its value must be (else text)."""

    key: str
    label: Text
    component: str
    kind: str | None = None
    unit: str | None = None
    values: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        """The field as the wire has it."""
        texts = [(language, self.label.in_language(language)) for language in LANGUAGES]
        return {
            "key": self.key,
            "name": self.label.en,
            "multilingualTitle": {"titles": [{"lang": lang, "title": text} for lang, text in texts]},
            "multilingualDescription": {
                "descriptions": [{"lang": lang, "desc": text} for lang, text in texts]
            },
            "dinaComponent": self.component,
            "vocabularyElementType": self.kind or "STRING",
            "unit": self.unit,
            "acceptedValues": list(self.values) or None,
        }


@dataclass(frozen=True, slots=True)
class FieldSet:
    """One extension: its fields by key."""

    key: str
    label: Text
    version: str
    fields: dict[str, Field] = field(default_factory=dict[str, Field])

    def described(self) -> dict[str, Any]:
        return {
            "name": self.label.en,
            "key": self.key,
            "version": self.version,
            "multilingualTitle": {
                "titles": [{"lang": lang, "title": self.label.in_language(lang)} for lang in LANGUAGES]
            },
            "fields": [one.described() for one in self.fields.values()],
        }


def read_extensions(path: Path) -> dict[str, FieldSet]:
    """The extensions of a file by key. Raises KeyError for a field or group that the file does not define."""
    given = tomllib.loads(path.read_text("utf-8"))
    return {one["key"]: _field_set(one, given["groups"], given["fields"]) for one in given["extension"]}


def _field_set(one: dict[str, Any], groups: dict[str, list[str]], fields: dict[str, Any]) -> FieldSet:
    found = FieldSet(one["key"], Text(one["en"], one["fr"]), one["version"])
    for member, component in (("groups", one["component"]), ("sample_groups", "MATERIAL_SAMPLE")):
        for group in one.get(member, ()):
            for name in _names(group, groups):
                fact = _field(name, fields[name], component)
                found.fields.setdefault(fact.key, fact)
    return found


def _names(group: str, groups: dict[str, list[str]]) -> Iterator[str]:
    """The fields of a group; `@name` stands for those of another."""
    for name in groups[group]:
        if name.startswith("@"):
            yield from _names(name[1:], groups)
        else:
            yield name


def _field(name: str, said: dict[str, Any], component: str) -> Field:
    return Field(
        said.get("key", name),
        Text(said["en"], said["fr"]),
        component,
        said.get("kind"),
        said.get("unit"),
        tuple(said.get("values", ())),
    )


EXTENSIONS = read_extensions(Path(__file__).parent / "vocabularies/extensions.toml")
