"""Fields and values as numbers: what an entry holds of a value is one 64-bit term."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from psycopg import AsyncConnection

SHIFT = 50
"""Bits of the hash of a value; the number of the field stands above them."""
MASK = (1 << SHIFT) - 1
LOTS = (2, 4, 8, 16, 32, 64, 128, 256, 512)
"""One record in so many belongs to the sample of that name, by which large sets are summed up."""


def term_of(number: int, value: str) -> int:
    """The term of a value (as text) in a field."""
    found = int.from_bytes(blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest()) & MASK
    return number << SHIFT | (found or 1)


def presence_of(number: int) -> int:
    """The term that says that a field has a value at all."""
    return number << SHIFT


def lot_term(size: int) -> int:
    """The term of one of the `LOTS`; no field has the number 0."""
    return size


def lots_of(id_: str) -> list[int]:
    chance = int.from_bytes(blake2b(id_.encode(), digest_size=4).digest())
    return [lot_term(size) for size in LOTS if chance % size == 0]


class Numbers:
    """The numbers of fields by (type, path), as the table `search.field` keeps them."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], int] = {}
        self.kinds: dict[tuple[str, str], str] = {}
        self.fields: dict[int, tuple[str, str]] = {}

    async def load(self, connection: AsyncConnection[Any]) -> None:
        """Read what is new since the last time."""
        cursor = await connection.execute(
            "SELECT number, type, path, kind FROM search.field WHERE number > %s ORDER BY number",
            [max(self.fields, default=0)],
        )
        for number, type_, path, kind in await cursor.fetchall():
            key = (_text(type_), _text(path))
            self.known[key], self.kinds[key], self.fields[number] = number, _text(kind), key

    async def give(self, connection: AsyncConnection[Any], wanted: dict[tuple[str, str], str]) -> None:
        """Give numbers to fields that have none: (type, path) -> kind. Processes take turns.

        So a number is never seen before a lower one, and whoever reads on from the highest misses none.
        """
        async with connection.transaction():
            await connection.execute("LOCK TABLE search.field IN SHARE ROW EXCLUSIVE MODE")
            for (type_, path), kind in wanted.items():
                await connection.execute(
                    "INSERT INTO search.field (type, path, kind) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                    [type_, path, kind],
                )
        await self.load(connection)

    def of(self, type_: str, path: str) -> int | None:
        return self.known.get((type_, path))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value
