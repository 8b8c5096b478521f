"""What tests of the desk do again and again: rate a customer, post a page's form, count what a page asks for."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.services import people, ratings
from tests.app.desk import bring
from tests.builders import House, csrf_of

KEY = re.compile(r'name="idempotency_key" value="([^"]+)"')
VERSION = re.compile(r'name="row_version" value="(\d+)"')
SEEN = re.compile(r'name="(seen-[a-z_]+)" value="([0-9a-f]+)"')
DATA = re.compile(r'<data id="([^"]+)" value="([^"]*)"[^>]*>(.*?)</data>', re.S)


def rated(house: House, key: str = "C2", owner: str = "lina", number: str | None = None) -> str:
    """A customer of the worked example, rated; returns the id."""
    customer_id = bring(house, key, owner, number)
    with house.work("sunli") as work:
        ratings.rerate(work, customer_id)
    return customer_id


def speak(house: House, username: str, language: str) -> None:
    """Let this person read the pages in `language`."""
    with house.work(username) as work:
        people.set_locale(work, language)


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def post(client: FlaskClient, page: str, address: str | None = None, typed: Any = (), **more: Any) -> TestResponse:
    """Send the form of `page` with what was typed, its token, key and version as the browser would."""
    html = text(client.get(page))
    sent = [("csrf_token", csrf_of(html))]
    for name, pattern in (("idempotency_key", KEY), ("row_version", VERSION)):
        found = pattern.search(html)
        if found is not None:
            sent.append((name, found[1]))
    sent += list(typed.items() if isinstance(typed, dict) else typed)
    return client.post(address or page, data=_multi(sent), **more)


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for name, value in pairs:
        out.setdefault(name, []).append(value)
    return out


def figures(html: str) -> dict[str, str]:
    """Every figure of a page by its name: the exact value behind it."""
    return {name: value for name, value, _ in DATA.findall(html)}


def shown(html: str) -> dict[str, str]:
    """Every figure of a page by its name: as a reader sees it."""
    return {name: re.sub(r"<[^>]+>", "", words).strip() for name, _, words in DATA.findall(html)}
