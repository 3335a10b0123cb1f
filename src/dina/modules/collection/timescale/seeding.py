"""The time scale as rows, brought up to date at each migration."""

from __future__ import annotations

from typing import Any

from dina.modules.collection import timescale

COLUMNS = (
    "name", "french_name", "rank", "scheme", "maximum_age_ma", "minimum_age_ma", "synonyms", "classification",
    "parent_id", "oldest_id", "youngest_id",
)  # fmt: skip


def seed(connection: Any) -> None:
    """Every interval, with the same id everywhere; rows that say the same already are left alone."""
    names = ", ".join(COLUMNS)
    marks = ", ".join(f"%({column})s" for column in COLUMNS)
    changes = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS)
    here = ", ".join(f"i.{column}" for column in COLUMNS)
    there = ", ".join(f"excluded.{column}" for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO collection.geological_interval AS i (id, created_by, {names}) "
            f"VALUES (%(id)s, 'system', {marks}) ON CONFLICT (id) DO UPDATE SET {changes} "
            f"WHERE ({here}) IS DISTINCT FROM ({there})",
            [row_of(one) for one in timescale.intervals().values()],
        )


def row_of(one: timescale.Interval) -> dict[str, Any]:
    scale = timescale.intervals()
    return {
        "id": one.id,
        "name": one.name,
        "french_name": one.french,
        "rank": one.rank,
        "scheme": one.scheme,
        "maximum_age_ma": one.maximum_ma,
        "minimum_age_ma": one.minimum_ma,
        "synonyms": list(one.synonyms),
        "classification": "|".join(above.name for above in timescale.lineage(one.name)),
        "parent_id": scale[one.parent].id if one.parent else None,
        "oldest_id": scale[one.oldest].id,
        "youngest_id": scale[one.youngest].id,
    }
