"""Which characters the bytes of a file mean.

UTF-8 and UTF-16 prove themselves; for one-byte encodings each candidate is judged by how its letters
would sit in words, because `é` inside a word is likely and `≈` or `Œ` inside one is not.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from charset_normalizer import from_bytes

CHUNK = 1 << 20
_SAMPLE = 1 << 18
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# In order of how often collections deliver them: a tie goes to the earlier.
_ONE_BYTE = ("windows-1252", "mac-roman", "cp850", "cp437", "windows-1250", "windows-1251", "windows-1253")
_NATIONAL = ("windows-1250", "windows-1251", "windows-1253")
_CENTRAL = tuple(bytes([byte]) for byte in (0xEC, 0xF8, 0xF9, 0xF2))
# Bounded, so that endless runs of letters cost no more than words.
_WORD = re.compile(rb"[A-Za-z'-]{0,60}[\x80-\xff][A-Za-z\x80-\xff'-]{0,500}")
_NAMED = {
    "shift_jis": "shift_jis",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5",
    "euc_kr": "euc_kr",
    "cp949": "cp949",
    "koi8_r": "koi8-r",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by its Python codec name, how sure (0 to 1) and how it is known."""

    name: str
    confidence: float
    how: Literal["byte-order mark", "stated", "detected", "given"] = "detected"


@dataclass(slots=True)
class Scan:
    """What one pass over the bytes of a file found. Positions are bytes from 0, lines from 1."""

    size: int = 0
    lines: int = 0
    nul: int = 0
    first_nul_line: int | None = None
    controls: int = 0
    beyond_ascii: int = 0
    sequences: int = 0
    sample: bytes = b""
    words: tuple[bytes, ...] = ()
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first byte that is no text of an encoding."""

    line: int
    byte: int
    position: int


def fault_in(path: Path, encoding: str) -> Fault | None:
    """The first byte of a file that is no text of this encoding, or None; the whole file is read."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position, line = 0, 1
    with path.open("rb") as raw:
        while True:
            chunk = raw.read(CHUNK)
            held = decoder.getstate()[0]
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                at = position - len(held) + error.start
                before = (held + chunk)[: error.start].decode(encoding, "ignore")
                line += before.count("\n") or before.count("\r")
                return Fault(line, (held + chunk)[error.start], at)
            except UnicodeError:
                # UTF-16 and UTF-32 ask for their mark first; without it the first byte is the fault.
                return Fault(line, chunk[0], position)
            if not chunk:
                return None
            position += len(chunk)
            line += text.count("\n") or text.count("\r")


def scan(path: Path) -> Scan:
    """One pass: size, lines, NULs, bytes beyond ASCII, and the words these stand in."""
    found = Scan()
    words: list[bytes] = []
    last = b""
    with path.open("rb") as raw:
        while chunk := raw.read(CHUNK):
            if not found.head:
                found.head = chunk[:_SAMPLE]
            if b"\0" in chunk and found.first_nul_line is None:
                found.first_nul_line = found.lines + chunk[: chunk.index(b"\0")].count(b"\n") + 1
            found.nul += chunk.count(b"\0")
            found.size += len(chunk)
            found.lines += chunk.count(b"\n") or chunk.count(b"\r")
            found.controls += len(chunk) - len(chunk.translate(None, _CONTROLS))
            if not chunk.isascii():
                found.beyond_ascii += len(chunk) - len(chunk.translate(None, _HIGH))
                if len(words) < 5000:
                    words += _WORD.findall(chunk)[: 5000 - len(words)]
            last = chunk[-1:]
    if found.size and last not in (b"\n", b"\r", b"\0"):
        found.lines += 1
    found.words = tuple(words)
    return found


_HIGH = bytes(range(128, 256))
_CONTROLS = bytes([*range(2, 7), *range(14, 26), 28, 29, 30])
"""Characters no text holds; \\x01 and \\x1f separate columns in exports of some databases."""


def detect(path: Path, found: Scan) -> Encoding:
    """The encoding of a file; confidence below 0.8 means a person should look."""
    for mark, name in _MARKS:
        if found.head.startswith(mark):
            return Encoding(name, 1.0, "byte-order mark")
    if found.nul and (wide := _wide(found)):
        return wide
    if not found.beyond_ascii:
        return Encoding("utf-8", 1.0)
    fault = fault_in(path, "utf-8")
    if fault is None:
        return Encoding("utf-8", 1.0 if found.beyond_ascii > 3 else 0.98)
    broken = _mostly_utf8(found)
    if broken:
        return Encoding("utf-8", 0.5)
    return _one_byte(found)


def _wide(found: Scan) -> Encoding | None:
    head = found.head[: len(found.head) & ~1]
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if odd > half * 0.3 and even < odd / 10:
        return Encoding("utf-16-le", min(0.99, 0.7 + odd / half / 3))
    if even > half * 0.3 and odd < even / 10:
        return Encoding("utf-16-be", min(0.99, 0.7 + even / half / 3))
    return None


def _mostly_utf8(found: Scan) -> bool:
    """Nearly all words beyond ASCII are UTF-8: it is UTF-8 with a fault, not another encoding."""
    good = 0
    for word in found.words:
        try:
            word.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            pass
    return len(found.words) >= 5 and good / len(found.words) >= 0.9


def _one_byte(found: Scan) -> Encoding:
    sample = b"\n".join(found.words)
    dense = sum(byte > 127 for byte in sample) / max(len(sample), 1)
    if dense > 0.4:
        asian = _asian(sample)
        if asian:
            return asian
    scores = sorted(
        ((_score(found.words, name), -rank, name) for rank, name in enumerate(_ONE_BYTE)), reverse=True
    )
    best, _, name = scores[0]
    if name in _NATIONAL and dense < 0.5 and name != "windows-1250":
        best, _, name = next(score for score in scores if score[2] not in _NATIONAL)
    # Central Europe shares most letters with the west: only its own common ones make it a rival.
    slavic = sum(sample.count(byte) for byte in _CENTRAL) / max(sum(b > 127 for b in sample), 1)
    rival = max(
        score - (0.3 if other == "windows-1250" and slavic < 0.25 else 0.0)
        for score, _, other in scores
        if other != name and other != "cp437"
    )
    confidence = 0.5 + max(0.0, min(best - rival, 1.0)) * 0.4 + min(len(found.words), 50) / 500
    if best < 0.3:
        asian = _asian(found.head[: found.head.rfind(b"\n", 0, 1 << 16) + 1])
        if asian and asian.confidence >= 0.7:
            return asian
        confidence = min(confidence, 0.4)
    if name == "windows-1252" and not any(0x80 <= byte <= 0x9F for byte in sample):
        # Without bytes of that range both encodings give the same text.
        name = "iso-8859-1"
    return Encoding(name, round(min(confidence, 0.99), 2))


def _asian(sample: bytes) -> Encoding | None:
    found = from_bytes(sample, cp_isolation=[*_NAMED]).best()
    if found is None or found.encoding not in _NAMED:
        return None
    return Encoding(_NAMED[found.encoding], round(max(0.5, 0.95 - found.chaos), 2))


def _score(words: tuple[bytes, ...], name: str) -> float:
    """The mean likeliness (-1 to 1) of the characters beyond ASCII in their words."""
    total = count = 0
    for word in words:
        try:
            text = word.decode(name)
        except UnicodeDecodeError:
            return -1.0
        # No language of the west writes whole words in accented letters.
        foreign = len(text) > 3 and sum(ord(char) > 127 for char in text) > len(text) * 0.7
        if foreign and name not in ("windows-1251", "windows-1253"):
            count += len(text)
            total -= len(text) * 0.5
            continue
        for position, char in enumerate(text):
            if ord(char) < 128:
                continue
            count += 1
            before = text[position - 1] if position else ""
            after = text[position + 1] if position + 1 < len(text) else ""
            total += _likely(char, before, after, name)
    return total / count if count else 0.0


_COMMON = set("éèêëàâäáãåçíìîïñóòôöõøúùûüýßæœÉÈÀÂÄÅÇÖØÜÁÍÓÚÑß")
_SIGNS = set("°±×–—‘’“”…«»µ½¼²³·†‡•♂♀ºª©®€£§")


def _likely(char: str, before: str, after: str, name: str) -> float:
    joined = before.isalpha() or after.isalpha()
    if char.isalpha() and char not in "ªº":
        if char.isupper() and before.islower():
            return -1.0
        base = 1.0 if char in _COMMON else 0.35
        if name in _NATIONAL and ord(char) > 0x17F:
            base = 0.9 if before == "" or ord(before) > 0x17F or ord(after or "\0") > 0x17F else -0.6
        return base if joined else base / 3
    if char in "’‘":
        return 0.8 if joined else 0.4
    if char in _SIGNS:
        return -0.4 if before.isalpha() and after.isalpha() and char not in "·–" else 0.5
    if char == "\xa0":
        return 0.2 if not joined else 0.0
    return -1.0
