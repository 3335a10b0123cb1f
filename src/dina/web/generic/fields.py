"""Fields of forms: a control for every attribute and relationship that people may set, filled from raw values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel import Locale, UnknownLocaleError

from dina.web import texts
from dina.web.custom import MEMBER, CustomField
from dina.web.generic import raw as raws
from dina.web.generic.raw import Fact, Raw
from dina.web.registry import Registry, TypeView
from dina.web.texts import N_

HIDDEN = frozenset({"resourceVersion", "version"})
CONTROLS = {
    "boolean": "choice", "choice": "choice", "texts": "lines", "choices": "lines", "integer": "number", "decimal": "number",
    "date": "text", "partial-date": "text", "date-time": "text", "uuid": "text", "uuids": "lines",
    "json": "json", "object": "object", "objects": "rows", "key-map": "map", "nested-key-map": "map", "point": "point",
    "multilingual-title": "languages", "multilingual-description": "languages",
    "by-language": "languages",
}  # fmt: skip
DATES = {
    "date": N_("Year-month-day: 1998-07-12"),
    "partial-date": N_("As exactly as known: 1998, 1998-07 or 1998-07-12"),
    "date-time": N_("Day and time: 1998-07-12T14:30:00Z"),
}
LONG = 250


@dataclass
class Field:
    """One control, or a group of them: what it asks, what it holds, what is wrong with it."""

    name: str
    label: str
    control: str
    raw: Raw = ""
    help: str = ""
    required: bool = False
    choices: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    suggestions: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    max: int | None = None
    unit: str = ""
    many: bool = False
    target: str = ""
    errors: list[str] = field(default_factory=list[str])
    parts: list[Field] = field(default_factory=list["Field"])
    rows: list[list[Field]] = field(default_factory=list[list["Field"]])
    fixed: bool = False

    @property
    def filled(self) -> bool:
        return not raws.empty(self.raw)

    def every(self) -> Iterator[Field]:
        """This field and all inside it."""
        yield self
        for one in (*self.parts, *(part for row in self.rows for part in row)):
            yield from one.every()


@dataclass(frozen=True)
class Making:
    """What is needed to make fields: language, errors by name of the control, titles of linked records."""

    registry: Registry
    language: str
    errors: Mapping[str, Sequence[str]]
    titles: Mapping[str, str]
    suggestions: Mapping[str, list[tuple[str, str]]]

    def field(self, name: str, fact: Fact, raw: Raw, *, help_: str = "") -> Field:
        """The field of an attribute or of a member of one."""
        kind, language = fact["kind"], self.language
        said = (fact.get("help") or {}).get(language, "") or help_
        if kind in DATES and not said:
            said = texts.translate(language, DATES[kind])
        made = Field(
            name, fact["label"][language] if fact.get("label") else name.rsplit(".", 1)[-1],
            CONTROLS.get(kind) or ("textarea" if (fact.get("max") or 0) > LONG else "text"), raw, said,
            bool(fact.get("required")), max=fact.get("max"), unit=fact.get("unit") or "", target=fact.get("target", ""),
            errors=list(self.errors.get(name, ())),
        )  # fmt: skip
        match kind:
            case "choice" | "boolean":
                made.choices = self.choices(fact)
            case "object":
                made.parts = [
                    self.field(f"{name}.{n}", one, raw[n]) for n, one in raws.members_of(fact).items()
                ]
            case "objects":
                made.rows = [
                    [self.field(f"{name}.{at}.{n}", one, row[n]) for n, one in raws.members_of(fact).items()]
                    for at, row in enumerate(raw)
                ]
            case "key-map" | "nested-key-map":
                made.rows = [self.map_row(f"{name}.{at}", row) for at, row in enumerate(raw)]
            case "point":
                made.parts = [
                    Field(f"{name}.{part}", texts.translate(language, label), "number", raw[part])
                    for part, label in (("lat", N_("Latitude")), ("lon", N_("Longitude")))
                ]
            case "multilingual-title" | "multilingual-description" | "by-language":
                control = "textarea" if kind == "multilingual-description" else "text"
                made.parts = [
                    Field(f"{name}.{code}", language_name(code, language), control, said_)
                    for code, said_ in raw.items()
                ]
            case _:
                if made.target and kind in ("uuid", "uuids"):
                    self.as_picker(made, many=kind == "uuids")
                elif kind == "text":
                    made.suggestions = self.suggestions.get(
                        fact.get("vocabulary") or "", []
                    ) or self.labelled(fact)
                elif kind == "choices":
                    made.choices, made.control = self.choices(fact), "ticks"
        return made

    def choices(self, fact: Fact) -> list[tuple[str, str]]:
        if fact["kind"] == "boolean":
            return [
                ("true", texts.translate(self.language, "Yes")),
                ("false", texts.translate(self.language, "No")),
            ]
        labels = fact.get("labels") or {}
        return [(one, labels.get(one, {}).get(self.language, one)) for one in fact.get("choices", ())]

    def labelled(self, fact: Fact) -> list[tuple[str, str]]:
        return [(key, said.get(self.language, key)) for key, said in (fact.get("labels") or {}).items()]

    def map_row(self, name: str, row: Mapping[str, str]) -> list[Field]:
        labels = {"group": N_("Set of fields"), "key": N_("Key"), "value": N_("Value")}
        return [
            Field(f"{name}.{part}", texts.translate(self.language, labels[part]), "text", row[part])
            for part in row
        ]

    def as_picker(self, made: Field, *, many: bool) -> None:
        made.control, made.many = "picker", many
        made.choices = [(one, self.titles.get(one, one)) for one in str(made.raw).split()]

    def link(self, name: str, fact: Fact, ids: str) -> Field:
        """The field of a relationship; it holds ids, one a line."""
        target = fact["targets"][0]
        made = Field(
            name, fact["label"][self.language], "picker", ids, required=bool(fact.get("required")),
            target=target if target in self.registry.types else "", errors=list(self.errors.get(name, ())),
        )  # fmt: skip
        self.as_picker(made, many=bool(fact["many"]))
        return made


def language_name(code: str, language: str) -> str:
    try:
        return str(Locale.parse(code).get_display_name(language)).capitalize()
    except (UnknownLocaleError, ValueError):
        return code


def settable(view: TypeView, *, new: bool) -> dict[str, Fact]:
    """The attributes a form asks for; what may be given once only on new records."""
    return {
        name: fact
        for name, fact in view.attributes.items()
        if name not in HIDDEN and not fact.get("readOnly") and (new or not fact.get("once"))
    }


def custom_facts(custom: Sequence[CustomField]) -> dict[str, Fact]:
    """The custom fields as attributes, by the name of their control."""
    return {f"{MEMBER}.{one.key}": one.fact for one in custom}


def errors_by_name(errors: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[str]]:
    """The API's errors by the control they are about; those about no control under the empty name."""
    known = set(names)
    found: dict[str, list[str]] = {}
    for error in errors:
        pointer = str(error.get("source", {}).get("pointer", ""))
        path = pointer
        for begin in ("/data/attributes/", "/data/relationships/"):
            path = path.removeprefix(begin)
        name = path.replace("/", ".") or str(error.get("meta", {}).get("member", ""))
        name = name if name in known else str(error.get("meta", {}).get("member") or name)
        while name and name not in known:
            name = name.rpartition(".")[0]
        found.setdefault(name, []).append(str(error.get("detail", "")))
    return found
