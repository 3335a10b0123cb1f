"""The taxa of the results as tiles: two or three ranks at once, the lower inside the upper, as large as their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.web import texts
from dina.web.specimens.question import Question
from dina.web.specimens.taxa import (
    BELOW,
    LEFT_OUT,
    NONE,
    UNKNOWN,
    Taxon,
    below,
    narrowed,
    shared,
)
from dina.web.texts import N_

WIDTH, HEIGHT, HEAD = 640.0, 420.0, 26.0
LEAST = 30.0
"""The shortest side of a tile that can be followed, so that a finger meets it on a narrow screen as well."""
MOST = 24
LETTER = 10.0
"""About how wide a letter is; what does not fit in a tile is not written there."""
LINE = 18.0
LISTED = 40
LEVELS = 3
"""So many ranks are drawn at once, the third where there is much room for it."""
ROOMY = (200.0, 130.0)
SHOWN = (
    N_("From kingdom to class"), N_("From phylum to order"), N_("From class to family"), N_("From order to genus"),
    N_("Families and their genera"), N_("Genera"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Row:
    """A taxon with its number, as the table tells it; `more` others are left out below it."""

    text: str
    count: int
    href: str
    italic: bool
    inside: list[Row] = field(default_factory=list["Row"])
    more: int = 0
    level: int = 1


@dataclass(frozen=True, slots=True)
class Tile:
    """A taxon in its place; `label` and `number` are what there is room for."""

    of: Row
    place: Rect
    label: str
    number: bool
    head: bool


@dataclass(slots=True)
class Treemap:
    """Tiles, the frames around those of one taxon, and the table; `above` leads back to the ranks above."""

    shown: str
    above: list[tuple[str, str]]
    tiles: list[Tile] = field(default_factory=list[Tile])
    frames: list[Rect] = field(default_factory=list[Rect])
    rows: list[Row] = field(default_factory=list[Row])
    more: int = 0
    width: int = int(WIDTH)
    height: int = int(HEIGHT)


def drawn(state: Question, told: dict[str, Any], language: str) -> Treemap | None:
    """The picture of what all results have below them; None where no classification is known."""
    path = shared(state, told)
    taxa = below(told, path) or below(told, path.rpartition(BELOW)[0])
    if not taxa:
        return None
    path = taxa[0].path.rpartition(BELOW)[0]
    steps = path.split(BELOW) if path else []
    lines = [Taxon(BELOW.join(steps[: at + 1]), 0) for at in range(len(steps))]
    above = [(one.name(language), narrowed(state, one.path)) for one in lines if one.last != LEFT_OUT]
    made = Treemap(texts.translate(language, SHOWN[len(steps)]), above)
    painter = Painter(state, told, language, made)
    unknown = None if above else unclassified(state, told, language)
    painter.level(taxa, Rect(0, 0, WIDTH, HEIGHT), 1, unknown or 0)
    made.rows = [painter.row(one, 1) for one in taxa[:LISTED]]
    if unknown is not None:
        made.rows.append(unknown)
    made.more = len(taxa) - len(taxa[:LISTED])
    return made


def unclassified(state: Question, told: dict[str, Any], language: str) -> Row | None:
    count = int(told["facets"].get(UNKNOWN, {}).get("count", 0))
    text = texts.translate(language, N_("No classification"))
    return Row(text, count, state.plus(NONE), False) if count else None


@dataclass(frozen=True)
class Painter:
    """Puts taxa into the picture and its table."""

    state: Question
    told: dict[str, Any]
    language: str
    made: Treemap

    def inside(self, one: Taxon) -> list[Taxon]:
        return below(self.told, one.path)

    def row(self, one: Taxon, level: int) -> Row:
        inside = self.inside(one) if level < LEVELS else []
        rows = [self.row(inner, level + 1) for inner in inside[:LISTED]]
        return Row(
            one.name(self.language), one.count, narrowed(self.state, one.path), one.italic, rows,
            len(inside) - len(rows), level,
        )  # fmt: skip

    def level(self, taxa: Sequence[Taxon], place: Rect, level: int, rest: Row | int = 0) -> None:
        """Taxa side by side, the largest first, and what is in the place besides them: a number, or a tile as well."""
        shown: list[Taxon | Row] = [*taxa]
        if isinstance(rest, Row):
            shown.insert(sum(1 for one in taxa if one.count >= rest.count), rest)
        places = placed([one.count for one in shown], place, rest if isinstance(rest, int) else 0)
        for one, own in zip(shown, places, strict=False):
            if isinstance(one, Taxon):
                self.taxon(one, own, level)
            else:
                self.made.tiles.append(self.tile(one, own))

    def taxon(self, one: Taxon, place: Rect, level: int) -> None:
        """A tile; with those of the next rank below its name, where there is room for them."""
        row, inside = self.row(one, LEVELS), self.inside(one)
        body = Rect(place.x + 3, place.y + HEAD, place.width - 6, place.height - HEAD - 3)
        least = (LEAST, LEAST) if level < LEVELS - 1 else ROOMY
        if level == LEVELS or not inside or body.width < least[0] or body.height < least[1]:
            self.made.tiles.append(self.tile(row, place))
            return
        self.made.frames.append(place)
        self.made.tiles.append(self.tile(row, Rect(place.x, place.y, place.width, HEAD), head=True))
        self.level(inside, body, level + 1, max(0, one.count - sum(inner.count for inner in inside)))

    def tile(self, row: Row, place: Rect, *, head: bool = False) -> Tile:
        """With its name and number, as far as there is room for them."""
        name, count = row.text, texts.number(self.language, row.count)
        room = int((place.width - 12) / LETTER)
        if head:
            number = len(name) + len(count) + 2 <= room
        else:
            number = place.height > 2 * LINE + 8 and len(count) <= room
        label = name if len(name) <= room else name[: room - 1] + "…" if room > 4 else ""
        return Tile(row, place, label, number and bool(label), head)


def placed(weights: Sequence[int], place: Rect, rest: int = 0) -> list[Rect]:
    """The places of the largest weights that are not too small to be followed; the others share what is left."""
    ordered = list(weights)
    for number in range(min(len(ordered), MOST), 0, -1):
        left = sum(ordered[number:]) + rest
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
