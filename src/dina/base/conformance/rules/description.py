"""R160 to R168 and R171: the description, files, limits, messages, speed."""

from __future__ import annotations

import re
import statistics
from typing import Any

from dina.base.conformance.check import Check, nobody
from dina.base.conformance.exchange import Exchange, as_object, objects
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.conformance.rules.documents import samples
from dina.base.conformance.rules.meta import many_external
from dina.base.conformance.rules.updating import change
from dina.base.conformance.schema import flaws, untold
from dina.base.json import is_object

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060606000000005"
    "0001a5f645400000000049454e44ae426082"
)
LONG_URL = 16 * 1024
SECOND = 1.0
BURST = 800
WAIT_FOR_MESSAGE = 10


@rule(160, MUST, "G", "An OpenAPI 3 document is served and valid", "G§Documentation", once=True)
def description(c: Check) -> None:
    answer = c.status(c.get("/openapi.json", headers={"Accept": "application/json"}), 200)
    c.expect(answer.document, "a JSON object", answer.brief())
    found = flaws(answer.document)
    c.expect(not found, "a valid OpenAPI 3 document", found)


@rule(
    161, SHOULD, "O", "Every answer fits the description", "dina-base-api OpenAPI3Assertions", observes=True
)
def described(c: Check) -> None:
    c.need(c.config.openapi, "there is no OpenAPI document")
    for _ in samples(c):
        pass
    c.get(f"/{c.t}/{nobody()}")
    found: dict[str, Exchange] = {}
    for exchange in list(c.session.exchanges):
        base = next((a for a in c.config.addresses if exchange.url.startswith(f"{a}/")), None)
        if base is None or exchange.method in ("HEAD", "OPTIONS") or exchange.path.endswith("/openapi.json"):
            continue
        path = re.sub("/+", "/", exchange.url.split("?")[0].removeprefix(base)).rstrip("/")
        if wrong := untold(c.config.openapi, exchange, path):
            found.setdefault(wrong, exchange)
    c.expect(not found, "answers as described", " | ".join(found), of=next(iter(found.values()), None))


def upload(c: Check) -> Exchange:
    """A small image sent as `file`. Raises Skipped where the module takes no files."""
    c.need(c.described("/file/{bucket}"), "not applicable: the module has no files (/file/{bucket})")
    files = {"file": ("dina-check.png", PIXEL, "image/png")}
    return c.send("POST", f"/file/{c.config.group}", files=files)


@rule(
    162,
    MUST,
    "G",
    "A file comes with its type and a name with extension",
    "G§RAW objects",
    once=True,
    writes=True,
)
def download(c: Check) -> None:
    made = c.status(upload(c), 200, 201)
    answer = c.status(c.get(f"/file/{c.config.group}/{made.id}", headers={"Accept": "*/*"}), 200)
    c.expect(answer.media_type == "image/png", "Content-Type: image/png", answer.header("content-type"))
    told = answer.header("content-disposition")
    c.expect(
        re.search(r"filename\*?=[^;]*\.png", told), "Content-Disposition with a name ending in .png", told
    )
    c.expect(answer.body == PIXEL, "the bytes sent", f"{len(answer.body)} bytes")


@rule(163, MUST, "G", "Upload takes multipart/form-data", "G§RAW objects", once=True, writes=True)
def uploads(c: Check) -> None:
    made = c.status(upload(c), 200, 201)
    c.expect(made.id, "a document with the id of the file", made.brief())


@rule(
    164,
    SHOULD,
    "O",
    "A body too large is 413; an address of 16 KiB works",
    "§27",
    needs="writable",
    writes=True,
)
def sizes(c: Check) -> None:
    number = (LONG_URL - 200) // 37
    c.list("filter[uuid][IN]=" + ",".join(nobody() for _ in range(number)))
    document = c.template()
    document["meta"] = {"padding": "x" * (c.config.body_limit + 1)}
    c.refused(c.post(f"/{c.t}", document), 413)


@rule(165, SHOULD, "O", "429 carries Retry-After", "§27", once=True)
def retry_after(c: Check) -> None:
    role = c.session.strongest("read-only", "guest")
    for _ in range(BURST):
        answer = c.get(f"/{c.t}", "page[limit]=1", role=role or None, patient=False)
        if answer.status == 429:
            told = answer.header("retry-after")
            c.expect(told.isdecimal(), "Retry-After in seconds", told or "no such header")
            c.config.sleep(min(float(told or 1), 10.0))
            return
    c.need(False, f"not applicable: no limit was met within {BURST} requests")


@rule(166, SHOULD, "G", "Answering does not need other modules", "G§API Isolation", needs="external")
def isolation(c: Check) -> None:
    c.need(c.config.isolated, "run with the other modules stopped and `isolated = true` in the configuration")
    assert c.kind.external is not None
    one = c.one()
    if not c.read_only:
        who = c.stranger()
        one = c.new(None, {c.kind.external.name: [who] if many_external(c) else who})
    c.read(one, f"include={c.kind.external.name}")
    c.list(f"{c.scope([one])}&include={c.kind.external.name}")


@rule(
    167,
    MUST,
    "K",
    "Every change sends one DocumentOperationNotification",
    "B:MessageQueueNotifier.java",
    needs="writable",
    writes=True,
)
def messages(c: Check) -> None:
    c.need(c.config.messages_url, "no queue is given (messages_url)")
    record = c.new()
    await_message(c, record.id, "ADD")
    c.status(c.patch(c.at(record), c.document(change(c), id=record.id)), 200)
    await_message(c, record.id, "UPDATE")
    c.status(c.delete(c.at(record)), 200, 204)
    await_message(c, record.id, "DELETE")


def await_message(c: Check, id_: str, operation: str) -> None:
    """Wait until the queue's address shows exactly one such message."""
    wanted = {
        "type": "DocumentOperationNotification",
        "documentId": id_,
        "documentType": c.t,
        "operationType": operation,
    }
    found: list[dict[str, Any]] = []
    for _ in range(WAIT_FOR_MESSAGE):
        answer = c.send("GET", c.config.messages_url, headers={"Accept": "application/json"})
        found = [m for m in objects(answer.json) if wanted.items() <= m.items()]
        if found:
            break
        c.config.sleep(1)
    c.expect(len(found) == 1, f"one message {operation} for {c.t}/{id_}", found)


@rule(
    168, SHOULD, "K", "instance.json and keycloak.json are served, for GET only", "prod.Caddyfile", once=True
)
def gateway_files(c: Check) -> None:
    for path in ("/api/instance.json", "/keycloak.json"):
        url = c.config.origin + path
        answer = c.status(c.get(url, role=None, headers={"Accept": "application/json"}), 200)
        c.expect(is_object(answer.json), f"a JSON object at {path}", answer.brief())
        refused = c.status(c.send("POST", url, {}, role=None), 405)
        c.expect("GET" in refused.header("allow"), "Allow: GET", refused.header("allow"))


@rule(171, MUST, "K", "An unfiltered list answers within a second on 100,000 rows", "U (observed)")
def quick(c: Check) -> None:
    answers = [c.list() for _ in range(3)]
    spent = statistics.median(a.seconds for a in answers)
    c.expect(spent <= SECOND, "an answer within one second", f"{spent:.2f} s")
    rows = as_object(answers[0].document.get("meta")).get("totalResourceCount", len(answers[0].ids))
    enough = isinstance(rows, int) and rows >= c.config.many_rows
    c.need(enough, f"not conclusive: {spent * 1000:.0f} ms, but on {rows} records only")
