"""The filter of the specimen list: a field is chosen, then how it is compared and with what; a chip is changed the same way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from dina.client import Refused
from dina.web import texts
from dina.web.rendering import client_of
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
    """What is shown: fields to choose from, or the condition; `at` is the number of the chip that is changed.

    `q` is the search with the condition, once it is there.
    """

    known: Searchables
    rule: Rule | None = None
    at: str = ""
    q: str | None = None
    offered: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    said = SAID
    takes = TAKES
    units = UNITS

    @property
    def about(self) -> Searchable:
        assert self.rule is not None
        return self.known.by_key[self.rule.field]


async def panel_of(request: Request, state: Question) -> Panel | None:
    """The panel that the address asks for, if any. Raises ApiError."""
    query = request.query_params
    if not any(name in query for name in ("add", "edit", "op")):
        return None
    panel = Panel(await searchables(client_of(request), request.state.language), at=query.get("at", ""))
    if "op" in query:
        panel.rule = Rule.typed(query, panel.known)
        await save(request, panel, state)
    elif "edit" in query:
        panel.at = query["edit"]
        panel.rule = await of_chip(request, panel, state)
        panel.at = panel.at if panel.rule else ""
    elif about := panel.known.by_key.get(query["add"]):
        panel.rule = Rule(about.key, about.ops[0])
    if panel.rule is not None and panel.q is None:
        panel.offered = await offers(request, [panel.rule], panel.known)
    return panel


async def of_chip(request: Request, panel: Panel, state: Question) -> Rule | None:
    """The condition of a chip; one that no form can show, as text."""
    told = await ask(client_of(request), "search/read", {"type": SAMPLE, "q": state.q})
    chip = chip_at(told, panel.at)
    if chip is None:
        return None
    part = told["filter"]["all"][int(panel.at)] if chip["pointer"] else told["filter"]
    return rule_of(part, panel.known) or Rule(TYPED, "typed", chip["text"])


def chip_at(told: dict[str, Any], at: str) -> dict[str, Any] | None:
    chips = told["chips"]
    return chips[int(at)] if at.isdecimal() and int(at[:6]) < len(chips) else None


async def save(request: Request, panel: Panel, state: Question) -> None:
    """Put the condition into the search, in the place of the chip that was changed; what is wrong stands beside it."""
    if panel.rule is None:
        return
    client, language = client_of(request), request.state.language
    part = panel.rule.tree(panel.about)
    if part is None:
        panel.rule.faults = [texts.translate(language, UNFINISHED)]
        return
    try:
        told = await ask(client, "search/read", {"type": SAMPLE, "filter": part})
    except Refused as fault:
        panel.rule.faults = fault.sentences
        return
    if told["q"] is None:
        panel.rule.faults = [texts.translate(language, UNSAID)]
        return
    chip = None
    if panel.at and state.q:
        chip = chip_at(await ask(client, "search/read", {"type": SAMPLE, "q": state.q}), panel.at)
    before, after = (state.q[: chip["start"]], state.q[chip["end"] :]) if chip else (state.q, "")
    found = " ".join(one for one in (before.strip(), told["q"], after.strip()) if one)
    if len(found) > LONGEST:
        panel.rule.faults = [texts.translate(language, TOO_LONG)]
    else:
        panel.q = found
