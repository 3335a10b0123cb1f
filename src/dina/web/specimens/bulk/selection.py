"""Which specimens are meant: ticked ones, all that a search finds, or those of a set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.client import ApiError, Client
from dina.web.specimens.question import TYPE, Question, ask

MOST_TICKED = 10_000
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VALUE = re.compile(r"""(?:[\w.-]+:[=~]?)?(?:"([^"]+)"|([^\s:"()<>=*|-][^\s:"()]*))""")


@dataclass(frozen=True)
class Selection:
    """The records of a bulk edit; the whole of a search stays a search, however many it finds."""

    ids: list[str] = field(default_factory=list[str])
    q: str | None = None
    set: str = ""

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> Selection:
        """What a form or an address says: `id`, or `q` (with `all`, of a `list`), or `set`."""
        many = form.getlist("id") if hasattr(form, "getlist") else []  # type: ignore[attr-defined]
        if UUID.fullmatch(str(form.get("set", ""))):
            return cls(set=str(form["set"]))
        if form.get("all") == "1" and "list" in form:
            return cls(q=Question.parsed(str(form["list"])).q)
        if "q" in form and not many:
            return cls(q=str(form["q"]).strip()[:4000])
        return cls([str(one) for one in many if UUID.fullmatch(str(one))][:MOST_TICKED])

    @classmethod
    def of_job(cls, p: Mapping[str, Any]) -> Selection:
        kept = (p.get("filter") or {}).get("set", "")
        return cls(set=kept) if kept else cls(ids=p["ids"]) if p.get("ids") else cls(q=p.get("q") or "")

    @property
    def asked(self) -> dict[str, Any]:
        """The selection as the API takes it."""
        if self.set:
            return {"filter": {"set": self.set}}
        if self.q is not None:
            return {"q": self.q} if self.q else {"all": True}
        return {"ids": self.ids}

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The controls that carry it from page to page."""
        if self.set:
            return [("set", self.set)]
        return [("q", self.q)] if self.q is not None else [("id", one) for one in self.ids]

    @property
    def empty(self) -> bool:
        return not self.set and self.q is None and not self.ids

    @property
    def word(self) -> str:
        """The words that were searched for: what is misspelt is often what was looked for."""
        found = [a or b for a, b in VALUE.findall(self.q or "")]
        return found[-1] if len(found) == 1 else ""

    async def number(self, client: Client) -> int:
        """How many these are. Raises ApiError."""
        if self.ids:
            return len(self.ids)
        question = {name: value for name, value in self.asked.items() if name != "all"}
        told = await ask(client, "search/count", {"type": TYPE, "exactTotal": True, **question})
        return int(told["total"])

    async def first(self, client: Client, most: int) -> list[str]:
        """The ids of the first of them, in the order of the list. Raises ApiError."""
        if self.ids:
            return self.ids[:most]
        question: dict[str, Any] = {name: value for name, value in self.asked.items() if name != "all"}
        question |= {"type": TYPE, "fields": ["id"], "page": {"limit": most}, "sort": ["materialSampleName"]}
        return [one["id"] for one in (await ask(client, "search", question))["hits"]]

    async def name(self, client: Client) -> str:
        """What the set is called."""
        if not self.set:
            return ""
        try:
            found = await client.get(f"/search/v1/record-set/{self.set}")
        except ApiError:
            return ""
        return str(found.one.attributes.get("name") or "")
