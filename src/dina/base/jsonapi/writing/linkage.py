"""What new and changed resources are linked to: it is there, of the right type, and closes no loop (api.md §13.4)."""

from __future__ import annotations

from typing import Any

from dina.base.errors import Error
from dina.base.json import is_array
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.changes import named
from dina.base.jsonapi.writing.drafts import Pending
from dina.base.jsonapi.writing.run import Run


async def check_links(run: Run, pending: list[Pending]) -> None:
    """Linked internal resources must exist; a wrong type is forgiven where the id fits (api.md §13.4)."""
    own = {change.id for change in run.changes}
    for name, relationship in run.resource.relationships.items():
        if relationship.external:
            continue
        target = run.service.types[relationship.target]
        concerned = [one for one in pending if name in one.relationships and one.draft.relationships[name]]
        wanted = [id_ for one in concerned for id_ in linked(one, name)]
        known = own if target.type == run.resource.type and run.changes[0].action == "create" else set[str]()
        known = known | (run.assumed or {}).get(target.type, set[str]())
        absent = await rows.missing(run.connection, target, [id_ for id_ in wanted if id_ not in known])
        for one in concerned:
            report_links(run, one, name, absent)
        if relationship.tree and not relationship.many:
            await check_loops(run, concerned, name)


def linked(one: Pending, name: str) -> list[str]:
    value = one.draft.relationships[name]
    return [named(v)[1] for v in (value if is_array(value) else [value])]


def report_links(run: Run, one: Pending, name: str, absent: set[str]) -> None:
    value = one.draft.relationships[name]
    many = is_array(value)
    values: list[Any] = value if is_array(value) else [value]
    clean: list[str] = []
    for position, item in enumerate(values):
        pointer = f"/relationships/{name}/data" + (f"/{position}" if many else "")
        type_, id_ = named(item)
        clean.append(id_)
        relationship = run.resource.relationships[name]
        if type_ is not None:
            if id_ in absent:
                meant = {"expected": relationship.target, "type": type_}
                run.fail(one.change, Error("LINKAGE_TYPE_MISMATCH", values=meant, pointer=pointer))
            else:
                run.request.warnings[f"{name}.type"] = f"{type_}: taken as {relationship.target}"
        elif id_ in absent:
            shown = pointer if name in one.change.relationships else ""
            run.fail(
                one.change,
                Error("RELATED_NOT_FOUND", values={"type": relationship.target, "id": id_}, pointer=shown),
            )
    one.draft.relationships[name] = clean if many else clean[0]


async def check_loops(run: Run, concerned: list[Pending], name: str) -> None:
    edges = {one.change.id: one.draft.relationships[name] for one in concerned}
    if not edges:
        return
    column = run.resource.relationships[name].column
    for id_ in await rows.loops(run.connection, run.resource, column, edges):
        one = next(p for p in concerned if p.change.id == id_)
        run.fail(
            one.change,
            Error(
                "HIERARCHY_LOOP",
                values={"name": name},
                pointer=f"/relationships/{name}",
                meta={"rule": "hierarchy.loop"},
            ),
        )
