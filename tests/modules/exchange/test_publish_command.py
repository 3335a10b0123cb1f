"""`dina publish` against a running system."""

from __future__ import annotations

from pathlib import Path

import httpx
import typer
from typer.testing import CliRunner

from dina.commands.publishing import publish_dataset
from tests.conftest import resource
from tests.modules.exchange.conftest import JSON_API, Archive

app = typer.Typer()
app.command()(publish_dataset)


def test_a_data_set_is_published_and_fetched(demo_server: str, tmp_path: Path) -> None:
    with httpx.Client(base_url=demo_server, timeout=60) as client:
        token = client.post(
            "/auth/realms/dina/protocol/openid-connect/token",
            data={"grant_type": "password", "client_id": "dina-public", "username": "curator", "password": "curator"},
        ).json()["access_token"]  # fmt: skip
        answer = client.post(
            "/exchange/v1/dataset",
            headers={**JSON_API, "authorization": f"Bearer {token}"},
            json=resource(
                "dataset",
                {
                    "group": "demo",
                    "title": "By command",
                    "query": {"type": "material-sample", "filters": {"filter[collection.code]": "PLANTS"}},
                },
            ),
        )
        assert answer.status_code == 201, answer.text
    given = ["--server", demo_server, "--user", "curator", "--password", "curator"]
    out = tmp_path / "plants.zip"
    done = CliRunner().invoke(app, ["By command", "--out", str(out), *given])
    assert done.exit_code == 0, done.output
    assert "version 1: " in done.output
    assert len(Archive.read(out.read_bytes()).occurrences) > 20
    again = CliRunner().invoke(app, ["By command", *given, "--language", "fr"])
    assert again.exit_code == 0, again.output
    assert "nothing has changed" in again.output
    withdrawn = CliRunner().invoke(app, ["By command", "--withdraw", *given])
    assert withdrawn.exit_code == 0, withdrawn.output
    assert httpx.get(f"{demo_server}/exchange/v1/rss.do").text.count("By command") == 0
    assert CliRunner().invoke(app, ["No such title", *given]).exit_code != 0
