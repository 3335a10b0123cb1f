"""Endpoints of the exchange module beside those of its types."""

from __future__ import annotations

from dina.base.jsonapi.operation import Operation
from dina.modules.exchange.operations import exporting, importing, publishing

OPERATIONS: tuple[Operation, ...] = (
    *importing.OPERATIONS,
    *exporting.OPERATIONS,
    *publishing.OPERATIONS,
)
