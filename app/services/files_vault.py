"""Where contents of files lie: a small port, and the disk behind it. A content is there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

INCOMING = "incoming"
THUMBNAILS = "thumbnails"


class Vault(Protocol):
    """Contents by the hash they were stored under. An object store fits behind it as well as a folder."""

    def incoming(self) -> Path:
        """A new empty file, on this host and private, that a content is written to before it is judged."""
        ...

    def keep(self, incoming: Path, hash: str) -> None:
        """Make a written content the one of `hash`, at once and for good; the same twice is no harm."""
        ...

    def open(self, hash: str) -> BinaryIO | None:
        """The content, None where there is none."""
        ...

    def drop(self, hash: str) -> None:
        """Forget a content; one that is not there is no harm."""
        ...

    def hashes(self) -> Iterator[str]:
        """Every content there is, in no order."""
        ...

    def sweep(self, before: float) -> None:
        """Delete what was begun before this moment (seconds since 1970) and never kept."""
        ...


class DiskVault:
    """Contents as ``ab/cdef…`` below a folder, readable by the owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def incoming(self) -> Path:
        folder = self._made(self._folder / INCOMING)
        path = folder / secrets.token_hex(16)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return path

    def keep(self, incoming: Path, hash: str) -> None:
        target = self._path(hash)
        self._made(target.parent)
        _sync(incoming)
        incoming.replace(target)
        _sync(target.parent)

    def open(self, hash: str) -> BinaryIO | None:
        try:
            return self._path(hash).open("rb")
        except FileNotFoundError:
            return None

    def drop(self, hash: str) -> None:
        self._path(hash).unlink(missing_ok=True)

    def hashes(self) -> Iterator[str]:
        for folder in self._folder.glob("[0-9a-f][0-9a-f]"):
            yield from (folder.name + each.name for each in folder.iterdir())

    def sweep(self, before: float) -> None:
        for each in self._folder.glob(f"{INCOMING}/*"):
            with suppress(FileNotFoundError):  # whoever began it is quicker
                if each.stat().st_mtime < before:
                    each.unlink()

    def _path(self, hash: str) -> Path:
        if len(hash) != 64 or hash.strip("0123456789abcdef"):
            raise ValueError("no hash of a content")
        return self._folder / hash[:2] / hash[2:]

    @staticmethod
    def _made(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


def _sync(path: Path) -> None:
    """Bring a file, or a folder's list of names, to the disk itself."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folder; its rename is durable by itself
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
