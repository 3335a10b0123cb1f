"""Terms of real collections, against what people decided; `differences` as in the tests of places."""

import re

from dina.base.interpret.terms import (
    interpret_basis_of_record,
    interpret_datum,
    interpret_establishment_means,
    interpret_identification_qualifier,
    interpret_licence,
    interpret_life_stage,
    interpret_sex,
    interpret_type_status,
)

from ...conftest import shared
from .score import GBIF, Score, matches, rows

SEX_DIFFERENCES = {
    "app. stands for apparently": r"\[APP\. M\]",
    "the status of the label is doubted": r"on label",
}


def test_sexes() -> None:
    score = Score()
    for verbatim, standard in rows("sex"):
        read = interpret_sex(verbatim)
        found = read.value.key if read.value else ""
        expected = {"unknown": "indeterminate", "indeterminable": "indeterminate"}.get(standard, standard)
        if "|" in standard:
            expected = "mixed" if re.search(r"\bfemale", standard) and re.search(r"\bmale", standard) else ""
        if standard == "in question":
            expected = found if read.confidence != "certain" else "(in question)"
        if {expected, found} == {"indeterminate", ""}:
            expected = found
        score.count(verbatim, expected, found, matches(SEX_DIFFERENCES, verbatim))
    score.report("sex", coverage=0.9)


LIFE_STAGE_SAME = {
    "young": "juvenile", "yearling": "juvenile", "first year": "immature", "hatch-year": "immature", "1st winter": "immature",
    "second year": "immature", "second-year": "immature", "downy young": "chick", "nestlings": "nestling", "egg case": "egg",
    "hatching egg": "egg", "ovarian egg": "egg", "young adult": "subadult", "fledling": "fledgling", "embro": "embryo",
    "ahy": "adult", "after second year": "adult", "larva cell": "larva", "adult, in molt": "adult", "juvenile, in molt": "juvenile",
    "unknown": "", "third year": "", "fourth year": "", "yolk sac": "", "egg yolk sac larva": "larva",
}  # fmt: skip
LIFE_STAGE_DIFFERENCES = {
    "HY and first year are ages: the table has them as hatch-year here and as nothing there": r"HY\b|first year|1st (year|yr|winter)",
    "the words say something else than the standard beside them": r"MATURE|S\.AD|HEMBRA INM|UNK, IMM|INCUBATED EGGS|EMB.*MM|TRANSITIONAL|IMM 3\.9",
}


def test_life_stages() -> None:
    score = Score()
    for verbatim, standard in rows("lifestage"):
        value = interpret_life_stage(verbatim).value
        expected = LIFE_STAGE_SAME.get(standard.lower(), standard.lower())
        score.count(verbatim, expected, value.key if value else "", matches(LIFE_STAGE_DIFFERENCES, verbatim))
    score.report("life stage", coverage=0.8)


TYPE_DIFFERENCES = {
    "a cast is a plastotype": r"^CAST OF",
    "GBIF has original material and secondary type": r"^ORIGINAL MATERIAL|^SECONDARY TYPE",
    "the word says so": r"^EX MS HOLOTYPE$|^TYP$",
}
TYPE_SAME = {"neoparatype": "paraneotype", "lectoparatype": "paralectotype"}


def test_type_statuses() -> None:
    score = Score()
    for verbatim, standard in rows("typeStatus"):
        value = interpret_type_status(verbatim).value
        found = "" if value is None or value.key == "none" else value.key
        score.count(verbatim, TYPE_SAME.get(standard, standard), found, matches(TYPE_DIFFERENCES, verbatim))
    score.report("type status", coverage=0.98)


def test_datums() -> None:
    score = Score()
    for verbatim, standard in rows("geodeticdatum"):
        expected = None if standard.startswith("not recorded") else interpret_datum(standard).value
        value = interpret_datum(verbatim).value
        score.count(
            verbatim, expected.name if expected else "", value.name if value else "", "SIRGAS -" in verbatim
        )
    score.report("datum", coverage=0.85)


QUALIFIERS = (
    (r".*question", "uncertain"), (r"cf\.", "cf"), (r"aff\.", "aff"), (r"gen\. nov", "new_genus"), (r"gen\. indet", "indet_genus"),
    (r"incertae|indet", "indet"), (r"sensu lato", "sensu_lato"), (r"(.* )?x .*", "hybrid"), (r"sp\. nov", "new_species"), (r"ssp|subsp", "subspecies_not_named"),
    (r"(.* )?sp\b", "species_not_named"),
)  # fmt: skip
QUALIFIER_DIFFERENCES = {
    "cf., aff., near and n. sp. say more than sp.": r"\bCF\b|\bAFF\b|N\. ?SP|\bNEAR\b|\bNR\b|SP\. NOV",
    "a question mark, a group, a hybrid and a subspecies likewise": r"\?|COMPLEX|HYBRID|SUBSP|X SP|S\.S\.|SP\.X|SP\. X",
    "headings of a data base, quoted numbers": r"TBLIDENT|\"6\"|SP\. NO$|TENT SP|SUBGENUS",
}


def test_identification_qualifiers() -> None:
    score = Score()
    for verbatim, standard in rows("identificationqualifier"):
        value = interpret_identification_qualifier(verbatim).value
        expected = next((key for pattern, key in QUALIFIERS if re.match(pattern, standard, re.I)), "")
        score.count(verbatim, expected, value.key if value else "", matches(QUALIFIER_DIFFERENCES, verbatim))
    score.report("identification qualifier", coverage=0.95)


NARROWER = {"human_observation", "machine_observation"}
BASIS_DIFFERENCES = {
    "literature has a class of its own, material citation": r"LITERATURE",
    "Darwin Core has no such class": r"ZOOARCH",
}


def test_bases_of_record() -> None:
    score = Score()
    for verbatim, standard in rows("basisofrecord"):
        value = interpret_basis_of_record(verbatim).value
        plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", standard).lower()
        expected = value.key if value and verbatim == "O" and value.key == "observation" else plain
        score.count(verbatim, expected, value.key if value else "", matches(BASIS_DIFFERENCES, verbatim))
    score.report("basis of record", coverage=0.8, least_right=0.9)


def test_bases_of_record_of_the_gbif_dictionary() -> None:
    """GBIF counts pictures, sounds and sightings as observations; we say by whom."""
    score = Score()
    for line in shared(f"{GBIF}/gbif-dictionaries/basisOfRecord.tsv").read_text("utf-8").splitlines():
        verbatim, _, standard = line.strip().partition("\t")
        if not standard:
            continue
        value = interpret_basis_of_record(verbatim).value
        # Its OBSERVATION is the wider class of both kinds of Darwin Core.
        narrower = standard == "OBSERVATION" and value and value.key in NARROWER
        expected = value.key if value and narrower else standard.lower()
        score.count(verbatim, expected, value.key if value else "", verbatim == "UNKNOWN")
    score.report("basis of record, GBIF", coverage=0.55)


def test_establishment_means_of_the_gbif_dictionary() -> None:
    """GBIF's old list mixed in the degree; reintroduced has a term of its own now."""
    score = Score()
    degree = {"MANAGED": "", "INVASIVE": "introduced", "NATURALISED": "introduced"}
    for line in shared(f"{GBIF}/gbif-dictionaries/establishment_means.tsv").read_text("utf-8").splitlines():
        verbatim, _, standard = line.partition("\t")
        value = interpret_establishment_means(verbatim).value
        score.count(
            verbatim,
            degree.get(standard, standard.lower()),
            value.key if value else "",
            verbatim == "reintroduced",
        )
    score.report("establishment means, GBIF", coverage=0.95)


def test_licences_of_the_gbif_dictionary() -> None:
    score = Score()
    supported = {"CC0_1_0": "CC0-1.0", "CC_BY_4_0": "CC-BY-4.0", "CC_BY_NC_4_0": "CC-BY-NC-4.0"}
    for line in shared(f"{GBIF}/gbif-dictionaries/license.tsv").read_text("utf-8").splitlines():
        verbatim, _, standard = line.partition("\t")
        if not standard.strip() or line.startswith("#"):
            continue
        value = interpret_licence(verbatim).value
        found = value.spdx if value else ""
        expected = supported.get(standard) or ("" if found in supported.values() else found)
        score.count(verbatim, expected, found, "opendatacommons" in verbatim)
    score.report("licence, GBIF", coverage=0.95)
