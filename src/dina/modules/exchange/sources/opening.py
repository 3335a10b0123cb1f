"""Any file of the field opened: what it is decides which reader gives its tables."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from . import checklist, xml_tables
from .describing import NAMES, describe
from .dwca import open_dwca
from .limits import Limits, Overrides
from .model import Source
from .package import open_package
from .problems import SourceError
from .simple import open_tables
from .spreadsheet import open_workbook
from .text import open_text
from .unpack import is_tar, unpack_gzip, unpack_tar, unpack_zip

_OLE = b"\xd0\xcf\x11\xe0"
_NO_TABLE = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"BZh",
    b"\xfd7zXZ",
)
_IGNORED = frozenset({"__macosx", ".git"})


def open_source(
    path: Path,
    *,
    workspace: Path,
    overrides: Overrides | None = None,
    limits: Limits | None = None,
    name: str | None = None,
) -> Source:
    """Open a file or directory; what must be unpacked goes into a new directory below `workspace`.

    `name` is what people call the file, where it lies here under another name.

    The source removes that directory when closed; on an error nothing is left behind. SourceError says
    in words why a file cannot be read, or must not be.
    """
    opening = _Opening(workspace, overrides or Overrides(), limits or Limits())
    name = name or path.name
    try:
        source = opening.open(path, name, 0)
        if opening.overrides.sheet is not None and len(source.tables) > 1:
            source.tables = [table for table in source.tables if table.name == opening.overrides.sheet]
            if not source.tables:
                raise SourceError("sheet_absent", name, None, sheet=opening.overrides.sheet)
        source.directory = opening.room
        return source
    except (OSError, RecursionError) as error:
        opening.clear()
        raise SourceError("unreadable", name, None, detail=str(error)[:200]) from error
    except BaseException:
        opening.clear()
        raise


def form_of(path: Path) -> str:
    """The outer form of a file by its first bytes: zip, xlsx, ods, xls, tar, gzip, xml, json, text, other."""
    with path.open("rb") as raw:
        head = raw.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zipped(path)
    if head.startswith(_OLE):
        return "xls"
    if is_tar(path):
        return "tar"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(_NO_TABLE):
        return "other"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    wide = head.replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    if start.startswith(b"<") or wide.startswith(b"<?xml"):
        return "xml"
    if path.suffix.casefold() in (".json", ".geojson", ".jsonl", ".ndjson") and start[:1] in (b"{", b"["):
        return "json" if start.startswith(b"{") and path.suffix.casefold() == ".json" else "other"
    return "text"


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:10_000])
            if "xl/workbook.xml" in names or ("[Content_Types].xml" in names and "xl/workbook.bin" in names):
                return "xlsx"
            if "mimetype" in names and "content.xml" in names:
                with archive.open("mimetype") as kind:
                    if b"spreadsheet" in kind.read(200):
                        return "ods"
    except Exception:  # noqa: S110  (unpacking says what is wrong with it)
        pass
    return "zip"


class _Opening:
    """One file being opened."""

    def __init__(self, workspace: Path, overrides: Overrides, limits: Limits) -> None:
        self.overrides, self.limits = overrides, limits
        self.room = Path(tempfile.mkdtemp(prefix="source-", dir=workspace))
        self.rooms = 0

    def clear(self) -> None:
        """Remove all that was unpacked."""
        shutil.rmtree(self.room, ignore_errors=True)

    def new_room(self) -> Path:
        self.rooms += 1
        made = self.room / str(self.rooms)
        made.mkdir()
        return made

    def open(self, path: Path, name: str, depth: int) -> Source:
        if path.is_dir():
            return self.open_directory(path, name, depth)
        if not path.is_file():
            raise SourceError("not_found", name)
        if path.stat().st_size == 0:
            raise SourceError("empty", name)
        form = form_of(path)
        if form in ("zip", "tar", "gzip"):
            return self.unpacked(path, name, form, depth)
        if form in ("xlsx", "xls", "ods"):
            return open_workbook(path, name, form, self.new_room(), self.limits, self.overrides)
        if form == "xml":
            return self.open_xml([path], name)
        if form == "json":
            return open_package(path, self.new_room(), self.limits, self.overrides)
        if form == "other":
            raise SourceError("unknown_format", name)
        table, problems = open_text(path, name, self.limits, self.overrides)
        if not table.columns:
            raise SourceError("empty", name)
        return Source("text", [table], warnings=problems)

    def unpacked(self, path: Path, name: str, form: str, depth: int) -> Source:
        if depth >= self.limits.nesting:
            raise SourceError("nested_too_deep", name)
        room = self.new_room()
        if form == "gzip":
            inner = room / (Path(name).stem if name.casefold().endswith(".gz") else name)
            unpack_gzip(path, name, inner, self.limits)
            return self.open(inner, inner.name, depth + 1)
        (unpack_zip if form == "zip" else unpack_tar)(path, name, room, self.limits)
        return self.open_directory(room, name, depth + 1)

    def open_xml(self, paths: Sequence[Path], name: str) -> Source:
        form = xml_tables.recognise(paths[0], name)
        if form == "eml":
            raise SourceError("metadata_only", name)
        if form == "descriptor":
            raise SourceError("descriptor_alone", name)
        if form not in ("abcd", "digir"):
            raise SourceError("no_records", name)
        return xml_tables.open_xml(paths, form, self.limits)

    def open_directory(self, directory: Path, name: str, depth: int) -> Source:
        files = self.files(directory, name)
        if not files:
            raise SourceError("empty", name)
        descriptor = self.shallowest(files, "meta.xml")
        package = self.shallowest(files, "datapackage.json")
        if descriptor:
            return open_dwca(descriptor, self.limits, self.overrides)
        if package:
            return open_package(package, self.new_room(), self.limits, self.overrides)
        listed = checklist.recognise(files)
        if listed:
            form, where = listed
            source = checklist.open_checklist(form, where, files, self.limits, self.overrides)
            self.add_metadata(source, [path for path in files if path.parent in (where, where.parent)])
            return source
        return self.without_descriptor(files, name, depth)

    def without_descriptor(self, files: Sequence[Path], name: str, depth: int) -> Source:
        forms = {path: form_of(path) if path.stat().st_size else "empty" for path in files}
        archives = [path for path, form in forms.items() if form in ("zip", "tar")]
        published = [path for path in archives if path.name.casefold().startswith("dwca")]
        tables = [
            path for path in files if path.suffix.casefold() in checklist.TEXT and forms[path] == "text"
        ]
        if archives and ((len(archives) == 1 and not tables) or published):
            inner = (sorted(published) or archives)[-1]
            return self.unpacked(inner, inner.name, forms[inner], depth)
        records = [path for path, form in forms.items() if form == "xml" and _holds_records(path)]
        if records and not tables:
            return self.open_xml(records, records[0].name)
        sheets = [path for path, form in forms.items() if form in ("xlsx", "xls", "ods")]
        if sheets and not tables:
            return self.open(sheets[0], sheets[0].name, depth) if len(sheets) == 1 else self.several(sheets)
        gzipped = [path for path, form in forms.items() if form == "gzip"]
        if len(gzipped) == 1 and not tables:
            return self.unpacked(gzipped[0], gzipped[0].name, "gzip", depth)
        if not tables and any(path.name.casefold() in NAMES for path in files):
            raise SourceError("metadata_only", name)
        source = open_tables(files, forms, name, self.limits, self.overrides)
        self.add_metadata(source, files)
        return source

    def several(self, sheets: Sequence[Path]) -> Source:
        parts = [self.open(path, path.name, 1) for path in sheets]
        return Source(
            parts[0].format,
            [table for part in parts for table in part.tables],
            warnings=[problem for part in parts for problem in part.warnings],
        )

    def files(self, directory: Path, name: str) -> list[Path]:
        found: list[Path] = []
        for path in sorted(directory.rglob("*")):
            parts = {part.casefold() for part in path.relative_to(directory).parts}
            if parts & _IGNORED or path.name.startswith(("._", "~$", ".")):
                continue
            if path.is_symlink():
                raise SourceError("link_member", name, member=path.name)
            if path.is_file():
                found.append(path)
            if len(found) > self.limits.members:
                raise SourceError("too_many_members", name, count=len(found), limit=self.limits.members)
        return found

    @staticmethod
    def shallowest(files: Sequence[Path], name: str) -> Path | None:
        same = [path for path in files if path.name.casefold() == name]
        return min(same, key=lambda path: (len(path.parts), str(path)), default=None)

    def add_metadata(self, source: Source, files: Sequence[Path]) -> None:
        for name in NAMES:
            path = self.shallowest(files, name)
            if path is not None and path.stat().st_size:
                source.metadata, problems = describe(path, path.name, self.limits)
                source.warnings += [
                    p for p in problems if not (p.code == "metadata_incomplete" and "yaml" in p.file)
                ]
                return


def _holds_records(path: Path) -> bool:
    try:
        return xml_tables.recognise(path, path.name) in ("abcd", "digir")
    except SourceError:
        return False
