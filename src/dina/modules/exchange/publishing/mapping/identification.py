"""Identifications as Darwin Core terms: names, ranks, classification, who said so and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from dina.modules.exchange.publishing.mapping.people import People
from dina.modules.exchange.publishing.mapping.values import BAR, listed, mapped, primary, text

RANKS = (
    "kingdom", "phylum", "class", "order", "superfamily", "family", "subfamily", "tribe", "subtribe", "genus",
    "subgenus",
)  # fmt: skip
NUMBER = 31
"""How many terms an identification gives, in the order of darwin_core.toml."""
SPECIES = 2
GENUS = RANKS.index("genus")


def identification(one: Callable[[Mapping[str, Any]], Sequence[str]]) -> Callable[[Any], Sequence[str]]:
    """The terms of the primary one of several identifications, by the function for a single one."""
    nothing = ("",) * NUMBER
    return lambda determinations: one(primary(determinations)) if determinations else nothing


def single(people: People, ranks: Mapping[str, str]) -> Callable[[Mapping[str, Any]], Sequence[str]]:
    """The terms of one identification."""

    last: list[Any] = [None, ()]
    # The primary one is asked for twice in a row: for the record, and among all identifications.

    def remembered(one: Mapping[str, Any]) -> Sequence[str]:
        if last[0] is not one:
            last[:] = one, compose(one)
        return last[1]

    def compose(one: Mapping[str, Any]) -> Sequence[str]:
        get = one.get
        details, parsed = mapped(get("scientificNameDetails")), mapped(get("parsedName"))
        path, higher, levels = classification(
            details.get("classificationPath") or "", details.get("classificationRanks") or ""
        )
        genus = parsed.get("genus") or ""
        if genus and not higher[GENUS] and (parsed.get("cardinality") or 0) >= SPECIES:
            higher = (*higher[:GENUS], genus, *higher[GENUS + 1 :])
        synonym = details.get("isSynonym")
        status = get("typeStatus") or ""
        people_ = listed(get("determiner"))
        return (
            get("scientificName") or get("verbatimScientificName") or "",
            get("verbatimScientificName") or "",
            parsed.get("authorship") or "",
            text(parsed.get("year")),
            rank_of(parsed, levels, ranks),
            parsed.get("rank") or "",
            genus,
            parsed.get("specificEpithet") or "",
            parsed.get("infraspecificEpithet") or "",
            parsed.get("cultivarEpithet") or "",
            path,
            *higher,
            details.get("sourceUrl") or "",
            details.get("currentName") or "",
            "" if synonym is None else "synonym" if synonym else "accepted",
            get("qualifier") or parsed.get("qualifier") or "",
            get("verbatimDeterminer") or (people.names(people_) if people_ else ""),
            people.identifiers(people_) if people_ else "",
            get("determinedOn") or get("verbatimDate") or "",
            get("determinationRemarks") or "",
            "" if status.lower() == "none" else status,
        )

    return remembered


@lru_cache(20_000)
def classification(written: str, ranks: str) -> tuple[str, Sequence[str], Mapping[str, str]]:
    """Of a path of taxa, widest first: their names together, those of `RANKS`, and all whose rank is said."""
    if not written:
        return "", ("",) * len(RANKS), {}
    names = [name.strip() for name in written.split("|")]
    said = [rank.strip().lower() for rank in ranks.split("|")]
    levels = dict(zip(said, names, strict=True)) if len(said) == len(names) else {}
    return BAR.join(name for name in names if name), tuple(levels.get(rank, "") for rank in RANKS), levels


def rank_of(parsed: Mapping[str, Any], levels: Mapping[str, str], ranks: Mapping[str, str]) -> str:
    """The rank of the name: as written in it, as its place in the classification, or as its form tells."""
    written = parsed.get("rank")
    if written:
        return ranks.get(written, "")
    canonical = parsed.get("canonicalName")
    for rank, name in levels.items():
        if name == canonical:
            return rank
    return (
        "species" if parsed.get("cardinality") == SPECIES and not parsed.get("infraspecificEpithet") else ""
    )
