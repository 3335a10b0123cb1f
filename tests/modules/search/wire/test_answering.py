"""Answers over no index at all."""

from __future__ import annotations

from dina.modules.search.wire.answering import answer


def test_an_index_that_no_module_serves_is_empty() -> None:
    assert answer([], 1)["hits"] == {"total": {"value": 0, "relation": "eq"}, "max_score": None, "hits": []}
