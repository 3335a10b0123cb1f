"""What a version held: for each record its id, its published identifier and a digest, sorted by id.

Two ledgers are compared while records pass, with nothing held in memory but what is told of the difference.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

HEAD = struct.Struct("<16s8sH")
EXAMPLES = 10
BUFFER = 1 << 18


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. Ids are compared as bytes, which is how the database sorts them."""

    id: bytes
    digest: bytes
    identifier: str


def entry(id_: str, identifier: str, content: bytes) -> Entry:
    return Entry(bytes.fromhex(id_.replace("-", "")), blake2b(content, digest_size=8).digest(), identifier)


class Ledger:
    """A ledger being written. An identifier `derived` from prefix and id is written as nothing."""

    def __init__(self, path: Path, prefix: str) -> None:
        self.path = path
        self.prefix = prefix
        self._file = path.open("wb", BUFFER)
        start = prefix.encode()
        self._file.write(struct.pack("<H", len(start)) + start)

    def add(self, one: Entry, *, derived: bool) -> None:
        own = b"" if derived else one.identifier.encode()
        self._file.write(HEAD.pack(one.id, one.digest, len(own)) + own)

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> Iterator[Entry]:
    """The entries of a ledger in their order."""
    with path.open("rb", BUFFER) as file:
        (length,) = struct.unpack("<H", file.read(2))
        prefix = file.read(length).decode()
        yield from _entries(file, prefix)


def _entries(file: BinaryIO, prefix: str) -> Iterator[Entry]:
    while head := file.read(HEAD.size):
        id_, digest, length = HEAD.unpack(head)
        own = file.read(length).decode() if length else prefix + str(UUID(bytes=id_))
        yield Entry(id_, digest, own)


@dataclass
class Comparison:
    """The difference to the version before, fed with the new entries in their order.

    `gone` holds identifiers that are no more, `changed` those of records that have another one now; both are
    kept in a file, one pair a line, as there may be as many as there are records.
    """

    before: Iterator[Entry]
    file: Path
    added: int = 0
    removed: int = 0
    altered: int = 0
    gone: int = 0
    changed: int = 0
    examples: dict[str, list[str]] = field(default_factory=lambda: {"gone": [], "changed": []})
    fresh: set[int] = field(default_factory=set[int])
    _pending: Entry | None = None

    def __post_init__(self) -> None:
        self._pending = next(self.before, None)
        self.compared = self._pending is not None
        self._pairs = self.file.open("w", encoding="utf-8")

    def feed(self, one: Entry) -> None:
        while self._pending is not None and self._pending.id < one.id:
            self._leave(self._pending)
            self._pending = next(self.before, None)
        old = self._pending
        if old is None or old.id != one.id:
            self.added += 1
            if self.compared:
                self.fresh.add(hash(one.identifier))
            return
        if old.digest != one.digest:
            self.altered += 1
        if old.identifier != one.identifier:
            self._pairs.write(f"{old.identifier}\t{one.identifier}\n")
        self._pending = next(self.before, None)

    def _leave(self, old: Entry) -> None:
        self.removed += 1
        self._pairs.write(f"{old.identifier}\t\n")

    def close(self) -> None:
        """Count what became of identifiers, once all records have passed."""
        while self._pending is not None:
            self._leave(self._pending)
            self._pending = next(self.before, None)
        self._pairs.close()
        for old, new in self.retired():
            if new:
                self.changed += 1
                self._example("changed", f"{old} → {new}")
            else:
                self.gone += 1
                self._example("gone", old)

    def _example(self, kind: str, text: str) -> None:
        if len(self.examples[kind]) < EXAMPLES:
            self.examples[kind].append(text)

    def retired(self) -> Iterator[tuple[str, str]]:
        """Identifiers that are no more, each with the one that stands in its place, or none.

        One that another record has taken over (it was made anew) is not retired.
        """
        with self.file.open(encoding="utf-8") as file:
            for written in file:
                old, _, new = written.rstrip("\n").partition("\t")
                if hash(old) not in self.fresh:
                    yield old, new

    def document(self) -> dict[str, int]:
        return {"added": self.added, "removed": self.removed, "changed": self.altered}
