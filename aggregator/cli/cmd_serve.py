"""`aggregator serve`: the archive in the browser, in other programs, in feed readers."""

import os
from typing import Annotated

import typer

from aggregator.cli import global_options

Host = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where it listens; 0.0.0.0: everywhere.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")]
RootPath = Annotated[
    str, typer.Option("--root-path", metavar="PATH", help="What a proxy puts before every path, such as /news.")
]
AllowHost = Annotated[
    list[str] | None, typer.Option("--allow-host", metavar="NAME", help="A name it is asked by, beside localhost.")
]
TrustProxy = Annotated[
    list[str] | None,
    typer.Option("--trust-proxy", metavar="ADDRESS", help="A proxy whose X-Forwarded headers are believed."),
]


def serve(
    ctx: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    root_path: RootPath = "",
    allow_host: AllowHost = None,
    trust_proxy: TrustProxy = None,
) -> None:
    """Serve the archive over HTTP: pages, the API, feeds, the protocols of feed readers.

    On this machine alone it may be read without a password; other machines are let in once there is one.

    \b
    aggregator serve
    aggregator web password me                               then
    aggregator serve --host 0.0.0.0 --port 8080
    aggregator serve --allow-host news.example.org --trust-proxy 127.0.0.1
    """
    from aggregator.web.serve import Address, run, server

    options = global_options.of(ctx)
    address = Address(host, port, root_path, allow_host or (), trust_proxy or ())
    with options.existing_store() as store:
        run(server(store, address, options.editable_config(), os.environ), address, options.say_at_once)
