"""XML read with line numbers, without entities, external parts or bottomless nesting (XML 1.0)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from .encoding import detect, scan
from .limits import Limits
from .problems import SourceError, SourceProblem

_CHUNK = 1 << 16
_TOKEN = 1 << 22
"""Bytes of one tag or comment. The parser begins a token anew with every part it gets, so long ones cost their square."""


@dataclass(slots=True)
class Node:
    """An element: local name, namespace, attributes by local name, 1-based line, text before its first
    child, children, and the text after its own end (`tail`)."""

    tag: str
    namespace: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list["Node"])
    tail: str = ""

    def find(self, path: str) -> Node | None:
        """The first element at a path of local names (`a/b/c`)."""
        return next(self.all(path), None)

    def all(self, path: str) -> Iterator[Node]:
        """Every element at a path of local names."""
        head, _, rest = path.partition("/")
        for child in self.children:
            if child.tag == head:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def value(self, path: str = "") -> str | None:
        """The text of the first element at the path that has any of its own, spaces collapsed."""
        for node in self.all(path) if path else (self,):
            if node.text.strip():
                return node.whole() or None
        return None

    def whole(self) -> str:
        """All text below, in order: running on where it is mixed, else one line for each child."""
        own = " ".join(self.text.split())
        mixed = bool(own) or any(child.tail.strip() for child in self.children)
        if not mixed:
            return "\n".join(part for child in self.children if (part := child.whole()))
        pieces = [self.text]
        for child in self.children:
            pieces += [child.whole(), child.tail]
        return " ".join("".join(pieces).split())


class _Builder:
    """Expat's events made into nodes; `wanted` says which elements are handed over whole."""

    def __init__(self, file: str, limits: Limits, wanted: Callable[[str, str], bool]) -> None:
        self.file, self.limits, self.wanted = file, limits, wanted
        self.open: list[Node] = []
        self.path: list[str] = []
        self.texts: list[list[str]] = []
        self.size = 0
        self.done: list[Node] = []
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.EntityDeclHandler = self.refuse
        parser.ExternalEntityRefHandler = self.refuse

    def refuse(self, *_: object) -> int:
        raise SourceError("xml_entities", self.file, self.parser.CurrentLineNumber)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(" ")
        self.path.append(tag)
        if len(self.path) > self.limits.xml_depth:
            raise SourceError(
                "xml_deep", self.file, self.parser.CurrentLineNumber, limit=self.limits.xml_depth
            )
        if not self.open and not self.wanted(tag, namespace):
            return
        self._grow(64 + sum(len(key) + len(value) for key, value in attributes.items()))
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node = Node(tag, namespace, plain, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(node)
        self.open.append(node)
        self.texts.append([])

    def end(self, name: str) -> None:
        self.path.pop()
        if not self.open:
            return
        node = self.open.pop()
        node.text = "".join(self.texts.pop())
        if not self.open:
            self.done.append(node)
            self.size = 0

    def characters(self, data: str) -> None:
        if self.texts:
            self._grow(len(data))
            children = self.open[-1].children
            if children:
                children[-1].tail += data
            else:
                self.texts[-1].append(data)

    def _grow(self, size: int) -> None:
        self.size += size
        if self.size > self.limits.xml_document:
            raise SourceError("xml_large", self.file, self.parser.CurrentLineNumber)

    def feed(self, data: bytes | str, final: bool) -> list[Node]:
        try:
            self.parser.Parse(data, final)
        except expat.ExpatError as error:
            raise SourceError(
                "xml_broken",
                self.file,
                error.lineno,
                column=error.offset + 1,
                detail=expat.ErrorString(error.code),
            ) from error
        except (LookupError, ValueError) as error:
            line = self.parser.CurrentLineNumber
            raise SourceError("xml_broken", self.file, line, column=1, detail=str(error)) from error
        done, self.done = self.done, []
        return done


def stream(path: Path, file: str, limits: Limits, wanted: Callable[[str, str], bool]) -> Iterator[Node]:
    """The elements for which `wanted(local name, namespace)`, each whole, in flat memory.

    SourceError with file and line where the XML is broken, hostile or cut off.
    """
    builder = _Builder(file, limits, wanted)
    fed = 0
    with path.open("rb") as raw:
        while chunk := raw.read(_CHUNK):
            yield from builder.feed(chunk, False)
            fed += len(chunk)
            if fed - max(builder.parser.CurrentByteIndex, 0) > _TOKEN:
                raise SourceError("xml_large", file, builder.parser.CurrentLineNumber)
    yield from builder.feed(b"", True)


def tree(path: Path, file: str, limits: Limits, text: str | None = None) -> Node:
    """A small document whole, from a file or from `text` already decoded (its declaration is dropped)."""
    builder = _Builder(file, limits, lambda tag, namespace: True)
    if text is not None:
        text = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", lambda found: "\n" * found[0].count("\n"), text)
        return builder.feed(text, True)[0]
    with path.open("rb") as raw:
        data = raw.read(limits.xml_document + 1)
    # A blank line before the declaration is a frequent slip that XML forbids; lines still count right.
    lead = len(data) - len(data.lstrip(b" \t\r\n"))
    if lead and data[lead : lead + 5] == b"<?xml":
        end = data.find(b"?>", lead)
        data = data[:lead] + data[end + 2 :] if b"ncoding" not in data[lead:end] else data[lead:]
    return builder.feed(data, True)[0]


def tree_in_any_encoding(path: Path, file: str, limits: Limits) -> tuple[Node, SourceProblem | None]:
    """A small document whole, also where its bytes are not in the encoding its declaration states.

    SourceError as `tree`; the problem says which encoding was read instead.
    """
    try:
        return tree(path, file, limits), None
    except SourceError as error:
        if error.code != "xml_broken":
            raise
        encoding = detect(path, scan(path))
        if encoding.name == "utf-8":
            raise
        try:
            root = tree(path, file, limits, path.read_bytes().decode(encoding.name))
        except (SourceError, UnicodeDecodeError):
            raise error from None
        values = {"stated": "utf-8", "used": encoding.name, "byte": ""}
        return root, SourceProblem("encoding_doubtful", file, error.line, values)
