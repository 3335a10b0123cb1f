"""Darwin Core archives: a core, its extensions, their descriptor and metadata."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from pathlib import Path

from . import descriptor
from .describing import NAMES, describe
from .descriptor import Descriptor, Part
from .dialect import examine, sniff
from .dwca_dialect import settle
from .limits import Limits, Overrides
from .model import Column, Dialect, Relation, Source, Table
from .problems import SourceError, SourceProblem
from .terms import is_known, kind_of
from .text import TextReader
from .unpack import safe_name


def open_dwca(meta: Path, limits: Limits, overrides: Overrides) -> Source:
    """The tables of the archive whose descriptor is `meta`, with its metadata.

    SourceError names meta.xml and its line, or the data file, where the two do not fit.
    """
    said = descriptor.read(meta, meta.name, limits)
    source = Source("dwca", [], warnings=list(said.problems))
    for part in (said.core, *said.extensions):
        table = _table(part, said, meta.parent, limits, overrides, source.warnings)
        if source.table(table.name):
            table.name = f"{table.name} ({table.kind or len(source.tables)})"
        source.tables.append(table)
    core = source.tables[0]
    if core.id_column is not None:
        name = core.columns[core.id_column].name
        for table in source.tables[1:]:
            if table.id_column is not None:
                own = table.columns[table.id_column].name
                source.relations.append(Relation(table.name, (own,), core.name, (name,)))
    _describe(said, files_of(meta.parent), source, limits)
    size = sum(path.stat().st_size for table in source.tables for path in table.files)
    if size <= limits.link_check:
        source.warnings += check_links(source)
    return source


def files_of(directory: Path) -> dict[str, Path]:
    """The files of a directory by name in lower case."""
    return {path.name.casefold(): path for path in directory.iterdir() if path.is_file()}


def _describe(said: Descriptor, files: dict[str, Path], source: Source, limits: Limits) -> None:
    path = files.get((said.metadata or "").casefold())
    if said.metadata and path is None:
        source.warnings.append(
            SourceProblem("metadata_missing", said.file, None, {"name": said.metadata[:200]})
        )
    path = path or next((files[name] for name in NAMES if name in files), None)
    if path is not None:
        source.metadata, problems = describe(path, path.name, limits)
        source.warnings += problems


def located(directory: Path, name: str, file: str, line: int) -> Path:
    """The file a descriptor names, in any case of letters; SourceError where it is absent or elsewhere."""
    if "://" in name:
        raise SourceError("remote_file", file, line, name=name[:200])
    try:
        parts = safe_name(name, file)
    except SourceError:
        raise SourceError("location_outside", file, line, name=name[:200]) from None
    try:
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
    _compare_width(part, paths, dialects, said, heads, width, warnings)
    columns, id_column = _columns(part, heads)
    _compare_headings(part, _used(said, part), heads, width, paths[0].name, warnings)
    return Table(
        paths[0].name,
        kind_of(part.row_type) if part.row_type else None,
        "core" if part.role == "core" else "extension",
        columns,
        TextReader(paths[0].name, limits, undecodable=overrides.undecodable, dialects=dialects, needed=width),
        id_column,
        dialects[0],
        part.row_type or None,
        paths,
        lines,
    )


def _compare_width(
    part: Part,
    paths: list[Path],
    dialects: list[Dialect],
    said: Descriptor,
    heads: list[str],
    width: int,
    warnings: list[SourceProblem],
) -> None:
    """A descriptor that names columns no record has.

    Usually the last columns are left out everywhere. Where the headings of the core are complete and its
    records are not, every value may stand in the wrong column: that is refused.
    """
    placed = [(one.index, one) for one in part.fields if one.index is not None]
    index, last = max(placed, key=lambda pair: pair[0], default=(0, None))
    if not width or last is None or index < width:
        return
    record = dialects[0].skip + 1
    values = {"data": paths[0].name, "index": index, "term": last.name, "width": width, "record": record}
    if part.role == "core" and len(heads) > index:
        raise SourceError("column_beyond_file", said.file, last.line, **values)
    warnings.append(SourceProblem("columns_absent", said.file, last.line, values))


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


def _used(said: Descriptor, part: Part) -> set[int | None]:
    """The columns of a file that some part of the descriptor reads: one file may be core and extension."""
    names = {name for name, _ in part.locations}
    sharing = [one for one in (said.core, *said.extensions) if names & {name for name, _ in one.locations}]
    return {one.index for each in sharing for one in each.fields} | {each.id_index for each in sharing}


def _compare_headings(
    part: Part, used: set[int | None], heads: list[str], width: int, file: str, warnings: list[SourceProblem]
) -> None:
    unmapped = [index for index in range(max(width, len(heads))) if index not in used]
    if unmapped:
        names = [heads[i].strip() if i < len(heads) and heads[i].strip() else str(i + 1) for i in unmapped]
        shown = ", ".join(names[:10]) + ("…" if len(names) > 10 else "")
        warnings.append(SourceProblem("columns_unmapped", file, None, {"count": len(names), "names": shown}))
    differing: list[str] = []
    for one in part.fields:
        head = heads[one.index].strip() if one.index is not None and one.index < len(heads) else ""
        plain = head.rpartition(":")[2].replace("_", "").casefold()
        if head and is_known(head) and is_known(one.name) and plain != one.name.casefold():
            differing.append(f"{head} ≠ {one.name}")
    if differing:
        shown = ", ".join(differing[:3]) + ("…" if len(differing) > 3 else "")
        values = {"count": len(differing), "names": shown}
        warnings.append(SourceProblem("headings_differ", file, 1, values))


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
            problems.append(
                SourceProblem("orphans", table.name, first, {"count": orphans, "core": core.name})
            )
    return problems
