"""R1 to R21: where a module answers, and in which media types."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

import httpx

from dina.base.conformance.check import Check
from dina.base.conformance.exchange import JSON_API, Exchange, as_object, walk
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.json import is_array

GUIDELINE_FORM = re.compile(r"/([a-z-]+)/v\d+(_\d+)*$")
GATEWAY_FORM = re.compile(r"^/api/[a-z][a-z-]*$")
HOST_FORM = re.compile(r"^/[a-z-]+/api(/v1)?$")
RESERVED = frozenset(
    """
    collections collection dna taxonomy media report printing references literature reference geography
    preparation storage determination transaction account user agent search specify
    """.split()  # noqa: SIM905 - a table of words reads better
)
# module word -> its name at the browser gateway, its prefix on the API host (api.md §1.1)
OTHER_NAMES = {
    "collection": ("collection-api", "collection"),
    "media": ("objectstore-api", "objectstore"),
    "agent": ("agent-api", "agent"),
    "dna": ("seqdb-api", "seqdb"),
    "transaction": ("loan-transaction-api", "transaction"),
    "user": ("user-api", "dinauser"),
    "report": ("dina-export-api", "export"),
    "specify": ("specify-api", "specify"),
}
UNSUPPORTED = f"{JSON_API}; version=2"


def guideline_address(c: Check) -> str:
    return next((a for a in c.config.addresses if GUIDELINE_FORM.search(urlsplit(a).path)), "")


def same_resource(c: Check, one: Exchange, other: Exchange) -> None:
    c.status(other, 200)
    same = (one.id, one.attributes) == (other.id, other.attributes)
    c.expect(same, f"the same resource as at {one.url}", other.brief())


def answers_at(c: Check, pattern: re.Pattern[str], guess: str) -> None:
    """The tested type answers alike at an address of this form: a configured one, else the usual one."""
    found = [a for a in c.config.addresses if pattern.search(urlsplit(a).path)]
    c.need(found or guess, "no address of this form is known for the module")
    one = c.one()
    for address in found or [c.config.origin + guess]:
        same_resource(c, c.read(one), c.get(c.at(one), base=address))


@rule(1, MUST, "G", "The address is {base}/{module}/v{n}/{type}", "G§URI structure, Versioning")
def guideline_form(c: Check) -> None:
    address = guideline_address(c)
    c.expect(address, "an address ending in /{module}/v{n}", ", ".join(c.config.addresses))
    c.status(c.get(f"/{c.t}", "page[limit]=1", base=address), 200)


@rule(
    2,
    MUST,
    "K",
    "The same resources answer at /api/{gateway name}/{type}",
    "dina-ui prod.Caddyfile; P:dinaapi.py",
)
def gateway_form(c: Check) -> None:
    names = OTHER_NAMES.get(c.config.module)
    answers_at(c, GATEWAY_FORM, f"/api/{names[0]}" if names else "")


@rule(3, SHOULD, "K", "The same resources answer at /{prefix}/api/v1/{type}", "L:docker-compose.local.yml")
def host_form(c: Check) -> None:
    names = OTHER_NAMES.get(c.config.module)
    answers_at(c, HOST_FORM, f"/{names[1]}/api/v1" if names else "")


@rule(4, MUST, "O", "Links start with the address the request used", "§1.2")
def links_keep_the_address(c: Check) -> None:
    one, seen = c.one(), 0
    for address in c.config.addresses:
        answer = c.get(c.at(one), base=address)
        if answer.status != 200:
            continue
        path = urlsplit(address).path + "/"
        for pointer, value in walk(answer.document):
            if "/links/" not in pointer or not isinstance(value, str) or pointer.endswith("/about"):
                continue
            seen += 1
            starts = value.startswith((path, f"{address}/"))
            c.expect(starts, f"links beginning with {path}", f"{pointer} = {value}")
    c.need(seen, "not applicable: the answers hold no links")


@rule(5, MUST, "K", "A doubled slash is read as one", "U:api-client/ApiClientContext.tsx")
def doubled_slash(c: Check) -> None:
    one = c.one()
    same_resource(c, c.read(one), c.get(f"/{c.at(one)}"))


@rule(
    6,
    MUST,
    "K",
    "A slash at the end is accepted by every method, without redirect",
    "P:collectionapi.py",
    writes=True,
)
def slash_at_the_end(c: Check) -> None:
    made = c.status(c.post(f"/{c.t}/", c.template()), 201)
    path = f"/{c.t}/{made.id}/"
    c.status(c.get(path), 200)
    c.status(c.patch(path, c.document({}, id=made.id)), 200)
    c.status(c.delete(path), 200, 204)


@rule(7, SHOULD, "G", "The module's word is a reserved word of the guideline", "G§Reserved words", once=True)
def reserved_word(c: Check) -> None:
    found = GUIDELINE_FORM.search(urlsplit(guideline_address(c)).path)
    c.need(found, "the module has no address in the guideline's form (R1)")
    assert found is not None
    c.expect(found[1] in RESERVED, "one of the reserved words", found[1])


@rule(8, MUST, "G", "A public address speaks HTTPS only", "G§HTTPS; Cybersecurity", once=True)
def https_only(c: Check) -> None:
    parts = urlsplit(c.config.base)
    c.need(not private(parts.hostname or ""), "not applicable: the address is not public")
    plain = c.config.base.replace("https://", "http://", 1)
    try:
        answer = c.get(f"/{c.t}", "page[limit]=1", base=plain, role=None)
    except httpx.TransportError:
        return
    c.expect(answer.status == 403, "403 or no answer over plain HTTP", answer.brief())


def private(host: str) -> bool:
    if host == "localhost" or "." not in host:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback


@rule(
    9,
    MUST,
    "J",
    "JSON:API answers carry application/vnd.api+json",
    "J§Content negotiation; G§HTTP header use",
)
def media_type(c: Check) -> None:
    one = c.one()
    for answer in (c.list("page[limit]=1"), c.read(one), c.get(f"/{c.t}", "noSuchThing=1")):
        kind, *parameters = answer.header("content-type").split(";")
        strange = [p for p in parameters if p.split("=")[0].strip() not in ("ext", "profile", "")]
        good = kind.strip() == JSON_API and not strange
        c.expect(good, f"{JSON_API} without other parameters", answer.header("content-type"))


def accepted(c: Check, accept: str | None) -> None:
    answer = c.status(c.get(f"/{c.t}", "page[limit]=1", headers={"Accept": accept}), 200)
    c.expect(is_array(answer.data), f"a JSON:API document for Accept: {accept}", answer.brief())


@rule(10, MUST, "G", "Accept naming JSON:API or plain JSON succeeds", "G§HTTP header use")
def accept_json(c: Check) -> None:
    accepted(c, JSON_API)
    accepted(c, "application/json")


@rule(11, MUST, "K", "A browser library's Accept, and none at all, succeed", "U: axios default")
def accept_of_clients(c: Check) -> None:
    accepted(c, "application/json, text/plain, */*")
    accepted(c, None)


@rule(
    12, MUST, "J", "POST with a parameter on the media type is 415", "J§Server responsibilities", writes=True
)
def media_type_parameter(c: Check) -> None:
    c.refused(c.post(f"/{c.t}", c.template(), headers={"Content-Type": UNSUPPORTED}), 415)


@rule(13, MUST, "J", "POST with an unknown extension is 415", "J§Server responsibilities", writes=True)
def unknown_extension(c: Check) -> None:
    c.refused(c.post(f"/{c.t}", c.template(), headers={"Content-Type": f'{JSON_API}; ext="urn:x:none"'}), 415)


@rule(14, MUST, "J", "Accept with only parametrised JSON:API types is 406", "J§Server responsibilities")
def accept_parameter(c: Check) -> None:
    c.refused(c.get(f"/{c.t}", "page[limit]=1", headers={"Accept": UNSUPPORTED}), 406)


@rule(15, MUST, "J", "An unknown profile is ignored", "J§Server responsibilities")
def unknown_profile(c: Check) -> None:
    profiled = f'{JSON_API}; profile="urn:x:unknown"'
    accepted(c, profiled)
    if not c.read_only:
        c.status(c.post(f"/{c.t}", c.template(), headers={"Content-Type": profiled}), 201)


@rule(16, SHOULD, "J", "Vary names Accept", "J§Server responsibilities")
def vary(c: Check) -> None:
    answer = c.list("page[limit]=1")
    names = {n.strip().lower() for n in answer.header("vary").split(",")}
    c.expect("accept" in names or "*" in names, "Vary: Accept", answer.header("vary") or "no Vary header")


@rule(
    17,
    MUST,
    "K",
    "POST and PATCH accept application/json",
    "U:permissions/usePermissionsCheck.ts",
    writes=True,
)
def plain_json(c: Check) -> None:
    headers = {"Content-Type": "application/json"}
    made = c.status(c.post(f"/{c.t}", c.template(), headers=headers), 201)
    c.status(c.patch(f"/{c.t}/{made.id}", c.document({}, id=made.id), headers=headers), 200)


@rule(18, MUST, "K", "Content-Type on GET and DELETE without a body does no harm", "P:dinaapi.py")
def idle_content_type(c: Check) -> None:
    headers = {"Content-Type": JSON_API}
    c.status(c.get(f"/{c.t}", "page[limit]=1", headers=headers), 200)
    if not c.read_only:
        c.status(c.delete(c.at(c.new()), headers=headers), 200, 204)


@rule(19, SHOULD, "G", "HEAD gives status and headers of GET without a body", "G§HTTP methods")
def head(c: Check) -> None:
    one = c.one()
    got, asked = c.read(one), c.send("HEAD", c.at(one))
    c.status(asked, 200)
    c.expect(not asked.body, "no body", asked.brief())
    same = asked.header("content-type") == got.header("content-type")
    c.expect(same, f"Content-Type: {got.header('content-type')}", asked.header("content-type"))


@rule(20, SHOULD, "O", "A method that is not served is 405 with Allow", "§2")
def method_not_allowed(c: Check) -> None:
    answer = c.refused(c.send("PUT", c.at(c.one()), {"data": None}), 405)
    c.expect("GET" in answer.header("allow"), "an Allow header naming GET", answer.header("allow"))


@rule(21, MUST, "K", "ext=bulk is accepted on bulk paths in every spelling", "B:DinaRepositoryV2.java; U")
def bulk_spellings(c: Check) -> None:
    body = {"data": [c.one().identifier]}
    for spelling in ("; ext=bulk", ";ext=bulk", '; ext="bulk"', ';ext="bulk"'):
        answer = c.post(f"/{c.t}/bulk-load", body, headers={"Content-Type": JSON_API + spelling})
        c.status(answer, 200)
    c.expect(
        as_object(answer.resources[0] if answer.resources else {}).get("id"), "the resource", answer.brief()
    )
