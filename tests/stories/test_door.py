"""The door: each person starts at their own work."""

from __future__ import annotations

import pytest

from tests.stories.conftest import SignIn
from tests.stories.place import Place

pytestmark = pytest.mark.browser


def test_sales_start_at_their_customers(demo: Place, sign_in: SignIn) -> None:
    page = sign_in(demo, "lina")
    assert page.locator("h1").inner_text() == "我的客户"
