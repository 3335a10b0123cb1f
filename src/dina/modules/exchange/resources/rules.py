"""Rules of imports: shapes of what is said of them, and that nothing is pulled from under a job's feet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken
from dina.modules.exchange.importing import shapes


def shapes_fit(draft: Draft) -> Iterable[Error]:
    """`reading`, `mapping` and `decisions` are what the import understands."""
    for name in shapes.SHAPES:
        if draft.get(name) is not None and draft.changed(name):
            yield from shapes.faults(name, draft.get(name))


async def not_at_work(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """A data set with a job that waits or runs is not deleted."""
    cursor = await context.connection.execute(
        "SELECT DISTINCT parameters ->> 'dataset' FROM dina.job WHERE module = 'exchange' "
        "AND state IN ('queued', 'running') AND parameters ->> 'dataset' = ANY(%s)",
        [[draft.id for draft in drafts]],
    )
    busy = {row[0].decode() if isinstance(row[0], bytes) else row[0] for row in await cursor.fetchall()}
    return [(at, broken("import.busy", "")) for at, draft in enumerate(drafts) if draft.id in busy]
