"""The database as the house sees it: one Base, exact column types, and two engines (one writes, one reads).

SQLite settings and why they are so stand in ADR 0005 and trust.md T80: WAL with FULL sync, BEGIN IMMEDIATE for
writers (a deferred BEGIN fails at once on upgrade), recursive triggers so that REPLACE meets the insert-only guards.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    cast,
    create_engine,
    event,
    func,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Mother of all rows. A class whose changes may stay out of the ledger says so with ``__silent__ = True``."""

    metadata = MetaData(naming_convention=NAMING)
    __silent__: ClassVar[bool] = False


def new_id() -> str:
    """A UUIDv7 (RFC 9562) as 32 hex digits: sorts by time for the index, 74 random bits so that nobody guesses it."""
    milliseconds = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    high = (milliseconds & ((1 << 48) - 1)) << 16 | 0x7 << 12 | tail >> 68 & 0xFFF
    value = high << 64 | 0b10 << 62 | tail & ((1 << 62) - 1)
    return f"{value:032x}"


Id = String(32)
BigId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite only auto-numbers a column typed INTEGER


class Fixed(TypeDecorator[Decimal]):
    """An exact decimal with a fixed number of places: NUMERIC on PostgreSQL, a scaled whole number on SQLite.

    Both sort and add up exactly in SQL. More places than the column holds is an error, never a silent rounding.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, places: int, digits: int = 24) -> None:
        self.places = places
        self.digits = digits
        super().__init__(digits, places)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(self.digits, self.places))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, (Decimal, int)):
            raise TypeError(f"a Decimal is needed, not {type(value).__name__}")
        with localcontext() as exact:
            exact.prec = 60
            scaled = Decimal(value).scaleb(self.places)
            if scaled != scaled.to_integral_value():
                raise ValueError(f"{value} has more than {self.places} places")
            if abs(scaled) >= 2**63:
                raise ValueError(f"{value} is out of range")
            return int(scaled) if dialect.name == "sqlite" else Decimal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(int(value)).scaleb(-self.places)
        return Decimal(value)


class Money(Fixed):
    """An amount in units of its currency, four places (every ISO 4217 currency fits)."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(4)

    def __repr__(self) -> str:  # what a migration writes
        return "Money()"


class Points(Fixed):
    """A score, ratio or percentage, four places."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(4, 18)

    def __repr__(self) -> str:
        return "Points()"


class UtcTime(TypeDecorator[datetime]):
    """An instant. Naive times are refused; what comes back is aware and in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _refuse(value: object) -> Any:
    raise TypeError(f"{type(value).__name__} has no place in JSON here; decimals are written as strings")


class Json(TypeDecorator[Any]):
    """A JSON document: JSONB on PostgreSQL, text on SQLite. Decimals go in as strings, floats not at all."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return dump_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name != "postgresql" else value

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return self


def dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_refuse, allow_nan=False)


def json_text(session: Session, column: Any, name: str) -> ColumnElement[str]:
    """One member of a JSON document as text the database can compare; `name` is a key of ours, never what was typed."""
    if session.get_bind().dialect.name == "postgresql":
        return func.jsonb_extract_path_text(cast(column, JSONB), name)
    return cast(func.json_extract(cast(column, String), f'$."{name}"'), String)


def mentions(session: Session, column: Any, name: str, value: bool | None = None) -> ColumnElement[bool]:
    """Whether a JSON document has a member of that name, or one that is just `value`, anywhere; its text tells."""
    between = ": " if session.get_bind().dialect.name == "postgresql" else ":"  # as each of the two writes it
    wanted = dump_json(name) if value is None else f"{dump_json(name)}{between}{dump_json(value)}"
    return letters_in(session, cast(column, Text), wanted)


def letters_in(session: Session, column: Any, text: str) -> ColumnElement[bool]:
    """Whether a text holds these very letters: several times as quick over many texts as LIKE, which has patterns."""
    find = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    found: ColumnElement[bool] = find(column, text) > 0
    return found


def insert_into(session: Session, table: type[Base] | Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the words of the session's database."""
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(table)


@dataclass(frozen=True, slots=True)
class Database:
    """The two ways in: `write` begins immediately and may change rows, `read` never can."""

    write: Engine
    read: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.write.dialect.name == "sqlite"

    def dispose(self) -> None:
        self.write.dispose()
        self.read.dispose()


def open_database(url: str, *, statement_seconds: int = 30, echo: bool = False) -> Database:
    if url.startswith("sqlite"):
        return Database(_sqlite(url, "BEGIN IMMEDIATE", False, echo), _sqlite(url, "BEGIN", True, echo))
    options = f"-c statement_timeout={statement_seconds * 1000} -c lock_timeout=10000 -c timezone=UTC"
    write, read = (
        create_engine(
            url,
            echo=echo,
            hide_parameters=not echo,  # errors go to logs and to the list of failed jobs: values stay out of both
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=8,
            json_serializer=dump_json,
            isolation_level="READ COMMITTED",
            connect_args={"options": options + (" -c default_transaction_read_only=on" if reading else "")},
        )
        for reading in (False, True)
    )
    return Database(write, read)


def _sqlite(url: str, begin: str, reading: bool, echo: bool) -> Engine:
    engine = create_engine(url, echo=echo, hide_parameters=not echo, json_serializer=dump_json)

    def keep_private(_dialect: Dialect, _record: object, arguments: list[Any], _more: object) -> None:
        """A new file is its owner's alone, whatever the folder allows; its log takes after it.

        A file that is there is not opened here: closing it again would drop the locks of this process's connections,
        and the next other process to leave would take itself for the last one and remove the log under our feet.
        """
        if os.path.isabs(arguments[0]):  # neither ":memory:" nor a URI
            with suppress(OSError):  # SQLite says better what is wrong
                os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "trusted_schema=OFF",
            # Lists of a million rows are read from memory; who writes batch after batch needs it for one.
            *(("cache_size=-65536", "query_only=ON") if reading else ("cache_size=-16384",)),
        ):
            connection.execute("PRAGMA " + pragma)

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    listen: Callable[..., Any] = event.listen
    listen(engine, "do_connect", keep_private)
    listen(engine, "connect", prepare)
    listen(engine, "begin", start)
    return engine
