"""The box at the top: records of every kind, scanned codes, commands (`>`), people (`@`), sets (`#`)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError, Resource
from dina.web.navigation import Line, Navigation
from dina.web.registry import Registry, TypeView
from dina.web.rendering import address, check_language, client_of, registry_of, render, who_of
from dina.web.values import title_of

EACH = 5
SECONDS = 300
FOUND = 60
MARKS = {"@": ("person",), "#": ("record-set", "saved-query")}
FIRST = ("material-sample", "collecting-event", "organism", "person", "collection", "storage-unit")


@dataclass(frozen=True)
class Group:
    """Found records of a type: their names with addresses, and the list of all."""

    label: str
    all: str
    lines: list[Line] = field(default_factory=list[Line])


async def find(request: Request) -> Response:
    """What was typed: a code opens its record, a command its page, words what contains them, by kind."""
    check_language(request)
    text = request.query_params.get("q", "").strip()[:200]
    part = request.headers.get("hx-request") == "true"
    found: list[Group] = []
    commands: list[Line] = []
    if text.startswith(">"):
        commands = matching(request, await registry_of(request), text[1:].strip())
        if len(commands) == 1 and not part:
            return RedirectResponse(commands[0].href, 303)
    elif text:
        code = await scanned(request, text) if not part else None
        if code is not None:
            return RedirectResponse(code, 303)
        found = await records(request, text)
    template = "shell/find-part.html" if part else "shell/find.html"
    return render(request, template, text=text, found=found, commands=commands)


def matching(request: Request, registry: Registry, text: str) -> list[Line]:
    """Pages and things to create whose name contains the words."""
    navigation: Navigation = request.app.state.navigation
    language, who = request.state.language, who_of(request)
    entries = navigation.rail(registry, who, language, "")
    lines = [*navigation.new(registry, who, language), *(line for entry in entries for line in entry.lines)]
    lines += navigation.lines(navigation.commands, registry, who, language)
    words = text.casefold().split()
    return [line for line in lines if all(word in line.label.casefold() for word in words)][:20]


async def scanned(request: Request, text: str) -> str | None:
    """The address of the one record that a number, barcode or id stands for."""
    registry = await registry_of(request)
    view = registry.types.get("material-sample")
    if view is None or not any(sign.isdecimal() for sign in text):
        return None
    try:
        answer = await client_of(request).request("GET", f"{view.prefix}/scan", params={"code": text})
    except ApiError:
        return None
    exact = [one for one in answer["data"] if one["meta"].get("match") == "exact"]
    return address(request.state.language, exact[0]["type"], exact[0]["id"]) if len(exact) == 1 else None


async def records(request: Request, text: str) -> list[Group]:
    """Records by kind, some of each; from the index, or the lists themselves where there is none."""
    registry = await registry_of(request)
    wanted, words = MARKS.get(text[0], ()), text[1:].strip() if text[0] in MARKS else text
    try:
        kinds = [name for name in wanted or await searched(request) if who_of(request).may("read", name)]
    except ApiError:
        return []
    if not words or not kinds:
        return []
    question = {"type": kinds[:20], "q": words, "page": {"limit": FOUND}}
    try:
        answer = await client_of(request).request(
            "POST", "/search/v1/search", body={"data": {"type": "search", "attributes": question}}
        )
    except ApiError:
        return []
    ids: dict[str, list[str]] = {}
    for hit in answer["data"]["attributes"]["hits"]:
        ids.setdefault(hit["type"], []).append(hit["id"])
    return [
        await group(request, registry.types[kind], some, words)
        for kind, some in ids.items()
        if kind in registry.types
    ]


async def searched(request: Request) -> list[str]:
    """The kinds that the index holds records of, those people look for most first."""
    kept: tuple[float, list[str]] = getattr(request.app.state, "searched", (0.0, []))
    if not kept[1] or time.monotonic() - kept[0] > SECONDS:
        answer = await client_of(request).request("GET", "/search/v1/index-status")
        modules = answer["data"]["attributes"]["modules"].values()
        held = [name for one in modules for name in one["records"]]
        kept = (
            time.monotonic(),
            [*(name for name in FIRST if name in held), *(n for n in held if n not in FIRST)],
        )
        request.app.state.searched = kept
    return kept[1]


async def group(request: Request, view: TypeView, ids: list[str], words: str) -> Group:
    language = request.state.language
    condition = f"id=in=({','.join(ids[:EACH])})"
    page = await client_of(request).get(view.path, {"fiql": condition, "page[limit]": EACH})
    by_id: dict[str, Resource] = {one.id: one for one in page.data}
    lines = [
        Line(title_of(view, by_id[one], language), address(language, view.type, one))
        for one in ids[:EACH]
        if one in by_id
    ]
    return Group(
        view.facts["plural"][language],
        f"{address(language, view.type)}?q={quote_plus(words)}&group=all",
        lines,
    )
