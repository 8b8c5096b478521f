"""`flask serve`: look whether it can, migrate, load or finish the demo where asked, and serve with jobs inside."""

from __future__ import annotations

import errno
import os
import socket
from contextlib import closing
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from app.cli import demo
from app.edge.runtime import EXTENSION, Runtime, runtime
from config import Settings, address_shown
from migrations.run import migrate


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Bring the database to the newest shape."""
    prepare(runtime())
    click.echo("The database has the newest shape.")


@click.command("serve")
@click.option("--demo", "with_demo", is_flag=True, help="load the demo data when the database is empty")
@with_appcontext
def serve_command(with_demo: bool) -> None:
    """Serve the product; jobs run inside unless CREDENCE_JOBS=off."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    instance: Runtime = app.extensions[EXTENSION]
    check_port(instance.settings)
    prepare(instance)
    fresh = with_demo and demo.is_empty(instance)
    if fresh or demo.is_unfinished(instance):
        demo.load(instance, click.echo)
        fresh = True
    demo.introduce(instance, click.echo, whole=fresh)
    if demo.is_empty(instance):
        click.echo(demo.both("serve.nobody"))
    instance.database.dispose()  # connections do not survive a fork
    server()(app, instance, lambda: click.echo(demo.both("serve.ready", address=address(instance.settings))))


def server() -> Any:
    """The server of this system: gunicorn, which needs POSIX, or waitress."""
    if os.name == "nt":
        from app.cli.plain_server import serve
    else:
        from app.cli.posix_server import serve
    return serve


def address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def check_port(settings: Settings) -> None:
    """Before anything is loaded: nobody waits for a demo only to hear that the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with closing(socket.socket(family)) as probe:
            if os.name != "nt":  # there it would let two servers share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
            probe.listen(1)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        key = "serve.port_taken" if taken else "serve.cannot_listen"
        text = demo.both(key, host=settings.host, port=settings.port, error=error.strerror or str(error))
        raise click.ClickException(text) from None


def prepare(instance: Runtime) -> None:
    """The database in the newest shape; one that does not answer is told in a sentence."""
    try:
        migrate(instance.database.write)
    except OperationalError as error:
        place = address_shown(instance.settings.database_url)
        text = demo.both("serve.no_database", place=place, error=str(error.orig).strip())
        raise click.ClickException(text) from None


commands = [serve_command, migrate_command]
