"""Darwin Core archives: a core, its extensions, their descriptor and metadata."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from . import descriptor
from .descriptor import Descriptor, Part
from .dialect import examine, literal, sniff
from .dwca_dialect import settle
from .limits import Limits, Overrides
from .model import Column, Dialect, Relation, Source, Table
from .problems import SourceError, SourceProblem
from .terms import is_known, kind_of
from .text import TextReader
from .unpack import safe_name

__all__ = ["check_links", "literal", "located", "open_dwca"]


def open_dwca(meta: Path, limits: Limits, overrides: Overrides) -> Source:
    """The tables of the archive whose descriptor is `meta`; metadata is read by the caller.

    SourceError names meta.xml and its line, or the data file, where the two do not fit.
    """
    said = descriptor.read(meta, meta.name, limits)
    source = Source("dwca", [], warnings=list(said.problems))
    for part in (said.core, *said.extensions):
        source.tables.append(_table(part, said, meta.parent, limits, overrides, source.warnings))
    core = source.tables[0]
    if core.id_column is not None:
        name = core.columns[core.id_column].name
        for table in source.tables[1:]:
            if table.id_column is not None:
                own = table.columns[table.id_column].name
                source.relations.append(Relation(table.name, (own,), core.name, (name,)))
    size = sum(path.stat().st_size for table in source.tables for path in table.files)
    if size <= limits.link_check:
        source.warnings += check_links(source)
    return source


def located(directory: Path, name: str, file: str, line: int) -> Path:
    """The file a descriptor names, in any case of letters; SourceError where it is absent or elsewhere."""
    if "://" in name:
        raise SourceError("remote_file", file, line, name=name[:200])
    try:
        parts = safe_name(name, file)
        path = directory.joinpath(*parts)
        if parts and not path.is_file():
            lower = path.name.casefold()
            path = next((p for p in path.parent.iterdir() if p.name.casefold() == lower), path)
        inside = path.resolve().is_relative_to(directory.resolve())
        if not parts or not path.is_file() or not inside:
            raise SourceError("missing_file", file, line, name=name[:200])
    except (OSError, ValueError):
        raise SourceError("missing_file", file, line, name=name[:200]) from None
    return path


def _table(
    part: Part,
    said: Descriptor,
    directory: Path,
    limits: Limits,
    overrides: Overrides,
    warnings: list[SourceProblem],
) -> Table:
    paths = [located(directory, name, said.file, line) for name, line in part.locations]
    dialects: list[Dialect] = []
    lines = 0
    heads: list[str] = []
    width = 0
    for path in paths:
        found, encoding, problems = examine(path, path.name, limits, overrides, part.encoding or "utf-8")
        warnings += problems
        sniffed, _ = sniff(path, path.name, encoding, found, limits, overrides)
        settled = settle(path, part, sniffed, limits, overrides, warnings)
        dialects.append(settled.dialect)
        lines += max(0, found.lines - settled.dialect.skip)
        heads = heads or settled.headings
        if settled.width:
            width = max(width, settled.width)
    _refuse_too_few(part, paths, dialects, said, width)
    columns, id_column = _columns(part, heads)
    _compare_headings(part, heads, width, paths[0].name, warnings)
    return Table(
        paths[0].name,
        kind_of(part.row_type) if part.row_type else None,
        "core" if part.role == "core" else "extension",
        columns,
        TextReader(paths[0].name, limits, undecodable=overrides.undecodable, dialects=dialects, needed=1),
        id_column,
        dialects[0],
        part.row_type or None,
        paths,
        lines,
    )


def _refuse_too_few(
    part: Part, paths: Iterable[Path], dialects: list[Dialect], said: Descriptor, width: int
) -> None:
    """A descriptor that names columns no record has does not belong to its file."""
    last = max((one for one in part.fields if one.index is not None), key=lambda one: one.index or 0, default=None)
    if not width or last is None or last.index is None or last.index < width:
        return
    path = next(iter(paths))
    values = {"data": path.name, "index": last.index, "term": last.name, "width": width}
    raise SourceError("column_beyond_file", said.file, last.line, **values, record=dialects[0].skip + 1)


def _columns(part: Part, heads: list[str]) -> tuple[list[Column], int | None]:
    columns: list[Column] = []
    for one in part.fields:
        head = heads[one.index].strip() if one.index is not None and one.index < len(heads) else ""
        columns.append(Column(head or one.name, one.term, one.default, one.index, separator=one.separator))
    if part.id_index is None:
        return columns, None
    position = next((at for at, column in enumerate(columns) if column.index == part.id_index), None)
    if position is None:
        head = heads[part.id_index].strip() if part.id_index < len(heads) else ""
        columns.insert(0, Column(head or "id", index=part.id_index))
        position = 0
    return columns, position


def _compare_headings(
    part: Part, heads: list[str], width: int, file: str, warnings: list[SourceProblem]
) -> None:
    used = {one.index for one in part.fields} | {part.id_index}
    unmapped = [index for index in range(max(width, len(heads))) if index not in used]
    if unmapped:
        names = [heads[i].strip() if i < len(heads) and heads[i].strip() else str(i + 1) for i in unmapped]
        shown = ", ".join(names[:10]) + ("…" if len(names) > 10 else "")
        warnings.append(SourceProblem("columns_unmapped", file, None, {"count": len(names), "names": shown}))
    for one in part.fields:
        head = heads[one.index].strip() if one.index is not None and one.index < len(heads) else ""
        plain = head.rpartition(":")[2].replace("_", "").casefold()
        if head and is_known(head) and is_known(one.name) and plain != one.name.casefold():
            values = {"heading": head, "term": one.name, "column": (one.index or 0) + 1}
            warnings.append(SourceProblem("heading_differs", file, 1, values))


def check_links(source: Source) -> list[SourceProblem]:
    """Count ids used twice in the core and extension rows whose core row does not exist.

    Ids are held as sorted 64-bit hashes, eight bytes each, so that a million stay small.
    """
    core = source.core
    if core is None or core.id_column is None:
        return []
    at = core.id_column
    hashes = sorted(hash(row.values[at]) for row in core.rows() if row.values[at] is not None)
    known = array("q", hashes)
    del hashes
    problems: list[SourceProblem] = []
    twice = sum(1 for i in range(1, len(known)) if known[i] == known[i - 1])
    if twice:
        values = {"count": twice, "column": core.columns[at].name}
        problems.append(SourceProblem("ids_twice", core.name, None, values))
    for table in source.tables:
        if table.role != "extension" or table.id_column is None:
            continue
        orphans, first = 0, None
        for row in table.rows():
            value = row.values[table.id_column]
            key = hash(value)
            place = bisect_left(known, key)
            if value is None or place == len(known) or known[place] != key:
                orphans += 1
                first = row.line if first is None else first
        if orphans:
            problems.append(SourceProblem("orphans", table.name, first, {"count": orphans, "core": core.name}))
    return problems


