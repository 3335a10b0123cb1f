"""Sentences of the module are known once it is."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from dina.base.text import add_messages

for place in ("query", "wire"):
    add_messages(
        tomllib.loads(files(f"dina.modules.search.{place}").joinpath("messages.toml").read_text("utf-8"))
    )
