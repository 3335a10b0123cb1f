"""One request with its answer, and reading what came back without trusting its shape."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dina.base.json import is_array, is_object

JSON_API = "application/vnd.api+json"


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if is_object(value) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if is_array(value) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of an array; a single object counts as an array of one, null as none."""
    if is_object(value):
        return [as_object(value)]
    return [as_object(item) for item in as_list(value) if is_object(item)]


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside with its JSON Pointer, the outermost first."""
    yield path, value
    if is_object(value):
        for name, inner in as_object(value).items():
            yield from walk(inner, f"{path}/{name.replace('~', '~0').replace('/', '~1')}")
    elif is_array(value):
        for index, inner in enumerate(as_list(value)):
            yield from walk(inner, f"{path}/{index}")


def exists(pointer: str, document: Any) -> bool:
    """Does this JSON Pointer (RFC 6901) name something in the document?"""
    if pointer == "":
        return True
    if not pointer.startswith("/"):
        return False
    for raw in pointer[1:].split("/"):
        part = raw.replace("~1", "/").replace("~0", "~")
        if is_object(document) and part in document:
            document = as_object(document)[part]
        elif is_array(document) and part.isdecimal() and int(part) < len(as_list(document)):
            document = as_list(document)[int(part)]
        else:
            return False
    return True


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. Header names are lower case."""

    method: str
    url: str
    path: str
    asked: Mapping[str, str]
    sent: bytes | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @cached_property
    def json(self) -> Any:
        """The body read as JSON; None if it is empty or not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @cached_property
    def request(self) -> Any:
        try:
            return json.loads(self.sent or b"")
        except ValueError:
            return None

    @property
    def document(self) -> dict[str, Any]:
        return as_object(self.json)

    @property
    def data(self) -> Any:
        return self.document.get("data")

    @property
    def resources(self) -> list[dict[str, Any]]:
        """Primary data, always as a list."""
        return objects(self.data)

    @property
    def included(self) -> list[dict[str, Any]]:
        return objects(self.document.get("included"))

    @property
    def ids(self) -> list[str]:
        return [str(r.get("id")) for r in self.resources]

    @property
    def id(self) -> str:
        return str(as_object(self.data).get("id", ""))

    @property
    def attributes(self) -> dict[str, Any]:
        return as_object(as_object(self.data).get("attributes"))

    @property
    def relationships(self) -> dict[str, Any]:
        return as_object(as_object(self.data).get("relationships"))

    def linkage(self, name: str) -> Any:
        return as_object(self.relationships.get(name)).get("data")

    @property
    def meta(self) -> dict[str, Any]:
        return as_object(self.document.get("meta"))

    @property
    def links(self) -> dict[str, Any]:
        return as_object(self.document.get("links"))

    @property
    def errors(self) -> list[dict[str, Any]]:
        return objects(self.document.get("errors"))

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    @property
    def media_type(self) -> str:
        return self.header("content-type").split(";")[0].strip().lower()

    def curl(self) -> str:
        """The request as a line for a shell; a token is shown as $TOKEN."""
        parts = ["curl", "-i", "-g"]
        if self.method == "HEAD":
            parts.append("--head")
        elif self.method != "GET":
            parts += ["-X", self.method]
        text = " ".join(parts)
        for name, value in self.asked.items():
            if name == "authorization":
                text += f' -H "Authorization: {value.split(" ")[0]} $TOKEN"'
            else:
                text += " -H " + shlex.quote(f"{name}: {value}")
        if self.sent:
            body = self.sent.decode("utf-8", "replace")
            text += " --data-binary " + (
                shlex.quote(body) if len(body) <= 2000 else f"@body-of-{len(body)}-bytes"
            )
        return f"{text} {shlex.quote(self.url)}"

    def brief(self) -> str:
        """Status and the beginning of the body, for a verdict."""
        text = self.body[:300].decode("utf-8", "replace")
        return f"{self.status} {text}".strip()
