"""Open a zip that a stranger made: no member can leave its place, hide behind another, or grow without bound."""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from ledger.strict import Malformed

MAX_MEMBERS = 2_000_000
MAX_MEMBER_BYTES = 64 * 2**20
MAX_ENTRIES_BYTES = 4 * 2**30
MAX_LINE_BYTES = 16 * 2**20
MAX_RATIO = 200  # deflate reaches 1,000 only for a bomb; entries of one kind reach about 20
CHUNK = 2**16
STREAMED = ("entries.jsonl", "leaves.json")
_NAME = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[^\x00-\x1f\\:*?\"<>|/][^\x00-\x1f\\:*?\"<>|]{0,250}(?<!/)")


class Archive:
    """Members of a zip by name. Every failure is Malformed with a ``file.…`` code."""

    def __init__(self, source: IO[bytes]) -> None:
        try:
            packed = source.seek(0, 2)
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, struct.error, OSError, ValueError, RuntimeError):
            raise Malformed("file.not_zip") from None
        self._members: dict[str, zipfile.ZipInfo] = {}
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS:
            raise Malformed("file.too_large", name="zip")
        if sum(info.compress_size for info in infos) > packed:  # members that share bytes: a bomb, or damage
            raise Malformed("file.damaged", name="zip")
        folded: set[str] = set()
        for info in infos:
            self._admit(info, folded)

    def _admit(self, info: zipfile.ZipInfo, folded: set[str]) -> None:
        name = info.filename
        shown = name[:80].encode("ascii", "backslashreplace").decode()
        if not _NAME.fullmatch(name) or "//" in name or info.is_dir():
            raise Malformed("file.bad_name", name=shown)
        if name.casefold() in folded:  # two names that one disk would store as one file
            raise Malformed("file.repeated_name", name=shown)
        folded.add(name.casefold())
        limit = MAX_ENTRIES_BYTES if name in STREAMED else MAX_MEMBER_BYTES
        if info.file_size > limit or info.file_size > MAX_RATIO * info.compress_size + 2**16:
            raise Malformed("file.too_large", name=shown)
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Malformed("file.damaged", name=shown)
        self._members[name] = info

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        return b"".join(self._chunks(name))

    def text(self, name: str) -> str:
        try:
            return self.read(name).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("file.malformed", name=name) from None

    def digest(self, name: str) -> str:
        """SHA-256 of a member in hex, read piece by piece."""
        digest = hashlib.sha256()
        for chunk in self._chunks(name):
            digest.update(chunk)
        return digest.hexdigest()

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member without their newline; the last one must have its newline too."""
        rest = b""
        for chunk in self._chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > MAX_LINE_BYTES:
                raise Malformed("file.too_large", name=name)
        if rest:
            yield rest

    def _chunks(self, name: str) -> Iterator[bytes]:
        info = self._members[name]
        left = info.file_size
        try:
            with self._zip.open(info) as member:  # reads no further than the size admitted, and checks the CRC
                while chunk := member.read(CHUNK):
                    left -= len(chunk)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError):
            raise Malformed("file.damaged", name=name) from None
        if left:
            raise Malformed("file.damaged", name=name)
