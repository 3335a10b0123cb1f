"""Archives without a descriptor: one table of text whose headings are terms, or several tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from .checklist import TEXT
from .limits import Limits, Overrides
from .model import Source, Table
from .problems import SourceError, SourceProblem
from .terms import is_known, qualified
from .text import open_text

# Files that accompany tables and are none.
_BESIDE = frozenset(
    [
        ".md",
        ".rst",
        ".rtf",
        ".pdf",
        ".doc",
        ".docx",
        ".log",
        ".html",
        ".htm",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".tif",
        ".tiff",
        ".svg",
        ".tree",
        ".txtree",
        ".yaml",
        ".yml",
        ".json",
        ".jsonl",
        ".xml",
        ".xsd",
        ".xsl",
        ".bib",
        ".ini",
        ".sql",
        ".r",
        ".py",
        ".xml~",
        ".zip",
        ".gz",
        ".tgz",
    ]
)
_NOTES = ("readme", "license", "licence", "citation", "rights", "changelog", "copying", "notice")


def open_tables(
    files: Sequence[Path], forms: Mapping[Path, str], name: str, limits: Limits, overrides: Overrides
) -> Source:
    """The text tables of an archive that does not describe itself.

    SourceError `stray_file` for a file beside a single table that is neither table nor note, `empty`
    and `unknown_format` where there is no table.
    """
    tables: list[Table] = []
    warnings: list[SourceProblem] = []
    strays: list[Path] = []
    for path in files:
        if path.suffix.casefold() in _BESIDE or path.name.casefold().startswith(_NOTES):
            continue
        if path.suffix.casefold() not in TEXT:
            strays.append(path)
        elif forms[path] == "empty":
            warnings.append(SourceProblem("empty", path.name))
        elif forms[path] == "text":
            table, problems = open_text(path, path.name, limits, overrides)
            warnings += problems
            tables.append(table)
    if not tables and len(strays) == 1 and forms[strays[0]] == "text":
        table, warnings = open_text(strays.pop(), name, limits, overrides)
        tables.append(table)
    if not tables:
        raise SourceError("unknown_format" if files else "empty", name)
    if strays:
        raise SourceError("stray_file", name, None, table=tables[0].name, name=strays[0].name)
    return _as_source(tables, warnings, name)


def _as_source(tables: list[Table], warnings: list[SourceProblem], name: str) -> Source:
    termed = [table for table in tables if _share_of_terms(table) >= 0.5]
    form = "text"
    if len(termed) == 1 and all(table.kind is None for table in tables if table is not termed[0]):
        form = "dwca"
        core = termed[0]
        core.role = "core"
        core.columns = [
            replace(column, term=column.term or qualified(column.name)) for column in core.columns
        ]
        core.id_column = _id_column(core)
        tables.sort(key=lambda table: table is not core)
    if len(tables) > 1:
        warnings.append(SourceProblem("several_tables", name, None, {"count": len(tables)}))
    return Source(form, tables, warnings=warnings)


def _share_of_terms(table: Table) -> float:
    if not table.dialect.header or not table.columns:
        return 0.0
    return sum(is_known(column.name) for column in table.columns) / len(table.columns)


def _id_column(table: Table) -> int | None:
    own = {"occurrence": "occurrenceID", "event": "eventID", "taxon": "taxonID"}.get(table.kind or "", "id")
    return next((at for name in ("id", own) if (at := table.column(name)) is not None), None)
