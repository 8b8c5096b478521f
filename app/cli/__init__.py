"""The command line, one file per noun: `flask --app wsgi COMMAND`."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

COMMANDS = ("serve", "demo", "first_admin", "settings", "ledger", "rate", "imports", "dmn")


def register(app: Flask) -> None:
    """Add every command to the application; each module has a list `commands`."""
    for name in COMMANDS:
        for command in import_module(f"app.cli.{name}").commands:
            app.cli.add_command(command)
