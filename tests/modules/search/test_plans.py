"""A page of few records is put in order after they are found, whatever the planner thinks of hundreds of values."""

from __future__ import annotations

from typing import Any

import pytest

from dina.app import App
from dina.modules.search.engine import Search, Sight, registry_of, search, searching
from dina.modules.search.engine.asking import Asking
from dina.modules.search.index.store import sql
from dina.modules.search.query.tree import Compare, Op

COUNTRY = Compare("collectingEvent.dwcCountry", Op.EQ, ("Turkey",))


@pytest.mark.parametrize(("few", "walks"), [(searching.FEW, False), (0, True)])
async def test_the_order_of_all_records_is_walked_only_where_many_are_found(
    searched: App, monkeypatch: pytest.MonkeyPatch, few: int, walks: bool
) -> None:
    """With sorting made dear, a planner walks through all records in their order wherever it is free to."""
    monkeypatch.setattr(searching, "FEW", few)
    asked: list[tuple[str, dict[str, Any]]] = []
    rows = Asking.rows

    async def noted(self: Asking, text: str, more: Any = None) -> list[tuple[Any, ...]]:
        asked.append((text, {**self.values, **(more or {})}))
        return await rows(self, text, more)

    monkeypatch.setattr(Asking, "rows", noted)
    assert searched.pools is not None
    async with searched.pools.read.connection() as connection, connection.transaction():
        registry = await registry_of(searched.services["search"], connection)
        found = await search(
            connection, registry, Sight(True), Search("material-sample", tree=COUNTRY, limit=20)
        )
        assert 100 < found.total < searching.FEW or walks
        for name in ("enable_sort", "enable_incremental_sort", "enable_bitmapscan", "enable_seqscan"):
            await connection.execute(sql(f"SET LOCAL {name} = off"))
        text, values = next(one for one in asked if "ORDER BY k0" in one[0])
        plan = await (await connection.execute(sql("EXPLAIN " + text), values)).fetchall()
    # The page itself, below the limit: what joins the documents to it is another part of the plan.
    lines = [str(line) for (line,) in plan]
    below = "\n".join(lines[next(at for at, line in enumerate(lines) if "Limit" in line) :])
    assert ("Sort" in below.split("Index Scan")[0]) is not walks, below
