"""Darwin Core archives: a core table, its extensions, their descriptor and the description of the data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dina.modules.exchange.publishing.descriptor import ROW_TYPES, Described, meta_xml
from dina.modules.exchange.publishing.event_terms import EVENT_TERMS
from dina.modules.exchange.publishing.record import EXTENSIONS, Record, Written
from dina.modules.exchange.publishing.tables import TextTable
from dina.modules.exchange.publishing.zipping import zip_files

MEDIA_TYPE = "application/zip"


class OccurrenceArchive:
    """An archive whose core rows are occurrences. Extension tables without rows are left away."""

    def __init__(self, folder: Path, name: str, terms: Sequence[str]) -> None:
        self.folder, self.name, self.terms = folder, name, terms
        folder.mkdir()
        self.core = TextTable(folder / "occurrence.txt", [local(term) for term in terms])
        self.extensions: dict[str, TextTable] = {}

    def add(self, record: Record) -> None:
        id_ = record.values[0]
        self.core.add_line(record.line)
        for kind, rows in record.more.items():
            table = self.extension(kind)
            for row in rows:
                table.add([id_, *row])

    def extension(self, kind: str) -> TextTable:
        found = self.extensions.get(kind)
        if found is None:
            header = ["coreid", *(local(term) for term in EXTENSIONS[kind])]
            found = self.extensions[kind] = TextTable(self.folder / f"{kind}.txt", header)
        return found

    def tables(self) -> list[tuple[str, TextTable, Sequence[str]]]:
        more = [
            (kind, self.extensions[kind], EXTENSIONS[kind]) for kind in EXTENSIONS if kind in self.extensions
        ]
        return [("occurrence", self.core, self.terms), *more]

    def finish(self, description: bytes) -> Written:
        tables = self.tables()
        for _, table, _ in tables:
            table.close()
        core, *extensions = [Described(t.path.name, ROW_TYPES[kind], terms) for kind, t, terms in tables]
        meta, eml = self.folder / "meta.xml", self.folder / "eml.xml"
        meta.write_bytes(meta_xml(core, extensions))
        eml.write_bytes(description)
        path = self.folder.parent / self.name
        checksum = zip_files(path, [meta, eml, *(table.path for _, table, _ in tables)])
        rows = {table.path.name: table.rows for _, table, _ in tables}
        return Written(self.name, path, MEDIA_TYPE, "dwca", rows, checksum)


class EventArchive(OccurrenceArchive):
    """An archive whose core rows are events; occurrences hang on them, and measurements on either.

    Identifications and relationships cannot hang on a row of an extension: the occurrence tells the primary one.
    A specimen without an event is one of its own.
    """

    def __init__(self, folder: Path, name: str, terms: Sequence[str]) -> None:
        super().__init__(folder, name, terms)
        self.core.close()
        of_event = frozenset(EVENT_TERMS)
        self.event_places = [
            at for at, term in enumerate(terms) if term in of_event and term != "dwc:eventID"
        ]
        self.event_terms = ["dwc:eventID", *(terms[at] for at in self.event_places)]
        self.other_places = [at for at, term in enumerate(terms) if term not in of_event]
        self.other_terms = [terms[at] for at in self.other_places]
        self.core = TextTable(folder / "event.txt", [local(term) for term in self.event_terms])
        self.occurrences = TextTable(
            folder / "occurrence.txt", ["coreid", *(local(term) for term in self.other_terms)]
        )
        self.seen: set[int] = set()

    def add(self, record: Record) -> None:
        values = record.values
        event = record.event or values[0]
        key = hash(event)
        if key not in self.seen:
            self.seen.add(key)
            self.core.add([event, *(values[at] for at in self.event_places)])
        self.occurrences.add([event, *(values[at] for at in self.other_places)])
        for row in record.more.get("measurement", ()):
            self.extension("measurement").add([event, *row])

    def tables(self) -> list[tuple[str, TextTable, Sequence[str]]]:
        more = [(kind, table, EXTENSIONS[kind]) for kind, table in self.extensions.items()]
        return [
            ("event", self.core, self.event_terms),
            ("occurrence", self.occurrences, self.other_terms),
            *more,
        ]


def local(term: str) -> str:
    """`dwc:eventDate` → `eventDate`; of an address what follows its last slash or hash."""
    if "://" in term:
        return term.rstrip("/#").replace("#", "/").rpartition("/")[2]
    return term.partition(":")[2] or term
