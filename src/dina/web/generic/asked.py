"""What the address of a list asks for: filters, text, columns, order, page. The address is the whole state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request

from dina.web.generic import filters
from dina.web.generic.columns import Column, columns_of, default_columns
from dina.web.generic.filters import Filter, Place
from dina.web.registry import TypeView
from dina.web.rendering import client_of, registry_of, who_of

SIZES = (25, 50, 100, 200)
MOST = 10_000_000


@dataclass
class Asked:
    """A list as it was asked for, with everything one could ask for."""

    view: TypeView
    language: str
    text: str
    filters: list[Filter]
    places: dict[str, Place]
    columns: list[Column]
    all_columns: dict[str, Column]
    chosen: bool
    sort: str
    offset: int
    limit: int
    deleted: bool
    group: str
    everything: bool

    @property
    def fiql(self) -> str:
        """All conditions as one expression; empty when there are none."""
        parts = [one.fiql() for one in self.filters]
        if self.group:
            parts.append(f"group=={filters.escaped(self.group)}")
        if self.text and self.view.searched():
            parts.append(f"({filters.text_filter(self.view, self.text)})")
        return ";".join(parts)

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """The state as parameters of an address; `without` leaves one filter out, `plus` adds one."""
        without: Filter | None = changes.pop("without", None)
        plus: str = changes.pop("plus", "")
        values = {
            "q": self.text,
            "sort": self.sort,
            "cols": ",".join(one.path for one in self.columns) if self.chosen else "",
            "limit": self.limit if self.limit != SIZES[0] else "",
            "offset": self.offset or "",
            "bin": "1" if self.deleted else "",
            "group": "all" if self.everything else "",
            "all": "",
        } | changes
        found = [("f", one.text) for one in self.filters if one is not without]
        found += [("f", plus)] if plus else []
        return found + [(name, str(value)) for name, value in values.items() if value]

    def address(self, **changes: Any) -> str:
        return "?" + urlencode(self.pairs(**changes))

    def params(self) -> list[tuple[str, Any]]:
        """The parameters for the API, without page."""
        found: list[tuple[str, Any]] = [("fiql", self.fiql)] if self.fiql else []
        found += [("sort", self.sort)] if self.sort else []
        return found + ([("deleted", "true")] if self.deleted else [])


def whole(text: str, default: int, most: int) -> int:
    return min(int(text), most) if text.isdecimal() and len(text) < 12 else default


def sorting(view: TypeView, text: str) -> str:
    fact = view.attributes.get(text.removeprefix("-"))
    return text if fact and fact.get("sortable") else ""


async def asked(
    request: Request, view: TypeView, query: QueryParams | Mapping[str, str] | None = None
) -> Asked:
    """Read the address; what makes no sense in it is passed over."""
    given = QueryParams(query) if query is not None and not isinstance(query, QueryParams) else query
    values = request.query_params if given is None else given
    language, registry = request.state.language, await registry_of(request)
    custom = await request.app.state.custom.of(view.type, client_of(request), registry)
    places = filters.places_of(registry, view, custom, language)
    everything = columns_of(registry, view, custom, language)
    names = [name for name in values.get("cols", "").split(",") if name in everything][:60]
    columns = [everything[name] for name in names] or default_columns(view, everything)
    chips = filters.read(values.getlist("f"), places)
    preferred = request.state.session.prefs.get("group", "")
    grouped = "group" in view.attributes and "group" in places
    free = any(one.place.path == "group" for one in chips) or values.get("group") == "all"
    group = preferred if grouped and not free and preferred in who_of(request).groups else ""
    limit = whole(values.get("limit", ""), SIZES[0], SIZES[-1])
    return Asked(
        view, language, values.get("q", "").strip()[:200], chips, places, columns, everything, bool(names),
        sorting(view, values.get("sort", "")), whole(values.get("offset", ""), 0, MOST), max(limit, 1),
        values.get("bin") == "1", group, values.get("group") == "all",
    )  # fmt: skip


def hidden(pairs: Sequence[tuple[str, str]], *names: str) -> list[tuple[str, str]]:
    """Parameters that a form carries along, without those it asks for itself."""
    return [(name, value) for name, value in pairs if name not in names]
