"""The API of the house, version 1: the same services, access rules and problems as its pages, for programs."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

NOUNS = (
    "me",
    "customers",
    "ratings",
    "exposure_items",
    "files",
    "credit_requests",
    "books",
    "histories",
    "inbox",
    "tasks",
    "cases",
    "definitions",
)


def register(app: Flask) -> None:
    """Every noun with its description, and the pages that show it."""
    openapi = import_module("app.api.openapi")
    description = openapi.describe(app)
    for name in NOUNS:
        description.register_blueprint(import_module(f"app.api.{name}").noun)
    app.register_blueprint(openapi.blueprint)
