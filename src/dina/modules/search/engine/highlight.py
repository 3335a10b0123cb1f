"""What is told of a hit beside its document: where the words stand, and the values of chosen fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from dina.base.json import is_array
from dina.modules.search.engine.model import Hit
from dina.modules.search.fields import ADMINISTRATIVE, Fields
from dina.modules.search.index.leaves import Leaf, leaves
from dina.modules.search.query.folding import WORD, fold
from dina.modules.search.query.taxa import is_taxon

AROUND = 60
"""Letters shown before and after a word."""
MOST = 3
"""Pieces of text shown for one field."""


Within = Callable[[str], bool]
"""Whether anything is wanted of what stands at a path or below it."""


def told(fields: Fields, hit: Hit, within: Within = lambda path: True) -> Iterator[Leaf]:
    """Every value in a hit's document with its path from the record."""
    included = {one["id"]: one for one in hit.document.get("included", ())}
    chains = set(fields.root(hit.type).include)
    yield from _below(fields, hit.document["data"], (), chains, included, frozenset(), within)


def _below(
    fields: Fields, resource: dict[str, Any], chain: tuple[str, ...], chains: set[tuple[str, ...]],
    included: dict[str, Any], above: frozenset[str], within: Within,
) -> Iterator[Leaf]:  # fmt: skip
    described = fields.types.get(resource["type"])
    if described is None:
        return
    prefix = ".".join(chain) + "." if chain else ""
    attributes = {
        name: value for name, value in resource.get("attributes", {}).items() if within(prefix + name)
    }
    for leaf in leaves(described, attributes):
        if chain and leaf.path in ADMINISTRATIVE:
            continue
        yield Leaf(prefix + leaf.path, leaf.kind, leaf.text, leaf.low, leaf.high)
    for name, one in resource.get("relationships", {}).items():
        if not within(prefix + name):
            continue
        below = (*chain, name)
        data = one["data"] if is_array(one["data"]) else [one["data"]]
        for link in data:
            yield Leaf(prefix + name, "link", link["id"])
            found = included.get(link["id"])
            if found is not None and below in chains and link["id"] not in above:
                yield from _below(fields, found, below, chains, included, above | {link["id"]}, within)


def highlighted(fields: Fields, hit: Hit, sought: set[str]) -> dict[str, list[str]]:
    """By field the pieces of text in which one of the words stands, marked with `<em>`; the text itself is escaped."""
    found: dict[str, list[str]] = {}
    if not sought:
        return found
    for leaf in told(fields, hit):
        if (
            leaf.kind not in ("keyword", "text")
            or is_taxon(leaf.path)
            or len(found.get(leaf.path, ())) >= MOST
        ):
            continue
        piece = marked(leaf.text, sought)
        if piece is not None and piece not in found.get(leaf.path, ()):
            found.setdefault(leaf.path, []).append(piece)
    return found


def marked(text: str, sought: set[str]) -> str | None:
    """The text around the first of the words, every one of them marked; None where there is none."""
    places = [
        match.span()
        for match in WORD.finditer(text)
        if (own := fold(match[0])) in sought or _begun(own, sought)
    ]
    if not places:
        return None
    start, end = max(0, places[0][0] - AROUND), min(len(text), places[0][1] + AROUND)
    out: list[str] = ["…" if start else ""]
    at = start
    for first, last in places:
        if last > end:
            break
        out += [escaped(text[at:first]), "<em>", escaped(text[first:last]), "</em>"]
        at = last
    return "".join([*out, escaped(text[at:end]), "…" if end < len(text) else ""])


def _begun(own: str, sought: set[str]) -> bool:
    return any(len(one) > 2 and own.startswith(one) for one in sought)


def escaped(text: str) -> str:
    return re.sub(r"[&<>]", lambda found: {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[found[0]], text)


@lru_cache(256)
def within_of(paths: tuple[str, ...]) -> Within:
    """What leads to some paths, and what is below them: most of a document is neither."""
    leading = {path[: place.start()] for path in paths for place in re.finditer(r"\.|$", path)}
    below = tuple(f"{path}." for path in paths)
    return lambda path: path in leading or path.startswith(below)


def values_at(fields: Fields, hit: Hit, paths: tuple[str, ...]) -> dict[str, list[Any]]:
    """The values of chosen fields, and of what is below them."""
    found: dict[str, list[Any]] = {path: [] for path in paths}
    for leaf in told(fields, hit, within_of(paths)):
        if leaf.path in found:
            found[leaf.path].append(leaf.low if leaf.kind == "number" else leaf.text)
        else:
            for path in paths:
                if leaf.path.startswith(path + "."):
                    found.setdefault(leaf.path, []).append(leaf.low if leaf.kind == "number" else leaf.text)
    return {path: values for path, values in found.items() if values}
