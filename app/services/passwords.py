"""Passwords: which ones are good enough, and how they are kept (argon2id, a few at a time)."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from app.access import Conflict
from rules import Problem

SHORTEST = 8
LONGEST = 128
AT_ONCE = 4  # hashes at one time: each takes 46 MiB, so strangers cannot fill the memory
PATIENCE_SECONDS = 20
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # of one-time passwords: none that look alike
PRODUCT_WORDS = ("credence", "信衡")

_gate = BoundedSemaphore(AT_ONCE)


@contextmanager
def _turn() -> Iterator[None]:
    if not _gate.acquire(timeout=PATIENCE_SECONDS):
        raise Conflict("sign_in.busy")
    try:
        yield
    finally:
        _gate.release()


@dataclass(frozen=True, slots=True)
class OneTime:
    """A password made by us, told once, to be changed at the first sign-in; `hash` is what is stored."""

    password: str
    hash: str


class Hasher:
    """argon2id with `memory_kib` of memory and `rounds` passes (trust.md T20: 46 MiB, 2 passes, about 84 ms)."""

    def __init__(self, memory_kib: int, rounds: int) -> None:
        self._argon = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._nobody = self._argon.hash(secrets.token_urlsafe(24))

    def hash(self, password: str) -> str:
        with _turn():
            return self._argon.hash(prepared(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` belongs to `stored`. None (no such user) takes as long and is false."""
        typed = prepared(password)
        if len(typed) > LONGEST:
            stored, typed = None, ""
        with _turn():
            try:
                right = self._argon.verify(stored or self._nobody, typed)
            except (VerificationError, InvalidHashError):
                return False
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """True when `stored` was made with weaker settings than today's."""
        return self._argon.check_needs_rehash(stored)

    def one_time(self) -> OneTime:
        """A new random password of 16 letters (79 bits) in four groups."""
        letters = "".join(secrets.choice(LETTERS) for _ in range(16))
        password = "-".join(letters[i : i + 4] for i in range(0, 16, 4))
        return OneTime(password, self.hash(password))


@lru_cache(maxsize=4)
def hasher(memory_kib: int, rounds: int) -> Hasher:
    return Hasher(memory_kib, rounds)


def prepared(password: str) -> str:
    """The same password however the keyboard composed it: NFKC, as NIST SP 800-63B asks."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    text = (files("app.services") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line.strip() and line[0] != "#")


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def check_password(password: str, context: Iterable[str] = (), path: str = "/new") -> list[Problem]:
    """What is wrong with a new password; `context` are words a guesser would try first: username, name, e-mail."""
    password = prepared(password)
    if len(password) < SHORTEST:
        return [Problem("password.short", path, {"least": SHORTEST})]
    if len(password) > LONGEST:
        return [Problem("password.long", path, {"most": LONGEST})]
    bare = _plain(password)
    if password.casefold() in _common() or bare in _common() or len(set(bare)) < 4:
        return [Problem("password.common", path)]
    for word in (*context, *PRODUCT_WORDS):
        plain = _plain(word)
        # a long pass-phrase may mention a name; a password that is little more than the name may not
        if len(plain) >= 2 and plain in bare and len(bare.replace(plain, "")) < SHORTEST:
            return [Problem("password.context", path, {"word": word})]
    return []
