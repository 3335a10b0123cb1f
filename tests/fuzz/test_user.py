from pathlib import Path

from tests.conftest import WHOLE
from tests.fuzz.made_up import EVERYTHING, SHORTLY, breaks_nothing


def test_nothing_made_up_breaks_the_user_module(server_url: str, tmp_path: Path) -> None:
    breaks_nothing("user", EVERYTHING if WHOLE else SHORTLY, server_url, tmp_path)
