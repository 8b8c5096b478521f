"""The organisation as flows ask for it: who holds a post, who is whose superior, who heads a department."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.people import Department, Post, PostHolder, User

Tiers = Mapping[str, tuple[str, ...]]


def directory(session: Session, tiers: Tiers | None = None) -> Organisation:
    """The directory of this moment; `tiers` are the posts each tier of the case's policy names."""
    return Organisation(session, tiers or {})


class Organisation:
    """Implements `workflows.Directory` over the rows. Answers are remembered, so keep one for one act, not longer."""

    def __init__(self, session: Session, tiers: Tiers) -> None:
        self._session = session
        self._tiers = tiers
        self._people: dict[str, tuple[bool, str | None, str | None]] = {}
        self._holders: dict[str, tuple[tuple[str, str | None], ...]] = {}
        self._departments: dict[str, tuple[str | None, str | None]] | None = None

    def holders(self, post: str, within: str | None = None) -> tuple[str, ...]:
        """Active people who hold `post`, by name; `within` a department: only those above, in, or below it."""
        found = self._holders.get(post)
        if found is None:
            query = (
                select(User.id, User.department_id)
                .join(PostHolder, PostHolder.user_id == User.id)
                .join(Post, Post.id == PostHolder.post_id)
                .where(Post.key == post, User.active.is_(True))
                .order_by(User.sort_name, User.id)
            )
            found = self._holders[post] = tuple((row[0], row[1]) for row in self._session.execute(query))
        if within is None:
            return tuple(user_id for user_id, _ in found)
        line = self._line(within)
        return tuple(
            user_id
            for user_id, department in found
            if department is not None and (department in line or within in self._line(department))
        )

    def committee(self, key: str) -> tuple[str, ...]:
        """The members of a committee are the holders of the post of that key."""
        return self.holders(key)

    def active(self, user: str) -> bool:
        return self._person(user)[0]

    def superior(self, user: str, level: int = 1) -> str | None:
        """The superior `level` steps up; where none is named, the head of the department, then of the one above."""
        found: str | None = user
        for _ in range(level):
            if found is None:
                return None
            found = self._person(found)[1] or self._head_above(found)
        return found

    def department(self, user: str) -> str | None:
        """The id of the department a person belongs to."""
        return self._person(user)[2]

    def department_head(self, user: str) -> str | None:
        """The head of the person's department, or of the nearest one above that has a head."""
        return next(iter(self._heads(user)), None)

    def tiers(self) -> tuple[str, ...]:
        """The tiers of the case's policy, in the order the policy lists them: lowest first."""
        return tuple(self._tiers)

    def tier_posts(self, tier: str) -> tuple[str, ...]:
        return tuple(self._tiers.get(tier, ()))

    def _person(self, user: str) -> tuple[bool, str | None, str | None]:
        """(active, superior, department); nobody knows the unknown."""
        found = self._people.get(user)
        if found is None:
            query = select(User.active, User.superior_id, User.department_id).where(User.id == user)
            row = self._session.execute(query).one_or_none()
            found = self._people[user] = (row[0], row[1], row[2]) if row else (False, None, None)
        return found

    def _tree(self) -> dict[str, tuple[str | None, str | None]]:
        """Every department: its parent and its head."""
        if self._departments is None:
            query = select(Department.id, Department.parent_id, Department.head_id)
            self._departments = {id_: (parent, head) for id_, parent, head in self._session.execute(query)}
        return self._departments

    def _line(self, department: str | None) -> tuple[str, ...]:
        """The department and all above it, nearest first."""
        line: list[str] = []
        while department is not None and department in self._tree() and department not in line:
            line.append(department)
            department = self._tree()[department][0]
        return tuple(line)

    def _heads(self, user: str) -> list[str]:
        heads = (self._tree()[each][1] for each in self._line(self._person(user)[2]))
        return [head for head in heads if head is not None]

    def _head_above(self, user: str) -> str | None:
        """The nearest head who is somebody else."""
        return next((head for head in self._heads(user) if head != user), None)
