"""Names of the time scale in searches."""

from __future__ import annotations

from typing import Any

import pytest

from dina.app import App
from dina.modules.search.index.follower import Follower
from dina.modules.search.query.intervals import named, spans
from tests.modules.search.conftest import Desk


def interval(name: str, old: float, young: float, *synonyms: str, french: str = "") -> dict[str, Any]:
    told = {
        "name": name,
        "frenchName": french,
        "maximumAgeMa": old,
        "minimumAgeMa": young,
        "synonyms": [*synonyms],
    }
    return {"attributes": told}


def test_a_name_goes_before_another_spelling() -> None:
    known = spans([interval("Trias", 1, 0, "Permian"), interval("Permian", 298.9, 251.9, french="Permien")])
    assert named(known, "PERMIAN") == named(known, " permien") == (298.9, 251.9)
    assert named(known, "Yesterday") is None


@pytest.mark.parametrize("name", ["Mesozoic", "mésozoïque", "secondary"])
async def test_the_box_and_json_know_the_time_scale(
    searched: App, follower: Follower, admin: Desk, name: str
) -> None:
    typed = await admin.ask("/search", type="material-sample", q=f"age:{name}")
    assert typed["doubts"] == []
    sent = await admin.ask("/search", type="material-sample", filter={"age": {"interval": name}})
    assert typed["total"] == sent["total"] > 0
