"""Every sample archive: good ones row by row against independent readers, broken ones by what we say."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from dwca.read import DwCAReader

from dina.modules.exchange.sources import SourceError, Table
from tests.conftest import shared

from .conftest import Opener
from .independent import parts

SAMPLES = "data/dwca-samples"
READER = f"{SAMPLES}/python-dwca-reader"
VALIDATOR = f"{SAMPLES}/gbif-validator-ws"

DESCRIBED = [
    *(f"{READER}/{name}" for name in (
        "dwca-2extensions.zip", "dwca-csv-quote-dir", "dwca-default-metadata-filename.zip", "dwca-ids.zip",
        "dwca-invalid-lacks-metadata", "dwca-meta-default-values", "dwca-metadata-windows1252-encoding",
        "dwca-noheaders-1.zip", "dwca-noheaders-2.zip", "dwca-nometadata.zip", "dwca-orphaned-rows.zip",
        "dwca-partial-default.zip", "dwca-simple-dir", "dwca-simple-subdir.zip",
        "dwca-simple-test-archive-enclosed.zip", "dwca-simple-test-archive.tgz", "dwca-simple-test-archive.zip",
        "dwca-star-test-archive.zip", "dwca-test-default.zip", "dwca-utf8-eol-test.zip",
        "gbif-results-lacks-s-metadata.zip", "gbif-results-whitespace-in-xml.zip", "gbif-results.zip",
    )),
    *(f"{VALIDATOR}/{name}" for name in (
        "Archive.zip", "dwca-eml-content-issue", "dwca-id-with-term", "dwca-invalid-ext", "dwca-occurrence",
        "dwca-occurrence-eml-broken", "dwca-occurrence-no-occurrenceid-no-triple", "dwca-ref-integrity-issue",
        "dwca-taxon", "dwca-taxon-no-occurrenceid-no-triple",
    )),
    *(f"{SAMPLES}/ipt/{name}" for name in (
        "dwca-differentcoreidtermindex.zip", "dwca-extensionnotinstalled.zip", "dwca-inside-parent.zip",
        "dwca-nocoreidtermmapping.zip", "dwca-noidelementincoremapping.zip", "res1.zip",
    )),
    *(f"{SAMPLES}/gbif-converters/{name}" for name in ("plants.tar.gz", "plants.zip", "plants_dwca")),
    *(f"{SAMPLES}/ala-pipelines/{name}" for name in (
        "complete-event-pipeline/dr18391", "complete-event-pipeline/dr2009", "image-service/dr893",
        "uuid-management/dr1864", "uuid-management/dr893", "uuid-management/dr893-readded",
        "uuid-management/dr893-reduced",
    )),
]  # fmt: skip

# archive, code, file, line, what the sentence speaks of
REFUSED = [
    (f"{READER}/dwca-malformed-descriptor", "column_beyond_file", "meta.xml", 241, "lastCrawled"),
    (f"{READER}/dwca-missing-extension-details", "descriptor_no_file", "meta.xml", 14, "VernacularName"),
    (
        f"{READER}/dwca-invalid-simple-toomuch.zip",
        "stray_file",
        "dwca-invalid-simple-toomuch.zip",
        None,
        "random_file",
    ),
    (
        f"{READER}/dwca-invalid-simple-two.zip",
        "stray_file",
        "dwca-invalid-simple-two.zip",
        None,
        "random_file",
    ),
    (f"{VALIDATOR}/dwca-occurrence-broken", "xml_broken", "meta.xml", 7, "column 59"),
    (f"{VALIDATOR}/dwca-occurrence-schema", "descriptor_no_file", "meta.xml", 2, "location"),
    (f"{VALIDATOR}/dwca-meta-broken", "missing_file", "meta.xml", 4, "occurrence.txt"),
    (f"{SAMPLES}/ipt/dwca-inside-parent-invalid.zip", "xml_broken", "meta.xml", 12, "column 11"),
    (f"{SAMPLES}/gbif-validator-workbooks/empty.xlsx", "empty", "empty.xlsx", None, "no table"),
    ("data/specimens-botany/bgbm", "missing_file", "meta.xml", 4, "occurrence.txt"),
]

# archive, code, file, line, value: archives that open, with a word about what is wrong
WARNED = [
    (f"{READER}/dwca-invalid-lacks-metadata", "metadata_missing", "meta.xml", None, {"name": "eml.xml"}),
    (f"{READER}/dwca-orphaned-rows.zip", "orphans", "description.txt", 5, {"count": 3}),
    (f"{READER}/dwca-orphaned-rows.zip", "orphans", "vernacularname.txt", 6, {"count": 1}),
    (f"{READER}/dwca-meta-default-values", "delimiter_unstated", "occurrence.txt", None, {"used": "tab"}),
    (f"{VALIDATOR}/dwca-occurrence-eml-broken", "metadata_incomplete", "eml.xml", None, {"what": "creator"}),
    (f"{VALIDATOR}/dwca-eml-content-issue", "metadata_incomplete", "eml.xml", None, {"what": "creator"}),
    (f"{VALIDATOR}/dwca-ref-integrity-issue", "orphans", "identification.txt", 20, {"count": 2}),
    (f"{VALIDATOR}/dwca-invalid-ext", "columns_absent", "meta.xml", 68, {"width": 10}),
    (f"{VALIDATOR}/dwca-id-with-term", "columns_unmapped", "data.txt", None, {"count": 7}),
    (f"{VALIDATOR}/Archive.zip", "ids_twice", "occurrence.txt", None, {"count": 2}),
    (f"{SAMPLES}/ipt/dwca-extensionnotinstalled.zip", "headings_differ", "occurrence.txt", 1, {"count": 30}),
    (
        f"{SAMPLES}/ipt/dwca-noidelementincoremapping.zip",
        "metadata_unknown",
        "meta.xml",
        2,
        {"element": "archive"},
    ),
]


def rows_of(table: Table) -> list[tuple[str | None, list[str | None]]]:
    """(id, values); an id column without a term stands before those of the fields."""
    at = table.id_column
    return [(None if at is None else row.values[at], row.values) for row in table.rows()]


@pytest.mark.parametrize("path", DESCRIBED)
def test_a_described_archive_gives_the_rows_of_an_independent_reader(path: str, opened: Opener) -> None:
    found = shared(path)
    source = opened(found)
    expected = parts(found)
    assert [table.row_type or "" for table in source.tables] == [part.row_type for part in expected]
    for table, part in zip(source.tables, expected, strict=True):
        wanted = [(key, values) for key, values in part.rows if key or any(values)]
        got = rows_of(table)
        assert len(got) == len(wanted), table.name
        for mine, theirs in zip(got, wanted, strict=True):
            assert mine[1][-len(theirs[1]) :] == theirs[1]
            assert mine[0] == theirs[0]


@pytest.mark.parametrize("path", [path for path in DESCRIBED if "gbif-results" in path or "dwca-" in path])
def test_a_described_archive_gives_the_rows_of_python_dwca_reader(path: str, opened: Opener) -> None:
    found = shared(path)
    try:
        reader = DwCAReader(str(found))
        theirs = [(dict(row.data), row.id) for row in reader]
    except Exception as error:
        pytest.skip(f"the other reader refuses it: {type(error).__name__}")
    core = opened(found).core
    assert core is not None
    mine = []
    for row in core.rows():
        pairs = zip(core.columns, row.values, strict=True)
        key = None if core.id_column is None else row.values[core.id_column]
        mine.append(({column.term: value or "" for column, value in pairs if column.term}, key or ""))
    reader.close()
    assert len(mine) == len(theirs)
    for (values, key), (data, other) in zip(mine, theirs, strict=True):
        assert key == (other or "")
        assert {term: value.strip() for term, value in values.items()} == {
            term: (value or "").strip() for term, value in data.items() if term in values
        }


@pytest.mark.parametrize(("path", "code", "file", "line", "says"), REFUSED)
def test_a_broken_archive_is_refused_naming_file_line_and_cause(
    path: str, code: str, file: str, line: int | None, says: str, opened: Opener
) -> None:
    with pytest.raises(SourceError) as refused:
        opened(shared(path))
    error = refused.value
    assert (error.code, error.file, error.line) == (code, file, line)
    for language in ("en", "fr"):
        sentence = error.sentence(language)
        assert file in sentence
        assert (line is None) or str(line) in sentence
        assert "{" not in sentence
    assert says in error.sentence("en")


@pytest.mark.parametrize(("path", "code", "file", "line", "values"), WARNED)
def test_an_odd_archive_opens_with_a_warning(
    path: str, code: str, file: str, line: int | None, values: dict[str, object], opened: Opener
) -> None:
    warnings = opened(shared(path)).warnings
    found = [one for one in warnings if one.code == code and one.file == file and one.line == line]
    assert found, [one.sentence("en") for one in warnings]
    assert values.items() <= dict(found[0].values).items()


@pytest.mark.parametrize("end", ["", "-eml", "-dos", "-notenclosed"])
def test_a_simple_archive_has_its_headings_for_terms(end: str, opened: Opener) -> None:
    source = opened(shared(f"{READER}/dwca-simple-csv{end}.zip"))
    core = source.core
    assert source.format == "dwca"
    assert core is not None
    assert core.kind == "occurrence"
    names = [column.term or "" for column in core.columns]
    assert "http://rs.tdwg.org/dwc/terms/catalogNumber" in names
    assert len(list(core.rows())) == 3
    assert (source.metadata is not None) == (end == "-eml")


def test_an_unmapped_identifier_column_comes_first_and_is_the_id(opened: Opener) -> None:
    core = opened(shared(f"{READER}/dwca-simple-dir")).core
    assert core is not None
    assert (core.id_column, core.columns[0].name, core.columns[0].term) == (0, "id", None)


def test_a_default_fills_what_is_empty_and_constants_stand_in_every_row(opened: Opener) -> None:
    core = opened(shared(f"{READER}/dwca-partial-default.zip")).core
    assert core is not None
    country = core.column("country")
    assert country is not None
    assert [row.values[country] for row in core.rows()] == ["France", "Belgium"]


def test_the_same_dataset_keeps_its_identifiers(opened: Opener) -> None:
    keys = {}
    for name in ("dr893", "dr893-reduced", "dr893-readded"):
        core = opened(shared(f"{SAMPLES}/ala-pipelines/uuid-management/{name}")).core
        assert core is not None
        assert core.id_column is not None
        keys[name] = [row.values[core.id_column] for row in core.rows()]
    assert set(keys["dr893-reduced"]) < set(keys["dr893"]) < set(keys["dr893-readded"])


def test_an_archive_inside_the_folder_of_a_publishing_tool_is_found(opened: Opener) -> None:
    source = opened(shared(f"{SAMPLES}/ipt/event/event.zip"))
    assert (source.format, source.tables[0].kind) == ("dwca", "event")


@pytest.mark.parametrize(
    ("name", "count"), [("occurrence.txt.gz", 16), ("occurrence2.txt.gz", 16), ("occurrence2.txt.zip", 16)]
)
def test_a_packed_table_opens(name: str, count: int, opened: Opener) -> None:
    table = opened(shared(f"{SAMPLES}/ipt/{name}")).tables[0]
    assert len(list(table.rows())) == count == table.count_hint


def test_every_sample_opens_or_is_refused_in_words(opened: Opener) -> None:
    for path in sorted(shared(SAMPLES).rglob("*")):
        if path.suffix in (".zip", ".tgz", ".gz", ".xlsx", ".ods", ".xls", ".csv") or (
            path.is_dir() and path != Path()
        ):
            with suppress(SourceError):
                for table in opened(path).tables:
                    assert all(len(row.values) == len(table.columns) for row in table.rows())
