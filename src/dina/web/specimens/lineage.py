"""Where a specimen comes from and what came of it, as a picture: states and processes in columns, left to right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.client import ApiError, Client
from dina.web import texts
from dina.web.rendering import address
from dina.web.texts import N_
from dina.web.values import named

NARROW, WIDE, HEIGHT, ACROSS, DOWN = 168, 300, 44, 46, 16
"""A box is as wide as the longest text in the picture needs, between these."""
LETTER = 7.4
"""About how wide a letter is; specimens are often named in capitals and digits."""
MOST = 80
KINDS = {
    "COLLECTING": N_("Collecting"),
    "PREPARATION": N_("Preparation"),
    "SPLITTING": N_("Splitting"),
}
DRAWN = frozenset({"material-sample", "process", "collecting-event"})
Edges = set[tuple[str, str]]
Facts = Mapping[str, dict[str, Any]]


@dataclass
class Node:
    """A state or a process in its place, with what it leads to."""

    id: str
    type: str
    text: str
    small: str
    href: str
    here: bool = False
    x: float = 0
    y: float = 0
    to: list[Node] = field(default_factory=list["Node"])

    @property
    def process(self) -> bool:
        return self.type != "material-sample"


@dataclass(frozen=True)
class Picture:
    """The nodes with lines between them; `roots` are the beginnings, for the list of the same.

    Boxes are `box` wide and hold `letters` of a text.
    """

    nodes: list[Node]
    lines: list[str]
    box: float
    letters: int
    width: float
    height: float
    roots: list[Node]
    more: bool


async def graph(client: Client, id_: str) -> dict[str, Any]:
    """The provenance graph; empty when it cannot be read."""
    try:
        document = await client.request("GET", f"/collection/v1/material-sample/{id_}/provenance")
    except ApiError:
        return {"nodes": [], "relations": []}
    return document["data"]["attributes"]


def drawn(told: dict[str, Any], here: str, language: str, kinds: Facts) -> Picture | None:
    """The picture, when there is more than the specimen itself; `kinds` is what is declared of specimens."""
    nodes = {one["id"]: made(one, here, language, kinds) for one in told["nodes"] if one["type"] in DRAWN}
    if len(nodes) < 2:
        return None
    edges = {(a, b) for a, b in edges_of(told["relations"]) if a in nodes and b in nodes}
    kept = nearest(here, edges, MOST)
    level = levels(kept, edges)
    shown = [nodes[id_] for id_ in kept]
    longest = max(len(text) for one in shown for text in (one.text, one.small))
    box = min(max(NARROW, round(longest * LETTER + 20)), WIDE)
    rows: dict[int, int] = {}
    for node in sorted(shown, key=lambda one: (level[one.id], one.text)):
        at = level[node.id]
        node.x, node.y = at * (box + ACROSS) + 2, rows.get(at, 0) * (HEIGHT + DOWN) + 2
        rows[at] = rows.get(at, 0) + 1
    tallest = max(rows.values())
    for node in shown:  # columns with few nodes stand in the middle
        node.y += (tallest - rows[level[node.id]]) * (HEIGHT + DOWN) / 2
    lines: list[str] = []
    for a, b in sorted(edges):
        if a in level and b in level:
            nodes[a].to.append(nodes[b])
            x1, y1, x2, y2 = nodes[a].x + box, nodes[a].y + HEIGHT / 2, nodes[b].x, nodes[b].y + HEIGHT / 2
            lines.append(f"M{x1:g} {y1:g}C{x1 + 24:g} {y1:g} {x2 - 24:g} {y2:g} {x2:g} {y2:g}")
    entered = {b for _, b in edges}
    roots = [one for one in shown if one.id not in entered]
    width = (max(level.values()) + 1) * (box + ACROSS) - ACROSS + 4
    letters = int((box - 20) / LETTER)
    height = tallest * (HEIGHT + DOWN) + 4
    return Picture(shown, lines, box, letters, width, height, roots, len(kept) < len(nodes))


def edges_of(relations: list[dict[str, Any]]) -> Edges:
    """From what was first to what came of it; a derivation only where no process tells of it."""
    edges: Edges = set()
    between: Edges = set()
    for one in relations:
        pair = (one["to"], one["from"])
        if one["relation"] in ("prov:used", "prov:wasGeneratedBy"):
            edges.add(pair)
        elif one["relation"] == "prov:wasDerivedFrom":
            between.add(pair)
    return edges | (between - {(a, d) for a, b in edges for c, d in edges if b == c})


def made(one: dict[str, Any], here: str, language: str, kinds: Facts) -> Node:
    type_, kind = one["type"], str(one.get("processType") or "")
    word = texts.translate(language, KINDS[kind]) if kind in KINDS else kind.replace("_", " ").capitalize()
    closed = one.get("withheld") or one.get("implied") or one.get("deleted")
    href = "" if closed else address(language, type_, one["id"])
    if type_ == "material-sample":
        withheld = texts.translate(language, "Withheld") if one.get("withheld") else one["id"][:8]
        told = next((name for name in ("materialSampleState", "materialSampleType") if one.get(name)), "")
        small = named(kinds.get(told, {}), one[told], language) if told else ""
        name = str(one.get("label") or withheld)
        return Node(one["id"], type_, name, small.replace("_", " ").lower(), href, one["id"] == here)
    when = str(one.get("startedOn") or "")[:10]
    text = str(one.get("label") or word)
    # What nobody has named is called by its kind, which need not be said twice.
    return Node(one["id"], type_, text, when if text == word else f"{word} {when}".strip(), href)


def nearest(here: str, edges: Edges, most: int) -> list[str]:
    """The nodes nearest to one, up to a number."""
    beside: dict[str, set[str]] = {}
    for a, b in edges:
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    found = [here]
    for one in found:
        found += [other for other in sorted(beside.get(one, ())) if other not in found]
        if len(found) >= most:
            break
    return found[:most]


def levels(ids: list[str], edges: Edges) -> dict[str, int]:
    """The column of each node: after all that leads to it; a circle ends after as many steps as nodes."""
    level = dict.fromkeys(ids, 0)
    for _ in ids:
        changed = False
        for a, b in edges:
            if a in level and b in level and level[b] <= level[a] < len(ids):
                level[b] = level[a] + 1
                changed = True
        if not changed:
            break
    return level
