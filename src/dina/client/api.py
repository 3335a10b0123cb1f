"""The client: resources in, resources out; errors as exceptions that keep the API's error objects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

JSON_API = "application/vnd.api+json"
BULK = f"{JSON_API}; ext=bulk"
ATOMIC = f'{JSON_API}; ext="https://jsonapi.org/ext/atomic"'


class ApiError(Exception):
    """An answer with status 400 or more; `errors` are the JSON:API error objects."""

    def __init__(self, status: int, errors: Sequence[Mapping[str, Any]]) -> None:
        self.status = status
        self.errors = list(errors)
        super().__init__(
            "; ".join(f"{e.get('title')}: {e.get('detail')}" for e in self.errors) or str(status)
        )

    @property
    def sentences(self) -> list[str]:
        """What the errors say to people, each thing once."""
        said = dict.fromkeys(str(one.get("detail") or one.get("title") or "") for one in self.errors)
        return list(said) or [str(self.status)]


class Refused(ApiError):
    """What the API refused for any reason but a sign-in that is absent or over: the caller can be told of it in place."""


def refusal(status: int, errors: Sequence[Mapping[str, Any]]) -> ApiError:
    """The exception for an answer."""
    return (ApiError if status == 401 else Refused)(status, errors)


@dataclass
class Resource:
    """A resource object; `links` of relationships are resolved from `included` by `Page.related`."""

    type: str
    id: str
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    relationships: dict[str, Any] = field(default_factory=dict[str, Any])
    meta: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            data["type"],
            data["id"],
            dict(data.get("attributes", {})),
            dict(data.get("relationships", {})),
            dict(data.get("meta", {})),
        )

    def linked(self, name: str) -> list[dict[str, str]]:
        """The linkage of a relationship as a list, to-one or to-many."""
        data = self.relationships.get(name, {}).get("data")
        return data if isinstance(data, list) else [data] if data else []


@dataclass
class Page:
    """An answer: primary resources, included ones, `meta` and `links`."""

    data: list[Resource]
    included: dict[tuple[str, str], Resource]
    meta: dict[str, Any]
    links: dict[str, Any]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        data = document.get("data")
        many: list[Any] = data if isinstance(data, list) else [data] if data else []
        included = [Resource.read(one) for one in document.get("included", [])]
        return cls(
            [Resource.read(one) for one in many],
            {(one.type, one.id): one for one in included},
            dict(document.get("meta", {})),
            dict(document.get("links", {})),
        )

    @property
    def one(self) -> Resource:
        return self.data[0]

    def related(self, resource: Resource, name: str) -> list[Resource]:
        """The included resources that a relationship points at."""
        keys = [(link["type"], link["id"]) for link in resource.linked(name)]
        return [self.included[key] for key in keys if key in self.included]


class Client:
    """Requests to one DINA system; paths begin with a module's prefix (`/collection/v1/material-sample`)."""

    def __init__(
        self,
        base_url: str = "",
        *,
        token: str = "",
        language: str = "en",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"accept": JSON_API, "accept-language": language}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self.http = httpx.AsyncClient(
            base_url=base_url or "http://dina.local", headers=headers, transport=transport, timeout=120
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.http.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def sign_in(self, username: str, password: str, client_id: str = "dina-public") -> None:
        """Get a token by user name and password. Raises ApiError when they are not right."""
        answer = await self.http.post(
            "/auth/realms/dina/protocol/openid-connect/token",
            data={
                "grant_type": "password",
                "client_id": client_id,
                "username": username,
                "password": password,
            },
        )
        if answer.status_code != 200:
            raise ApiError(answer.status_code, [{"title": "sign-in", "detail": answer.text[:200]}])
        self.http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        body: Any = None,
        content_type: str = JSON_API,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """One request; the answer's document. Raises ApiError."""
        import orjson

        content = None if body is None else orjson.dumps(body)
        # Labels of change sets are words of people: on one line, as UTF-8.
        told = {name: " ".join(value.split()) for name, value in (headers or {}).items()}
        if content is not None:
            told["content-type"] = content_type
        sent = httpx.Headers(told, encoding="utf-8")
        answer = await self.http.request(method, path, params=params, content=content, headers=sent)  # type: ignore[arg-type]
        document: dict[str, Any] = orjson.loads(answer.content) if answer.content else {}
        if answer.status_code >= 400:
            raise refusal(answer.status_code, document.get("errors", []))
        return document

    async def get(self, path: str, params: Any = None, **headers: str) -> Page:
        return Page.read(await self.request("GET", path, params=params, headers=headers))

    async def create(
        self,
        path: str,
        attributes: Mapping[str, Any],
        relationships: Mapping[str, Any] | None = None,
        **members: Any,
    ) -> Resource:
        data = {
            "type": path.rsplit("/", 1)[1],
            "attributes": attributes,
            "relationships": relationships or {},
            **members,
        }
        return Page.read(await self.request("POST", path, body={"data": data})).one

    async def update(
        self,
        path: str,
        id_: str,
        attributes: Mapping[str, Any],
        relationships: Mapping[str, Any] | None = None,
    ) -> Resource:
        data = {
            "type": path.rsplit("/", 1)[1],
            "id": id_,
            "attributes": attributes,
            "relationships": relationships or {},
        }
        return Page.read(await self.request("PATCH", f"{path}/{id_}", body={"data": data})).one

    async def delete(self, path: str, id_: str) -> None:
        await self.request("DELETE", f"{path}/{id_}")

    async def atomic(
        self,
        prefix: str,
        operations: Sequence[Mapping[str, Any]],
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """Operations of JSON:API's atomic extension, done as a whole or not at all; their results. Raises ApiError."""
        body = {"atomic:operations": list(operations)}
        answer = await self.request(
            "POST", f"{prefix}/operations", params=params, body=body, content_type=ATOMIC, headers=headers
        )
        return answer.get("atomic:results", [])

    async def bulk_create(
        self,
        path: str,
        items: Sequence[Mapping[str, Any]],
        *,
        change_set: str = "",
        label: str = "",
        size: int = 1000,
    ) -> list[Resource]:
        """Create many, in requests of `size`; each request succeeds or fails as a whole."""
        type_ = path.rsplit("/", 1)[1]
        headers = {"x-change-set": change_set, "x-change-set-label": label} if change_set else {}
        made: list[Resource] = []
        for start in range(0, len(items), size):
            body = {"data": [{"type": type_, **item} for item in items[start : start + size]]}
            document = await self.request(
                "POST", f"{path}/bulk", body=body, content_type=BULK, headers=headers
            )
            made += Page.read(document).data
        return made

    async def every(self, path: str, params: Mapping[str, Any] | None = None) -> AsyncIterator[Resource]:
        """Every resource of a list, read page by page with a cursor."""
        page = await self.get(path, {**(params or {}), "page[after]": "", "page[limit]": 500})
        while True:
            for resource in page.data:
                yield resource
            following = page.links.get("next")
            if not following:
                return
            page = await self.get(following)
