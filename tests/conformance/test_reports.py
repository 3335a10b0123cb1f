"""The command line and the forms of the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import typer
from typer.testing import CliRunner

from dina.base.conformance import session
from dina.base.conformance.command import check
from tests.conformance.harness import BASE
from tests.conformance.reference import Api
from tests.conformance.reference.identity import token

Call = Callable[..., Any]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run the command against a reference API with the given faults."""
    app, real = typer.Typer(), httpx.Client
    app.command()(check)

    def run(*words: str, faults: tuple[str, ...] = ()) -> Any:
        transport = httpx.MockTransport(Api(faults))
        monkeypatch.setattr(
            session.httpx, "Client", lambda **given: real(**{**given, "transport": transport})
        )
        tokens = [f"--token={role}={token(role)}" for role in ("admin", "super-user", "guest")]
        return CliRunner().invoke(app, [BASE, *tokens, *words])

    return run


def test_the_table_names_every_rule_and_after_a_whole_run_the_level(call: Call) -> None:
    done = call("--rule", "95", "--rule", "8")
    assert done.exit_code == 0
    assert "R95" in done.output
    assert "2 pass" in done.output
    assert "level reached" not in done.output, "two rules say nothing of a level"
    assert "level reached: excellent" in call().output


def test_a_broken_must_is_told_with_the_request_and_exit_code_1(call: Call) -> None:
    done = call("--rule", "58", faults=("R58",))
    assert done.exit_code == 1
    assert "R58 FAIL" in done.output
    assert "expected: status 400" in done.output
    assert "page[limit]=10000000" in done.output
    assert "Bearer $TOKEN" in done.output
    assert token("super-user") not in done.output


def test_a_broken_should_does_not_fail_the_command(call: Call) -> None:
    done = call("--rule", "16", faults=("R16",))
    assert done.exit_code == 0
    assert "R16 FAIL" in done.output


def test_a_broken_must_of_another_class_is_not_looked_at(call: Call) -> None:
    assert call("--rule", "58", "--class", "G,J", faults=("R58",)).exit_code == 0


def test_a_wrong_word_is_exit_code_2(call: Call) -> None:
    assert call("--type", "sheep").exit_code == 2
    assert call("--user", "curator").exit_code == 2


def test_json(call: Call) -> None:
    done = call("--rule", "58", "--report", "json", faults=("R58",))
    found = json.loads(done.stdout)
    assert found["ok"] is False
    assert found["counts"]["fail"] == 1
    (verdict,) = found["verdicts"]
    assert (verdict["rule"], verdict["outcome"]) == ("R58", "fail")
    assert verdict["curl"].startswith("curl ")


def test_junit(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    rules = ("--rule", "58", "--rule", "16", "--rule", "150")
    call(*rules, "--report", "junit", "--output", str(path), faults=("R58", "R16"))
    suite = ElementTree.parse(path).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")


def test_html_escapes_what_the_service_said(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    call("--rule", "117", "--report", "html", "--output", str(path), faults=("R117",))
    text = path.read_text("utf-8")
    assert "R117" in text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
