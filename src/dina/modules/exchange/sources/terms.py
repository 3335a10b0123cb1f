"""Short names of terms, and what a table is about by its row type or its headings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

_PREFIXES = {
    "dwc": "http://rs.tdwg.org/dwc/terms/",
    "dwciri": "http://rs.tdwg.org/dwc/iri/",
    "dc": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/",
    "ac": "http://rs.tdwg.org/ac/terms/",
    "gbif": "http://rs.gbif.org/terms/1.0/",
    "eco": "http://rs.tdwg.org/eco/terms/",
    "chrono": "http://rs.tdwg.org/chrono/terms/",
    "col": "http://catalogueoflife.org/terms/",
    "acef": "https://terms.catalogueoflife.org/acef/",
}


def data(name: str) -> dict[str, Any]:
    """A table of this folder."""
    return tomllib.loads(files("dina.modules.exchange.sources").joinpath(name).read_text("utf-8"))


@cache
def _known() -> dict[str, str]:
    found: dict[str, str] = {}
    for namespace, names in data("terms.toml").items():
        for name in names:
            found.setdefault(name.casefold(), namespace + name)
    return found


def short_name(term: str) -> str:
    """`http://rs.tdwg.org/dwc/terms/country` -> `country`, `dwc:country` -> `country`."""
    return re.split(r"[/#:]", term.strip().rstrip("/#"))[-1]


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (http, https or urn)."""
    return bool(re.match(r"(?:https?://|urn:)\S+$", text.strip(), re.I))


def qualified(term: str) -> str | None:
    """The IRI a descriptor means: as it is, by a usual prefix, or a known short name; else None."""
    term = term.strip()
    if is_iri(term):
        return term
    prefix, colon, name = term.partition(":")
    if colon and prefix.casefold() in _PREFIXES and name:
        return _PREFIXES[prefix.casefold()] + name
    return _known().get(term.casefold())


def is_known(heading: str) -> bool:
    """Whether a heading is a term, written `scientificName`, `dwc:scientificName` or `Scientific Name`."""
    plain = heading.strip()
    if is_iri(plain) or plain.partition(":")[0].casefold() in _PREFIXES:
        plain = short_name(plain)
    return re.sub(r"[\s_-]+", "", plain).casefold() in _known()


@cache
def _kinds() -> tuple[dict[str, str], list[tuple[frozenset[str], str]]]:
    by_type: dict[str, str] = {}
    by_headings: list[tuple[frozenset[str], str]] = []
    for kind in data("kinds.toml")["kind"]:
        by_type |= {short_name(one).casefold(): kind["name"] for one in kind["row_types"]}
        by_headings += [(frozenset(h.casefold() for h in some), kind["name"]) for some in kind["headings"]]
    return by_type, by_headings


def kind_of(row_type: str) -> str:
    """The short kind of a row type IRI, or the IRI itself where we know none."""
    return _kinds()[0].get(short_name(row_type).casefold(), row_type)


def kind_by_headings(headings: Iterable[str]) -> str | None:
    """What a table with these headings is about, or None."""
    present = {short_name(heading).casefold() for heading in headings}
    return next((kind for wanted, kind in _kinds()[1] if wanted <= present), None)
