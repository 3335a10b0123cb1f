"""Geodetic datums: the table and the reading of what labels and spreadsheets call them."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from . import Interpretation, Reason
from .reading import ambiguous, certain, probable, read_before, refused, unaccented, unread

_NOISE = re.compile(
    r"\b(?:gps|datum|map|maps|spheroid|decimal|degrees?|dd|dms|utm|geographic|coordinates?|coords?|lat|long?"
    r"|not transformed|transformed|assumed?|approx|gcs|epsg)\b"
)
_ABBREVIATED = re.compile(r"\b([A-Za-z]{2,6})[ ._-]{0,2}('?(?:19|20)?\d{2})\b")
_MISTYPED = re.compile(r"([a-z]{2,5})(?:19)?(\d{2})([a-z0-9]{0,2})")
_NOT_RECORDED = re.compile(
    r"(?:not|non|no|none|nao|nicht)? ?(?:rec(?:orded)?|known|given|stated|registrado|renseigne|indicated|specified)"
    r"|unknown|unk|undet(?:ermined)?|inconnu|unbekannt|desconocido|none|null|na|n a|no data|not recorded.*"
)
_YEARS = {"nad": ("27", "83"), "wgs": ("60", "66", "72", "84")}


@dataclass(frozen=True, slots=True)
class Datum:
    """A geodetic datum: our key, its name, its EPSG code of a 2D system, its ellipsoid if known."""

    key: str
    name: str
    epsg: int | None
    ellipsoid: str | None


@cache
def datums() -> dict[str, Datum]:
    """Every datum by key."""
    return {datum.key: datum for datum in _by_name().values()}


@cache
def _by_name() -> dict[str, Datum]:
    table = (files("dina.base.interpret") / "data" / "datums.tsv").read_text("utf-8").splitlines()
    found: dict[str, Datum] = {}
    for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
        epsg = int(row["epsg"]) if row["epsg"] else None
        datum = Datum(row["key"], row["name"], epsg, row["ellipsoid"] or None)
        for name in (row["name"], row["key"], *(row["aliases"] or "").split("|")):
            if name:
                found.setdefault(_compact(name), datum)
    return found


def interpret_datum(verbatim: str) -> Interpretation[Datum]:
    """The datum a text names, such as `NAD 27`, `WGS-1984`, `Provisional South American 1956`.

    A slip of one character in WGS84, NAD27 or NAD83 is read as `probable`;
    two datums in one text, or a slip that fits two, are `ambiguous`.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    plain = unaccented(verbatim)
    words = re.sub(r"[^a-z0-9]+", " ", plain).strip()
    if _NOT_RECORDED.fullmatch(words):
        return refused(verbatim, "unknown", Reason("not_recorded"))
    exact = _by_name().get(_compact(plain)) or _by_name().get(_compact(_NOISE.sub(" ", words)))
    if exact:
        return certain(verbatim, exact)
    several = named_datums(plain)
    if len(several) == 1:
        return probable(verbatim, several[0], [Reason("rest_not_read")])
    if several:
        return ambiguous(verbatim, several, [Reason("several_datums")])
    return _mistyped(verbatim, _compact(_NOISE.sub(" ", words)))


def named_datums(text: str) -> list[Datum]:
    """The datums named by abbreviation and year within a longer text, each once."""
    found = (_by_name().get(_compact(match[0])) for match in _ABBREVIATED.finditer(text))
    return list(dict.fromkeys(datum for datum in found if datum))


def without_datums(text: str) -> str:
    """The text with such names taken out."""
    return _ABBREVIATED.sub(lambda match: " " if _by_name().get(_compact(match[0])) else match[0], text)


def _compact(name: str) -> str:
    return re.sub(r"[^a-z0-9+]", "", unaccented(name))


def _mistyped(verbatim: str, compact: str) -> Interpretation[Datum]:
    if compact == "wgs":
        return probable(verbatim, datums()["wsg84"], [Reason("year_missing")])
    match = _MISTYPED.fullmatch(compact)
    if not match:
        return refused(verbatim, "unknown", unread(verbatim))
    letters, year, _ = match.groups()
    series = [name for name in _YEARS if one_slip(letters, name)]
    meant = [f"{name}{right}" for name in series for right in _YEARS[name] if one_slip(year, right)]
    exact = [name for name in meant if name.endswith(year)]
    meant = exact or (meant if letters in _YEARS else [])
    candidates = [_by_name()[name] for name in meant]
    if len(candidates) == 1:
        return probable(verbatim, candidates[0], [Reason("misspelt", {"as": candidates[0].name})])
    if candidates:
        return ambiguous(verbatim, candidates, [Reason("misspelt_several_ways")])
    return refused(verbatim, "unknown", unread(verbatim))


def one_slip(written: str, meant: str) -> bool:
    """Whether two words are equal or one character was changed, lost, added or two swapped."""
    if written == meant:
        return True
    if abs(len(written) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(written), len(meant)) and written[start] == meant[start]:
        start += 1
    left, right = written[start:], meant[start:]
    if left[1:] == right[1:] or left == right[1:] or left[1:] == right:
        return True
    return left[:2] == right[1::-1] and left[2:] == right[2:]
