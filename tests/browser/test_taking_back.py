"""Taking a set of changes back from its page: what is in the way is named, the rest can be taken back."""

from __future__ import annotations

import uuid

import httpx
import pytest
from playwright.async_api import Browser

from tests.browser.signing import signed_in
from tests.conftest import resource

PERSON = "/agent/v1/person"


async def person(api: httpx.AsyncClient, name: str, change_set: str) -> str:
    headers = {"x-change-set": change_set, "x-change-set-label": "Two people"}
    answer = await api.post(PERSON, json=resource("person", {"displayName": name}), headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


@pytest.mark.parametrize(
    ("language", "why", "called"),
    [("en", "changed since by curator", "Person"), ("fr", "modifiée depuis par curator", "Personne")],
)
async def test_what_was_changed_since_is_named_and_the_rest_taken_back_without_scripts(
    browser: Browser, address: str, api: httpx.AsyncClient, language: str, why: str, called: str
) -> None:
    change_set = str(uuid.uuid4())
    kept = await person(api, f"Kept {language}", change_set)
    gone = await person(api, f"Gone {language}", change_set)
    data = {"type": "person", "id": kept, "attributes": {"displayName": f"Kept and better {language}"}}
    assert (await api.patch(f"{PERSON}/{kept}", json={"data": data})).status_code == 200
    page = await signed_in(browser, address, language, java_script_enabled=False)
    await page.goto(f"/{language}/changes/agent/{change_set}")
    assert await page.locator(f"table a.row:has-text('Gone {language}')").count() == 1
    obstacle = page.locator("main details[open] li")
    assert f"{called} Kept and better {language}" in await obstacle.inner_text()
    assert why in await obstacle.inner_text()
    await page.check("[name=skipConflicts]")
    await page.click("form[action$='/undo'] button")
    await page.wait_for_url(lambda url: change_set not in url)
    assert (await api.get(f"{PERSON}/{gone}")).status_code == 410
    assert (await api.get(f"{PERSON}/{kept}")).status_code == 200
    await page.goto(f"/{language}/change-history?module=agent")
    assert await page.locator(f"table a.row:has-text('Gone {language}')").count()
    await page.context.close()
