"""The tree of storage places, and one of them: where it is, what is in it, its grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dina.client import Client, Resource
from dina.web.generic import history
from dina.web.generic.record import LATEST
from dina.web.rendering import check_language, client_of, registry_of, render
from dina.web.values import title_of

TYPE = "storage-unit"
MOST = 2000
CONTENT = 1000


@dataclass
class Twig:
    """A place in the tree with those inside it."""

    id: str
    name: str
    barcode: str
    inside: list[Twig] = field(default_factory=list["Twig"])
    open: bool = False


async def twigs(client: Client, here: str = "") -> list[Twig]:
    """All places as a tree; the branch that holds `here` is open."""
    found: dict[str, Twig] = {}
    above: dict[str, str] = {}
    params = {"fields[storage-unit]": "name,barcode,parentStorageUnit"}
    async for one in client.every("/collection/v1/storage-unit", params):
        a = one.attributes
        found[one.id] = Twig(
            one.id, str(a.get("name") or a.get("barcode") or one.id), str(a.get("barcode") or "")
        )
        for link in one.linked("parentStorageUnit"):
            above[one.id] = link["id"]
        if len(found) == MOST:
            break
    roots: list[Twig] = []
    for id_, twig in sorted(found.items(), key=lambda pair: pair[1].name.casefold()):
        parent = found.get(above.get(id_, ""))
        (parent.inside if parent else roots).append(twig)
    while here in found and not found[here].open:
        found[here].open = True
        here = above.get(here, "")
    return roots


async def tree(request: Request) -> Response:
    """All places."""
    check_language(request)
    view = (await registry_of(request)).types[TYPE]
    return render(
        request, "storage/tree.html", view=view, tree=await twigs(client_of(request)), resource=None
    )


async def unit(request: Request) -> Response:
    """One place: its path, its grid with what is in the wells, and everything directly in it."""
    check_language(request)
    client, language = client_of(request), request.state.language
    view, id_ = (await registry_of(request)).types[TYPE], str(request.path_params["id"])
    page = await client.get(
        f"{view.path}/{id_}", {"include": "storageUnitType", f"optfields[{TYPE}]": "hierarchy"},
        **{"include-dina-permission": "true"},
    )  # fmt: skip
    kind = next(iter(page.related(page.one, "storageUnitType")), None)
    inside = await client.get(f"{view.path}/{id_}/content", {"depth": 1, "page[limit]": CONTENT})
    told = await client.request("GET", f"{view.path}/{id_}/whereabouts")
    steps, _ = await history.steps(request, view, id_, LATEST)
    return render(
        request, "storage/unit.html", view=view, resource=page.one, title=title_of(view, page.one, language), kind=kind,
        path_to=told["data"]["attributes"]["path"][::-1], content=inside.data, more=inside.meta["totalResourceCount"] - len(inside.data),
        grid=grid_of(kind, inside.data), tree=await twigs(client, id_), permissions=page.one.meta.get("permissions", []),
        steps=steps,
    )  # fmt: skip


def grid_of(kind: Resource | None, content: Sequence[Resource]) -> dict[str, Any] | None:
    """The wells of the place's kind, by row, each with what is in it."""
    layout = (kind.attributes.get("gridLayoutDefinition") if kind else None) or {}
    if not layout.get("numberOfRows"):
        return None
    taken = {(one.meta["wellRow"], one.meta["wellColumn"]): one for one in content if one.meta.get("wellRow")}
    columns = list(range(1, layout["numberOfColumns"] + 1))
    rows = [
        (letters(at), [taken.get((letters(at), c)) for c in columns])
        for at in range(1, layout["numberOfRows"] + 1)
    ]
    return {
        "columns": columns, "rows": rows, "taken": len(taken), "wells": len(columns) * len(rows),
        "waiting": [one for one in content if one.type == "material-sample" and not one.meta.get("wellRow")],
    }  # fmt: skip


def letters(number: int) -> str:
    """A, …, Z, AA, AB, …"""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
