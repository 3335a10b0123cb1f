"""Endpoints of the search module beside those of its types."""

from __future__ import annotations

from dina.base.jsonapi.operation import Operation
from dina.modules.search.operations import former, index, reading, saved, searching, sets
from dina.modules.search.wire import operations as wire

OPERATIONS: tuple[Operation, ...] = (
    *searching.OPERATIONS,
    *sets.OPERATIONS,
    *saved.OPERATIONS,
    *former.OPERATIONS,
    *reading.OPERATIONS,
    *index.OPERATIONS,
    *wire.OPERATIONS,
)
