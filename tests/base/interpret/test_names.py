"""Scientific names are taken apart as the field takes them apart."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dina.base.interpret.names import parse_name
from tests.conftest import shared

pytestmark = pytest.mark.skipif(parse_name("Carex nigra") is None, reason="no name parser for this platform")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Carex aquatilis Wahlenb.", {"canonical": "Carex aquatilis", "authorship": "Wahlenb.", "cardinality": 2}),
        ("Quercus × hispanica Lam.", {"canonical": "Quercus hispanica", "hybrid": "named"}),
        ("Salix alba × S. fragilis", {"hybrid": "formula", "genus": None, "cardinality": 0}),
        ("Carex cf. nigra", {"qualifier": "cf.", "canonical": "Carex nigra", "quality": 4}),
        ("Aus bus subsp. cus (L.) Mill., 1768", {"infraspecific_epithet": "cus", "rank": "subsp.", "year": "1768"}),
        ("Rosa 'Peace'", {"cultivar": "Peace", "genus": "Rosa"}),
        ("+ Crataegomespilus", {"canonical": "Crataegomespilus", "cardinality": 1}),
        ("Poaceae Barnhart", {"genus": None, "canonical": "Poaceae"}),
        ("no name at all 1234", {"quality": 0, "canonical": None}),
    ],
)  # fmt: skip
def test_a_name_is_taken_apart(name: str, expected: dict[str, object]) -> None:
    found = parse_name(name)
    assert found is not None
    assert {key: getattr(found, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("name", "formatted"),
    [
        ("Carex aquatilis Wahlenb.", "<i>Carex aquatilis</i> Wahlenb."),
        ("Carex cf. nigra", "<i>Carex</i> cf. <i>nigra</i>"),
        ("Aus bus var. cus L.", "<i>Aus bus</i> var. <i>cus</i> L."),
        ("Poaceae Barnhart", "Poaceae Barnhart"),
        ("Aus bus <script>", "<i>Aus bus</i> &lt;script&gt;"),
    ],
)
def test_genus_and_epithets_are_in_italics_and_nothing_else(name: str, formatted: str) -> None:
    found = parse_name(name)
    assert found is not None
    assert found.formatted == formatted


class Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_is_read_without_harm_and_shown_as_it_was_written(text: str) -> None:
    found = parse_name(text)
    if found is not None:
        assert found.verbatim == text
        shown = Shown()
        shown.feed(found.formatted)
        shown.close()
        assert shown.tags <= {"i"}
        assert "".join(shown.text.split()) == "".join(text.split()) or "\r" in text


def test_it_agrees_with_the_parsers_own_cases() -> None:
    """Against the cases of a newer parser: the rest are forms that version learned since."""
    differences: list[str] = []
    cases = [
        json.loads(line)
        for file in ("names.ndjson", "cultivars.ndjson")
        for line in shared(f"data/scientific-names/{file}").read_text("utf-8").splitlines()
    ]
    for case in cases:
        expected, found = case["expected"], parse_name(case["input"])
        assert found is not None
        said = (found.parsed, found.canonical, found.authorship, bool(found.hybrid))
        meant = (
            expected["parsed"],
            (expected.get("canonical") or {}).get("simple"),
            (expected.get("authorship") or {}).get("normalized"),
            bool(expected.get("hybrid")),
        )
        if said != meant:
            differences.append(f"{case['input']!r}: {said} {meant}")
    print(f"\n{len(cases)} names, {len(differences)} read otherwise")
    assert len(differences) <= len(cases) * 0.03, "\n".join(differences)


def test_a_comparison_below_the_species_has_one_epithet() -> None:
    found = parse_name("Aus bus cf. cus")
    assert found is not None
    assert (found.specific_epithet, found.infraspecific_epithet) == ("bus", "cus")
