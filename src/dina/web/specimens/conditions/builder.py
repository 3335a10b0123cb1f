"""The builder: a search as nested groups of conditions in one form, which the server draws anew after each step."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Refused
from dina.web import texts
from dina.web.rendering import address, check_language, client_of, registry_of, render, who_of
from dina.web.specimens.conditions.fields import SAID, SET, TAKES, UNITS, Searchables, searchables
from dina.web.specimens.conditions.form import typed
from dina.web.specimens.conditions.group import Built, Group, built, group_of
from dina.web.specimens.conditions.offers import offers
from dina.web.specimens.conditions.panel import UNFINISHED, UNSAID
from dina.web.specimens.conditions.rule import Rule
from dina.web.specimens.question import LONGEST, TYPE, Question, ask
from dina.web.texts import N_

CONTROLS = 3000
MANY = 50
"""Values from which on a list is better kept as a set."""
FILTER = "/data/attributes/filter"
COMBINED = (
    ("all", N_("All of these hold")),
    ("any", N_("Any of these holds")),
    ("none", N_("None of these holds")),
)
TOO_DEEP = N_("These groups lie too deep within each other for the language of the search.")
TOO_LONG = N_("The search has {n} characters; an address holds {most}. Keep its long lists as sets.")
LIST_NAME = N_("List of {n} values, {when}")


@dataclass
class Outcome:
    """What the conditions come to: the text of the search, and how many specimens it finds."""

    q: str = ""
    total: int | None = None
    exact: bool = True
    left_out: int = 0
    too_long: bool = False
    faults: list[str] = field(default_factory=list[str])


async def show(request: Request) -> Response:
    """Each button sends the whole form; `do` says which it was."""
    check_language(request)
    known = await searchables(client_of(request), request.state.language)
    pressed, focus = "", ""
    if request.method == "POST":
        form = await request.form(max_fields=CONTROLS)
        state, pressed = Question.parsed(str(form.get("list", ""))), str(form.get("do", ""))
        group, doubts = typed(form, known), list[str]()
        focus = await done(request, group, known, pressed, form)
    else:
        state = Question.of(request.query_params)
        told = await ask(client_of(request), "search/read", {"type": TYPE, "q": state.q})
        group = group_of(told["filter"], told["texts"], known)
        doubts = [one["message"] for one in told["doubts"]]
    outcome = await come_to(request, group, known, strict=pressed in ("show", "count"))
    elsewhere = {note for one in group.rules() for note in one.notes}
    doubts = [one for one in doubts if one not in elsewhere]
    wrong = outcome.faults or any(one.faults for one in group.every())
    if pressed == "show" and not wrong:
        return RedirectResponse(
            address(request.state.language, TYPE) + state.address(q=outcome.q, offset=""), 303
        )
    view = (await registry_of(request)).types[TYPE]
    return render(
        request, "specimens/builder.html", view=view, state=state, group=group, searchables=known, outcome=outcome, doubts=doubts,
        focus=focus, wrong=wrong, combined=COMBINED, said=SAID, takes=TAKES, units=UNITS, many=MANY,
        offered=await offers(request, group.rules(), known), may_keep=may_keep(request),
    )  # fmt: skip


def may_keep(request: Request) -> bool:
    return who_of(request).may("create", "record-set")


async def done(request: Request, group: Group, known: Searchables, pressed: str, form: Any) -> str:
    """Do what a button says, and add fields that were chosen; the name of the control to go on with."""
    what, _, key = pressed.partition(".")
    one = group.find(key)
    focus = ""
    if one is not None and what in ("up", "down"):
        group.move(one, -1 if what == "up" else 1)
        focus = f"{key}.{what}"
    elif one is not None and what == "remove":
        around = group.parent(one) or group
        group.remove(one)
        focus = f"{around.key}.add"
    elif isinstance(one, Rule) and what == "keep" and may_keep(request):
        await keep(request, one, known)
    elif isinstance(one, Group) and what == "group":
        kind = "any" if one.kind != "any" else "all"
        focus = f"{group.add(one, Group(kind)).key}.add"
    for place in [each for each in group.every() if isinstance(each, Group)]:
        about = known.by_key.get(str(form.get(f"{place.key}.add", "")))
        if about is not None:
            focus = f"{group.add(place, Rule(about.key, about.ops[0])).key}.op"
    return focus


async def keep(request: Request, rule: Rule, known: Searchables) -> None:
    """A long list as a set of the records that it finds now and later; the condition asks for that."""
    language, who = request.state.language, who_of(request)
    about, number = known.by_key[rule.field], len(rule.listed)
    listed = replace(rule, op="list")
    when = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    name = f"{about.label}{texts.translate(language, ':')} " + texts.translate(
        language, LIST_NAME, n=texts.number(language, number), when=when
    )
    sets = (await registry_of(request)).types["record-set"]
    groups = [one for one in who.groups if who.may("create", sets.type, one)]
    preferred = request.state.session.prefs.get("group", "")
    attributes = {
        "name": name[:250], "recordType": TYPE, "query": {"filter": listed.tree(about)}, "private": True,
        "group": preferred if preferred in groups else next(iter(groups), ""),
    }  # fmt: skip
    try:
        await client_of(request).create(sets.path, attributes)
    except Refused as fault:
        rule.faults = fault.sentences
        return
    rule.field, rule.op, rule.value, rule.lines = (
        SET,
        "notin" if rule.op == "notlist" else "in",
        name[:250],
        "",
    )


async def come_to(request: Request, group: Group, known: Searchables, *, strict: bool) -> Outcome:
    """The text and the number; what is wrong stands beside the conditions. What is not finished counts only if `strict`."""
    client, language = client_of(request), request.state.language
    unfinished = [one for one in group.rules() if not one.finished]
    outcome = Outcome(left_out=len(unfinished))
    if strict:
        for one in unfinished:
            one.faults.append(texts.translate(language, UNFINISHED))
    tree = built(group, known)
    try:
        told = await ask(client, "search/read", {"type": TYPE, "filter": tree.part})
        beside(tree, told, language, outcome)
        asked = (
            {"q": told["q"]} if told["q"] is not None and not outcome.too_long else {"filter": told["filter"]}
        )
        counted = await ask(client, "search/count", {"type": TYPE, **asked})
        outcome.q, outcome.total, outcome.exact = told["q"] or "", counted["total"], counted["exact"]
    except Refused as fault:
        for error in fault.errors:
            pointer = str(error.get("source", {}).get("pointer", "")).removeprefix(FILTER)
            one = tree.at(pointer) if "pointer" in error.get("source", {}) else None
            (one or outcome).faults.append(str(error.get("detail") or error.get("title")))
    return outcome


def beside(tree: Built, told: dict[str, Any], language: str, outcome: Outcome) -> None:
    """What the search module says of the tree, put where it belongs."""
    for doubt in told["doubts"]:
        one = tree.at(doubt["pointer"].removeprefix(FILTER))
        if isinstance(one, Rule):
            one.notes.append(doubt["message"])
    for pointer in told["unsaid"]:
        one = tree.at(pointer)
        (one or outcome).faults.append(texts.translate(language, UNSAID))
    if told["q"] is None and not told["unsaid"]:
        outcome.faults.append(texts.translate(language, TOO_DEEP))
    length = len(told["q"] or "")
    outcome.too_long = length > LONGEST
    if outcome.too_long:
        n, most = texts.number(language, length), texts.number(language, LONGEST)
        outcome.faults.append(texts.translate(language, TOO_LONG, n=n, most=most))
