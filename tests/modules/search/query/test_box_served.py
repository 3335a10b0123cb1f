"""Whatever is typed into the search box is answered, with its chips and doubts."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dina.app import App
from dina.modules.search.index.follower import Follower
from dina.modules.search.query.names import declared
from tests.modules.search.conftest import Desk

SPELLINGS = [f"{spelling}:" for name in declared()[0] for spelling in (*name.en, *name.fr)]
PIECES = st.sampled_from(
    [*SPELLINGS, "organism:(", "(", ")", "-", "NOT ", " OR ", '"', "*", "?", "~", "=", "==", ">", "<=", "|", ",", "..", " ", "carex",
     "1950", "1950-06", "0001", "9999", "45.4,-75.7", "90,180,20000km", "Mesozoic", "type", "\\", "%", "_", "é", "'", "1e400", "-0"]
)  # fmt: skip


@given(
    st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40).filter(lambda text: text.isprintable())
)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
async def test_whatever_is_typed_is_answered(
    searched: App, follower: Follower, admin: Desk, text: str
) -> None:
    answer = await admin.post("/search", type="material-sample", q=text, page={"limit": 1})
    if answer.status_code == 400:
        # Active HTML is refused before anything is read, a word that is everywhere by the engine.
        assert {error["code"] for error in answer.json()["errors"]} <= {"UNSAFE_TEXT", "BAD_PARAMETER"}, (
            answer.text
        )
    else:
        assert answer.status_code == 200, answer.text
