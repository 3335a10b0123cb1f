"""How a delimited file is written: delimiter, quotes, line ends and headings, found from its beginning."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from . import headings
from .encoding import Encoding, Scan, detect, fault_in, scan
from .limits import Limits, Overrides
from .model import Dialect
from .problems import SourceError, SourceProblem
from .records import undecodable_bytes

_DELIMITERS = (",", "\t", ";", "|", "^", "~", "\x1f", "\x01")
_ROWS = 200
_LITERALS = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\r\\n": "\r\n", "\\0": "", "\\\\": "\\"}


def literal(text: str) -> str:
    """A character as descriptors write it: `\\t`, `\\\\t`, `&#9;` already resolved, or itself."""
    while text.startswith("\\\\") and len(text) > 2:
        text = text[1:]
    for written, meant in _LITERALS.items():
        text = text.replace(written, meant) if len(text) > 1 else text
    return text


def examine(
    path: Path, file: str, limits: Limits, overrides: Overrides, stated: str | None = None
) -> tuple[Scan, Encoding, list[SourceProblem]]:
    """The bytes of a text file and the encoding to read it in: given, stated if true, or detected.

    SourceError `binary` for what is no text, `undecodable` with line and byte where the encoding does
    not fit and no other surely does.
    """
    found = scan(path)
    problems: list[SourceProblem] = []
    if overrides.encoding:
        given = Encoding(known(overrides.encoding, file), 1.0, "given")
        if not overrides.undecodable and fault_in(path, given.name) is not None:
            raise undecodable_bytes(path, file, given.name)
        return found, given, problems
    detected = detect(path, found)
    wide = detected.name.startswith(("utf-16", "utf-32"))
    if found.size and not wide and (found.nul > found.size * 0.05 or found.controls > found.size * 0.05):
        raise SourceError("binary", file)
    if found.nul and not wide:
        problems.append(SourceProblem("nul_bytes", file, found.first_nul_line, {"count": found.nul}))
    encoding = _agreed(path, file, found, detected, stated, problems)
    if (
        encoding.name == "utf-8"
        and found.beyond_ascii
        and not overrides.undecodable
        and encoding.confidence < 0.9
    ):
        raise undecodable_bytes(path, file, "utf-8")
    if encoding.how == "detected" and encoding.confidence < 0.8:
        values = {"encoding": encoding.name, "confidence": f"{encoding.confidence:.0%}"}
        problems.append(SourceProblem("encoding_uncertain", file, None, values))
    return found, encoding, problems


def _agreed(
    path: Path, file: str, found: Scan, detected: Encoding, stated: str | None, problems: list[SourceProblem]
) -> Encoding:
    if not stated or not stated.strip():
        return detected
    try:
        name = codecs.lookup(stated.strip()).name
    except LookupError:
        problems.append(SourceProblem("encoding_unknown", file, None, {"encoding": stated}))
        return detected
    if not found.beyond_ascii and not found.nul:
        return Encoding("utf-8", 1.0, "stated")
    if name == "utf-8" and detected.name in ("utf-8", "utf-8-sig") and detected.confidence > 0.9:
        return replace(detected, how="stated")
    if name != "utf-8" and detected.name not in ("utf-8", "utf-8-sig") and detected.how != "byte-order mark":
        if fault_in(path, name) is None:
            return Encoding(name, 0.95, "stated")
    elif detected.how == "byte-order mark" and name.startswith("utf") and detected.name.startswith(name[:6]):
        return detected
    if name == "utf-8" and detected.name == "utf-8":
        return detected
    fault = fault_in(path, name)
    line = fault.line if fault else None
    values = {"stated": stated, "used": detected.name, "byte": f"{fault.byte:02X}" if fault else ""}
    code = "encoding_misstated" if fault else "encoding_doubtful"
    problems.append(SourceProblem(code, file, line, values))
    return detected


def known(encoding: str, file: str) -> str:
    """The codec's own name; SourceError `encoding_unknown` where Python has none."""
    try:
        return codecs.lookup(encoding.strip()).name
    except LookupError:
        raise SourceError("encoding_unknown", file, None, encoding=encoding) from None


def sniff(
    path: Path, file: str, encoding: Encoding, found: Scan, limits: Limits, overrides: Overrides
) -> tuple[Dialect, list[list[str]]]:
    """The dialect of a text table without a descriptor, and its first records from the headings on."""
    errors = "replace" if overrides.undecodable else "strict"
    with path.open(encoding=encoding.name, errors=errors, newline="") as text:
        sample = text.read(1 << 17).replace("\0", "")
    end = _line_end(sample)
    cut = sample.rfind("\r" if end == "\r" else "\n")
    whole = sample[: cut + 1] if cut > 0 and len(sample) == 1 << 17 else sample
    delimiter, sure = _delimiter(whole, end, path.suffix.casefold())
    if overrides.delimiter is not None:
        delimiter, sure = literal(overrides.delimiter), 1.0
    quote = _quote(whole, delimiter, end)
    if overrides.quote is not None:
        quote = overrides.quote[:1]
    escape = _escape(whole, delimiter, quote, end) if overrides.escape is None else overrides.escape
    spaced = bool(quote) and f"{delimiter} {quote}" in whole and f"{delimiter}{quote}" not in whole
    records = _records(whole, delimiter, quote, end, escape, spaced=spaced)
    if any(len(cells) > limits.columns for _, cells in records):
        raise SourceError("too_many_columns", file, records[0][0], limit=limits.columns)
    header, skip = _header(records, overrides)
    dialect = Dialect(
        encoding.name, delimiter, quote, escape, end, header, skip,
        round(min(encoding.confidence, sure), 2), encoding.how,
        "given" if overrides.delimiter is not None else "detected", spaced,
    )  # fmt: skip
    start = next((i for i, (line, _) in enumerate(records) if line >= (header or skip + 1)), len(records))
    return dialect, [cells for _, cells in records[start:]]


def _header(records: Sequence[tuple[int, list[str]]], overrides: Overrides) -> tuple[int, int]:
    """(line of the headings or 0, lines to skip)."""
    if overrides.header is not None:
        position = next((i for i, (line, _) in enumerate(records) if line >= overrides.header), None)
        if not overrides.header or position is None:
            return 0, 0
    else:
        position = headings.find([cells for _, cells in records])
        if position is None:
            return 0, 0
    header = records[position][0]
    following = records[position + 1][0] if position + 1 < len(records) else header + 1
    spread = sum(cell.count("\n") or cell.count("\r") for cell in records[position][1])
    return header, min(following - 1, header + spread) if spread else header


def _line_end(sample: str) -> str:
    pairs = sample.count("\r\n")
    feeds, returns = sample.count("\n") - pairs, sample.count("\r") - pairs
    if pairs and pairs >= feeds:
        return "\r\n"
    return "\r" if returns > feeds + pairs else "\n"


def _records(
    sample: str, delimiter: str, quote: str, end: str, escape: str = "", *, spaced: bool = False
) -> list[tuple[int, list[str]]]:
    """The first records of a sample with their lines; a last one cut off by a quote is left out."""
    splitter = "\r" if end == "\r" else "\n"
    lines = [line + splitter for line in sample.split(splitter)]
    if lines and not lines[-1].strip("\r\n"):
        lines.pop()
    if not quote and not escape:
        plain = ((number, line.rstrip("\r\n")) for number, line in enumerate(lines[:_ROWS], 1))
        return [(number, line.split(delimiter)) for number, line in plain if line]
    if len(delimiter) > 1:
        lines = [line.replace(delimiter, "\ud803") for line in lines]
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(
        (line.replace("\r", "") + ("" if splitter == "\n" else "\n") for line in lines),
        delimiter=delimiter if len(delimiter) == 1 else "\ud803",
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=escape or None,
        skipinitialspace=spaced,
    )
    started = 0
    try:
        for cells in reader:
            if cells:
                found.append((started + 1, cells))
            started = reader.line_num
            if len(found) >= _ROWS:
                break
    except csv.Error:
        pass
    return found


def _delimiter(sample: str, end: str, suffix: str) -> tuple[str, float]:
    """The delimiter that gives the most even rows, and how sure that is."""
    best, second = (0.0, "\t" if suffix in (".tsv", ".tab") else ","), 0.0
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        score = max(_evenness(sample, delimiter, quote, end) for quote in ('"', ""))
        if (suffix == ".csv" and delimiter in ",;") or (suffix in (".tsv", ".tab") and delimiter == "\t"):
            score *= 1.15
        if score > best[0]:
            best, second = (score, delimiter), best[0]
        else:
            second = max(second, score)
    if not best[0]:
        return best[1], 0.5
    return best[1], round(min(0.99, 0.6 + 0.4 * (best[0] - second) / best[0]), 2)


def _evenness(sample: str, delimiter: str, quote: str, end: str) -> float:
    widths = [len(cells) for _, cells in _records(sample, delimiter, quote, end)]
    if not widths:
        return 0.0
    width, times = Counter(widths).most_common(1)[0]
    if width < 2:
        # A delimiter of the headings alone still tells where most rows are short.
        width, times = widths[0], widths.count(widths[0])
        if width < 2:
            return 0.0
    return (times / len(widths)) * min(width, 30) ** 0.5


def _quote(sample: str, delimiter: str, end: str) -> str:
    """`"`, `'` or none: quotes that open and close cells and leave the rows as even or more."""
    if '"' not in sample:
        return "'" if _encloses(sample, delimiter, "'") else '"'
    if delimiter in ",;":
        return '"'
    if not _encloses(sample, delimiter, '"'):
        return ""
    with_quotes, without = (_agreement(sample, delimiter, quote, end) for quote in ('"', ""))
    return '"' if with_quotes >= without else ""


def _escape(sample: str, delimiter: str, quote: str, end: str) -> str:
    """A backslash where it stands before quotes inside of cells, as databases write them, else none."""
    if not quote or f"\\{quote}" not in sample:
        return ""
    with_it, without = (_agreement(sample, delimiter, quote, end, one) for one in ("\\", ""))
    return "\\" if with_it > without else ""


def _agreement(sample: str, delimiter: str, quote: str, end: str, escape: str = "") -> tuple[bool, float]:
    """Whether the first row is as wide as most, and how many are."""
    widths = [len(cells) for _, cells in _records(sample, delimiter, quote, end, escape)]
    if not widths:
        return False, 0.0
    width, times = Counter(widths).most_common(1)[0]
    return widths[0] == width, times / len(widths)


def _encloses(sample: str, delimiter: str, quote: str) -> bool:
    opening = sample.count(delimiter + quote) + sample.count("\n" + quote)
    closing = sample.count(quote + delimiter) + sample.count(quote + "\n") + sample.count(quote + "\r")
    return opening > 0 and closing > 0 and abs(opening - closing) <= max(2, opening * 0.1)
