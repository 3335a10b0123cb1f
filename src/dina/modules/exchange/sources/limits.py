"""How much of anything a file may claim, and what a person may correct."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds against files made to exhaust a server; sizes in bytes, `ratio` is unpacked to packed size.

    The ratio counts only for members above `ratio_from`: a table of a few repeated words packs well.
    `cell` is characters of one value, `record_lines` physical lines of one quoted record.
    `link_check` is the size of core and extensions up to which opening counts orphaned rows.
    """

    total: int = 6 * GIB
    members: int = 10_000
    ratio: int = 400
    ratio_from: int = 64 * MIB
    nesting: int = 2
    columns: int = 16_384
    cell: int = 16 * MIB
    record_lines: int = 20_000
    xml_depth: int = 200
    xml_document: int = 64 * MIB
    workbook: int = GIB
    workbook_memory: int = 2 * GIB
    workbook_seconds: int = 600
    link_check: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a person says about the file, against what was found; None leaves it to us.

    `header` is the 1-based line (sheet row) of the headings, 0 for none. `quote` "" means none.
    `sheet` keeps one sheet or table by name. `undecodable` True reads bytes that are no text of the
    encoding as U+FFFD instead of refusing the file.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header: int | None = None
    sheet: str | None = None
    undecodable: bool = False
