"""Users: every mistake named, every act recorded, and the last system admin kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access import Conflict, Forbidden, Grant, Missing, Right, Role, Scope
from app.models.ledger import Entry
from app.models.people import User
from app.services import organisation, people
from app.services.people import Profile
from app.services.viewers import viewer_of
from app.work import SYSTEM
from rules import Invalid
from tests.app.crew import Crew


def _codes(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in error.value.problems]


def test_everything_wrong_is_named_at_its_place(crew: Crew) -> None:
    profile = Profile("a b", " ", "nowhere", "x" * 32, "y" * 32, "fr")
    with crew.work("boss") as work, pytest.raises(Invalid) as error:
        people.create_user(work, profile, crew.hasher.one_time())
    assert _codes(error) == [
        ("user.username_form", "/username"),
        ("user.name_form", "/name"),
        ("user.email_form", "/email"),
        ("user.department_unknown", "/department_id"),
        ("user.superior_unknown", "/superior_id"),
        ("user.locale", "/locale"),
    ]


@pytest.mark.parametrize("username", ["boss", "BOSS", " Boss ", "ｂｏｓｓ"])
def test_a_username_is_taken_in_every_spelling(crew: Crew, username: str) -> None:
    with crew.work("boss") as work, pytest.raises(Invalid) as error:
        people.create_user(work, Profile(username, "Somebody"), crew.hasher.one_time())
    assert _codes(error) == [("user.username_taken", "/username")]


def test_created_with_roles_and_recorded_without_the_email(crew: Crew) -> None:
    secret = crew.hasher.one_time()
    with crew.work("boss") as work:
        user = people.create_user(
            work, Profile("lin", "林涛", "lin.tao@example.com"), secret, [Grant(Role.SALES, Scope.OWN)]
        )
    assert crew.verbs(user.id) == ["user.created", "user.roles_changed"]
    with crew.work() as work:
        row = work.session.get_one(User, user.id)
        assert (row.must_change_password, row.sort_name.split("|")) == (True, ["lin tao", "lt"])
        bodies = b"".join(work.session.scalars(select(Entry.body)))
        assert viewer_of(work.session, user.id).scope(Right.CUSTOMER_READ) is Scope.OWN
    assert b"example.com" not in bodies
    assert secret.password.encode() not in bodies
    assert secret.hash.encode() not in bodies


def test_change_tells_what_changed_and_refuses_an_old_page(crew: Crew) -> None:
    crew.hire("lin", Role.SALES, name="林涛")
    with crew.work() as work:
        version = people.get_user(work.session, crew.ids["lin"]).row_version
    with crew.work("boss") as work:
        assert people.change_user(work, crew.ids["lin"], version, Profile("ignored", "林小涛", "l@example.com"))
    with crew.work("boss") as work, pytest.raises(Conflict) as error:
        people.change_user(work, crew.ids["lin"], version, Profile("", "另一个"))
    assert (error.value.code, error.value.params["by"]) == ("row.changed_by", "钱立")
    with crew.work() as work:
        row = people.get_user(work.session, crew.ids["lin"])
        assert (row.username, row.name, row.email) == ("lin", "林小涛", "l@example.com")
        same = Profile("", "林小涛", "l@example.com")
        assert not people.change_user(work, row.id, row.row_version, same)
    assert crew.verbs(crew.ids["lin"]) == ["user.created", "user.roles_changed", "user.changed"]


def test_superiors_form_no_ring(crew: Crew) -> None:
    a = crew.hire("a1")
    b = crew.hire("b1", superior_id=a)
    c = crew.hire("c1", superior_id=b)
    with crew.work() as work:
        version = people.get_user(work.session, a).row_version
        for above in (a, b, c):
            with pytest.raises(Invalid) as error:
                people.change_user(work, a, version, Profile("", "A", superior_id=above))
            assert _codes(error) == [("user.superior_ring", "/superior_id")]


def test_nobody_disables_themself(crew: Crew) -> None:
    crew.hire("second", Role.SYSTEM_ADMIN)
    with crew.work("boss") as work, pytest.raises(Invalid) as error:
        people.disable_user(work, crew.ids["boss"])
    assert _codes(error) == [("user.self_disable", "")]


def test_the_last_system_admin_stays(crew: Crew) -> None:
    second = crew.hire("second", Role.SYSTEM_ADMIN)
    with crew.work("boss") as work:
        people.disable_user(work, second)
    for act in (
        lambda work: people.disable_user(work, crew.ids["boss"]),
        lambda work: people.set_roles(work, crew.ids["boss"], [Grant(Role.SALES, Scope.ALL)]),
    ):
        with crew.work() as work, pytest.raises(Invalid) as error:
            act(work)
        assert _codes(error) == [("user.last_admin", "")], "a disabled admin does not count"
    with crew.work("boss") as work:
        people.enable_user(work, second)
    with crew.work("boss") as work:
        assert people.set_roles(work, crew.ids["boss"], [Grant(Role.SALES, Scope.ALL)])


def test_setting_the_same_roles_again_is_nothing(crew: Crew) -> None:
    crew.hire("lin", Role.SALES, Role.FINANCE)
    both = [Grant(Role.FINANCE, Scope.ALL), Grant(Role.SALES, Scope.ALL)]
    with crew.work("boss") as work:
        assert not people.set_roles(work, crew.ids["lin"], both)
    with crew.work("boss") as work:
        assert people.set_roles(work, crew.ids["lin"], [Grant(Role.SALES, Scope.OWN), both[0]])
    with crew.work() as work:
        assert viewer_of(work.session, crew.ids["lin"]).grants == (
            Grant(Role.SALES, Scope.OWN),
            Grant(Role.FINANCE, Scope.ALL),
        )


def test_only_those_with_the_right(crew: Crew) -> None:
    crew.hire("lin", Role.AUDITOR)
    secret = crew.hasher.one_time()
    for act in (
        lambda work: people.create_user(work, Profile("x1", "X"), secret),
        lambda work: people.change_user(work, crew.ids["boss"], 1, Profile("", "X")),
        lambda work: people.set_roles(work, crew.ids["lin"], [Grant(Role.SYSTEM_ADMIN, Scope.ALL)]),
        lambda work: people.disable_user(work, crew.ids["boss"]),
        lambda work: people.enable_user(work, crew.ids["boss"]),
        lambda work: people.reset_password(work, crew.ids["boss"], secret),
        lambda work: organisation.save_department(work, None, key="x", name={"zh-CN": "某部"}),
        lambda work: organisation.save_post(work, None, key="x", label={"zh-CN": "某岗"}),
    ):
        with crew.work("lin") as work, pytest.raises(Forbidden):
            act(work)


def test_language_is_kept_and_recorded_once(crew: Crew) -> None:
    for _ in range(2):
        with crew.work("boss") as work:
            people.set_locale(work, "en")
    assert crew.verbs(crew.ids["boss"]).count("user.changed") == 1
    with crew.work() as work:
        assert viewer_of(work.session, crew.ids["boss"]).locale == "en"
    with crew.work("boss") as work, pytest.raises(Invalid):
        people.set_locale(work, "fr")


def test_unknown_and_disabled_people_have_no_viewer(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    with crew.work("boss") as work:
        people.disable_user(work, crew.ids["lin"])
    with crew.work() as work:
        for user_id in (crew.ids["lin"], "0" * 32):
            with pytest.raises(Missing):
                viewer_of(work.session, user_id)
        with pytest.raises(Missing):
            people.disable_user(work, "0" * 32)
    assert SYSTEM.viewer is None
