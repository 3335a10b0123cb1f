"""The type status a text states and the name it typifies."""

import re
from dataclasses import dataclass

from .. import Interpretation, Reason
from ..reading import ambiguous, certain, probable, read_before, refused, tidy, unaccented, unread
from .doubt import is_doubted
from .vocabulary import folded, vocabulary

_PREFIXES = (
    "paralecto|lectopara|allolecto|isolecto|plastolecto|exlecto|paraneo|neopara|alloneo|isoneo|plastoneo|exneo|"
    "isosyn|plastosyn|exsyn|isopara|plastopara|plastoiso|plastoholo|expara|exholo|exiso|exepi|isoepi|paratopo|topopara|alloholo|alloparo|allopara|hypopara|"
    "holo|para|allo|neo|syn|sin|lecto|hapanto|hapto|icono|ico|ergato|iso|topo|co|epi|hypo|hipo|plesio|plasto|meta|homeo|homoeo|homo|"
    "clono|photo|foto|icno|paraiso|gyne|gyno|morpho|ideo|auto|eco|geno|mono|proto|phylo|chiro|klepto|merotype|mero|pseudo|typo|ex|nepho|auxo|"
    "primary|secondary|supplementary"
)
_STATUS = re.compile(
    rf"\b(?:f\W?)?({_PREFIXES})[\s\-.]{{0,3}}[(\[]?t[yi](?:p(?:e|us|i|os?|en|er|um|a|y)?s?|yp|e|pes|pe|oe)?\b[)\]]?",
    re.I,
)
_PLAIN_TYPE = re.compile(
    r"\b(?:types?|typus|typi|tipos?|typen?|typ|type\(s\)|typo?material|authentic)\b", re.I
)
_OF = re.compile(r"\b(?:of|de|del|von|für|for|van|av|do|di)\b\s+(?!the\b|my\b|figure)(.+)", re.I)
_NONE = re.compile(
    r"(?:not? (?:a )?type\w*(?: ?(?:material|specimen))?s?|non[- ]?types?|none|no|non|nil|na|n/a|not type material|kein(?: typus)?|pas un type"
    r"|ninguno|ordinary|other material|null|false|nontype|no es tipo|aucun|inget)\W*",
    re.I,
)
_COPY = re.compile(
    r"\b(?:cast|plaster|replica|moulage|molde|mould|mold|peel|plastotype|abguss|copy) (?:of|from|de|von)\b",
    re.I,
)
_PICTURE = re.compile(
    r"\b(?:photo\w*|picture|image|drawing|illustration|fotos?|figure|slide) (?:of|from|de|von)\b", re.I
)
_ELSEWHERE = re.compile(
    r"\b(?:types?|typus) (?:lot|locality|series|loc\b|host|species|genus|number)|\b(?:near|not|compared with|cf\.?|resembles|agrees with) (?:\w+ ){0,2}\w*type|types? in [A-Z]",
    re.I,
)
_FROM_PLACE = re.compile(r"(?:from|collected at|at) (?:the )?type locality|topotypical\w*", re.I)
_SPELT = {"sin": "syn", "hipo": "hypo", "ico": "icono", "hapto": "hapanto", "homoeo": "homeo", "homo": "homeo", "foto": "photo",
          "lectopara": "paralecto", "neopara": "paraneo", "topopara": "paratopo", "alloparo": "allopara"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypeStatus:
    """A type status and the name it typifies as written, if one is given."""

    key: str
    standard: str
    en: str
    fr: str
    typified_name: str | None = None


def interpret_type_status(verbatim: str) -> Interpretation[TypeStatus]:
    """The status with the name typified: `Holotype of Aus bus L.`, `ISOTYPUS`, `co-type`.

    Several statuses are `ambiguous`, except a general `type` beside a special
    one. A cast is the plastotype of its original; a picture of a type, a
    specimen from near a type locality or a type kept elsewhere has no status.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    text = tidy(verbatim)
    if _NONE.fullmatch(text.strip(" .,;\"'()[]")):
        return certain(verbatim, _status("none"))
    doubts = [Reason("doubted_by_writer")] if is_doubted(text) or re.search(r"\bpropos", text, re.I) else []
    exact = vocabulary("type_status").term(text)
    if exact:
        found = _status(exact.key)
        return probable(verbatim, found, doubts) if doubts else certain(verbatim, found)
    if _PICTURE.search(text):
        return refused(verbatim, "unknown", Reason("picture_of_type"))
    if _FROM_PLACE.search(text):
        return probable(verbatim, _status("topotype"), [Reason("inferred_from_place")])
    head, name = _parts(text)
    keys = _keys(head) or ([] if name is None else _keys(text))
    if _ELSEWHERE.search(head) or re.search(r"\w*types? in (?:the )?[A-Z]", head) or not keys:
        reason = "type_elsewhere" if keys else "not_understood"
        return refused(verbatim, "unknown", Reason(reason))
    if len(keys) > 1:
        return ambiguous(verbatim, [_status(key, name) for key in keys], [Reason("several_statuses")])
    key = keys[0]
    if _COPY.search(text):
        key = _plasto(key)
        doubts.append(Reason("cast_of_type"))
    found = _status(key, name)
    return probable(verbatim, found, doubts) if doubts else certain(verbatim, found)


def _status(key: str, name: str | None = None) -> TypeStatus:
    term = vocabulary("type_status").terms[key]
    return TypeStatus(term.key, term.standard, term.en, term.fr, name)


def _plasto(key: str) -> str:
    return f"plasto{key}" if f"plasto{key}" in vocabulary("type_status").terms else "plastotype"


def _parts(text: str) -> tuple[str, str | None]:
    """What stands before the name, and the name without the reference that follows it."""
    copied = _COPY.sub("", text)
    match = _OF.search(copied)
    if not match or not (
        _STATUS.search(copied[: match.start()]) or _PLAIN_TYPE.search(copied[: match.start()])
    ):
        return copied, None
    name = re.split(r",(?! ?\d{4}\b)|;|\. [A-Z]{2,}", match[1], maxsplit=1)[0].strip(" .[]\"'")
    return copied[: match.start()], name if re.search(r"[^\W\d_]{3}", name) else None


def _keys(text: str) -> list[str]:
    """The statuses named, each once; a bare `type` only if nothing more is said."""
    terms = vocabulary("type_status").terms
    found: list[str] = []
    plain = unaccented(text)
    for match in _STATUS.finditer(plain):
        prefix = match[1].lower()
        key = f"{_SPELT.get(prefix, prefix)}type"
        if key in terms:
            found.append(key)
    if not found:
        found = [
            key for key, start, _ in vocabulary("type_status").found(text) if start == 0 and key != "none"
        ][:1]
    if not found and _PLAIN_TYPE.search(plain):
        found = ["type"]
    if not found and folded(text) in ("t", "ty"):
        found = ["type"]
    return list(dict.fromkeys(found))
