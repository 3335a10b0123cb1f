"""Sentences of the API: in both languages, and about one thing as about several."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dina
from dina.base.text import LANGUAGES, catalogue, message


def declared() -> Iterator[tuple[str, dict[str, Any]]]:
    """All sentences of all modules."""
    for path in sorted(Path(dina.__file__).parent.rglob("messages.toml")):
        found = tomllib.loads(path.read_text("utf-8"))
        yield from (found["message"] if "message" in found and "code" in found else found).items()


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("count", "en", "fr"), [(0, "0 records were", "0 enregistrement a été"), (1, "1 record was", "1 enregistrement a été"), (2, "2 records were", "2 enregistrements ont été")])  # fmt: skip
def test_a_sentence_agrees_with_its_number(count: int, en: str, fr: str) -> None:
    assert message("undo.conflicts", "en", count=count).startswith(en)
    assert message("undo.conflicts", "fr", count=count).startswith(fr)


def test_all_sentences_say_the_same_in_both_languages() -> None:
    assert "undo.conflicts" in catalogue()["message"]
    seen = 0
    for key, entry in declared():
        for forms in (entry, entry.get("one")):
            if forms is None:
                continue
            assert all(forms.get(language) for language in LANGUAGES), key
            assert blanks(forms["en"]) == blanks(forms["fr"]), key
            # One thing need not be counted.
            assert blanks(forms["en"]) | {"count"} == blanks(entry["en"]) | {"count"}, key
        assert "one" not in entry or "count" in blanks(entry["en"]), key
        seen += 1
    assert seen > 400
