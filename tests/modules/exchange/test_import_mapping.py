"""What columns are taken for: headings met in the wild, every term of Darwin Core, other kinds of record."""

from __future__ import annotations

import csv

import pytest

from dina.modules.exchange.importing.automap import automap, guess, plain
from dina.modules.exchange.importing.fields import COMPONENTS, Field, component_of, darwin_core, term_homes
from dina.modules.exchange.importing.readers import read_date
from tests.conftest import shared

CLASSES = 1
"""Terms with a capital are classes: kinds of things, not properties."""


def wild() -> list[tuple[str, str]]:
    path = shared("data/value-mappings/kurator/darwin_cloud.tsv")
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text, delimiter="\t"))
    known = term_homes()
    return [(row["fieldname"], row["standard"]) for row in rows if row["standard"] in known]


def test_headings_met_in_the_wild_are_taken_for_what_people_settled_on() -> None:
    cases = wild()
    wrong = [
        (heading, term, found)
        for heading, term in cases
        if (found := guess(heading, None, {}, ()).field) != term
        and term_homes().get(found or "", found) != term_homes()[term]
    ]
    assert len(cases) > 190
    assert len(wrong) <= len(cases) * 0.05, wrong


def test_every_property_of_darwin_core_has_a_home_or_becomes_a_custom_field() -> None:
    with shared("data/standards/tdwg-terms/terms.csv").open(encoding="utf-8", newline="") as text:
        rows = [
            row for row in csv.DictReader(text)
            if row["term_localName"][0].islower() and row["term_deprecated"] != "true"
        ]  # fmt: skip
    assert len(rows) > 180
    homes = term_homes()
    columns = [
        {
            "position": at,
            "name": row["term_localName"],
            "term": row["term_isDefinedBy"] + row["term_localName"],
        }
        for at, row in enumerate(rows)
    ]
    mapped = automap(columns, {})
    for row, entry in zip(rows, mapped, strict=True):
        term = row["term_localName"]
        assert entry["field"], f"{term} would be dropped"
        if term not in homes:
            assert component_of(entry["field"]) is not None, f"{term} has no home and no custom field"
    fields = [entry["field"] for entry in mapped]
    assert len(set(fields)) == len(fields), "no two terms share a field"


def test_terms_that_must_have_a_home_have_one() -> None:
    """Terms of occurrences, events, locations, identifications and taxa that are in use."""
    homes = term_homes()
    with shared("data/standards/tdwg-terms/terms.csv").open(encoding="utf-8", newline="") as text:
        used = [
            row["term_localName"] for row in csv.DictReader(text)
            if row["tdwgutility_usageScope"] == "simple" and row["term_localName"][0].islower()
            and row["term_deprecated"] != "true"
        ]  # fmt: skip
    without = sorted(term for term in used if term not in homes)
    assert without == [], without


def test_each_term_has_one_home_only() -> None:
    facts = darwin_core()
    said = [
        *facts["home"],
        *(term for terms in facts["together"].values() for term in terms),
        *(term for terms in facts["component"].values() for term in terms),
    ]
    assert sorted(said) == sorted(set(said))
    assert set(facts["component"]) == set(COMPONENTS)


@pytest.mark.parametrize(
    ("heading", "same"),
    [
        ("dwc:catalogNumber", "Catalog-Number"),
        ("http://rs.tdwg.org/dwc/terms/sex", "SEX"),
        ("Élévation", "elevation"),
    ],
)
def test_headings_are_compared_without_case_accents_and_prefixes(heading: str, same: str) -> None:
    assert plain(heading) == plain(same)


def test_records_of_one_part_are_found_by_name_label_or_term() -> None:
    fields = {
        name: Field(name, "", name, "text", {"en": label, "fr": label}, term)
        for name, label, term in (
            ("startEventDateTime", "Collected from", "dwc:eventDate"),
            ("habitat", "Habitat", "dwc:habitat"),
        )
    }
    columns = [{"position": at, "name": name} for at, name in enumerate(("Coll. date", "Biotope", "Colour"))]
    found = [entry["field"] for entry in automap(columns, fields)]
    assert found == ["startEventDateTime", "habitat", None], "what has no field is said, not put anywhere"


@pytest.mark.parametrize(
    ("texts", "fix"),
    [
        ({"eventDate": "36526"}, "2000-01-01"),
        ({"verbatimEventDate": "36526"}, None),
        ({"eventDate": "36526", "verbatimEventDate": "New Year"}, None),
    ],
)
def test_a_count_of_days_is_proposed_as_the_day_it_means(texts: dict[str, str], fix: str | None) -> None:
    assert [fault.fix for fault in read_date(texts).faults] == [fix]
