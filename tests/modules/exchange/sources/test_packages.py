"""Data packages: tables with their keys, terms and relations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dina.modules.exchange.sources import Relation, SourceError
from tests.conftest import shared

from .conftest import Opener

EVENT = "eventID,eventDate\ne1,1998-06-12\ne2,1999-01-01\n"
OCCURRENCE = "occurrence_pk;event_fk;scientificName\no1;e1;Salix alba\no2;e2;NA\n"


def package(folder: Path, **changed: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "event.csv").write_text(EVENT)
    (folder / "occurrence.csv").write_text(OCCURRENCE)
    said: dict[str, Any] = {
        "profile": "http://rs.tdwg.org/dwc/dwc-dp/0.1/dwc-dp-profile.json",
        "title": "Willows",
        "licenses": [{"name": "CC0-1.0"}],
        "contributors": [{"title": "Jane Doe", "role": "contact", "path": "https://orcid.org/0000-0002-1825-0097"}],
        "resources": [
            {
                "name": "event",
                "path": "event.csv",
                "schema": {"fields": [{"name": "eventID"}, {"name": "eventDate", "namespace": "dwc"}], "primaryKey": "eventID"},
            },
            {
                "name": "occurrence",
                "path": ["occurrence.csv"],
                "dialect": {"delimiter": ";"},
                "schema": {
                    "fields": [{"name": "occurrence_pk", "dcterms:isVersionOf": "http://rs.tdwg.org/dwc/terms/occurrenceID"}],
                    "primaryKey": ["occurrence_pk"],
                    "missingValues": ["", "NA"],
                    "foreignKeys": [{"fields": "event_fk", "reference": {"resource": "event", "fields": "eventID"}}],
                },
            },
        ],
    }  # fmt: skip
    said.update(changed)
    (folder / "datapackage.json").write_text(json.dumps(said, indent=1))
    return folder


def test_tables_have_keys_terms_and_relations(tmp_path: Path, opened: Opener) -> None:
    source = opened(package(tmp_path / "p"))
    assert source.format == "dwc-dp"
    assert [(table.name, table.kind, table.role, table.primary_key) for table in source.tables] == [
        ("occurrence", "occurrence", "core", ("occurrence_pk",)),
        ("event", "event", "table", ("eventID",)),
    ]
    assert source.relations == [Relation("occurrence", ("event_fk",), "event", ("eventID",))]
    core = source.tables[0]
    assert core.id_column == 0
    assert core.columns[0].term == "http://rs.tdwg.org/dwc/terms/occurrenceID"
    assert [row.values for row in core.rows()] == [["o1", "e1", "Salix alba"], ["o2", "e2", None]]
    assert source.metadata is not None
    assert source.metadata.rights is not None
    assert source.metadata.rights.licence == "https://creativecommons.org/publicdomain/zero/1.0"
    assert source.metadata.contacts[0].name == "Jane Doe"


def test_a_packed_package_and_packed_tables_open(tmp_path: Path, opened: Opener) -> None:
    folder = package(tmp_path / "p")
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    assert [table.count_hint for table in opened(Path(packed)).tables] == [2, 2]


def test_the_schemas_of_the_standard_say_terms_and_relations(tmp_path: Path, opened: Opener) -> None:
    schemas = shared("data/standards/dwc-dp/table-schemas")
    folder = package(tmp_path / "p")
    resources = []
    for name in ("event", "occurrence", "identification", "material", "agent"):
        schema = json.loads((schemas / f"{name}.json").read_text("utf-8"))
        heads = [one["name"] for one in schema["fields"]]
        (folder / f"{name}.csv").write_text(
            ",".join(heads) + "\n" + ",".join(f"{name} {n}" for n in range(len(heads))) + "\n"
        )
        shutil.copy(schemas / f"{name}.json", folder)
        resources.append({"name": name, "path": f"{name}.csv", "schema": f"{name}.json"})
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}))
    source = opened(folder)
    assert {table.name for table in source.tables} == {
        "event",
        "occurrence",
        "identification",
        "material",
        "agent",
    }
    for table in source.tables:
        assert len(list(table.rows())) == 1
        assert sum(column.term is not None for column in table.columns) > len(table.columns) * 0.9
    occurrence = source.core
    assert occurrence is not None
    assert occurrence.primary_key == ("occurrence_pk",) or occurrence.primary_key
    assert any(one.table == "occurrence" and one.target == "event" for one in source.relations)


def test_camera_trap_data_open_with_a_table_inside_the_descriptor(opened: Opener) -> None:
    source = opened(shared("data/observations/camtrap-dp-example"))
    assert source.format == "camtrap-dp"
    counts = {table.name: len(list(table.rows())) for table in source.tables}
    assert counts == {"observations": 549, "deployments": 4, "media": 423, "individuals": 1}
    assert [one.code for one in source.warnings] == ["schema_remote"] * 3


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"resources": []}, "package_broken"),
        ({"resources": None}, "package_broken"),
        ({"resources": [7]}, "package_broken"),
        ({"resources": [{"name": "a"}]}, "package_broken"),
        ({"resources": [{"name": "a", "path": "../../etc/passwd"}]}, "location_outside"),
        ({"resources": [{"name": "a", "path": "https://example.org/a.csv"}]}, "remote_file"),
        ({"resources": [{"name": "a", "path": "absent.csv"}]}, "missing_file"),
        ({"resources": [{"name": "a", "path": "event.csv", "schema": "absent.json"}]}, "missing_file"),
    ],
)
def test_a_senseless_package_is_refused(
    changed: dict[str, Any], code: str, tmp_path: Path, opened: Opener
) -> None:
    with pytest.raises(SourceError) as refused:
        opened(package(tmp_path / "p", **changed))
    assert refused.value.code == code
    assert refused.value.file == "datapackage.json"


@pytest.mark.parametrize("text", ["{", '{"resources": [\n{"name" "a"}]}', "[]", "7", "[" * 100_000, "{\xff"])
def test_broken_json_names_its_line(text: str, tmp_path: Path, opened: Opener) -> None:
    folder = package(tmp_path / "p")
    (folder / "datapackage.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SourceError) as refused:
        opened(folder)
    assert refused.value.code in ("json_broken", "package_broken", "undecodable")
    assert refused.value.line is not None


def test_odd_schemas_do_not_break_the_reader(tmp_path: Path, opened: Opener) -> None:
    for schema in (
        7,
        [],
        {"fields": 3},
        {"fields": [1, None]},
        {"primaryKey": {"a": 1}},
        {"foreignKeys": [3, {"reference": 1}]},
    ):
        resources = [{"name": "event", "path": "event.csv", "schema": schema, "dialect": 3, "encoding": 7}]
        source = opened(package(tmp_path / "p", resources=resources))
        assert len(list(source.tables[0].rows())) == 2
