"""Custom fields and identifier types that a mapping needs: which are missing, and making them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from dina.base.errors import Error
from dina.base.jobs import Failed
from dina.modules.exchange.importing.fields import component_of

ITEMS = "/collection/v1/controlled-vocabulary-item"
VOCABULARIES = {"managed_attribute": "STRING", "identifier_type": None}


@dataclass(frozen=True, slots=True)
class Needed:
    """An item a vocabulary must have: `name` is what people read."""

    vocabulary: str
    component: str
    key: str
    name: str


def needed(mapping: Mapping[str, Any], extra: Iterable[tuple[str, str]] = ()) -> list[Needed]:
    """What the columns of a mapping and the readers' leftovers (`part, key`) are kept in."""
    found: dict[tuple[str, str, str], Needed] = {}
    for entry in mapping.get("columns", ()):
        path = entry.get("field") or ""
        if entry.get("skip"):
            continue
        own = component_of(path)
        if own is not None:
            one = Needed("managed_attribute", *own, entry.get("heading", own[1])[:250])
            found[one.vocabulary, one.component, one.key] = one
        elif path.startswith("identifiers."):
            one = Needed(
                "identifier_type", "MATERIAL_SAMPLE", path[12:], entry.get("heading", path[12:])[:250]
            )
            found[one.vocabulary, one.component, one.key] = one
    for entry in mapping.get("constants", ()):
        own = component_of(entry["field"])
        if own is not None:
            found.setdefault(
                ("managed_attribute", *own), Needed("managed_attribute", *own, own[1].replace("_", " "))
            )
    for component, key in extra:
        found.setdefault(
            ("managed_attribute", component, key),
            Needed("managed_attribute", component, key, key.replace("_", " ")),
        )
    return list(found.values())


async def missing(client: httpx.AsyncClient, wanted: Iterable[Needed]) -> list[Needed]:
    """Those that no vocabulary has yet. Raises httpx.HTTPStatusError."""
    ids = await _vocabularies(client)
    present: set[tuple[str, str, str]] = set()
    for vocabulary, id_ in ids.items():
        offset = 0
        while True:
            params = {
                "filter[controlledVocabulary.id][EQ]": id_, "page[limit]": "1000", "page[offset]": str(offset),
                "fields[controlled-vocabulary-item]": "key,dinaComponent",
            }  # fmt: skip
            answer = await client.get(ITEMS, params=params)
            answer.raise_for_status()
            data = answer.json()["data"]
            present |= {
                (vocabulary, one["attributes"].get("dinaComponent"), one["attributes"]["key"]) for one in data
            }
            offset += len(data)
            if len(data) < 1000:
                break
    return [one for one in wanted if (one.vocabulary, one.component, one.key) not in present]


async def _vocabularies(client: httpx.AsyncClient) -> dict[str, str]:
    params = {"page[limit]": "1000", "fields[controlled-vocabulary]": "key"}
    answer = await client.get("/collection/v1/controlled-vocabulary", params=params)
    answer.raise_for_status()
    return {
        one["attributes"]["key"]: one["id"]
        for one in answer.json()["data"]
        if one["attributes"]["key"] in VOCABULARIES
    }


async def make(
    client: httpx.AsyncClient, wanted: Iterable[Needed], group: str, headers: Mapping[str, str]
) -> int:
    """Add what is missing; how many were. Raises Failed where the caller may not."""
    ids = await _vocabularies(client)
    items = [
        {
            "type": "controlled-vocabulary-item",
            "attributes": {
                "group": group, "name": readable(one.name) or one.key, "key": one.key, "dinaComponent": one.component,
                "vocabularyElementType": VOCABULARIES[one.vocabulary],
            },
            "relationships": {
                "controlledVocabulary": {"data": {"type": "controlled-vocabulary", "id": ids[one.vocabulary]}}
            },
        }
        for one in wanted
    ]  # fmt: skip
    if not items:
        return 0
    answer = await client.post(
        f"{ITEMS}/bulk",
        json={"data": items},
        headers={"content-type": "application/vnd.api+json; ext=bulk", "prefer": "return=minimal", **headers},
    )
    if answer.status_code == 403:
        names = ", ".join(one.name for one in wanted)
        raise Failed(Error("FORBIDDEN", key="import.customFields", values={"names": names, "group": group}))
    await taken(answer, "controlled-vocabulary-item")
    return len(items)


async def taken(answer: httpx.Response, type_: str) -> None:
    """Raises Failed with the API's own words where records were not taken."""
    if answer.status_code >= 500:
        answer.raise_for_status()
    if answer.status_code >= 400:
        reason = answer.json()["errors"][0]["detail"]
        raise Failed(Error("BUSINESS_RULE", key="import.create", values={"type": type_, "reason": reason}))


def readable(heading: str) -> str:
    """A heading as the name of a field: without markup, signs nobody sees and breaks."""
    text = " ".join(re.sub(r"<[^<>]*>|[\x00-\x1f\x7f<>]", " ", heading).split())
    return text[:250]
