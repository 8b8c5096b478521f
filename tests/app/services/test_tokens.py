"""API tokens: kept as a hash, limited to what they were made for, and over when they say so."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access import Grant, Missing, Right, Role, Scope
from app.models.people import ApiToken
from app.queries import people as queries
from app.services import people, tokens
from rules import Invalid
from tests.app.crew import Crew
from tests.builders import Clock


def _make(crew: Crew, username: str, *scopes: str, days: int = 30) -> tuple[str, str]:
    with crew.work(username) as work:
        text, row = tokens.create_token(work, "对账", scopes, days)
        return text, row.id


def _find(crew: Crew, text: str) -> tokens.TokenUse | None:
    with crew.work() as work:
        return tokens.find(work.session, text, work.now, "zh-CN")


def test_random_scannable_and_stored_as_a_hash(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    text, token_id = _make(crew, "lin", "customer.read")
    assert text.startswith("crd_")
    assert len(text) == 4 + 43  # 256 bits
    with crew.work() as work:
        row = work.session.scalars(select(ApiToken)).one()
        assert text not in repr(vars(row))
        assert text.startswith(row.prefix)
        assert row.id == token_id
    assert crew.verbs(crew.ids["lin"])[-1] == "token.created"


def test_a_token_can_do_only_what_it_was_made_for(crew: Crew) -> None:
    crew.hire("lin", Role.SALES, scope=Scope.DEPARTMENT)
    text, _ = _make(crew, "lin", "customer.read")
    found = _find(crew, text)
    assert found is not None
    assert found.viewer.scope(Right.CUSTOMER_READ) is Scope.DEPARTMENT
    assert not found.viewer.may(Right.CUSTOMER_WRITE)
    assert not found.viewer.may(Right.SELF)
    with crew.work("boss") as work:
        people.set_roles(work, crew.ids["lin"], [Grant(Role.SYSTEM_ADMIN, Scope.ALL)])
    found = _find(crew, text)
    assert found is not None
    assert not found.viewer.may(Right.CUSTOMER_READ), "what the owner has lost is lost to the token"
    assert not found.viewer.may(Right.USER_WRITE), "what the owner has gained is not gained by the token"


def test_all_mistakes_are_named(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    with crew.work("lin") as work, pytest.raises(Invalid) as error:
        tokens.create_token(work, " ", ["user.write", "self.manage", "fly"], 7)
    assert [p.code for p in error.value.problems] == [
        "token.name_form",
        "token.scope_unknown",
        "token.scope_lacking",
        "token.scope_lacking",
        "token.days",
    ]
    with crew.work("lin") as work, pytest.raises(Invalid) as error:
        tokens.create_token(work, "x", [], 30)
    assert [p.code for p in error.value.problems] == ["token.scope_required"]


def test_expiry_revocation_and_nonsense(crew: Crew, clock: Clock) -> None:
    crew.hire("lin", Role.SALES)
    text, token_id = _make(crew, "lin", "customer.read")
    other, _ = _make(crew, "lin", "customer.read", days=90)
    for wrong in ("", "crd_", text[:-1], text + "x", text[4:], "Bearer " + text):
        assert _find(crew, wrong) is None
    clock.forward(days=30)
    assert _find(crew, text) is None
    assert _find(crew, other) is not None
    with crew.work("lin") as work:
        tokens.revoke_token(work, token_id)
        tokens.revoke_token(work, token_id)
    assert crew.verbs(crew.ids["lin"]).count("token.revoked") == 1


def test_only_the_owner_or_an_admin_revokes(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    crew.hire("wang", Role.SALES)
    text, token_id = _make(crew, "lin", "customer.read")
    with crew.work("wang") as work, pytest.raises(Missing):
        tokens.revoke_token(work, token_id)
    with crew.work("boss") as work:
        tokens.revoke_token(work, token_id)
    assert _find(crew, text) is None


def test_use_is_noted_without_an_entry(crew: Crew, clock: Clock) -> None:
    crew.hire("lin", Role.SALES)
    _, token_id = _make(crew, "lin", "customer.read")
    before = crew.verbs(crew.ids["lin"])
    for _ in range(2):
        clock.forward(minutes=5)
        with crew.work() as work:
            tokens.touch(work, token_id)
    with crew.reading("lin") as reading:
        assert queries.tokens(reading, crew.ids["lin"])[0].last_used_at == clock.now
    assert crew.verbs(crew.ids["lin"]) == before


def test_there_is_a_limit(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    for _ in range(tokens.MOST):
        _make(crew, "lin", "customer.read")
    with crew.work("lin") as work, pytest.raises(Invalid) as error:
        tokens.create_token(work, "x", ["customer.read"], 30)
    assert [p.code for p in error.value.problems] == ["token.too_many"]
