"""Settings, read from environment variables `DINA_…`; every one has a default that works on a laptop."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "DINA_"


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class Settings:
    """What a deployment can choose.

    `database_url` empty: the embedded server in `data_dir`. `replica_url`: reads go there. `files_url`: the object store for files
    (`s3://…`, `gs://…`, `az://…`); empty: a folder in `data_dir`. `worker`: run jobs beside the server. `auth_mode`:
    `local` (built-in accounts), `oidc` (`issuers`: `issuer=jwks url` pairs), `dev`. `modules` empty: all that
    are installed. `version_required`: modules whose updates and
    deletions must say which version they change (api.md §14). `public_url`: the address people use, when it differs from the one requests arrive at.
    """

    data_dir: Path = Path(".data")
    database_url: str = ""
    replica_url: str = ""
    files_url: str = ""
    worker: bool = True
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    pool_size: int = 8
    modules: tuple[str, ...] = ()
    auth_mode: str = "local"
    issuers: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    public_url: str = ""
    origins: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    https_only: bool = False
    anonymous_reading: bool = False
    dev_groups: tuple[str, ...] = ("/dev-group/user",)
    dev_admin: bool = False
    dev_anywhere: bool = False
    rate: float = 50.0
    burst: float = 200.0
    max_body: int = 20 * 1024 * 1024
    max_bulk: int = 5000
    version_required: tuple[str, ...] = ()
    contact: str = ""
    web: bool = True
    log_requests: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from variables. Raises ValueError for a variable nobody knows or a value of the wrong kind."""
        given = os.environ if environment is None else environment
        values: dict[str, object] = {}
        for name, default in vars(cls()).items():
            text = given.get(PREFIX + name.upper())
            if text is not None:
                values[name] = _read(name, text, default)
        return cls(**values)  # type: ignore[arg-type]

    def environment(self) -> dict[str, str]:
        """The variables that give these settings again (for worker processes)."""
        found: dict[str, str] = {}
        for name, value in vars(self).items():
            if isinstance(value, tuple):
                text = ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            else:
                text = str(value).lower() if isinstance(value, bool) else str(value)
            found[PREFIX + name.upper()] = text
        return found


def _read(name: str, text: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}[
                text.lower()
            ]
        if isinstance(default, int):
            return int(text)
        if isinstance(default, float):
            return float(text)
    except (KeyError, ValueError):
        raise ValueError(f"{PREFIX}{name.upper()}={text!r} is not a {type(default).__name__}") from None
    if isinstance(default, Path):
        return Path(text)
    return _list(text) if isinstance(default, tuple) else text
