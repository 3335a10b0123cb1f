"""Media types: what a client may send and what it accepts (api.md §2)."""

from __future__ import annotations

from functools import lru_cache

from dina.base.errors import Error, Problem
from dina.base.http.answer import JSON_API

BULK = frozenset({"bulk", "urn:dina:ext:bulk"})
ATOMIC = "https://jsonapi.org/ext/atomic"
EXTENSIONS = BULK | {ATOMIC}
NDJSON, CSV, EVENTS = b"application/x-ndjson", b"text/csv", b"text/event-stream"
OFFERED: dict[str, tuple[bytes, ...]] = {"table": (NDJSON, CSV), "events": (EVENTS,)}
"""What endpoints whose path ends so answer with, instead of JSON:API; their errors are JSON:API all the same."""


def _parameters(media: str) -> tuple[str, dict[str, str]]:
    name, *rest = media.split(";")
    found: dict[str, str] = {}
    for part in rest:
        key, _, value = part.strip().partition("=")
        if key:
            found[key.strip().lower()] = value.strip().strip('"')
    return name.strip().lower(), found


@lru_cache(256)
def request_extensions(content_type: bytes) -> frozenset[str]:
    """The extensions of a request's Content-Type. Raises Problem UNSUPPORTED_MEDIA_TYPE."""
    text = content_type.decode("latin-1")
    name, parameters = _parameters(text)
    if name in ("", "application/json"):
        charset = parameters.get("charset", "utf-8").lower()
        if charset not in ("utf-8", "utf8"):
            raise _unsupported()
        return frozenset()
    if name != "application/vnd.api+json":
        raise _unsupported()
    found: set[str] = set()
    for key, value in parameters.items():
        if key == "ext":
            found.update(value.split())
        elif not (key == "profile" or (key == "charset" and value.lower() in ("utf-8", "utf8"))):
            raise _unsupported()
    if not found <= EXTENSIONS:
        raise _unsupported()
    return frozenset(found)


def _unsupported() -> Problem:
    return Problem(Error("UNSUPPORTED_MEDIA_TYPE", header="Content-Type"))


def _split(header: str) -> list[str]:
    """Split on commas that are not inside quotes."""
    parts: list[str] = []
    depth, current = False, ""
    for char in header:
        if char == '"':
            depth = not depth
        if char == "," and not depth:
            parts.append(current)
            current = ""
        else:
            current += char
    return [*parts, current]


def ending(path: str) -> str:
    """The end of a path at which something else than JSON:API is offered; nothing for other paths."""
    last = path.rpartition("/")[2]
    return last if last in OFFERED else ""


def asks_by_post(method: str, path: str) -> bool:
    """Whether a POST only reads: the columns of a table may be too many for an address."""
    return method == "POST" and path.count("/") == 2 and path.endswith("/table")


def chosen_type(accept: bytes, offered: tuple[bytes, ...]) -> bytes:
    """Of the media types that an endpoint offers, the one that is asked for first; else the first of all."""
    for media in _split(accept.decode("latin-1")):
        name, parameters = _parameters(media)
        if name.encode("latin-1") in offered and parameters.get("q") not in ("0", "0.0"):
            return name.encode("latin-1")
    return offered[0]


@lru_cache(256)
def answer_type(accept: bytes, ending: str = "") -> bytes:
    """The Content-Type to answer with. Raises Problem NOT_ACCEPTABLE."""
    offered = OFFERED.get(ending, ())
    ranges = [part for part in _split(accept.decode("latin-1")) if part.strip()]
    if not ranges:
        return JSON_API
    plain = False
    for media in ranges:
        name, parameters = _parameters(media)
        if parameters.get("q") in ("0", "0.0"):
            continue
        if name in ("*/*", "application/*"):
            return JSON_API
        if name.encode("latin-1") in offered:
            return JSON_API
        if name == "application/vnd.api+json":
            extra = {key for key in parameters if key not in ("ext", "profile", "q")}
            known = set(parameters.get("ext", "").split()) <= EXTENSIONS
            if not extra and known:
                return JSON_API
        elif name == "application/json":
            plain = True
    if plain:
        return b"application/json"
    raise Problem(Error("NOT_ACCEPTABLE", header="Accept"))
