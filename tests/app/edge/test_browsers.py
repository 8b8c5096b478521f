"""What a browser says of itself, as people read it in the list of where they are signed in."""

from __future__ import annotations

import pytest
from flask import Flask

from app import create_app
from app.edge.browsers import browser_words
from config import Settings

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAID = [
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/139.0.0.0 Safari/537.36", "Chrome 139 · Windows"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
     "Edge 139 · Windows"),
    (f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/140.0.0.0 Safari/537.36", "Chrome 140 · Linux"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128 · Linux"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
     "Safari/605.1.15", "Safari 17 · macOS"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
     "Mobile/15E148 Safari/604.1", "Safari 17 · iPhone"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
     "MicroMessenger/8.0.49(0x18003137)", "WeChat 8 · iPhone"),
    (f"Mozilla/5.0 (Linux; Android 14; 23127PN0CC) {KIT} Version/4.0 Chrome/122.0.6261.120 Mobile Safari/537.36",
     "Chrome 122 · Android"),
    ("curl/8.5.0", "curl/8.5.0"),
    ("x" * 200, "x" * 60 + "…"),
    ("Chrome/" + "9" * 200, "Chrome 9999"),
    ("", "未知"),
    (None, "未知"),
]  # fmt: skip


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    app = create_app(Settings(home=tmp_path_factory.mktemp("home"), jobs="off"))
    app.testing = True
    return app


@pytest.mark.parametrize(("agent", "words"), SAID)
def test_what_a_browser_is_called(bare: Flask, agent: str | None, words: str) -> None:
    with bare.test_request_context():
        assert browser_words(agent) == words
