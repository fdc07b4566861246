"""What may follow what on the command line, for the shells' completion: read off the commands themselves.

The result is a table, one literal in each of `shell/complete.*`, so that TAB starts no process. Its rows:

    COMMAND|WORD|TAKES|HELP     an option of COMMAND, or ("" for COMMAND) a command or an option of venvhook's own
    COMMAND||TAKES|             COMMAND's next argument

TAKES are the words that there are to choose from, or one of @folder, @command, @line (a command and all that follows),
@python, @text; "" for a mere flag.
"""

from __future__ import annotations

from venvhook.managers import MANAGERS
from venvhook.shells import SHELLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# What the values of the commands' parameters are, by the parameters' names.
TAKES = {
    "command": "@command",
    "directory": "@folder",
    "manager": " ".join(MANAGERS),
    "prompt": "@text",
    "python": "@python",
    "shell": " ".join(SHELLS),
    "shells": " ".join(SHELLS),
    "venv": "@folder",
}


def table() -> str:
    """The rows, a line each. KeyError for a parameter that TAKES does not know."""
    import typer

    from venvhook.cli.app import app

    group: Any = typer.main.get_command(app)
    rows = list(_options("", group))
    for name, command in group.commands.items():
        if not command.hidden:
            rows.append(("", name, "", _line(command.help)))
            rows += _options(name, command)
            arguments = [each for each in command.params if each.param_type_name == "argument"]
            rows += [(name, "", "@line" if each.nargs == -1 else TAKES[each.name], "") for each in arguments]
    return "\n".join("|".join(field.replace("|", "/") for field in row) for row in rows)


def _options(name: str, command: Any) -> Iterator[tuple[str, str, str, str]]:
    for option in command.params:
        if option.param_type_name == "option" and not option.hidden:
            word = max(option.opts, key=len)
            yield name, word, "" if option.is_flag else TAKES[option.name], _line(option.help)
    yield name, "--help", "", "Show what it does and takes"


def _line(text: str | None) -> str:
    """The first line of TEXT, without its full stop and the marks that a terminal would show as they are."""
    return (text or "").strip().partition("\n")[0].replace("`", "").rstrip(".")
