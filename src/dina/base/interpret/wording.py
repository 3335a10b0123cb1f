"""The sentences behind the reasons of every interpreter, in English and French."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from dina.base.interpret import Reason


@cache
def _sentences() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in ("dates.toml", "places.toml", "terms.toml"):
        table = tomllib.loads(files("dina.base.interpret").joinpath(name).read_text("utf-8"))
        for code, texts in table["reason"].items():
            found.setdefault(code, texts)
    return found


def sentence(reason: Reason, language: str) -> str:
    """What a reason says; its code where nobody wrote a sentence."""
    texts = _sentences().get(reason.code)
    if texts is None:
        return reason.code
    text = texts.get(language) or texts["en"]
    for name, value in reason.parameters.items():
        text = text.replace("{" + name + "}", value)
    return text
