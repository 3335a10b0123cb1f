"""The country a text names, through former names, parts, corrections and slips."""

import re
from dataclasses import dataclass, replace

from .. import Interpretation, Reason
from ..datums import one_slip
from ..reading import ambiguous, certain, probable, read_before, refused, tidy, unread
from .country_names import (
    Country,
    Named,
    codes,
    countries,
    names,
    plain,
    recognised,
    squeezed,
    squeezed_names,
    words_of,
)
from .country_text import (
    COMPASS,
    COUNTY,
    DIRECTIONS,
    DOUBT,
    EITHER,
    LISTED,
    NEARBY,
    QUALIFIED,
    RANK,
    SHORT,
    WATERS,
    WHERE,
    WRONG,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a stretch of text stands for and how it was found."""

    kind: str
    codes: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


_UNCLEAR = _Found("unclear", ())


def interpret_country(verbatim: str) -> Interpretation[Country]:
    """The country of ISO 3166-1 a text names, in any of eighteen languages, or by a code.

    A former name of one successor (`Burma`, `Zaire`) is `certain` with a
    reason; one with other borders (`British East Africa`), a part (`Java`), a
    name within a longer text, a slip of one character is `probable`; names of
    several countries (`USSR`, `Congo`) and `Argentina/Chile` are `ambiguous`.
    Seas and regions have no value.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    text = tidy(verbatim)
    doubted = bool(DOUBT.search(text))
    text = COMPASS.sub(r"\1\2", DOUBT.sub(" ", text))
    core = text.strip(" '\"*@!`.,;:#()[]{}<>_-=?")
    code = codes().get(core.lower())
    found = _whole(core)
    if WRONG.search(text):
        return refused(verbatim, "unknown", Reason("stated_wrong"))
    if code and (found is None or found.kind not in ("nothing", "several")):
        found = _Found("name", (code,))
    found = found or _composed(text)
    if found is None and re.search(r"&|\band\b", core, re.I):
        found = _slip(plain(core))
    if found is None:
        return refused(verbatim, "unknown", unread(verbatim))
    return _answer(verbatim, replace(found, reasons=found.reasons + _doubt(doubted)))


def _doubt(doubted: bool) -> tuple[Reason, ...]:
    return (Reason("doubted_by_writer"),) if doubted else ()


def _answer(verbatim: str, found: _Found) -> Interpretation[Country]:
    if not found.codes:
        why = {"nothing": "not_recorded", "region": "wider_than_country", "sea": "waters"}
        return refused(verbatim, "unknown", Reason(why.get(found.kind, "not_understood")))
    meant = [countries()[code] for code in (found.codes[:1] if found.kind == "also" else found.codes)]
    if len(meant) > 1:
        return ambiguous(verbatim, meant, [Reason("several_countries"), *found.reasons])
    country = meant[0]
    kinds = {
        "former": Reason("former_name", {"country": country.en, "pays": country.fr}),
        "roughly": Reason("former_borders", {"country": country.en, "pays": country.fr}),
        "part": Reason("part_of_country", {"country": country.en, "pays": country.fr}),
        "also": Reason("also_elsewhere"),
    }
    reasons = [*found.reasons, *([kinds[found.kind]] if found.kind in kinds else [])]
    if found.reasons or found.kind in ("roughly", "part", "also"):
        return probable(verbatim, country, reasons)
    return certain(verbatim, country, reasons)


def _whole(text: str) -> _Found | None:
    """A text that is a name as it stands."""
    named = names().get(plain(text)) or (squeezed_names().get(squeezed(text)) if len(text) > 5 else None)
    if named:
        return _Found(named.kind, named.codes)
    words = words_of(text) if len(text) < 60 else []
    for at in range(1, len(words)):
        named = names().get(" ".join(words[at:] + words[:at]))
        if named and named.kind in ("name", "former"):
            return _Found(named.kind, named.codes)
    return None


def _composed(text: str) -> _Found | None:
    """Several names, with brackets read as a correction of what is before them."""
    text = re.sub(r"[(\[]\s*(?:i|is|isl|island|islands)?\.?\s*[)\]]", " ", text, flags=re.I)
    outer = re.sub(r"[(\[{<][^()\[\]{}<>]*[)\]}>]?", ";", text).strip(" ;")
    inner = re.findall(r"[(\[{<]\s*=?\s*([^()\[\]{}<>]*)", text)
    main = _several(outer)
    noted = _several(";".join(inner))
    if _UNCLEAR in (main, noted):
        return None
    if main is None or noted is None:
        return main or noted
    if not noted.codes or not main.codes:
        return noted if noted.codes else main
    if len(noted.codes) > 1 and noted.kind == "several":
        return noted if set(noted.codes) - set(main.codes) or noted.reasons else main
    common = tuple(code for code in main.codes if code in noted.codes)
    if common:
        return min((main, noted), key=lambda found: (len(found.codes), RANK.get(found.kind, 9)))
    listed = any(reason.code == "joined_names" for reason in main.reasons)
    if main.kind in ("former", "roughly", "several") and len(noted.codes) == 1 and not listed:
        return replace(noted, reasons=(*noted.reasons, Reason("corrected_in_brackets")))
    return _Found("several", main.codes + noted.codes)


def _several(text: str) -> _Found | None:
    """What a text without brackets names: one country, or all of them."""
    if not re.search(r"\w", text):
        return None
    whole = _whole(text)
    if whole:
        return whole
    listed: list[_Found | None] = []
    for part in LISTED.split(text):
        if re.search(r"\w", part):
            listed.append(_whole(part) or _either(EITHER.split(part)))
    if _UNCLEAR in listed:
        return _UNCLEAR
    if any(found and found.kind == "nothing" for found in listed):
        return _Found("nothing", ())
    overseas = re.search(r"\b(?:overseas territor|crown dependenc)", text, re.I)
    placed = [
        found for found in listed if found and found.codes and not (overseas and found.codes == ("GB",))
    ]
    if not placed:
        return next((found for found in listed if found and not found.codes), None)
    best = _common(placed)
    if (
        None in listed
        and best.kind == "part"
        and any(reason.code == "name_within_text" for reason in best.reasons)
    ):
        return None
    if len(best.codes) == 1 and len(placed) == 1 and None in listed and not best.reasons:
        return replace(best, reasons=(Reason("rest_not_read"),))
    return best


def _either(parts: list[str]) -> _Found | None:
    """`A or B`, `A/B`: all of them, and nothing if one was not understood or is no country."""
    pieces = len(parts)
    parts = [part for part in parts if re.search(r"\w", part)]
    found = [_segment(part, alone=len(parts) == 1) for part in parts]
    read = [one for one in found if one and one.codes]
    if pieces == 1:
        return found[0] if found else None
    if len(read) < len(found) or not read:
        return _UNCLEAR if read or any(found) else None
    united = tuple(dict.fromkeys(code for one in read for code in one.codes))
    return read[0] if len(united) == 1 else _Found("several", united, (Reason("joined_names"),))


def _common(placed: list[_Found]) -> _Found:
    """The one country all names allow, or all of their countries."""
    common = set(placed[0].codes).intersection(*(found.codes for found in placed[1:]))
    if any(found.kind == "several" and found.reasons for found in placed):
        common = set[str]()
    best = min(placed, key=lambda found: (len(found.codes), RANK.get(found.kind, 9), len(found.reasons)))
    if len(placed) == 1 or (len(common) == 1 and set(best.codes) == common):
        return best
    if len(common) == 1:
        return _Found("name", tuple(common), (Reason("rest_not_read"),))
    united = tuple(dict.fromkeys(code for found in placed for code in found.codes))
    return _Found("several", united, (Reason("joined_names"),))


def _segment(text: str, alone: bool) -> _Found | None:
    """One name with what surrounds it: `N.E. of Celebes`, `Bruges Belgium`, `Jamacia`."""
    text = text.strip(" '\"*@!`.#_-=?")
    whole = _whole(text)
    if whole:
        return whole
    if COUNTY.search(text):
        return None
    if text.lower() in DIRECTIONS:
        return None
    dry = text
    for pattern in WATERS:
        dry = pattern.sub(" ", dry)
    words = words_of(dry)
    wet = dry != text
    if not words:
        return _Found("sea", ()) if wet else None
    core, nearby = _core(words)
    named = names().get(" ".join(core))
    if named:
        return _around(named, core, words, nearby or wet)
    slip = None
    if alone and not wet and words[0] not in ("saint", "san", "sao", "santa"):
        slip = _slip(" ".join(words)) or (_slip(" ".join(core)) if len(" ".join(core)) > 6 else None)
    return slip or _within(words) or (_Found("sea", ()) if wet else None)


def _core(words: list[str]) -> tuple[list[str], bool]:
    """The words without the directions around them, and whether only something near is meant."""
    start, end = 0, len(words)
    while end > start and words[end - 1] in WHERE and " ".join(words[start:end]) not in names():
        end -= 1
    while start < end and words[start] in WHERE and " ".join(words[start:end]) not in names():
        start += 1
    return words[start:end], bool(NEARBY & set(words[:start]))


def _around(named: Named, core: list[str], words: list[str], nearby: bool) -> _Found:
    if named.kind in ("region", "nothing") or len(core) == len(words):
        return _Found(named.kind, named.codes)
    if named.kind == "also":
        return _Found("several", named.codes)
    reason = Reason("nearby") if nearby else Reason("part_named")
    return _Found(named.kind, named.codes, (reason,))


def _within(words: list[str]) -> _Found | None:
    """Names at the start or the end of longer words: `Kenya Turkana`, `Bath Kentucky USA`."""
    edge = len(_trimmed(words))
    spans: list[tuple[int, int, Named]] = []
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + 6), at, -1):
            phrase = " ".join(words[at:end])
            named = names().get(phrase)
            if named and (len(phrase) > 3 or (phrase in SHORT and end == len(words))):
                spans.append((at, end, named))
                at = end - 1
                break
        at += 1
    if any(start and words[start - 1] in QUALIFIED for start, _, named in spans if named.codes):
        return None
    sure = [span for span in spans if span[2].codes and span[2].kind != "also"]
    spans = spans if sure else []
    at_edge = [named for start, end, named in spans if start == 0 or end >= edge]
    placed = [named for _, _, named in spans if named.codes]
    if not placed or not any(named.codes for named in at_edge):
        return next((_Found("region", ()) for named in at_edge if named.kind == "region"), None)
    common = set(placed[0].codes).intersection(*(named.codes for named in placed[1:]))
    if common:
        best = min(placed, key=lambda named: (len(named.codes), RANK[named.kind]))
        kind, meant = (
            (best.kind, best.codes) if len(common) > 1 or best.kind != "also" else ("name", tuple(common))
        )
        return _Found(kind, meant, (Reason("name_within_text"),))
    return _Found("several", tuple(dict.fromkeys(code for named in placed for code in named.codes)))


def _trimmed(words: list[str]) -> list[str]:
    """The words up to the last one that is not a mere direction or `island`."""
    end = len(words)
    while end and words[end - 1] in WHERE:
        end -= 1
    return words[:end]


def _slip(written: str) -> _Found | None:
    """A name of five letters and more that one slip separates from names of one country only."""
    if len(written) < 5:
        return None
    known = recognised()
    near = {
        named.codes
        for length in range(len(written) - 1, len(written) + 2)
        for name, named in known.get((written[0], length), ())
        if one_slip(written, name)
    }
    if len(near) != 1:
        return None
    meant = next(iter(near))
    if len(meant) != 1:
        return _Found("several" if meant else "region", meant)
    return _Found("name", meant, (Reason("misspelt", {"as": countries()[meant[0]].en}),))
