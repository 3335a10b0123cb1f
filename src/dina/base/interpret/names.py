"""Scientific names, read with gnparser: canonical form, authorship, hybrids, doubt, formatting.

The parser is the field's own (a Go library in the wheel `gnparser`); its Python function loses the memory
of every answer, so the library is called here directly. Where the wheel holds no library for a platform,
`parse_name` answers None and nothing else changes: the verbatim name is always what is kept.
"""

from __future__ import annotations

import ctypes
import html
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import orjson

from dina.base.json import is_array, is_object

MAX_LENGTH = 500
QUALITY = {1: "clean", 2: "small problems", 3: "serious problems", 4: "doubtful", 0: "not understood"}
LIBRARIES = ("libgnparser.so", "libgnparser.dylib")
HYBRIDS: dict[str, Literal["named", "formula", "notho"]] = {
    "NAMED_HYBRID": "named", "HYBRID_FORMULA": "formula", "NOTHO_HYBRID": "notho",
}  # fmt: skip
ITALIC = {"GENUS", "SPECIES", "INFRASPECIES", "SUBGENUS", "INFRA_GENUS", "UNINOMIAL"}
ABOVE_GENUS = (
    "aceae",
    "idae",
    "inae",
    "ales",
    "oidea",
    "oideae",
    "eae",
    "phyta",
    "mycota",
    "opsida",
    "ineae",
)
# Marks of a cultivar, a cultivar group or a graft chimera; only then is the code of cultivated plants tried.
CULTIVATED = ("'", "‘", "’", " cv", " Group", " Gp", "+")


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What a scientific name consists of.

    `canonical` is the name without authors and ranks (`Aus bus cus`), `canonical_full` with them
    (`Aus bus var. cus`). `cardinality`: 1 uninomial, 2 binomial, 3 trinomial, 0 hybrid formulas and what has
    no number. `hybrid` is named, formula or notho; `qualifier` what the writer doubted (`cf.`, `aff.`, `sp.`).
    `quality` is 1 (clean) to 4 (doubtful); 0: not a name, and everything else is empty. `formatted` is the
    name as written with the parts in italics that the codes want so: safe HTML with `<i>` only.
    """

    verbatim: str
    canonical: str | None
    canonical_full: str | None
    authorship: str | None
    year: str | None
    rank: str | None
    cardinality: int
    hybrid: Literal["named", "formula", "notho"] | None
    qualifier: str | None
    cultivar: str | None
    genus: str | None
    specific_epithet: str | None
    infraspecific_epithet: str | None
    unparsed: str | None
    quality: int
    formatted: str

    @property
    def parsed(self) -> bool:
        return self.quality > 0


@cache
def _library() -> tuple[Callable[[bytes, bytes | None], bytes], None] | None:
    spec = find_spec("gnparser")
    if spec is None or spec.origin is None:
        return None
    for name in LIBRARIES:
        try:
            library = ctypes.CDLL(str(Path(spec.origin).parent / name))
        except OSError:
            continue
        library.ParseToString.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_int] * 2
        library.ParseToString.restype = ctypes.c_void_p
        library.FreeMemory.argtypes = [ctypes.c_void_p]
        library.FreeMemory.restype = None

        def call(text: bytes, code: bytes | None, library: Any = library) -> bytes:
            address = library.ParseToString(text, b"compact", code, 1, 0)
            try:
                return ctypes.string_at(address)
            finally:
                library.FreeMemory(address)

        return call, None
    return None


@lru_cache(maxsize=20_000)
def parse_name(verbatim: str) -> ParsedName | None:
    """Read a scientific name; None where no parser is installed or the text is empty or far too long."""
    library = _library()
    text = verbatim.strip()
    if library is None or not text or len(text) > MAX_LENGTH or "\x00" in text:
        return None
    call = library[0]
    found: dict[str, Any] = orjson.loads(call(text.encode(), None))
    if (any(mark in text for mark in CULTIVATED) or text.endswith(('"', "”"))) and (
        found.get("tail") or not found["parsed"]
    ):
        cultivated: dict[str, Any] = orjson.loads(call(text.encode(), b"cultivar"))
        if cultivated.get("cultivar") or not found["parsed"]:
            found = cultivated
    return _name(verbatim, text, found)


def _name(verbatim: str, text: str, found: dict[str, Any]) -> ParsedName:
    canonical, authorship = _object(found, "canonical"), _object(found, "authorship")
    words: list[dict[str, Any]] = found.get("words") or []
    parts = _parts(_object(found, "details"))
    return ParsedName(
        verbatim=verbatim,
        canonical=canonical.get("simple"),
        canonical_full=canonical.get("full"),
        authorship=authorship.get("normalized"),
        year=_year(authorship),
        rank=found.get("rank"),
        cardinality=found.get("cardinality", 0),
        hybrid=HYBRIDS.get(found.get("hybrid", "")),
        qualifier=_qualifier(found.get("surrogate") or "", words),
        cultivar=(parts.get("cultivar") or "").strip("'‘’") or None,
        genus=parts.get("genus") or (parts.get("uninomial") if not _above_genus(parts) else None),
        specific_epithet=parts.get("species"),
        infraspecific_epithet=parts.get("infraspecies"),
        unparsed=(found.get("tail") or "").strip() or None,
        quality=found.get("quality", 0) if found["parsed"] else 0,
        formatted=_formatted(text, words),
    )


def _parts(details: dict[str, Any]) -> dict[str, str]:
    """Genus and epithets of a name of one taxon; a hybrid formula has none of its own."""
    for form, parts in details.items():
        if form == "hybridFormula" or not is_object(parts):
            continue
        out = {name: value for name, value in parts.items() if isinstance(value, str)}
        if parts.get("infraspecies"):
            # A list of them, but one alone in a comparison (`Aus bus cus cf.`).
            last = parts["infraspecies"][-1] if is_array(parts["infraspecies"]) else parts["infraspecies"]
            out["infraspecies"] = str(last["value"])
        return out
    return {}


def _object(found: dict[str, Any], name: str) -> dict[str, Any]:
    return found.get(name) or {}


def _year(authorship: dict[str, Any]) -> str | None:
    """The year of the name's publication: that of the combination where there is one."""
    for part in ("combinationAuth", "originalAuth"):
        year = _object(_object(authorship, part), "year").get("year")
        if year:
            return str(year)
    return None


def _above_genus(parts: dict[str, str]) -> bool:
    return parts.get("uninomial", "").lower().endswith(ABOVE_GENUS)


def _qualifier(surrogate: str, words: list[dict[str, Any]]) -> str | None:
    marks = [str(w["verbatim"]) for w in words if "MARKER" in w["wordType"] and "RANK" not in w["wordType"]]
    if surrogate and marks:
        return " ".join(marks)
    return {"APPROXIMATION": "sp.", "COMPARISON": "cf."}.get(surrogate)


def _formatted(text: str, words: list[dict[str, Any]]) -> str:
    out: list[str] = []
    at = 0
    for word in words:
        start, end = word["start"], word["end"]
        if word["wordType"] not in ITALIC or (
            word["wordType"] == "UNINOMIAL" and word["verbatim"].lower().endswith(ABOVE_GENUS)
        ):
            continue
        out += [
            html.escape(text[at:start], quote=False),
            "<i>",
            html.escape(text[start:end], quote=False),
            "</i>",
        ]
        at = end
    return ("".join(out) + html.escape(text[at:], quote=False)).replace("</i> <i>", " ")
