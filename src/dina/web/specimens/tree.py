"""The results as a tree: by their taxa, or by the storage places that they lie in."""

from __future__ import annotations

from starlette.requests import Request

from dina.web.specimens.question import Question
from dina.web.specimens.shelves import Shelves
from dina.web.specimens.taxa import Taxa


def of(request: Request, state: Question) -> Taxa | Shelves:
    """The tree that the address asks for, with what is open in it."""
    query = request.query_params
    kind = Shelves if query.get("by") == "storage" else Taxa
    return kind(state, query.get("open", "")[:290], query.get("more") == "1")
