"""The account an import gives: rows and values in, rows and values stored, and the exceptions."""

from __future__ import annotations

from typing import Any

from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.check import filled
from dina.modules.exchange.importing.planning import Running


async def held_by(running: Running) -> int:
    """How many records the change set holds by now."""
    path = f"/{running.prepared.module}/v1/change-set/{running.change_set}"
    answer = await running.job.client.get(path)
    return answer.json()["data"]["attributes"]["changeCount"] if answer.status_code == 200 else 0


async def receipt_of(running: Running) -> dict[str, Any]:
    """Rows and values that came in, and where every one of them is now.

    `rows` of the file are those of `earlier` runs and the `created`, `updated`, `unchanged`, `failed` and
    `skipped` of this one. `values` of all rows imported are `stored` (as such, or read with the text kept
    beside) or `notImported`, by column; `records` sent are compared with those the change set holds, which
    count alone where the run was interrupted. `events` are those made in this run that are still there.
    """
    job, dataset = running.job, running.dataset
    left = [
        {"heading": one["heading"], "column": one["column"]}
        for one in dataset["mapping"]["columns"]
        if (one.get("skip") or not one.get("field")) and filled(running.prepared, one["column"])
    ]
    unmapped = sorted({one["position"] for one in running.prepared.columns} - set(running.prepared.mapped))
    async with job.pools.write.connection() as connection:
        made = await store.made_counts(connection, dataset["id"])
        events = await store.shared_count(connection, dataset["id"]) - running.earlier["events"]
        rows, values, lost = await store.values_in(connection, dataset["id"], unmapped)
    held = await held_by(running)
    return {
        **{action: made[action] - running.earlier[action] for action in made},
        **running.counts,
        **({"records": held - events - running.earlier["first"]} if running.resumed else {}),
        "events": events,
        "earlier": running.earlier["created"] + running.earlier["updated"],
        "rows": rows,
        "values": values,
        "stored": values - lost,
        "notImported": lost,
        "columnsNotImported": left,
        "recordsHeld": held,
        "changeSet": running.change_set,
    }
