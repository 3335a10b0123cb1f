"""What is wrong with a file, said so that a curator understands it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from dina.base.text import LANGUAGES, add_messages, message

_MESSAGES: dict[str, dict[str, Any]] = tomllib.loads(
    files("dina.modules.exchange.sources").joinpath("messages.toml").read_text("utf-8")
)
add_messages(_MESSAGES)


def _sentence(code: str, language: str, file: str, line: int | None, values: Mapping[str, Any]) -> str:
    said = message(f"source.{code}", language, file=file, line=line, **values)
    if not file:
        return said
    key = "source.place.line" if line is not None else "source.place.file"
    return message(key, language, file=file, line=line, said=said)


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """Something odd that does not stop the reading: a key of messages.toml without `source.`, and its place.

    `line` is the 1-based line of `file`; None where the whole file is meant.
    """

    code: str
    file: str = ""
    line: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def sentence(self, language: str) -> str:
        """The problem with its file and line, in English or French."""
        return _sentence(self.code, language, self.file, self.line, self.values)

    def document(self) -> dict[str, str]:
        """As kept with what was read: the code and the sentence in every language."""
        return {"code": self.code} | {language: self.sentence(language) for language in LANGUAGES}


class SourceError(Exception):
    """A file that cannot be read, or must not be: code, file, line and what the sentence speaks of."""

    def __init__(self, code: str, file: str = "", line: int | None = None, **values: Any) -> None:
        self.code = code
        self.file = file
        self.line = line
        self.values: Mapping[str, Any] = values
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """The cause with its file and line, in English or French."""
        return _sentence(self.code, language, self.file, self.line, self.values)

    def problem(self) -> SourceProblem:
        """The same as a warning, where the rest of the source is readable."""
        return SourceProblem(self.code, self.file, self.line, self.values)
