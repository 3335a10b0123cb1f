"""Percentages computed from counts, read with the row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Numeric, cast, func, literal_column
from sqlalchemy.sql.elements import ColumnElement

from dina.base.resource.attribute import Calculation


def percent(part: str, whole: str, *without: str) -> Calculation:
    """`part` of `whole` less the columns `without`, to one decimal; null when there is nothing to divide by."""

    def calculation(table: FromClause) -> ColumnElement[Any]:
        base: ColumnElement[Any] = table.c[whole]
        for name in without:
            base = base - func.coalesce(table.c[name], literal_column("0"))
        share = (
            cast(table.c[part], Numeric()) * literal_column("100") / func.nullif(base, literal_column("0"))
        )
        return func.round(share, literal_column("1"), type_=Numeric())

    return calculation
