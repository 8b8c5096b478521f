"""People for these tests."""

from __future__ import annotations

import pytest
from flask import Flask

from app.access import Role
from tests.app.crew import Crew


@pytest.fixture
def crew(app: Flask) -> Crew:
    """A system admin called boss; hire whoever else is needed."""
    crew = Crew(app)
    crew.hire("boss", Role.SYSTEM_ADMIN, name="钱立")
    return crew
