"""The interface's texts: gettext catalogues, read with Babel."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.dates import format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from dina.base.text import LANGUAGES


@cache
def catalogue(language: str) -> dict[str, str]:
    """Message -> translation; English is its own catalogue."""
    if language == "en":
        return {}
    found: dict[str, str] = {}
    for file in files("dina.web").joinpath("locale", language, "LC_MESSAGES").iterdir():
        if file.name.endswith(".po"):
            entries = read_po(BytesIO(file.read_bytes()), locale=language)
            found |= {str(m.id): str(m.string) for m in entries if m.id and m.string}
    return found


def N_(text: str) -> str:
    """Marks a text of the catalogue that is translated later, where the language is known."""
    return text


def translate(language: str, text: str, /, **values: object) -> str:
    found = catalogue(language).get(text, text)
    return found.format(**values) if values else found


def number(language: str, value: object) -> str:
    return format_decimal(value, locale="fr_CA" if language == "fr" else "en_CA")  # type: ignore[arg-type]


def moment(language: str, value: str) -> str:
    """A date-time as recorded, in short ISO form with the zone."""
    return value[:16].replace("T", " ") + " UTC" if len(value) > 16 else value


__all__ = ["LANGUAGES", "N_", "catalogue", "format_datetime", "moment", "number", "translate"]
