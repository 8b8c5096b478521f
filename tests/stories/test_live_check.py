"""A live check that is answered late: what was typed meanwhile stays, and is checked in its turn."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.stories.conftest import SignIn
from tests.stories.hands import pick
from tests.stories.place import Place

pytestmark = pytest.mark.browser


def test_what_is_typed_while_a_check_is_under_way_stays(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "lina")
    page.goto("/books/site_visits/new")
    page.click("button[data-save]")
    expect(page.locator(".error-summary")).to_be_visible()
    under_way: list[Route] = []
    page.route("**/check*", lambda route: route.continue_() if under_way else under_way.append(route))
    with page.expect_request("**/check*"):
        pick(page, "#customer", "公司")
    page.fill("#met", "王总")  # as yet nothing was said about it: the answer under way draws this part as it was
    with page.expect_response("**/check*"):
        under_way[0].continue_()
    expect(page.locator("#part-customer .errors")).to_have_count(0)
    expect(page.locator("#met")).to_have_value("王总")
    with page.expect_response("**/check*"):
        page.fill("#report", "生产正常")
        page.locator("#report").blur()
    expect(page.locator("#part-met .errors")).to_have_count(0)
    expect(page.locator("#met")).to_have_value("王总")
