"""What the API's rules say of rows before they are imported, and what it cannot be asked yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.base.jsonapi.writing.changes import new_id
from dina.base.jsonapi.writing.safety import faults as unsafe
from dina.base.text import LANGUAGES
from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.assemble import NAMED, Parts
from dina.modules.exchange.importing.chunk import Said, send
from dina.modules.exchange.importing.fields import COMPONENTS
from dina.modules.exchange.importing.readers import Fault

if TYPE_CHECKING:
    from dina.modules.exchange.importing.check import Prepared

Texts = Mapping[int, Sequence[str | None]]
ELEMENT = re.compile(
    r"</?(?:a|abbr|b|bdi|big|blockquote|body|br|center|code|dd|del|div|dl|dt|em|font|h[1-6]|head|hr|html|i|img|ins|li|"
    r"ol|p|pre|q|s|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
"""Markup that only says how a text looks; what else stands between angle brackets says something."""


def without_markup(text: str) -> str:
    """A text that no page takes for markup, with every word that it says."""
    return ELEMENT.sub("", text).replace("<", "‹").replace(">", "›")


def leave_out(
    prepared: Prepared,
    rows: Iterable[Parts],
    known: set[tuple[str, str]],
    leftovers: dict[tuple[str, str], None],
    texts: Texts,
) -> list[store.Problem]:
    """Take out custom fields that are made only when the import begins: the API does not know them yet.

    What it would say of their values is said here: such fields take any text that is safe.
    """
    problems: list[store.Problem] = []
    for parts in rows:
        for part, values in [*parts.values.items(), *((NAMED, one) for one in parts.more)]:
            own = values.get("managedAttributes")
            if not own:
                continue
            for key in list(own):
                place = (COMPONENT_OF[part], key)
                if place in known:
                    continue
                leftovers[place] = None
                text = own.pop(key)
                if ("<" in text or "\x00" in text) and (found := list(unsafe(text, ""))):
                    path = f"{part}.managedAttributes.{key}" if part else f"managedAttributes.{key}"
                    position = prepared.position_of(path, texts[parts.number])
                    problems.append((parts.number, position, _fault(found[0], text), text))
        identifiers = parts.values.get("", {}).get("identifiers")
        if identifiers and ("MATERIAL_SAMPLE", "occurrence_id") not in known:
            parts.values[""].pop("identifiers")
    return problems


COMPONENT_OF = {path.removesuffix("managedAttributes").rstrip("."): name for name, path in COMPONENTS.items()}


def _fault(error: Error, text: str) -> Fault:
    said = {language: str(error.document(language, "")["detail"]) for language in LANGUAGES}
    return Fault("", "error", error.code, said, without_markup(text) if error.code == "UNSAFE_TEXT" else None)


async def judged(job: Job, prepared: Prepared, rows: list[Parts], texts: Texts) -> list[store.Problem]:
    """What the API's rules say of rows; those at fault are taken out until nothing more is found."""
    problems: list[store.Problem] = []
    while rows:
        chunk = prepared.chunk(rows, {parts.number: new_id() for parts in rows})
        errors = await send(job.client, chunk, dry=True)
        if not errors:
            break
        said = chunk.said(errors)
        french = chunk.said(await send(job.client, chunk, dry=True, language="fr"))
        wrong = {number for one in said for number in one.rows}
        if not wrong:
            raise Failed(Error("BUSINESS_RULE", key="import.refused", values={"reason": said[0].detail}))
        for one, other in zip(said, french, strict=True):
            problems += said_problems(prepared, one, other, texts)
        rows = [parts for parts in rows if parts.number not in wrong]
    return problems


def said_problems(prepared: Prepared, said: Said, french: Said, texts: Texts) -> Iterable[store.Problem]:
    for number in said.rows:
        position = prepared.position_of(said.path, texts[number])
        text = texts[number][position] if position is not None else None
        proposal = without_markup(text) if text and said.code == "UNSAFE_TEXT" else None
        message = {"en": said.detail, "fr": french.detail}
        yield number, position, Fault("", "error", said.code, message, proposal), text
