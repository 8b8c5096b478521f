"""Every route has an access rule, and what each role may open stands in a table that is read when it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from config import Settings


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Settings(home=tmp_path_factory.mktemp("home"), argon2_memory_kib=64, argon2_rounds=1, jobs="off"))


def test_every_route_has_an_access_rule(bare: Flask) -> None:
    naked = []
    for rule in bare.url_map.iter_rules():
        view = bare.view_functions[rule.endpoint]
        methods = [m.lower() for m in rule.methods or () if m not in ("HEAD", "OPTIONS")]
        found = (
            [getattr(getattr(view, "view_class"), method, None) for method in methods]  # noqa: B009
            if hasattr(view, "view_class")
            else [view]
        )
        if any(not hasattr(each, "__access__") for each in found):
            naked.append(f"{rule.endpoint} {rule.rule}")
    assert not naked


def test_nothing_unsafe_answers_to_get(bare: Flask) -> None:
    """Acts are POST, PUT, PATCH or DELETE; an address that acts never also answers to GET by the same view."""
    acting = ("delete", "publish", "decide", "retire", "revoke", "disable")
    both = [
        rule.rule
        for rule in bare.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.rsplit(".", 1)[-1].startswith(acting)
    ]
    assert not both


def test_addresses_are_kebab_case(bare: Flask) -> None:
    bad = [
        rule.rule
        for rule in bare.url_map.iter_rules()
        if any(part != part.lower() or "_" in part for part in rule.rule.split("/") if part and "<" not in part)
    ]
    assert not bad, Path("docs/glossary.md")
