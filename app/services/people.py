"""Users: created, changed, disabled and enabled, given roles; every act recorded, the last system admin kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.access import Grant, Missing, Right, Role, Scope
from app.db import new_id
from app.models.people import Department, RoleGrant, User
from app.services import sessions
from app.services.customers import sort_name
from app.services.old_pages import stale
from app.services.passwords import OneTime
from app.services.sign_in import USERNAME_LONGEST, username_of
from app.services.viewers import check_right, user_subject, viewer_of
from app.work import Verb, Work
from rules import Invalid, Problem

__all__ = [
    "LOCALES",
    "Profile",
    "change_user",
    "create_user",
    "disable_user",
    "enable_user",
    "get_user",
    "reset_password",
    "set_locale",
    "set_roles",
    "user_subject",
    "viewer_of",
]

LOCALES = ("zh-CN", "en")
USERNAME = re.compile(r"[^\W_][\w.@-]{1,59}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Profile:
    """What an admin says about a person, as typed; blank texts count as not given."""

    username: str
    name: str
    email: str | None = None
    department_id: str | None = None
    superior_id: str | None = None
    locale: str | None = None


def create_user(
    work: Work, profile: Profile, secret: OneTime, grants: Iterable[Grant] = (), *, keep_password: bool = False
) -> User:
    """A new user whose one-time password is `secret`; to be changed at the first sign-in unless `keep_password`."""
    check_right(work, Right.USER_WRITE)
    clean = _checked(work.session, profile, None)
    user = User(
        id=new_id(),
        username=clean.username,
        name=clean.name,
        sort_name=sort_name(clean.name),
        email=clean.email,
        password_hash=secret.hash,
        must_change_password=not keep_password,
        department_id=clean.department_id,
        superior_id=clean.superior_id,
        locale=clean.locale,
        active=True,
        created_at=work.now,
    )
    work.session.add(user)
    work.session.flush()
    work.record(Verb.USER_CREATED, user_subject(user.id), {"name": user.name, "username": user.username},
                after=_shown(user))
    _give(work, user, tuple(grants))
    return user


def change_user(work: Work, user_id: str, row_version: int, profile: Profile) -> bool:
    """Name, e-mail, department, superior; the username stays for ever. True when something changed."""
    check_right(work, Right.USER_WRITE)
    user = get_user(work.session, user_id)
    if user.row_version != row_version:
        raise stale(work.session, user_subject(user_id), user.name)
    clean = _checked(work.session, profile, user)
    before = _shown(user)
    email_changed = user.email != clean.email
    if user.name != clean.name:
        user.name, user.sort_name = clean.name, sort_name(clean.name)
    user.email, user.department_id, user.superior_id = clean.email, clean.department_id, clean.superior_id
    after = _shown(user)
    fields = sorted([key for key in after if after[key] != before[key]] + ["email"] * email_changed)
    if fields:
        work.record(Verb.USER_CHANGED, user_subject(user.id), {"name": user.name, "fields": fields},
                    before=before, after=after)
    return bool(fields)


def set_roles(work: Work, user_id: str, grants: Iterable[Grant], row_version: int | None = None) -> bool:
    """Make these the user's roles, at once and in every open session. True when something changed.

    It makes a new version of the user: an older page must not give back what somebody took away.
    """
    check_right(work, Right.USER_WRITE)
    user = _fresh(work, user_id, row_version)
    changed = _give(work, user, grants)
    if changed:
        flag_modified(user, "name")
    return changed


def _give(work: Work, user: User, grants: Iterable[Grant]) -> bool:
    user_id = user.id
    wanted = {grant.role: grant.scope for grant in grants}
    rows = work.session.scalars(select(RoleGrant).where(RoleGrant.user_id == user_id)).all()
    before = {Role(row.role): Scope(row.scope) for row in rows}
    if before == wanted:
        return False
    if Role.SYSTEM_ADMIN in before and Role.SYSTEM_ADMIN not in wanted and user.active:
        _keep_an_admin(work.session, user)
    work.session.execute(delete(RoleGrant).where(RoleGrant.user_id == user_id))
    for role, scope in wanted.items():
        work.session.add(RoleGrant(id=new_id(), user_id=user_id, role=role.value, scope=int(scope)))
    work.session.flush()
    work.record(Verb.ROLES_CHANGED, user_subject(user_id), {"name": user.name, "roles": _roles(wanted)},
                before={"roles": _roles(before)}, after={"roles": _roles(wanted)})
    return True


def disable_user(work: Work, user_id: str, row_version: int | None = None) -> int:
    """Nobody gets in with this account any more and every session of it ends; returns how many did."""
    check_right(work, Right.USER_WRITE)
    user = _fresh(work, user_id, row_version)
    if work.actor.id == user_id:
        raise Invalid([Problem("user.self_disable")])
    if not user.active:
        return 0
    _keep_an_admin(work.session, user)
    user.active = False
    work.record(Verb.USER_DISABLED, user_subject(user_id), {"name": user.name})
    return sessions.end_all(work, user_id, "disabled")


def enable_user(work: Work, user_id: str, row_version: int | None = None) -> None:
    check_right(work, Right.USER_WRITE)
    user = _fresh(work, user_id, row_version)
    if not user.active:
        user.active = True
        work.record(Verb.USER_ENABLED, user_subject(user_id), {"name": user.name})


def reset_password(work: Work, user_id: str, secret: OneTime) -> None:
    """Replace the password by a one-time one and end every session."""
    check_right(work, Right.USER_WRITE)
    user = get_user(work.session, user_id)
    if work.actor.id == user_id:
        raise Invalid([Problem("user.self_reset")])
    user.password_hash = secret.hash
    user.must_change_password = True
    user.password_changed_at = work.now
    work.record(Verb.PASSWORD_RESET, user_subject(user_id), {"name": user.name})
    sessions.end_all(work, user_id, "password_reset")


def set_locale(work: Work, locale: str) -> None:
    """The language the actor reads from now on, wherever they sign in."""
    if locale not in LOCALES:
        raise Invalid([Problem("user.locale", "/locale", {"value": locale})])
    user = get_user(work.session, work.viewer.id)
    if user.locale != locale:
        user.locale = locale
        work.record(Verb.USER_CHANGED, user_subject(user.id), {"name": user.name, "fields": ["locale"]})


def get_user(session: Session, user_id: str) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise Missing("user", user_id)
    return user


def _fresh(work: Work, user_id: str, row_version: int | None) -> User:
    user = get_user(work.session, user_id)
    if row_version is not None and user.row_version != row_version:
        raise stale(work.session, user_subject(user_id), user.name)
    return user


def _roles(wanted: dict[Role, Scope]) -> list[str]:
    return sorted(f"{role.value}:{scope.name.lower()}" for role, scope in wanted.items())


def _shown(user: User) -> dict[str, str | None]:
    """What the ledger tells of a user; the e-mail address is nobody's business there."""
    return {
        "name": user.name,
        "username": user.username,
        "department_id": user.department_id,
        "superior_id": user.superior_id,
    }


def _keep_an_admin(session: Session, leaving: User) -> None:
    """Refuse when `leaving` is the last active system admin. The rows are locked, so two cannot leave at once."""
    query = select(RoleGrant.user_id).where(RoleGrant.role == Role.SYSTEM_ADMIN.value).order_by(RoleGrant.id)
    admins = session.scalars(query.with_for_update()).all()
    if leaving.id not in admins:
        return
    others = select(func.count()).where(User.id.in_([a for a in admins if a != leaving.id]), User.active.is_(True))
    if not session.scalar(others):
        raise Invalid([Problem("user.last_admin", params={"name": leaving.name})])


def _text(value: str | None) -> str:
    return unicodedata.normalize("NFC", value or "").strip()


def _checked(session: Session, typed: Profile, user: User | None) -> Profile:
    """The profile cleaned; Invalid with everything wrong with it. `user` is the one being changed."""
    problems: list[Problem] = []
    username = user.username if user else username_of(typed.username)
    if user is None:
        if not USERNAME.fullmatch(username):
            problems.append(Problem("user.username_form", "/username", {"most": USERNAME_LONGEST}))
        elif session.scalar(select(User.id).where(User.username == username)):
            problems.append(Problem("user.username_taken", "/username", {"username": username}))
    name, email = _text(typed.name), _text(typed.email) or None
    if not name or len(name) > 120:
        problems.append(Problem("user.name_form", "/name", {"most": 120}))
    if email is not None and (len(email) > 200 or not EMAIL.fullmatch(email)):
        problems.append(Problem("user.email_form", "/email"))
    department_id, superior_id = typed.department_id or None, typed.superior_id or None
    if department_id is not None and session.get(Department, department_id) is None:
        problems.append(Problem("user.department_unknown", "/department_id"))
    if superior_id is not None:
        problems += _superior_problems(session, superior_id, user)
    locale = typed.locale or None
    if locale is not None and locale not in LOCALES:
        problems.append(Problem("user.locale", "/locale", {"value": locale}))
    if problems:
        raise Invalid(problems)
    return Profile(username, name, email, department_id, superior_id, locale)


def _superior_problems(session: Session, superior_id: str, user: User | None) -> list[Problem]:
    superior = session.get(User, superior_id)
    if superior is None:
        return [Problem("user.superior_unknown", "/superior_id")]
    if user is None:
        return []
    seen, above = {user.id}, superior
    while above is not None:
        if above.id in seen:
            return [Problem("user.superior_ring", "/superior_id", {"name": superior.name})]
        seen.add(above.id)
        if above.superior_id is None:
            break
        above = session.get_one(User, above.superior_id)
    return []
