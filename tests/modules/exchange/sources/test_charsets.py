"""Encodings: the names of the sample files tell the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from dina.modules.exchange.sources import Overrides, SourceError
from dina.modules.exchange.sources.encoding import detect, fault_in, scan
from tests.conftest import shared

from .conftest import Opener

TRUE = {
    "cp1252_names.txt": "cp1252",
    "latin1.txt": "latin-1",
    "macroman_names.txt": "mac-roman",
    "utf-16BE.txt": "utf-16",
    "utf-16BE_.csv": "utf-16",
    "utf-16BE_names.txt": "utf-16-be",
    "utf-16LE.csv": "utf-16-le",
    "utf-16LE_bom_names.txt": "utf-16",
    "utf-16LE_little-endian.csv": "utf-16",
    "utf-16LE_names.txt": "utf-16-le",
    "utf-8_arabic.csv": "utf-8-sig",
    "utf-8_japanese.csv": "utf-8-sig",
    "utf-8_latin.csv": "utf-8-sig",
    "utf-8_no-bom.csv": "utf-8",
}


@pytest.mark.parametrize("name", TRUE)
def test_an_encoding_is_found_or_said_to_be_uncertain(name: str) -> None:
    path = shared(f"data/charsets/{name}")
    found = detect(path, scan(path))
    same = path.read_bytes().decode(found.name) == path.read_bytes().decode(TRUE[name])
    print(f"{name}: {found.name} {found.confidence:.0%} {'right' if same else 'wrong'}")
    assert same or found.confidence < 0.8


def test_encodings_of_a_checklist_are_found_file_by_file(opened: Opener) -> None:
    source = opened(shared("data/checklists/col-backend/acef/encodings"))
    found = {table.name: table.dialect.encoding for table in source.tables}
    assert found == {
        "AcceptedInfraspecificTaxa.txt": "utf-8",
        "AcceptedSpecies.txt": "iso-8859-1",
        "CommonNames.txt": "utf-16",
        "Distribution.txt": "utf-8-sig",
        "SourceDatabase.txt": "windows-1252",
        "Synonyms.txt": "utf-16",
    }


TEXTS = {
    "windows-1252": "Müller,Léveillé,Åkerblom,Peña,“Château”,Gößnitz,Provençal,Ångström,Łabc"[:-5],
    "mac-roman": "Müller,Léveillé,Åkerblom,Peña,“Château”,Gößnitz,Provençal,Ångström,Zürich",
    "cp850": "Müller,Léveillé,Åkerblom,Peña,Château,Gößnitz,Provençal,Ångström,Zürich",
    "windows-1251": "Иванов,Петров,Сидоров,Москва,Санкт-Петербург,Красноярск,Владивосток,Байкал,Якутск",
    "shift_jis": "北海道札幌市,東京都千代田区,京都府京都市,大阪府大阪市,採集者山田太郎,標本番号,植物標本,昆虫標本,日本",
    "gb18030": "北京市海淀区,云南省昆明市,四川省成都市,标本采集人张三,植物标本,中国科学院,昆虫,鸟类,西藏自治区",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_encoding_of_names_is_found_or_uncertain(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    cells = TEXTS[encoding].split(",")
    path.write_bytes("\n".join(["name,place", *(f"{cell},{cell} 1" for cell in cells)]).encode(encoding))
    found = detect(path, scan(path))
    same = path.read_bytes().decode(found.name, "replace") == path.read_bytes().decode(encoding)
    print(f"{encoding}: {found.name} {found.confidence:.0%} {'right' if same else 'wrong'}")
    assert same or found.confidence < 0.8


def test_a_person_may_correct_the_encoding(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes("catalogNumber,recordedBy\n1,Léveillé\n".encode("mac-roman"))
    table = opened(path, Overrides(encoding="mac-roman")).tables[0]
    assert [row.values for row in table.rows()] == [["1", "Léveillé"]]
    assert table.dialect.encoding_known == "given"


def test_a_fault_in_utf8_names_line_and_byte_and_can_be_replaced(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "names.csv"
    rows = [f"{n},Léveillé é à".encode() for n in range(50)]
    rows[30] = b"30,L\xe9veille"
    path.write_bytes(b"\n".join([b"catalogNumber,recordedBy", *rows]))
    with pytest.raises(SourceError) as refused:
        opened(path)
    assert (refused.value.code, refused.value.line, refused.value.values["byte"]) == ("undecodable", 32, "E9")
    table = opened(path, Overrides(undecodable=True)).tables[0]
    assert next(row.values[1] for row in table.rows() if row.line == 32) == "L\ufffdveille"


def test_a_wrong_correction_names_the_fault(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes("catalogNumber,recordedBy\n1,Léveillé\n".encode("latin-1"))
    with pytest.raises(SourceError) as refused:
        opened(path, Overrides(encoding="utf-8"))
    assert (refused.value.code, refused.value.line) == ("undecodable", 2)
    with pytest.raises(SourceError) as unknown:
        opened(path, Overrides(encoding="klingon"))
    assert unknown.value.code == "encoding_unknown"


def test_a_fault_beyond_the_first_megabyte_is_placed_right(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(("é" * 99 + "\n").encode() * 10_000 + b"ab\xffc")
    fault = fault_in(path, "utf-8")
    assert fault is not None
    assert (fault.line, fault.byte, fault.position) == (10_001, 0xFF, 199 * 10_000 + 2)
