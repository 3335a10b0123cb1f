"""Records side by side: which one stays, and of every field which value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Page, Refused, Resource
from dina.client.references import UNITED
from dina.web import texts
from dina.web.custom import MEMBER
from dina.web.exchange.common import act, opened_at, render
from dina.web.generic.form import UUID
from dina.web.generic.record import names_of
from dina.web.merging.candidates import choose
from dina.web.registry import ADMINISTRATIVE, Registry, TypeView
from dina.web.rendering import address, client_of, registry_of, view_of
from dina.web.texts import N_
from dina.web.uses import in_words, uses_of
from dina.web.values import EMPTY, Shown, shown, title_of

MOST = 10
ALL, VALUE = "all", "value."
TOO_MANY = N_("At most {most} records can be merged at once. Choose fewer.")
GONE = N_("One of these records is not there any more.")


@dataclass(frozen=True)
class Side:
    """One record's value of a field."""

    id: str
    value: Shown
    empty: bool


@dataclass(frozen=True)
class Row:
    """A field in which the records differ; `chosen` is the id of the one whose value stays, or all together."""

    name: str
    label: str
    sides: list[Side]
    united: bool
    chosen: str


async def compare(request: Request) -> Response:
    """Side by side; on POST the job that looks at what the merge would do."""
    view = await mergeable(request)
    ids = ids_of(request)
    if len(ids) < 2:
        return await choose(request, view, ids)
    if request.method == "POST":
        form = await request.form()
        keep = str(form.get("keep", ""))
        choices = {name.removeprefix(VALUE): str(one) for name, one in form.items() if name.startswith(VALUE)}
        given = {
            "type": view.type,
            "keep": keep,
            "others": [one for one in ids if one != keep],
            "choices": choices,
        }
        try:
            job = (await act(request, "merge", given, "merge")).one
            return RedirectResponse(opened_at(job, request.state.language), 303)
        except Refused as fault:
            return await page(request, view, ids, fault.sentences)
    return await page(request, view, ids, [])


async def mergeable(request: Request) -> TypeView:
    view = await view_of(request)
    if not (await registry_of(request)).mergeable(view.type):
        raise HTTPException(404)
    return view


def ids_of(request: Request) -> list[str]:
    """The records that the address names, in lists or one by one."""
    given = (one for text in request.query_params.getlist("ids") for one in text.lower().split(","))
    return list(dict.fromkeys(one for one in given if UUID.fullmatch(one)))


async def page(request: Request, view: TypeView, ids: Sequence[str], faults: list[str]) -> Response:
    language, registry = request.state.language, await registry_of(request)
    crumbs = [(view.facts["plural"][language], address(language, view.type))]
    records: list[Resource] = []
    rows: list[Row] = []
    same: list[tuple[str, Shown]] = []
    uses: dict[str, dict[str, int]] = {}
    if len(ids) > MOST:
        faults = [*faults, texts.translate(language, TOO_MANY, most=MOST)]
    else:
        found = await read(request, view, ids)
        if len(found.data) < len(ids):
            faults = [*faults, texts.translate(language, GONE)]
        uses = {one.id: await uses_of(request, view.type, one.id) for one in found.data}
        keep = request.query_params.get("keep", "")
        # Who is referred to most stays, unless somebody chooses another.
        records = sorted(found.data, key=lambda one: (one.id != keep, -sum(uses[one.id].values()), one.id))
        names = await named(request, registry, found)
        rows, same = rows_of(registry, view, records, names, language)
    return render(
        request, "merging/compare.html", 422 if faults else 200, view=view, records=records, rows=rows, same=same,
        faults=faults, title=lambda one: title_of(view, one, language), crumbs=crumbs,
        uses={id_: in_words(registry, language, counts) for id_, counts in uses.items()}, ids=ids,
    )  # fmt: skip


async def read(request: Request, view: TypeView, ids: Sequence[str]) -> Page:
    internal = [name for name, fact in view.relationships.items() if not fact["external"]]
    params = {"filter[id][IN]": ",".join(ids), "page[limit]": str(len(ids))}
    return await client_of(request).get(
        view.path, params | ({"include": ",".join(internal)} if internal else {})
    )


async def named(request: Request, registry: Registry, page: Page) -> dict[str, str]:
    """The names of all that the records point at."""
    language = request.state.language
    names = {
        one.id: title_of(registry.types[one.type], one, language)
        for one in page.included.values()
        if one.type in registry.types
    }
    for one in page.data:
        names |= await names_of(request, registry, Page([one], {}, {}, {}))
    return names


def rows_of(
    registry: Registry, view: TypeView, records: Sequence[Resource], names: dict[str, str], language: str
) -> tuple[list[Row], list[tuple[str, Shown]]]:
    """The fields in which the records differ, and those that are the same in all."""
    differing: list[Row] = []
    same: list[tuple[str, Shown]] = []
    for name, fact in view.attributes.items():
        if fact.get("readOnly") or fact.get("once") or name in ADMINISTRATIVE:
            continue
        values: list[Any] = [one.attributes.get(name) for one in records]
        told = {"kind": "json"} if name == MEMBER else fact
        looks = [shown(told, value, language, names) for value in values]
        place(differing, same, name, fact, values, looks, records, fact["kind"] in UNITED, language)
    for name, fact in view.relationships.items():
        values = [[one["id"] for one in record.linked(name)] for record in records]
        looks = [Shown(", ".join(names.get(id_) or str(id_)[:8] for id_ in ids)) for ids in values]
        place(differing, same, name, fact, values, looks, records, bool(fact["many"]), language)
    return differing, same


def place(
    differing: list[Row], same: list[tuple[str, Shown]], name: str, fact: dict[str, Any], values: Sequence[Any],
    looks: Sequence[Shown], records: Sequence[Resource], united: bool, language: str,
) -> None:  # fmt: skip
    """Put a field where it belongs; one that no record has is left out."""
    label = fact["label"][language]
    filled = [one.id for one, value in zip(records, values, strict=True) if value not in EMPTY]
    if not filled:
        return
    if all(value == values[0] for value in values):
        same.append((label, looks[0]))
        return
    sides = [
        Side(one.id, look, value in EMPTY) for one, look, value in zip(records, looks, values, strict=True)
    ]
    differing.append(Row(name, label, sides, united, ALL if united else filled[0]))
