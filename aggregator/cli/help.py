"""Writes the help of a command in the words of its declarations, without the parser's names of types."""

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

if TYPE_CHECKING:
    Context = Any  # the parser's own classes are in a private module
    Formatter = Any


class Command(TyperCommand):
    """A command whose arguments are named in usage and help as they are declared."""

    def collect_usage_pieces(self, ctx: "Context") -> list[str]:
        """Returns what stands behind the command's name in its usage."""
        options = [self.options_metavar] if self.options_metavar else []
        return [*options, *(name for name, _ in self._arguments(ctx))]

    def format_options(self, ctx: "Context", formatter: "Formatter") -> None:
        """Writes the arguments and options, a line each."""
        options = [param.get_help_record(ctx) for param in self.get_params(ctx) if param.param_type_name == "option"]
        for title, records in (("Arguments", self._arguments(ctx)), ("Options", list(filter(None, options)))):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def _arguments(self, ctx: "Context") -> list[tuple[str, str]]:
        params: list[Any] = [param for param in self.get_params(ctx) if param.param_type_name == "argument"]
        return [(param.metavar or param.name.upper(), param.help or "") for param in params]
