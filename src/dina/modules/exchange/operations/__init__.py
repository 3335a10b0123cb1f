"""Endpoints of the exchange module beside those of its types."""

from __future__ import annotations

from dina.base.jsonapi.operation import Operation
from dina.modules.exchange.operations import (
    changing,
    exporting,
    fields,
    importing,
    merging,
    publishing,
    replacing,
    specimens,
)

OPERATIONS: tuple[Operation, ...] = (
    *importing.OPERATIONS,
    *fields.OPERATIONS,
    *replacing.OPERATIONS,
    *changing.OPERATIONS,
    *merging.OPERATIONS,
    *exporting.OPERATIONS,
    *publishing.OPERATIONS,
    *specimens.OPERATIONS,
)
