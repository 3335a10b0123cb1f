"""Files that the system keeps: a local directory by default, an object store by URL (S3, Google, Azure)."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore, from_url

KEY = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
PART = 1 << 20


class Files:
    """Files by key (`import/<id>/source`). Keys are made by us, never from what people typed."""

    def __init__(self, directory: Path, url: str = "") -> None:
        self.directory = None if url else directory
        if url:
            self.store: Any = from_url(url)
        else:
            directory.mkdir(parents=True, exist_ok=True)
            self.store = LocalStore(str(directory.absolute()))

    @staticmethod
    def checked(key: str) -> str:
        if not KEY.fullmatch(key) or ".." in key:
            raise ValueError(f"not a file key: {key!r}")
        return key

    def close_to_others(self, prefix: str) -> None:
        """Let no other user of the machine look below a prefix (`backup`); stores elsewhere have their own rights."""
        if self.directory is not None:
            folder = self.directory / self.checked(prefix)
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)

    async def put(self, key: str, path: Path) -> None:
        """Keep a copy of a local file; it is there whole or not at all."""
        await obstore.put_async(self.store, self.checked(key), path)

    async def open(self, key: str) -> AsyncGenerator[bytes, None]:
        """The content part by part. Raises FileNotFoundError."""
        found = await obstore.get_async(self.store, self.checked(key))
        async for part in found.stream(min_chunk_size=PART):
            yield bytes(part)

    async def size(self, key: str) -> int | None:
        """Its size in bytes; None when there is no such file."""
        try:
            return int((await obstore.head_async(self.store, self.checked(key)))["size"])
        except FileNotFoundError:
            return None

    async def fetch(self, key: str, path: Path) -> Path:
        """A local copy. Raises FileNotFoundError."""
        with path.open("wb") as file:
            async for part in self.open(key):
                file.write(part)
        return path

    async def delete(self, keys: Iterable[str]) -> None:
        """Remove files; one that is gone already is no fault."""
        for key in keys:
            try:
                await obstore.delete_async(self.store, self.checked(key))
            except FileNotFoundError:
                continue

    async def listed(self, prefix: str) -> list[str]:
        """The keys below a prefix (`import/<id>/`)."""
        found: list[str] = []
        async for part in obstore.list(self.store, prefix=prefix):  # pyright: ignore[reportUnknownMemberType]
            found += [one["path"] for one in part]
        return found
