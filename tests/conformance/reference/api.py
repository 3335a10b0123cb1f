"""The routes: a function from request to answer."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from tests.conformance.reference import spoil
from tests.conformance.reference.description import describe
from tests.conformance.reference.documents import Shape
from tests.conformance.reference.exchange import JSON_API, TITLES, Answer, Ask, Refusal
from tests.conformance.reference.filters import linkage, ordered, tests_of
from tests.conformance.reference.identity import caller
from tests.conformance.reference.world import KINDS, Kind, Row, World, new_id, now, stamp
from tests.conformance.reference.writing import Writer, gone

PREFIXES = ("/collection/v1", "/api/collection-api", "/collection/api/v1")
LANGUAGES = ("en", "fr")
MAX_BODY, MAX_LIMIT, BURST = 1_000_000, 1000, 300
KNOWN = re.compile(
    r"filter\[.*|fiql|sort|page\[(limit|offset)\]|include|(opt)?fields\[[\w-]+\]|lang|language|deleted|purge"
)
SNAPSHOT_ORDER = ("createdOn", "-createdOn", "commitDateTime", "-commitDateTime")


class Api:
    """The whole API in memory. `faults` are rule names such as R58; each breaks what the rule demands."""

    def __init__(self, faults: Iterable[str] = ()) -> None:
        self.faults = frozenset(faults)
        self.world = World()
        self.burst = 0

    def broken(self, rule: str) -> bool:
        return rule in self.faults

    def __call__(self, request: httpx.Request) -> httpx.Response:
        ask = Ask.of(request)
        for rule in self.faults:
            spoil.question(rule, ask, self)
        answer = self.answer(ask)
        for rule in self.faults:
            spoil.answer(rule, ask, answer, self)
        return answer.response(ask.method)

    def answer(self, ask: Ask) -> Answer:
        started = time.perf_counter()
        saved = self.world.copy()
        try:
            answer = self.outside(ask) or self.inside(ask)
        except Refusal as refusal:
            if not self.broken("R127") and not self.broken("R134"):
                self.world.restore(saved)
            answer = self.refused(ask, refusal)
        if answer.document is not None and answer.raw is None and "content-type" not in answer.headers:
            answer.headers["content-type"] = JSON_API
            if ask.headers.get("accept") == "application/json":
                answer.headers["content-type"] = "application/json"
            meta = {
                "callDate": stamp(now()),
                "responseTime": round((time.perf_counter() - started) * 1000, 3),
                "apiVersion": "v1",
                "moduleVersion": "1.0.0",
                "supportedLanguages": list(LANGUAGES),
            }
            meta |= answer.document.get("meta", {})
            answer.document |= {"jsonapi": {"version": "1.1"}, "meta": meta}
        answer.headers |= {"vary": "Accept, Accept-Language, Authorization", "content-language": ask.language}
        return answer

    def refused(self, ask: Ask, refusal: Refusal) -> Answer:
        titles = TITLES[ask.language]
        status = refusal.status
        if len({e["status"] for e in refusal.errors}) > 1:
            status = 400
        errors = [{"title": titles.get(int(e["status"]), e["code"]), **e} for e in refusal.errors]
        return Answer(status, {"errors": errors}, dict(refusal.headers))

    def outside(self, ask: Ask) -> Answer | None:
        """Addresses beside the API proper."""
        if ask.scheme == "http" and not self.broken("R8"):
            raise Refusal(403, "FORBIDDEN")
        path = ask.origin_path
        if path in ("/api/instance.json", "/keycloak.json"):
            if ask.method != "GET":
                return Answer(405, {"errors": []}, {"allow": "GET", "content-type": "application/json"})
            return Answer(200, {"name": "reference"}, {"content-type": "application/json"})
        if path == "/queue":
            return Answer(200, list(self.world.messages), {"content-type": "application/json"})
        known = (*PREFIXES, "/herbarium/v1") if self.broken("R7") else PREFIXES
        found = [p for p in known if path == p or path.startswith(f"{p}/")]
        if not found:
            raise Refusal(404, "NO_SUCH_ENDPOINT")
        ask.prefix = max(found, key=len)
        ask.path = path[len(ask.prefix) :].rstrip("/")
        if ask.path == "/openapi.json":
            document = describe(ask.prefix)
            return Answer(200, document, {"content-type": "application/json"})
        return None

    def inside(self, ask: Ask) -> Answer:
        self.negotiate(ask)
        ask.language = self.language(ask)
        ask.caller = caller(ask.headers.get("authorization", ""))
        self.meter(ask)
        for name, _ in ask.query:
            if not KNOWN.fullmatch(name):
                raise Refusal(400, "UNKNOWN_PARAMETER", name, parameter=name)
        if ask.method == "HEAD":
            ask.method = "GET"
            answer = self.route(ask)
            ask.method = "HEAD"
            return answer
        return self.route(ask)

    def language(self, ask: Ask) -> str:
        chosen = ask.parameter("language", "lang") or ""
        return chosen if chosen in LANGUAGES else "en"

    def meter(self, ask: Ask) -> None:
        if ask.caller.name == "a-read-only":
            self.burst += 1
            if self.burst > BURST:
                self.burst = 0
                raise Refusal(429, "RATE_LIMITED", headers={"Retry-After": "1"})

    def negotiate(self, ask: Ask) -> None:
        accept = ask.headers.get("accept", "*/*")
        ranges = [r.split(";") for r in accept.split(",")]

        def fine(media: str, *parameters: str) -> bool:
            return media.strip() in ("*/*", "application/*", "application/json") or (
                media.strip() == JSON_API and not unknown_parameters(parameters)
            )

        if not any(fine(*r) for r in ranges) and not ask.path.startswith("/file/"):
            raise Refusal(406, "NOT_ACCEPTABLE")
        media, *parameters = ask.headers.get("content-type", JSON_API).split(";")
        if ask.body and not ask.path.startswith("/file/"):
            plain = media.strip() == "application/json"
            if not plain and (media.strip() != JSON_API or unknown_parameters(parameters)):
                raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE")
            if len(ask.body) > MAX_BODY:
                raise Refusal(413, "PAYLOAD_TOO_LARGE")

    def route(self, ask: Ask) -> Answer:
        match (ask.method, ask.parts):
            case ("GET", ["languages"] | [_, "languages"]):
                return Answer(200, {"meta": {"results": 0}, "links": {"self": ask.prefix + ask.path}})
            case ("GET", ["audit-snapshot"]):
                return self.audit(ask)
            case ("GET", ["api-info"]) | ("POST", ["index-refresh"]) if not ask.caller.admin:
                raise Refusal(403, "FORBIDDEN")
            case ("GET", ["api-info"]):
                return self.resource("api-info", "1.0.0", {"moduleVersion": "1.0.0"})
            case ("POST", ["index-refresh"]):
                return Answer(202)
            case ("POST", ["permission-check"]):
                return self.permission_check(ask)
            case ("GET", ["resource-name-identifier"]):
                return self.name_identifier(ask)
            case ("POST", ["operations"]):
                return self.operations(ask)
            case (_, ["file", *rest]):
                return self.file(ask, rest)
            case (method, [type_, *rest]) if type_ in KINDS:
                return self.typed(ask, KINDS[type_], method, rest)
            case _:
                raise Refusal(404, "NO_SUCH_ENDPOINT")

    def resource(self, type_: str, id_: str, attributes: dict[str, Any], status: int = 200) -> Answer:
        return Answer(status, {"data": {"type": type_, "id": id_, "attributes": attributes}})

    def typed(self, ask: Ask, kind: Kind, method: str, rest: list[str]) -> Answer:
        writer = Writer(self.world, ask, self.broken)
        match (method, rest):
            case ("GET", []):
                return self.page(ask, kind, self.found(ask, kind))
            case ("POST", []):
                item = writer.data(kind)
                return self.one(ask, kind, writer.create(kind, item), 201)
            case ("GET", ["count"]):
                number = len(self.found(ask, kind))
                answer = self.resource("count", "1", {"value": number})
                answer.document["meta"] = {"results": number}
                return answer
            case ("POST", ["bulk"]):
                items = writer.data(kind, many=True)
                return self.many(ask, kind, writer, [(None, item) for item in items])
            case ("PATCH", ["bulk"]):
                items = writer.data(kind, many=True)
                return self.many(ask, kind, writer, [(self.row(ask, kind, i["id"]), i) for i in items])
            case ("DELETE", ["bulk"]):
                for item in writer.data(kind, many=True):
                    writer.delete(self.row(ask, kind, item["id"]))
                return Answer(204)
            case ("POST", ["bulk-load"]):
                return self.bulk_load(ask, kind, writer)
            case ("GET", [id_]):
                return self.one(
                    ask, kind, self.row(ask, kind, id_, deleted=ask.parameter("deleted") == "true")
                )
            case ("PATCH", [id_]):
                row = self.row(ask, kind, id_)
                self.precondition(ask, row)
                return self.one(ask, kind, writer.update(row, writer.data(kind)))
            case ("DELETE", [id_]):
                purge = ask.parameter("purge") == "true"
                row = self.row(ask, kind, id_, deleted=purge)
                self.precondition(ask, row)
                writer.delete(row, purge=purge)
                return Answer(204)
            case (_, [id_, "relationships", name]):
                return self.linkage(ask, kind, self.row(ask, kind, id_), name, writer)
            case ("GET", [id_, name]):
                return self.related(ask, kind, self.row(ask, kind, id_), name)
            case _:
                raise Refusal(405, "METHOD_NOT_ALLOWED", headers={"Allow": "GET, HEAD, POST, PATCH, DELETE"})

    def row(self, ask: Ask, kind: Kind, id_: str, *, deleted: bool = False) -> Row:
        row = self.world.rows.get((kind.type, id_))
        if row is None:
            raise Refusal(404, "NOT_FOUND", TITLES[ask.language][404])
        if row.deleted and not deleted:
            raise gone(row)
        if not ask.caller.may("read", kind.provider, row.group):
            raise Refusal(403, "FORBIDDEN")
        return row

    def precondition(self, ask: Ask, row: Row) -> None:
        if ask.headers.get("if-match", f'"{row.version}"') != f'"{row.version}"':
            raise Refusal(412, "PRECONDITION_FAILED")

    def found(self, ask: Ask, kind: Kind) -> list[Row]:
        tests = tests_of(self.world, kind, ask)
        rows = [r for r in self.world.alive(kind.type) if ask.caller.may("read", kind.provider, r.group)]
        rows = [row for row in rows if all(test(row) for test in tests)]
        return ordered(self.world, kind, rows, ask.parameter("sort") or "-createdOn")

    def page(self, ask: Ask, kind: Kind, rows: list[Row]) -> Answer:
        limit, offset = number(ask, "page[limit]", 100), number(ask, "page[offset]", 0)
        if limit > MAX_LIMIT:
            raise Refusal(400, "PAGE_LIMIT_TOO_LARGE", parameter="page[limit]")
        document = Shape(self.world, kind, ask).document(rows[offset : offset + limit], single=False)
        meta = {
            "totalResourceCount": len(rows),
            "results": len(rows),
            "limit": limit,
            "offset": offset,
            "sort": (ask.parameter("sort") or "-createdOn").split(","),
        }
        document["meta"] = {**meta, **document.get("meta", {})}
        last = (len(rows) - 1) // limit * limit if limit and rows else 0
        kept = [(n, v) for n, v in ask.query if n != "page[offset]"]

        def at(place: int) -> str | None:
            if not 0 <= place <= last:
                return None
            return f"{ask.prefix}{ask.path}?{urlencode([*kept, ('page[offset]', place)], quote_via=quote)}"

        following = offset + limit if limit else -1
        document["links"] = {
            "self": at(offset) or ask.prefix + ask.path,
            "first": at(0),
            "prev": at(max(0, offset - limit)) if offset else None,
            "next": at(following) if following < len(rows) else None,
            "last": at(last),
        }
        return Answer(200, document)

    def one(self, ask: Ask, kind: Kind, row: Row, status: int = 200) -> Answer:
        document = Shape(self.world, kind, ask).document([row], single=True)
        own = f"{ask.prefix}/{kind.type}/{row.id}"
        document["links"] = {"self": own}
        headers = {"etag": f'"{row.version}"'}
        if status == 201:
            headers["location"] = own
        return Answer(status, document, headers)

    def many(self, ask: Ask, kind: Kind, writer: Writer, pairs: list[tuple[Row | None, Any]]) -> Answer:
        wrong: list[Refusal] = []
        rows: list[Row] = []
        for index, (row, item) in enumerate(pairs):
            try:
                at = f"/data/{index}"
                rows.append(writer.create(kind, item, at) if row is None else writer.update(row, item, at))
            except Refusal as refusal:
                wrong.append(refusal)
        if wrong:
            raise Refusal.of(wrong)
        ask.headers["crnk-compact"] = "true"
        return Answer(200, Shape(self.world, kind, ask).document(rows, single=False))

    def bulk_load(self, ask: Ask, kind: Kind, writer: Writer) -> Answer:
        wrong: list[Refusal] = []
        rows: list[Row] = []
        for item in writer.data(kind, many=True):
            try:
                rows.append(self.row(ask, kind, item["id"]))
            except Refusal as refusal:
                refusal.errors[0]["source"] = {"pointer": f"/data/id/{item['id']}"}
                wrong.append(refusal)
        if wrong:
            status = 410 if all(w.status == 410 for w in wrong) else 404
            whole = Refusal.of(wrong)
            whole.status = status
            raise whole
        ask.headers["crnk-compact"] = "true"
        return Answer(200, Shape(self.world, kind, ask).document(rows, single=False))

    def linkage(self, ask: Ask, kind: Kind, row: Row, name: str, writer: Writer) -> Answer:
        if name not in kind.relationships:
            raise Refusal(404, "NOT_FOUND", name)
        many = kind.relationships[name][1]
        if ask.method == "GET":
            return Answer(200, {"data": row.links.get(name, [] if many else None)})
        if ask.method not in ("PATCH", "POST", "DELETE") or (not many and ask.method != "PATCH"):
            raise Refusal(405, "METHOD_NOT_ALLOWED", headers={"Allow": "GET, PATCH"})
        writer.allow("update", kind, row.group)
        sent = writer.linkage(kind, name, ask.document().get("data"), "/data")
        old = linkage(row, name)
        if ask.method == "POST":
            sent = [*old, *(link for link in sent if link not in old)]
        elif ask.method == "DELETE":
            sent = [link for link in old if link not in sent]
        self.world.update(row, {}, {name: sent}, ask.caller.name)
        return Answer(204)

    def related(self, ask: Ask, kind: Kind, row: Row, name: str) -> Answer:
        target, many, external = kind.relationships.get(name, ("", False, True))
        if external:
            raise Refusal(404, "NOT_FOUND", name)
        rows = [self.world.rows[target, link["id"]] for link in linkage(row, name)]
        if many:
            return self.page(ask, KINDS[target], rows)
        return self.one(ask, KINDS[target], rows[0]) if rows else Answer(200, {"data": None})

    def audit(self, ask: Ask) -> Answer:
        instance, author = ask.parameter("filter[instanceId]"), ask.parameter("filter[author]")
        if instance is not None and not re.fullmatch(r"[a-z-]+/[0-9a-f-]{36}", instance):
            raise Refusal(400, "BAD_PARAMETER", instance, parameter="filter[instanceId]")
        if (ask.parameter("sort") or "createdOn") not in SNAPSHOT_ORDER:
            raise Refusal(400, "UNKNOWN_ATTRIBUTE", parameter="sort")
        found = [
            s
            for s in reversed(self.world.snapshots)
            if instance in (None, s["instanceId"]) and author in (None, s["author"])
        ]
        data = [
            {"type": "audit-snapshot", "id": f"{s['instanceId']}/{s['version']}", "attributes": s}
            for s in found[: number(ask, "page[limit]", 100)]
        ]
        return Answer(200, {"data": data, "meta": {"totalResourceCount": len(found)}})

    def permission_check(self, ask: Ask) -> Answer:
        data = ask.document()["data"]
        kind, group = KINDS[data["type"]], data.get("attributes", {}).get("group", "")
        told = [a for a in ("create", "read", "update", "delete") if ask.caller.may(a, kind.provider, group)]
        attributes = {
            "targetType": kind.type,
            "permissions": told,
            "permissionsProvider": kind.provider,
            "evaluatedAttributes": ["group"],
        }
        return self.resource("permission-check", new_id(), attributes, 201)

    def name_identifier(self, ask: Ask) -> Answer:
        type_, group = ask.parameter("filter[type]"), ask.parameter("filter[group]")
        if not type_ or not group:
            raise Refusal(400, "BAD_PARAMETER", "type and group are needed", parameter="filter[group]")
        name = ask.parameter("filter[name]")
        rows = [r for r in self.world.alive(type_) if r.group == group]
        data = [
            {"type": "resource-name-identifier", "id": r.id, "attributes": {"name": r.attributes["name"]}}
            for r in rows
            if name in (None, r.attributes["name"])
        ]
        return Answer(200, {"data": data})

    def operations(self, ask: Ask) -> Answer:
        writer = Writer(self.world, ask, self.broken)
        results: list[Any] = []
        for index, step in enumerate(ask.document()["atomic:operations"]):
            at = f"/atomic:operations/{index}"
            if step["op"] == "add":
                kind = KINDS[step["data"]["type"]]
                row = writer.create(kind, step["data"], f"{at}/data")
                results.append({"data": Shape(self.world, kind, ask).one(row, [])})
            else:
                row = self.world.rows.get((step["ref"]["type"], step["ref"]["id"]))
                if row is None:
                    raise Refusal(404, "NOT_FOUND", pointer=f"{at}/ref")
                writer.delete(row)
                results.append({})
        return Answer(200, {"atomic:results": results})

    def file(self, ask: Ask, rest: list[str]) -> Answer:
        if ask.method == "POST":
            if not ask.headers.get("content-type", "").startswith("multipart/form-data"):
                raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE")
            boundary = ask.headers["content-type"].partition("boundary=")[2].encode()
            head, _, body = ask.body.split(b"--" + boundary)[1].partition(b"\r\n\r\n")
            name = re.findall(rb'filename="([^"]+)"', head)[0].decode()
            media = re.findall(rb"Content-Type: ([^\r]+)", head)[0].decode()
            id_ = new_id()
            self.world.files[id_] = (name, media, body.removesuffix(b"\r\n"))
            return self.resource("object-upload", id_, {"originalFilename": name}, 201)
        name, media, body = self.world.files[rest[-1]]
        headers = {"content-type": media, "content-disposition": f'attachment; filename="{name}"'}
        return Answer(200, None, headers, body)


def number(ask: Ask, name: str, default: int) -> int:
    text = ask.parameter(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,15}", text):
        raise Refusal(400, "BAD_PARAMETER", text, parameter=name)
    return int(text)


def unknown_parameters(parameters: Iterable[str]) -> bool:
    """Anything but a profile or an extension that is known."""
    for text in parameters:
        name, _, value = text.strip().partition("=")
        value = value.strip('"')
        known = name == "ext" and value in ("bulk", "https://jsonapi.org/ext/atomic")
        if not known and name not in ("profile", "q") and (name, value) != ("charset", "utf-8"):
            return True
    return False
