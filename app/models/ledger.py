"""The ledger's tables. All insert-only by trigger on both databases; the key store alone may forget."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UtcTime


class Entry(Base):
    """One line: `body` is the canonical JSON that was hashed; other columns repeat it for search, never for proof."""

    __tablename__ = "entries"
    __silent__ = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    subject_type: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(64))
    subject_seq: Mapped[int] = mapped_column(Integer)
    ts: Mapped[datetime] = mapped_column(UtcTime())
    actor: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(120))
    verb: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[str | None] = mapped_column(String(32))
    case_id: Mapped[str | None] = mapped_column(String(32))
    request_id: Mapped[str | None] = mapped_column(String(40))
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "subject_seq"),
        Index("ix_entries_customer", "customer_id", "id"),
        Index("ix_entries_case", "case_id", "id"),
        Index("ix_entries_actor", "actor", "id"),
        Index("ix_entries_verb", "verb", "id"),
        Index("ix_entries_ts", "ts", "id"),
    )


class Leaf(Base):
    """The place of an entry in the one global order. Assigned after the entry, never before."""

    __tablename__ = "leaves"
    __silent__ = True

    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), unique=True)


class TreeNode(Base):
    """A complete subtree of the Merkle tree: level 0 are the leaves' hashes, level n covers 2**n of them."""

    __tablename__ = "tree_nodes"
    __silent__ = True

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Checkpoint(Base):
    """A signed head of the tree: size, root and the note that an auditor keeps."""

    __tablename__ = "checkpoints"
    __silent__ = True

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime(), index=True)


class CustomerKey(Base):
    """The wrapped key and salt under which a customer's personal values stand in entries. Destroying it erases them."""

    __tablename__ = "customer_keys"
    __silent__ = True  # made with the first personal value; destroying it is recorded as key.destroyed

    customer_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcTime())
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcTime())
