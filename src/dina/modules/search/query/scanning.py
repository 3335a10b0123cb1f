"""The text of a search box, character by character: words, quoted texts and values with their signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = re.compile(r"([^\W\d][\w.,-]{0,300}?):(?!//)")
BLANK = re.compile(r"\s*")
Char = tuple[str, bool]
"""A character, and whether it is one that was quoted and so is no sign."""


class Scanner:
    """Goes through a text from left to right, never back further than the token it is in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def next(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def blank(self) -> None:
        found = BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def takes(self, sign: str) -> bool:
        """Whether the text goes on with this; then it is behind us."""
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def keyword(self, words: frozenset[str]) -> bool:
        """Whether a word of these in capitals follows, alone."""
        for word in words:
            end = self.at + len(word)
            if self.text.startswith(word, self.at) and (
                self.text[end : end + 1] in ("", "(", ")") or self.text[end].isspace()
            ):
                self.at = end
                return True
        return False

    def name(self) -> str | None:
        """The name before a colon, if one follows; it stays ahead of us."""
        found = NAME.match(self.text, self.at)
        return found[1] if found else None

    def quoted(self) -> str:
        """A quoted text from its first quote on; an unclosed one goes to the end. A backslash protects."""
        self.at += 1
        out: list[str] = []
        while self.at < len(self.text):
            sign = self.next
            self.at += 1
            if sign == '"':
                break
            if sign == "\\" and self.next in ('"', "\\"):
                sign = self.next
                self.at += 1
            out.append(sign)
        return "".join(out)

    def word(self) -> str:
        """Everything up to a blank, a quote or a parenthesis."""
        start = self.at
        while self.at < len(self.text) and not self.next.isspace() and self.next not in '"()':
            self.at += 1
        return self.text[start : self.at]

    def value(self) -> list[Char]:
        """A value up to a blank or the parenthesis that closes a group; pairs of its own belong to it."""
        out: list[Char] = []
        opened = 0
        while self.at < len(self.text) and not self.next.isspace():
            sign = self.next
            if sign == '"':
                out.append(("", True))
                out += [(one, True) for one in self.quoted()]
                continue
            if sign == ")" and not opened:
                break
            opened += {"(": 1, ")": -1}.get(sign, 0)
            out.append((sign, False))
            self.at += 1
        return out

    def enclosed(self) -> str:
        """What stands between the parenthesis before us and the one that closes it."""
        self.at += 1
        start, opened = self.at, 1
        while self.at < len(self.text):
            opened += {"(": 1, ")": -1}.get(self.next, 0)
            self.at += 1
            if not opened:
                return self.text[start : self.at - 1]
        return self.text[start:]


def plain(chars: list[Char]) -> str:
    return "".join(one for one, _ in chars)


def split(chars: list[Char], signs: str) -> list[list[Char]]:
    """The parts of a value between unquoted signs."""
    parts: list[list[Char]] = [[]]
    for one in chars:
        if not one[1] and one[0] in signs:
            parts.append([])
        else:
            parts[-1].append(one)
    return parts


def ends(chars: list[Char]) -> tuple[list[Char], list[Char]] | None:
    """The two ends of a range `a..b`; None if it is none."""
    for at in range(len(chars) - 1):
        if chars[at] == (".", False) == chars[at + 1]:
            return chars[:at], chars[at + 2 :]
    return None


@dataclass(frozen=True, slots=True)
class Word:
    """A word of free text: its beginning only (`mead*`), with slips forgiven (`medow~`)."""

    text: str
    begins: bool = False
    fuzzy: bool = False
    starred: bool = False
    """There are other stars or question marks in it, which mean nothing in free text."""


def word_of(raw: str) -> Word:
    """A bare word without its signs."""
    text = raw.rstrip("*~")
    signs = raw[len(text) :]
    spaced = text.replace("*", " ").replace("?", " ").strip() if "*" in text or text.startswith("?") else text
    return Word(spaced, "*" in signs, "~" in signs, spaced != text)
