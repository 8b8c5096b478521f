"""Sessions: only a hash is kept, both limits hold, and what ends them ends them at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access import Forbidden, Missing, Right, Role, Scope
from app.models.people import UserSession
from app.services import people, sessions, tokens
from tests.app.crew import Crew
from tests.builders import Clock

LIFE = sessions.Lifetime(timedelta(hours=8), timedelta(hours=24))


def _open(crew: Crew, username: str) -> str:
    with crew.work() as work:
        user = people.get_user(work.session, crew.ids[username])
        return sessions.open_session(work, user, LIFE, "10.0.0.1", "Firefox")


def _find(crew: Crew, token: str) -> sessions.SignedIn | None:
    with crew.work() as work:
        return sessions.find(work.session, token, LIFE, work.now, "zh-CN")


def test_only_the_hash_of_a_long_random_token_is_stored(crew: Crew) -> None:
    token = _open(crew, "boss")
    with crew.work() as work:
        row = work.session.scalars(select(UserSession)).one()
        assert row.token_hash == sessions.hash_token(token)
        assert token not in repr(vars(row))
    assert len(token) >= 43  # 256 bits in base64
    assert token != _open(crew, "boss")


def test_idle_and_whole_limits(crew: Crew, clock: Clock) -> None:
    token = _open(crew, "boss")
    clock.forward(hours=7, minutes=59)
    found = _find(crew, token)
    assert found is not None
    with crew.work() as work:
        sessions.touch(work, found.session_id)
    clock.forward(hours=7)
    assert _find(crew, token) is not None
    clock.forward(hours=1)
    assert _find(crew, token) is None, "idle for eight hours"

    busy = _open(crew, "boss")
    for _ in range(24):
        found = _find(crew, busy)
        assert found is not None
        with crew.work() as work:
            sessions.touch(work, found.session_id)
        clock.forward(hours=1)
    assert _find(crew, busy) is None, "a day old, however busy"


def test_disabling_ends_sessions_and_tokens_at_once(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    token = _open(crew, "lin")
    with crew.work("lin") as work:
        api, _ = tokens.create_token(work, "mine", ["customer.read"], 30)
    with crew.work("boss") as work:
        assert people.disable_user(work, crew.ids["lin"]) == 1
    with crew.work() as work:
        assert sessions.find(work.session, token, LIFE, work.now, "zh-CN") is None
        assert tokens.find(work.session, api, work.now, "zh-CN") is None
    with crew.work("boss") as work:
        people.enable_user(work, crew.ids["lin"])
    assert _find(crew, token) is None, "an ended session does not come back"


def test_a_changed_role_counts_in_the_open_session(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    token = _open(crew, "lin")
    before = _find(crew, token)
    assert before is not None
    assert before.viewer.scope(Right.CUSTOMER_READ) is Scope.TREE
    with crew.work("boss") as work:
        people.set_roles(work, crew.ids["lin"], [people.Grant(Role.AUDITOR, Scope.ALL)])
    after = _find(crew, token)
    assert after is not None
    assert after.viewer.scope(Right.CUSTOMER_READ) is Scope.ALL
    assert not after.viewer.may(Right.REQUEST_WRITE)


def test_own_sessions_only(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    _open(crew, "boss")
    token = _open(crew, "lin")
    found = _find(crew, token)
    assert found is not None
    with crew.work("boss") as work, pytest.raises(Missing):
        sessions.end_own(work, found.session_id)
    with crew.work("lin") as work, pytest.raises(Forbidden):
        sessions.end_any(work, found.session_id)
    with crew.work("boss") as work:
        sessions.end_any(work, found.session_id)
    assert _find(crew, token) is None
    assert crew.verbs(crew.ids["lin"])[-2:] == ["session.opened", "session.ended"]


def test_end_others_keeps_this_one(crew: Crew) -> None:
    here, there, elsewhere = _open(crew, "boss"), _open(crew, "boss"), _open(crew, "boss")
    found = _find(crew, here)
    assert found is not None
    with crew.work("boss") as work:
        assert sessions.end_others(work, found.session_id) == 2
    assert [_find(crew, token) is not None for token in (here, there, elsewhere)] == [True, False, False]


def test_resetting_the_password_ends_every_session(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    token = _open(crew, "lin")
    secret = crew.hasher.one_time()
    with crew.work("boss") as work:
        people.reset_password(work, crew.ids["lin"], secret)
    assert _find(crew, token) is None
    fresh = _find(crew, _open(crew, "lin"))
    assert fresh is not None
    assert fresh.must_change_password
