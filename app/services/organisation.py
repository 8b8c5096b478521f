"""The organisation: the tree of departments without rings, and posts with the people who hold them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.access import Missing, Right
from app.db import new_id
from app.models.case import Task
from app.models.customer import Customer
from app.models.people import Department, Post, PostHolder, User
from app.services.old_pages import stale
from app.services.viewers import check_right, department_tree
from app.work import Subject, Verb, Work
from rules import Invalid, Problem
from workflows.state import OPEN

KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
LABEL_LONGEST = 80


def department_subject(department_id: str) -> Subject:
    return Subject("department", department_id)


def post_subject(post_id: str) -> Subject:
    return Subject("post", post_id)


def save_department(
    work: Work,
    department_id: str | None,
    *,
    key: str,
    name: Mapping[str, str],
    parent_id: str | None = None,
    head_id: str | None = None,
    row_version: int | None = None,
) -> Department:
    """A new department (`department_id` None) or the change of one; its key stays. A ring is refused."""
    check_right(work, Right.USER_WRITE)
    row = None
    if department_id is not None:
        row = get_department(work.session, department_id)
        if row_version is not None and row.row_version != row_version:
            raise stale(work.session, department_subject(row.id), row.key)
    parent_id, head_id = parent_id or None, head_id or None
    label, problems = _label(name, "/name")
    if row is None:
        problems += _key_problems(work.session, Department, key)
    if parent_id is not None and work.session.get(Department, parent_id) is None:
        problems.append(Problem("department.parent_unknown", "/parent_id"))
    elif row is not None and parent_id is not None and parent_id in department_tree(work.session, row.id):
        problems.append(Problem("department.ring", "/parent_id"))
    if head_id is not None and not _is_active(work.session, head_id):
        problems.append(Problem("user.unknown", "/head_id"))
    if problems:
        raise Invalid(problems)
    before = None if row is None else _shown(row)
    if row is None:
        row = Department(id=new_id(), key=key)
        work.session.add(row)
    row.name, row.parent_id, row.head_id = label, parent_id, head_id
    after = _shown(row)
    if before != after:
        work.session.flush()
        detail = {"key": row.key, "name": label, "new": before is None}
        work.record(Verb.DEPARTMENT_CHANGED, department_subject(row.id), detail, before=before, after=after)
    return row


def delete_department(work: Work, department_id: str) -> None:
    """Remove an empty department: one with people or departments in it stays, as does one that customers belong to or
    that narrows whom an open task is for."""
    check_right(work, Right.USER_WRITE)
    row = get_department(work.session, department_id)
    people = work.session.scalar(select(func.count()).where(User.department_id == row.id))
    below = work.session.scalar(select(func.count()).where(Department.parent_id == row.id))
    if people or below:
        raise Invalid([Problem("department.not_empty", params={"name": row.name, "people": people, "below": below})])
    customers = work.session.scalar(select(func.count()).where(Customer.department_id == row.id))
    tasks = work.session.scalar(select(func.count()).where(Task.group_within == row.id, Task.status.in_(OPEN)))
    if customers or tasks:
        raise Invalid([Problem("department.in_use", params={"name": row.name, "customers": customers, "tasks": tasks})])
    work.session.delete(row)
    detail = {"key": row.key, "name": row.name, "deleted": True}
    work.record(Verb.DEPARTMENT_CHANGED, department_subject(row.id), detail, before=_shown(row))


def save_post(
    work: Work, post_id: str | None, *, key: str, label: Mapping[str, str], row_version: int | None = None
) -> Post:
    """A new post (`post_id` None) or new labels of one; its key stays, because flows name it."""
    check_right(work, Right.USER_WRITE)
    row = None
    if post_id is not None:
        row = get_post(work.session, post_id)
        if row_version is not None and row.row_version != row_version:
            raise stale(work.session, post_subject(row.id), row.key)
    clean, problems = _label(label, "/label")
    if row is None:
        problems += _key_problems(work.session, Post, key)
    if problems:
        raise Invalid(problems)
    if row is not None and row.label == clean:
        return row
    before = None if row is None else {"label": row.label}
    if row is None:
        row = Post(id=new_id(), key=key)
        work.session.add(row)
    row.label = clean
    work.session.flush()
    detail = {"key": row.key, "label": clean, "new": before is None}
    work.record(Verb.POST_CHANGED, post_subject(row.id), detail, before=before, after={"label": clean})
    return row


def set_holders(work: Work, post_id: str, user_ids: Iterable[str]) -> bool:
    """Make exactly these people hold the post. True when something changed."""
    check_right(work, Right.USER_WRITE)
    post = get_post(work.session, post_id)
    wanted = set(user_ids)
    before = set(work.session.scalars(select(PostHolder.user_id).where(PostHolder.post_id == post.id)))
    if wanted == before:
        return False
    known = set(work.session.scalars(select(User.id).where(User.id.in_(wanted))))
    if unknown := wanted - known:
        raise Invalid([Problem("user.unknown", "/holders", {"id": each}) for each in sorted(unknown)])
    work.session.execute(
        delete(PostHolder).where(PostHolder.post_id == post.id, PostHolder.user_id.in_(before - wanted))
    )
    for user_id in sorted(wanted - before):
        work.session.add(PostHolder(post_id=post.id, user_id=user_id))
    flag_modified(post, "label")  # a new version of the post: an older page must not put back who was removed
    detail = {
        "key": post.key,
        "label": post.label,
        "added": sorted(wanted - before),
        "removed": sorted(before - wanted),
        "holders": _names(work.session, wanted),
    }
    work.record(Verb.POST_CHANGED, post_subject(post.id), detail,
                before={"holders": sorted(before)}, after={"holders": sorted(wanted)})
    return True


def get_department(session: Session, department_id: str) -> Department:
    row = session.get(Department, department_id)
    if row is None:
        raise Missing("department", department_id)
    return row


def get_post(session: Session, post_id: str) -> Post:
    row = session.get(Post, post_id)
    if row is None:
        raise Missing("post", post_id)
    return row


def _names(session: Session, user_ids: Iterable[str]) -> list[str]:
    return list(session.scalars(select(User.name).where(User.id.in_(set(user_ids))).order_by(User.sort_name, User.id)))


def _is_active(session: Session, user_id: str) -> bool:
    return session.scalar(select(User.id).where(User.id == user_id, User.active.is_(True))) is not None


def _shown(row: Department) -> dict[str, object]:
    return {"key": row.key, "name": dict(row.name), "parent_id": row.parent_id, "head_id": row.head_id}


def _label(given: Mapping[str, str], path: str) -> tuple[dict[str, str], list[Problem]]:
    """A label cleaned; Chinese must be there, English may be left out."""
    clean = {key: unicodedata.normalize("NFC", given.get(key) or "").strip() for key in ("zh-CN", "en")}
    problems = []
    if not clean["zh-CN"]:
        problems.append(Problem("label.required", path + "/zh-CN"))
    problems += [
        Problem("label.long", f"{path}/{key}", {"most": LABEL_LONGEST})
        for key, text in clean.items()
        if len(text) > LABEL_LONGEST
    ]
    return {key: text for key, text in clean.items() if text}, problems


def _key_problems(session: Session, kind: type[Department] | type[Post], key: str) -> list[Problem]:
    if not KEY.fullmatch(key):
        return [Problem("organisation.key_form", "/key")]
    if session.scalar(select(kind.id).where(kind.key == key)):
        return [Problem("organisation.key_taken", "/key", {"key": key})]
    return []
