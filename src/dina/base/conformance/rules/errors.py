"""R141 to R148: error bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dina.base.conformance.check import Check, nobody
from dina.base.conformance.exchange import Exchange, as_list, as_object, exists
from dina.base.conformance.rule import MUST, SHOULD, rule

CODES = frozenset(
    """
    MALFORMED_DOCUMENT BAD_PARAMETER UNKNOWN_PARAMETER UNKNOWN_ATTRIBUTE UNKNOWN_RELATIONSHIP
    FILTER_SYNTAX FILTER_TOO_COMPLEX INCLUDE_TOO_LARGE PAGE_LIMIT_TOO_LARGE UNSAFE_TEXT HIERARCHY_LOOP
    NOT_AUTHENTICATED TOKEN_EXPIRED FORBIDDEN REALM_ROLE_MISSING NOT_FOUND RELATED_NOT_FOUND
    NO_SUCH_ENDPOINT METHOD_NOT_ALLOWED NOT_ACCEPTABLE UNSUPPORTED_MEDIA_TYPE TYPE_MISMATCH ID_MISMATCH
    ID_IN_USE STALE_VERSION GONE PRECONDITION_FAILED PRECONDITION_REQUIRED PAYLOAD_TOO_LARGE
    TOO_MANY_ITEMS CONSTRAINT_VIOLATION BUSINESS_RULE VOCABULARY_VALUE NOT_UNIQUE STILL_REFERENCED
    LINKAGE_TYPE_MISMATCH RATE_LIMITED INTERNAL_ERROR UNAVAILABLE IDEMPOTENCY_KEY_REUSED URI_TOO_LONG
    """.split()  # noqa: SIM905 - a table of words reads better
)
LEAKS = re.compile(
    r"\bat [\w.$]+\([\w.]+:\d+\)|Traceback \(most recent|\bFile \"[^\"]+\", line|"
    r"\b(?:java|javax|org|com|io)\.[a-z]\w*\.\w+|\b\w+(?:Exception|Error)\b:|psycopg|sqlalchemy|hibernate|"
    r"\bSELECT\b.+\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.+\bSET\b|\bSQLSTATE\b|"
    r"(?:/usr|/home|/opt|/var|/app)/\w+/",
    re.S,
)
OTHER_PATHS = ("/openapi.json", "/openapi.yaml", "/docs", "instance.json", "keycloak.json", "/health")


def provoked(c: Check) -> None:
    """Ask for the usual errors once per run, so that there is something to judge."""
    if "provoked" in c.run.cache:
        return
    c.run.cache["provoked"] = True
    c.get(f"/{c.t}/{nobody()}")
    c.get("/no-such-type-at-all")
    for query in (
        "foo=1",
        "page[limit]=abc",
        "filter[noSuchAttribute]=1",
        "sort=nope",
        "include=nope",
        "fiql=((",
    ):
        c.get(f"/{c.t}", query)
    c.get(f"/{c.t}", headers={"Accept": "image/png"})
    c.send("PUT", f"/{c.t}/{nobody()}", {"data": None})
    if not c.config.dev:
        c.get(f"/{c.t}", role=None)
    if not c.read_only:
        c.post(f"/{c.t}", b"{")
        c.post(f"/{c.t}", {"data": {"type": "no-such-type"}})
        c.post(f"/{c.t}", c.template(), headers={"Content-Type": "text/plain"})
        c.post(f"/{c.t}", c.template({"noSuchAttribute": 1}))
        c.post(f"/{c.t}", incomplete(c))
        c.patch(f"/{c.t}/{nobody()}", c.document({}))


def incomplete(c: Check) -> dict[str, Any]:
    """A create document without what must be there."""
    document = c.template()
    document["data"].get("attributes", {}).pop(c.kind.required or c.kind.text, None)
    return document


def refusals(c: Check) -> Iterator[Exchange]:
    """Every answer of the run with status 400 or above, from the API proper."""
    provoked(c)
    for answer in list(c.session.exchanges):
        if answer.status < 400 or answer.method == "HEAD" or answer.path.endswith(OTHER_PATHS):
            continue
        if any(answer.url.startswith(address) for address in c.config.addresses):
            yield answer


@rule(141, MUST, "J", "Every refusal has an errors array", "J§Errors; U", observes=True)
def errors_array(c: Check) -> None:
    for answer in refusals(c):
        c.expect(
            answer.errors, f"errors in the answer to {answer.method} {answer.url}", answer.brief(), of=answer
        )


@rule(142, MUST, "J", "status is the HTTP number as a string", "J§Error objects", observes=True)
def status_number(c: Check) -> None:
    for answer in refusals(c):
        found = [e.get("status") for e in answer.errors if "status" in e]
        wrong = [s for s in found if not (isinstance(s, str) and re.fullmatch(r"[45]\d\d", s))]
        one = len(answer.errors) > 1 or found == [str(answer.status)]
        c.expect(
            not wrong and one, f'status "{answer.status}" for {answer.method} {answer.url}', found, of=answer
        )


@rule(143, MUST, "K", "status is a string that holds the number", "U", observes=True)
def status_string(c: Check) -> None:
    for answer in refusals(c):
        for error in answer.errors:
            told = error.get("status")
            c.expect(
                isinstance(told, str) and re.search(r"[45]\d\d", told), "status as a string", told, of=answer
            )


@rule(
    144,
    MUST,
    "K",
    "A bad attribute is 422 with a pointer and a sentence",
    "B:ConstraintViolationExceptionMapperIT; U:getErrorMessages",
    needs="required writable",
    writes=True,
)
def attribute_errors(c: Check) -> None:
    answer = c.refused(c.post(f"/{c.t}", incomplete(c)), 422)
    for error in answer.errors:
        c.expect(as_object(error.get("source")).get("pointer"), "source.pointer", error)
        c.expect(isinstance(error.get("detail"), str) and error["detail"].strip(), "a detail sentence", error)


@rule(145, MUST, "J", "source.pointer names something in the request", "J§Error objects", observes=True)
def pointers_exist(c: Check) -> None:
    for answer in refusals(c):
        if "bulk-load" in answer.path:
            continue
        for error in answer.errors:
            pointer = as_object(error.get("source")).get("pointer")
            if pointer is not None:
                there = isinstance(pointer, str) and exists(pointer, answer.request)
                c.expect(there, "a pointer to something that was sent", pointer, of=answer)


@rule(146, SHOULD, "O", "Two bad attributes give two errors", "§21", needs="required writable", writes=True)
def all_errors(c: Check) -> None:
    alone, document = c.template(), incomplete(c)
    attributes = document["data"]["attributes"]
    if c.kind.grouped and c.kind.required != "group":
        del alone["data"]["attributes"]["group"]
    demanded = c.kind.grouped and c.post(f"/{c.t}", alone).status == 422
    if demanded:
        del attributes["group"]
    else:
        wrong = [name for name in (c.kind.number, c.kind.date) if name]
        c.need(wrong, f"not applicable: {c.t} has no two attributes that can be wrong")
        attributes |= dict.fromkeys(wrong, "neither number nor date")
    answer = c.refused(c.post(f"/{c.t}", document), 400, 422)
    c.expect(len(answer.errors) >= 2, "two errors", answer.brief())


@rule(147, MUST, "O", "No stack trace, class name, SQL or file path in an error", "§21", observes=True)
def no_leaks(c: Check) -> None:
    for answer in refusals(c):
        text = answer.body.decode("utf-8", "replace")
        found = LEAKS.search(text)
        c.expect(
            found is None,
            f"no internals in the answer to {answer.method} {answer.url}",
            found and found[0],
            of=answer,
        )


@rule(148, SHOULD, "O", "code is one of the documented words", "§21", observes=True)
def codes(c: Check) -> None:
    known = CODES | documented(c)
    for answer in refusals(c):
        strange = [e.get("code") for e in answer.errors if e.get("code") not in known]
        c.expect(not strange, f"a documented code for {answer.method} {answer.url}", strange, of=answer)


def documented(c: Check) -> set[str]:
    """The codes the module's own description lists."""
    schemas = as_object(as_object(c.config.openapi.get("components")).get("schemas"))
    members = as_object(as_object(schemas.get("Error")).get("properties"))
    return {str(word) for word in as_list(as_object(members.get("code")).get("enum"))}
