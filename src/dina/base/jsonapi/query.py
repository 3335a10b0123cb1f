"""The query string, read before anything is known of types (api.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from dina.base.errors import Error, Problem

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
MAX_INTEGER = 2**53
OWN_NAMES = frozenset({"sort", "include", "fiql", "lang", "language", "deleted", "purge"})


@dataclass(frozen=True, slots=True)
class Page:
    """The page asked for; `after` is a cursor (empty for the first page of a cursor walk)."""

    offset: int = 0
    limit: int = DEFAULT_LIMIT
    after: str | None = None


def split_query(raw: bytes) -> list[tuple[str, str]]:
    """Pairs of the query string: split on `&` and the first `=` before percent-decoding.

    Raises Problem BAD_PARAMETER for bytes that are not UTF-8.
    """
    pairs: list[tuple[str, str]] = []
    for part in raw.split(b"&"):
        if not part:
            continue
        name, _, value = part.partition(b"=")
        try:
            pairs.append((_decode(name), _decode(value)))
        except UnicodeDecodeError:
            raise Problem(Error("BAD_PARAMETER", key="query.encoding", parameter=repr(name)[2:-1])) from None
    return pairs


def _decode(part: bytes) -> str:
    return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")


def read_page(values: dict[str, str]) -> Page:
    """The page of `page[offset]`, `page[limit]`, `page[after]` (api.md §6)."""
    limit = _natural("page[limit]", values["page[limit]"]) if "page[limit]" in values else DEFAULT_LIMIT
    offset = _natural("page[offset]", values["page[offset]"]) if "page[offset]" in values else 0
    if limit > MAX_LIMIT:
        raise Problem(
            Error(
                "PAGE_LIMIT_TOO_LARGE",
                values={"limit": MAX_LIMIT},
                parameter="page[limit]",
                meta={"limit": MAX_LIMIT},
            )
        )
    return Page(offset, limit, values.get("page[after]"))


def _natural(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 16 or int(text) > MAX_INTEGER:
        raise Problem(Error("BAD_PARAMETER", key="page.number", parameter=name))
    return int(text)
