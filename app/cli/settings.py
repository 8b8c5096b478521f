"""`flask settings`: every setting, its value, and what it is for."""

from __future__ import annotations

from dataclasses import fields

import click
from flask.cli import with_appcontext

from app.edge.runtime import runtime


@click.command("settings")
@with_appcontext
def settings_command() -> None:
    """Show each setting with its environment variable, value and meaning."""
    found = runtime().settings
    for each in fields(found):
        value = getattr(found, each.name)
        if each.name == "database" and "@" in str(value):
            value = "…@" + str(value).rsplit("@", 1)[1]  # the part before may hold a password
        click.echo(f"CREDENCE_{each.name.upper()} = {value}\n    {each.metadata['what']}")


commands = [settings_command]
