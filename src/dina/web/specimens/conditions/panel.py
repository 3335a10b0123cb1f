"""The filter of the specimen list: a field is chosen, then how it is compared and with what; a chip is changed the same way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Refused
from dina.web import texts
from dina.web.rendering import address, check_language, client_of, registry_of, render
from dina.web.specimens.conditions.fields import (
    SAID,
    TAKES,
    TYPED,
    UNITS,
    Searchable,
    Searchables,
    searchables,
)
from dina.web.specimens.conditions.offers import offers
from dina.web.specimens.conditions.reading import rule_of
from dina.web.specimens.conditions.rule import Rule
from dina.web.specimens.question import LONGEST, Question, ask
from dina.web.specimens.question import TYPE as SAMPLE
from dina.web.texts import N_

UNFINISHED = N_("Give the value.")
UNSAID = N_("Signs such as : ( ) * cannot stand among words: choose “has the phrase”.")
TOO_LONG = N_("This is too long for an address: put long lists into the builder, which keeps them as sets.")


@dataclass
class Panel:
    """What is shown: fields to choose from, or the condition; `at` is the number of the chip that is changed."""

    known: Searchables
    rule: Rule | None = None
    at: str = ""
    offered: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    said = SAID
    takes = TAKES
    units = UNITS

    @property
    def about(self) -> Searchable:
        assert self.rule is not None
        return self.known.by_key[self.rule.field]


async def panel_of(request: Request, state: Question) -> Panel | None:
    """The panel that the address of the list asks for, if any. Raises ApiError."""
    query = request.query_params
    if "add" not in query and "edit" not in query:
        return None
    panel = Panel(await searchables(client_of(request), request.state.language), at=query.get("at", ""))
    if "edit" in query:
        panel.at = query["edit"]
        panel.rule = await of_chip(request, panel, state)
        panel.at = panel.at if panel.rule else ""
    elif about := panel.known.by_key.get(query["add"]):
        panel.rule = Rule(about.key, about.ops[0])
    panel.offered = await offers(request, [panel.rule] if panel.rule else [], panel.known)
    return panel


async def save(request: Request) -> Response:
    """The list with the condition in its search, or the condition with what is wrong beside it."""
    check_language(request)
    form = await request.form()
    state, here = Question.parsed(str(form.get("list", ""))), address(request.state.language, SAMPLE)
    panel = Panel(await searchables(client_of(request), request.state.language), at=str(form.get("at", "")))
    panel.rule = Rule.typed(form, panel.known)
    if panel.rule is None:
        return RedirectResponse(here + state.address(add="1"), 303)
    found = await put(request, panel, panel.rule, state)
    if found is not None:
        return RedirectResponse(here + state.address(q=found, offset=""), 303)
    panel.offered = await offers(request, [panel.rule], panel.known)
    view = (await registry_of(request)).types[SAMPLE]
    return render(request, "specimens/filter-page.html", view=view, state=state, panel=panel)


async def of_chip(request: Request, panel: Panel, state: Question) -> Rule | None:
    """The condition of a chip; one that no form can show, as text."""
    told = await ask(client_of(request), "search/read", {"type": SAMPLE, "q": state.q})
    chip = chip_at(told, panel.at)
    if chip is None:
        return None
    part = told["filter"]["all"][int(panel.at)] if chip["pointer"] else told["filter"]
    return rule_of(part, panel.known) or Rule(TYPED, "typed", chip["text"])


def chip_at(told: dict[str, Any], at: str) -> dict[str, Any] | None:
    number = int(at) if at.isdecimal() and len(at) < 6 else len(told["chips"])
    return told["chips"][number] if number < len(told["chips"]) else None


async def put(request: Request, panel: Panel, rule: Rule, state: Question) -> str | None:
    """The search with the condition, in the place of the chip that is changed; None where something is wrong with it."""
    client, language = client_of(request), request.state.language
    part = rule.tree(panel.about)
    if part is None:
        rule.faults = [texts.translate(language, UNFINISHED)]
        return None
    try:
        told = await ask(client, "search/read", {"type": SAMPLE, "filter": part})
    except Refused as fault:
        rule.faults = fault.sentences
        return None
    if told["q"] is None:
        rule.faults = [texts.translate(language, UNSAID)]
        return None
    chip = None
    if panel.at and state.q:
        chip = chip_at(await ask(client, "search/read", {"type": SAMPLE, "q": state.q}), panel.at)
    before, after = (state.q[: chip["start"]], state.q[chip["end"] :]) if chip else (state.q, "")
    found = " ".join(one for one in (before.strip(), told["q"], after.strip()) if one)
    if len(found) > LONGEST:
        rule.faults = [texts.translate(language, TOO_LONG)]
        return None
    return found
