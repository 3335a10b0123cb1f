"""The descriptor reader: all forms, and no mutation brings anything but a SourceError."""

from __future__ import annotations

import random
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dina.modules.exchange.sources import Limits, Source, SourceError, open_source
from dina.modules.exchange.sources.descriptor import read

from .conftest import Opener

META = """<?xml version="1.0" encoding="UTF-8"?>
<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">
  <core encoding="{encoding}" fieldsTerminatedBy="{delimiter}" linesTerminatedBy="{end}" fieldsEnclosedBy="{quote}"
        ignoreHeaderLines="{header}" rowType="http://rs.tdwg.org/dwc/terms/Occurrence">
    <files>
      <location>
         {file}
      </location>{more}
    </files>
    <id index="0"/>
    <field index="0" term="http://rs.tdwg.org/dwc/terms/occurrenceID"/>
    <field index="1" term="http://rs.tdwg.org/dwc/terms/locality" default="unknown"/>
    <field term="dwc:country" default="Canada"/>
    <field index="2" term="http://rs.tdwg.org/dwc/terms/recordedBy" delimitedBy="|"/>
  </core>
</archive>
"""
SAID = {
    "encoding": "UTF-8",
    "delimiter": "\\t",
    "end": "\\n",
    "quote": "",
    "header": "1",
    "file": "data.txt",
    "more": "",
}
ROWS = "id\tlocality\trecordedBy\na\tHull\tDoe\nb\t\tRoe|Poe\n"


def archive(folder: Path, data: bytes = ROWS.encode(), **said: str) -> Path:
    (folder / "meta.xml").write_text(META.format(**{**SAID, **said}), "utf-8")
    (folder / "data.txt").write_bytes(data)
    return folder


def values(source: Source) -> list[list[str | None]]:
    return [row.values for row in source.tables[0].rows()]


EXPECTED = [["a", "Hull", "Canada", "Doe"], ["b", "unknown", "Canada", "Roe|Poe"]]


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ({}, ROWS),
        ({"delimiter": "\t"}, ROWS),
        ({"delimiter": "&#9;"}, ROWS),
        ({"delimiter": "\\\\t"}, ROWS),
        ({"delimiter": ",", "quote": "&quot;"}, ROWS.replace("\t", ",")),
        ({"delimiter": ",", "quote": "'"}, "id,locality,rec\n'a',Hull,Doe\nb,,'Roe|Poe'\n"),
        ({"delimiter": ";", "end": "\\r\\n"}, ROWS.replace("\t", ";").replace("\n", "\r\n")),
        ({"end": "\\n"}, ROWS.replace("\n", "\r\n")),
        ({"end": "\\r\\n"}, ROWS),
        ({"end": "\\r"}, ROWS.replace("\n", "\r")),
        ({"end": "##"}, ROWS.replace("\n", "##")[:-2]),
        ({"delimiter": "||"}, ROWS.replace("\t", "||")),
        ({"header": "0"}, ROWS.partition("\n")[2]),
        ({"header": ""}, ROWS.partition("\n")[2]),
        ({"header": "3"}, "note\nnote\n" + ROWS),
        ({"encoding": "utf8"}, ROWS),
        ({"encoding": ""}, ROWS),
        ({"encoding": "klingon"}, ROWS),
    ],
)
def test_all_forms_of_the_descriptor_say_the_same(
    said: dict[str, str], data: str, tmp_path: Path, opened: Opener
) -> None:
    if said.get("header") == "3" or said.get("end") == "##":
        data = data.replace("id\tlocality\trecordedBy", "id\tlocality\trecordedBy")
    assert values(opened(archive(tmp_path, data.encode(), **said))) == EXPECTED


def test_columns_say_term_default_index_and_separator(tmp_path: Path, opened: Opener) -> None:
    core = opened(archive(tmp_path)).tables[0]
    assert [
        (c.name, (c.term or "").rpartition("/")[2], c.default, c.index, c.separator) for c in core.columns
    ] == [
        ("id", "occurrenceID", None, 0, None),
        ("locality", "locality", "unknown", 1, None),
        ("country", "country", "Canada", None, None),
        ("recordedBy", "recordedBy", None, 2, "|"),
    ]
    assert core.id_column == 0


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-1", "utf-16", "utf-8-sig", "mac-roman"])
def test_any_encoding_is_read_as_stated(encoding: str, tmp_path: Path, opened: Opener) -> None:
    data = ROWS.replace("Hull", "Québec – “Hull”" if "8859" not in encoding else "Québec")
    source = opened(archive(tmp_path, data.encode(encoding), encoding=encoding))
    assert values(source)[0][1] == data.split("\n")[1].split("\t")[1]


@pytest.mark.parametrize(
    ("stated", "true"), [("UTF-8", "windows-1252"), ("iso-8859-1", "utf-8"), ("UTF-8", "utf-16")]
)
def test_a_misstated_encoding_is_corrected_with_a_warning(
    stated: str, true: str, tmp_path: Path, opened: Opener
) -> None:
    data = "\n".join(
        ["id\tlocality\trecordedBy", *(f"{n}\tTrois-Rivières, Québec\tLéveillé" for n in range(9))]
    )
    source = opened(archive(tmp_path, data.encode(true), encoding=stated))
    assert values(source)[0] == ["0", "Trois-Rivières, Québec", "Canada", "Léveillé"]
    assert any(one.code in ("encoding_misstated", "encoding_doubtful") for one in source.warnings)


def test_a_descriptor_in_another_encoding_than_it_states_is_read(tmp_path: Path, opened: Opener) -> None:
    archive(tmp_path)
    meta = tmp_path / "meta.xml"
    meta.write_bytes(meta.read_text("utf-8").replace("Canada", "Québec").encode("windows-1252"))
    source = opened(tmp_path)
    assert values(source)[0][2] == "Québec"
    assert any(one.code == "encoding_doubtful" and one.file == "meta.xml" for one in source.warnings)


def test_an_archive_of_metadata_alone_is_said_to_be_so(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "eml.xml").write_text("<eml><dataset/></eml>")
    with pytest.raises(SourceError) as refused:
        opened(tmp_path)
    assert refused.value.code == "metadata_only"


def test_several_files_of_one_core_are_read_one_after_the_other(tmp_path: Path, opened: Opener) -> None:
    archive(tmp_path, more="<location>more.txt</location>")
    (tmp_path / "more.txt").write_bytes("id\tlocality\trecordedBy\nc\tAylmer\tLéo\n".encode())
    source = opened(tmp_path)
    assert values(source) == [*EXPECTED, ["c", "Aylmer", "Canada", "Léo"]]
    assert [(row.file, row.line) for row in source.tables[0].rows()] == [
        ("data.txt", 2),
        ("data.txt", 3),
        ("more.txt", 2),
    ]


def test_headings_the_descriptor_denies_are_no_record(tmp_path: Path, opened: Opener) -> None:
    data = "occurrenceID\tlocality\trecordedBy\na\tHull\tDoe\nb\t\tRoe|Poe\n"
    source = opened(archive(tmp_path, data.encode(), header="0"))
    assert values(source) == EXPECTED
    assert any(one.code == "header_unstated" for one in source.warnings)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ('index="1"', 'index="one"', "descriptor_value", 12),
        ('index="1"', 'index="-1"', "descriptor_value", 12),
        ('index="1"', 'index="99999999"', "descriptor_value", 12),
        ('index="1"', 'index="²"', "descriptor_value", 12),
        ('ignoreHeaderLines="1"', 'ignoreHeaderLines="yes"', "descriptor_value", 3),
        ("<core", "<cor", "xml_broken", 15),
        ("core", "kern", "descriptor_no_core", 2),
        ("archive", "archiv", "descriptor_root", 2),
        ("data.txt", "other.txt", "missing_file", 6),
        ("data.txt", "../data.txt", "location_outside", 6),
        ("data.txt", "/etc/passwd", "location_outside", 6),
        ("data.txt", "https://example.org/data.txt", "remote_file", 6),
        ("<id ", '<!DOCTYPE x [<!ENTITY a "b">]><id ', "xml_broken", 10),
    ],
)
def test_a_broken_descriptor_names_its_line(
    old: str, new: str, code: str, line: int | None, tmp_path: Path, opened: Opener
) -> None:
    archive(tmp_path)
    meta = tmp_path / "meta.xml"
    meta.write_text(meta.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(SourceError) as refused:
        opened(tmp_path)
    assert (refused.value.code, refused.value.file) == (code, "meta.xml")
    assert refused.value.line == line


WORDS = [
    "<",
    ">",
    "/",
    '"',
    "'",
    "&",
    "&#0;",
    "&x;",
    "index",
    "core",
    "extension",
    "\0",
    "\ud7ff",
    "99999999999",
    "-1",
    "..",
    "]]>",
    "<!--",
    "<![CDATA[",
    "\\t",
    " ",
    "\n",
    "é",
    "<core>",
    "<id index='7'/>",
    "encoding='utf-7'",
    "UTF-16",
    "rot13",
    "idna",
    "undefined",
    "hex",
]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_mutated_descriptor_gives_a_source_or_a_source_error(seed: int, times: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room, "archive")
        folder.mkdir()
        archive(folder)
        meta = folder / "meta.xml"
        text = meta.read_text("utf-8")
        for _ in range(times):
            at, to = sorted(chance.randrange(len(text)) for _ in range(2))
            choice = chance.randrange(4)
            if choice == 0:
                text = text[:at] + chance.choice(WORDS) + text[at:]
            elif choice == 1:
                text = text[:at] + text[min(to, at + 9) :]
            elif choice == 2:
                text = text[:at] + text[at : at + 40] + text[at:]
            else:
                text = text.replace(
                    chance.choice(["UTF-8", "\\t", "1", "0", "data.txt"]), chance.choice(WORDS), 1
                )
        meta.write_bytes(text.encode("utf-8", "surrogatepass"))
        workspace = Path(room, "workspace")
        workspace.mkdir()
        with suppress(SourceError), open_source(folder, workspace=workspace) as source:
            for table in source.tables:
                list(table.rows())
        assert list(workspace.iterdir()) == []


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_bytes_that_are_no_descriptor_are_refused_in_words(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as room:
        path = Path(room, "meta.xml")
        path.write_bytes(data)
        with pytest.raises(SourceError):
            read(path, "meta.xml", Limits())
