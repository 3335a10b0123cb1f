"""The life stage a text states, alone or beside sex, plumage and measurements."""

import re

from .. import Interpretation, Reason
from ..reading import ambiguous, certain, probable, read_before, refused, tidy, unread
from .doubt import is_doubted
from .vocabulary import Term, folded, vocabulary

_AGES = {
    "hy", "hatch year", "hatching year", "first winter", "1st winter", "second year", "2nd year", "sy", "first year",
    "1st year", "1st yr", "first yr", "ahy", "after hatch year", "after hatching year", "asy", "after second year",
    "yearling", "yearlings", "yrlg", "yearl", "breeding adult", "young adult", "a", "e", "l", "sa", "em",
}  # fmt: skip
_FIRST_YEAR = {
    "hy", "hatch year", "hatching year", "first winter", "1st winter", "first year", "1st year", "1st yr", "first yr",
}  # fmt: skip
"""Of a bird in its first year the age is known, and not whether it is still a juvenile."""
_ONLY_ALONE = {
    "old",
    "very old",
    "pop",
    "pull",
    "pul",
    "veg",
    "fruit",
    "flower",
    "em",
    "roe",
    "natal",
    "semis",
}
_WITHIN = {
    ("nestling", "juvenile"), ("nestling", "chick"), ("chick", "juvenile"), ("fledgling", "juvenile"),
    ("hatchling", "juvenile"), ("chick", "hatchling"), ("neonate", "juvenile"), ("tadpole", "larva"),
    ("caterpillar", "larva"), ("nauplius", "larva"), ("zoea", "larva"), ("megalopa", "larva"), ("cyprid", "larva"),
    ("veliger", "larva"), ("imago", "adult"), ("deutonymph", "nymph"), ("adult", "mature"), ("fledgling", "nestling"),
    ("immature", "subadult"), ("juvenile", "immature"), ("metanauplius", "nauplius"), ("furcilia", "larva"),
}  # fmt: skip
_NOT = {"no", "not", "non", "without", "sans", "sin", "ohne", "ex", "from"}
_EITHER = re.compile(r"\b(?:or|ou|oder|o|of|eller|to)\b", re.I)
_STATE = re.compile(
    r"\b(?:gravid\w*|pregn\w*|preg\b|lactat\w*|lac\b|laying|breeding|ovigerous|ovigera|gestante|lactante)",
    re.I,
)
_CARRIED = re.compile(r"\d\W*emb\b.*\d|\bemb\w*\W*\d+ ?(?:x|mm)\b", re.I)
_NOTHING = re.compile(
    r"(?:unk(?:n|nown)?|undet\w*|not (?:recorded|stated|known|given|determined)|u|un|unknown age|age unknown|n/?a|nd|nil"
    r"|none|no data|indet\w*|inconnu|desconocido|unbekannt|onbekend|okänd|ukjent|\W*)\W*",
    re.I,
)


def interpret_life_stage(verbatim: str) -> Interpretation[Term]:
    """The life stage after the GBIF vocabulary, in lower case (`adult`, `larva`, `nestling`…).

    Ages and banding codes (`AHY`, `2nd year`) are `probable`, those of the first year (`HY`, `1st winter`) `ambiguous`:
    immature or still juvenile. Embryos that were counted or measured (`3 emb. 18 mm`) are of a mother; several stages
    (`juv. & adult`) are `ambiguous` with all of them, since one value would
    hide the rest; a finer word wins over the wider one it belongs to
    (`juvenile nestling` is a nestling).
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    text = tidy(verbatim)
    stages = vocabulary("life_stage")
    if _NOTHING.fullmatch(text):
        return refused(verbatim, "unknown", Reason("not_recorded"))
    doubts = [Reason("doubted_by_writer")] if is_doubted(text) else []
    exact = stages.term(text)
    if exact:
        if folded(text) in _FIRST_YEAR:
            return _first_year(verbatim)
        if folded(text) in _AGES:
            doubts.append(Reason("age_given"))
        return probable(verbatim, exact, doubts) if doubts else certain(verbatim, exact)
    keys, aged, rest = _found(text)
    if not keys and _STATE.search(text) and not re.search(r"\b(?:no|not|non)\b", text, re.I):
        return probable(verbatim, stages.terms["adult"], [Reason("inferred_from_state")])
    if not keys:
        return refused(verbatim, "unknown", Reason("not_understood"))
    if not _EITHER.search(text):
        keys = [key for key in keys if not any((finer, key) in _WITHIN for finer in keys)]
    if keys == ["embryo"] and (_STATE.search(text) or _CARRIED.search(text)):
        return ambiguous(
            verbatim, [stages.terms[key] for key in ("adult", "embryo")], [Reason("inferred_from_state")]
        )
    if keys == ["immature"] and aged and _first_years(text):
        return _first_year(verbatim)
    if len(keys) > 1:
        return ambiguous(verbatim, [stages.terms[key] for key in keys], [Reason("several_life_stages")])
    if aged:
        doubts.append(Reason("age_given"))
    if rest:
        doubts.append(Reason("rest_not_read"))
    term = stages.terms[keys[0]]
    return probable(verbatim, term, doubts) if doubts else certain(verbatim, term)


def _first_year(verbatim: str) -> Interpretation[Term]:
    terms = vocabulary("life_stage").terms
    return ambiguous(verbatim, [terms["immature"], terms["juvenile"]], [Reason("age_given")])


def _first_years(text: str) -> bool:
    apart = re.sub(r"(?<=\d)(?=[^\W\d_])(?!st|nd|rd|th)", " ", text, flags=re.I)
    said = f" {folded(apart)} "
    return any(f" {age} " in said for age in _FIRST_YEAR)


def _found(text: str) -> tuple[list[str], bool, bool]:
    """Stages named in a text, whether only ages say so, and whether words remain that say something else."""
    text = re.sub(r"\((s|es)\)", r"\1", text)
    text = re.sub(r"(?<=\d)(?=[^\W\d_])(?!st|nd|rd|th)|(?<=[^\W\d_])(?=\d)", " ", text, flags=re.I)
    stages, sexes = vocabulary("life_stage"), vocabulary("sex").words
    pieces = folded(text).split()
    sure: list[str] = []
    aged: list[str] = []
    covered: set[int] = set()
    for key, start, end in stages.found(text):
        word = " ".join(pieces[start:end])
        alone = all(piece in sexes or piece.isdecimal() for piece in pieces[:start] + pieces[end:])
        short = len(word) < 2 or word in _ONLY_ALONE
        if (short and not (alone and word in ("j", "a"))) or (start and pieces[start - 1] in _NOT):
            continue
        (aged if word in _AGES and word not in ("a", "sa") else sure).append(key)
        covered.update(range(start, end))
    rest = any(
        index not in covered and not piece.isdecimal() and piece not in sexes and len(piece) > 3
        for index, piece in enumerate(pieces)
    )
    named = sure + aged if _EITHER.search(text) else sure or aged
    return list(dict.fromkeys(named)), not sure, rest
