"""Rules of organisms and their determinations (collection-rules, "Organism and its determinations")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dina.base.errors import Error
from dina.base.interpret.names import parse_name
from dina.base.resource import Draft
from dina.base.resource.rules import broken


def single_determination_is_primary(draft: Draft) -> None:
    found: list[dict[str, Any]] = draft.get("determination") or []
    if len(found) == 1 and not found[0].get("isPrimary"):
        found[0]["isPrimary"] = True


def names_are_parsed(draft: Draft) -> None:
    """Each determination says what its name consists of; the name itself stays as it was written."""
    for one in draft.get("determination") or []:
        name = one.get("scientificName") or one.get("verbatimScientificName")
        parsed = parse_name(name) if name else None
        if parsed is None:
            one.pop("parsedName", None)
            continue
        one["parsedName"] = {
            "canonicalName": parsed.canonical,
            "canonicalNameWithRanks": parsed.canonical_full,
            "authorship": parsed.authorship,
            "year": parsed.year,
            "rank": parsed.rank,
            "genus": parsed.genus,
            "specificEpithet": parsed.specific_epithet,
            "infraspecificEpithet": parsed.infraspecific_epithet,
            "cultivarEpithet": parsed.cultivar,
            "cardinality": parsed.cardinality,
            "hybrid": parsed.hybrid,
            "qualifier": parsed.qualifier,
            "unparsed": parsed.unparsed,
            "quality": parsed.quality,
            "formattedName": parsed.formatted,
        }


def determinations_agree(draft: Draft) -> Iterable[Error]:
    """One primary, at most one filed-as, each named, each from a source that says what it knows."""
    found: list[dict[str, Any]] = draft.get("determination") or []
    if not found:
        return
    primary = sum(1 for one in found if one.get("isPrimary"))
    if primary != 1:
        yield broken("determination.onePrimary", "/attributes/determination", count=primary)
    if sum(1 for one in found if one.get("isFiledAs")) > 1:
        yield broken("determination.oneFiledAs", "/attributes/determination")
    for position, one in enumerate(found):
        yield from _one(one, f"/attributes/determination/{position}")


def _one(one: dict[str, Any], pointer: str) -> Iterable[Error]:
    name, source, details = (
        one.get("scientificName"),
        one.get("scientificNameSource"),
        one.get("scientificNameDetails"),
    )
    if not (name or one.get("verbatimScientificName")):
        yield broken("determination.unnamed", pointer)
    if source is not None and source != "CUSTOM":
        if not name:
            yield broken("determination.sourceWithoutName", f"{pointer}/scientificNameSource")
        if not details:
            yield broken("determination.sourceWithoutDetails", f"{pointer}/scientificNameSource")
    if details and (details.get("classificationPath") or details.get("classificationRanks")):
        path, ranks = details.get("classificationPath") or "", details.get("classificationRanks") or ""
        if not path or len(path.split("|")) != len(ranks.split("|")):
            yield broken(
                "determination.unequalClassification", f"{pointer}/scientificNameDetails/classificationRanks"
            )
