"""`aggregator web`: who may read the archive over HTTP."""

import sys
import time
from typing import Annotated

import typer

from aggregator.cli import global_options
from aggregator.cli.help import Command
from aggregator.errors import UsageError

commands = typer.Typer(
    no_args_is_help=True, help="The password and the tokens that `aggregator serve` asks for.", rich_markup_mode=None
)


@commands.command("password", cls=Command)
def password(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help="The name to log in with.")],
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the password from the first line of stdin.")] = False,
) -> None:
    """Set the name and the password to log in with; a running server takes them at once.

    \b
    aggregator web password me
    pass show news | aggregator web password me --stdin
    """
    from aggregator.access.grant import set_password

    options = global_options.of(ctx)
    if stdin:
        sent = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        sent = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        raise UsageError("no terminal to ask for the password at; --stdin reads it from stdin")
    with options.open_store() as store:
        set_password(store, user, sent, int(time.time()))
    options.say(f"{user} may log in now")


@commands.command("token", cls=Command)
def token(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    out: Annotated[bool, typer.Option("--out", help="Good for the feeds under /out/ alone, as ?key=.")] = False,
) -> None:
    """Make a token for a program, and print it: this once alone.

    \b
    aggregator web token phone
    aggregator web token lounge --out
    """
    from aggregator.access.grant import new_token

    with global_options.of(ctx).open_store() as store:
        print(new_token(store, name, "out" if out else "all", int(time.time())))


@commands.command("tokens", cls=Command)
def tokens(ctx: typer.Context) -> None:
    """List the tokens: what they open, when they were made and used."""
    from aggregator.access import grant
    from aggregator.cli import output
    from aggregator.times import iso

    with global_options.of(ctx).existing_store() as store:
        found = grant.tokens(store)
    columns = [output.Column("name", flexible=1), *map(output.Column, ("opens", "made", "used"))]
    rows = [
        (one.name, "everything" if one.scope == "all" else "/out/", iso(one.created_at), iso(one.used_at) or "never")
        for one in found
    ]
    output.table(columns, rows)


@commands.command("revoke", cls=Command)
def revoke(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """End a token: whoever has it is let in no more."""
    from aggregator.access.grant import revoke_token

    options = global_options.of(ctx)
    with options.existing_store() as store:
        revoke_token(store, name)
    options.say(f"{name} is no token any more")
