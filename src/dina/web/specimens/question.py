"""What the address of the specimen list asks the search module, and its answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request

from dina.client import Client
from dina.web.generic.asked import SIZES, whole
from dina.web.texts import N_

TYPE = "material-sample"
SEARCH = "/search/v1"
KINDS = {
    "search": "search",
    "search/count": "search-count",
    "search/tiles": "search-tile",
    "search/read": "search-reading",
}
LONGEST = 4000
"""Characters of a search in an address; the search module reads no more of its box."""
VIEWS = (("table", N_("Table")), ("map", N_("Map")), ("charts", N_("Charts")), ("tree", N_("Tree")))
DEEPEST = 100_000
"""The search module goes no further by number; cursors go on, but no address holds them."""
PLAIN = re.compile(r"[\w.-]+")
DATE = "collectingEvent.startEventDateTime"


@dataclass(frozen=True)
class Facet:
    """A summary of the results by the values of a field; `name` is how the box calls the field."""

    name: str
    field: str
    label: str
    kind: str = "terms"


UPRIGHT = ("year", "month")
"""Periods whose chart has bars side by side over a scale of time."""
FACETS = (
    Facet("type", "organism.determination.typeStatus", N_("Type status")),
    Facet("country", "collectingEvent.dwcCountry", N_("Country")),
    Facet("genus", "organism.determination.parsedName.genus", N_("Genus")),
    Facet("collection", "collection.name", N_("Collection")),
    Facet("collector", "collectingEvent.dwcRecordedBy", N_("Collector")),
    Facet("date", DATE, N_("Decade"), "decade"),
    Facet("kind", "materialSampleType", N_("Kind of material")),
    Facet("tag", "tags", N_("Tag")),
)
CHARTS = (
    Facet("date", DATE, N_("By year"), "year"),
    Facet("country", "collectingEvent.dwcCountry", N_("By country")),
    Facet("type", "organism.determination.typeStatus", N_("By type status")),
    Facet("collector", "collectingEvent.dwcRecordedBy", N_("By collector")),
    Facet("kind", "materialSampleType", N_("By kind of material")),
    Facet("condition", "materialSampleState", N_("By state")),
    Facet("by", "createdBy", N_("By person who entered")),
    Facet("created", "createdOn", N_("By month of entry"), "month"),
)


@dataclass(frozen=True)
class Question:
    """The state of the list; `at` is the place of a record in it, for going to the next one."""

    q: str = ""
    sort: str = ""
    view: str = "table"
    cols: str = ""
    offset: int = 0
    limit: int = SIZES[0]

    @classmethod
    def of(cls, query: QueryParams | Mapping[str, str]) -> Question:
        """Read an address; what makes no sense in it is passed over."""
        view = query.get("view", "")
        limit = whole(query.get("limit", ""), SIZES[0], SIZES[-1])
        return cls(
            query.get("q", "").strip()[:LONGEST], query.get("sort", "")[:300], view if view in dict(VIEWS) else "table",
            query.get("cols", "")[:4000], whole(query.get("offset", ""), 0, DEEPEST), max(limit, 1),
        )  # fmt: skip

    @classmethod
    def parsed(cls, text: str) -> Question:
        return cls.of(QueryParams(text.removeprefix("?")[:12_000]))

    def address(self, **changes: Any) -> str:
        """The address of the list with some of its state changed."""
        values = self.values() | changes
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def carried(self, *without: str) -> list[tuple[str, str]]:
        """The state as fields of a form that goes back to the first page."""
        left = {"offset", *without}
        return [(name, str(value)) for name, value in self.values().items() if value and name not in left]

    def values(self) -> dict[str, Any]:
        return {
            "q": self.q, "sort": self.sort, "view": self.view if self.view != "table" else "", "cols": self.cols,
            "offset": self.offset or "", "limit": self.limit if self.limit != SIZES[0] else "",
        }  # fmt: skip

    def plus(self, term: str) -> str:
        """The address with one more condition."""
        return self.address(q=f"{self.q} {term}".strip(), offset="")

    def asking(self, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"type": TYPE} | ({"q": self.q} if self.q else {})
        found |= {"sort": [self.sort]} if self.sort else {} if self.q else {"sort": ["-createdOn"]}
        return found | more


def quoted(value: object) -> str:
    """A value as it stands in the box, whatever is in it."""
    text = str(value)
    return text if PLAIN.fullmatch(text) else '"' + text.replace('"', " ") + '"'


def term(name: str, value: object, kind: str = "terms") -> str:
    """A condition in the language of the box: a decade is a range, a value is whole."""
    if kind == "decade":
        return f"{name}:{value}..{int(str(value)) + 9}"
    if kind in UPRIGHT:
        return f"{name}:{value}"
    return f"{name}:={quoted(value)}"


def facets_asked(facets: tuple[Facet, ...], size: int) -> list[dict[str, Any]]:
    return [
        {"name": one.label, "field": one.field, "size": size} if one.kind == "terms"
        else {"name": one.label, "kind": "date_histogram", "field": one.field, "interval": one.kind}
        for one in facets
    ]  # fmt: skip


async def ask(client: Client, path: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A question to the search module. Raises ApiError."""
    body = {"data": {"type": KINDS[path], "attributes": dict(attributes)}}
    return (await client.request("POST", f"{SEARCH}/{path}", body=body))["data"]["attributes"]


async def pages_of(client: Client, question: Question, size: int = 1000) -> AsyncIterator[list[str]]:
    """The ids of all that is found, however many, in the order of the list."""
    after: str | None = None
    while True:
        page: dict[str, Any] = {"limit": size} | ({"after": after} if after else {})
        told = await ask(client, "search", question.asking(page=page, fields=["id"]))
        yield [one["id"] for one in told["hits"]]
        after = told["next"]
        if not after:
            return


async def ids_of(client: Client, question: Question, most: int) -> list[str]:
    """The ids of all that is found, up to a number, in the order of the list."""
    found: list[str] = []
    async for page in pages_of(client, question, min(1000, most)):
        found += page
        if len(found) >= most:
            break
    return found[:most]


def state_of(request: Request) -> Question:
    return Question.of(request.query_params)
