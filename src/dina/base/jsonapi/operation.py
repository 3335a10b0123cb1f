"""Endpoints of a module beside those that follow from its types: generators, look-ups, graphs."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

from dina.base.errors import Error, Problem
from dina.base.http.answer import Answer
from dina.base.http.request import Request
from dina.base.json import is_object
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.parameters import LIST, Asked, ask
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing.changes import data_object
from dina.base.jsonapi.writing.model import attribute_error
from dina.base.jsonapi.writing.safety import faults
from dina.base.resource.checks import UUID_FORM
from dina.base.text import Text

PLACES = frozenset({"{id}", "{key}"})


@dataclass(frozen=True)
class Operation:
    """One endpoint: what it is asked, what it answers, and the function that does it.

    `path` may hold `{id}`, which must be a UUID, or `{key}`, which is any text. `type` is the type of the resource object in request and
    answer. `body` is a TypedDict of the request's attributes (None: it has no body), `answer` one of the
    answer's attributes. `parameters` are its query parameters with what they mean; `paged` adds paging,
    `lists` all parameters of lists of that type (filter, sort, page, include, fields). `file` says that the request's body
    is a file of any media type, which the function reads as a stream. Everything about it in OpenAPI follows from this.
    A `public` one is open to those who have not signed in, on every system; it is for reading only. A POST that
    `asks` changes nothing: it is open to whoever may read.
    """

    method: str
    path: str
    run: Callable[[Call], Awaitable[Answer]]
    summary: Text
    type: str
    status: int = 200
    body: Any = None
    answer: Any = None
    parameters: Mapping[str, Text] = field(default_factory=dict[str, Text])
    paged: bool = False
    lists: str | None = None
    file: bool = False
    public: bool = False
    asks: bool = False

    def __post_init__(self) -> None:
        if self.public and self.method != "GET":
            raise TypeError(f"{self.method} {self.path}: only reading can be public")

    @property
    def segments(self) -> list[str]:
        return self.path.split("/")[1:]


@dataclass(slots=True)
class Call:
    """A request for an operation, read and checked."""

    operation: Operation
    service: Service
    request: Request
    id: str
    asked: Asked
    attributes: dict[str, Any]

    def parameter(self, name: str) -> str | None:
        return self.asked.extra.get(name)

    def answer(self, attributes: Any, *, id: str | None = None) -> Answer:
        """One resource object of the operation's type; attributes that are JSON already as `orjson.Fragment`."""
        data = {"type": self.operation.type, "id": id or str(uuid.uuid4()), "attributes": attributes}
        return plain_document(self.service, self.request, data, status=self.operation.status)


def endpoints(
    service: Service, request: Request, segments: Sequence[str]
) -> dict[str, Callable[[], Awaitable[Answer]]]:
    """The operations at a path, by method; empty when there are none."""
    found: dict[str, Callable[[], Awaitable[Answer]]] = {}
    for operation in service.module.operations:
        if matches(operation, segments):
            id_ = next((s for s, p in zip(segments, operation.segments, strict=True) if p in PLACES), "")
            found[operation.method] = _call(operation, service, request, id_)
    return found


def takes_file(service: Service, method: str, segments: Sequence[str]) -> bool:
    """Whether what is sent there is a file and not a document."""
    return any(o.file and o.method == method and matches(o, segments) for o in service.module.operations)


def _call(
    operation: Operation, service: Service, request: Request, id_: str
) -> Callable[[], Awaitable[Answer]]:
    async def call() -> Answer:
        listed = service.types[operation.lists] if operation.lists else None
        allowed = LIST if listed else frozenset({"page"} if operation.paged else ())
        asked = ask(service.types, listed, request.query, allowed, frozenset(operation.parameters))
        if asked.language:
            request.language = asked.language
        named = "{id}" in operation.segments
        if named and not UUID_FORM.fullmatch(id_):
            raise Problem(Error("NOT_FOUND"))
        attributes = read_body(operation, await request.body()) if operation.body is not None else {}
        return await operation.run(
            Call(operation, service, request, id_.lower() if named else id_, asked, attributes)
        )

    return call


def is_public(service: Service, method: str, path: str) -> bool:
    """Whether a path (as it was sent, below the module's prefix) leads to an operation that is open to everybody."""
    found = service.module.public_operations
    if not found or method not in ("GET", "HEAD"):
        return False
    segments = [unquote(part) for part in path.split("/")[1:]]
    return any(matches(one, segments) for one in found)


def asks(service: Service, method: str, path: str) -> bool:
    """Whether a POST leads to an operation that changes nothing."""
    if method != "POST" or not service.module.operations:
        return False
    segments = [unquote(part) for part in path.split("/")[1:]]
    return any(
        one.asks and one.method == method and matches(one, segments) for one in service.module.operations
    )


def matches(operation: Operation, segments: Sequence[str]) -> bool:
    own = operation.segments
    return len(own) == len(segments) and all(
        part == given or part in PLACES for part, given in zip(own, segments, strict=True)
    )


_adapters: dict[Any, TypeAdapter[dict[str, Any]]] = {}


def read_body(operation: Operation, body: bytes) -> dict[str, Any]:
    """The checked attributes of the request's resource object. Raises Problem with every fault."""
    return read_attributes(operation.type, operation.body, body)


def read_attributes(type_: str, form: Any, body: bytes) -> dict[str, Any]:
    """The attributes of a resource object of a type, checked by a TypedDict. Raises Problem with every fault."""
    item = data_object(body)
    if item.get("type") != type_:
        raise Problem(Error("TYPE_MISMATCH", values={"expected": type_}, pointer="/data/type"))
    attributes = item.get("attributes", {})
    if not is_object(attributes):
        raise Problem(
            Error(
                "MALFORMED_DOCUMENT",
                key="body.memberObject",
                values={"name": "attributes"},
                pointer="/data/attributes",
            )
        )
    unsafe = list(faults(attributes, "/data/attributes", frozenset()))
    if unsafe:
        raise Problem(unsafe)
    try:
        return adapter_of(form).validate_python(attributes)
    except ValidationError as fault:
        raise Problem(
            [attribute_error(detail).at("/data") for detail in fault.errors(include_url=False)]
        ) from None


def adapter_of(form: Any) -> TypeAdapter[dict[str, Any]]:
    """The validator of an operation's attributes; unknown members are refused."""
    found = _adapters.get(form)
    if found is None:
        form.__pydantic_config__ = {"extra": "forbid", "use_enum_values": True}
        found = _adapters[form] = TypeAdapter(form)
    return found
