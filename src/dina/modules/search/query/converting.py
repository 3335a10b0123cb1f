"""A search in both of its forms: the text of the search box and the neutral JSON of its tree, each made from the other.

In JSON that comes and goes here a part may be `{"q": "…"}`: text as it stands in the box. What the box understood but no
tree can be written as, such as words with a colon, is given as the text that was typed, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.base.errors import Error, escape_pointer
from dina.base.json import is_array, is_object
from dina.modules.search.query import language, limits, reading, wording, writing
from dina.modules.search.query.fields import Registry
from dina.modules.search.query.fitting import misfits
from dina.modules.search.query.names import names_of
from dina.modules.search.query.parsed import Chip, Doubt, Parsed
from dina.modules.search.query.reading import Ages, no_ages
from dina.modules.search.query.tree import EVERYTHING, All, AnyOf, Node, Not, Words
from dina.modules.search.query.wording import Inexpressible, Naming

MARK = "x"
"""A word after a text that is tried: it is read as itself only where the text ends before it."""


@dataclass
class Converted:
    """Both forms: `text` is None where the tree cannot be said in the box. `chips` have the pointers of their parts.

    `texts` are the parts that are no groups, by pointer, as the box would have them; `unsaid` those that it cannot say.
    """

    tree: Node = EVERYTHING
    text: str | None = ""
    filter: Mapping[str, Any] = field(default_factory=dict[str, Any])
    texts: dict[str, str] = field(default_factory=dict[str, str])
    unsaid: list[str] = field(default_factory=list[str])
    chips: list[tuple[Chip, str]] = field(default_factory=list[tuple[Chip, str]])
    doubts: list[tuple[Doubt, str]] = field(default_factory=list[tuple[Doubt, str]])


@dataclass(frozen=True)
class Converter:
    """Knows the fields of a type; short names are those of a language."""

    fields: Registry
    ages: Ages = no_ages
    language: str = "en"

    def from_text(self, text: str) -> Converted:
        """What a text means; any text means something."""
        parsed = language.parse(text, self.fields, self.ages)
        nodes = nodes_of(parsed)
        typed = {
            node: chip.text for chip, node in zip(parsed.chips, nodes, strict=True) if said(node) is None
        }
        found = self._told(parsed.tree, typed)
        if found.text is None or language.parse(found.text, self.fields, self.ages).tree != parsed.tree:
            found.text = text
        pointers = [f"/all/{at}" for at in range(len(nodes))] if len(nodes) > 1 else [""] * len(nodes)
        found.chips = list(zip(parsed.chips, pointers, strict=True))
        found.doubts = [(one, "") for one in parsed.doubts]
        return found

    def from_filter(self, value: Any, pointer: str) -> tuple[Converted, list[Error]]:
        """What a tree means, with everything that is wrong with it."""
        typed: dict[Node, str] = {}
        doubts: list[tuple[Doubt, str]] = []
        faults: list[Error] = []
        whole = self._expanded(value, pointer, 0, typed, doubts, faults)
        tree, misread = reading.read(whole, pointer, self.ages)
        faults += misread or list(misfits(tree, self.fields, pointer))
        if faults:
            return Converted(doubts=doubts), faults
        found = self._told(tree, typed)
        found.doubts = doubts
        return found, []

    def _told(self, tree: Node, typed: Mapping[Node, str]) -> Converted:
        naming = Naming.of(names_of(self.fields), self.language, typed)
        found = Converted(tree, said(tree, naming), json_of(tree, typed))
        for pointer, node in leaves(tree, "", typed):
            text = said(node, naming)
            if text is None:
                found.unsaid.append(pointer)
            else:
                found.texts[pointer] = text
        return found

    def _expanded(
        self, value: Any, pointer: str, depth: int, typed: dict[Node, str], doubts: list[tuple[Doubt, str]], faults: list[Error]
    ) -> Any:  # fmt: skip
        """The same JSON with the trees of texts in their places."""
        if depth > 2 * limits.MAX_DEPTH:
            return value
        if is_object(value) and set(value) == {"q"} and isinstance(value["q"], str):
            node, found = self._line(value["q"])
            if node is None:
                faults.append(Error("FILTER_SYNTAX", "query.box.apart", pointer=f"{pointer}/q"))
                return writing.write(EVERYTHING)
            doubts += [(one, pointer) for one in found]
            if said(node) is None:
                typed[node] = value["q"].strip()
            return writing.write(node)
        if is_object(value):
            return {
                name: self._expanded(one, f"{pointer}/{escape_pointer(name)}", depth + 1, typed, doubts, faults)
                if name in ("all", "any", "not") else one
                for name, one in value.items()
            }  # fmt: skip
        if is_array(value):
            return [
                self._expanded(one, f"{pointer}/{at}", depth + 1, typed, doubts, faults)
                for at, one in enumerate(value)
            ]
        return value

    def _line(self, text: str) -> tuple[Node | None, tuple[Doubt, ...]]:
        """What a text means among others; None where quotes or parentheses reach beyond it."""
        if not text.strip():
            return EVERYTHING, ()
        parsed = language.parse(f"({text.strip()}) -{MARK}", self.fields, self.ages)
        nodes = nodes_of(parsed)
        if len(nodes) == 2 and isinstance(nodes[1], Not) and is_mark(nodes[1].child):
            return nodes[0], parsed.doubts
        return None, ()


def is_mark(node: Node) -> bool:
    return isinstance(node, Words) and node.text == MARK and not node.fields


def nodes_of(parsed: Parsed) -> tuple[Node, ...]:
    """The parts that all must hold, one for each chip."""
    if len(parsed.chips) > 1 and isinstance(parsed.tree, All):
        return parsed.tree.children
    return (parsed.tree,) if parsed.chips else ()


def said(node: Node, naming: Naming = wording.PATHS) -> str | None:
    """The text of a part; None where there is none."""
    try:
        return wording.write(node, naming)
    except Inexpressible:
        return None


def leaves(node: Node, pointer: str, typed: Mapping[Node, str]) -> Iterator[tuple[str, Node]]:
    """The parts that are no groups, with their places in the JSON."""
    match node:
        case _ if node in typed:
            pass
        case All(children) if children:
            for at, child in enumerate(children):
                yield from leaves(child, f"{pointer}/all/{at}", typed)
        case AnyOf(children):
            for at, child in enumerate(children):
                yield from leaves(child, f"{pointer}/any/{at}", typed)
        case Not(child):
            yield from leaves(child, f"{pointer}/not", typed)
        case _:
            yield pointer, node


def json_of(node: Node, typed: Mapping[Node, str]) -> dict[str, Any]:
    """The JSON of a tree; parts that were typed stand in it as text."""
    if node in typed:
        return {"q": typed[node]}
    match node:
        case All(children):
            return {"all": [json_of(child, typed) for child in children]}
        case AnyOf(children, least):
            return {
                "any": [json_of(child, typed) for child in children],
                **({"least": least} if least != 1 else {}),
            }
        case Not(child):
            return {"not": json_of(child, typed)}
        case _:
            return writing.write(node)
