"""Specimens for everybody: without an account, and only what is released."""

from __future__ import annotations

from dina.base.errors import Error, Problem
from dina.base.http import Answer, dumps
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.exchange.publishing.public import base
from dina.modules.exchange.publishing.specimen import specimen
from dina.modules.exchange.publishing.streams import PUBLIC

LINKED, PLAIN = b"application/ld+json", b"application/vnd.api+json"


async def one(call: Call) -> Answer:
    """`GET /specimens/{id}`: a released specimen in Darwin Core terms, as JSON:API or (by Accept) JSON-LD."""
    assert call.service.client_as is not None
    async with call.service.client_as(PUBLIC) as client:
        found = await specimen(client, call.id)
    if found is None:
        raise Problem(Error("NOT_FOUND"))
    address = f"{base(call.service, call.request).removesuffix(call.request.prefix)}/specimen/{call.id}"
    accepted = call.request.headers.get(b"accept", b"")
    if LINKED in accepted and PLAIN not in accepted:
        return Answer(200, dumps(found.linked(address)), content_type=LINKED)
    data = {
        "type": "published-specimen", "id": call.id, "attributes": found.attributes(),
        "links": {"self": f"{call.request.prefix}/specimens/{call.id}", "about": address},
        "meta": {"linkedData": found.linked(address)},
    }  # fmt: skip
    return plain_document(call.service, call.request, data)


OPERATIONS = (
    Operation(
        "GET", "/specimens/{id}", one, Text("A released specimen", "Un spécimen diffusé"), "published-specimen",
        public=True,
    ),
)  # fmt: skip
