"""Collecting events that are here already: rows that say the same of the same field number share them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from dina.modules.exchange.importing.assemble import EVENT, Parts
from dina.modules.exchange.importing.chunk import Chunk

NUMBERS = ("dwcFieldNumber", "dwcRecordNumber")
"""Attributes that tell one event of a collector from another; the first that a row gives is looked up."""
PLAIN = re.compile(r"[\w .:/#+-]{1,100}")
"""Numbers that can be listed in a filter as they are; others are not looked up."""
MOST = 20_000
"""Different numbers that are looked up; a table with more has events of its own."""
AT_ONCE = 200


def number_of(parts: Parts) -> tuple[str, str] | None:
    """The attribute and text of the number a row gives its event."""
    values = parts.values.get(EVENT, {})
    for name in NUMBERS:
        text = values.get(name)
        if isinstance(text, str) and PLAIN.fullmatch(text):
            return name, text
    return None


class KnownEvents:
    """What is found out batch by batch; `decided` becomes the decisions of the field `collectingEvent`.

    A decision is made for a number: `use` with the id of the event that is used, or `create` where somebody
    wants a new one. It holds for rows whose event has its `digest`, so nothing that a row says is lost.
    """

    def __init__(self, client: httpx.AsyncClient, module: str, group: str, before: Mapping[str, Any]) -> None:
        self.client = client
        self.module = module
        self.group = group
        self.before = before
        self.decided: dict[str, dict[str, Any]] = {}
        self.seen: set[bytes] = set()

    async def look(self, chunk: Chunk) -> None:
        """Find the events of a batch. Raises httpx.HTTPStatusError."""
        fresh: dict[bytes, Parts] = {}
        for parts in chunk.rows:
            number = number_of(parts)
            if number is None:
                continue
            digest = chunk.digest_of(parts, EVENT)
            known = self.decided.get(number[1])
            if known is not None and known["digest"] == digest.hex():
                known["count"] += 1
            elif digest not in self.seen and len(self.seen) < MOST:
                self.seen.add(digest)
                fresh[digest] = parts
        for name in NUMBERS:
            wanted = {d: p for d, p in fresh.items() if (number_of(p) or ("",))[0] == name}
            texts = sorted({str(p.values[EVENT][name]) for p in wanted.values()})
            for at in range(0, len(texts), AT_ONCE):
                stored = await self._stored(name, texts[at : at + AT_ONCE])
                for digest, parts in wanted.items():
                    self._decide(digest, parts, stored.get(str(parts.values[EVENT][name]), ()), chunk)

    def _decide(self, digest: bytes, parts: Parts, stored: Sequence[Mapping[str, Any]], chunk: Chunk) -> None:
        attributes, links = chunk.event_of(parts)
        same = [one["id"] for one in stored if is_same(one, attributes, links)]
        if not same:
            return
        number = str((number_of(parts) or ("", ""))[1])
        action = "create" if self.before.get(number, {}).get("action") == "create" else "use"
        chosen = {"id": same[0]} if action == "use" else {}
        self.decided[number] = {
            "action": action, **chosen, "how": "equal", "count": 1, "digest": digest.hex(),
            "suggestions": [{"id": one, "name": number} for one in same[:5]],
        }  # fmt: skip

    async def _stored(self, name: str, texts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Events of the group with these numbers, the oldest first, by number."""
        params = {
            f"filter[{name}][IN]": ",".join(texts), "filter[group][EQ]": self.group, "include": "collectors",
            "sort": "createdOn,id", "page[limit]": "1000",
        }  # fmt: skip
        answer = await self.client.get(f"/{self.module}/v1/collecting-event", params=params)
        answer.raise_for_status()
        found: dict[str, list[dict[str, Any]]] = {}
        for one in answer.json()["data"]:
            found.setdefault(str(one["attributes"].get(name)), []).append(one)
        return found


def is_same(stored: Mapping[str, Any], attributes: Mapping[str, Any], links: Mapping[str, Any]) -> bool:
    """Whether a stored event says all that a row says; it may say more."""
    dates = [attributes.get(name) for name in ("startEventDateTime", "endEventDateTime")]
    if attributes.get("verbatimEventDateTime") in (dates[0], "/".join(filter(None, dates))):
        # A text that is the date itself says nothing beside it.
        attributes = {n: value for n, value in attributes.items() if n != "verbatimEventDateTime"}
    if not says(stored["attributes"], attributes):
        return False
    for name, value in links.items():
        have: Any = stored.get("relationships", {}).get(name, {}).get("data") or []
        ids = {one["id"] for one in (have if isinstance(have, list) else [have])}
        data = value["data"]
        if not {one["id"] for one in (data if isinstance(data, list) else [data])} <= ids:
            return False
    return True


def says(stored: Any, wanted: Any) -> bool:
    """Whether a stored value is the wanted one, however numbers are written; objects may hold more."""
    if isinstance(wanted, Mapping):
        pairs: Iterable[tuple[Any, Any]] = wanted.items()
        return isinstance(stored, Mapping) and all(says(stored.get(name), value) for name, value in pairs)
    if isinstance(wanted, list):
        return (
            isinstance(stored, list)
            and len(stored) == len(wanted)
            and all(says(one, other) for one, other in zip(stored, wanted, strict=True))
        )
    if stored == wanted:
        return True
    try:
        return stored is not None and Decimal(str(stored)) == Decimal(str(wanted))
    except InvalidOperation:
        return False
