from pathlib import Path

from tests.fuzz.made_up import EVERYTHING, breaks_nothing


def test_nothing_made_up_breaks_the_agent_module(server_url: str, tmp_path: Path) -> None:
    breaks_nothing("agent", EVERYTHING, server_url, tmp_path)
