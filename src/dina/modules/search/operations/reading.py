"""A search from one of its forms into the other: for pages that build searches, and programs that keep them as text."""

from __future__ import annotations

from typing import Any

from dina.base.errors import Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.search.engine.view import TypeFields
from dina.modules.search.operations import forms
from dina.modules.search.operations.searching import desk
from dina.modules.search.query.converting import Converter


async def read(call: Call) -> Answer:
    """`POST /search/read`: the text of the box (`q`) as a tree, or a tree (`filter`) as text; nothing is searched.

    `q` is null for a tree that the box cannot say, for the parts `unsaid`; `texts` are the other parts that are no groups. Parts of `filter` may be text, `{"q": "…"}`, both as they come and
    as they are given back: what was understood from the box and cannot be written as a tree stays as it was typed.
    """
    given, language = call.attributes, call.request.language
    async with desk(call) as at:
        forms.checked_types(at.registry, [given["type"]])
        converter = Converter(TypeFields(at.registry, given["type"]), at.registry.ages, language)
        if given.get("filter"):
            found, faults = converter.from_filter(given["filter"], f"{forms.AT}/filter")
            if faults:
                raise Problem(faults)
        else:
            found = converter.from_text(given.get("q", ""))
    doubts: list[dict[str, Any]] = [
        {"message": one.sentence(language), "start": one.start, "end": one.end, "pointer": pointer}
        for one, pointer in found.doubts
    ]
    chips = [
        {"text": one.text, "start": one.start, "end": one.end, "label": one.label.in_language(language), "pointer": pointer}
        for one, pointer in found.chips
    ]  # fmt: skip
    told = {"q": found.text, "filter": found.filter, "texts": found.texts, "unsaid": found.unsaid}
    return call.answer({**told, "chips": chips, "doubts": doubts})


OPERATIONS = (
    Operation(
        "POST", "/search/read", read,
        Text("A search as text and as a tree", "Une recherche en texte et en arbre"), "search-reading",
        body=forms.ReadingForm, asks=True,
    ),
)  # fmt: skip
