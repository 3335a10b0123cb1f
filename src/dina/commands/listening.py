"""Whether the address of a server is free."""

from __future__ import annotations

import socket

from dina.settings import Settings


def check_address(settings: Settings) -> None:
    """Raises OSError when something listens there: two servers on one port would answer by turns."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((settings.host, settings.port))
