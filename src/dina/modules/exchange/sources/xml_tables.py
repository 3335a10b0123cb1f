"""Answers of data providers in XML (BioCASe ABCD, DiGIR, TAPIR, Simple Darwin Core) as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.parsers import expat

from .limits import Limits
from .metadata import Contact, Metadata, rights_of
from .model import Column, Dialect, Relation, Row, Source, Table
from .problems import SourceError
from .terms import qualified
from .units import Unit, Values, order, origin_of, read_abcd, read_record, record_elements
from .xml import Node, stream

JOIN = " | "
_KINDS = {
    "unit": ("occurrence", "core"),
    "identification": ("identification", "extension"),
    "type": ("type-designation", "extension"),
    "multimedia": ("multimedia", "extension"),
    "measurement": ("measurement-or-fact", "extension"),
}
_ABOUT = ("Metadata", "ContentContacts", "TechnicalContacts", "OriginalSource")
_LOOK = 1 << 18


def recognise(path: Path, file: str) -> str:
    """What an XML file holds: `abcd`, `digir`, `eml`, `descriptor`, or the name of its root element.

    SourceError `xml_broken` where it breaks before that is known, `xml_entities` for entities.
    """
    seen: list[str] = []
    decided: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        seen.append(tag)
        if decided:
            return
        if tag in ("Unit", "DataSets"):
            decided.append("abcd")
        elif tag in record_elements():
            decided.append("digir")
        elif len(seen) == 1 and tag in ("eml", "archive"):
            decided.append({"eml": "eml", "archive": "descriptor"}[tag])

    def refuse(*_: object) -> int:
        raise SourceError("xml_entities", file, parser.CurrentLineNumber)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    with path.open("rb") as raw:
        data = raw.read(_LOOK)
    try:
        parser.Parse(data, len(data) < _LOOK)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if not decided:
            line = getattr(error, "lineno", None)
            detail = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
            column = getattr(error, "offset", 0) + 1
            raise SourceError("xml_broken", file, line, column=column, detail=detail) from error
    return decided[0] if decided else seen[0] if seen else ""


def open_xml(paths: Sequence[Path], form: str, limits: Limits) -> Source:
    """Tables of the records of one or more answers; two passes, the first finds the columns.

    SourceError names file and line where the XML is broken, `no_records` where it holds none.
    """
    records = _Records(paths, form, limits)
    used: dict[str, dict[str, None]] = {}
    counts: dict[str, int] = {}
    for unit, _, _ in records:
        for name, values in (("unit", unit.core), *unit.others):
            used.setdefault(name, {}).update(dict.fromkeys(values))
            counts[name] = counts.get(name, 0) + 1
    if "unit" not in used:
        raise SourceError("no_records", paths[0].name)
    source = Source(form, [])
    for name, (kind, role) in _KINDS.items():
        if name not in used:
            continue
        columns = [Column("id", index=0), *_columns(used[name], order(name))]
        dialect = Dialect(
            delimiter="", quote="", header=0, skip=0, encoding_known="certain", delimiter_known="certain"
        )
        reader = _reader(records, name, [column.name for column in columns[1:]])
        title = paths[0].name if name == "unit" else kind
        role_ = "core" if role == "core" else "extension"
        source.tables.append(
            Table(title, kind, role_, columns, reader, 0, dialect, None, list(paths), counts[name])
        )
    core = source.tables[0].name
    source.relations = [Relation(table.name, ("id",), core, ("id",)) for table in source.tables[1:]]
    source.metadata = records.metadata
    return source


def _columns(names: dict[str, None], places: dict[str, int]) -> list[Column]:
    ranked = sorted(names, key=lambda name: (places.get(name, len(places)), [*names].index(name)))
    return [
        Column(name, None if "/" in name else qualified(name), index=at) for at, name in enumerate(ranked, 1)
    ]


def _reader(records: _Records, table: str, names: Sequence[str]) -> Callable[[Table], Iterator[Row]]:
    def read(_: Table) -> Iterator[Row]:
        for unit, ordinal, file in records:
            found = (
                [unit.core] if table == "unit" else [values for name, values in unit.others if name == table]
            )
            for values in found:
                cells = [JOIN.join(values[name]) if name in values else None for name in names]
                yield Row(ordinal, [unit.key or str(ordinal), *cells], file)

    return read


class _Records:
    """The records of the files, anew on every iteration, with their ordinal and file."""

    def __init__(self, paths: Sequence[Path], form: str, limits: Limits) -> None:
        self.paths, self.form, self.limits = paths, form, limits
        self.metadata: Metadata | None = None

    def __iter__(self) -> Iterator[tuple[Unit, int, str]]:
        ordinal = 0
        for path in self.paths:
            origin: Values = {}
            for node in stream(path, path.name, self.limits, self._wanted):
                if node.tag == "OriginalSource" and self.form == "abcd":
                    origin = origin_of(node)
                    continue
                if node.tag in _ABOUT and self.form == "abcd":
                    self.metadata = _about(node, self.metadata or Metadata("ABCD", path.name))
                    continue
                ordinal += 1
                unit = read_abcd(node, origin) if self.form == "abcd" else read_record(node)
                yield unit, ordinal, path.name

    def _wanted(self, tag: str, namespace: str) -> bool:
        if self.form == "abcd":
            return tag == "Unit" or tag in _ABOUT
        return tag in record_elements()


def _about(node: Node, found: Metadata) -> Metadata:
    if node.tag == "Metadata":
        for one in node.all("Description/Representation"):
            language = one.attributes.get("language", "").lower()
            found.title.setdefault(language, one.value("Title") or "")
            found.abstract.setdefault(language, one.value("Details") or "")
            found.url = found.url or one.value("URI")
        said = [text for at in ("Licenses/License", "TermsOfUseStatements/TermsOfUse", "Copyrights/Copyright")
                for one in node.all(f"IPRStatements/{at}") for text in (one.value("Text"), one.value("URI")) if text]  # fmt: skip
        found.rights = rights_of(*said)
        found.citation = node.value("IPRStatements/Citations/Citation/Text")
        found.published = node.value("RevisionData/DateModified")
        for one in node.all("Owners/Owner"):
            name = one.value("Organisation/Name/Representation/Text")
            if name and not any(contact.organization == name for contact in found.having("creator")):
                found.contacts.append(
                    Contact("creator", organization=name, email=one.value("EmailAddresses/EmailAddress"))
                )
        return found
    role = "contact" if node.tag == "ContentContacts" else "technicalContact"
    for one in node.children:
        contact = Contact(
            role,
            organization=one.value("Name"),
            email=one.value("Email"),
            phone=one.value("Phone"),
            address=one.value("Address"),
        )
        if contact not in found.contacts:
            found.contacts.append(contact)
    return found
