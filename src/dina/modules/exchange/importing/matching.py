"""Names in the file and records that are here already: use one, make one, ask, or leave the text as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import httpx

from dina.base.jobs import Job
from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.assemble import Step, names_in
from dina.modules.exchange.importing.fields import Field
from dina.modules.exchange.importing.presence import present

MOST = 20_000
"""Different names of one column that are matched; a column with more is not a list of known things."""
PLACES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "person": ("agent", ("displayName", "aliases"), "displayName"),
    "collection": ("collection", ("code", "name"), "name"),
    "project": ("collection", ("name",), "name"),
    "preparation-type": ("collection", ("name",), "name"),
    "preparation-method": ("collection", ("name",), "name"),
    "protocol": ("collection", ("name",), "name"),
    "collection-method": ("collection", ("name",), "name"),
    "expedition": ("collection", ("name",), "name"),
    "site": ("collection", ("name",), "name"),
    "assemblage": ("collection", ("name",), "name"),
    "storage-unit": ("collection", ("name", "barcode"), "name"),
    "material-sample": ("collection", ("materialSampleName", "dwcCatalogNumber"), "materialSampleName"),
}
"""Types that names lead to: their module, the attributes a name is compared with, the one a new record gets."""
MOST_ALIKE = 500
"""Names that begin alike with which one is compared letter by letter."""
TEXT_KEPT = frozenset({"person"})
"""Types whose name is kept as text beside the link, so that an unknown one need not be asked about."""


def folded(text: str) -> str:
    """A name without case, accents, signs and the order of its words: `Roy, M.` and `M. Roy` are the same."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"\w+", "".join(c for c in decomposed if not unicodedata.combining(c)))
    return " ".join(sorted(words))


async def names_of(
    connection: store.Connection, dataset: str, position: int, *, many: bool
) -> dict[str, int] | None:
    """Different names in a column and how often each occurs; None where there are too many."""
    cursor = await connection.execute(
        'SELECT "values"[%(at)s], count(*) FROM exchange.import_row WHERE dataset = %(id)s::uuid AND tbl = 0 '
        'AND "values"[%(at)s] IS NOT NULL GROUP BY 1 LIMIT %(most)s',
        {"at": position + 1, "id": dataset, "most": MOST + 1},
    )
    rows = await cursor.fetchall()
    if len(rows) > MOST:
        return None
    found: dict[str, int] = {}
    for text, number in rows:
        for name in names_in(text) if many else [text]:
            found[name] = found.get(name, 0) + number
    return found


async def candidates(client: httpx.AsyncClient, type_: str, group: str) -> list[dict[str, Any]]:
    """The records of a type that a name may lead to: `{id, names}`. Raises httpx.HTTPStatusError."""
    module, attributes, _ = PLACES[type_]
    found: list[dict[str, Any]] = []
    offset = 0
    while True:
        params = {
            "page[limit]": "1000", "page[offset]": str(offset), f"fields[{type_}]": ",".join(attributes), "sort": "id",
        }  # fmt: skip
        if module == "collection":
            params["filter[group][EQ]"] = group
        answer = await client.get(f"/{module}/v1/{type_}", params=params)
        answer.raise_for_status()
        data = answer.json()["data"]
        for one in data:
            names: list[str] = []
            for attribute in attributes:
                value = one["attributes"].get(attribute)
                names += value if isinstance(value, list) else [value] if value else []
            found.append({"id": one["id"], "names": names})
        offset += len(data)
        if len(data) < 1000:
            return found


def decide(
    names: Iterable[str], known: Sequence[Mapping[str, Any]], type_: str, before: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """For each name: what was decided before, the one record of that name, or a question with suggestions."""
    exact: dict[str, set[str]] = {}
    alike: dict[str, set[str]] = {}
    shown: dict[str, str] = {}
    for one in known:
        for name in one["names"]:
            exact.setdefault(name.strip(), set()).add(one["id"])
            alike.setdefault(folded(name), set()).add(one["id"])
            shown.setdefault(one["id"], name)
    starts: dict[str, list[str]] = {}
    for key in alike:
        for start in starts_of(key):
            starts.setdefault(start, []).append(key)
    out: dict[str, dict[str, Any]] = {}
    for name in names:
        if name in before and before[name].get("action") != "ask":
            out[name] = dict(before[name])
            continue
        for found, how in ((exact.get(name, set()), "exact"), (alike.get(folded(name), set()), "alike")):
            if len(found) == 1:
                out[name] = {"action": "use", "id": next(iter(found)), "how": how}
                break
            if len(found) > 1:
                out[name] = {"action": "ask", "suggestions": _suggested(sorted(found), shown)}
                break
        else:
            beginning_so = dict.fromkeys(
                key for start in starts_of(folded(name)) for key in starts.get(start, ())[:MOST_ALIKE]
            )
            near = get_close_matches(folded(name), beginning_so, n=5, cutoff=0.8)
            ids = [id_ for key in near for id_ in sorted(alike[key])]
            action = "leave" if type_ in TEXT_KEPT and not ids else "ask"
            out[name] = {"action": action, "suggestions": _suggested(ids, shown)}
    return out


def starts_of(key: str) -> set[str]:
    """How the words of a folded name begin: names nearly the same have a word that begins alike."""
    words = key.split()
    return {word[:3] for word in words if len(word) > 2} or {word[:3] for word in words}


def _suggested(ids: Sequence[str], shown: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": id_, "name": shown[id_]} for id_ in ids[:5]]


async def forget_lost(
    client: httpx.AsyncClient,
    type_: str,
    known: Sequence[Mapping[str, Any]],
    decided: dict[str, dict[str, Any]],
) -> None:
    """Ask again where a decision leads to a record that is not there, or belongs to another group."""
    here = {one["id"] for one in known}
    far = {one["id"] for one in decided.values() if one.get("id") and one["id"] not in here}
    module = PLACES[type_][0]
    # What is known are all records of the group; people belong to nobody and are asked for by name.
    there = await present(client, module, type_, sorted(far)) if module != "collection" else set[str]()
    for name, one in decided.items():
        if one.get("id") in far - there:
            decided[name] = {"action": "ask", "suggestions": []}


async def match(
    job: Job, dataset: Mapping[str, Any], steps: Sequence[Step], fields: Mapping[str, Field]
) -> dict[str, Any]:
    """Decisions for every linked column, by field and name; those made by people stay."""
    before: Mapping[str, Any] = dataset["decisions"] or {}
    remembered: Mapping[str, Any] = dataset.get("recipeDecisions") or {}
    out: dict[str, Any] = {}
    for step in steps:
        if step.linking is None:
            continue
        field = fields[step.linking]
        type_ = field.targets[0]
        if type_ not in PLACES:
            continue
        async with job.pools.write.connection() as connection:
            names = await names_of(connection, dataset["id"], step.position, many=field.many)
        if names is None:
            continue
        known = await candidates(job.client, type_, dataset["group"])
        past = {**remembered.get(step.linking, {}), **before.get(step.linking, {})}
        decided = decide(names, known, type_, past)
        await forget_lost(job.client, type_, known, decided)
        for name, number in names.items():
            decided[name]["count"] = number
        out.setdefault(step.linking, {}).update(decided)
    return out
