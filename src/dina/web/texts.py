"""The interface's texts: gettext catalogues, read with Babel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.dates import format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from dina.base.text import LANGUAGES

LOCALES = {"en": "en_CA", "fr": "fr_CA"}


@cache
def catalogue(language: str) -> dict[str, str]:
    """Message -> translation, of a noun after a number both forms; English is its own catalogue."""
    if language == "en":
        return {}
    found: dict[str, str] = {}
    for file in files("dina.web").joinpath("locale", language, "LC_MESSAGES").iterdir():
        if file.name.endswith(".po"):
            entries = read_po(BytesIO(file.read_bytes()), locale=language)
            for entry in entries:
                if isinstance(entry.id, str):
                    found[entry.id] = str(entry.string)
                else:
                    found |= dict(zip(entry.id, entry.string or entry.id, strict=True))
    return {text: said for text, said in found.items() if text and said}


def N_(text: str) -> str:
    """Marks a text of the catalogue that is translated later, where the language is known."""
    return text


@dataclass(frozen=True, slots=True)
class Counted:
    """A text with a number, `{n}`, and what agrees with it: for one and for many."""

    one: str
    many: str

    def of(self, language: str, count: int) -> str:
        """The form for the number; in French nothing is one of a thing, too."""
        return self.one if count == 1 or (language == "fr" and count == 0) else self.many


def translate(language: str, text: str | Counted, /, **values: object) -> str:
    """The text in the language; one that counts in the form for its `n`, which is written as the language does."""
    if isinstance(text, Counted):
        count = int(str(values["n"]))
        text, values = text.of(language, count), {**values, "n": number(language, count)}
    found = catalogue(language).get(text, text)
    return found.format(**values) if values else found


def number(language: str, value: object) -> str:
    """With all its digits: a coordinate says by them how precisely it is known."""
    return format_decimal(value, locale=LOCALES[language], decimal_quantization=False)  # type: ignore[arg-type]


def percent(language: str, value: float) -> str:
    """A share of one in whole percents."""
    return format_percent(value, locale=LOCALES[language])


def moment(language: str, value: str) -> str:
    """A date-time as recorded, in short ISO form with the zone."""
    return value[:16].replace("T", " ") + " UTC" if len(value) > 16 else value


__all__ = [
    "LANGUAGES",
    "N_",
    "Counted",
    "catalogue",
    "format_datetime",
    "moment",
    "number",
    "percent",
    "translate",
]
