"""The qualifier of an identification: `cf.`, `aff.`, `sp. nov.`, a question mark."""

import re
from dataclasses import dataclass

from .. import Interpretation, Reason
from ..reading import ambiguous, certain, probable, read_before, refused, tidy, unread
from .vocabulary import folded, vocabulary

_ORDER = (
    "new_genus", "indet_genus", "new_subspecies", "new_species", "cf", "aff", "near", "uncertain", "group",
    "sensu_lato", "sensu_stricto", "hybrid", "subspecies_not_named", "species_not_named", "indet",
)  # fmt: skip
"""Which one is the answer where several are written: the one that says most."""

_RANK = re.compile(
    r"\b(fam(?:ily)?|fa|or(?:der)?|gen(?:us)?|ge|gn|subgen(?:us)?|sp(?:ecies)?|spp|ssp|subsp(?:ecies)?|subfamily|tribe|class|phylum|var)\b",
    re.I,
)
_APART = (
    ("new_genus", re.compile(r"\bgen(?:us)?\b.*\bsp\b.{0,6}\bnov\b", re.I)),
    ("new_species", re.compile(r"\bsp\b\W*\w{1,3}\W*\bnov\b", re.I)),
    ("indet_genus", re.compile(r"\bgen(?:us)?\b\W*\w{1,2}\b\W.*\bsp\b|\bgen\w*\b.*\bindet", re.I)),
)
"""Qualifiers whose two words stand apart: `gen. A, sp. 1`, `sp. 2 nov.`"""
_UNNAMED_COMPARED = re.compile(r"\b(?:cfr?|aff|nr|near)\b\W*sp\b\W*(?:[a-z]\b|[ivx]+\b|\d)", re.I)
"""`cf. sp. A`: compared with a species that itself has no name."""
_UNNAMED_FIRST = re.compile(r"\W*(?:\(s\. ?s\.\) )?sp(?:ecies)?\b", re.I)
_BESIDE_UNNAMED = {"aff", "near", "group", "sensu_stricto", "sensu_lato", "hybrid", "subspecies_not_named"}
"""What an unnamed species is said to be like, or to be of: `sp. 2 aff. chaoi` is both."""
_MEASURED = re.compile(r"\d ?m\.? ?m\b|\bmm\b|\d ?s\.? ?l\b|=\s*\d", re.I)
_NOT_ALONE = {
    "art",
    "coll",
    "pr",
    "comp",
    "x",
    "ss",
    "sl",
    "s l",
    "s s",
    "inc",
    "species",
    "unknown",
    "conf",
    "gp",
    "n g",
    "ng",
}


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A qualifier; `applies_to` is the epithet or rank it stands with, as written."""

    key: str
    standard: str
    en: str
    fr: str
    applies_to: str | None = None


def interpret_identification_qualifier(verbatim: str) -> Interpretation[Qualifier]:
    """The qualifier and what it applies to: `cf. vulgaris`, `sp. nov. 3`, `genus ?`.

    Where one qualifier is about another (`sp. cf. vulgaris`, `gen. et sp. nov.`)
    the one that says most is answered; where both are said (`cf. sp. A`, `family ?; genus cf.`) it is `ambiguous`.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    text = re.sub(r"(?<=[a-z])\.(?=[a-z])", ". ", tidy(verbatim), flags=re.I)
    text = re.sub(r"(?<=[^\W\d_])(?=\d)", " ", text)
    if re.match(r"sp\b", text, re.I) and not re.search(r"\((?:cf|aff|n\. ?sp|.*\bnov\b)", text, re.I):
        text = re.sub(r"\((?![^)]* x )[^)]*\)?", " ", text, flags=re.I)
    if folded(text) == "sp n":
        return ambiguous(
            verbatim,
            [_qualifier(key, text) for key in ("new_species", "species_not_named")],
            [Reason("several_values")],
        )
    found = _found(text)
    if not found or (
        _MEASURED.search(text) and set(found) <= {"sensu_lato", "sensu_stricto", "uncertain", "hybrid"}
    ):
        return refused(verbatim, "unknown", unread(verbatim))
    strong = [key for key in ("cf", "aff", "near") if key in found]
    if len(strong) > 1:
        return ambiguous(verbatim, [_qualifier(key, text) for key in strong], [Reason("several_values")])
    key = next(key for key in _ORDER if key in found)
    beside = _beside(key, found, text)
    if beside is not None:
        both = [_qualifier(one, text) for one in (key, beside)]
        return ambiguous(verbatim, both, [Reason("several_values")])
    answer = _qualifier(key, text)
    others = set(found) - {key, "species_not_named", "indet", "subspecies_not_named"}
    if others and key not in ("new_genus", "indet_genus"):
        return probable(verbatim, answer, [Reason("several_values")])
    return certain(verbatim, answer)


def _beside(key: str, found: dict[str, int], text: str) -> str | None:
    """The qualifier that is said as much as the one that says most."""
    if key == "cf" and "uncertain" in found:
        return "uncertain"
    if "species_not_named" not in found:
        return None
    both = _UNNAMED_COMPARED.search(text) or (key in _BESIDE_UNNAMED and _UNNAMED_FIRST.match(text))
    return "species_not_named" if both else None


def _found(text: str) -> dict[str, int]:
    """The qualifiers among the words of a text and where each starts."""
    words, stages, sexes = vocabulary("identification_qualifier"), vocabulary("life_stage"), vocabulary("sex")
    pieces = folded(text).split()
    found: dict[str, int] = {}
    for key, start, end in words.found(text):
        phrase = " ".join(pieces[start:end])
        if phrase in _NOT_ALONE and len(pieces) > end - start and phrase not in ("x", "s l", "s s"):
            continue
        crossed = end < len(pieces) and (start > 0 or len(pieces[end]) > 3)
        if phrase == "x" and not crossed:
            continue
        found.setdefault(key, start)
    if "?" in text and not all(piece in stages.words or piece in sexes.words for piece in pieces or ["u"]):
        found.setdefault("uncertain", 0)
    for key, pattern in _APART:
        if pattern.search(text):
            found.setdefault(key, 0)
    if (
        "uncertain" in found
        and "indet_genus" in found
        and not re.search(r"indet|unident|un\w*known|uncertain", text, re.I)
    ):
        del found["indet_genus"]
    if "indet_genus" in found and re.search(r"\b(?:cf|aff)\b\W*gen", text, re.I):
        del found["indet_genus"]
    return found


def _qualifier(key: str, text: str) -> Qualifier:
    term = vocabulary("identification_qualifier").terms[key]
    return Qualifier(term.key, term.standard, term.en, term.fr, _applies_to(key, text))


def _applies_to(key: str, text: str) -> str | None:
    """The word after `cf.` and the like, or the ranks a question mark stands with."""
    if key == "uncertain":
        ranks = [match[1].lower() for match in _RANK.finditer(text)]
        return ", ".join(dict.fromkeys(ranks)) or None
    if key not in ("cf", "aff", "near", "group"):
        return None
    match = re.search(
        r"\b(?:cfr?|conf|confer|aff(?:in(?:is)?)?|nr|near|prope|prox|c\. f)\b\.?[ :]*([^\W\d_][\w-]{2,})",
        text,
        re.I,
    )
    return match[1] if match else None
