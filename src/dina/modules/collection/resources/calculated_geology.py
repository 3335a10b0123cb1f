"""The units of the chart that a geological context spans, read with the row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, case, func, literal_column, null, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

NAMES = {
    "eon": ("earliestEonOrLowestEonothem", "latestEonOrHighestEonothem"),
    "era": ("earliestEraOrLowestErathem", "latestEraOrHighestErathem"),
    "period": ("earliestPeriodOrLowestSystem", "latestPeriodOrHighestSystem"),
    "epoch": ("earliestEpochOrLowestSeries", "latestEpochOrHighestSeries"),
    "age": ("earliestAgeOrLowestStage", "latestAgeOrHighestStage"),
}


def chronostratigraphy(table: FromClause) -> ColumnElement[Any]:
    """Darwin Core's terms from eon to age, of the oldest and of the youngest unit; null without intervals."""
    earliest, latest = table.c.earliest_geological_interval_id, table.c.latest_geological_interval_id
    low = _ranks(func.coalesce(earliest, latest), "oldest_id", 0)
    high = _ranks(func.coalesce(latest, earliest), "youngest_id", 1)
    return case(
        (func.coalesce(earliest, latest).is_(None), null()), else_=low.op("||", return_type=JSONB())(high)
    )


def _ranks(id_: ColumnElement[Any], end: str, which: int) -> ColumnElement[Any]:
    """`{term: name}` of the unit at one end of an interval and of the four at most above it."""
    from dina.modules.collection.resources.geology import GeologicalInterval

    intervals: Any = GeologicalInterval.__table__
    chosen, unit = intervals.alias(), intervals.alias()
    line = (
        select(unit.c.id, unit.c.name, unit.c.rank, unit.c.parent_id)
        .join(chosen, chosen.c[end] == unit.c.id)
        .where(chosen.c.id == id_)
        .cte("line", recursive=True, nesting=True)
    )
    above = intervals.alias()
    line = line.union(
        select(above.c.id, above.c.name, above.c.rank, above.c.parent_id).join(
            line, line.c.parent_id == above.c.id
        )
    )
    term = case(
        *(
            (line.c.rank == literal_column(f"'{rank}'"), literal_column(f"'{terms[which]}'"))
            for rank, terms in NAMES.items()
        )
    )
    found = select(func.jsonb_object_agg(term, line.c.name)).where(term.is_not(None)).scalar_subquery()
    return func.coalesce(found, literal_column("'{}'::jsonb"), type_=JSONB())
