"""Data packages: Darwin Core DP, Camtrap DP and any other (Frictionless Data Package 1.0 and 2.0)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .dialect import examine, sniff
from .dwca import located
from .limits import Limits, Overrides
from .model import Column, Dialect, Relation, Row, Source, Table
from .package_metadata import of_package
from .problems import SourceError, SourceProblem
from .records import records
from .terms import is_iri, kind_of, qualified
from .text import TextReader, columns_of
from .unpack import unpack_gzip

_MOST = 16 << 20
_MAIN = ("occurrence", "material", "event", "taxon", "observations")
_DWC_DP = frozenset(
    {"material", "occurrence", "identification", "event", "agent", "organism", "media", "survey"}
)


def open_package(descriptor: Path, room: Path, limits: Limits, overrides: Overrides) -> Source:
    """The tables of a data package with their keys and relations; `room` holds what is unpacked.

    SourceError `json_broken`, `package_broken`, `missing_file`, `remote_file` with file and line.
    """
    file = descriptor.name
    said = _load(descriptor, file)
    resources = said.get("resources")
    if not isinstance(resources, list) or not resources:
        raise SourceError("package_broken", file, None, detail="resources")
    source = Source(_form(said, resources), [])
    for number, resource in enumerate(resources[:1000]):
        if not isinstance(resource, dict):
            raise SourceError("package_broken", file, None, detail=f"resources[{number}]")
        one = _Resource(
            resource, str(resource.get("name") or f"table{number + 1}"), descriptor, source.warnings
        )
        table = one.table(room, limits, overrides)
        if table is not None:
            source.tables.append(table)
            source.relations += one.relations()
    if not source.tables:
        raise SourceError("empty", file)
    main = next((table for name in _MAIN for table in source.tables if table.name == name), None)
    if main:
        main.role = "core"
        source.tables.sort(key=lambda table: table is not main)
    source.metadata = of_package(said, file)
    return source


def _load(path: Path, file: str) -> dict[str, Any]:
    if path.stat().st_size > _MOST:
        raise SourceError("xml_large", file)
    try:
        said = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SourceError(
            "undecodable",
            file,
            line,
            byte=f"{error.object[error.start]:02X}",
            position=error.start + 1,
            encoding="utf-8",
        ) from None
    except json.JSONDecodeError as error:
        raise SourceError("json_broken", file, error.lineno, column=error.colno, detail=error.msg) from None
    except RecursionError:
        raise SourceError("json_broken", file, 1, column=1, detail="nested too deep") from None
    if not isinstance(said, dict):
        raise SourceError("package_broken", file, 1, detail="{ }")
    return said


def _form(said: dict[str, Any], resources: list[Any]) -> str:
    profile = f"{said.get('profile', '')} {said.get('$schema', '')}".casefold()
    if "dwc-dp" in profile:
        return "dwc-dp"
    if "camtrap" in profile:
        return "camtrap-dp"
    names = {str(one.get("name")) for one in resources if isinstance(one, dict)}
    return "dwc-dp" if len(names & _DWC_DP) >= 2 else "data-package"


@dataclass
class _Resource:
    """One resource of a package."""

    said: dict[str, Any]
    name: str
    descriptor: Path
    warnings: list[SourceProblem]

    def table(self, room: Path, limits: Limits, overrides: Overrides) -> Table | None:
        """The resource as a table, or None for what is no table."""
        schema = self.schema()
        if isinstance(self.said.get("data"), list):
            table = self.inline(self.said["data"])
        else:
            table = self.from_files(schema, room, limits, overrides)
        if table is None:
            return None
        fields = [one for one in _list(schema.get("fields")) if isinstance(one, dict)]
        table.columns = self.described(table, fields)
        table.primary_key = tuple(_names(schema.get("primaryKey")))
        if len(table.primary_key) == 1:
            table.id_column = table.column(table.primary_key[0])
        table.kind = kind_of(self.name) if kind_of(self.name) != self.name else self.name
        table.row_type = next(
            (str(schema[k]) for k in ("rdfType", "identifier", "dcterms:isVersionOf") if k in schema), None
        )
        return table

    def schema(self) -> dict[str, Any]:
        """The schema, given or in a file of the package; {} where it is elsewhere."""
        schema = self.said.get("schema")
        if isinstance(schema, str):
            if "://" in schema:
                values = {"table": self.name, "name": schema[:200]}
                self.warnings.append(SourceProblem("schema_remote", self.descriptor.name, None, values))
                return {}
            path = located(self.descriptor.parent, schema, self.descriptor.name, 1)
            return _load(path, path.name)
        return schema if isinstance(schema, dict) else {}

    def from_files(
        self, schema: dict[str, Any], room: Path, limits: Limits, overrides: Overrides
    ) -> Table | None:
        names = [str(one) for one in _list(self.said.get("path"))]
        if not names:
            raise SourceError("package_broken", self.descriptor.name, None, detail=f"{self.name}: path")
        paths = [located(self.descriptor.parent, name, self.descriptor.name, 1) for name in names]
        if not all(path.suffix.casefold() in (".csv", ".tsv", ".txt", ".tab", ".gz") for path in paths):
            self.warnings.append(SourceProblem("file_not_read", paths[0].name))
            return None
        paths = [_unpacked(path, room, limits) for path in paths]
        stated = self.said.get("encoding")
        dialects: list[Dialect] = []
        first: list[list[str]] = []
        lines = 0
        for path in paths:
            found, encoding, problems = examine(
                path, path.name, limits, overrides, stated if isinstance(stated, str) else "utf-8"
            )
            self.warnings += problems
            sniffed, _ = sniff(path, path.name, encoding, found, limits, overrides)
            dialect = self.dialect(sniffed, overrides)
            dialects.append(dialect)
            lines += max(0, found.lines - dialect.skip)
            first = first or _first(path, dialect, limits, overrides)
        missing = frozenset(str(one) for one in _list(schema.get("missingValues")) if one != "")
        reader = TextReader(
            paths[0].name, limits, undecodable=overrides.undecodable, dialects=dialects, missing=missing
        )
        columns = columns_of(first, dialects[0].header > 0)
        return Table(self.name, None, "table", columns, reader, None, dialects[0], None, paths, lines)

    def dialect(self, sniffed: Dialect, overrides: Overrides) -> Dialect:
        """What the package says of the dialect (CSV Dialect 1.2), over what the file shows."""
        said = self.said.get("dialect")
        said = said if isinstance(said, dict) else {}
        header = (
            overrides.header if overrides.header is not None else int(said.get("header", True) is not False)
        )
        known = replace(
            sniffed, header=header, skip=max(header, sniffed.skip if sniffed.header == header else 0)
        )
        if overrides.delimiter is None and isinstance(said.get("delimiter"), str) and said["delimiter"]:
            known = replace(known, delimiter=said["delimiter"], delimiter_known="stated")
        if overrides.quote is None and isinstance(said.get("quoteChar"), str):
            known = replace(known, quote=said["quoteChar"][:1])
        if overrides.escape is None and isinstance(said.get("escapeChar"), str):
            known = replace(known, escape=said["escapeChar"][:1])
        return known

    def described(self, table: Table, fields: Sequence[dict[str, Any]]) -> list[Column]:
        """The columns with the terms the schema says: by heading, or by place where there is none."""
        headed = table.dialect.header > 0
        by_name = {str(one.get("name", "")).casefold(): one for one in fields}
        columns: list[Column] = []
        for at, column in enumerate(table.columns):
            one = (
                by_name.get(column.name.casefold()) if headed else (fields[at] if at < len(fields) else None)
            )
            if one is None:
                columns.append(column)
                continue
            name = column.name if headed else str(one.get("name") or column.name)
            columns.append(Column(name, _term(one), None, column.index))
        if headed:
            there = {column.name.casefold() for column in table.columns}
            required = [n for n, one in by_name.items() if n not in there and _required(one)]
            if required:
                values = {"missing": ", ".join(required[:10])}
                self.warnings.append(SourceProblem("fields_differ", table.name, None, values))
        return columns

    def relations(self) -> Iterator[Relation]:
        """The foreign keys of the schema; a target "" is the table itself."""
        for key in _list(self.schema_quietly().get("foreignKeys")):
            reference = key.get("reference") if isinstance(key, dict) else None
            if isinstance(reference, dict):
                own, theirs = _names(key.get("fields")), _names(reference.get("fields"))
                yield Relation(
                    self.name, tuple(own), str(reference.get("resource") or self.name), tuple(theirs)
                )

    def schema_quietly(self) -> dict[str, Any]:
        """The schema once more, without saying again what is wrong with it."""
        kept = len(self.warnings)
        schema = self.schema()
        del self.warnings[kept:]
        return schema

    def inline(self, rows: list[Any]) -> Table:
        """Rows that stand in the descriptor itself: objects, or lists of which the first is the headings."""
        names: list[str] = []
        if rows and isinstance(rows[0], list):
            names, rows = [str(cell) for cell in rows[0]], rows[1:]
            records = [[_cell(cell) for cell in row] for row in rows if isinstance(row, list)]
        else:
            names = list(dict.fromkeys(str(key) for row in rows if isinstance(row, dict) for key in row))
            records = [[_cell(row.get(name)) for name in names] for row in rows if isinstance(row, dict)]
        columns = [Column(name, index=at) for at, name in enumerate(names)]
        width = len(columns)

        def read(_: Table) -> Iterator[Row]:
            for number, record in enumerate(records, 1):
                yield Row(number, (record + [None] * width)[:width])

        return Table(self.name, None, "table", columns, read, count_hint=len(records))


def _first(path: Path, dialect: Dialect, limits: Limits, overrides: Overrides) -> list[list[str]]:
    above = replace(dialect, skip=dialect.skip - 1 if dialect.header else dialect.skip)
    found: list[list[str]] = []
    for _, cells in records(path, path.name, above, limits, undecodable=overrides.undecodable):
        found.append(cells)
        if len(found) >= 200:
            break
    return found


def _unpacked(path: Path, room: Path, limits: Limits) -> Path:
    if path.suffix.casefold() != ".gz":
        return path
    target = room / f"{len(list(room.iterdir()))}-{path.stem}"
    unpack_gzip(path, path.name, target, limits)
    return target


def _term(one: dict[str, Any]) -> str | None:
    for key in ("rdfType", "rdf:type", "dcterms:isVersionOf", "skos:exactMatch"):
        if isinstance(one.get(key), str) and is_iri(one[key]):
            return one[key]
    namespace, name = one.get("namespace"), one.get("name")
    return qualified(f"{namespace}:{name}") if namespace and name else None


def _required(one: dict[str, Any]) -> bool:
    limits = one.get("constraints")
    return isinstance(limits, dict) and limits.get("required") is True


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names(value: Any) -> list[str]:
    return [str(one) for one in _list(value)]


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
