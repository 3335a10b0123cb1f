"""The descriptor of a Darwin Core archive, meta.xml (Darwin Core Text Guide, TDWG 2009-02-12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .dialect import literal
from .limits import Limits
from .problems import SourceError, SourceProblem
from .terms import qualified, short_name
from .xml import Node, tree_in_any_encoding


@dataclass(frozen=True, slots=True)
class Field:
    """A `<field>`: index (None for a constant), term as written and as IRI, default, line in meta.xml."""

    index: int | None
    written: str
    term: str | None
    default: str | None
    separator: str | None
    line: int

    @property
    def name(self) -> str:
        """The short name of the term."""
        return short_name(self.written)


@dataclass(frozen=True, slots=True)
class Part:
    """A `<core>` or `<extension>`. Attributes not given are None; `id_index` is of `<id>` or `<coreid>`."""

    role: str
    line: int
    row_type: str
    locations: tuple[tuple[str, int], ...]
    fields: tuple[Field, ...]
    id_index: int | None
    id_line: int
    encoding: str | None
    delimiter: str | None
    quote: str | None
    line_end: str | None
    header_lines: int


@dataclass
class Descriptor:
    """What meta.xml says: the core, its extensions, and the name of the metadata file."""

    file: str
    core: Part
    extensions: list[Part] = field(default_factory=list[Part])
    metadata: str | None = None
    problems: list[SourceProblem] = field(default_factory=list[SourceProblem])


def read(path: Path, file: str, limits: Limits) -> Descriptor:
    """Read a descriptor; SourceError with its line where it is broken or senseless."""
    root, problem = tree_in_any_encoding(path, file, limits)
    if root.tag != "archive":
        raise SourceError("descriptor_root", file, root.line, element=root.tag[:100])
    cores = list(root.all("core"))
    if not cores:
        raise SourceError("descriptor_no_core", file, root.line)
    problems = [problem] if problem else []
    problems += [SourceProblem("descriptor_second_core", file, core.line) for core in cores[1:]]
    metadata = root.attributes.get("metadata", "").strip() or None
    found = Descriptor(file, _part(cores[0], "core", file, limits), metadata=metadata, problems=problems)
    parts = [*root.all("extension"), *cores[1:]]
    found.extensions = [_part(node, "extension", file, limits) for node in parts]
    for part in (found.core, *found.extensions):
        _odd_fields(part, file, problems)
    return found


def _part(node: Node, role: str, file: str, limits: Limits) -> Part:
    says = node.attributes
    locations = tuple(
        (text, place.line)
        for place in [*node.all("files/location"), *node.all("location")]
        if (text := place.text.strip())
    )
    if not locations:
        raise SourceError(
            "descriptor_no_file", file, node.line, role=role, type=says.get("rowType", "?")[:200]
        )
    ids = list(node.all("id" if role == "core" else "coreid")) or list(node.all("id"))
    id_index = _index(ids[0], file, limits) if ids else None
    fields = tuple(_field(one, file, limits) for one in node.all("field"))
    if not fields and id_index is None:
        raise SourceError("descriptor_no_field", file, node.line, role=role)
    delimiter = says.get("fieldsTerminatedBy")
    quote = says.get("fieldsEnclosedBy")
    end = says.get("linesTerminatedBy")
    return Part(
        role,
        node.line,
        says.get("rowType", "").strip(),
        locations,
        fields,
        id_index,
        ids[0].line if ids else node.line,
        says.get("encoding"),
        literal(delimiter) if delimiter else None,
        None if quote is None else _enclosing(literal(quote), file, node.line),
        literal(end) if end else None,
        _lines(says.get("ignoreHeaderLines", ""), file, node.line),
    )


def _enclosing(quote: str, file: str, line: int) -> str:
    if len(quote) > 1 and quote.strip("\"'") == "":
        quote = quote[0]
    if len(quote) > 1:
        raise SourceError("descriptor_value", file, line, attribute="fieldsEnclosedBy", value=quote[:100])
    return quote


def _lines(text: str, file: str, line: int) -> int:
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise SourceError("descriptor_value", file, line, attribute="ignoreHeaderLines", value=text[:100])
    return int(text)


def _index(node: Node, file: str, limits: Limits) -> int | None:
    text = node.attributes.get("index", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and int(text) < limits.columns):
        raise SourceError("descriptor_value", file, node.line, attribute="index", value=text[:100])
    return int(text)


def _field(node: Node, file: str, limits: Limits) -> Field:
    written = node.attributes.get("term", "").strip()
    if not written:
        raise SourceError("descriptor_value", file, node.line, attribute="term", value="")
    default = node.attributes.get("default")
    separator = node.attributes.get("delimitedBy") or None
    index = _index(node, file, limits)
    return Field(index, written, qualified(written), default or None, separator, node.line)


def _odd_fields(part: Part, file: str, problems: list[SourceProblem]) -> None:
    seen: dict[str, int] = {}
    for one in part.fields:
        if one.index is None and one.default is None:
            problems.append(SourceProblem("field_without_source", file, one.line, {"term": one.name}))
        key = (one.term or one.written).casefold()
        if key in seen:
            problems.append(
                SourceProblem("field_twice", file, one.line, {"term": one.name, "other": seen[key]})
            )
        seen[key] = one.line
