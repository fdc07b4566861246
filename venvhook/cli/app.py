"""The commands and their options. What they do is imported when they are called, so that `--help` is quick."""
# No `from __future__ import annotations`: on Python 3.9, typer would not see what is annotated.
# ruff: noqa: UP006, UP035

import shutil
from typing import Annotated, Any, List, Optional

import typer
import typer.core

from venvhook import __version__
from venvhook.shells import SHELLS


class Commands(typer.core.TyperGroup):
    """The list of commands, of which typer would cut lines that do not fit."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Each with the first sentence of its help, in as many lines as that takes."""
        with formatter.section("Commands"):
            shown = [(name, command) for name, command in self.commands.items() if not command.hidden]
            formatter.write_dl([(name, command.get_short_help_str(limit=1000)) for name, command in shown])


# terminal_width: typer would take 50 columns for the least there is.
_settings = {
    "help_option_names": ["--help", "-h"],
    "terminal_width": max(min(shutil.get_terminal_size().columns, 80) - 2, 20),
}
# rich_markup_mode: rich would cost more than everything else together.
app = typer.Typer(cls=Commands, add_completion=False, rich_markup_mode=None, context_settings=_settings)


def _known(shell: str) -> str:
    if shell not in SHELLS:
        raise typer.BadParameter(f"{shell} is none of {', '.join(SHELLS)}")
    return shell


Directory = Annotated[
    Optional[str],
    typer.Argument(metavar="[DIR]", show_default=False, help="The project; without it, the one that you are in."),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Shell = Annotated[str, typer.Argument(metavar="SHELL", parser=_known, help=f"One of {', '.join(SHELLS)}.")]
Shells = Annotated[
    Optional[List[str]],
    typer.Option("--shell", metavar="SHELL", parser=_known, help="This shell; may be given more than once."),
]
PYTHON = "Which Python: 3.12, >=3.11, pypy3.10, or a path."
Python = Annotated[
    Optional[str], typer.Option("--python", metavar="VERSION", help=PYTHON[:-1] + "; noted in the marker.")
]
Locked = Annotated[bool, typer.Option("--locked", help="As the manager's lock file says; fail if it is out of date.")]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"venvhook {__version__}")
        raise typer.Exit()


@app.callback(invoke_without_command=True)
def venvhook(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """A project's Python environment, active when you are in its folder."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def init(
    context: typer.Context,
    directory: Annotated[
        Optional[str], typer.Argument(metavar="[DIR]", show_default=False, help="Its folder; default: this one.")
    ] = None,
    venv: Annotated[Optional[str], typer.Option("--venv", metavar="PATH", help="Where the environment is.")] = None,
    python: Annotated[Optional[str], typer.Option("--python", metavar="VERSION", help=PYTHON)] = None,
    manager: Annotated[
        Optional[str], typer.Option("--manager", metavar="NAME", help="Whose environment it is.")
    ] = None,
    prompt: Annotated[Optional[str], typer.Option("--prompt", metavar="NAME", help="The name that is shown.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Keep the marker out of git, for you alone.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="There is one: keep it, add what is found, change what is asked.")
    ] = False,
) -> None:
    """Write a marker for what is in the folder, and allow it."""
    from venvhook.cli import init

    init.init(context.obj, directory, init.Options(venv, python, manager, prompt, private, force))


@app.command()
def create(
    context: typer.Context,
    directory: Directory = None,
    python: Python = None,
    no_install: Annotated[bool, typer.Option("--no-install", help="Install nothing into it.")] = False,
    locked: Locked = False,
) -> None:
    """Make the environment, and install what the marker lists."""
    from venvhook.cli import make, wanted

    make.create(context.obj, directory, wanted.Options(python, not no_install, locked))


@app.command()
def rebuild(
    context: typer.Context,
    directory: Directory = None,
    python: Python = None,
    locked: Locked = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask; packages that nobody lists are dropped.")
    ] = False,
) -> None:
    """Make the environment anew.

    The old one comes back if that fails, or if you want to keep packages that only it has.
    """
    from venvhook.cli import make, wanted

    make.rebuild(context.obj, directory, wanted.Options(python, locked=locked, yes=yes))


@app.command()
def remove(
    context: typer.Context,
    directory: Directory = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete the environment, after asking. The marker stays."""
    from venvhook.cli import make

    make.remove(context.obj, directory, yes)


@app.command()
def allow(context: typer.Context, directory: Directory = None) -> None:
    """Show what a marker does, and allow it as it is now."""
    from venvhook.cli import allow

    allow.allow(context.obj, directory)


@app.command()
def deny(context: typer.Context, directory: Directory = None) -> None:
    """Silence a project for good; `allow` undoes it."""
    from venvhook.cli import allow

    allow.deny(context.obj, directory)


@app.command()
def status(context: typer.Context, directory: Directory = None, as_json: Json = False) -> None:
    """Which project and environment, why, allowed, in order?"""
    from venvhook.cli import status

    status.status(context.obj, directory, as_json)


@app.command()
def which(
    context: typer.Context,
    command: Annotated[
        str, typer.Argument(metavar="[COMMAND]", show_default=False, help="Default: python.")
    ] = "python",
) -> None:
    """The path that a command has in the environment."""
    from venvhook.cli import run

    run.which(context.obj, command)


@app.command(context_settings={"allow_interspersed_args": False})
def run(
    context: typer.Context,
    command: Annotated[List[str], typer.Argument(metavar="[--] COMMAND...", help="With its arguments.")],
    directory: Annotated[Optional[str], typer.Option("--dir", metavar="DIR", help="The project.")] = None,
) -> int:
    """Run a command in the environment, without any hook.

    For scripts, cron, editors, CI. Its exit status is the command's.
    """
    from venvhook.cli import run

    return run.run(context.obj, directory, command)


@app.command("list")
def known(context: typer.Context, as_json: Json = False) -> None:
    """The projects that you decided about."""
    from venvhook.cli import known

    known.known(context.obj, as_json)


@app.command()
def prune(context: typer.Context) -> None:
    """Forget projects whose folder is gone."""
    from venvhook.cli import known

    known.prune(context.obj)


@app.command()
def pythons(
    context: typer.Context,
    python: Annotated[Optional[str], typer.Option("--python", metavar="VERSION", help=PYTHON)] = None,
    as_json: Json = False,
    names: Annotated[bool, typer.Option("--names", hidden=True)] = False,
) -> None:
    """The interpreters found, and which one `create` takes."""
    from venvhook.cli import pythons

    if names:
        pythons.names()
    else:
        pythons.pythons(context.obj, python, as_json)


@app.command()
def install(
    context: typer.Context,
    shells: Shells = None,
    no_rc: Annotated[
        bool, typer.Option("--no-rc", help="Leave the startup files alone; show the line for them.")
    ] = False,
) -> None:
    """Put the hook into the startup files of your shells."""
    from venvhook.cli import hooks

    hooks.install(context.obj, shells, not no_rc)


@app.command()
def uninstall(
    context: typer.Context,
    shells: Shells = None,
    purge: Annotated[bool, typer.Option("--purge", help="Forget all decisions and kept plans too.")] = False,
) -> None:
    """Take the hook out again.

    The startup files become what they were.
    """
    from venvhook.cli import hooks

    hooks.uninstall(context.obj, shells, purge)


@app.command(hidden=True)
def prove(
    context: typer.Context,
    shells: Shells = None,
    no_rc: Annotated[bool, typer.Option("--no-rc", help="Load the hook in the session itself.")] = False,
) -> int:
    """Show in each shell that entering and leaving work."""
    from venvhook.cli import hooks

    return hooks.prove(context.obj, shells, not no_rc)


@app.command()
def hook(context: typer.Context, shell: Shell) -> None:
    """Print a shell's hook.

    For those who manage their startup files themselves.
    """
    from venvhook.cli import hooks

    hooks.hook(context.obj, shell)


@app.command()
def completion(context: typer.Context, shell: Shell) -> None:
    """Print a shell's completion; `install` sets it up."""
    from venvhook.cli import hooks

    hooks.completion(shell)


@app.command()
def doctor(context: typer.Context, as_json: Json = False) -> int:
    """Try the hook in your shells; say what is in its way."""
    from venvhook.cli import doctor

    return doctor.doctor(context.obj, as_json)


@app.command()
def plan(context: typer.Context, shell: Shell, directory: Directory = None) -> None:
    """Print the commands that entering and leaving run."""
    from venvhook.cli import hooks

    hooks.plan(context.obj, shell, directory)


@app.command()
def on(context: typer.Context) -> None:
    """Switch the hook on again in this shell.

    Also ends the pause of a `deactivate`.
    """
    from venvhook.cli import hooks

    hooks.switch(context.obj, "on")


@app.command()
def off(context: typer.Context) -> None:
    """Leave the project; nothing is entered until `on`."""
    from venvhook.cli import hooks

    hooks.switch(context.obj, "off")
