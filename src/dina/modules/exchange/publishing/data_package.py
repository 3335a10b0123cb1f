"""The Darwin Core Data Package: the same records as linked tables (Frictionless, dwc-dp 0.1)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from dina.modules.exchange.publishing.archive import MEDIA_TYPE
from dina.modules.exchange.publishing.mapping.darwin_core import DWC
from dina.modules.exchange.publishing.record import (
    IDENTIFICATION_TERMS,
    MEASUREMENT_TERMS,
    RELATIONSHIP_TERMS,
    Record,
    Written,
)
from dina.modules.exchange.publishing.tables import TextTable
from dina.modules.exchange.publishing.zipping import zip_files

PROFILE = "http://rs.tdwg.org/dwc/dwc-dp"
ROWS = {
    "identification": ("identification", IDENTIFICATION_TERMS),
    "material-assertion": ("measurement", MEASUREMENT_TERMS),
    "resource-relationship": ("relationship", RELATIONSHIP_TERMS),
}
"""Tables that are made of the rows of an extension."""
Give = Callable[[Record, Sequence[str], str], str]


@cache
def schema() -> Mapping[str, Any]:
    """data_package.toml."""
    return tomllib.loads(
        files("dina.modules.exchange.publishing").joinpath("data_package.toml").read_text("utf-8")
    )


class DataPackage:
    """Events, occurrences and material are three views of a specimen, each in a table of its own."""

    def __init__(self, folder: Path, name: str, terms: Sequence[str], dataset: Mapping[str, Any]) -> None:
        self.folder, self.name, self.dataset = folder, name, dataset
        folder.mkdir()
        self.files: dict[str, TextTable] = {}
        self.fields: dict[str, list[str]] = {}
        self.gives: dict[str, list[Give]] = {}
        self.parent = RELATIONSHIP_TERMS.index("dwc:relationshipOfResource")
        self.other = RELATIONSHIP_TERMS.index("dwc:relatedResourceID")
        for table in ("event", "occurrence", "material", *ROWS):
            self._prepare(table, ROWS[table][1] if table in ROWS else terms)
        self.events: set[int] = set()

    def _prepare(self, table: str, terms: Sequence[str]) -> None:
        at = {term: place for place, term in enumerate(terms)}
        names: list[str] = []
        gives: list[Give] = []
        for name in schema()[table]["fields"]:
            told = schema()["from"].get(f"{table}.{name}", f"dwc:{name}")
            give = self._give(told, at)
            if give is not None:
                names.append(name)
                gives.append(bounded(give, name) if name == "coordinateUncertaintyInMeters" else give)
        self.fields[table], self.gives[table] = names, gives

    def _give(self, told: str, at: Mapping[str, int]) -> Give | None:
        if told.startswith("*"):
            return lambda record, values, event: told[1:]
        match told:
            case "event":
                return lambda record, values, event: event
            case "record":
                return lambda record, values, event: record.identifier
            case "parent":
                return lambda record, values, event: self.derived_from(record)
            case _ if told in at:
                place = at[told]
                return lambda record, values, event: values[place]
            case _:
                return None

    def derived_from(self, record: Record) -> str:
        for row in record.more.get("relationship", ()):
            if row[self.parent] == "derived from":
                return row[self.other]
        return ""

    def add(self, record: Record) -> None:
        event = record.event or f"{record.identifier}#event"
        key = hash(event)
        if key not in self.events:
            self.events.add(key)
            self._write("event", record, record.values, event)
        self._write("occurrence", record, record.values, event)
        self._write("material", record, record.values, event)
        for table, (kind, _) in ROWS.items():
            for row in record.more.get(kind, ()):
                self._write(table, record, row, event)

    def _write(self, table: str, record: Record, values: Sequence[str], event: str) -> None:
        file = self.files.get(table)
        if file is None:
            file = self.files[table] = TextTable(self.folder / f"{table}.tsv", self.fields[table])
        file.add([give(record, values, event) for give in self.gives[table]])

    def finish(self, description: bytes) -> Written:
        eml, package = self.folder / "eml.xml", self.folder / "datapackage.json"
        eml.write_bytes(description)
        for table in self.files.values():
            table.close()
        package.write_bytes(orjson.dumps(self.described(), option=orjson.OPT_INDENT_2))
        path = self.folder.parent / self.name
        paths = [package, eml, *(table.path for table in self.files.values())]
        checksum = zip_files(path, paths)
        rows = {table.path.name: table.rows for table in self.files.values()}
        return Written(self.name, path, MEDIA_TYPE, "dwc-dp", rows, checksum)

    def described(self) -> dict[str, Any]:
        """`datapackage.json`."""
        licence = self.dataset.get("licence")
        whole: dict[str, Any] = {
            "profile": PROFILE,
            "name": re.sub(r"[^a-z0-9._-]+", "-", self.dataset["title"].lower()).strip("-") or "data-set",
            "title": self.dataset["title"],
            "description": self.dataset.get("abstract") or "",
            "keywords": self.dataset.get("keywords") or [],
            "resources": [self.resource(table, file) for table, file in self.files.items()],
        }
        if licence:
            whole["licenses"] = [{"path": licence, "title": licence}]
        return whole

    def resource(self, table: str, file: TextTable) -> dict[str, Any]:
        told = schema()[table]
        references = [
            {"fields": name, "reference": {"resource": target[0], "fields": target[1]}}
            for name in self.fields[table]
            if (target := schema()["reference"].get(f"{table}.{name}"))
        ]
        described: dict[str, Any] = {"fields": [self.field(table, name) for name in self.fields[table]]}
        if told["key"]:
            described["primaryKey"] = told["key"]
        if references:
            described["foreignKeys"] = references
        return {
            "name": table,
            "title": told["title"],
            "path": file.path.name,
            "profile": "tabular-data-resource",
            "format": "tsv",
            "mediatype": "text/tab-separated-values",
            "encoding": "utf-8",
            "dialect": {"delimiter": "\t", "quoteChar": '"', "doubleQuote": True, "header": True},
            "hash": f"sha256:{file.checksum}",
            "schema": described,
        }

    def field(self, table: str, name: str) -> dict[str, Any]:
        kinds: Mapping[str, Sequence[str]] = schema()["type"]
        kind = next((kind for kind, names in kinds.items() if name in names), "string")
        key = name == schema()[table]["key"]
        about = schema()[table]["about"] if key else DWC + name.removesuffix("_fk").removesuffix("_pk")
        found: dict[str, Any] = {
            "name": name,
            "title": " ".join(re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)).capitalize(),
            "description": f"{told}: {name}" if (told := schema()[table]["title"]) else name,
            "type": kind,
            "dcterms:isVersionOf": about,
        }
        if key:
            found["constraints"] = {"required": True, "unique": True}
        return found


def bounded(give: Give, name: str) -> Give:
    """The package has no uncertainty below one metre."""
    return lambda record, values, event: "" if (text := give(record, values, event)) == "0" else text
