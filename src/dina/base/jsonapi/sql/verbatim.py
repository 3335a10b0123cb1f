"""SQL written out, as a typed column."""

from typing import Any

from sqlalchemy import ColumnElement, literal_column


def verbatim(sql: str) -> ColumnElement[Any]:
    """SQL as it stands. Only for text of ours: nothing a caller sent may come here."""
    return literal_column(sql)
