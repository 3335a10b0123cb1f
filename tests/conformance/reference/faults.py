"""One fault for every rule. Grouped as the rules are; each line is a mistake a real service might make."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.conformance.reference.exchange import JSON_API, Answer, Ask
from tests.conformance.reference.identity import token
from tests.conformance.reference.spoil import (
    ANSWERS,
    INSIDE,
    QUESTIONS,
    attributes,
    backwards,
    document,
    drop,
    errors,
    fail,
    header,
    meta,
    misread,
    rewrite,
    spoilt,
)


def body(ask: Ask, change: Any) -> None:
    """Change the request document, if there is one."""
    try:
        whole = json.loads(ask.body)
    except ValueError:
        return
    change(whole)
    ask.body = json.dumps(whole).encode()


def data(ask: Ask) -> dict[str, Any]:
    try:
        found = json.loads(ask.body).get("data")
    except (ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}


def asks(ask: Ask, method: str, path: str = "") -> bool:
    return ask.method == method and re.fullmatch(path or ".*", ask.origin_path) is not None


BULK, LOAD = ".*/bulk/?", ".*/bulk-load/?"

# addresses and media types
spoilt("R1", lambda q, a: fail(a, 404) if q.prefix == "/collection/v1" else None)
spoilt("R2", lambda q, a: fail(a, 404) if q.prefix == "/api/collection-api" else None)
spoilt("R3", lambda q, a: fail(a, 404) if q.prefix == "/collection/api/v1" else None)


def canonical_links(ask: Ask, answer: Answer) -> None:
    text = json.dumps(answer.document).replace(f'"{ask.prefix}/', '"/collection/v1/')
    answer.document = json.loads(text)


spoilt("R4", canonical_links)
spoilt("R5", lambda q, a: fail(a, 404) if "//" in q.raw_path else None)
spoilt("R6", lambda q, a: fail(a, 308) if q.raw_path.endswith("/") else None)
spoilt("R9", lambda q, a: a.headers.update({"content-type": f"{JSON_API};charset=UTF-8"}))
misread("R10", lambda q: header(q, "accept", lambda v: v == "application/json", "image/png"))
misread("R11", lambda q: header(q, "accept", lambda v: not v, "image/png"))
misread("R12", lambda q: header(q, "content-type", lambda v: "version" in v, JSON_API))
misread("R13", lambda q: header(q, "content-type", lambda v: "urn:x" in v, JSON_API))
misread("R14", lambda q: header(q, "accept", lambda v: "version" in v, JSON_API))
misread("R15", lambda q: header(q, "accept", lambda v: "urn:x" in v, "image/png"))
spoilt("R16", lambda q, a: a.headers.pop("vary"))
misread("R17", lambda q: header(q, "content-type", lambda v: v == "application/json", "text/plain"))
spoilt("R18", lambda q, a: fail(a, 415) if q.method == "DELETE" and q.headers.get("content-type") else None)
spoilt("R19", lambda q, a: fail(a, 405) if q.method == "HEAD" else None)
spoilt("R20", lambda q, a: a.headers.pop("Allow", None))
misread("R21", lambda q: header(q, "content-type", lambda v: 'ext="bulk"' in v, "text/plain"))

# documents
spoilt("R22", lambda q, a: errors(a) and a.document.update(data=None))
spoilt("R23", lambda q, a: [r.update(type="Thing") for r in a.resources])
spoilt(
    "R24",
    lambda q, a: isinstance(document(a).get("data"), list) and a.document["data"].extend(a.document["data"]),
)
spoilt("R25", lambda q, a: attributes(a, shelf="x"))
spoilt("R26", lambda q, a: attributes(a, **{"bad?name": 1}))
spoilt("R27", lambda q, a: [r.get("relationships", {}).update(shelf={}) for r in a.resources])
spoilt(
    "R28",
    lambda q, a: "included" in document(a) and a.document["included"].append({"type": "shelf", "id": "1"}),
)
spoilt("R29", lambda q, a: document(a).get("data") == [] and a.document.update(data=None))
spoilt("R30", lambda q, a: attributes(a, createdBy=...))
spoilt("R31", lambda q, a: attributes(a, group=...))
spoilt("R32", lambda q, a: attributes(a, createdOn="01/02/2026 10:00"))
spoilt("R33", lambda q, a: attributes(a, details={"2026": 1}))
spoilt("R34", lambda q, a: attributes(a, details={"data": 1}))
misread("R35", lambda q: q.headers.pop("crnk-compact", None))
spoilt("R36", lambda q, a: [r.update(links={}) for r in a.resources if "bulk" in q.path])
spoilt("R37", lambda q, a: [r.pop("links", None) for r in a.resources])


def wrong_counts(ask: Ask, answer: Answer) -> None:
    for resource in answer.resources:
        for relationship in resource.get("relationships", {}).values():
            related = relationship.get("links", {}).get("related")
            if isinstance(related, dict):
                related["meta"]["count"] += 1


spoilt("R38", wrong_counts)
spoilt("R39", lambda q, a: document(a).update(jsonapi={"version": "2.0"}))

# meta
spoilt("R40", lambda q, a: meta(a).update(limit="3"))
spoilt("R41", lambda q, a: meta(a).update(callDate=(datetime.now(UTC) - timedelta(hours=2)).isoformat()))
spoilt("R42", lambda q, a: meta(a).update(responseTime="quick"))
spoilt("R43", lambda q, a: meta(a).update(apiVersion="v9"))
spoilt("R44", lambda q, a: meta(a).update(results=1))
spoilt("R45", lambda q, a: meta(a).pop("sort", None))
spoilt("R46", lambda q, a: meta(a).pop("moduleVersion", None))
spoilt("R47", lambda q, a: meta(a).update(totalResourceCount=len(a.resources)))
spoilt("R48", lambda q, a: meta(a).pop("external", None))
spoilt("R49", lambda q, a: meta(a).update(supportedLanguages=["English"]))

# query string and paging
misread("R50", lambda q: drop(q, lambda n, v: "%5B" in q.raw_query))
spoilt("R51", lambda q, a: fail(a, 400) if q.raw_query.startswith("&") else None)


def decoded_too_early(ask: Ask) -> None:
    pairs = [pair.partition("=") for pair in unquote(ask.raw_query).split("&") if pair]
    ask.query = [(n, v) for n, _, v in pairs if n.startswith(("filter", "page"))]


misread("R52", decoded_too_early)
misread("R53", lambda q: drop(q, lambda n, v: n == "foo"))
spoilt("R54", lambda q, a: [e.pop("source", None) for e in errors(a)])
misread("R55", lambda q: rewrite(q, lambda n, v: (n, str(int(v) // 2)) if n == "page[offset]" else (n, v)))
misread("R56", lambda q: "page[limit]" in dict(q.query) or q.query.append(("page[limit]", "20")))
misread("R57", lambda q: rewrite(q, lambda n, v: (n, "20") if v == "1000" else (n, v)))
misread("R58", lambda q: rewrite(q, lambda n, v: (n, "20") if v == "10000000" else (n, v)))
misread("R59", lambda q: drop(q, lambda n, v: n.startswith("page") and not v.isdigit()))
spoilt("R60", lambda q, a: fail(a, 404) if "900000000" in q.raw_query else None)
spoilt("R61", lambda q, a: document(a).get("links", {}).update(next=None))


def unsteady(ask: Ask, answer: Answer, api: Any) -> None:
    api.burst += 1
    if api.burst % 2:
        backwards(answer)


ANSWERS["R62"] = unsteady

# filters
misread("R63", lambda q: drop(q, lambda n, v: n == "filter[name]"))
misread("R64", lambda q: rewrite(q, lambda n, v: (n, v.split(",")[0]) if n == "filter[name]" else (n, v)))
misread("R65", lambda q: rewrite(q, lambda n, v: (n.replace("[GT]", "[GOE]"), v)))
misread("R66", lambda q: rewrite(q, lambda n, v: (n.replace("[LIKE]", "[ILIKE]"), v)))
misread("R67", lambda q: rewrite(q, lambda n, v: (n, v.replace('"', ""))))
misread("R68", lambda q: rewrite(q, lambda n, v: (n, v.split(",")[0])))
misread("R69", lambda q: drop(q, lambda n, v: ".uuid]" in n))
misread("R70", lambda q: drop(q, lambda n, v: "managedAttributes." in n))
misread("R71", lambda q: drop(q, lambda n, v: "details." in n))
misread("R72", lambda q: drop(q, lambda n, v: v == "null"))
misread("R73", lambda q: rewrite(q, lambda n, v: (n, re.sub("[@'&#;()+]", "", v))))
misread("R74", lambda q: drop(q, lambda n, v: "[NEQ]" in n and "," in v))
misread("R75", lambda q: drop(q, lambda n, v: "noSuch" in n))
misread("R76", lambda q: drop(q, lambda n, v: v == "x"))
misread("R77", lambda q: drop(q, lambda n, v: " OR " in v))
misread("R78", lambda q: rewrite(q, lambda n, v: (n, v.replace(";", ",")) if n == "fiql" else (n, v)))
misread("R79", lambda q: rewrite(q, lambda n, v: (n, v.replace("\\*", "*")) if n == "fiql" else (n, v)))
misread("R80", lambda q: drop(q, lambda n, v: "null" in v))
misread(
    "R81", lambda q: rewrite(q, lambda n, v: (n, re.sub(r"[+-]\d\d:\d\d", "Z", v)) if n == "fiql" else (n, v))
)
misread("R82", lambda q: drop(q, lambda n, v: n in ("fiql", "filter[rsql]")))
misread("R83", lambda q: drop(q, lambda n, v: n == "filter[rsql]"))
misread("R84", lambda q: rewrite(q, lambda n, v: (n, v.split(",")[0]) if n == "sort" else (n, v)))
misread("R85", lambda q: rewrite(q, lambda n, v: (n, v.replace("-", "")) if n == "sort" else (n, v)))


def sorted_by_case(ask: Ask, answer: Answer) -> None:
    if ask.parameter("sort") == "name":
        answer.document["data"].sort(key=lambda r: r["attributes"]["name"])


spoilt("R86", sorted_by_case)
misread("R87", lambda q: drop(q, lambda n, v: n == "sort" and "." in v))
misread("R88", lambda q: drop(q, lambda n, v: n == "sort" and "noSuch" in v))
spoilt("R89", lambda q, a: document(a).pop("included", None))
misread("R90", lambda q: drop(q, lambda n, v: n == "include" and "noSuch" in v))
misread("R91", lambda q: rewrite(q, lambda n, v: (n, v.split(".")[0]) if n == "include" else (n, v)))
spoilt(
    "R92",
    lambda q, a: "included" in document(a) and a.document["included"].append({"type": "person", "id": "1"}),
)
misread("R93", lambda q: drop(q, lambda n, v: n.startswith("fields")))
spoilt("R94", lambda q, a: attributes(a, lineage=[]))
misread("R170", lambda q: drop(q, lambda n, v: "preparedBy.id" in n))
spoilt("R169", lambda q, a: fail(a, 400) if q.path == "/audit-snapshot" and q.query else None)

# reading
spoilt("R95", lambda q, a: a.__init__(200, {"data": None}) if a.status == 404 else None)
spoilt("R96", lambda q, a: fail(a, 404) if document(a).get("data", 0) is None else None)
spoilt("R97", lambda q, a: fail(a, 404) if "/relationships/" in q.path else None)
spoilt("R98", lambda q, a: attributes(a, value=1) if q.path.endswith("count") else None)
spoilt("R99", lambda q, a: fail(a, 404) if q.path.endswith("languages") else None)
misread("R100", lambda q: drop(q, lambda n, v: n == "language"))


def sticky_language(ask: Ask, api: Any) -> None:
    given = ask.parameter("lang")
    api.sticky = given or getattr(api, "sticky", None)
    if api.sticky and not given:
        ask.query.append(("lang", api.sticky))


QUESTIONS["R101"] = sticky_language

# writing
spoilt("R102", lambda q, a: a.headers.pop("location", None))
misread("R103", lambda q: setattr(q, "body", q.body.replace(b"no-such-type", b"specimen")))
spoilt("R104", lambda q, a: fail(a, 403) if q.method == "POST" and data(q).get("id") else None)
spoilt("R106", lambda q, a: attributes(a, createdBy="somebody-else"))
spoilt("R108", lambda q, a: fail(a, 404) if b"preparedBy" in q.body else None)
spoilt("R111", lambda q, a: a.__init__(204) if q.method == "PATCH" else None)
spoilt("R113", lambda q, a: fail(a, 400) if q.method == "PATCH" and "id" not in data(q) else None)
spoilt("R114", lambda q, a: fail(a, 400) if q.method == "PATCH" and b"createdOn" in q.body else None)
misread("R115", lambda q: body(q, lambda d: d["data"]["attributes"].pop("noSuchAttribute", None)))
misread("R116", lambda q: body(q, lambda d: d["data"].pop("relationships", None)))
spoilt("R118", lambda q, a: setattr(a, "document", {"message": "bad"}) if a.status == 400 else None)
misread("R120", lambda q: q.headers.pop("if-match", None))
spoilt("R121", lambda q, a: setattr(a, "status", 202) if q.method == "DELETE" else None)
spoilt("R122", lambda q, a: fail(a, 404) if a.status == 410 else None)
spoilt("R123", lambda q, a: [e.update(links={"about": {"href": "x"}}) for e in errors(a)])
misread("R124", lambda q: drop(q, lambda n, v: n == "deleted"))
misread("R125", lambda q: drop(q, lambda n, v: n == "purge"))
misread("R126", lambda q: asks(q, "POST", ".*/relationships/.*") and setattr(q, "method", "PATCH"))

# bulk and revisions
spoilt("R128", lambda q, a: backwards(a) if asks(q, "POST", BULK) else None)
spoilt("R129", lambda q, a: backwards(a) if asks(q, "PATCH", BULK) else None)
spoilt("R130", lambda q, a: fail(a, 405) if asks(q, "DELETE", BULK) else None)
spoilt("R131", lambda q, a: backwards(a) if asks(q, "POST", LOAD) else None)
spoilt("R132", lambda q, a: [e.update(source={"pointer": "/data/0"}) for e in errors(a)])
spoilt("R133", lambda q, a: errors(a) and setattr(a, "document", {"errors": errors(a)[:1]}))
spoilt("R135", lambda q, a: fail(a, 413) if len(q.body) > 50_000 else None)
spoilt(
    "R136",
    lambda q, a: fail(a, 415) if asks(q, "POST", BULK) and "bulk" not in q.headers["content-type"] else None,
)
misread("R137", lambda q: drop(q, lambda n, v: n == "filter[author]"))
spoilt("R138", lambda q, a: attributes(a, author="anonymous") if "audit" in q.path else None)
misread("R139", lambda q: drop(q, lambda n, v: v == "bad"))
spoilt("R140", lambda q, a: document(a).pop("atomic:results", None))

# errors
spoilt("R141", lambda q, a: setattr(a, "document", {}) if a.status >= 400 else None)
spoilt("R142", lambda q, a: [e.update(status=f"{a.status} BAD") for e in errors(a)])
spoilt("R143", lambda q, a: [e.update(status=a.status) for e in errors(a)])
spoilt("R144", lambda q, a: [e.update(detail="") for e in errors(a)])
spoilt("R145", lambda q, a: ["source" in e and e.update(source={"pointer": "name"}) for e in errors(a)])
spoilt("R146", lambda q, a: errors(a) and setattr(a, "document", {"errors": errors(a)[:1]}))
spoilt(
    "R147",
    lambda q, a: [e.update(detail="java.lang.NullPointerException: at x.Y(Y.java:3)") for e in errors(a)],
)
spoilt("R148", lambda q, a: [e.update(code=e["status"]) for e in errors(a)])


# who may do what
def act_as(ask: Ask, role: str, *roles: str) -> None:
    """Confuse these roles (all, if none is named) with another."""
    given = ask.headers.get("authorization", "").split(" ")[-1]
    if not roles or given in [token(r) for r in roles]:
        ask.headers["authorization"] = f"Bearer {token(role)}"


spoilt("R149", lambda q, a: a.headers.pop("WWW-Authenticate", None))
spoilt("R150", lambda q, a: a.__init__(200, {"data": []}) if a.status == 403 else None)
spoilt("R151", lambda q, a: a.__init__(200, {"data": []}) if a.status == 401 else None)
misread("R152", lambda q: header(q, "authorization", lambda v: v.startswith("bearer"), ""))
misread("R153", lambda q: act_as(q, "user", "guest") if q.method == "DELETE" else None)
spoilt("R154", lambda q, a: [r.get("meta", {}).update(permissions=["create", "read"]) for r in a.resources])
spoilt("R155", lambda q, a: setattr(a, "status", 200) if q.path == "/permission-check" else None)
misread("R156", lambda q: act_as(q, "read-only-admin") if q.method == "GET" else None)
misread(
    "R157",
    lambda q: q.query.append(("filter[group]", "dina-check")) if "identifier" in q.origin_path else None,
)
misread("R158", lambda q: act_as(q, "admin") if "api-info" in q.origin_path else None)

# description, files, limits
spoilt("R160", lambda q, a: "x-dina" in document(a) and a.document.update(openapi="2.0"))
spoilt("R161", lambda q, a: attributes(a, count="many"))
spoilt("R162", lambda q, a: a.headers.pop("content-disposition", None))
misread("R163", lambda q: header(q, "content-type", lambda v: v.startswith("multipart"), JSON_API))
spoilt("R164", lambda q, a: setattr(a, "status", 400) if a.status == 413 else None)
spoilt("R165", lambda q, a: a.headers.pop("Retry-After", None))
spoilt("R166", lambda q, a: fail(a, 503) if q.parameter("include") else None)
spoilt("R167", lambda q, a: setattr(a, "document", a.document * 2) if q.origin_path == "/queue" else None)
spoilt("R168", lambda q, a: fail(a, 404) if q.origin_path == "/keycloak.json" else None)
spoilt("R171", lambda q, a: time.sleep(1.02) if q.method == "GET" and not q.query else None)

FAULTS = frozenset({*QUESTIONS, *ANSWERS, *INSIDE})
