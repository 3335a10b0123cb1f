"""`python -m dina.worker`: the process that does background jobs beside a server."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time


def end_with_parent() -> None:
    """End when the server that started this process is gone, however it went."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    from dina.cli import app

    end_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app(["worker"])
