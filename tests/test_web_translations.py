"""Every text of the pages, in templates and code, stands in the French catalogues."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2.ext import babel_extract

import dina.web
from dina.web.texts import catalogue

WEB = Path(dina.web.__file__).parent
KEYWORDS = {"_": 0, "N_": 0, "say": 1, "translate": 1, "said": 0}


def in_templates() -> Iterator[tuple[str, str]]:
    for file in sorted((WEB / "templates").rglob("*.html")):
        with file.open("rb") as opened:
            for _, _, message, _ in babel_extract(opened, ("_", "_n"), (), {"extensions": "jinja2.ext.do"}):
                for text in message if isinstance(message, tuple) else (message,):
                    if isinstance(text, str):
                        yield text, file.name


def in_code() -> Iterator[tuple[str, str]]:
    for file in sorted(WEB.rglob("*.py")):
        if "node_modules" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            wanted = (
                node.args
                if name == "Counted"
                else node.args[KEYWORDS[name] :][:1]
                if name in KEYWORDS
                else []
            )
            for one in wanted:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value, file.name


def test_every_text_of_the_pages_has_french_words() -> None:
    french = catalogue("fr")
    said = [*in_templates(), *in_code()]
    assert len(said) > 2000
    missing = sorted({(text, file) for text, file in said if text.strip() and text not in french})
    assert missing == []
