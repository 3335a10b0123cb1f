"""Descriptions of data sets are judged by a validator of EML 2.2 that is not ours (metapype)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from metapype.eml import validate
from metapype.model import metapype_io

from dina.modules.exchange.publishing.coverage import Coverage
from dina.modules.exchange.publishing.eml import Party, eml_xml

LICENCE = "http://creativecommons.org/licenses/by/4.0/legalcode"
WHOLE: Mapping[str, Any] = {
    "title": "Bog plants",
    "frenchTitle": "Plantes des tourbières",
    "abstract": "First.\n\nSecond <b>paragraph</b> & more.",
    "frenchAbstract": "Un seul.",
    "licence": LICENCE,
    "methods": [
        {"description": "By hand.", "sampling": "Plots", "studyExtent": "Bogs", "qualityControl": "Twice"},
        {"description": "Then dried."},
    ],
    "purpose": "To know.",
    "citation": "Roy A. Bog plants.",
    "keywords": ["bog", "plants"],
    "webpage": "https://museum.example/bogs",
}
PARTIES = [
    Party("creator", "Roy, Ana", "Museum", "curator", "ana@museum.example", "https://orcid.org/0000-0002-1825-0097"),
    Party("metadataProvider", "Li Wu"),
    Party("contact", organization="Museum"),
    Party("curator", organization="Herbarium"),
]  # fmt: skip
BARE = [Party("creator", organization="Museum"), Party("contact", organization="Museum")]


def covered() -> dict[str, Any]:
    found = Coverage()
    found.place(45.5, -75.25)
    found.place(46.0, -75.0)
    found.time("1999-07/1999-08-02")
    found.taxa["kingdom"].add("Plantae")
    found.taxa["family"].add("Cyperaceae")
    found.countries.add("Canada")
    return found.document()


def described(dataset: Mapping[str, Any], parties: Sequence[Party], coverage: Mapping[str, Any]) -> str:
    return eml_xml(
        dataset, parties, coverage, id_="0198c0de-0000-7000-8000-000000000001", number=3,
        published="2026-11-22", url="https://museum.example/datasets/1",
    ).decode()  # fmt: skip


def faults(text: str) -> list[str]:
    """What the validator has against a description.

    It does not know links in paragraphs, which the standard and the profile of GBIF have: the licence is one.
    """
    found: list[Any] = []
    validate.tree(metapype_io.from_xml(re.sub(r"<ulink.*?</ulink>", "licence", text, flags=re.DOTALL)), found)
    return [str(one) for one in found]


@pytest.mark.parametrize(
    ("dataset", "parties", "coverage"),
    [
        (WHOLE, PARTIES, covered()),
        ({"title": "Bog plants", "licence": LICENCE}, BARE, Coverage().document()),
        ({**WHOLE, "methods": None, "keywords": [], "abstract": None}, BARE, covered()),
        ({**WHOLE, "title": "\x0bA title\x00 with signs that no XML holds \ud800"}, PARTIES, covered()),
    ],
    ids=["everything", "almost nothing", "without methods", "forbidden signs"],
)
def test_a_description_is_valid(
    dataset: Mapping[str, Any], parties: Sequence[Party], coverage: Mapping[str, Any]
) -> None:
    assert faults(described(dataset, parties, coverage)) == []


def test_the_validator_sees_what_is_missing_or_out_of_place() -> None:
    whole = described(WHOLE, PARTIES, covered())
    without = re.sub(r"<contact>.*</contact>", "", whole, flags=re.DOTALL)
    assert any("contact" in one for one in faults(without))
    assert faults(whole.replace("surName", "surname"))
    title = re.search(r"<title .*?</title>", whole)
    assert title is not None
    assert faults(whole.replace("</dataset>", f"{title[0]}</dataset>"))
