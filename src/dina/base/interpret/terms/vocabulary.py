"""Vocabularies as tables of terms: their keys, names, and the words people use for them."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..reading import unaccented


@dataclass(frozen=True, slots=True)
class Term:
    """A value of a vocabulary: our key, the spelling of Darwin Core or GBIF, names in both languages."""

    key: str
    standard: str
    en: str
    fr: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of one table and the words for each, in the form of `folded`."""

    terms: dict[str, Term]
    words: dict[str, str]
    squeezed: dict[str, str]
    longest: int

    def term(self, written: str) -> Term | None:
        """The term a text is exactly a word for."""
        plain = folded(written)
        key = self.words.get(plain) or self.squeezed.get(plain.replace(" ", ""))
        return self.terms[key] if key else None

    def found(self, text: str) -> list[tuple[str, int, int]]:
        """Keys of the words within a text with their place among its words, longest first, no overlap."""
        pieces = folded(text).split()
        found: list[tuple[str, int, int]] = []
        at = 0
        while at < len(pieces):
            width = next(
                (
                    n
                    for n in range(self.longest, 0, -1)
                    if " ".join(pieces[at : at + n]) in self.words and at + n <= len(pieces)
                ),
                0,
            )
            if width:
                found.append((self.words[" ".join(pieces[at : at + width])], at, at + width))
            at += width or 1
        return found


def folded(text: str) -> str:
    """Lower case, no accents, words parted by single spaces; the signs ♂ ♀ and others are words."""
    text = re.sub(r"([♂♀☿⚥⚲⚪☽])[\ufe0e\ufe0f]?", r" \1 ", unaccented(text))
    return " ".join(re.findall(r"[^\W_]+|[♂♀☿⚥]", text))


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of `data/NAME.toml`: [key] with standard, en, fr and words."""
    table = tomllib.loads((files("dina.base.interpret") / "data" / f"{name}.toml").read_text("utf-8"))
    terms = {key: Term(key, entry["standard"], entry["en"], entry["fr"]) for key, entry in table.items()}
    words = {
        folded(word): key
        for key, entry in table.items()
        for word in (*entry["words"], entry["standard"], entry["en"], entry["fr"], key)
    }
    squeezed = {word.replace(" ", ""): meant for word, meant in words.items() if len(word) > 7}
    return Vocabulary(terms, words, squeezed, max(len(word.split()) for word in words))
