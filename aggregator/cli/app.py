"""Builds the command `aggregator`: its global options, its commands, and what becomes of errors."""

import os
import re
import sys
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from aggregator.cli import gc_tuning, global_options
from aggregator.cli.help import Command
from aggregator.cli.query_arguments import QueryCommand
from aggregator.errors import AggregatorError

# The commands in the order in which help lists them: the function of each in its module `cmd_NAME.py`; families, each
# with its `commands`, follow.
_COMMANDS = {
    "fetch": "fetch",
    "daemon": "daemon",
    "worker": "worker",
    "serve": "serve",
    "search": "search",
    "show": "show",
    "extract": "extract",
    "export": "export",
    "import": "import_articles",
    "reextract": "reextract",
    "mcp": "mcp",
    "doctor": "doctor",
    "demo": "demo",
}
_FAMILIES = ("web", "stories", "alerts", "feeds", "db")


def build(wanted: str | None = None) -> typer.Typer:
    """Returns the program with the command of that name alone, or with all where none is called so.

    To import and declare all of them takes longer than what many a command does.
    """
    app = typer.Typer(
        name="aggregator",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_global)
    names = (*_COMMANDS, *_FAMILIES)
    for name in [wanted] if wanted in names else names:
        module = import_module(f"aggregator.cli.cmd_{name}")
        if name in _FAMILIES:
            app.add_typer(module.commands, name=name)
        else:
            app.command(name, cls=QueryCommand if name == "search" else Command)(getattr(module, _COMMANDS[name]))
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        from aggregator import __version__

        print(f"aggregator {__version__}")
        raise typer.Exit


def _global(
    ctx: typer.Context,
    config: Annotated[
        str | None,
        typer.Option("--config", metavar="PATH", help="feeds.yaml; default: the one here, else the user's own."),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="URL", help="Default: sqlite:///aggregator.db beside feeds.yaml."),
    ] = None,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, show_default=False, help="Log more; twice: everything.")
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log errors alone, and show no progress.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """A news aggregator: polls feeds, keeps only the article, knows what is one story, stores everything in SQL.

    \b
    aggregator demo                        see it work, with no internet
    aggregator feeds add URL               subscribe
    aggregator fetch                       poll what is due and fetch its articles
    aggregator search 'budget AND vote'    ask the archive

    These options may stand before or behind the command; each setting of feeds.yaml is also a variable AGGREGATOR_NAME.
    Results go to stdout, logs, failures and progress to stderr. Exit codes: 0 done, 1 it failed, 2 wrong usage or
    configuration.
    """
    ctx.obj = global_options.Globals(config, database, quiet, verbose)
    global_options.set_up_logging(quiet, verbose, json=global_options.wants_json_log(os.environ))
    global_options.warn_of_variables(os.environ)


def run() -> NoReturn:
    """Runs the command; errors that people cause are one line, and the process ends with the code they carry."""
    try:
        arguments = global_options.hoisted(sys.argv[1:])
        code = build(global_options.command_of(arguments))(arguments, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        code = _reader_left()
    except SystemExit as ended:  # the parser's answer to a broken pipe, among others
        code = _reader_left() if isinstance(ended.__context__, BrokenPipeError) else ended.code
    except (KeyboardInterrupt, typer.Abort):
        code = _say("interrupted", 130)
    except AggregatorError as error:
        code = _say(str(error), error.exit_code)
    except OSError as error:  # a full disk, a folder that is none: no bug, and nothing that a trace explains
        if os.environ.get("AGGREGATOR_DEBUG") or not error.strerror:
            raise
        code = _say(f"{error.filename or 'the output'}: {error.strerror}", 1)
        _drop_output()
    except Exception as error:
        if os.environ.get("AGGREGATOR_DEBUG"):
            raise
        code = _usage(error) or _bug(error)
    gc_tuning.skip_at_exit()
    sys.exit(code if isinstance(code, int) else 0)


def _reader_left() -> int:
    """Ends well where the reader has seen enough (`aggregator search … | head`); Python would complain about it."""
    _drop_output()
    return 0


def _drop_output() -> None:
    """Sends what is still to be written nowhere: else Python would try it again at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)


# What the parser says of a wrong value, and how it is said here.
_THEIR_WORDS = (
    (r"Value error, ", ""),
    (r"Input should be a valid integer\b.*", "it is not a whole number"),
    (r"Input should be greater than or equal to (\S+)", r"it is less than \1"),
    (r"Input should be ", "it should be "),
    (r"'([^']*)' is not a valid int(?: range|eger)?", r"'\1' is not a whole number"),
    (r"-?\d+ is not in the range x>=(-?\d+)", r"it is less than \1"),
    (r"(-?\d+) is not in the range (-?\d+)<=x<=(-?\d+)", r"\1 is not from \2 to \3"),
)


def _usage(error: Exception) -> int:
    """Says what is wrong with the command line; returns 0 if the error is of another kind.

    The parser's own errors are told by what they can do: typer ships them in a private module.
    """
    if not hasattr(error, "format_message"):
        return 0
    context = getattr(error, "ctx", None)
    message = " ".join(str(error.format_message()).split()).rstrip(".")
    for theirs, ours in _THEIR_WORDS:
        message = re.sub(theirs, ours, message)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        print(context.get_help(), file=sys.stderr)
        return 2
    return _say(f"{message}; see `{context.command_path if context else 'aggregator'} --help`", 2)


def _bug(error: Exception) -> int:
    what = f"{type(error).__name__}: {error}"
    return _say(f"{what}: this is a bug; AGGREGATOR_DEBUG=1 shows where", 1)


def _say(message: str, code: int) -> int:
    """Prints one line on stderr, and returns the exit code."""
    print(f"aggregator: {' '.join(message.split())}", file=sys.stderr)
    return code
