"""What stands behind the colon in a search box: comparisons, ranges, lists, wildcards, places and ages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from dina.base.resource.checks import UUID_FORM
from dina.modules.search.query import limits
from dina.modules.search.query.fields import OPERATORS, FieldKind
from dina.modules.search.query.fitting import is_reversed, misfit
from dina.modules.search.query.folding import fold
from dina.modules.search.query.reading import Ages, is_point
from dina.modules.search.query.scanning import Char, ends, plain, split
from dina.modules.search.query.tree import (
    NOTHING,
    Aged,
    All,
    AnyOf,
    Area,
    Box,
    Compare,
    Ids,
    Linked,
    Near,
    Node,
    Not,
    Op,
    Scalar,
)

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)
DISTANCE = re.compile(r"(.+?)\s*(km|m|mi)?", re.ASCII)
UNITS = {"km": 1.0, "m": 0.001, "mi": 1.609344}
USUAL_KM = 10.0
BOOLEANS = {"true": True, "yes": True, "oui": True, "vrai": True, "false": False, "no": False, "non": False, "faux": False}  # fmt: skip
TODAY = re.compile(r"(?:today|aujourd'?hui)(?:([+-]\d{1,5})([a-z]))?")
LAST = re.compile(r"(?:last|dernier(?:e)?s?)(\d{1,5})([a-z])")
UNITS_OF_TIME = {"d": "d", "j": "d", "w": "w", "s": "w", "m": "m", "y": "y", "a": "y"}
"""Days (jours), weeks (semaines), months (mois), years (années)."""
NUMBER_OF = re.compile(r"(>=|<=|>|<)?(\d{1,3})|(\d{1,3})\.\.(\d{1,3})?|\.\.(\d{1,3})")
COMPARISONS = ((">=", Op.GE), ("<=", Op.LE), (">", Op.GT), ("<", Op.LT))


class NotUnderstood(Exception):
    """A value that means nothing here; with the sentence that says so."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass
class Asked:
    """A value as it was typed: its characters after `==` (exactly so, `fold` False) or `=`."""

    chars: list[Char]
    fold: bool = True
    turned: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Ranges that were the wrong way round and have been turned."""

    def nodes(self, path: str, kind: FieldKind) -> Node:
        """The comparison of a field. Raises NotUnderstood."""
        if kind is FieldKind.LINK and (counted := how_many(path, plain(self.chars))) is not None:
            return counted
        parts = split(self.chars, "|,")
        found = [self._one(path, kind, part) for part in parts if part]
        if not found:
            raise NotUnderstood("query.box.noValue", field=path)
        plainly = [one for one in found if one.op is Op.EQ]
        if len(parts) > 1 and len(plainly) == len(found):
            return Compare(path, Op.IN, tuple(value for one in found for value in one.values), self.fold)
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    def _one(self, path: str, kind: FieldKind, chars: list[Char]) -> Compare:
        op, values = self._read(chars, kind)
        if op not in OPERATORS[kind]:
            raise NotUnderstood(
                "query.operator", field=path, op=op.value,
                choices=", ".join(one.value for one in Op if one in OPERATORS[kind]),
            )  # fmt: skip
        scalars = tuple(scalar(one, kind) for one in values)
        if fault := misfit(kind, scalars):
            raise NotUnderstood(fault[1], field=path, value=values[fault[0]])
        if op is Op.BETWEEN and is_reversed(kind, scalars):
            self.turned.append((values[0], values[1]))
            scalars = scalars[::-1]
        return Compare(path, op, scalars, self.fold)

    def _read(self, chars: list[Char], kind: FieldKind) -> tuple[Op, list[str]]:
        for sign, op in COMPARISONS:
            if chars[: len(sign)] == [(one, False) for one in sign]:
                return op, [plain(chars[len(sign) :])]
        if kind in (FieldKind.DATE, FieldKind.DATETIME) and (since := last(plain(chars))):
            return Op.BETWEEN, [since, "today"]
        if (range_ := ends(chars)) is not None:
            low, high = plain(range_[0]), plain(range_[1])
            if range_[0] and range_[1]:
                return Op.BETWEEN, [low, high]
            return (Op.GE, [low]) if range_[0] else (Op.LE, [high])
        return self._wild(chars)

    @staticmethod
    def _wild(chars: list[Char]) -> tuple[Op, list[str]]:
        """By where the wildcards stand."""
        shown = [one for one in chars if one[0]]
        wild = [at for at, (one, quoted) in enumerate(shown) if not quoted and one in "*?"]
        text = plain(shown)
        if not wild:
            return Op.EQ, [text]
        last = len(shown) - 1
        stars = all(shown[at][0] == "*" for at in wild)
        if stars and wild == [0] == [last]:
            return Op.EXISTS, []
        if stars and wild == [last]:
            return Op.PREFIX, [text[:-1]]
        if stars and wild == [0]:
            return Op.SUFFIX, [text[1:]]
        if stars and wild == [0, last] and last > 1:
            return Op.CONTAINS, [text[1:-1]]
        return Op.LIKE, [
            "".join("\\" + one if (quoted and one in "*?\\") or one == "\\" else one for one, quoted in shown)
        ]


def scalar(text: str, kind: FieldKind) -> Scalar:
    """The value of a kind that a text means; the text itself where it means none."""
    text = text[: limits.MAX_TEXT]
    if kind is FieldKind.NUMBER and NUMBER.fullmatch(text):
        whole = text.lstrip("+-")
        if whole.isdecimal() and len(whole) < 19:
            return int(text)
        value = float(text)
        return value if abs(value) < 1e300 else text
    if kind is FieldKind.BOOLEAN:
        return BOOLEANS.get(text.lower(), text)
    if kind in (FieldKind.DATE, FieldKind.DATETIME):
        return counted(text)
    return text


def how_many(path: str, text: str) -> Node | None:
    """So many linked records: `2`, `>2`, `>=2`, `<2`, `<=2`, `2..4`; None for what is no such number."""
    found = NUMBER_OF.fullmatch(text)
    if found is None:
        return None
    most: int | None
    if found[2]:
        number = int(found[2])
        ends_of = {">": (number + 1, None), ">=": (number, None), "<": (0, number - 1), "<=": (0, number)}
        least, most = ends_of.get(found[1], (number, number))
    else:
        least, most = int(found[3] or 0), int(found[4] or found[5]) if found[4] or found[5] else None
    nodes: list[Node] = [] if least < 1 else [Linked(path, None, least)]
    if most is not None:
        nodes.append(NOTHING if most < 0 else Not(Linked(path, None, most + 1)))
    return nodes[0] if len(nodes) == 1 else All(tuple(nodes))


def counted(text: str) -> str:
    """A day counted from today as the tree says it (`aujourd’hui-7j` is `today-7d`); any other text as it is."""
    found = TODAY.fullmatch(fold(text))
    unit = UNITS_OF_TIME.get(found[2] or "d") if found else None
    return text if found is None or unit is None else f"today{found[1]}{unit}" if found[1] else "today"


def last(text: str) -> str | None:
    """The first day of the last days, weeks, months or years: `last30d`, `derniers30j`."""
    found = LAST.fullmatch(fold(text))
    unit = UNITS_OF_TIME.get(found[2]) if found else None
    return f"today-{found[1]}{unit}" if found and unit else None


def numbers(text: str, count: int) -> list[float]:
    """So many numbers with commas between them. Raises NotUnderstood."""
    parts = [one.strip() for one in text.split(",")]
    if len(parts) != count or not all(NUMBER.fullmatch(one) for one in parts):
        raise NotUnderstood("query.box.numbers", count=count)
    return [float(one) for one in parts]


def near(text: str) -> Near:
    """`latitude,longitude` and, after another comma, a distance in km, m or mi."""
    place, comma, distance = text.rpartition(",") if text.count(",") == 2 else (text, "", "")
    found = DISTANCE.fullmatch(distance.strip().lower()[:30]) if comma else None
    if comma and (found is None or not NUMBER.fullmatch(found[1])):
        raise NotUnderstood("query.box.near")
    km = float(found[1]) * UNITS[found[2] or "km"] if found else USUAL_KM
    try:
        latitude, longitude = numbers(place, 2)
    except NotUnderstood:
        raise NotUnderstood("query.box.near") from None
    if is_point([longitude, latitude]) is None or not 0 <= km <= 20_100:
        raise NotUnderstood("query.box.near")
    return Near(latitude, longitude, km)


def box(text: str) -> Box:
    """`west,south,east,north` in degrees."""
    west, south, east, north = numbers(text, 4)
    if is_point([west, south]) is None or is_point([east, north]) is None:
        raise NotUnderstood("query.box.numbers", count=4)
    if south > north:
        raise NotUnderstood("query.southNorth")
    return Box(west, south, east, north)


def polygon(text: str) -> Area:
    """Rings with `|` between them, of corners `longitude,latitude` with `;` between them; closed where they are not."""
    rings: list[tuple[tuple[float, float], ...]] = []
    for ring in text.split("|"):
        points = [is_point(numbers(one, 2)) for one in ring.split(";")]
        known = [one for one in points if one is not None]
        if len(known) < max(3, len(points)):
            raise NotUnderstood("query.box.polygon")
        closed = known if known[0] == known[-1] else [*known, known[0]]
        if len(closed) < 4:
            raise NotUnderstood("query.box.polygon")
        rings.append(tuple(closed))
    return Area(tuple(rings))


def age(text: str, ages: Ages) -> Aged:
    """A name of the time scale, an age in million years or two with `..` between them."""
    if named := ages(text):
        return Aged(*named)
    low, dots, high = text.partition("..")
    try:
        (oldest,), (youngest,) = numbers(low, 1), numbers(high if dots else low, 1)
    except NotUnderstood:
        raise NotUnderstood("query.interval", name=text) from None
    oldest, youngest = max(oldest, youngest), min(oldest, youngest)
    if not 0 <= youngest <= oldest <= 10_000:
        raise NotUnderstood("query.interval", name=text)
    return Aged(oldest, youngest)


def ids(text: str) -> Ids:
    """UUIDs with `|` or commas between them."""
    given = [one for one in re.split(r"[|,]", text) if one]
    if not given or not all(UUID_FORM.fullmatch(one) for one in given):
        raise NotUnderstood("query.value.uuid", field="id", value=text[:100])
    return Ids(tuple(one.lower() for one in given))
