"""Metadata of every dialect, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dina.modules.exchange.sources import Limits
from dina.modules.exchange.sources.describing import describe
from dina.modules.exchange.sources.metadata import Metadata, rights_of
from tests.conftest import SHARED, shared

ROOT = "data/dataset-metadata"
CC = "https://creativecommons.org/"

# file: dialect, title begins, first contact, licence, identifiers hold
EXPECTED = [
    ("col/backbone.xml", "EML 2.1.1", "GBIF Backbone Taxonomy", None, CC + "licenses/by/4.0", "10.15468/39omei"),
    ("col/eml-pollinator.xml", "EML 2.2.0", "Insect-flower interactions", "Marta Barberis", CC + "licenses/by/4.0", "10.26786/1920-7603(2025)872"),
    ("col/pensoft.xml", "EML 2.1.1", "Two new species of Erythroneurini", "Xiao Yang", CC + "licenses/by/4.0", "10.3897/BDJ.9.e70141"),
    ("col/plazi.xml", "EML 2.0.1", "The Palaearctic types of Chrysididae", "Paolo Rosa", CC + "publicdomain/zero/1.0", "https://doi.org/10.11646/zootaxa.5090.1.1"),
    ("col/worms_dc.xml", "Dublin Core", "World Register", "Ward Appeltans", None, None),
    ("col/worms_eml2.1.xml", "EML 2.1.0", "World Register", "Mark Costello", None, "david_remsen.7.2"),
    ("col/Alucitoidea.yaml", "ColDP", "Catalogue of the Alucitoidea", "Donald Hobern", CC + "licenses/by/4.0", None),
    ("col/coldpspecs2.yaml", "ColDP", "ColDP Example", "Rainer Froese", CC + "publicdomain/zero/1.0", "10.15468/2zjeva"),
    ("col/cycads.yaml", "ColDP", "The World List of Cycads", "Michael Calonje", None, None),
    ("idigbio/nmnh_extant_dwc-a.xml", "EML 2.1.1", "NMNH Extant Specimen", "Thomas Orrell", CC + "publicdomain/zero/1.0", None),
    ("idigbio/vertnet_sui_verts.xml", "EML 2.1.1", "SUI Vertebrate Collection", "Cindy Opitz", CC + "publicdomain/zero/1.0", None),
    ("idigbio/dr90.xml", "EML 2.1.1", "Australian Antarctic Division", "Australian Antarctic Data Centre", CC + "licenses/by/3.0", "ala.org.au:dr90"),
    # Its words waive all rights, its address keeps commercial use: unclear.
    ("idigbio/VT_DwC-A.eml", "EML 2.1.1", "University of Vermont", "CNH portal", None, None),
]  # fmt: skip


def read(name: str) -> tuple[Metadata | None, list[str]]:
    path = shared(f"{ROOT}/{name}")
    found, problems = describe(path, path.name, Limits())
    return found, [one.code for one in problems]


@pytest.mark.parametrize(("name", "dialect", "title", "contact", "licence", "identifier"), EXPECTED)
def test_metadata_are_read(
    name: str, dialect: str, title: str, contact: str | None, licence: str | None, identifier: str | None
) -> None:
    found, problems = read(name)
    assert found is not None
    assert found.dialect == dialect
    assert next(iter(found.title.values())).startswith(title)
    assert any(found.abstract.values())
    if contact:
        assert found.contacts[0].name == contact
    assert (found.rights.licence if found.rights else None) == licence
    assert ("licence_unclear" in problems) == (licence is None and found.rights is not None)
    if identifier:
        assert identifier in found.identifiers


def test_coverage_methods_keywords_and_citation_are_read() -> None:
    found, _ = read("idigbio/nmnh_extant_dwc-a.xml")
    assert found is not None
    assert found.coverages[0].box == (-180.0, 180.0, -90.0, 90.0)
    assert len(found.coverages[0].taxa) == 5
    assert found.keywords == ["Occurrence", "Specimen"]
    assert (found.citation or "").startswith("Orrell T (2016)")
    pollinator, _ = read("col/eml-pollinator.xml")
    assert pollinator is not None
    assert pollinator.methods


def test_running_text_keeps_its_order() -> None:
    found, _ = read("col/pensoft.xml")
    assert found is not None
    assert found.rights is not None
    assert (
        found.rights.text == "This work is licensed under a Creative Commons Attribution (CC-BY) 4.0 License."
    )


def test_a_page_instead_of_metadata_is_said() -> None:
    found, problems = read("idigbio/usgs_pwrc_northamerican_bees")
    assert (found, problems) == (None, ["xml_broken"])


def test_metadata_in_another_encoding_than_stated_are_read(tmp_path: Path) -> None:
    path = tmp_path / "eml.xml"
    text = '<?xml version="1.0" encoding="UTF-8"?><eml><dataset><title>Plantes de Montréal, récoltées</title></dataset></eml>'
    path.write_bytes(text.encode("windows-1252"))
    found, problems = describe(path, "eml.xml", Limits())
    assert found is not None
    assert found.title == {"": "Plantes de Montréal, récoltées"}
    assert [one.code for one in problems] == ["encoding_doubtful", "metadata_incomplete"]


@pytest.mark.parametrize(
    "text", ["a: [", "a: b: c", "- 1\n- 2", "7", "a: &x [*x]", "? [1]\n: 2", "&a [" * 3000, "\0"]
)
def test_broken_yaml_is_a_warning(text: str, tmp_path: Path) -> None:
    path = tmp_path / "metadata.yaml"
    path.write_text(text)
    found, problems = describe(path, path.name, Limits())
    assert found is None or problems or not found.title


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["eml.xml", "metadata.yaml", "metadata.json"]))
def test_no_bytes_break_the_reader_of_metadata(data: bytes, name: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as room:
        path = Path(room, name)
        path.write_bytes(data)
        found, problems = describe(path, name, Limits())
        assert found is not None or problems


def test_every_sample_is_read_or_explained() -> None:
    for path in sorted((SHARED / ROOT).rglob("*.*ml")):
        found, problems = describe(path, path.name, Limits())
        assert found is not None
        assert all(one.sentence("fr") for one in problems)


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        (("CC-BY 4.0",), CC + "licenses/by/4.0"),
        (
            ("Free to use", "http://creativecommons.org/licenses/by-nc/4.0/legalcode"),
            CC + "licenses/by-nc/4.0",
        ),
        (("CC0", "http://creativecommons.org/licenses/by/4.0/"), None),
        (("all rights reserved",), None),
    ],
)
def test_a_licence_is_recognised_only_where_all_agree(said: tuple[str, ...], licence: str | None) -> None:
    rights = rights_of(*said)
    assert rights is not None
    assert rights.licence == licence
