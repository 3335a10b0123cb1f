"""Several places at once: a pattern such as `D-[0451..0470]` gives their names; a preview, then one change set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Client, Refused, Resource
from dina.web import texts
from dina.web.placing import place_of
from dina.web.rendering import check_language, client_of, render, who_of
from dina.web.specimens.composite import as_one_change
from dina.web.storage.places import TYPE, letters
from dina.web.texts import N_, Counted

MOST = 500
RANGE = re.compile(r"\[([0-9]{1,9}|[A-Za-z]{1,3})\.\.([0-9]{1,9}|[A-Za-z]{1,3})\]")
PATTERN = N_("Give a pattern with one or two ranges, as in D-[0451..0470] or {example}.")
TOO_MANY = N_("These would be {count} places; at most {most} are made at once.")
NO_PLACE = N_("No place has the code or name “{code}”.")
MADE = Counted("{n} place made: {first}", "{n} places made: {first} to {last}")
EXAMPLE = "Cab 3 / [A..F][1..12]"


class Unreadable(ValueError):
    """A pattern that gives no names, or too many; its text says why to people, with `values` put in."""

    def __init__(self, text: str, **values: object) -> None:
        self.text, self.values = text, values
        super().__init__(text)


def names(pattern: str) -> list[str]:
    """The names that a pattern stands for, in order; numbers keep their leading zeros. Raises Unreadable."""
    ranges = [members(match[1], match[2]) for match in RANGE.finditer(pattern)]
    if not 1 <= len(ranges) <= 2 or not all(ranges):
        raise Unreadable(PATTERN, example=EXAMPLE)
    total = len(ranges[0]) * (len(ranges[1]) if len(ranges) > 1 else 1)
    if total > MOST:
        raise Unreadable(TOO_MANY, count=total, most=MOST)
    before, *rest = RANGE.sub("\0", pattern).split("\0")
    found = [before]
    for values, text in zip(ranges, rest, strict=True):
        found = [f"{name}{value}{text}" for name in found for value in values]
    return [" ".join(name.split()) for name in found]


def members(first: str, last: str) -> range | list[str]:
    """From 0451 to 0470, or from A to AF; empty where the second comes before the first, or is of another kind."""
    if first.isdecimal() and last.isdecimal():
        numbers = range(int(first), int(last) + 1)
        # As many as are too many are not written out.
        return numbers if len(numbers) > MOST else [str(number).zfill(len(first)) for number in numbers]
    if first.isalpha() and last.isalpha() and first.isupper() == last.isupper():
        numbers = range(place(first), place(last) + 1)
        found = numbers if len(numbers) > MOST else [letters(number) for number in numbers]
        return found if first.isupper() or isinstance(found, range) else [one.lower() for one in found]
    return []


def place(text: str) -> int:
    """The number of A, …, Z, AA, …: what `letters` writes."""
    number = 0
    for sign in text.upper():
        number = number * 26 + ord(sign) - 64
    return number


async def show(request: Request) -> Response:
    """The form, the names as a preview, then all of them are made at once."""
    check_language(request)
    client, language = client_of(request), request.state.language
    form: Mapping[str, Any] = await request.form() if request.method == "POST" else request.query_params
    groups = [name for name in who_of(request).groups if who_of(request).may("create", TYPE, name)]
    given = {name: str(form.get(name, "")).strip()[:200] for name in ("pattern", "within", "kind", "group")}
    found: list[str] = []
    faults: list[str] = []
    if request.method == "POST":
        try:
            found = names(given["pattern"])
            above = await place_of(client, given["within"]) if given["within"] else None
            if given["within"] and above is None:
                faults = [texts.translate(language, NO_PLACE, code=given["within"])]
            elif form.get("_then") == "create":
                return await create(request, found, given, above, groups)
        except Unreadable as fault:
            faults = [texts.translate(language, fault.text, **fault.values)]
        except Refused as fault:
            faults = fault.sentences[:20]
    return render(
        request, "storage/several.html", 422 if faults else 200, given=given, names=found, faults=faults, groups=groups,
        kinds=await kinds(client), example=EXAMPLE,
    )  # fmt: skip


async def kinds(client: Client) -> list[Resource]:
    params = {"sort": "name", "page[limit]": 500}
    return (await client.get("/collection/v1/storage-unit-type", params)).data


async def create(
    request: Request, found: list[str], given: Mapping[str, str], above: Resource | None, groups: list[str]
) -> Response:
    links: dict[str, Any] = {}
    if above is not None:
        links["parentStorageUnit"] = {"data": {"type": TYPE, "id": above.id}}
    if given["kind"]:
        links["storageUnitType"] = {"data": {"type": "storage-unit-type", "id": given["kind"]}}
    group = (
        given["group"] or (str(above.attributes.get("group", "")) if above else "") or next(iter(groups), "")
    )
    operations = [
        {"op": "add", "data": {"type": TYPE, "lid": f"place-{at}", "attributes": {"name": name, "group": group}, "relationships": links}}
        for at, name in enumerate(found)
    ]  # fmt: skip
    first, last = found[0], found[-1]
    await as_one_change(request, operations, f"{first} - {last}", MADE, n=len(found), first=first, last=last)
    there = f"/{above.id}" if above else ""
    return RedirectResponse(f"/{request.state.language}/storage{there}", 303)
