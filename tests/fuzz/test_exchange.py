from pathlib import Path

from tests.fuzz.made_up import SHORTLY, breaks_nothing


def test_nothing_made_up_breaks_the_exchange_module(server_url: str, tmp_path: Path) -> None:
    breaks_nothing("exchange", SHORTLY, server_url, tmp_path)
