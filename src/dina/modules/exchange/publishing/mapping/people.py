"""Names and identifiers of people, asked of the agent module as they turn up and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx

from dina.modules.exchange.publishing.mapping.values import BAR

PERSON, IDENTIFIER_TYPE = "/agent/v1/person", "/agent/v1/identifier-type"
AT_ONCE = 200
REMEMBERED = 50_000
NOBODY = ("", "")


class People:
    """Who is who. `learn` the ids of a part of the data before their names are asked for."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self.client = client
        self.known: dict[str, tuple[str, str]] = {}
        self.templates: dict[str, str] | None = None

    async def learn(self, ids: Iterable[str]) -> None:
        """Ask for the people not known yet; those who cannot be read stay without a name."""
        wanted = list(dict.fromkeys(id_ for id_ in ids if id_ not in self.known))
        if not wanted or self.client is None:
            return
        if len(self.known) > REMEMBERED:
            self.known.clear()
        if self.templates is None:
            self.templates = await self._templates()
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            self.known.update(dict.fromkeys(part, ("", "")))
            answer = await self.client.get(
                PERSON,
                params={
                    "filter[id][IN]": ",".join(part),
                    "include": "identifiers",
                    "page[limit]": str(AT_ONCE),
                },
            )
            if answer.status_code == 200:
                self._read(answer.json())

    async def _templates(self) -> dict[str, str]:
        assert self.client is not None
        answer = await self.client.get(IDENTIFIER_TYPE, params={"page[limit]": "500"})
        found = answer.json()["data"] if answer.status_code == 200 else []
        kinds: list[dict[str, Any]] = [one["attributes"] for one in found]
        return {
            one[name].lower(): one["uriTemplate"]
            for one in kinds
            if one.get("uriTemplate")
            for name in ("key", "name")
        }

    def _read(self, document: Mapping[str, Any]) -> None:
        held = {
            one["id"]: one["attributes"]
            for one in document.get("included", [])
            if one["type"] == "identifier"
        }
        for one in document["data"]:
            links: list[Any] = one.get("relationships", {}).get("identifiers", {}).get("data") or []
            addresses = [self.address(held[link["id"]]) for link in links if link["id"] in held]
            self.known[one["id"]] = (
                one["attributes"].get("displayName") or "",
                next((a for a in addresses if "orcid.org" in a), addresses[0] if addresses else ""),
            )

    def address(self, identifier: Mapping[str, Any]) -> str:
        template = (self.templates or {}).get(str(identifier.get("namespace", "")).lower())
        value = str(identifier.get("value", ""))
        return value if template is None or value.startswith("http") else template.replace("$1", value)

    def names(self, ids: Sequence[str]) -> str:
        if len(ids) == 1:
            return self.known.get(ids[0], NOBODY)[0]
        return BAR.join([name for id_ in ids if (name := self.known.get(id_, NOBODY)[0])])

    def identifiers(self, ids: Sequence[str]) -> str:
        if len(ids) == 1:
            return self.known.get(ids[0], NOBODY)[1]
        return BAR.join([one for id_ in ids if (one := self.known.get(id_, NOBODY)[1])])
