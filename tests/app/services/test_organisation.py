"""Departments without rings, posts with their holders, and the organisation as flows ask for it."""

from __future__ import annotations

import pytest

from app.access import Conflict, Role
from app.queries import organisation as queries
from app.services import customers, organisation, people
from app.services.directory import directory
from app.services.viewers import viewer_of
from rules import Invalid
from tests.app.crew import Crew
from workflows import Directory


def _department(crew: Crew, key: str, parent: str | None = None, head: str | None = None) -> str:
    with crew.work() as work:
        name = {"zh-CN": f"{key}部", "en": key}
        return organisation.save_department(work, None, key=key, name=name, parent_id=parent, head_id=head).id


@pytest.fixture
def tree(crew: Crew) -> dict[str, str]:
    """company > east > shanghai, company > finance."""
    company = _department(crew, "company")
    east = _department(crew, "east", company)
    return {
        "company": company,
        "east": east,
        "shanghai": _department(crew, "shanghai", east),
        "finance": _department(crew, "finance", company),
    }


def test_rings_are_refused(crew: Crew, tree: dict[str, str]) -> None:
    for parent in ("company", "east", "shanghai"):
        with crew.work("boss") as work, pytest.raises(Invalid) as error:
            organisation.save_department(
                work, tree["company"], key="company", name={"zh-CN": "公司"}, parent_id=tree[parent]
            )
        assert [(p.code, p.path) for p in error.value.problems] == [("department.ring", "/parent_id")]
    with crew.work("boss") as work:
        organisation.save_department(work, tree["shanghai"], key="", name={"zh-CN": "沪"}, parent_id=tree["finance"])


def test_all_mistakes_of_a_department_at_once(crew: Crew, tree: dict[str, str]) -> None:
    with crew.work("boss") as work, pytest.raises(Invalid) as error:
        organisation.save_department(
            work, None, key="East", name={"zh-CN": " ", "en": "x" * 81}, parent_id="0" * 32, head_id="0" * 32
        )
    assert [(p.code, p.path) for p in error.value.problems] == [
        ("label.required", "/name/zh-CN"),
        ("label.long", "/name/en"),
        ("organisation.key_form", "/key"),
        ("department.parent_unknown", "/parent_id"),
        ("user.unknown", "/head_id"),
    ]
    with crew.work("boss") as work, pytest.raises(Invalid) as error:
        organisation.save_department(work, None, key="east", name={"zh-CN": "东"})
    assert [p.code for p in error.value.problems] == ["organisation.key_taken"]


def test_only_an_empty_department_is_deleted(crew: Crew, tree: dict[str, str]) -> None:
    crew.hire("lin", Role.SALES, department_id=tree["shanghai"])
    for key in ("company", "shanghai"):
        with crew.work("boss") as work, pytest.raises(Invalid) as error:
            organisation.delete_department(work, tree[key])
        assert [p.code for p in error.value.problems] == ["department.not_empty"]
    with crew.work("boss") as work:
        organisation.delete_department(work, tree["finance"])
    assert crew.verbs(tree["finance"]) == ["department.changed", "department.changed"]


def test_a_department_that_customers_belong_to_stays(crew: Crew, tree: dict[str, str]) -> None:
    values = {"name": "苏州恒瑞", "number": "K1", "currency": "CNY"}
    with crew.work() as work:
        customers.create(work, values, source="test", department_id=tree["finance"])
    with crew.work("boss") as work, pytest.raises(Invalid) as error:
        organisation.delete_department(work, tree["finance"])
    (problem,) = error.value.problems
    assert problem.code == "department.in_use"
    assert (problem.params["customers"], problem.params["tasks"]) == (1, 0)


def test_the_tree_is_listed_parents_first(crew: Crew, tree: dict[str, str]) -> None:
    crew.hire("lin", Role.SALES, department_id=tree["shanghai"])
    with crew.reading("boss") as reading:
        rows = queries.departments(reading)
    assert [(row.key, row.depth, row.people, row.below) for row in rows] == [
        ("company", 0, 0, 2),
        ("east", 1, 0, 1),
        ("shanghai", 2, 1, 0),
        ("finance", 1, 0, 0),
    ]


def test_a_viewer_knows_the_departments_below(crew: Crew, tree: dict[str, str]) -> None:
    crew.hire("lin", Role.SALES, department_id=tree["east"])
    with crew.work() as work:
        viewer = viewer_of(work.session, crew.ids["lin"])
    assert viewer.tree == {tree["east"], tree["shanghai"]}
    assert viewer.department_id == tree["east"]


def test_holders_of_a_post(crew: Crew) -> None:
    lin, wang = crew.hire("lin", name="林涛"), crew.hire("wang", name="王敏")
    with crew.work("boss") as work:
        post = organisation.save_post(work, None, key="credit_manager", label={"zh-CN": "信用经理"})
        assert organisation.set_holders(work, post.id, [wang, lin])
    with crew.work("boss") as work:
        assert not organisation.set_holders(work, post.id, [lin, wang])
        assert viewer_of(work.session, lin).posts == {"credit_manager"}
        with pytest.raises(Invalid):
            organisation.set_holders(work, post.id, ["0" * 32])
    with crew.work("boss") as work, pytest.raises(Conflict):
        organisation.save_post(work, post.id, key="", label={"zh-CN": "改名"}, row_version=99)
    with crew.reading("boss") as reading:
        assert [holder.name for holder in queries.post(reading, post.id).holders] == ["林涛", "王敏"]
    assert crew.verbs(post.id) == ["post.changed", "post.changed"]


def _hold(crew: Crew, key: str, *usernames: str) -> None:
    with crew.work() as work:
        post = organisation.save_post(work, None, key=key, label={"zh-CN": key})
        organisation.set_holders(work, post.id, [crew.ids[name] for name in usernames])


def test_directory_answers_what_flows_ask(crew: Crew, tree: dict[str, str]) -> None:
    head = crew.hire("head", department_id=tree["company"])
    lead = crew.hire("lead", department_id=tree["east"], superior_id=head)
    lin = crew.hire("lin", department_id=tree["shanghai"])
    away = crew.hire("away", department_id=tree["finance"])
    hall = crew.hire("hall", department_id=tree["company"])
    gone = crew.hire("gone", department_id=tree["shanghai"])
    with crew.work("boss") as work:
        people.disable_user(work, gone)
        organisation.save_department(
            work, tree["east"], key="", name={"zh-CN": "华东"}, parent_id=tree["company"], head_id=lead
        )
    _hold(crew, "reviewer", "away", "hall", "gone", "lin")
    with crew.work() as work:
        who: Directory = directory(work.session, {"low": ("reviewer",), "high": ("reviewer", "boss")})
        assert who.holders("reviewer") == (away, hall, lin)
        assert who.holders("reviewer", within=tree["shanghai"]) == (hall, lin)
        assert who.holders("reviewer", within=tree["finance"]) == (away, hall)
        assert who.holders("nobody") == ()
        assert who.committee("reviewer") == (away, hall, lin)
        assert who.superior(lin) == lead, "the head of the department above stands in"
        assert who.superior(lin, 2) == head
        assert who.superior(lin, 3) is None
        assert who.superior("0" * 32) is None
        assert who.department(lin) == tree["shanghai"]
        assert who.department_head(lin) == lead
        assert who.department_head(away) is None
        assert (who.active(lin), who.active(gone), who.active("0" * 32)) == (True, False, False)
        assert who.tiers() == ("low", "high")
        assert who.tier_posts("high") == ("reviewer", "boss")
        assert who.tier_posts("auto") == ()
