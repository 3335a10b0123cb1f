"""Archives taken apart in a directory of their own, with nothing hostile let through.

Zip: PKWARE APPNOTE 6.3; tar: POSIX.1-1988 and PAX; gzip: RFC 1952. Every claim is checked before the
first byte is written, and every byte counted after, because claims can lie.
"""

from __future__ import annotations

import gzip
import lzma
import shutil
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Self

from .limits import Limits
from .problems import SourceError

CHUNK = 1 << 20
_JUNK = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, tarfile.TarError, OSError)


def safe_name(member: str, archive: str) -> tuple[str, ...]:
    """The parts of a member's path; SourceError `unsafe_path` where it leads out of the archive."""
    name = unicodedata.normalize("NFC", member).replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    outside = name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":")
    if outside or any(ord(char) < 32 for char in name) or any(len(part.encode()) > 255 for part in parts):
        raise SourceError("unsafe_path", archive, member=_shown(member))
    return parts


def _shown(member: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in member)[:200]


def _is_junk(parts: tuple[str, ...]) -> bool:
    return (
        not parts or parts[0] == "__MACOSX" or parts[-1].casefold() in _JUNK or parts[-1][:2] in ("._", "~$")
    )


class _Budget:
    """What an archive may still unpack."""

    def __init__(self, archive: str, packed: int, room: Path, limits: Limits) -> None:
        self.archive, self.packed, self.limits = archive, packed, limits
        self.free = shutil.disk_usage(room).free
        self.used = 0

    def claim(self, size: int) -> None:
        """SourceError if `size` more bytes would be too much."""
        if size > self.limits.total:
            raise SourceError("too_large", self.archive, size=_gib(size), limit=_gib(self.limits.total))
        if size > self.free:
            raise SourceError("no_space", self.archive, size=_gib(size))
        if size > self.limits.ratio_from and size > self.limits.ratio * max(self.packed, 1):
            raise SourceError("bomb", self.archive, ratio=self.limits.ratio)

    def write(self, stream: IO[bytes], to: Path) -> None:
        """Copy a member out, counting."""
        to.parent.mkdir(parents=True, exist_ok=True)
        with to.open("xb") as out:
            while chunk := stream.read(CHUNK):
                self.used += len(chunk)
                self.claim(self.used)
                out.write(chunk)


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f}" if size >= 2**30 / 10 else f"{size / 2**30:.3f}"


def check_zip(path: Path, name: str, limits: Limits) -> list[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """The members worth reading, after refusing what is hostile, encrypted or cut off."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, *_DAMAGE) as error:
        raise SourceError("damaged_archive", name, detail=str(error)) from error
    if len(members) > limits.members:
        raise SourceError("too_many_members", name, count=len(members), limit=limits.members)
    size = path.stat().st_size
    if sum(member.compress_size for member in members) > size:
        raise SourceError("overlapping_members", name)
    budget = _Budget(name, size, path.parent, limits)
    budget.claim(sum(member.file_size for member in members))
    kept: list[tuple[zipfile.ZipInfo, tuple[str, ...]]] = []
    for member in members:
        parts = safe_name(member.filename, name)
        mode = member.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise SourceError("link_member", name, member=_shown(member.filename))
        if member.flag_bits & 1:
            raise SourceError("encrypted", name, member=_shown(member.filename))
        if member.is_dir() or _is_junk(parts):
            continue
        if member.file_size > limits.ratio_from and member.file_size > limits.ratio * max(
            member.compress_size, 1
        ):
            raise SourceError("bomb", name, ratio=limits.ratio)
        kept.append((member, parts))
    _refuse_duplicates((parts for _, parts in kept), name)
    return kept


def _refuse_duplicates(names: Iterable[tuple[str, ...]], archive: str) -> None:
    seen: set[tuple[str, ...]] = set()
    for parts in names:
        if parts in seen:
            raise SourceError("duplicate_member", archive, member=_shown("/".join(parts)))
        seen.add(parts)
    for parts in seen:
        for depth in range(1, len(parts)):
            if parts[:depth] in seen:
                raise SourceError("duplicate_member", archive, member=_shown("/".join(parts[:depth])))


def unpack_zip(path: Path, name: str, into: Path, limits: Limits) -> None:
    """Unpack a zip archive; SourceError where it is hostile or damaged."""
    members = check_zip(path, name, limits)
    budget = _Budget(name, path.stat().st_size, into, limits)
    with zipfile.ZipFile(path) as archive:
        for member, parts in members:
            try:
                with archive.open(member) as stream:
                    budget.write(stream, into.joinpath(*parts))
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, *_DAMAGE) as error:
                raise SourceError(
                    "damaged_member", name, member=_shown(member.filename), detail=str(error)
                ) from error


_HEADER = 1 << 20
"""Bytes of what stands before a member about it (long names, PAX): tarfile takes all of it into memory."""


class _Header(tarfile.TarInfo):
    """A header that is refused where it announces more about a member than any honest archive does."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if not found.isreg() and not found.isdir() and found.size > _HEADER:
            raise tarfile.ReadError("a header without end")
        return found


def unpack_tar(path: Path, name: str, into: Path, limits: Limits) -> None:
    """Unpack a tar archive, compressed or not; SourceError where it is hostile or damaged."""
    budget = _Budget(name, path.stat().st_size, into, limits)
    files: set[tuple[str, ...]] = set()
    folders: set[tuple[str, ...]] = set()
    claimed = 0
    try:
        with tarfile.open(path, "r|*", tarinfo=_Header) as archive:
            for count, member in enumerate(archive, 1):
                if count > limits.members:
                    raise SourceError("too_many_members", name, count=count, limit=limits.members)
                parts = safe_name(member.name, name)
                if member.isdir() or (member.isfile() and _is_junk(parts)):
                    continue
                stream = archive.extractfile(member) if member.isreg() else None
                if stream is None:
                    raise SourceError("link_member", name, member=_shown(member.name))
                claimed += member.size
                budget.claim(claimed)
                above = {parts[:depth] for depth in range(1, len(parts))}
                if parts in files or parts in folders or above & files:
                    raise SourceError("duplicate_member", name, member=_shown("/".join(parts)))
                files.add(parts)
                folders |= above
                budget.write(stream, into.joinpath(*parts))
                if into.joinpath(*parts).stat().st_size != member.size:
                    raise EOFError(f"{member.name} is shorter than it says")
    except _DAMAGE as error:
        raise SourceError("damaged_archive", name, detail=str(error)) from error


def unpack_gzip(path: Path, name: str, to: Path, limits: Limits) -> None:
    """Unpack one gzipped file; SourceError where it is cut off or a bomb."""
    budget = _Budget(name, path.stat().st_size, to.parent, limits)
    try:
        with gzip.open(path) as stream:
            budget.write(stream, to)  # type: ignore[arg-type]
    except _DAMAGE as error:
        raise SourceError("damaged_archive", name, detail=str(error)) from error


def is_tar(path: Path) -> bool:
    """Whether a file, gzipped or not, is a tar archive: `ustar` stands at byte 257 (POSIX.1-1988)."""
    with path.open("rb") as raw:
        head = raw.read(512)
        if head[:2] == b"\x1f\x8b":
            raw.seek(0)
            try:
                head = gzip.GzipFile(fileobj=raw).read(512)
            except _DAMAGE:
                return False
    return head[257:262] == b"ustar"
