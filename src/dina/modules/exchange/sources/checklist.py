"""Checklists in files whose names say what they hold: ColDP and ACEF (`checklists.toml`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from .limits import Limits, Overrides
from .model import Column, Dialect, Relation, Row, Source, Table
from .problems import SourceError, SourceProblem
from .terms import data
from .text import open_text

TEXT = (".csv", ".tsv", ".txt", ".tab")
_CSL = (".json", ".jsonl")
_HEADING = {"coldp": {"id", "col:id"}, "acef": {"acceptedtaxonid", "acef:acceptedtaxonid"}}
_LOOK = 4096


@cache
def _files(form: str) -> dict[str, dict[str, Any]]:
    return {name: about for about in data("checklists.toml")[form]["file"] for name in about["names"]}


def plain(name: str) -> str:
    """`Name-Usage.tsv` -> `nameusage`."""
    return Path(name).stem.casefold().replace("-", "").replace("_", "").replace(" ", "")


def recognise(paths: Sequence[Path]) -> tuple[str, Path] | None:
    """(`coldp` or `acef`, its directory) if files of that format's main names lie together, else None.

    Darwin Core checklists also call a file `taxon`: the headings decide.
    """
    for form in ("acef", "coldp"):
        for path in paths:
            about = _files(form).get(plain(path.name))
            if about and "main" in about and path.suffix.casefold() in TEXT and _headed(path, form):
                return form, path.parent
    beside = [path for path in paths if plain(path.name) in _files("acef")]
    if len([path for path in beside if plain(path.name) not in _files("coldp")]) >= 2:
        raise SourceError("checklist_no_names", beside[0].parent.name, None)
    return None


def _headed(path: Path, form: str) -> bool:
    with path.open("rb") as raw:
        head = raw.read(_LOOK).replace(b"\0", b"").decode("latin-1").casefold()
    line = head.lstrip("ï»¿þÿ\r\n").splitlines()[:1]
    cells = {
        cell.strip("\"' ") for part in line for cell in part.replace("\t", ",").replace(";", ",").split(",")
    }
    return bool(cells & _HEADING[form]) and (form == "acef" or "taxonid" not in cells)


def open_checklist(
    form: str, directory: Path, paths: Sequence[Path], limits: Limits, overrides: Overrides
) -> Source:
    """The tables of a checklist, the names first; files that are no part of it are said."""
    source = Source(form, [])
    named: dict[str, Table] = {}
    mains: list[tuple[int, Table]] = []
    for path in paths:
        if path.parent != directory:
            continue
        about = _files(form).get(plain(path.name))
        suffix = path.suffix.casefold()
        if about is None or suffix not in TEXT + _CSL or (suffix in _CSL and about["kind"] != "reference"):
            continue
        if path.stat().st_size == 0:
            source.warnings.append(SourceProblem("empty", path.name))
            continue
        table = _table(form, path, about, limits, overrides, source.warnings)
        named.setdefault(about["name"], table)
        source.tables.append(table)
        if "main" in about:
            mains.append((about["main"], table))
    mains.sort(key=lambda pair: pair[0])
    if mains:
        mains[0][1].role = "core"
    source.tables.sort(key=lambda table: table.role != "core")
    source.relations = _relations(form, named)
    return source


def _table(
    form: str,
    path: Path,
    about: dict[str, Any],
    limits: Limits,
    overrides: Overrides,
    warnings: list[SourceProblem],
) -> Table:
    if path.suffix.casefold() in _CSL:
        return _csl(path, about["kind"], limits)
    table, problems = open_text(path, path.name, limits, overrides, kind=about["kind"])
    warnings += problems
    said = data("checklists.toml")[form]
    if table.dialect.header:
        table.columns = [_column(column, said["namespace"], said["prefix"]) for column in table.columns]
    ids = ("ID", "AcceptedTaxonID") if form == "acef" else ("ID",)
    table.id_column = next((at for name in ids if (at := _find(table, name)) is not None), None)
    return table


def adopt(source: Source) -> None:
    """Make a workbook whose sheets are named as the files of ColDP a source of that format."""
    named = {table.name: _files("coldp").get(plain(table.name)) for table in source.tables}
    mains = [table for table in source.tables if (named[table.name] or {}).get("main")]
    mains = [table for table in mains if _find(table, "ID") is not None]
    if not mains:
        return
    source.format = "coldp"
    tables: dict[str, Table] = {}
    for table in source.tables:
        if about := named[table.name]:
            table.kind = about["kind"]
            table.id_column = _find(table, "ID")
            tables.setdefault(about["name"], table)
    first = min(mains, key=lambda table: (named[table.name] or {})["main"])
    first.role = "core"
    source.tables.sort(key=lambda table: table is not first)
    source.relations = _relations("coldp", tables)


def _column(column: Column, namespace: str, prefix: str) -> Column:
    name = column.name
    if name.casefold().startswith(prefix):
        name = name[len(prefix) :]
        return replace(column, term=namespace + name)
    return column


def _relations(form: str, named: dict[str, Table]) -> list[Relation]:
    found: list[Relation] = []
    for name, targets in data("checklists.toml")[form]["relations"].items():
        target = next((named[one] for one in targets if one in named), None)
        if target is None or target.id_column is None:
            continue
        key = target.columns[target.id_column].name
        for table in named.values():
            at = _find(table, name)
            if at is not None and (table is not target or at != target.id_column):
                found.append(Relation(table.name, (table.columns[at].name,), target.name, (key,)))
    return found


def _find(table: Table, name: str) -> int | None:
    wanted = name.casefold()
    return next(
        (at for at, c in enumerate(table.columns) if c.name.rpartition(":")[2].casefold() == wanted), None
    )


def _csl(path: Path, kind: str, limits: Limits) -> Table:
    """References as CSL JSON, an array or one object a line; structures stay JSON in their cell."""
    found = _CslReader(path, limits)
    names: dict[str, None] = {}
    for _, item in found.items():
        names.update(dict.fromkeys(str(key) for key in item))
    columns = [Column(name, index=at) for at, name in enumerate(names)]
    where = names.keys()
    dialect = Dialect(
        delimiter="", quote="", header=0, skip=0, encoding_known="certain", delimiter_known="certain"
    )
    at = next((at for at, name in enumerate(where) if name.casefold() == "id"), None)
    return Table(path.name, kind, "table", columns, found, at, dialect, None, [path])


class _CslReader:
    """Reads CSL items; `line` is the line in JSON Lines, the ordinal in an array."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self.limits = path, limits

    def items(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects of the file with their place."""
        file = self.path.name
        if self.path.stat().st_size > self.limits.xml_document:
            raise SourceError("xml_large", file)
        lined = self.path.suffix.casefold() == ".jsonl"
        try:
            text = self.path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            raise SourceError("binary", file) from None
        parts = enumerate(text.split("\n"), 1) if lined else [(1, text)]
        for number, part in parts:
            if not part.strip():
                continue
            try:
                said = json.loads(part)
            except (json.JSONDecodeError, RecursionError) as error:
                line = number if lined else getattr(error, "lineno", 1)
                detail = getattr(error, "msg", "nested too deep")
                raise SourceError(
                    "json_broken", file, line, column=getattr(error, "colno", 1), detail=detail
                ) from None
            several = said if isinstance(said, list) else [said]
            for ordinal, item in enumerate(several, 1):
                if isinstance(item, dict):
                    yield (number if lined else ordinal), item

    def __call__(self, table: Table) -> Iterator[Row]:
        for line, item in self.items():
            yield Row(
                line, [_shown(item.get(column.name)) for column in islice(table.columns, len(table.columns))]
            )


def _shown(value: Any) -> str | None:
    if value is None or value == "" or value == []:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
