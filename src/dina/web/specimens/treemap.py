"""The taxa of the results as tiles: two ranks at once, the lower one inside the upper, each as large as its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.web import texts
from dina.web.specimens.question import Question
from dina.web.specimens.taxa import (
    BELOW,
    RANKS,
    Taxon,
    depth_of,
    narrowed,
    shared,
    taxa_of,
)
from dina.web.texts import N_

WIDTH, HEIGHT, HEAD = 640.0, 420.0, 26.0
LEAST = 36.0
"""The shortest side of a tile that can be followed, so that a finger meets it on a narrow screen as well."""
MOST = 24
LETTER = 8.2
"""About how wide a letter is; what does not fit in a tile is not written there."""
LINE = 18.0
LISTED = 40
SHOWN = (
    N_("Kingdoms and their phyla"), N_("Phyla and their classes"), N_("Classes and their orders"),
    N_("Orders and their families"), N_("Families and their genera"), N_("Genera"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A taxon in its place; `label` and `number` are what there is room for."""

    text: str
    count: int
    href: str
    italic: bool
    place: Rect
    label: str = ""
    number: bool = False
    head: bool = False


@dataclass(slots=True)
class Row:
    """A line of the table of the same numbers."""

    text: str
    count: int
    href: str
    italic: bool
    inside: list[Row] = field(default_factory=list["Row"])
    more: int = 0


@dataclass(slots=True)
class Treemap:
    """Tiles and table; `above` leads back to the ranks above."""

    shown: str
    above: list[tuple[str, str]]
    tiles: list[Tile]
    frames: list[Rect]
    rows: list[Row]
    more: int
    width: int = int(WIDTH)
    height: int = int(HEIGHT)


def drawn(state: Question, told: dict[str, Any], language: str) -> Treemap | None:
    """The picture of what all results have below them; None where no classification is known."""
    path = shared(state, told)
    taxa = taxa_of(told, depth_of(path) + 1, path) if depth_of(path) < len(RANKS) else []
    if not taxa and path:
        path = path.rpartition(BELOW)[0]
        taxa = taxa_of(told, depth_of(path) + 1, path)
    if not taxa:
        return None
    steps = path.split(BELOW) if path else []
    lines = [BELOW.join(steps[: at + 1]) for at in range(len(steps))]
    above = [(Taxon(one, 0).name(language), narrowed(state, one)) for one in lines]
    made = Treemap(texts.translate(language, SHOWN[depth_of(path)]), above, [], [], [], 0)
    for one, place in zip(taxa, placed([one.count for one in taxa], Rect(0, 0, WIDTH, HEIGHT)), strict=False):
        outer(made, state, told, language, one, place)
    made.rows = [row(state, told, language, one) for one in taxa[:LISTED]]
    made.more = len(taxa) - len(made.rows)
    return made


def outer(
    made: Treemap, state: Question, told: dict[str, Any], language: str, one: Taxon, place: Rect
) -> None:
    """The tile of a taxon of the upper rank: its name above those of the lower one, where there is room for both."""
    inside = taxa_of(told, one.depth + 1, one.path) if one.depth < len(RANKS) else []
    body = Rect(place.x + 2, place.y + HEAD, place.width - 4, place.height - HEAD - 2)
    if not inside or body.height < LEAST or body.width < LEAST:
        made.tiles.append(tile(state, language, one, place))
        return
    rest = max(0, one.count - sum(inner.count for inner in inside))
    places = placed([*(inner.count for inner in inside), rest] if rest else [i.count for i in inside], body)
    made.frames.append(place)
    made.tiles.append(tile(state, language, one, Rect(place.x, place.y, place.width, HEAD), head=True))
    made.tiles += [tile(state, language, inner, at) for inner, at in zip(inside, places, strict=False)]


def tile(state: Question, language: str, one: Taxon, place: Rect, *, head: bool = False) -> Tile:
    name, count = one.name(language), texts.number(language, one.count)
    room = int((place.width - 10) / LETTER)
    if head and len(name) + len(count) + 2 <= room:
        return Tile(name, one.count, narrowed(state, one.path), one.italic, place, name, True, True)
    label = name if len(name) <= room else name[: room - 1] + "…" if room > 4 else ""
    number = not head and bool(label) and place.height > 2 * LINE + 8 and len(count) <= room
    return Tile(name, one.count, narrowed(state, one.path), one.italic, place, label, number, head)


def row(state: Question, told: dict[str, Any], language: str, one: Taxon) -> Row:
    inside = taxa_of(told, one.depth + 1, one.path) if one.depth < len(RANKS) else []
    rows = [
        Row(inner.name(language), inner.count, narrowed(state, inner.path), inner.italic)
        for inner in inside[:LISTED]
    ]
    return Row(
        one.name(language), one.count, narrowed(state, one.path), one.italic, rows, len(inside) - len(rows)
    )


def placed(weights: Sequence[int], place: Rect) -> list[Rect]:
    """The places of the largest weights that are not too small to be followed; the others share what is left."""
    ordered = list(weights)
    for number in range(min(len(ordered), MOST), 0, -1):
        left = sum(ordered[number:])
        found = squarified([*ordered[:number], *([left] if left else [])], place)[:number]
        if number == 1 or all(min(one.width, one.height) >= LEAST for one in found):
            return found
    return []


def squarified(weights: Sequence[int], place: Rect) -> list[Rect]:
    """Tiles as nearly square as may be, in the order of the weights (Bruls, Huizing and van Wijk, 2000)."""
    scale = place.width * place.height / (sum(weights) or 1)
    areas = [weight * scale for weight in weights]
    found: list[Rect] = []
    at = 0
    while at < len(areas):
        side = min(place.width, place.height)
        end = at + 1
        while end < len(areas) and worst(areas[at : end + 1], side) <= worst(areas[at:end], side):
            end += 1
        strip = areas[at:end]
        thick = sum(strip) / side if side else 0.0
        upright = place.width >= place.height
        along = place.y if upright else place.x
        for area in strip:
            length = area / thick if thick else 0.0
            found.append(
                rounded(place.x, along, thick, length) if upright else rounded(along, place.y, length, thick)
            )
            along += length
        place = (
            Rect(place.x + thick, place.y, place.width - thick, place.height)
            if upright
            else Rect(place.x, place.y + thick, place.width, place.height - thick)
        )
        at = end
    return found


def worst(areas: Sequence[float], side: float) -> float:
    """How far the least square of the tiles in a strip is from a square."""
    total = sum(areas)
    if not total or not side or not min(areas):
        return float("inf")
    return max(side * side * max(areas) / (total * total), total * total / (side * side * min(areas)))


def rounded(x: float, y: float, width: float, height: float) -> Rect:
    return Rect(round(x, 1), round(y, 1), round(width, 1), round(height, 1))
