"""Storage places with all that is within them, as the index and the caller's sight of it know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from dina.modules.search.engine.registry import Registry
from dina.modules.search.engine.terms import Lookup, condition_of
from dina.modules.search.index.numbers import term_of
from dina.modules.search.index.store import sql
from dina.modules.search.query.tree import Compare, Op

UNIT, ABOVE = "storage-unit", "parentStorageUnit"
CALLED = ("name", "barcode")
BELOW = " > "
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Visible:
    """SQL of the entries that a caller may see, with its values."""

    source: str
    values: Mapping[str, Any]


@dataclass
class Places:
    """Looks storage places up."""

    connection: AsyncConnection[Any]
    registry: Registry
    visible: Visible

    async def within(self, which: str) -> list[str]:
        """The ids of the places meant, by id, barcode or the names down to them, and of all within them."""
        found: set[str] = set()
        here = await self._meant(which)
        for _ in range(DEEPEST):
            found |= here
            here = await self._below(here) - found
            if not here:
                break
        return sorted(found)

    async def _meant(self, which: str) -> set[str]:
        by_id = await self._ids("id::text = %(which)s", which=which.lower())
        if by_id:
            return by_id
        here: set[str] | None = None
        for name in which.split(BELOW):
            called = await self._called(name.strip())
            inside = await self._below(here) if here is not None else called
            here = called & inside
            if not here:
                break
        return here or set()

    async def _called(self, name: str) -> set[str]:
        numbers = [n for one in CALLED if (n := self.registry.numbers.of(UNIT, one)) is not None]
        condition = condition_of("keyword", Compare(CALLED[0], Op.EQ, (name,)))
        terms = await Lookup(self.connection).find(numbers, condition) if numbers and name else []
        return await self._with(terms or [])

    async def _below(self, above: set[str]) -> set[str]:
        number = self.registry.numbers.of(UNIT, ABOVE)
        return await self._with([term_of(number, one) for one in above]) if number else set()

    async def _with(self, terms: Sequence[int]) -> set[str]:
        return await self._ids("terms && %(terms)s::bigint[]", terms=list(terms)) if terms else set()

    async def _ids(self, condition: str, **values: Any) -> set[str]:
        cursor = await self.connection.execute(
            sql(f"SELECT id::text FROM {self.visible.source} AND type = '{UNIT}' AND {condition}"),
            {**self.visible.values, **values},
        )
        return {one.decode() if isinstance(one, bytes) else one for (one,) in await cursor.fetchall()}
