"""The ranges a text of measures writes, before units become metres."""

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

from .numbers import NUMBER, Number, read_number
from .reading import tidy, unaccented

_ELISION = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_TOKEN = re.compile(
    rf"(?P<number>{NUMBER})|(?P<word>[^\W\d_]+)|(?P<sign>[<>≤≥~±?]=?|['′’´]{{1,2}}|[\"″”]|[-+/()\[\]=:;,])|(?P<other>\S)"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A lower and an upper end in the unit written (empty if none is); an open end is `None`."""

    low: Number | None
    high: Number | None
    unit: str
    circa: bool = False
    turned: bool = False
    doubted: bool = False
    needs_unit: bool = True

    @property
    def comma_only(self) -> bool:
        """Whether every doubtful number has a comma, which speaks for thousands."""
        return all(end is None or end.other is None or end.unlikely for end in (self.low, self.high))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A number with its sign, a unit, or a word with a meaning."""

    kind: str
    number: Number | None = None
    unit: str = ""


@cache
def _units() -> tuple[dict[str, str], dict[str, float]]:
    table = tomllib.loads((files("dina.base.interpret") / "data" / "units.toml").read_text("utf-8"))
    named = {word: key for key, entry in table.items() for word in entry["words"]}
    return named, {key: float(entry["metres"]) for key, entry in table.items()}


def unit_metres(key: str) -> float:
    """Metres in one of a unit; `ValueError` for a unit that is not in the table."""
    try:
        return _units()[1][key]
    except KeyError:
        raise ValueError(f"no such unit of length: {key}") from None


@cache
def _phrases(kind: Literal["elevation", "depth"]) -> dict[tuple[str, ...], str]:
    """Meanings of word sequences; longer sequences win when read."""
    table = tomllib.loads((files("dina.base.interpret") / "data" / "measure_words.toml").read_text("utf-8"))
    zero = table.pop(f"zero_{kind}")
    table.pop("zero_depth" if kind == "elevation" else "zero_elevation", None)
    found = {
        tuple(phrase.split()): meaning for meaning, phrases in reversed(table.items()) for phrase in phrases
    }
    found |= {tuple(phrase.split()): "zero" for phrase in zero}
    return found


def spans_of(text: str, kind: Literal["elevation", "depth"]) -> list[Span]:
    """Every range of a text, first one first; empty if anything in it is not understood."""
    pieces = _pieces(_ELISION.sub(" ", tidy(text)), kind)
    if not pieces:
        return []
    spans: list[Span] = []
    for part in _parts(pieces):
        span = _span(part)
        if span is None:
            return []
        spans.append(span)
    return spans


def _pieces(text: str, kind: Literal["elevation", "depth"]) -> list[_Piece]:
    tokens = [match for match in _TOKEN.finditer(text) if match.group() != "."]
    words = [unaccented(match["word"]) if match["word"] else match.group() for match in tokens]
    pieces: list[_Piece] = []
    at = 0
    while at < len(tokens):
        if tokens[at]["number"]:
            pieces.append(_Piece("number", read_number(tokens[at]["number"])))
            at += 1
            continue
        width, meaning, unit = _longest(words, at, kind, bool(pieces) and pieces[-1].kind == "number")
        if not width:
            return []
        before = text[tokens[at].start() - 1 : tokens[at].start()]
        if meaning == "-" and (not pieces or (before in " (" and _follows(tokens, at))):
            meaning = "minus" if not pieces or pieces[-1].kind != "number" else "-"
        pieces.append(_Piece(meaning, unit=unit))
        at += width
    return pieces


def _follows(tokens: list[re.Match[str]], at: int) -> bool:
    """Whether a number touches the sign from the right."""
    return at + 1 < len(tokens) and tokens[at + 1].start() == tokens[at].end()


def _longest(
    words: list[str], at: int, kind: Literal["elevation", "depth"], after_number: bool
) -> tuple[int, str, str]:
    """How many words make the longest phrase here, its meaning, and its unit."""
    word = words[at]
    units = _units()[0]
    phrases = _phrases(kind)
    for width in range(min(8, len(words) - at), 0, -1):
        phrase = tuple(words[at : at + width])
        if phrase in phrases and not (width == 1 and after_number and word in units):
            return width, phrases[phrase], ""
    joined = "".join(words[at : at + 3])
    if joined in units and len(joined) > 3:
        return 3, "unit", units[joined]
    if word in units:
        return 1, "unit", units[word]
    if after_number and word in ("'", "′", "’", "´"):
        return 1, "unit", "ft"
    if after_number and word in ('"', "″", "”", "''", "′′", "’’", "´´"):
        return 1, "unit", "in"
    signs = {
        "<": "at_most",
        "≤": "at_most",
        "<=": "at_most",
        ">": "at_least",
        "≥": "at_least",
        ">=": "at_least",
    }
    if word in signs:
        return 1, signs[word], ""
    plain = {"~": "circa", "±": "circa", "+": "plus", "?": "doubt", "-": "-", "/": "/", "(": "(", "[": "("}
    if word in plain:
        return 1, plain[word], ""
    return (1, "label", "") if word in (")", "]", ",", ";", ":", "=") else (0, "", "")


def _parts(pieces: list[_Piece]) -> list[list[_Piece]]:
    """One list for each expression: `1200 ft (366 m)` and `366 m / 1200 ft` have two."""
    parts: list[list[_Piece]] = [[]]
    for index, piece in enumerate(pieces):
        unit_before = any(other.kind == "unit" for other in parts[-1])
        unit_after = any(other.kind == "unit" for other in pieces[index + 1 :])
        if piece.kind in ("(", "/") and unit_before and unit_after:
            parts.append([])
        else:
            parts[-1].append(piece)
    return [part for part in parts if part]


def _span(pieces: list[_Piece]) -> Span | None:
    pieces = _feet_and_inches([piece for piece in pieces if piece.kind not in ("label", "above", "(")])
    kinds = [piece.kind for piece in pieces]
    ends = _ends(pieces)
    units = list(dict.fromkeys(piece.unit for piece in pieces if piece.kind == "unit"))
    if not 1 <= len(ends) <= 2 or len(units) > 1 or kinds.count("-") + kinds.count("/") > 1:
        return None
    if len(ends) == 2 and not {"-", "/", "to", "between", "at_most"} & set(kinds):
        return None
    if len(ends) == 1 and {"-", "/"} & set(kinds):
        return None
    circa = "circa" in kinds or "plus" in kinds
    needs = any(piece.kind == "number" and piece.number and piece.number.value for piece in pieces)
    low, high = ends[0], ends[-1]
    span = Span(low, high, units[0] if units else "", circa, needs_unit=needs, doubted="doubt" in kinds)
    if "below" in kinds:
        low, high = _negative(high), _negative(low)
        span = replace(span, low=low, high=high)
    if len(ends) == 1:
        if "at_most" in kinds:
            return replace(span, low=None)
        return replace(span, high=None) if "at_least" in kinds else span
    if low.value > high.value:
        return replace(span, low=high, high=low, turned=True)
    return span


def _ends(pieces: list[_Piece]) -> list[Number]:
    ends: list[Number] = []
    for index, piece in enumerate(pieces):
        negative = index > 0 and pieces[index - 1].kind == "minus"
        if piece.kind == "number" and piece.number:
            ends.append(_negative(piece.number) if negative else piece.number)
        elif piece.kind == "zero":
            ends.append(Number(0.0, 1.0))
    return ends


def _feet_and_inches(pieces: list[_Piece]) -> list[_Piece]:
    """`5 ft 6 in` as one number of feet."""
    shape = [(piece.kind, piece.unit) for piece in pieces]
    pattern = [("number", ""), ("unit", "ft"), ("number", ""), ("unit", "in")]
    if shape != pattern or not pieces[0].number or not pieces[2].number:
        return pieces
    feet = pieces[0].number.value + pieces[2].number.value / 12
    return [_Piece("number", Number(feet, 1 / 12)), pieces[1]]


def _negative(number: Number) -> Number:
    other = None if number.other is None else -number.other
    return Number(-number.value, number.step, other, number.unlikely)
