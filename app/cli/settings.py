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
        click.echo(f"CREDENCE_{each.name.upper()} = {found.shown(each.name)}\n    {each.metadata['what']}")


commands = [settings_command]
