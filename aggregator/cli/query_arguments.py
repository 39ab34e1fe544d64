"""Lets a query be written after a command without quotation marks: several words, and some that begin with `-`."""

from collections.abc import Sequence

from typer import Context

from aggregator.cli.help import Command


class QueryCommand(Command):
    """A command whose arguments are a query: `-football` and `-gone:true` are words of it, and no options."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Puts the words of the query behind the options, so that the parser takes them for no options."""
        return super().parse_args(ctx, self._sorted(args))

    def _sorted(self, args: Sequence[str]) -> list[str]:
        options, words = list[str](), list[str]()
        flags = {name for option in self.params if getattr(option, "is_flag", False) for name in option.opts}
        short = {name for option in self.get_params(Context(self)) for name in option.opts if len(name) == 2}
        rest = list(args)
        while rest:
            argument = rest.pop(0)
            if argument == "--":
                words += rest
                break
            if argument.startswith("--") and len(argument) > 2:
                options.append(argument)
                if "=" not in argument and argument not in flags and argument != "--help" and rest:
                    options.append(rest.pop(0))
            elif argument in short:
                options.append(argument)
            else:
                words.append(argument)
        return [*options, "--", *words]
