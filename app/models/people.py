"""Who works here: users with roles and posts, the tree of departments, and the ways they are let in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Json, UtcTime, new_id


class Department(Base):
    """One node of the tree. `parent_id` null is a root; the service refuses cycles."""

    __tablename__ = "departments"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[dict[str, Any]] = mapped_column(Json())  # {"zh-CN": …, "en": …}
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), index=True)
    head_id: Mapped[str | None] = mapped_column(String(32))  # a user; a foreign key would make a ring of tables
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    __mapper_args__ = {"version_id_col": row_version}


class User(Base):
    """A person who can sign in. Never deleted, only disabled: the ledger names them for ever."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(60), unique=True)  # NFKC, case-folded
    name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(String(400))  # pinyin, for sorting and for search by initials
    email: Mapped[str | None] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcTime())
    department_id: Mapped[str | None] = mapped_column(ForeignKey("departments.id"), index=True)
    superior_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    locale: Mapped[str | None] = mapped_column(String(10))  # null: as the browser asks
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime())
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (Index("ix_users_sort_name_id", "sort_name", "id"),)
    __mapper_args__ = {"version_id_col": row_version}


class RoleGrant(Base):
    """A role given to a user over at most `scope` rows (1 own, 2 department, 3 tree, 4 all)."""

    __tablename__ = "role_grants"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(String(30))
    scope: Mapped[int] = mapped_column(Integer)

    __table_args__ = (UniqueConstraint("user_id", "role"), Index("ix_role_grants_role", "role"))


class Post(Base):
    """A position that flows and tiers name, such as credit_manager; users hold it."""

    __tablename__ = "posts"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    label: Mapped[dict[str, Any]] = mapped_column(Json())
    row_version: Mapped[int] = mapped_column(Integer, default=1)

    __mapper_args__ = {"version_id_col": row_version}


class PostHolder(Base):
    """A user who holds a post."""

    __tablename__ = "post_holders"

    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)


class UserSession(Base):
    """A signed-in browser: only the SHA-256 of its token is kept. Being seen is not an act, so it is silent."""

    __tablename__ = "user_sessions"
    __silent__ = True

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime())
    seen_at: Mapped[datetime] = mapped_column(UtcTime())
    ends_at: Mapped[datetime] = mapped_column(UtcTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime())
    address: Mapped[str] = mapped_column(String(60), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        Index("ix_user_sessions_user_created", "user_id", "created_at"),
        Index("ix_user_sessions_seen", "seen_at", "id"),
    )


class SignInFailure(Base):
    """Recent failed sign-ins of one account, one address, or all together; `key` is a SHA-256, so that a password typed
    into the wrong box is never stored."""

    __tablename__ = "sign_in_failures"
    __silent__ = True

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcTime(), index=True)
    until: Mapped[datetime | None] = mapped_column(UtcTime())  # no attempt is looked at before this


class ApiToken(Base):
    """A personal token for the API: its SHA-256, and the rights of its owner it may use."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16))  # shown, so that the owner can tell tokens apart
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(Json())
    created_at: Mapped[datetime] = mapped_column(UtcTime())
    expires_at: Mapped[datetime] = mapped_column(UtcTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime())


class ApiTokenUse(Base):
    """When a token last came by, apart from the token so that using one is not a change to record."""

    __tablename__ = "api_token_uses"
    __silent__ = True

    token_id: Mapped[str] = mapped_column(ForeignKey("api_tokens.id"), primary_key=True)
    last_used_at: Mapped[datetime] = mapped_column(UtcTime())
