"""Endpoints of the search module beside those of its types."""

from __future__ import annotations

from dina.base.jsonapi.operation import Operation

OPERATIONS: tuple[Operation, ...] = ()
