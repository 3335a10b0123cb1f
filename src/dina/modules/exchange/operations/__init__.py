"""Endpoints of the exchange module beside those of its types."""

from __future__ import annotations

from dina.base.jsonapi.operation import Operation

OPERATIONS: tuple[Operation, ...] = ()
