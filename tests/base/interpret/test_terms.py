"""Words of collections read as values of vocabularies."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dina.base.interpret as package
from dina.base.interpret.terms import (
    interpret_basis_of_record,
    interpret_country,
    interpret_datum,
    interpret_establishment_means,
    interpret_identification_qualifier,
    interpret_licence,
    interpret_life_stage,
    interpret_sex,
    interpret_type_status,
)
from dina.base.interpret.terms.country_names import countries
from dina.base.interpret.terms.vocabulary import vocabulary

COUNTRIES = [
    ("Canada", "CA", "certain"), ("CAN", "CA", "certain"), ("ca", "CA", "certain"), ("Deutschland", "DE", "certain"),
    ("Côte d’Ivoire", "CI", "certain"), ("U.S.A.", "US", "certain"), ("États-Unis", "US", "certain"),
    ("Korea, Republic of", "KR", "certain"), ("The Netherlands", "NL", "certain"), ("NewZealand", "NZ", "certain"),
    ("Burma", "MM", "certain"), ("Zaire", "CD", "certain"), ("Ceylon", "LK", "certain"), ("Siam", "TH", "certain"),
    ("Formosa [Taiwan]", "TW", "certain"), ("England; U.K.", "GB", "certain"), ("Abyssinia", "ET", "probable"),
    ("British East Africa", "KE", "probable"), ("British East Africa [Tanzania]", "TZ", "probable"),
    ("Java", "ID", "probable"), ("N.E. Celebes", "ID", "probable"), ("S. Georgia", "GS", "certain"),
    ("Bruges Belgium", "BE", "probable"), ("Gulf of Peter the Great, Russia", "RU", "certain"),
    ("Jamacia", "JM", "probable"), ("Mexico?", "MX", "probable"), ("Trinidad, W.I.", "TT", "certain"),
    ("N. Borneo", None, "ambiguous"), ("Argentina/Chile", None, "ambiguous"), ("USSR", None, "ambiguous"),
    ("Czechoslovakia", None, "ambiguous"), ("Congo", None, "ambiguous"), ("New Guinea", None, "ambiguous"),
    ("Brazil or Peru", None, "ambiguous"), ("Mexico or S. America", None, "unknown"), ("Atlantic Ocean", None, "unknown"),
    ("West Indies", None, "unknown"), ("unknown", None, "unknown"), ("Xyzzy", None, "unknown"), ("", None, "unknown"),
    ("Gulf of Mexico", None, "ambiguous"), ("Cuba [in error]", None, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "confidence"), COUNTRIES)
def test_a_country_by_any_of_its_names(text: str, code: str | None, confidence: str) -> None:
    read = interpret_country(text)
    assert (read.value.alpha2 if read.value else None, read.confidence) == (code, confidence)


def test_every_country_has_both_codes_and_both_names_and_reads_back() -> None:
    assert len(countries()) == 250
    for country in countries().values():
        assert re.fullmatch(r"[A-Z]{2} [A-Z]{3}", f"{country.alpha2} {country.alpha3}")
        for name in (country.en, country.fr, country.alpha3):
            read = interpret_country(name)
            found = [read.value, *read.alternatives] if read.value else list(read.alternatives)
            assert country in found or read.confidence == "unknown", name


def test_a_former_union_lists_its_successors() -> None:
    codes = [country.alpha2 for country in interpret_country("Tchécoslovaquie").alternatives]
    assert codes == ["CZ", "SK"]


@pytest.mark.parametrize(
    ("text", "key", "confidence"),
    [
        ("♂", "male", "certain"), ("♀♀", "female", "certain"), ("Weibchen", "female", "certain"), ("hane", "male", "certain"),
        ("femelle", "female", "certain"), ("ADULT FEMALE, SVL 198 MM, TAIL 24 MM", "female", "certain"), ("F by dissection", "female", "certain"),
        ("M?", "male", "probable"), ("female-coloured", "female", "probable"), ("gravid", "female", "probable"), ("☿", "hermaphrodite", "certain"),
        ("1 male, 2 females", "mixed", "certain"), ("7M,6F", "mixed", "certain"), ("machos y hembras", "mixed", "certain"), ("M/F", "mixed", "probable"),
        ("males: 2, females: 0", "male", "certain"), ("males: 0, females: 6", "female", "certain"), ("unsexed", "indeterminate", "certain"),
        ("M or F", None, "ambiguous"), ("F [M]", None, "ambiguous"), ("♂♀", None, "ambiguous"), ("juv.", None, "unknown"), ("TISSUE TAKEN (DGM)", None, "unknown"),
        ("JUVENILE, SVL 662 MM, TAIL 239 M", None, "unknown"), ("Lichenes Canadenses", None, "unknown"),
    ],
)  # fmt: skip
def test_a_sex_among_other_words(text: str, key: str | None, confidence: str) -> None:
    read = interpret_sex(text)
    assert (read.value.key if read.value else None, read.confidence) == (key, confidence)


def test_several_sexes_are_named_with_their_numbers() -> None:
    assert interpret_sex("1 male, 2 females").reasons[0].parameters == {"sexes": "female 2, male 1"}


@pytest.mark.parametrize(
    ("text", "key", "confidence"),
    [
        ("ad.", "adult", "certain"), ("ADULT MALE", "adult", "certain"), ("larvae", "larva", "certain"), ("Juv.?", "juvenile", "probable"),
        ("juvénile", "juvenile", "certain"), ("Puppe", "pupa", "certain"), ("sub-adult female", "subadult", "certain"), ("têtard", "tadpole", "certain"),
        ("en fruit", "fruiting", "certain"), ("nestling (juv.)", "nestling", "certain"), ("HY", None, "ambiguous"), ("M 1979HY", None, "ambiguous"), ("AHY", "adult", "probable"), ("hembra preg. 2-2 emb. 15mm", None, "ambiguous"), ("lactating", "adult", "probable"),
        ("juv. & adult", None, "ambiguous"), ("eggs and larvae", None, "ambiguous"), ("male", None, "unknown"), ("not recorded", None, "unknown"),
    ],
)  # fmt: skip
def test_a_life_stage_among_other_words(text: str, key: str | None, confidence: str) -> None:
    read = interpret_life_stage(text)
    assert (read.value.key if read.value else None, read.confidence) == (key, confidence)


@pytest.mark.parametrize(
    ("text", "key", "name", "confidence"),
    [
        ("HOLOTYPUS", "holotype", None, "certain"), ("Holotype of Aus bus L.", "holotype", "Aus bus L", "certain"),
        ("Paratypes of Aus bus Smith, 1900", "paratype", "Aus bus Smith, 1900", "certain"), ("co - type", "cotype", None, "certain"),
        ("LECTO(TYPE) OF RUPESTRIS", "lectotype", "RUPESTRIS", "certain"), ("isotipo", "isotype", None, "certain"), ("TYPE", "type", None, "certain"),
        ("TYPES (PARALECTOTYPES)", "paralectotype", None, "certain"), ("Syntype?", "syntype", None, "probable"),
        ("cast of holotype", "plastoholotype", None, "probable"), ("from type locality", "topotype", None, "probable"),
        ("not a type", "none", None, "certain"), ("Holotype, Paratype", None, None, "ambiguous"), ("2 syntypes in USNM", None, None, "unknown"),
        ("photo of holotype", None, None, "unknown"), ("near topotype", None, None, "unknown"), ("FIGURED", None, None, "unknown"),
    ],
)  # fmt: skip
def test_a_type_status_and_the_name_it_typifies(
    text: str, key: str | None, name: str | None, confidence: str
) -> None:
    read = interpret_type_status(text)
    assert (read.value.key if read.value else None, read.confidence) == (key, confidence)
    assert (read.value.typified_name if read.value else None) == name


@pytest.mark.parametrize(
    ("text", "name", "confidence"),
    [("WGS-84", "WGS84", "certain"), ("North American Datum 1927", "NAD27", "certain"), ("NAD83 (GPS)", "NAD83", "certain"),
     ("WGA84", "WGS84", "probable"), ("WGS85", "WGS84", "probable"), ("NAD28", "NAD27", "probable"), ("wgs", "WGS84", "probable"),
     ("NAD23", None, "ambiguous"), ("NAD27/WGS84", None, "ambiguous"), ("UTM", None, "unknown"), ("not recorded", None, "unknown")],
)  # fmt: skip
def test_a_datum(text: str, name: str | None, confidence: str) -> None:
    read = interpret_datum(text)
    assert (read.value.name if read.value else None, read.confidence) == (name, confidence)


@pytest.mark.parametrize(
    ("text", "standard", "applies_to"),
    [("cf.", "cf.", None), ("cf. vulgaris", "cf.", "vulgaris"), ("SP. CF. VULGARIS", "cf.", "VULGARIS"), ("aff. riparia", "aff.", "riparia"),
     ("sp. 3", "sp.", None), ("n. sp.", "sp. nov.", None), ("gen. et sp. nov.", "gen. nov.", None), ("GENUS ?", "?", "genus"),
     ("gen. A, sp. 1", "gen. indet.", None), ("agg.", "agg.", None), ("s.l.", "s.l.", None), ("subsp.", "ssp.", None)],
)  # fmt: skip
def test_an_identification_qualifier(text: str, standard: str, applies_to: str | None) -> None:
    value = interpret_identification_qualifier(text).value
    assert value is not None
    assert (value.standard, value.applies_to) == (standard, applies_to)


@pytest.mark.parametrize(
    ("text", "standards"),
    [("cf. sp. A", {"cf.", "sp."}), ("sp. 2 aff. chaoi", {"aff.", "sp."}), ("FA ? ;GE CF", {"cf.", "?"}), ("cf. aff. minor", {"cf.", "aff."})],
)  # fmt: skip
def test_where_two_qualifiers_say_as_much_none_is_chosen(text: str, standards: set[str]) -> None:
    read = interpret_identification_qualifier(text)
    assert read.value is None
    assert {one.standard for one in read.alternatives} == standards


def test_a_standard_length_is_no_qualifier() -> None:
    assert interpret_identification_qualifier("310MM S.L.,HEAD=78MM").value is None


@pytest.mark.parametrize(
    ("text", "standard"),
    [("PreservedSpecimen", "PreservedSpecimen"), ("Herbarbeleg", "PreservedSpecimen"), ("Espécimen vivo", "LivingSpecimen"), ("fossil", "FossilSpecimen"),
     ("HUMANOBSERVATION", "HumanObservation"), ("camera trap", "MachineObservation"), ("Literatur", "MaterialCitation"), ("tissue sample", "MaterialSample"),
     ("Unknown", None), ("HumanObservation, PreservedSpecimen", None), ("Ulva rigida", None)],
)  # fmt: skip
def test_a_basis_of_record(text: str, standard: str | None) -> None:
    value = interpret_basis_of_record(text).value
    assert (value.standard if value else None) == standard


def test_establishment_means_keeps_the_degree_apart() -> None:
    assert [
        interpret_establishment_means(text).confidence
        for text in ("native", "exotique", "invasive", "cultivated")
    ] == [
        "certain",
        "certain",
        "probable",
        "unknown",
    ]
    assert interpret_establishment_means("cultivated").reasons[0].parameters["degree"] == "cultivated"


@pytest.mark.parametrize(
    ("text", "key", "confidence"),
    [("CC0", "universal-public-domain-dedication-1", "certain"), ("CC-BY 4.0", "attribution-international-4", "certain"),
     ("https://creativecommons.org/licenses/by-nc/4.0/legalcode", "attribution-international-noncommercial-4", "certain"),
     ("CC-BY", "attribution-international-4", "probable"), ("CC BY-NC-SA 3.0", "cc-by-nc-sa-3.0", "certain"), ("ODbL", "odbl-1.0", "certain"),
     ("Creative Commons - Atribuição 4.0 Internacional", "attribution-international-4", "certain"),
     ("Open Government Licence – Canada", "open-government-licence-canada", "certain"), ("CC-BY-NC 3.4", None, "unknown"),
     ("© 2018 A Museum", None, "unknown"), ("public domain", None, "unknown"), ("CC-BY-SA 3.0CC-BY-NC-SA 3.0", None, "ambiguous")],
)  # fmt: skip
def test_a_licence(text: str, key: str | None, confidence: str) -> None:
    read = interpret_licence(text)
    assert (read.value.key if read.value else None, read.confidence) == (key, confidence)


def test_the_keys_of_the_wire_are_all_known() -> None:
    wire = "none holotype paratype allotype neotype syntype lectotype paralectotype hapantotype iconotype ergatotype"
    assert set(wire.split()) <= set(vocabulary("type_status").terms)


def test_every_term_reads_back_from_its_names_in_both_languages() -> None:
    for name in (
        "sex",
        "life_stage",
        "type_status",
        "basis_of_record",
        "establishment_means",
        "identification_qualifier",
    ):
        for term in vocabulary(name).terms.values():
            for written in (term.en, term.fr):
                found = vocabulary(name).term(written)
                assert found == term, (name, written)


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    folder = Path(package.__file__).parent
    for sentences, sources in (
        ("places.toml", [p for p in folder.glob("*.py") if p.name not in ("__init__.py",)]),
        ("terms.toml", list((folder / "terms").glob("*.py"))),
    ):
        table = tomllib.loads((folder / sentences).read_text("utf-8"))["reason"]
        text = "".join(source.read_text("utf-8") for source in sources)
        codes = set(re.findall(r'Reason\(\s*"(\w+)"', text))
        assert codes - set(table) == set()
        assert all(set(sentence) == {"en", "fr"} for sentence in table.values())


EVERY = [
    interpret_basis_of_record, interpret_country, interpret_datum, interpret_establishment_means,
    interpret_identification_qualifier, interpret_licence, interpret_life_stage, interpret_sex, interpret_type_status,
]  # fmt: skip


@given(st.text(max_size=150) | st.text(alphabet="mfMF?[]()/=,;&+ 0123456789♂♀adultype ofNESW.-", max_size=80))
@settings(max_examples=500, deadline=None)
def test_no_text_makes_any_of_them_raise(text: str) -> None:
    for interpret in EVERY:
        read = interpret(text)
        assert (read.value is not None) == (read.confidence in ("certain", "probable"))


@pytest.mark.parametrize("interpret", EVERY)
@pytest.mark.parametrize(
    "piece", ["a", "? ", "[", "type of ", "m/f ", "cc-by ", "N. ", "gen. ", "1,", "(", "north "]
)
def test_a_long_text_of_one_piece_takes_no_time(interpret: object, piece: str) -> None:
    assert callable(interpret)
    interpret(piece * (1000 // len(piece)))
    interpret(piece * 100_000)
