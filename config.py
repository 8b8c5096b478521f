"""Every setting of the product: its name in the environment, its default, and what it is for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Unusable(ValueError):
    """A setting with which nothing can start; the text names its variable and what to do."""


def _setting(default: Any, what: str) -> Any:
    return field(default=default, metadata={"what": what})


@dataclass(frozen=True, slots=True)
class Settings:
    """Read once at start from ``CREDENCE_<FIELD>``; `flask settings` prints each with its meaning."""

    home: Path = _setting(Path("var"), "folder of the embedded database and the keys; created at first start")
    database: str = _setting("", "SQLAlchemy address; empty: SQLite at HOME/credence.db; postgresql+psycopg://…")
    host: str = _setting("127.0.0.1", "address the server listens on")
    port: int = _setting(8000, "port the server listens on")
    proxies: int = _setting(0, "reverse proxies in front whose X-Forwarded headers are believed")
    cookie_secure: bool = _setting(False, "true behind HTTPS: session cookie gets Secure and the __Host- prefix")
    timezone: str = _setting("Asia/Shanghai", "zone in which times are shown and business dates begin")
    locale: str = _setting("zh-CN", "language of people who have not chosen one: zh-CN or en")
    session_idle_minutes: int = _setting(480, "a session unused for this long ends")
    session_hours: int = _setting(24, "a session ends after this long in any case")
    argon2_memory_kib: int = _setting(47104, "memory of one argon2id password hash (46 MiB)")
    argon2_rounds: int = _setting(2, "passes of one argon2id password hash")
    four_eyes: bool = _setting(False, "true: who wrote a draft may not publish it")
    jobs: str = _setting("embedded", "embedded: jobs run inside the server; off: only `credence worker` runs them")
    job_threads: int = _setting(1, "threads that run jobs when embedded")
    upload_mib: int = _setting(20, "largest file or form a person may send")
    upload_days: int = _setting(90, "days an uploaded list is kept; what was imported of it stays; 0: for ever")
    file_days: int = _setting(7, "days a file is kept that was sent in and never attached; 0: for ever")
    file_scan: str = _setting("", "command that looks at each file sent in ({file} is its path): 0 clean, 1 refused")
    json_kib: int = _setting(1024, "largest Definition body or API document")
    statement_seconds: int = _setting(30, "PostgreSQL gives up a statement after this long")
    origin: str = _setting("credence.local/ledger", "name of this ledger in its checkpoints; never change it")
    debug_sql: bool = _setting(False, "true: print every SQL statement (development only)")

    @classmethod
    def load(cls, env: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
        """Settings from `env`; keyword arguments win. A value that cannot be read names its variable."""
        values: dict[str, Any] = {}
        for each in fields(cls):
            text = env.get("CREDENCE_" + each.name.upper())
            if text is not None:
                values[each.name] = _read(each.name, str(each.type), text)
        values.update(overrides)
        found = cls(**values)
        found.check()
        return found

    def check(self) -> None:
        """Raise Unusable where a value can be read and yet makes no sense."""
        if not 0 < self.port < 65536:
            raise Unusable(f"CREDENCE_PORT must be between 1 and 65535, not {self.port}")
        for name, known in (("jobs", ("embedded", "off")), ("locale", ("zh-CN", "en"))):
            if (given := getattr(self, name)) not in known:
                raise Unusable(f"CREDENCE_{name.upper()} must be one of {', '.join(known)}, not {given!r}")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Unusable(f"CREDENCE_TIMEZONE names no time zone: {self.timezone!r}") from None

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{(self.home / 'credence.db').absolute()}"

    def shown(self, name: str) -> str:
        """A setting as it may be read by people: of a database's address no user, password or parameter."""
        value = getattr(self, name)
        return address_shown(value) if name == "database" else str(value)

    @property
    def files(self) -> Path:
        """Folder of the contents of attached files, by their hash; part of a backup."""
        return self.home / "files"

    @property
    def keys(self) -> Path:
        """Folder of the signing key and the key that wraps customer keys: outside the database and its backup."""
        return self.home / "keys"


def address_shown(address: str) -> str:
    """A database's address without what may be secret: ``postgresql+psycopg://…@db:5432/credence``."""
    parts = urlsplit(address)
    if not parts.scheme:
        return address
    _user, at, host = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{'…@' if at else ''}{host}{parts.path}"


def _read(name: str, kind: str, text: str) -> Any:
    variable = "CREDENCE_" + name.upper()
    if kind == "bool":
        if text.lower() in ("1", "true", "yes"):
            return True
        if text.lower() in ("0", "false", "no", ""):
            return False
        raise Unusable(f"{variable} must be true or false, not {text!r}")
    if kind == "int":
        if not text.strip().isdecimal():
            raise Unusable(f"{variable} must be a whole number, not {text!r}")
        return int(text)
    return Path(text) if kind == "Path" else text
