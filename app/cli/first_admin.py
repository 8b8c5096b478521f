"""`flask first-admin`: let the first person into an empty Credence; everybody else is added on the pages."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.access import Grant, Role, Scope
from app.cli.demo import both, is_empty
from app.cli.serve import prepare
from app.edge.locale import problem_text
from app.edge.runtime import runtime
from app.edge.transaction import begin_work
from app.services import people
from app.services.passwords import hasher
from app.work import SYSTEM
from rules import Invalid


@click.command("first-admin")
@click.argument("username")
@click.argument("name")
@with_appcontext
def first_admin_command(username: str, name: str) -> None:
    """Make USERNAME, a person called NAME, the first system admin of an empty database.

    Prints a one-time password, which is changed at the first sign-in. Refused once anybody is there: there is no way
    around the pages then.
    """
    instance = runtime()
    prepare(instance)
    secret = hasher(instance.settings.argon2_memory_kib, instance.settings.argon2_rounds).one_time()
    if not is_empty(instance):
        raise click.ClickException(both("first_admin.not_empty"))
    try:
        with begin_work(instance, SYSTEM, "first-admin") as work:
            people.create_user(
                work, people.Profile(username, name), secret, [Grant(Role.SYSTEM_ADMIN, Scope.ALL)]
            )  # fmt: skip
    except Invalid as error:
        raise click.ClickException("\n".join(problem_text(problem) for problem in error.problems)) from None
    click.echo(both("first_admin.made", username=username, password=secret.password))
    click.echo(both("first_admin.next"))


commands = [first_admin_command]
