"""Put the gallery's organisation into an empty database, through the same services an admin uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app import gallery
from app.access import Grant, Role, Scope
from app.models.people import Department, User
from app.services import organisation, people
from app.services.passwords import OneTime
from app.work import Work


def people_and_posts(work: Work, secret: Callable[[], OneTime], *, keep_passwords: bool = False) -> dict[str, str]:
    """Departments, users, posts of the demo organisation; returns username → one-time password."""
    document = gallery.read("organisation")
    departments: dict[str, Department] = {}
    for each in document["departments"]:
        parent = departments[each["parent"]].id if "parent" in each else None
        departments[each["key"]] = organisation.save_department(
            work, None, key=each["key"], name=each["name"], parent_id=parent
        )
    passwords: dict[str, str] = {}
    users: dict[str, User] = {}
    for each in document["users"]:
        made = secret()
        grants = [Grant(Role(role), Scope[scope.upper()]) for role, scope in each["roles"].items()]
        profile = people.Profile(
            each["username"], each["name"], department_id=departments[each["department"]].id, locale="zh-CN"
        )
        users[each["username"]] = people.create_user(work, profile, made, grants, keep_password=keep_passwords)
        passwords[each["username"]] = made.password
    _superiors_and_heads(work, document, users, departments)
    for post in document["posts"]:
        row = organisation.save_post(work, None, key=post["key"], label=post["label"])
        holders = [users[u["username"]].id for u in document["users"] if post["key"] in u.get("posts", ())]
        organisation.set_holders(work, row.id, holders)
    return passwords


def _superiors_and_heads(
    work: Work, document: Mapping[str, Any], users: Mapping[str, User], departments: Mapping[str, Any]
) -> None:
    for each in document["users"]:
        user = users[each["username"]]
        if "superior" in each:
            profile = people.Profile(
                user.username,
                user.name,
                user.email,
                user.department_id,
                users[each["superior"]].id,
                user.locale,
            )
            people.change_user(work, user.id, user.row_version, profile)
    for each in document["departments"]:
        if "head" in each:
            row = departments[each["key"]]
            organisation.save_department(
                work, row.id, key=row.key, name=row.name, parent_id=row.parent_id, head_id=users[each["head"]].id
            )
