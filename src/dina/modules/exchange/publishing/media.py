"""Pictures and other media of records, as rows of the multimedia extension; asked of the media module, if there is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import httpx

from dina.modules.exchange.publishing.mapping.values import text
from dina.modules.exchange.publishing.record import MULTIMEDIA_TERMS

MEDIA = "/media/v1"
ALIASES = {
    "dcterms:identifier": ("ac:accessURI", "dcterms:identifier"),
    "dcterms:license": ("xmpRights:WebStatement", "dcterms:license", "xmpRights:UsageTerms"),
    "dcterms:rightsHolder": ("xmpRights:Owner", "dcterms:rightsHolder"),
    "dcterms:description": ("ac:caption", "dcterms:description"),
    "dcterms:created": ("ac:digitizationDate", "dcterms:created", "xmp:CreateDate"),
    "dcterms:format": ("dc:format", "dcterms:format"),
    "dcterms:type": ("dc:type", "dcterms:type"),
}
"""Terms of the extension -> terms under which media declare the same."""
AT_ONCE = 200
REMEMBERED = 100_000


class Media:
    """What is known of media; `learn` the ids of a part of the data before their rows are asked for."""

    def __init__(self, client: httpx.AsyncClient, allowed: bool) -> None:
        self.client = client
        self.allowed = allowed
        self.known: dict[str, Sequence[str] | None] = {}
        self.columns: list[str] | None = None

    async def learn(self, links: Iterable[Any]) -> None:
        wanted = list(dict.fromkeys(id_ for id_ in links if id_ not in self.known)) if self.allowed else []
        if not wanted:
            return
        if self.columns is None:
            self.columns = await self._columns()
            self.allowed = any(self.columns)
        if len(self.known) > REMEMBERED:
            self.known.clear()
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            self.known.update(dict.fromkeys(part))
            answer = await self.client.get(
                f"{MEDIA}/metadata", params={"filter[id][IN]": ",".join(part), "page[limit]": str(AT_ONCE)}
            )
            for one in answer.json()["data"] if answer.status_code == 200 else []:
                self.known[one["id"]] = self._row(one["attributes"])

    async def _columns(self) -> list[str]:
        """The attribute behind each term of the extension, as the media module declares them."""
        answer = await self.client.get(f"{MEDIA}/registry")
        if answer.status_code != 200:
            return [""] * len(MULTIMEDIA_TERMS)
        types = answer.json()["meta"]["types"]
        declared: dict[str, str] = {}
        for name, fact in types.get("metadata", {}).get("attributes", {}).items():
            if fact.get("term"):
                declared.setdefault(fact["term"], name)
        return [
            next((declared[a] for a in ALIASES.get(term, (term,)) if a in declared), "")
            for term in MULTIMEDIA_TERMS
        ]

    def _row(self, attributes: dict[str, Any]) -> Sequence[str] | None:
        """Only what is released to everybody and has an address is published."""
        if attributes.get("publiclyReleasable") is not True:
            return None
        row = [text(attributes.get(name)) if name else "" for name in self.columns or ()]
        return row if row[MULTIMEDIA_TERMS.index("dcterms:identifier")] else None

    def rows(self, links: Sequence[Any]) -> list[Sequence[str]]:
        return [row for id_ in links if (row := self.known.get(id_)) is not None]
