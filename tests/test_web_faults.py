"""Pages when something of ours fails: a page in the reader's language with an id that is in the log, and its headers."""

from __future__ import annotations

import re

import httpx
import pytest
from structlog.testing import capture_logs

from dina.web.site import create_site


class Broken(httpx.AsyncBaseTransport):
    """An API behind which nothing is as anybody thought."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise LookupError("a secret of the inside")


def pages() -> httpx.AsyncClient:
    site = create_site(Broken(), [("collection", "/collection/v1")], secret="x" * 40)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url="http://dina.test")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "This is a fault of the system"), ("fr", "C’est un défaut du système")]
)
async def test_a_fault_of_ours_is_a_page_with_an_id_that_is_in_the_log(language: str, said: str) -> None:
    async with pages() as client:
        with capture_logs() as logs:
            answer = await client.get(f"/{language}/public")
    assert answer.status_code == 500
    assert said in answer.text
    assert "secret" not in answer.text
    found = re.search(r"<code>([0-9a-f]{32})</code>", answer.text)
    assert found is not None
    assert [one["id"] for one in logs if one["log_level"] == "error"] == [found[1]]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-store"


async def test_what_an_address_does_not_take_is_said_on_a_page() -> None:
    async with pages() as client:
        answer = await client.request("DELETE", "/fr/sign-in", headers={"content-length": "0"})
        assert answer.status_code in (403, 405)
        assert "<h1>" in answer.text
        answer = await client.request("OPTIONS", "/fr/help")
        assert answer.status_code in (403, 405)
        missing = await client.get("/fr/no/such/page")
    assert missing.status_code == 404
    assert "<h1>" in missing.text
