"""What tests of imports have in common: send a file, let the worker work, look at the outcome."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from dina.app import App
from tests.conftest import client_of, resource

EXCHANGE = "/exchange/v1"


def half_sent() -> set[Path]:
    """Uploads that lie about in the directory for temporary files."""
    return set(Path(tempfile.gettempdir()).glob("dina-upload-*"))


class Desk:
    """A curator at work on one import."""

    def __init__(self, app: App, client: httpx.AsyncClient | None = None) -> None:
        self.app = app
        self.client = client or client_of(app)
        self.id = ""
        self.job = ""
        """The last job that was begun."""

    async def work(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            await self.app.worker(Path(scratch)).run(until_idle=True)
            assert os.listdir(scratch) == [], "a job leaves nothing in its workspace"

    async def done(self, answer: httpx.Response) -> dict[str, Any]:
        """The job that a request started, when it is over."""
        assert answer.status_code == 202, answer.text
        self.job = answer.json()["data"]["id"]
        await self.work()
        found = await self.client.get(f"{EXCHANGE}/job/{self.job}")
        return found.json()["data"]["attributes"]

    async def send(self, name: str, content: bytes, **attributes: Any) -> dict[str, Any]:
        body = resource("import-dataset", {"name": name, "group": "dev-group", **attributes})
        made = await self.client.post(f"{EXCHANGE}/import-dataset", json=body)
        assert made.status_code == 201, made.text
        self.id = made.json()["data"]["id"]
        return await self.upload(name, content)

    async def upload(self, name: str, content: bytes) -> dict[str, Any]:
        return await self.done(await self.upload_answer(name, content))

    async def upload_answer(self, name: str, content: bytes) -> httpx.Response:
        return await self.client.post(
            f"{EXCHANGE}/import-dataset/{self.id}/file",
            params={"name": name},
            content=content,
            headers={"content-type": "application/octet-stream"},
        )

    async def dataset(self) -> dict[str, Any]:
        found = await self.client.get(f"{EXCHANGE}/import-dataset/{self.id}")
        return found.json()["data"]["attributes"]

    async def change(self, **attributes: Any) -> None:
        body = {"data": {"type": "import-dataset", "id": self.id, "attributes": attributes}}
        answer = await self.client.patch(f"{EXCHANGE}/import-dataset/{self.id}", json=body)
        assert answer.status_code == 200, answer.text

    async def act(self, path: str, attributes: Mapping[str, Any] | None = None) -> httpx.Response:
        body = resource("import-dataset", dict(attributes or {}))
        return await self.client.post(f"{EXCHANGE}/import-dataset/{self.id}/{path}", json=body)

    async def check(self) -> dict[str, Any]:
        return await self.done(await self.act("check"))

    async def run(self, mode: str = "rows") -> dict[str, Any]:
        return await self.done(await self.act("run", {"mode": mode}))

    async def undo(self, **attributes: Any) -> dict[str, Any]:
        return await self.done(await self.act("undo", attributes))

    async def problems(self) -> list[dict[str, Any]]:
        found = await self.client.get(f"{EXCHANGE}/import-dataset/{self.id}/problems?page[limit]=1000")
        assert found.status_code == 200, found.text
        return [one["attributes"] for one in found.json()["data"]]

    async def rows(self, **params: str) -> list[dict[str, Any]]:
        found = await self.client.get(
            f"{EXCHANGE}/import-dataset/{self.id}/rows", params={"page[limit]": "1000", **params}
        )
        assert found.status_code == 200, found.text
        return [one["attributes"] for one in found.json()["data"]]

    async def settle(self, action: str = "leave") -> int:
        """Decide all open names alike; how many there were."""
        open_names = [
            {"field": field, "name": name, "action": action}
            for field, names in ((await self.dataset())["decisions"] or {}).items()
            for name, one in names.items()
            if one["action"] == "ask"
        ]
        if open_names:
            answer = await self.act("decisions", {"decisions": open_names})
            assert answer.status_code == 200, answer.text
        return len(open_names)

    async def holdings(self) -> dict[str, int]:
        """How many records of every type the collection and agent modules hold."""
        async with self.app.pools.write.connection() as connection:
            cursor = await connection.execute(
                "SELECT table_schema, table_name FROM information_schema.columns WHERE column_name = 'deleted_on' "
                "AND table_schema IN ('collection', 'agent') ORDER BY 1, 2"
            )
            tables = await cursor.fetchall()
            counting = " UNION ALL ".join(
                f"SELECT '{schema}.{name}', count(*) FROM {schema}.\"{name}\" WHERE deleted_on IS NULL"
                for schema, name in tables
            )
            cursor = await connection.execute(counting)  # type: ignore[arg-type]
            return dict(await cursor.fetchall())

    async def staged(self) -> int:
        """Rows of the data set in the staging tables."""
        async with self.app.pools.write.connection() as connection:
            cursor = await connection.execute(
                "SELECT count(*) FROM exchange.import_row WHERE dataset = %s::uuid", [self.id]
            )
            (number,) = await cursor.fetchone() or (0,)
            return int(number)

    async def files(self) -> list[str]:
        """What is kept of the files that were sent."""
        files = self.app.services["exchange"].files
        assert files is not None
        return sorted(await files.listed(f"import/{self.id}/"))

    async def check_refused(self) -> int:
        return (await self.act("check")).status_code

    async def count(self, path: str) -> int:
        found = await self.client.get(f"/collection/v1/{path}")
        assert found.status_code == 200, found.text
        return int(found.json()["meta"]["totalResourceCount"])
