"""What those outside a record's group get to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dina.base.resource.attribute import Calculation


@dataclass(frozen=True)
class Disclosure:
    """What a type tells to callers outside the group of a record, as SQL over its table.

    `rows` says which records they see at all, `open_rows` which everybody may see without signing in.
    `withheld` finds the other records, quickly: they are few, and counted to know how many there are to see.
    `attributes` gives for attributes and to-one relationships what is told instead. All reading goes through
    this: values, filters, sorting, includes, counts; history is for the group alone.
    """

    rows: Calculation
    open_rows: Calculation
    withheld: Calculation
    attributes: Mapping[str, Calculation] = field(default_factory=dict[str, Calculation])
