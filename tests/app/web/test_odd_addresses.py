"""Numbers and days that no page of ours writes: a page, a refusal or nothing found, never a fault."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from app.access import Role
from tests.app.crew import Crew, post

HUGE = "9" * 30
ENDLESS = "9" * 4400  # more digits than Python turns into a number
EARLY, LATE = "0001-01-01T00:00:00+23:59~x", "9999-12-31T23:59:59-23:59~x"

ADDRESSES = {
    "hanxue": [
        *(f"/trail?{name}={number}" for name in ("before", "after") for number in (HUGE, ENDLESS)),
        *(f"/trail?{name}={day}" for name in ("since", "until") for day in ("0001-01-01", "9999-12-31")),
        f"/trail/verify?result={HUGE}",
        *(f"/studio/publications?after={quote(place)}" for place in (EARLY, LATE)),
    ],
    "boss": [*(f"/admin/sessions?before={quote(place)}" for place in (EARLY, LATE)), "/admin/users?after=x&before=y"],
}
NOWHERE = [f"/trail/entries/{HUGE}", f"/trail/entries/{ENDLESS}", f"/studio/scorecard/customer_rating/{HUGE}",
           "/studio/scorecard/customer_rating/999999999999"]  # fmt: skip


@pytest.fixture
def auditor(crew: Crew) -> Crew:
    crew.hire("hanxue", Role.AUDITOR)
    return crew


def test_odd_numbers_and_days_in_addresses(auditor: Crew) -> None:
    for username, addresses in ADDRESSES.items():
        client = auditor.client(username)
        for address in addresses:
            assert client.get(address).status_code == 200, address[:60]


def test_a_day_out_of_the_calendar_is_said_to_be_so(auditor: Crew) -> None:
    html = auditor.client("hanxue").get("/trail?until=9999-12-31").get_data(as_text=True)
    assert "9999-12-31" in html


def test_numbers_no_row_can_have(auditor: Crew) -> None:
    client = auditor.client("hanxue")
    for address in NOWHERE:
        assert client.get(address).status_code == 404, address[:60]


def test_versions_no_row_can_have(auditor: Crew) -> None:
    client, lin = auditor.client("boss"), auditor.hire("lin", Role.SALES)
    for number in (HUGE, ENDLESS, "-1", "x"):
        answer = post(client, f"/admin/users/{lin}", {"row_version": number, "name": "林"})
        assert answer.status_code == 409
    assert post(client, "/me/tokens", {"name": "x", "days": ENDLESS}).status_code == 422
