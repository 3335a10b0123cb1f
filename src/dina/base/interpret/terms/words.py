"""Fields whose values are a word or two: basis of record, establishment means."""

import re

from .. import Interpretation, Reason
from ..reading import ambiguous, certain, probable, read_before, refused, tidy, unaccented, unread
from .doubt import is_doubted
from .vocabulary import Term, folded, vocabulary

_UNSTATED = re.compile(
    r"(?:unk(?:nown)?|not recorded|none|n/?a|null|nd|ukjent|unbekannt|inconnu|desconocido|onbekend)\W*", re.I
)


def interpret_basis_of_record(verbatim: str) -> Interpretation[Term]:
    """The class of Darwin Core a record is: `preserved_specimen`, `human_observation`…

    `Observation` alone, which Darwin Core no longer has, keeps a key of its own.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    if _UNSTATED.fullmatch(verbatim.strip()):
        return refused(verbatim, "unknown", Reason("not_recorded"))
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", tidy(verbatim))
    return _in_vocabulary(
        verbatim, spaced, "basis_of_record", short={"s", "o", "l", "sp", "ps", "ls", "ho", "mo"}
    )


def interpret_establishment_means(verbatim: str) -> Interpretation[Term]:
    """How an organism came to a place, after Darwin Core: `native`, `introduced`, `vagrant`…

    `Invasive` and `naturalised` tell the degree of establishment: the means is
    then probably `introduced`. `Cultivated`, `captive` and the like tell the
    degree only and have no value here; the reason names the degree.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", tidy(verbatim))
    degree = vocabulary("degree").term(spaced)
    if degree:
        reason = Reason("degree_of_establishment", {"degree": degree.en, "degré": degree.fr})
        if degree.key in ("invasive", "naturalized"):
            return probable(verbatim, vocabulary("establishment_means").terms["introduced"], [reason])
        return refused(verbatim, "unknown", reason)
    if unaccented(spaced) in ("wild", "wild caught", "sauvage", "silvestre", "salvaje", "wild plant"):
        return probable(
            verbatim, vocabulary("establishment_means").terms["native"], [Reason("wild_is_not_native")]
        )
    return _in_vocabulary(verbatim, spaced, "establishment_means", short={"n", "i", "nat"})


def _in_vocabulary(verbatim: str, text: str, name: str, short: set[str]) -> Interpretation[Term]:
    """A word of a vocabulary, or several: alike words agree, others are ambiguous."""
    words = vocabulary(name)
    doubts = [Reason("doubted_by_writer")] if is_doubted(text) else []
    exact = words.term(text)
    if exact:
        if exact.key == "uncertain" and "?" not in text:
            doubts = []
        if folded(text) in short:
            doubts.append(Reason("abbreviated"))
        return probable(verbatim, exact, doubts) if doubts else certain(verbatim, exact)
    pieces = folded(text).split()
    found = [
        (key, end - start)
        for key, start, end in words.found(text)
        if " ".join(pieces[start:end]) not in short
    ]
    keys = list(dict.fromkeys(key for key, _ in found))
    if not keys or any(piece in ("not", "no", "non", "ex") for piece in pieces):
        return refused(verbatim, "unknown", unread(verbatim))
    if len(keys) > 1:
        return ambiguous(verbatim, [words.terms[key] for key in keys], [Reason("several_values")])
    if sum(width for _, width in found) * 2 < sum(not piece.isdecimal() for piece in pieces):
        return refused(verbatim, "unknown", unread(verbatim))
    if sum(width for _, width in found) < sum(not piece.isdecimal() for piece in pieces):
        doubts.append(Reason("rest_not_read"))
    return (
        probable(verbatim, words.terms[keys[0]], doubts)
        if doubts
        else certain(verbatim, words.terms[keys[0]])
    )
