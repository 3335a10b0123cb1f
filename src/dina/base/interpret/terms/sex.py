"""The sex a text states, alone or amid age, counts, measurements and corrections."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from .. import Interpretation, Reason
from ..reading import ambiguous, certain, probable, read_before, refused, tidy, unread
from .doubt import is_doubted
from .vocabulary import Term, folded, vocabulary

_STATE = (
    (
        "female",
        re.compile(
            r"\b(?:gravid\w*|pregn\w*|preg\b|lactat\w*|ovigerous|ovigera|gestante|lactante|egg-?laying|berried)",
            re.I,
        ),
    ),
    ("male", re.compile(r"\b(?:testes|scrotal|escrotal\w*)\b", re.I)),
)
_MEASURED = re.compile(r"\b(?:svl|mm|tail|cm|length)\b", re.I)
_YOUNG = re.compile(r"\d+ (?:juv|imm|young|larva|nymph|chick|pup)", re.I)
_NOTED = re.compile(
    r"[\[({=][^\])}]*\b(?:f|m|female|male)\b|[♂♀]\W*[\])}]|\b(?:label|text|catalog\w*|tag|listed)\b", re.I
)
_EITHER = re.compile(r"\b(?:or|ou|oder|o|vs|versus|not|nicht|pas|ni|neither)\b", re.I)
_LIKE = re.compile(r"\b(?:fe)?male[- ](?:colou?red|type|like|plumage)", re.I)
_LIST = re.compile(r"[,;&+|/.]|\b(?:and|et|y|e|und|och|og|en|with)\b")


@cache
def _words(kind: str) -> frozenset[str]:
    table = tomllib.loads((files("dina.base.interpret") / "data" / "sex_words.toml").read_text("utf-8"))
    return frozenset(table[kind])


@dataclass(slots=True)
class _Read:
    """The sexes found in a text, in order, with counts where given and what was not understood."""

    sexes: list[str] = field(default_factory=list[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    none: set[str] = field(default_factory=set[str])
    rest: list[str] = field(default_factory=list[str])
    weak: bool = True
    first: bool = False


def interpret_sex(verbatim: str) -> Interpretation[Term]:
    """The sex after the GBIF vocabulary, in lower case (`male`, `female`, `mixed`…).

    Several sexes joined or counted (`1 male, 2 females`) are `mixed`, with
    them in the reason; a sex with a question mark is `probable`; two that
    contradict each other (`F [M]`, `M or F`) are `ambiguous`. A text of age or
    state only says nothing of sex and has no value.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    terms = vocabulary("sex").terms
    text = tidy(verbatim)
    doubted = is_doubted(text)
    exact = vocabulary("sex").term(text)
    if folded(text) == "♂ ♀":
        return ambiguous(verbatim, (terms["mixed"], terms["hermaphrodite"]), [Reason("several_sexes")])
    if exact:
        return (
            probable(verbatim, exact, [Reason("doubted_by_writer")]) if doubted else certain(verbatim, exact)
        )
    read = _read(text)
    if not read.sexes:
        return _from_state(verbatim, text)
    if read.weak and read.rest and not read.first:
        return refused(verbatim, "unknown", Reason("not_understood"))
    found = [sex for sex in dict.fromkeys(read.sexes) if sex not in read.none] or ["indeterminate"]
    if len(found) > 1:
        return _both(verbatim, text, read, found, doubted)
    reasons: list[Reason] = []
    if doubted:
        reasons.append(Reason("doubted_by_writer"))
    if _EITHER.search(text) and found[0] in ("male", "female"):
        return ambiguous(verbatim, (terms[found[0]], terms["indeterminate"]), [Reason("looks_like")])
    if _LIKE.search(text):
        reasons.append(Reason("looks_like"))
    if read.weak and read.rest:
        reasons.append(Reason("rest_not_read"))
    term = terms[found[0]]
    return probable(verbatim, term, reasons) if reasons else certain(verbatim, term)


def _from_state(verbatim: str, text: str) -> Interpretation[Term]:
    states = [sex for sex, pattern in _STATE if pattern.search(text)]
    if len(states) == 1 and not re.search(r"\b(?:no|not|non|in|near)\b", text, re.I):
        return probable(verbatim, vocabulary("sex").terms[states[0]], [Reason("inferred_from_state")])
    return refused(verbatim, "unknown", Reason("no_sex_stated"))


def _read(text: str) -> _Read:
    text = re.sub(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)", " ", text)
    text = re.sub(r"\((s|es)\)", r"\1", text)
    found = vocabulary("sex")
    pieces = folded(text).split()
    unknown = [piece for piece in pieces if not _known(piece)]
    read = _Read(rest=unknown)
    after = bool(re.search(r"[^\W\d_][)\]]? ?[:(] ?\d", text))
    for key, start, end in found.found(text):
        word = " ".join(pieces[start:end])
        number = pieces[start - 1] if start and pieces[start - 1].isdecimal() else ""
        if word in ("mm", "m", "w", "n d", "na", "n a", "ind") and (
            (number and word == "mm") or (word == "w" and unknown)
        ):
            continue
        if unknown and len(word) > 1 and word not in _words("plain") and key != "indeterminate":
            continue
        if word == "m" and number and _MEASURED.search(text):
            continue
        if after:
            number = pieces[end] if end < len(pieces) and pieces[end].isdecimal() else ""
        if number and len(number) < 6:
            read.counts[key] = read.counts.get(key, 0) + int(number)
            read.none |= {key} if int(number) == 0 else set()
        read.first = read.first or start == 0
        read.weak = read.weak and len(word) < 2 and word not in "♂♀☿⚥"
        read.sexes.append(key)
    if read.counts and _YOUNG.search(text):
        read.sexes.append("indeterminate")
    return read


def _known(piece: str) -> bool:
    return (
        piece.isdecimal()
        or piece in _words("noise")
        or piece in vocabulary("sex").words
        or (piece in vocabulary("life_stage").words)
    )


def _both(verbatim: str, text: str, read: _Read, found: list[str], doubted: bool) -> Interpretation[Term]:
    """Two sexes in one text: several animals, or one that is not clear."""
    terms = vocabulary("sex").terms
    named = ", ".join(f"{sex} {read.counts[sex]}" if sex in read.counts else sex for sex in sorted(found))
    reason = Reason("several_sexes", {"sexes": named})
    sexes = [sex for sex in found if sex != "indeterminate"]
    if "mixed" in found and not doubted and not read.rest:
        return certain(verbatim, terms["mixed"], [reason])
    if len(sexes) == 1 or doubted or _EITHER.search(text) or _NOTED.search(text) or (read.rest and read.weak):
        return ambiguous(verbatim, [terms[sex] for sex in found], [reason])
    if read.counts:
        return certain(verbatim, terms["mixed"], [reason])
    if not _LIST.search(text.casefold()):
        return ambiguous(verbatim, [terms[sex] for sex in found], [reason])
    if "/" in text or "." in text or read.rest:
        return probable(verbatim, terms["mixed"], [reason])
    return certain(verbatim, terms["mixed"], [reason])
