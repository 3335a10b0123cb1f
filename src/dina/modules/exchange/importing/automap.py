"""Which column means what: by the file's own terms, by heading in many languages, by what the values look like."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any

from dina.modules.exchange.importing.fields import (
    COMPONENTS,
    HERE,
    Field,
    component_of,
    darwin_core,
    homes_in,
    key_of,
    term_homes,
)

PREFIXES = ("http://rs.tdwg.org/dwc/terms/", "http://purl.org/dc/terms/", "http://purl.org/dc/elements/1.1/")
SECOND = frozenset({"locality", "occurrenceRemarks"})
"""Terms that give way to the other one that has the same home (`verbatimLocality`, `materialEntityRemarks`)."""
CUSTOM, ORGANISM_CUSTOM = COMPONENTS["MATERIAL_SAMPLE"], COMPONENTS["ORGANISM"]
WIDE_ONLY = "collectingEvent.dwcRecordedBy"
"""A field that only kinds of record with several parts have."""
CLOSE = 0.87
"""How alike two headings must be to be taken for the same word misspelt."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is taken for: a field path, `dwc:term`, or None; how it was found and how sure (0 to 1)."""

    field: str | None
    how: str
    score: float


@lru_cache(20_000)
def plain(heading: str) -> str:
    """A heading without case, accents, signs and the prefix of a namespace."""
    text = heading.strip()
    text = re.sub(
        r"^(dwc|dcterms|dc|dwciri|darwincore|http\S*[/#])[:_ ]?(?=\w)", "", text, flags=re.IGNORECASE
    )
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]+", "", "".join(c for c in decomposed if not unicodedata.combining(c)))


@cache
def headings() -> dict[str, str]:
    """Plain heading -> Darwin Core term or field path."""
    known = tomllib.loads((HERE / "headings.toml").read_text("utf-8"))
    found: dict[str, str] = {}
    for meaning, written in [*known["field"].items(), *known["heading"].items()]:
        for one in written:
            found.setdefault(plain(one), meaning)
    # A term's own name always means the term, whatever else people use the word for.
    return found | {plain(term): term for term in term_homes()}


def guess(heading: str, term: str | None, fields: Mapping[str, Field], samples: Sequence[str]) -> Guess:
    """What one column means."""
    if term is not None:
        local = next((term.removeprefix(p) for p in PREFIXES if term.startswith(p)), term.rsplit("/", 1)[-1])
        local = local.rsplit("#", 1)[-1]
        if local in term_homes() and not (fields and WIDE_ONLY not in fields):
            return Guess(local, "term", 0.99 if local in SECOND else 1.0)
    if heading in fields:
        return Guess(heading, "field", 1.0)
    text = plain(heading)
    if not text:
        return Guess(None, "none", 0.0)
    if fields and WIDE_ONLY not in fields:
        return _by_label(text, fields)
    by_name = {plain(path): path for path in fields} | {
        plain(label): path
        for path, field in fields.items()
        for label in field.label.values()
        if not field.part
    }
    known = headings()
    if text in known:
        meaning = known[text]
        if plain(meaning) == text:
            return Guess(meaning, "heading", 0.97 if meaning in SECOND else 0.98)
        return Guess(_by_values(meaning, samples), "heading", 0.95)
    if text in by_name:
        return Guess(by_name[text], "label", 0.9)
    best, score = _closest(text)
    if best is not None:
        return Guess(_by_values(best, samples), "similar", round(score, 2))
    return Guess(None, "none", 0.0)


def _by_label(text: str, fields: Mapping[str, Field]) -> Guess:
    """A column of records of one part: the field of that name or label, or whose term people write so."""
    meant = f"dwc:{headings().get(text, '')}"
    for path, field in fields.items():
        if text in (plain(path), *(plain(label) for label in field.label.values())):
            return Guess(path, "label", 0.9)
    for path, field in fields.items():
        if field.term == meant and not field.linking:
            return Guess(path, "heading", 0.8)
    return Guess(None, "none", 0.0)


@cache
def _by_ends() -> dict[str, list[str]]:
    """Known headings by their first two and by their last three letters."""
    found: dict[str, list[str]] = {}
    for written in headings():
        if len(written) >= 5:
            found.setdefault(f"{written[:2]}…", []).append(written)
            found.setdefault(f"…{written[-3:]}", []).append(written)
    return found


def _closest(text: str) -> tuple[str | None, float]:
    """The known heading that is written nearly so; who misspells a word gets its beginning or its end right."""
    best, score = None, CLOSE
    if not 5 <= len(text) <= 60:
        return None, 0.0
    ends = _by_ends()
    for written in dict.fromkeys([*ends.get(f"{text[:2]}…", ()), *ends.get(f"…{text[-3:]}", ())]):
        if abs(len(written) - len(text)) > 3:
            continue
        alike = SequenceMatcher(None, text, written)
        if alike.quick_ratio() > score and (ratio := alike.ratio()) > score:
            best, score = headings()[written], ratio
    return best, score


def _by_values(meaning: str, samples: Sequence[str]) -> str:
    """A heading alone may leave open which of two terms is meant; the values then decide."""
    decimal = {"verbatimLatitude": ("decimalLatitude", 90), "verbatimLongitude": ("decimalLongitude", 180)}
    if meaning in decimal and samples:
        term, limit = decimal[meaning]
        if all(_within(one, limit) for one in samples):
            return term
    metres = {
        "verbatimElevation": "minimumElevationInMeters",
        "minimumElevationInMeters": "verbatimElevation",
    }
    if meaning == "minimumElevationInMeters" and samples and not all(_within(one, 9000) for one in samples):
        return metres[meaning]
    if meaning == "eventDate" and samples and not any(re.search(r"\d", one) for one in samples):
        return "verbatimEventDate"
    return meaning


def _within(text: str, limit: float) -> bool:
    try:
        return abs(float(text)) <= limit
    except ValueError:
        return False


def automap(
    columns: Sequence[Mapping[str, Any]], fields: Mapping[str, Field], recipe: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """A mapping for every column of a table: `{column, heading, field, how, score}`.

    What a recipe says of a heading goes before every guess. Two columns never fill the same field: the surer
    one gets it, the other is kept as a custom field. A column that nobody knows becomes a custom field too,
    so that nothing is dropped unless a person says so.
    """
    remembered = {plain(one["heading"]): one for one in (recipe or {}).get("columns", ())}
    homes = homes_in(fields)
    found: list[dict[str, Any]] = []
    for column in columns:
        heading = column["name"]
        past = remembered.get(plain(heading))
        if past is not None:
            entry = {k: v for k, v in past.items() if k not in ("column", "heading", "how", "score")}
            found.append(
                {"column": column["position"], "heading": heading, **entry, "how": "recipe", "score": 1.0}
            )
            continue
        one = guess(heading, column.get("term"), fields, column.get("samples", ()))
        field = homes.get(one.field, one.field) if one.field else None
        entry = {
            "column": column["position"], "heading": heading, "field": field, "how": one.how, "score": one.score,
        }  # fmt: skip
        link = darwin_core()["link"].get(one.field or "")
        if field == "verbatimRecordedBy":
            link = "recordedBy"
        if link in fields:
            entry["link"] = link
        found.append(entry)
    taken: dict[str, dict[str, Any]] = {}
    empty = {c["position"] for c in columns if not c.get("filled", 1)}
    # A column without any value needs no custom field, and gives way to one that has values.
    for entry in sorted(found, key=lambda e: (e["column"] in empty, -e["score"])):
        field = entry["field"]
        if entry["column"] in empty and (field is None or field in taken or component_of(field)):
            entry |= {"field": None, "how": "empty", "score": 0.0}
            entry.pop("link", None)
            continue
        if field is None or field in taken:
            entry["field"] = own_field(entry["heading"], entry["column"], taken, field, fields)
            entry["how"] = "own" if entry["field"] else "none"
            if entry["field"] is None:
                entry.pop("link", None)
                continue
        taken[entry["field"]] = entry
    return found


def own_field(
    heading: str,
    position: int,
    taken: Mapping[str, Any],
    meant: str | None = None,
    fields: Mapping[str, Field] | None = None,
) -> str | None:
    """A custom field named like the column, beside the field it would have filled; None where there are none."""
    general = next((path for path in (CUSTOM, ORGANISM_CUSTOM) if not fields or path in fields), None)
    if general is None or (fields and WIDE_ONLY not in fields):
        return None
    key = key_of(heading)[:60] or f"column_{position + 1}"
    head = (meant or "").rpartition(".")[0]
    holder = next((path for path in COMPONENTS.values() if head and path.startswith(f"{head}.m")), general)
    path = f"{holder}.{key}"
    while path in taken:
        key += "_2"
        path = f"{holder}.{key}"
    return path
