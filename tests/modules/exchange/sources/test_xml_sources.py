"""Answers of data providers: ABCD and Darwin Core XML as terms, nothing of a unit lost."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dina.modules.exchange.sources import Source, SourceError, Table
from dina.modules.exchange.sources.terms import data, qualified
from tests.conftest import SHARED, shared

from .conftest import Opener

ANSWERS = "data/abcd-digir-responses"


def records(table: Table | None) -> list[dict[str, str]]:
    assert table is not None
    names = [column.name for column in table.columns]
    return [{n: v for n, v in zip(names, row.values, strict=True) if v} for row in table.rows()]


def core(source: Source) -> dict[str, str]:
    found = records(source.core)
    assert len(found) == 1
    return found[0]


def test_a_unit_is_a_row_of_darwin_core_terms(opened: Opener) -> None:
    source = opened(shared(f"{ANSWERS}/abcd206/abcd206_all_simple_fields.gz"))
    assert (source.format, source.tables[0].kind, source.tables[0].role) == ("abcd", "occurrence", "core")
    expected = {
        "id": "0123456789ABCD", "occurrenceID": "0123456789ABCD", "catalogNumber": "5834", "institutionCode": "BGBM",
        "collectionCode": "AlgaTerra", "basisOfRecord": "HumanObservation", "recordNumber": "19870413whk1",
        "recordedBy": "Kusber, W.-H.", "eventDate": "1987-04-13T00:00:00", "country": "Germany", "countryCode": "DE",
        "decimalLatitude": "52.423798", "decimalLongitude": "13.191434", "geodeticDatum": "GDA94",
        "coordinateUncertaintyInMeters": "50", "minimumElevationInMeters": "400", "maximumElevationInMeters": "500",
        "scientificName": "Tetraedron caudatum (Corda) Hansg.", "scientificNameAuthorship": "(Corda) Hansg.",
        "identifiedBy": "Kusber, W.-H.", "otherCatalogNumbers": "111222333444555 | 999888777666 | 135791113",
    }  # fmt: skip
    assert expected.items() <= core(source).items()
    assert source.metadata is not None
    assert source.metadata.title == {"en": "AlgaTerra"}


def test_several_identifications_types_and_images_are_tables(opened: Opener) -> None:
    source = opened(shared(f"{ANSWERS}/abcd206/abcd206_typification.gz"))
    assert [table.kind for table in source.tables] == [
        "occurrence",
        "identification",
        "type-designation",
        "multimedia",
    ]
    unit = core(source)
    assert unit["scientificName"] == "Closterium acerosum var. minus Hantzsch in Rabenhorst 1868"
    assert (unit["family"], unit["order"], unit["typeStatus"]) == ("Closteriaceae", "Desmidiales", "Holotype")
    names = records(source.tables[1])
    assert [one["isAcceptedIdentification"] for one in names] == ["0", "1"]
    assert all(one["id"] == unit["id"] for table in source.tables[1:] for one in records(table))
    assert records(source.tables[2])[0]["typifiedName"] == "Fake species Linnaeus, 1771"
    assert records(source.tables[3])[0]["accessURI"].endswith("756-758.jpg")


def test_prefixed_namespaces_and_many_images(opened: Opener) -> None:
    source = opened(shared(f"{ANSWERS}/abcd206/abcd206_images.gz"))
    media = records(next(table for table in source.tables if table.kind == "multimedia"))
    assert len(media) == 7
    assert media[0]["license"].endswith(" | http://creativecommons.org/licenses/by-nc-nd/3.0/")


def test_the_older_abcd_takes_its_source_from_the_dataset(opened: Opener) -> None:
    unit = core(opened(shared(f"{ANSWERS}/response_schema/abcd1.xml")))
    assert (unit["institutionCode"], unit["scientificName"]) == ("TLMF", "Abies balsamen Miller")
    assert (unit["stateProvince"], unit["minimumElevationInMeters"]) == ("Südtirol", "660")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dwc_1_0.xml", {"recordedBy": "Nannenga-Bremekamp N.", "decimalLatitude": "51.9733", "year": "1960", "recordNumber": "4469"}),
        ("dwc_manis.xml", {"catalogNumber": "502", "specificEpithet": "platydactyla", "continent": "North America"}),
        ("dwc_1_4.xml", {"occurrenceID": "UGENT:vertebrata:50058", "scientificNameAuthorship": "Gray, 1845", "preparations": "Model"}),
        ("dwc_2009.xml", {"occurrenceID": "142316220", "modified": "20110623", "recordedBy": "Markus Döring"}),
        ("tapir_dwc_1_4_contains_unrecorded.xml", {"eventDate": "1985-06-08 00:00:00", "samplingProtocol": "unrecorded"}),
    ],
)  # fmt: skip
def test_every_older_schema_is_read_as_the_terms_of_today(
    name: str, expected: dict[str, str], opened: Opener
) -> None:
    source = opened(shared(f"{ANSWERS}/response_schema/{name}"))
    assert source.format == "digir"
    assert expected.items() <= core(source).items()


def answers() -> list[str]:
    folder = SHARED / ANSWERS
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in (".gz", ".xml")
    )


@pytest.mark.parametrize("name", answers())
def test_no_text_of_a_unit_is_lost(name: str, opened: Opener) -> None:
    path = shared(f"{ANSWERS}/{name}")
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    units = [
        node
        for node in ElementTree.fromstring(raw).iter()
        if node.tag.rpartition("}")[2] in ("Unit", "record", "DarwinRecord", "SimpleDarwinRecord")
    ]
    source = opened(path)
    held = " ".join(value for table in source.tables for row in table.rows() for value in row.values if value)
    names = {column.name for table in source.tables for column in table.columns}
    for unit in units:
        for node in unit.iter():
            text = " ".join((node.text or "").split())
            structural = node.tag.rpartition("}")[2] in (
                "HigherTaxonRank",
                "AreaClass",
                "NamedAreaClass",
                "PreferredFlag",
            )
            if text and not structural:
                assert text in held or any(text in one for one in names), (node.tag, text)


def test_terms_of_the_concept_tables_are_terms() -> None:
    tables = data("abcd.toml")
    for table in ("unit", "identification", "type", "multimedia", "measurement"):
        for term in tables[table]:
            assert qualified(term) or term.startswith("verbatim"), term
    for term in [
        *tables["ranks"].values(),
        *tables["areas"].values(),
        *data("darwin_xml.toml")["term"].values(),
    ]:
        assert qualified(term), term


def test_answers_in_pages_are_one_table(tmp_path: Path, opened: Opener) -> None:
    page = "<response><content><record><CatalogNumber>{}</CatalogNumber><ScientificName>Salix</ScientificName></record></content></response>"
    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"response.{number:05}.xml", page.format(number))
    assert [one["catalogNumber"] for one in records(opened(tmp_path / "pages.zip").core)] == ["0", "1", "2"]


def test_many_units_are_streamed(tmp_path: Path, opened: Opener) -> None:
    import tracemalloc

    path = tmp_path / "units.xml"
    unit = (
        "<Unit><UnitID>{}</UnitID><Gathering><LocalityText>"
        + "Québec " * 20
        + "</LocalityText></Gathering></Unit>"
    )
    with path.open("w") as out:
        out.write("<DataSets><DataSet><Units>")
        for number in range(20_000):
            out.write(unit.format(number))
        out.write("</Units></DataSet></DataSets>")
    table = opened(path).tables[0]
    assert table.count_hint == 20_000
    tracemalloc.start()
    assert sum(1 for _ in table.rows()) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("<DataSets><DataSet><Units>\n<Unit><UnitID>1</UnitID></Unit>\n<Unit><UnitID>2", "xml_broken", 3),
        ("<DataSets><DataSet><Units>\n<Unit><UnitID>1</Unit></Units></DataSet></DataSets>", "xml_broken", 2),
        ("<response><content/></response>", "no_records", None),
        ("<DataSets/>", "no_records", None),
        ("<eml><dataset/></eml>", "metadata_only", None),
        ("<archive/>", "descriptor_alone", None),
    ],
)
def test_a_broken_answer_names_its_line(
    text: str, code: str, line: int | None, tmp_path: Path, opened: Opener
) -> None:
    path = tmp_path / "answer.xml"
    path.write_text(text)
    with pytest.raises(SourceError) as refused:
        opened(path)
    assert (refused.value.code, refused.value.line) == (code, line)
