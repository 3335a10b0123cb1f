"""Errors as values: a code, a place in the request and a sentence a curator understands (api.md §21)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dina.base.text import catalogue, message

MAX_ERRORS = 100
VALIDATION_STATUSES = frozenset({400, 404, 409, 422})


@dataclass(frozen=True, slots=True)
class Error:
    """One JSON:API error object before it is put into a language.

    `code` is a key of `[code]` in messages.toml, which gives status and title. `key` with `values` gives
    the detail sentence; without `key` the code's own default sentence is used.
    """

    code: str
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])
    about: str | None = None

    @property
    def status(self) -> int:
        return catalogue()["code"][self.code]["status"]

    def at(self, prefix: str) -> Error:
        """The same error seen from a larger document (`/data/3` before `/attributes/name`)."""
        if self.pointer is None:
            return self
        return replace(self, pointer=prefix + self.pointer)

    def with_meta(self, **more: Any) -> Error:
        return replace(self, meta={**self.meta, **more})

    def document(self, language: str, request_id: str) -> dict[str, Any]:
        code = catalogue()["code"][self.code]
        detail = message(self.key or self.code, language, **self.values)
        out: dict[str, Any] = {
            "id": request_id,
            "status": str(code["status"]),
            "code": self.code,
            "title": code.get(language) or code["en"],
            "detail": detail,
        }
        source = {
            name: value
            for name, value in (
                ("pointer", self.pointer),
                ("parameter", self.parameter),
                ("header", self.header),
            )
            if value is not None
        }
        if source:
            out["source"] = source
        if self.about is not None:
            out["links"] = {"about": self.about}
        meta = dict(self.meta)
        if self.pointer is not None and "path" not in meta:
            path = dotted(self.pointer)
            if path:
                meta["path"] = path
        if meta:
            out["meta"] = meta
        return out


def dotted(pointer: str) -> str:
    """`/data/attributes/determination/0/typeStatus` -> `determination[0].typeStatus` (for form libraries)."""
    for marker in ("/attributes/", "/relationships/"):
        _, found, rest = pointer.partition(marker)
        if found:
            out = ""
            for part in rest.split("/"):
                part = part.replace("~1", "/").replace("~0", "~")
                out += f"[{part}]" if part.isdecimal() and out else ("." if out else "") + part
            return out
    return ""


def escape_pointer(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


class Problem(Exception):
    """One or more errors that end the request."""

    def __init__(self, errors: Error | Iterable[Error], *, headers: Mapping[str, str] | None = None) -> None:
        self.errors: Sequence[Error] = (errors,) if isinstance(errors, Error) else tuple(errors)
        self.headers = dict(headers or {})
        super().__init__(", ".join(f"{e.code} {e.key} {e.pointer or e.parameter or ''}" for e in self.errors))

    @property
    def status(self) -> int:
        """The common status; 422 if all are kinds of bad content, else 400 (api.md §21)."""
        statuses = {error.status for error in self.errors}
        if len(statuses) == 1:
            return statuses.pop()
        return 422 if statuses <= {404, 409, 422} else 400

    def documents(self, language: str, request_id: str, most: int | None = None) -> list[dict[str, Any]]:
        return [error.document(language, request_id) for error in self.errors[: most or MAX_ERRORS]]
