"""The demo portfolio, made once for all tests that read it."""

from __future__ import annotations

import pytest

from app.gallery.portfolio import DEMO_SEED, Portfolio, make


@pytest.fixture(scope="session")
def demo() -> Portfolio:
    return make(DEMO_SEED)
