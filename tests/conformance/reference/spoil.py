"""Faults are registered here: how a question is misread, or an answer spoilt, for one rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.conformance.reference.exchange import Answer, Ask

if TYPE_CHECKING:
    from tests.conformance.reference.api import Api

Misread = Callable[[Ask], Any]
Spoilt = Callable[[Ask, Answer], Any]

QUESTIONS: dict[str, Callable[..., Any]] = {}
ANSWERS: dict[str, Callable[..., Any]] = {}

# broken inside the API itself, where it asks `broken("R…")`
INSIDE = ("R7", "R8", "R105", "R107", "R109", "R110", "R112", "R117", "R119", "R127", "R134", "R159")


def question(rule: str, ask: Ask, api: Api) -> None:
    if rule in QUESTIONS:
        QUESTIONS[rule](ask, api)


def answer(rule: str, ask: Ask, given: Answer, api: Api) -> None:
    if rule in ANSWERS and (ask.path != "/openapi.json" or rule == "R160"):
        ANSWERS[rule](ask, given, api)


def misread(rule: str, change: Misread) -> None:
    QUESTIONS[rule] = lambda ask, api: change(ask)


def spoilt(rule: str, change: Spoilt) -> None:
    ANSWERS[rule] = lambda ask, given, api: change(ask, given)


# small changes to questions


def drop(ask: Ask, test: Callable[[str, str], Any]) -> None:
    """Forget query parameters."""
    ask.query = [(n, v) for n, v in ask.query if not test(n, v)]


def rewrite(ask: Ask, change: Callable[[str, str], tuple[str, str]]) -> None:
    ask.query = [change(n, v) for n, v in ask.query]


def header(ask: Ask, name: str, test: Callable[[str], Any], value: str) -> None:
    """Replace a header where the test holds."""
    if test(ask.headers.get(name, "")):
        ask.headers[name] = value


# small changes to answers


def fail(given: Answer, status: int, code: str = "NOT_FOUND") -> None:
    given.status, given.raw = status, None
    given.document = {"errors": [{"status": str(status), "code": code, "title": code, "detail": code}]}


def document(given: Answer) -> dict[str, Any]:
    return given.document if isinstance(given.document, dict) else {}


def meta(given: Answer) -> dict[str, Any]:
    return document(given).get("meta", {})


def errors(given: Answer) -> list[dict[str, Any]]:
    return document(given).get("errors", [])


def attributes(given: Answer, **values: Any) -> None:
    """Set attributes of every resource; ... removes one."""
    for resource in given.resources:
        found = resource.get("attributes", {})
        found.update(values)
        for name in [n for n, v in found.items() if v is ...]:
            del found[name]


def backwards(given: Answer) -> None:
    if isinstance(document(given).get("data"), list):
        given.document["data"].reverse()
