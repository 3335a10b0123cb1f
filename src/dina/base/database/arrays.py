"""Arrays as PostgreSQL reads them: taking a list apart in Python can cost more than the query."""

from __future__ import annotations

from collections.abc import Iterable


def array(values: Iterable[object]) -> str:
    """Values whose texts need no quotes: UUIDs, numbers, codes of our own."""
    return "{" + ",".join(map(str, values)) + "}"


def byte_array(values: Iterable[bytes]) -> str:
    return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in values) + "}"
