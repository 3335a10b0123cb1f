"""How much memory the embedded database takes for its pages depends on how much there is."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from dina.base.database.embedded import by_memory, memory

GB = 2**30


@pytest.mark.parametrize(("total", "kept"), [(GB // 2, 128), (2 * GB, 256), (8 * GB, 1024), (64 * GB, 2048)])
def test_pages_get_an_eighth_within_bounds(total: int, kept: int) -> None:
    assert by_memory(total)["shared_buffers"] == f"{kept}MB"


def test_a_container_has_no_more_than_it_is_given(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text("1073741824\n")
    assert memory([limit, tmp_path / "absent"]) == GB
    for free in ("max\n", ""):
        limit.write_text(free)
        assert memory([limit]) == psutil.virtual_memory().total
    assert memory([tmp_path / "absent"]) == psutil.virtual_memory().total
