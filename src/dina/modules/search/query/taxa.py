"""Which taxa a determination lies in: fields of its own, worked out from its classification and its parsed name.

`determination.taxon.family` (and every other rank that its classification names), `determination.taxon.genus` also
where only the name says it, and `determination.taxon.within`: every taxon it is, or is within. A classification has
`determination.taxon.lineage.family` as well: `Plantae > Tracheophyta > Liliopsida > Poales > Cyperaceae`. So trees
are counted with one condition for each taxon, whatever else a record is determined as, or is called like it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dina.base.json import is_object
from dina.base.text import Text

MEMBER, WITHIN, LINEAGE = "taxon", "within", "lineage"
LINE = ("kingdom", "phylum", "class", "order", "family", "genus")
"""The ranks of a lineage."""
BELOW, LEFT_OUT = " > ", "-"
"""What stands between the taxa of a lineage, and for a rank that a classification passes over."""
RANK = re.compile(r"[a-z]{3,20}")
SOURCES = ("scientificNameDetails", "parsedName")
RANKS: Mapping[str, Text] = {
    "kingdom": Text("Kingdom", "Règne"),
    "phylum": Text("Phylum", "Embranchement"),
    "class": Text("Class", "Classe"),
    "order": Text("Order", "Ordre"),
    "superfamily": Text("Superfamily", "Superfamille"),
    "family": Text("Family", "Famille"),
    "subfamily": Text("Subfamily", "Sous-famille"),
    "tribe": Text("Tribe", "Tribu"),
    "genus": Text("Genus", "Genre"),
    "subgenus": Text("Subgenus", "Sous-genre"),
    "species": Text("Species", "Espèce"),
    WITHIN: Text("Within the taxon", "Dans le taxon"),
}
"""What people call a rank; others are called as they are written."""
LABELS: Mapping[str, Text] = {
    **RANKS,
    **{
        f"{LINEAGE}.{rank}": Text(f"Lineage: {RANKS[rank].en.lower()}", f"Lignée : {RANKS[rank].fr.lower()}")
        for rank in LINE
    },
}
"""The fields that are worked out, by their paths below `taxon`."""


def has_taxa(value: Mapping[str, Any]) -> bool:
    return any(one in value for one in SOURCES) and MEMBER not in value


def taxa_of(determination: Mapping[str, Any]) -> dict[str, Any]:
    """The taxa by rank, and all of them as `within`; empty where nothing is known."""
    details, parsed = (_object(determination.get(name)) for name in SOURCES)
    path, ranks = (
        [part.strip() for part in str(details.get(name) or "").split("|")]
        for name in ("classificationPath", "classificationRanks")
    )
    found: dict[str, Any] = {}
    for rank, name in zip(ranks, path, strict=False):
        if name and RANK.fullmatch(rank.lower()) and rank.lower() not in (WITHIN, LINEAGE):
            found.setdefault(rank.lower(), name)
    classified = any(rank in found for rank in LINE)
    genus, epithet = parsed.get("genus"), parsed.get("specificEpithet")
    if genus:
        found.setdefault("genus", str(genus))
    names = [
        *path, genus, f"{genus} {epithet}" if genus and epithet else None, parsed.get("canonicalName"),
        determination.get("scientificName"),
    ]  # fmt: skip
    within = list(dict.fromkeys(str(name) for name in names if name))
    if classified:
        found[LINEAGE] = lineage(found)
    return {**found, WITHIN: within} if within else found


def lineage(found: Mapping[str, str]) -> dict[str, str]:
    """By rank the taxa from the kingdom down to it, as far as they are known."""
    lowest = max(at for at, rank in enumerate(LINE) if rank in found)
    line = [found.get(rank, LEFT_OUT) for rank in LINE[: lowest + 1]]
    return {rank: BELOW.join(line[: at + 1]) for at, rank in enumerate(LINE[: lowest + 1])}


def is_taxon(path: str) -> bool:
    """Whether a path leads to one of these fields."""
    return f".{MEMBER}." in path


def _object(value: Any) -> Mapping[str, Any]:
    return value if is_object(value) else {}
