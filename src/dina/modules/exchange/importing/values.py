"""One text as a value of a field's kind, as JSON:API wants it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dina.modules.exchange.importing.fields import Field
from dina.modules.exchange.importing.readers import Fault

TRUE = frozenset({"true", "yes", "y", "1", "oui", "o", "vrai", "x", "t", "si", "sí", "ja"})
FALSE = frozenset({"false", "no", "n", "0", "non", "faux", "f", "nein"})
SEPARATORS = ("|", ";")
NOT_FITTING = {
    "number": ("This is not a number.", "Ceci n’est pas un nombre."),
    "integer": ("This is not a whole number.", "Ceci n’est pas un nombre entier."),
    "boolean": ("This is neither yes nor no.", "Ceci n’est ni oui ni non."),
}

Converted = tuple[Any, Fault | None]
Convert = Callable[[str], Converted]


def _fault(kind: str, fix: str | None = None) -> Fault:
    en, fr = NOT_FITTING[kind]
    return Fault("", "error", f"value.{kind}", {"en": en, "fr": fr}, fix)


def to_number(text: str) -> Converted:
    """A decimal number, kept as written so that no digit is lost."""
    plain = text.strip().replace(" ", "").replace("\u00a0", "")
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain):
        return float(plain) if len(plain) < 16 else plain, None
    comma = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else None
    if comma is not None and re.fullmatch(r"[+-]?\d+\.\d+", comma):
        return None, _fault("number", comma)
    found = re.match(r"[+-]?\d+(\.\d+)?", plain)
    return None, _fault("number", found[0] if found else None)


def to_integer(text: str) -> Converted:
    plain = text.strip()
    if re.fullmatch(r"[+-]?\d+(\.0+)?", plain):
        return int(plain.split(".")[0]), None
    return None, _fault("integer")


def to_boolean(text: str) -> Converted:
    plain = text.strip().casefold()
    if plain in TRUE or plain in FALSE:
        return plain in TRUE, None
    return None, _fault("boolean")


def to_list(text: str) -> Converted:
    """Several texts: separated by `|`, else by `;`."""
    mark = next((one for one in SEPARATORS if one in text), None)
    parts = [part.strip() for part in (text.split(mark) if mark else [text])]
    return list(dict.fromkeys(part for part in parts if part)), None


def choice_of(choices: tuple[str, ...]) -> Convert:
    """One of a field's choices, however its case; a whole other word is left to the rules to refuse."""
    by_text = {re.sub(r"[^a-z0-9]", "", choice.lower()): choice for choice in choices}

    def convert(text: str) -> Converted:
        return by_text.get(re.sub(r"[^a-z0-9]", "", text.lower()), text), None

    return convert


MEMBERS = {
    "dwcDecimalLatitude": to_number,
    "dwcDecimalLongitude": to_number,
    "dwcCoordinateUncertaintyInMeters": to_integer,
    "isPrimary": to_boolean,
    "isFiledAs": to_boolean,
}
"""Members of embedded objects are described without their kind; these are not texts."""


def converter(field: Field) -> Convert | None:
    """How a text becomes a value of the field; None where it stays as it is."""
    if field.kind == "boolean":
        return to_boolean
    if field.kind == "integer":
        return to_integer
    if field.kind in ("decimal", "number"):
        return to_number
    if field.kind == "texts":
        return to_list
    if field.choices:
        return choice_of(field.choices)
    return MEMBERS.get(field.name)
