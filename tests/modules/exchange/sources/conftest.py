"""A workspace of its own for every test, which must be empty again at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dina.modules.exchange.sources import Limits, Overrides, Source, open_source

Opener = Callable[..., Source]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    """Where sources unpack; whatever a test does, nothing may be left in it."""
    room = tmp_path / "workspace"
    room.mkdir()
    yield room
    assert list(room.iterdir()) == []


@pytest.fixture
def opened(workspace: Path) -> Iterator[Opener]:
    """Open sources that are closed at the end of the test."""
    sources: list[Source] = []

    def opening(path: Path, overrides: Overrides | None = None, limits: Limits | None = None) -> Source:
        source = open_source(path, workspace=workspace, overrides=overrides, limits=limits)
        sources.append(source)
        return source

    yield opening
    for source in sources:
        source.close()
