"""The licence a text names, by its address, its letters or its words."""

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from .. import Interpretation, Reason
from ..reading import ambiguous, certain, probable, read_before, refused, unaccented, unread

_ADDRESS = re.compile(
    r"creativecommons\.org/(?:(?:licen[sc]es|l)/(by(?:-(?:nc|sa|nd))*)(?:/(\d)\.(\d))?|(publicdomain/zero)(?:/1\.0)?|(publicdomain/mark|licenses/publicdomain))",
    re.I,
)
_OTHER_ADDRESS = (
    ("odbl-1.0", "opendatacommons.org/licenses/odbl"),
    ("pddl-1.0", "opendatacommons.org/licenses/pddl"),
    ("odc-by-1.0", "opendatacommons.org/licenses/by"),
    ("open-government-licence-canada", "open.canada.ca/"),
    ("open-government-licence-canada", "ouvert.canada.ca/"),
    ("ogl-uk-3.0", "nationalarchives.gov.uk/doc/open-government-licence"),
)
_LETTERS = re.compile(
    r"(?<![a-z])cc[ _:/-]*\(?by\b((?:[ _/+,-]+(?:nc|sa|nd)\b)*)(?:[ _-]*v?\.?(\d)(?:\.(\d))?)?", re.I
)
_ZERO = re.compile(r"\bcc[ _-]*(?:0|zero)\b", re.I)
_PORTED = re.compile(
    r"\b(?:australia|new zealand|nz|germany|deutschland|de|france|spain|espa\w+|brazil|brasil|canada|uk|us|united states|netherlands|colombia|mexico|austria|switzerland)\b",
    re.I,
)
_PARTS = (
    (
        "nc",
        re.compile(
            r"non[- ]?commercial|pas d.?utilisation commerciale|no ?comercial|nicht[- ]?kommerziell|niet[- ]?commercieel",
            re.I,
        ),
    ),
    (
        "sa",
        re.compile(
            r"share[- ]?alike|partage dans les memes|compartir ?igual|weitergabe unter gleichen|gelijkdelen",
            re.I,
        ),
    ),
    (
        "nd",
        re.compile(r"no[- ]?deriv|pas de modification|sin ?obra|keine[- ]?bearbeitung|geenafgeleide", re.I),
    ),
)
_VERSION = re.compile(r"(?<![\d.])([1-4])\.([05])(?![\d.])")
_NAMES = {
    "nc": ("NonCommercial", "Pas d’Utilisation Commerciale"),
    "sa": ("ShareAlike", "Partage dans les Mêmes Conditions"),
    "nd": ("NoDerivatives", "Pas de Modification"),
}
_SUPPORTED = {"by": "attribution-international-4", "by-nc": "attribution-international-noncommercial-4"}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: our key (of the media module where it has one), SPDX identifier, address, names."""

    key: str
    spdx: str
    url: str
    en: str
    fr: str


@cache
def _listed() -> tuple[dict[str, Licence], dict[str, str]]:
    table = tomllib.loads((files("dina.base.interpret") / "data" / "licences.toml").read_text("utf-8"))
    licences = {key: Licence(key, e["spdx"], e["url"], e["en"], e["fr"]) for key, e in table.items()}
    words = {
        _plain(word): key
        for key, e in table.items()
        for word in (*e["words"], e["en"], e["fr"], e["spdx"], key)
    }
    return licences, words


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", unaccented(text)))


def interpret_licence(verbatim: str) -> Interpretation[Licence]:
    """The licence named: `CC-BY 4.0`, an address of Creative Commons, `CC0`, `ODbL`…

    Without a version it is `probable` that 4.0 is meant. The mark of the public
    domain and "all rights reserved" are statements, not licences, and have no value.
    """
    if not read_before(verbatim):
        return refused(verbatim, "unknown", unread(verbatim))
    licences, words = _listed()
    exact = words.get(_plain(verbatim))
    if exact:
        return certain(verbatim, licences[exact])
    found = _by_address(verbatim) or _by_letters(verbatim)
    if not found:
        if re.search(r"\ball rights reserved|tous droits|copyright|©|\(c\)", verbatim, re.I):
            return refused(verbatim, "unknown", Reason("rights_reserved"))
        if re.search(r"public ?domain|domaine public", verbatim, re.I):
            return refused(verbatim, "unknown", Reason("public_domain_statement"))
        return refused(verbatim, "unknown", unread(verbatim))
    keys = list(dict.fromkeys(licence.key for licence, _ in found))
    if len(keys) > 1:
        return ambiguous(verbatim, [licence for licence, _ in found], [Reason("several_values")])
    licence, versioned = found[0]
    if not versioned:
        return probable(verbatim, licence, [Reason("version_missing", {"licence": licence.en})])
    return certain(verbatim, licence)


def _by_address(text: str) -> list[tuple[Licence, bool]]:
    licences, _ = _listed()
    found: list[tuple[Licence, bool]] = []
    for match in _ADDRESS.finditer(text):
        if match[4]:
            found.append((licences["universal-public-domain-dedication-1"], True))
        elif match[1]:
            version = f"{match[2]}.{match[3]}" if match[2] else ""
            ported = re.match(r"/([a-z]{2})(?![a-z])(?:/|\]|\)|$)", text[match.end() :], re.I)
            found.append((_commons(match[1].lower().split("-")[1:], version, bool(ported)), bool(version)))
    found += [(licences[key], True) for key, address in _OTHER_ADDRESS if address in text.lower()]
    return found


def _by_letters(text: str) -> list[tuple[Licence, bool]]:
    licences, _ = _listed()
    if _ZERO.search(text):
        return [(licences["universal-public-domain-dedication-1"], True)]
    lettered = [_lettered(match, text) for match in _LETTERS.finditer(text)]
    bare = re.fullmatch(r"\W*by((?:[- ](?:nc|sa|nd))*)[- ]?(?:(\d)\.(\d))?\W*", text, re.I)
    if bare:
        lettered = [_lettered(bare, text)]
    elif not lettered and _named(text):
        lettered = [_completed([], "", text)]
    return [found for found in lettered if found]


def _named(text: str) -> bool:
    """Whether the words `Creative Commons Attribution` are there in some language."""
    plain = unaccented(text)
    return bool(
        re.search(r"attribution|namensnennung|atribuci|atribuic|attribuzione|naamsvermelding", plain)
    ) and bool(re.search(r"creative ?commons|\bcc\b|\d\.\d", plain))


def _lettered(match: re.Match[str], text: str) -> tuple[Licence, bool] | None:
    version = f"{match[2]}.{match[3] or 0}" if match[2] else ""
    return _completed([part.lower() for part in re.findall("nc|sa|nd", match[1], re.I)], version, text)


def _completed(parts: list[str], version: str, text: str) -> tuple[Licence, bool] | None:
    """The licence with what the rest of the text adds; `None` for a version there never was."""
    if not parts:
        parts = [part for part, pattern in _PARTS if pattern.search(unaccented(text))]
    written = _VERSION.search(text)
    version = version or (f"{written[1]}.{written[2]}" if written else "")
    if version not in ("", "1.0", "2.0", "2.5", "3.0", "4.0") or (not version and re.search(r"\d\.\d", text)):
        return None
    return _commons(parts, version, bool(_PORTED.search(text))), bool(version)


def _commons(parts: list[str], version: str, ported: bool) -> Licence:
    """The licence of Creative Commons with these parts; 4.0 where no version is written."""
    ordered = [part for part in ("nc", "sa", "nd") if part in parts]
    code = "-".join(["by", *(part for part in ("nc", "nd", "sa") if part in ordered)])
    version = version or "4.0"
    if version == "4.0" and code in _SUPPORTED:
        return _listed()[0][_SUPPORTED[code]]
    licences = Licence(
        f"cc-{code}-{version}",
        f"CC-{code.upper()}-{version}",
        f"https://creativecommons.org/licenses/{code}/{version}",
        f"Attribution{''.join('-' + _NAMES[part][0] for part in ordered)} {version} (CC {code.upper()} {version})",
        f"Attribution{''.join(' - ' + _NAMES[part][1] for part in ordered)} {version} (CC {code.upper()} {version})",
    )
    return (
        replace(licences, en=f"{licences.en}, ported", fr=f"{licences.fr}, transposée")
        if ported and version != "4.0"
        else licences
    )
