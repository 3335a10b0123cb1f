"""The interpreters on values of real collections, against what people decided.

The reference has errors and choices of its own: rows where the reading differs
on purpose are listed with the reason, and only those may differ. Each test
prints what it measured (`pytest -s`).
"""

import csv
import re
from collections.abc import Callable

import pytest

from dina.base.interpret import Interpretation
from dina.base.interpret.coordinates import interpret_coordinate_pair, interpret_coordinates
from dina.base.interpret.measures import interpret_depth, interpret_elevation
from dina.base.interpret.terms import (
    interpret_basis_of_record,
    interpret_country,
    interpret_datum,
    interpret_licence,
    interpret_sex,
)

from ...conftest import shared
from .score import GBIF, KURATOR, Score, matches, rows

COUNTRY_DIFFERENCES = {
    "former names of one country today are read, with a reason": r"abyss?ini|abess|abyssian|persia|rhodesia|anglo.?egypt|egyptian ?sudan|annam|moyen congo"
    r"|asia minor|anatolia|holy land|nouvelle hollande|togoland|\bpegu|east indies|dutch east|new grenada|papouasie|p\.?e\.?a|somaliland|french guinea|w.? africa|moluques"
    r"|formos|cochin|tonkin|gold coast|burma|siam|barbary|new guinea terr",
    "East Pakistan is Bangladesh, Congo Léopoldville and Belge Kinshasa's, Republic of China Taiwan": r"e(ast)?\.? pakistan|congo leopold|congo belge|republic of china|repub of the congo",
    "islands and provinces of one country are read as such": r"admiralty|ascension|amsterdam|aves i|baker i|bonvouloir|bougainville|campbell i|christmas|gambier|henderson|horne i|inagua"
    r"|\bst\.? croix|saint croix|swan i|tiandu|volcano|lac isabal|puntarenas|acores|lagos|caroline|cnmi|franconesi|franconési|west bank|p\.?i\.?$|caucasus|norfolk|new guinea$|n e new guinea|hervey|\bline i"
    r"|papua c|navassa|\bkalimantan|mallorca|sulu|lapac|taboga|austral|malacca|gambia|dominica|east(ern)? timor|e\. of timor|siberia|bengal|india, burma|revillagigedo|gouadeloupe|jordan, palestine|borneo",
    "codes of ISO 3166-1 are codes": r"^(mar|ind\.?)$",
    "the last of two names, a bracket or a wider sea decides": r"samoa; south|s\.w\. arabia|grenada & gren|palestine; \[|b honduras|vanuatunew",
}


def test_countries() -> None:
    score = Score()
    for verbatim, standard in rows("country"):
        value = interpret_country(verbatim).value
        expected = standard if re.fullmatch(r"[A-Z]{2}", standard) else ""
        score.count(verbatim, expected, value.alpha2 if value else "", matches(COUNTRY_DIFFERENCES, verbatim))
    score.report("country", coverage=0.87)


def test_countries_of_the_gbif_dictionary() -> None:
    """The names of `countryName.tsv`; ZZ there means unknown, and many are worn out of shape."""
    score = Score()
    for line in shared(f"{GBIF}/gbif-dictionaries/countryName.tsv").read_text("utf-8").splitlines():
        verbatim, _, code = line.partition("\t")
        if line.startswith("#") or not re.fullmatch(r"[A-Z]{2}", code) or code == "ZZ":
            continue
        value = interpret_country(verbatim).value
        score.count(verbatim, code, value.alpha2 if value else "", matches(COUNTRY_DIFFERENCES, verbatim))
    score.report("country, GBIF", coverage=0.83)


@pytest.mark.parametrize(
    ("name", "interpret", "least"),
    [
        ("occurrence_countries.txt", interpret_country, 0.55),
        ("sexes.txt", interpret_sex, 0.7),
        ("test_datum.txt", interpret_datum, 0.7),
        ("license_uri.txt", interpret_licence, 0.4),
        ("test_bor.txt", interpret_basis_of_record, 0.25),
    ],
)
def test_coverage_of_the_raw_values_gbif_met(
    name: str, interpret: Callable[[str], Interpretation[object]], least: float
) -> None:
    values = shared(f"{GBIF}/gbif-test/{name}").read_text("utf-8").splitlines()
    read = [interpret(value) for value in values]
    answered = sum(one.understood for one in read)
    unclear = sum(one.confidence == "ambiguous" for one in read)
    print(
        f"\n{name}: {len(values)} values, {answered / len(values):.1%} with a value, {unclear / len(values):.1%} ambiguous"
    )
    assert answered >= least * len(values)


COORDINATE_DIFFERENCES = {
    "30": "a latitude of 123.45 in the field of the latitude is impossible; the swap is offered",
    "40": "likewise 94",
    "42": "0, 0 is read with a doubt",
    "38": "a longitude alone is no point",
    "16": "packed degrees are read, with a doubt",
    "52": "the old parser knew no º",
    "54": "the old parser knew no ∞",
}


def test_the_coordinates_of_the_old_parser() -> None:
    read = 0
    with shared(f"{KURATOR}/LegacyCoordinates.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            fields = [
                row[f"verbatimDecimal{axis}"] or row[f"verbatim{axis}"] for axis in ("Latitude", "Longitude")
            ]
            system = row["verbatimCoordinateSystem"]
            if row["verbatimCoordinates"]:
                answer = interpret_coordinates(row["verbatimCoordinates"], coordinate_system=system)
            else:
                answer = interpret_coordinate_pair(*fields, coordinate_system=system)
            if row["processingID"] in COORDINATE_DIFFERENCES or not (
                any(fields) or row["verbatimCoordinates"]
            ):
                continue
            if not row["decimalLatitude"] or not row["decimalLongitude"]:
                assert answer.value is None, row
                continue
            assert answer.value is not None, row
            assert answer.value.latitude == pytest.approx(float(row["decimalLatitude"]), abs=1e-6)
            assert answer.value.longitude == pytest.approx(float(row["decimalLongitude"]), abs=1e-6)
            read += 1
    assert read >= 10


@pytest.mark.parametrize(
    ("table", "kind", "interpret"),
    [("LegacyElevations", "Elevation", interpret_elevation), ("LegacyDepths", "Depth", interpret_depth)],
)
def test_the_elevations_and_depths_of_the_old_parser(
    table: str, kind: str, interpret: Callable[[str], Interpretation[object]]
) -> None:
    """Rounded there to centimetres; a number without a unit had no value there and is ambiguous here."""
    read = 0
    with shared(f"{KURATOR}/{table}.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            verbatim = row[f"verbatim{kind}"]
            if not verbatim:
                continue
            low, high = row[f"minimum{kind}InMeters"], row[f"maximum{kind}InMeters"]
            value = interpret(verbatim).value
            if not low:
                assert value is None, row
                continue
            assert value is not None, row
            assert getattr(value, "minimum", None) == pytest.approx(float(low), abs=0.01)
            assert getattr(value, "maximum", None) == pytest.approx(float(high), abs=0.01)
            read += 1
    assert read >= 3
