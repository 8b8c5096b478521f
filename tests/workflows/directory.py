"""A small organisation held in memory: a second implementation of what flows ask about people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Person:
    """One member of the organisation; ``posts`` maps a post to the department it is held in."""

    department: str
    superior: str | None = None
    posts: Mapping[str, str] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True)
class Organisation:
    """People, departments (child → parent), heads of departments, committees, tiers lowest first."""

    people: Mapping[str, Person]
    parents: Mapping[str, str | None]
    heads: Mapping[str, str] = field(default_factory=dict)
    committees: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ladder: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def active(self, user: str) -> bool:
        return user in self.people and self.people[user].active

    def _above(self, department: str | None) -> list[str]:
        line: list[str] = []
        while department is not None and department not in line:
            line.append(department)
            department = self.parents[department]
        return line

    def holders(self, post: str, within: str | None = None) -> tuple[str, ...]:
        found = []
        for user, person in self.people.items():
            place = person.posts.get(post)
            if place is None or not person.active:
                continue
            if within is None or place in self._above(within) or within in self._above(place):
                found.append(user)
        return tuple(found)

    def committee(self, key: str) -> tuple[str, ...]:
        return tuple(user for user in self.committees.get(key, ()) if self.active(user))

    def superior(self, user: str, level: int = 1) -> str | None:
        found: str | None = user
        for _ in range(level):
            found = self.people[found].superior if found in self.people else None
        return found

    def department(self, user: str) -> str | None:
        return self.people[user].department if user in self.people else None

    def department_head(self, user: str) -> str | None:
        department = self.department(user)
        return self.heads.get(department) if department is not None else None

    def tiers(self) -> tuple[str, ...]:
        return tuple(tier for tier, _ in self.ladder)

    def tier_posts(self, tier: str) -> tuple[str, ...]:
        return dict(self.ladder).get(tier, ())

    def without(self, *users: str) -> Organisation:
        """The same organisation after these people have left."""
        left = {u: replace(p, active=False) if u in users else p for u, p in self.people.items()}
        return replace(self, people=left)

    def giving(self, user: str, *posts: str) -> Organisation:
        """The same organisation with more posts for one person, held in the company as a whole."""
        person = self.people[user]
        more = {**person.posts, **dict.fromkeys(posts, "company")}
        return replace(self, people={**self.people, user: replace(person, posts=more)})


LADDER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("auto", ()),
    ("credit_manager", ("credit_manager",)),
    ("credit_manager_and_finance", ("credit_manager", "finance_reviewer")),
    ("finance_director", ("finance_head",)),
    ("committee", ("risk_committee",)),
    ("general_manager_exception", ("general_manager",)),
    ("none", ()),
)

COMPANY = Organisation(
    people={
        "gm": Person("company", None, {"general_manager": "company"}),
        "admin": Person("company", "gm", {"flow_admin": "company"}),
        "sara": Person("sales", "gm", {"sales_head": "sales"}),
        "nora": Person("sales_north", "sara"),
        "li": Person("sales_north", "nora"),
        "wu": Person("sales_north", "nora"),
        "fred": Person("finance", "gm", {"finance_head": "company"}),
        "fay": Person("finance", "fred", {"finance_reviewer": "sales"}),
        "finn": Person("finance", "fred", {"finance_reviewer": "sales_south"}),
        "rhea": Person("risk", "gm", {"risk_head": "company", "risk_committee": "company"}),
        "rob": Person("risk", "rhea", {"risk_committee": "company"}),
        "ruth": Person("risk", "rhea", {"risk_committee": "company"}),
        "carl": Person("risk", "rhea", {"credit_manager": "company"}),
        "cora": Person("risk", "rhea", {"credit_controller": "company"}),
    },
    parents={
        "company": None,
        "sales": "company",
        "sales_north": "sales",
        "sales_south": "sales",
        "finance": "company",
        "risk": "company",
    },
    heads={"sales": "sara", "sales_north": "nora", "finance": "fred", "risk": "rhea"},
    committees={"risk_committee": ("rhea", "rob", "ruth")},
    ladder=LADDER,
)
