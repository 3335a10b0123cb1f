"""Rules of saved searches and sets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dina.base.errors import Error
from dina.base.json import is_object
from dina.base.resource import Draft
from dina.base.resource.rules import broken

MAX_RECORDS = 100_000
QUESTION = frozenset({"q", "filter", "geometry", "sort", "fields", "facets", "type"})


def question_is_readable(draft: Draft) -> Iterable[Error]:
    """What is kept is what can be sent to `/search` again."""
    query: Any = draft.get("query")
    if query is None or not draft.changed("query"):
        return
    if not is_object(query) or not QUESTION.issuperset(query):
        yield broken("search.saved", "/attributes/query", names=", ".join(sorted(QUESTION)))


def set_is_fixed_or_live(draft: Draft) -> Iterable[Error]:
    if draft.get("records") and draft.get("query") is not None:
        yield broken("search.setOfTwoKinds", "/attributes/query")


def set_is_not_too_long(draft: Draft) -> Iterable[Error]:
    if len(draft.get("records") or ()) > MAX_RECORDS:
        yield broken("search.setTooLong", "/attributes/records", limit=MAX_RECORDS)
