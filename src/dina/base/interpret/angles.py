"""One or two angles in any notation, cut into numbers, marks and directions."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal, TypeAlias

from .reading import tidy, unaccented

Axis: TypeAlias = Literal["latitude", "longitude"]
Notation: TypeAlias = Literal["decimal_degrees", "degrees_decimal_minutes", "degrees_minutes_seconds"]

_GARBLED = {
    "Â°": "°", "Âº": "°", "Ã‚Â°": "°", "â€²": "'", "â€³": '"', "â€™": "'", "â€˜": "'", "â€œ": '"',
    "â€\x9d": '"', "&deg;": "°", "&#176;": "°", "&quot;": '"', "&apos;": "'", "&#39;": "'", "\\'": "'", '\\"': '"',
}  # fmt: skip
_ABBREVIATED = [
    (re.compile(r"(?<=\d)(deg|min|sec|d|m|s)(?=[NSEWO]\b)", re.I), r"\1 "),  # 5mN
    (re.compile(r"\b([nsz])[. ]{0,2}br?\b\.?", re.I), r"\1 "),  # n.Br., N.B.
    (re.compile(r"\b[oö][. ]{0,2}l\b\.?", re.I), "east "),  # ö.L., O.L.
    (re.compile(r"\bw[. ]{0,2}l\b\.?", re.I), "west "),
]
_TOKEN = re.compile(
    r"""(?P<dotted>\d{1,3}(?:\.\d{1,2}){2}(?:\.\d+)?(?![\d.]))
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<degrees>[°º˚∞¡�ᵒ⁰]|(?<=\d)o(?=[ ]?\d|[ ]?[NSEWnsew]\b|[,;]|$)|(?<=\d)O(?=\d))
    |(?P<seconds>[\"”“″„¨˝]|['’′´`‘ʹʼ]{2})
    |(?P<minutes>['’′´`‘ʹʼ])
    |(?P<word>[^\W\d_]+)\.?
    |(?P<dash>[-+]|±|~)
    |(?P<separator>[;|/\\\n])
    |(?P<comma>,)
    |(?P<other>.)""",
    re.VERBOSE,
)
_SLOTS = ("degrees", "minutes", "seconds")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: its kind, what it says, whether a blank is before and after it."""

    kind: str
    text: str
    blank_before: bool = False
    blank_after: bool = False


@dataclass(slots=True)
class Angle:
    """What is written about one axis. `sign` is 0 where neither letter nor sign tells."""

    degrees: float = 0.0
    sign: int = 0
    axis: Axis | None = None
    notation: Notation = "decimal_degrees"
    precision: float = 1.0
    marked: bool = False
    packed: bool = False
    either_side: bool = False
    contradicted: bool = False
    problem: str = ""
    lettered: bool = False

    @property
    def value(self) -> float:
        """Signed decimal degrees; north or east where nothing tells."""
        return self.degrees * (self.sign or 1)


@cache
def words() -> dict[str, str]:
    """What each word of `data/directions.toml` says."""
    table = tomllib.loads((files("dina.base.interpret") / "data" / "directions.toml").read_text("utf-8"))
    return {word: meaning for meaning, entry in table.items() for word in entry["words"]}


def cut(text: str, decimal_comma: bool) -> list[Token] | None:
    """The tokens of a text, `None` if a word is not one of coordinates."""
    for wrong, right in _GARBLED.items():
        text = text.replace(wrong, right)
    text = tidy(text)
    for pattern, plain in _ABBREVIATED:
        text = pattern.sub(plain, text)
    if decimal_comma:
        text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, piece = match.lastgroup or "other", match[0]
        if kind == "other":
            continue
        if kind == "word":
            kind = words().get(unaccented(match["word"]), "")
            if not kind:
                return None
            if kind == "filler":
                continue
        before = match.start() == 0 or text[match.start() - 1] in " ,;|/:([="
        after = match.end() < len(text) and text[match.end()] == " "
        found.append(Token(kind, piece.lower(), before, after))
    return _letters_in_place(found)


def _letters_in_place(tokens: list[Token]) -> list[Token]:
    """`s` after `5m 30` means seconds, `m` without a degree mark means nothing known here."""
    placed: list[Token] = []
    for index, token in enumerate(tokens):
        earlier = [other for other in placed[-4:] if other.kind in _SLOTS]
        lettered = bool(earlier) and earlier[-1].kind == "minutes" and earlier[-1].text[0] == "m"
        after_number = bool(placed) and placed[-1].kind == "number"
        if token.text == "s" and lettered and after_number and not token.blank_before:
            token = Token("seconds", "s")
        if token.text == "so" and index == 0:
            token = Token("south", "s")
        placed.append(token)
    return placed


def halves(tokens: list[Token]) -> tuple[list[Token], list[Token]] | None:
    """The tokens of the first and of the second angle; `None` if they cannot be told apart."""
    for kinds in (("north", "south", "east", "west", "east_or_west"), ("latitude", "longitude")):
        places = [index for index, token in enumerate(tokens) if token.kind in kinds]
        if len(places) == 2:
            numbers = [index for index, token in enumerate(tokens) if token.kind in ("number", "dotted")]
            leads = bool(numbers) and places[0] < numbers[0]
            at = _back_over_labels(tokens, places[1]) if leads else _over_labels(tokens, places[0] + 1)
            return _divided(tokens, at)
        if len(places) > 2:
            return None
    for kind in ("separator", "comma"):
        places = [index for index, token in enumerate(tokens) if token.kind == kind]
        if len(places) == 1:
            return _divided(tokens, places[0])
        if kind == "comma" and len(places) % 2:
            return _divided(tokens, places[len(places) // 2])
    dashes = [i for i, t in enumerate(tokens) if t.kind == "dash" and t.blank_before]
    if len(dashes) == 1 and dashes[0] and not tokens[dashes[0]].blank_after:
        return _divided(tokens, dashes[0])
    marks = [index for index, token in enumerate(tokens) if token.kind == "degrees"]
    if len(marks) == 2:
        return _divided(tokens, _number_before(tokens, marks[1]))
    numbers = [index for index, token in enumerate(tokens) if token.kind in ("number", "dotted")]
    if numbers and len(numbers) % 2 == 0 and not marks:
        return _divided(tokens, _back_over_sign(tokens, numbers[len(numbers) // 2]))
    return None


def _divided(tokens: list[Token], at: int) -> tuple[list[Token], list[Token]] | None:
    first, second = tokens[:at], tokens[at:]
    return (first, second) if first and second else None


def _back_over_labels(tokens: list[Token], at: int) -> int:
    while at and tokens[at - 1].kind in ("latitude", "longitude"):
        at -= 1
    return at


def _over_labels(tokens: list[Token], at: int) -> int:
    own = "latitude" if tokens[at - 1].kind in ("north", "south", "latitude") else "longitude"
    while at < len(tokens) and tokens[at].kind == own:
        at += 1
    return at


def _number_before(tokens: list[Token], mark: int) -> int:
    while mark and tokens[mark].kind != "number":
        mark -= 1
    return _back_over_sign(tokens, mark)


def _back_over_sign(tokens: list[Token], at: int) -> int:
    return at - 1 if at and tokens[at - 1].kind == "dash" else at


def angle(tokens: list[Token]) -> Angle | None:
    """The angle these tokens write, `None` if they write none."""
    read = Angle()
    numbers: list[tuple[str, str]] = []
    written_sign = 0
    for before, token in pairwise([Token("", ""), *tokens]):
        if token.kind in ("number", "dotted"):
            if before.kind == "dash" and not numbers and before.text in "-+":
                written_sign = -1 if before.text == "-" else 1
                read.either_side = before.blank_before and before.blank_after
            pieces = token.text.split(".") if token.kind == "dotted" else [token.text]
            if len(pieces) == 4:
                pieces[2:] = [f"{pieces[2]}.{pieces[3]}"]
            numbers += [(piece, "") for piece in pieces]
        elif token.kind in _SLOTS:
            if not numbers or numbers[-1][1]:
                return None
            numbers[-1] = (numbers[-1][0], token.kind)
        elif token.kind == "dash" and numbers and token.blank_before and token.blank_after:
            return None
        elif token.kind not in ("dash", "comma", "separator"):
            _direction(read, token)
    if not 1 <= len(numbers) <= 3 or not _fill(read, numbers):
        return None
    read.contradicted = bool(written_sign and read.sign and written_sign != read.sign)
    if written_sign and not read.sign:
        read.sign = written_sign
    elif read.sign == -1 and written_sign == -1:
        read.contradicted = False
    return read


def _direction(read: Angle, token: Token) -> None:
    read.lettered = read.lettered or token.kind not in ("latitude", "longitude")
    if token.kind in ("north", "south", "latitude"):
        axis: Axis = "latitude"
    else:
        axis = "longitude"
    if read.axis and read.axis != axis:
        read.problem = "two_axes_in_one"
    read.axis = axis
    if token.kind in ("north", "east"):
        read.sign = 1
    elif token.kind in ("south", "west"):
        read.sign = -1
    elif token.kind == "east_or_west":
        read.either_side = True


def _fill(read: Angle, numbers: list[tuple[str, str]]) -> bool:
    """Degrees, minutes and seconds put together; false if the marks make no sense."""
    first, mark = numbers[0]
    if len(numbers) == 1 and not mark and "." not in first and len(first) >= 4:
        numbers = _unpacked(first, read)
        if not numbers:
            return False
    slot = -1
    total = 0.0
    for place, (number, mark) in enumerate(numbers):
        following = _SLOTS.index(mark) if mark else slot + 1
        last = place == len(numbers) - 1
        if following > 2 or following <= slot or (slot < 0 and following):
            return False
        if "." in number and not last and float(number) % 1:
            return False
        slot = following
        size = float(number)
        if slot and size >= 60 and not read.problem:
            read.problem = "minutes_too_large" if slot == 1 else "seconds_too_large"
        total += size / 60**slot
        read.marked = read.marked or bool(mark)
        if last:
            decimals = len(number.partition(".")[2])
            read.precision = 10.0**-decimals / 60**slot
    if slot == 0 and len(first.partition(".")[0]) > 3:
        return False
    read.degrees = total
    read.notation = ("decimal_degrees", "degrees_decimal_minutes", "degrees_minutes_seconds")[slot]
    return True


def _unpacked(digits: str, read: Angle) -> list[tuple[str, str]]:
    """`434000` as 43° 40′ 00″ where a direction says it is an angle (ISO 6709)."""
    if not read.axis or len(digits) not in (4, 5, 6, 7):
        return []
    width = 3 if len(digits) % 2 else 2
    if width == 3 and read.axis == "latitude":
        return []
    read.packed = True
    minutes, seconds = digits[width : width + 2], digits[width + 2 :]
    parts = [digits[:width], minutes, *([seconds] if seconds else [])]
    return [(part, "") for part in parts]
