"""Countries and what their names, former names and parts are called.

Codes, English and French names and the names in eighteen languages come from
CLDR through Babel, which is a dependency already and knows every alpha-3 code;
`pycountry` would add 8 MB for the same. What CLDR has not — former names,
islands, provinces, names of several countries — is in `data/countries.tsv` and
`data/country_parts.tsv`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias, cast

from babel import Locale
from babel.core import get_global

from ..reading import unaccented

Kind: TypeAlias = Literal["name", "also", "former", "roughly", "part", "several", "region", "nothing"]
"""What a name is of: a country (`also`: of something elsewhere too), a country under
a name it had (`roughly`: with other borders), a part of one, several countries, a
region wider than countries, or no place."""

_LANGUAGES = [
    "en",
    "fr",
    "de",
    "es",
    "it",
    "pt",
    "nl",
    "sv",
    "da",
    "nb",
    "fi",
    "pl",
    "cs",
    "hu",
    "ro",
    "ca",
    "hr",
    "tr",
]
_NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
_ABBREVIATED = {
    "n": "north", "s": "south", "e": "east", "w": "west", "no": "north", "so": "south", "sth": "south",
    "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest", "nth": "north",
    "cent": "central", "centr": "central", "cen": "central", "ctr": "central", "c": "central",
    "br": "british", "brit": "british", "ger": "german", "germ": "german", "fr": "french", "port": "portuguese",
    "du": "dutch", "d": "dutch", "neth": "netherlands", "span": "spanish", "sp": "spanish", "belg": "belgian",
    "ital": "italian", "afr": "africa", "amer": "america", "terr": "territory", "ter": "territory",
    "st": "saint", "is": "island", "isl": "island", "isls": "island", "isld": "island", "islds": "island",
    "i": "island", "id": "island", "ids": "island", "isds": "island", "islands": "island", "isles": "island",
    "isle": "island", "ils": "island", "ins": "island", "ilds": "island", "islnd": "island",
    "arch": "archipelago", "archip": "archipelago", "archipel": "archipelago", "rep": "republic",
    "repub": "republic", "dem": "democratic", "pen": "peninsula", "penin": "peninsula", "penins": "peninsula",
    "penisula": "peninsula", "mt": "mount", "mts": "mountains", "mtns": "mountains", "prov": "province",
    "utd": "united", "fed": "federation", "lwr": "lower", "up": "upper", "guin": "guinea", "equat": "equatorial",
    "col": "colony", "protect": "protectorate",
}  # fmt: skip
_DROPPED = {
    "the",
    "of",
    "and",
    "et",
    "und",
    "de",
    "du",
    "des",
    "la",
    "le",
    "les",
    "el",
    "los",
    "di",
    "der",
    "die",
    "das",
}
_DUTCH = re.compile(r"\b(?:d|du|dut)\b (?=new|n guin|guiana|guyana|borneo|timor|east|west|e ind|w ind)")
_WITHDRAWN = {
    "BUR", "DDR", "FXX", "TMP", "ZAR", "DHY", "HVO", "NHB", "RHO", "VDR", "YMD", "YUG", "CTE", "JTN", "MID",
    "PUS", "WAK", "PCZ", "ROM", "QUU", "ASC", "TAA", "CPT", "DGA",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory of ISO 3166-1 with its names."""

    alpha2: str
    alpha3: str
    en: str
    fr: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for."""

    kind: Kind
    codes: tuple[str, ...]


@cache
def countries() -> dict[str, Country]:
    """Every country by its alpha-2 code; Kosovo under its usual code XK."""
    aliases = cast("dict[str, list[str]]", get_global("territory_aliases"))
    alpha3 = {
        meant[0]: alias
        for alias, meant in aliases.items()
        if len(alias) == 3 and alias.isalpha() and len(meant) == 1 and alias not in _WITHDRAWN
    }
    english, french = _territories("en"), _territories("fr")
    return {
        code: Country(code, alpha3.get(code, "XKX"), name, french[code])
        for code, name in english.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    }


def _territories(language: str) -> dict[str, str]:
    locale: Any = Locale.parse(language)
    return dict(locale.territories)


def _listed() -> Iterator[tuple[str, Named]]:
    """Every name as listed; a later one is meant to overrule an earlier one."""
    for language in reversed(_LANGUAGES):
        for code, name in _territories(language).items():
            if code in countries():
                yield name, Named("name", (code,))
    for table in ("countries.tsv", "country_parts.tsv"):
        text = (files("dina.base.interpret") / "data" / table).read_text("utf-8")
        for line in text.splitlines()[1:]:
            kind, meant, listed = line.split("\t")
            entry = Named(cast("Kind", kind), tuple(meant.split(",")) if meant else ())
            for name in listed.split("; "):
                yield name, entry


@cache
def names() -> dict[str, Named]:
    """Every name in the form `plain` gives it, and what it stands for."""
    return {plain(name): entry for name, entry in _listed()}


@cache
def recognised() -> Mapping[tuple[str, int], Sequence[tuple[str, Named]]]:
    """The names that are recognised with a slip, by their first letter, which has to be right, and their length."""
    found: dict[tuple[str, int], list[tuple[str, Named]]] = {}
    for name, named in names().items():
        if _worth(name, named):
            found.setdefault((name[0], len(name)), []).append((name, named))
    return found


def _worth(name: str, named: Named) -> bool:
    """Whether a name is long enough to recognise it with a slip; a part needs more letters."""
    return len(name) > (8 if named.kind in ("part", "several") else 4)


@cache
def codes() -> dict[str, str]:
    """Alpha-2 and alpha-3 codes in lower case to the alpha-2 code."""
    known = {country.alpha2.lower(): code for code, country in countries().items()}
    return known | {country.alpha3.lower(): code for code, country in countries().items()}


@cache
def squeezed_names() -> dict[str, Named]:
    """Names of six letters and more without their spaces, for `NewZealand` and `Cote DIvoire`."""
    return {squeezed(name): entry for name, entry in _listed() if len(squeezed(name)) > 5}


def squeezed(name: str) -> str:
    """A name's letters only."""
    return re.sub(r"[\W_]+", "", unaccented(name))


def words_of(text: str) -> list[str]:
    """The words of a name: no accents, abbreviations in full, initials joined, no articles."""
    text = re.sub(r"[\W_]+", " ", unaccented(text))
    text = _DUTCH.sub("dutch ", text)
    found: list[str] = []
    run = ""
    for word in [*text.split(), ""]:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            found += _initials(run)
            run = ""
        if word and word not in _DROPPED:
            found.append(_ABBREVIATED.get(word, word))
    return found


def _initials(run: str) -> list[str]:
    """`neusa` is the north-east of the USA, `nz` New Zealand."""
    for width in (2, 1):
        if run[:width] in _ABBREVIATED and run[width:] in ("us", "usa", "uk", "ussr", "nz"):
            return [_ABBREVIATED[run[:width]], run[width:]]
    return [_ABBREVIATED.get(run, run)]


def plain(name: str) -> str:
    """The form in which names are compared."""
    return " ".join(words_of(name))
