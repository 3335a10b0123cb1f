"""What must hold of a data set for publication."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from dina.base.errors import Error
from dina.base.resource import Draft, rule
from dina.base.resource.checks import UUID_FORM
from dina.base.resource.rules import broken

CORE_TYPE = "material-sample"
"""Data sets are of specimens; with an event core their events are the rows."""


@cache
def vocabularies() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(
        files("dina.modules.exchange.publishing").joinpath("vocabularies.toml").read_text("utf-8")
    )


def licences() -> dict[str, dict[str, Any]]:
    """Licences by their IRI."""
    return {one["key"]: one for one in vocabularies()["publicationLicence"]}


@rule
def query_is_sound(draft: Draft) -> Iterable[Error]:
    """The query names a kind of record, and holds filters as the list of that kind takes them or names a saved search."""
    query = draft.get("query")
    if not isinstance(query, dict) or set(query) - {"type", "filters", "search"}:  # pyright: ignore[reportUnknownArgumentType]
        yield broken("dataset.query", "/attributes/query")
        return
    if query.get("type") != CORE_TYPE:  # pyright: ignore[reportUnknownMemberType]
        yield broken("dataset.queryType", "/attributes/query/type", expected=CORE_TYPE)
    search: Any = query.get("search")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if search is not None and not (isinstance(search, str) and UUID_FORM.fullmatch(search)):
        yield broken("dataset.querySearch", "/attributes/query/search")
    if search is not None and query.get("filters"):  # pyright: ignore[reportUnknownMemberType]
        yield broken("dataset.queryTwice", "/attributes/query")
    given: Any = query.get("filters", {})  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(given, dict) or not all(
        is_filter(name) and isinstance(value, str)
        for name, value in given.items()  # pyright: ignore[reportUnknownVariableType]
    ):
        yield broken("dataset.queryFilters", "/attributes/query/filters")


def is_filter(name: Any) -> bool:
    return isinstance(name, str) and (name == "fiql" or name.startswith("filter["))


@rule
def contacts_are_named(draft: Draft) -> Iterable[Error]:
    """A contact is a person here, a name or an organization; and has a role."""
    contacts: list[dict[str, Any]] = draft.get("contacts") or []
    for position, one in enumerate(contacts):
        if not (one.get("person") or one.get("name") or one.get("organization")):
            yield broken("dataset.contactUnnamed", f"/attributes/contacts/{position}")
        if not one.get("role"):
            yield broken("dataset.contactRole", f"/attributes/contacts/{position}/role")


@rule
def licence_is_open(draft: Draft) -> Iterable[Error]:
    """Aggregators take three licences and no others."""
    given = draft.get("licence")
    if given and given not in licences():
        yield broken("dataset.licence", "/attributes/licence", choices=", ".join(licences()))


@rule
def formats_fit_the_core(draft: Draft) -> Iterable[Error]:
    """A sheet or a columnar file holds one table: that of the occurrences."""
    formats: list[str] = draft.get("formats") or []
    if len(set(formats)) != len(formats):
        yield broken("dataset.formatTwice", "/attributes/formats")
