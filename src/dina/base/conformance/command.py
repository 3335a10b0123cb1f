"""The command line of the checker: `dina check BASE`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from dina.base.conformance.config import Config, from_description, identities, read_file
from dina.base.conformance.engine import run
from dina.base.conformance.exchange import as_object
from dina.base.conformance.files import to_html, to_json, to_junit
from dina.base.conformance.rule import CLASSES
from dina.base.conformance.session import Session
from dina.base.conformance.table import show
from dina.base.conformance.verdict import Verdict

PLAIN = (
    "other_group", "token_url", "client_id", "isolated", "messages_url", "signing_key", "default_limit", "body_limit",
    "many_rows",
)  # fmt: skip


class Form(StrEnum):
    text = "text"
    json = "json"
    junit = "junit"
    html = "html"


def configured(
    base: str,
    given: dict[str, Any],
    *,
    users: list[str] | None = None,
    tokens: list[str] | None = None,
    group: str = "",
    transport: Any = None,
    **more: Any,
) -> Config:
    """The configuration: the members of the TOML file, the command line, and what `{base}/openapi.json` says.

    `users` are `role=name:password`, `tokens` are `role=token` or one token alone, which counts as a
    super-user's. Raises ValueError for a word that does not fit, httpx.TransportError if nobody answers.
    """
    base = (base or str(given.get("base", ""))).rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise ValueError("the address begins with http:// or https://")
    who = {
        **given,
        "users": dict(as_object(given.get("users"))),
        "tokens": dict(as_object(given.get("tokens"))),
    }
    for text in users or []:
        role, _, rest = text.partition("=")
        name, colon, password = rest.partition(":")
        if not colon:
            raise ValueError(f"--user {text!r} is not role=name:password")
        who["users"][role] = {"name": name, "password": password}
    for text in tokens or []:
        role, sign, token = text.partition("=")
        if sign and "." not in role:
            who["tokens"][role] = token
        else:
            who["tokens"]["super-user"] = text
    known = identities(who)
    plain = {name: given[name] for name in PLAIN if name in given}
    first = Config(
        base, identities=known, dev=bool(given.get("dev", False)) or not known, transport=transport, **plain
    )
    described = description(first)
    told = from_description(described, given, first.origin)
    chosen: dict[str, Any] = {
        "group": group or str(given.get("group") or "dina-check"),
        **told,
        **plain,
        **more,
    }
    return Config(base, identities=known, dev=first.dev, transport=transport, **chosen)


def description(config: Config) -> dict[str, Any]:
    """The OpenAPI document at `{base}/openapi.json`; {} if there is none."""
    session = Session(config)
    role = session.strongest("user", "super-user") or None
    answer = session.send(
        "GET", f"{config.base}/openapi.json", role=role, headers={"Accept": "application/json"}
    )
    return answer.document if answer.status == 200 else {}


def check(
    base: Annotated[
        str, typer.Argument(help="Address of the module, e.g. https://api.example.org/collection/v1")
    ],
    config: Annotated[Path | None, typer.Option(help="TOML file", exists=True, dir_okay=False)] = None,
    classes: Annotated[
        str, typer.Option("--class", help="G guideline, J JSON:API, K clients, O quality: e.g. G,J")
    ] = "G,J,K,O",
    report: Annotated[Form, typer.Option(help="Form of the report")] = Form.text,
    output: Annotated[Path | None, typer.Option(help="Write the report to this file")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Only rules that write nothing")] = False,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="Test this type, or all; may be repeated")
    ] = None,
    rule: Annotated[
        list[int] | None, typer.Option("--rule", help="Only this rule number; may be repeated")
    ] = None,
    user: Annotated[
        list[str] | None, typer.Option("--user", help="role=name:password; may be repeated")
    ] = None,
    token: Annotated[
        list[str] | None, typer.Option("--token", help="role=token, or a token; may be repeated")
    ] = None,
    group: Annotated[str, typer.Option(help="Group of the records made (default dina-check)")] = "",
) -> None:
    """Check an API against the DINA contract, over HTTP alone.

    Exit code 0: no MUST of the chosen classes fails; 1: one does; 2: the check could not be made.
    """
    letters = "".join(sorted({letter for letter in classes.upper() if letter in CLASSES}))
    console = Console()
    try:
        chosen = configured(
            base,
            read_file(config) if config else {},
            users=user,
            tokens=token,
            group=group,
            classes=letters or "GJKO",
            chosen=tuple(type_ or ()),
            only=frozenset(rule or ()),
            read_only=read_only,
        )
        with Console(stderr=True).status("checking") as status:

            def tell(verdict: Verdict) -> None:
                status.update(f"{verdict.rule.name} {verdict.rule.title}")

            found = run(chosen, tell)
    except (ValueError, httpx.HTTPError) as fault:
        Console(stderr=True).print(f"dina check: {fault}", style="red", markup=False)
        raise typer.Exit(2) from None
    forms = {Form.json: to_json, Form.junit: to_junit, Form.html: to_html}
    if report is not Form.text:
        text = forms[report](found)
        if output is not None:
            output.write_text(text, "utf-8")
        else:
            typer.echo(text)
    elif output is not None:
        with output.open("w", encoding="utf-8") as file:
            show(found, Console(file=file, width=110))
    else:
        show(found, console)
    raise typer.Exit(0 if found.ok else 1)
