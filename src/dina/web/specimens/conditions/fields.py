"""What a condition can be about, read from the search module: fields, names, linked records, searches and sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.client import Client
from dina.web import texts
from dina.web.specimens.question import SEARCH, TYPE
from dina.web.texts import N_

WORDS, SAVED, SET, TYPED = ":words", ":saved", ":set", ":typed"
"""Keys of what is no field; no path begins with a colon."""
KINDS: Mapping[str, str] = {
    "keyword": "text", "text": "text", "number": "number", "boolean": "boolean", "date": "date", "date-time": "date", "id": "id",
}  # fmt: skip
"""Kinds of fields as the search module tells them -> those that are compared alike; of others only that there is one."""
OPS: Mapping[str, tuple[str, ...]] = {
    "text": (
        "is", "isnt", "has", "hasnt", "words", "phrase", "open", "begins", "ends", "pattern", "list", "notlist", "exact",
        "from", "to", "between", "any", "none",
    ),
    "number": ("is", "isnt", "from", "to", "between", "over", "under", "list", "notlist", "any", "none"),
    "date": ("is", "isnt", "from", "to", "between", "before", "after", "last", "any", "none"),
    "boolean": ("yes", "no", "any", "none"),
    "id": ("is", "isnt", "list", "notlist", "any", "none"),
    "link": ("there", "nothere", "least", "most", "exactly"),
    "whole": ("any", "none"),
    WORDS: ("words", "open", "phrase", "nowords", "nophrase"),
    SAVED: ("meets", "meetsnot"),
    SET: ("in", "notin"),
    TYPED: ("typed",),
}  # fmt: skip
"""How each kind can be compared; what is asked most often stands first."""
SAID: Mapping[str, str] = {
    "is": N_("is"), "isnt": N_("is not"), "has": N_("contains"), "hasnt": N_("does not contain"), "words": N_("has the words"),
    "nowords": N_("does not have the words"), "phrase": N_("has the phrase"), "nophrase": N_("does not have the phrase"),
    "open": N_("has words, the last one begun"), "begins": N_("begins with"), "ends": N_("ends with"),
    "pattern": N_("looks like (* and ?)"), "list": N_("is one of a list"), "notlist": N_("is none of a list"),
    "exact": N_("is exactly (A is not a)"), "from": N_("from"), "to": N_("up to"), "between": N_("between"),
    "over": N_("more than"), "under": N_("less than"), "before": N_("before"), "after": N_("after"), "last": N_("within the last"),
    "yes": N_("yes"), "no": N_("no"), "any": N_("is filled in"), "none": N_("is empty"), "there": N_("there is one"),
    "nothere": N_("there is none"), "least": N_("at least"), "most": N_("at most"), "exactly": N_("exactly"),
    "meets": N_("as in"), "meetsnot": N_("not as in"), "in": N_("in"), "notin": N_("not in"),
    "typed": N_("as written"),
}  # fmt: skip
TAKES: Mapping[str, str] = {
    "between": "two", "list": "lines", "notlist": "lines", "last": "time", "least": "number", "most": "number", "exactly": "number",
} | dict.fromkeys(("yes", "no", "any", "none", "there", "nothere"), "nothing")  # fmt: skip
"""What an operator is given, where it is not one value."""
UNITS = (("d", N_("days")), ("w", N_("weeks")), ("m", N_("months")), ("y", N_("years")))
OTHER: Mapping[str, str] = {
    WORDS: N_("Words anywhere"), SAVED: N_("Saved search"), SET: N_("Set of records"), TYPED: N_("In the language of the search"),
}  # fmt: skip


@dataclass(frozen=True)
class Searchable:
    """Something a condition can be about; of several paths it is enough that one meets it."""

    paths: tuple[str, ...]
    label: str
    kind: str
    section: str = ""
    records: int = 0

    @property
    def key(self) -> str:
        return ",".join(self.paths)

    @property
    def ops(self) -> tuple[str, ...]:
        return OPS[self.kind]


@dataclass(frozen=True)
class Section:
    """Fields that stand together when one is chosen."""

    label: str
    fields: list[Searchable] = field(default_factory=list[Searchable])


@dataclass(frozen=True)
class Searchables:
    """Everything there is by key, and in sections what is filled in somewhere, the usual first."""

    by_key: Mapping[str, Searchable]
    sections: list[Section]


async def searchables(client: Client, language: str) -> Searchables:
    """Raises ApiError where the search module does not answer."""
    document = await client.request("GET", f"{SEARCH}/fields", params={"type": TYPE})
    return told(document["data"]["attributes"], language)


def told(answer: Mapping[str, Any], language: str) -> Searchables:
    """The answer of the search module, with what is no field."""

    def said(text: str) -> str:
        return texts.translate(language, text)

    links = {one["path"]: str(one["label"]) for one in answer["links"]}
    own = said(N_("Specimen"))
    fields = [
        Searchable((one["path"],), str(one["label"]), KINDS.get(one["kind"], "whole"), section_of(one["of"], links) or own, one["records"])
        for one in answer["fields"]
    ]  # fmt: skip
    by_path = {one.key: one for one in fields}
    usual = [found for one in answer["names"] if (found := named(one, by_path, links)) is not None]
    linked_records = said(N_("Linked records"))
    linked = [
        Searchable((path,), label, "link", linked_records, 1 - path.count("."))
        for path, label in links.items()
    ]
    others = [Searchable((key,), said(label), key, "", 1) for key, label in OTHER.items()]
    # What a name stands for alone is that field, called so.
    by_key = {one.key: one for one in (*fields, *linked, *others, *usual)}
    fields.sort(key=lambda one: (one.section != own, one.section.casefold(), one.label.casefold()))
    made: dict[str, list[Searchable]] = {said(N_("Usual")): usual}
    for one in (*fields, *linked):
        made.setdefault(one.section, []).append(one)
    made[said(N_("Other"))] = others
    filled = [Section(label, [one for one in each if one.records > 0]) for label, each in made.items()]
    return Searchables(by_key, [one for one in filled if one.fields])


def section_of(chain: list[str], links: Mapping[str, str]) -> str:
    """The relationships that lead to a field, as people call them."""
    return " › ".join(links.get(".".join(chain[: at + 1]), one) for at, one in enumerate(chain))


def named(
    one: Mapping[str, Any], by_path: Mapping[str, Searchable], links: Mapping[str, str]
) -> Searchable | None:
    """What a short name stands for, if that is of one kind."""
    paths = tuple(one["paths"])
    if paths[0] in links:
        return Searchable(paths, one["label"], "link", "", 1)
    fields = [by_path[path] for path in paths if path in by_path]
    kinds = {each.kind for each in fields}
    if len(kinds) != 1 or len(fields) < len(paths):
        return None
    records = max(each.records for each in fields)
    return Searchable(paths, one["label"], kinds.pop(), fields[0].section, records)
