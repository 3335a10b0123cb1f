"""The session of the pages over several cookies, the registry of a system half awake."""

from __future__ import annotations

import secrets

import httpx
import pytest
from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from dina.client import ApiError, Client
from dina.web.registry import Registry
from dina.web.session import Session, Sessions


class Browser:
    """The cookies that a browser keeps, as it keeps them."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.cookies = sessions, dict[str, str]()

    def takes(self, session: Session) -> None:
        headers = MutableHeaders()
        self.sessions.write(headers, session)
        for text in headers.getlist("set-cookie"):
            assert len(text) < 4096, "browsers drop what is longer"
            assert "HttpOnly" in text
            name, _, value = text.partition(";")[0].partition("=")
            if "Max-Age=0" in text:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    def sends(self) -> Session:
        header = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self.sessions.read(Request({"type": "http", "headers": [(b"cookie", header.encode())]}))


@pytest.mark.parametrize("size", [0, 2_000, 9_000, 20_000])
def test_whoever_is_in_many_groups_stays_signed_in(size: int) -> None:
    browser = Browser(Sessions("a secret of forty characters, at least!!"))
    token = secrets.token_urlsafe(size)
    browser.takes(Session(username="ada", access=token, refresh="r"))
    found = browser.sends()
    assert (found.username, found.access) == ("ada", token)
    found.access = "short"
    browser.takes(found)
    assert len(browser.cookies) == 1, "what is not needed any more is taken away"
    assert browser.sends().access == "short"


def test_a_session_with_a_part_missing_is_none() -> None:
    browser = Browser(Sessions("a secret of forty characters, at least!!"))
    browser.takes(Session(username="ada", access=secrets.token_urlsafe(20_000)))
    del browser.cookies["DINA_SESSION_2"]
    assert not browser.sends().signed_in


async def test_a_module_that_wakes_late_is_known_when_it_is_awake() -> None:
    asleep = True

    def answer(request: httpx.Request) -> httpx.Response:
        if asleep and request.url.path.startswith("/late"):
            return httpx.Response(503, json={"errors": []})
        type_ = "late" if request.url.path.startswith("/late") else "early"
        return httpx.Response(200, json={"meta": {"types": {type_: {"attributes": {}}}}})

    registry = Registry([("early", "/early/v1"), ("late", "/late/v1")])
    async with Client(transport=httpx.MockTransport(answer)) as client:
        with pytest.raises(ApiError):
            await registry.load(client)
        asleep = False
        assert set((await registry.load(client)).types) == {"early", "late"}
