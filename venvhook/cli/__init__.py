"""The command line: from arguments to an exit status. Decides what an error looks like and which status it gives.

0: done. 1: a VenvhookError, one line on stderr. 2: arguments that are not understood. 130: Ctrl-C. 141: nobody reads
the output any more. What a command does is in a module of its own, imported when it is called.
"""

from __future__ import annotations

import codecs
import errno
import os
import sys

from venvhook.errors import VenvhookError, shown
from venvhook.system import HERE, WINDOWS, decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from venvhook.folders import Folders
    from venvhook.system import System

INTERRUPTED, UNREAD = 130, 141


def script() -> NoReturn:
    """The console script: the folders are those that were fixed at install, else the platform's."""

    def start() -> int:
        from venvhook import folders

        return main(sys.argv[1:], folders.find())

    sys.exit(_told(start))


def main(arguments: Sequence[str], folders: Folders) -> int:
    """Run the command that ARGUMENTS name; the exit status."""
    _open_missing()
    codecs.register_error("venvhook", _spelled)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path of bytes, or a locale without its characters, is still shown
            stream.reconfigure(errors="venvhook", encoding=_read_as() if not stream.isatty() else None)
    return _told(lambda: _run(list(arguments), folders))


def _spelled(error: UnicodeError) -> tuple[str | bytes, int]:
    """What an encoding lacks, as an escape; our own three dots as three dots (codecs.register_error)."""
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] == "…":
        return "...", error.start + 1
    return codecs.backslashreplace_errors(error)


def _read_as() -> str | None:
    """What a program that reads our output takes it for, where that is not what Python writes: Windows alone.

    PowerShell, cmd and their likes read by the console's code page, which programs are told; -X utf8 does not matter.
    """
    if HERE is not WINDOWS:
        return None
    from venvhook.windows import code_page, encoding

    return encoding(code_page())


def _open_missing() -> None:
    """Put the null device where a standard stream is closed (`>&-`): else the next file opened would be the output.

    What `run` starts finds it closed again, as it was: descriptors that Python opens are not handed on (PEP 446).
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))


def _run(arguments: list[str], folders: Folders) -> int:
    import typer

    from venvhook.cli.app import app

    try:
        command = typer.main.get_command(app)
        status = command.main(args=arguments, prog_name="venvhook", standalone_mode=False, obj=folders)
        sys.stdout.flush()
    except typer.Abort:
        return INTERRUPTED
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # which typer hides behind a status of its own
            raise end.__context__ from None
        raise
    except Exception as error:
        if not hasattr(error, "format_message"):  # what typer's errors have, and its versions call differently
            raise
        return _usage(error, arguments)
    return status if isinstance(status, int) else 0


def _usage(error: Exception, arguments: Sequence[str]) -> int:
    said = str(error.format_message()).rstrip(".").split(". ")  # type: ignore[attr-defined]
    message = "; ".join(sentence[:1].lower() + sentence[1:] for sentence in said)
    context = getattr(error, "ctx", None)
    path = context.command_path if context else " ".join(["venvhook", *arguments[:1]])
    choices = getattr(getattr(error, "param", None), "help", None)
    if choices and message.startswith("missing"):
        message += f" ({choices[:1].lower()}{choices[1:].rstrip('.')})"
    _say(f"{message}{'' if message.endswith('?') else ';'} see: {path} --help")
    return 2


def _told(command: Callable[[], int]) -> int:
    """The status of COMMAND, with its errors told."""
    try:
        return command()
    except VenvhookError as error:
        for each in (error, *error.others):
            _say(str(each))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _flush()
        return UNREAD
    except OSError as error:
        if unread(error):
            _flush()
            return UNREAD
        _say(str(VenvhookError((error.strerror or str(error)).lower(), _path(error))))
        return 1
    except Exception as error:
        _say(f"unforeseen: {_unforeseen(error)}; please report this, and what you typed")
        return 1


def unread(error: OSError, system: System = HERE) -> bool:
    """Whether ERROR is that nobody reads the output any more, which Windows calls an invalid argument."""
    return system is WINDOWS and error.errno == errno.EINVAL and error.filename is None


def _unforeseen(error: Exception) -> str:
    """What ERROR, a defect of ours or a limit of the machine, is, and where in our code it came up, in one line."""
    import traceback

    if isinstance(error, MemoryError):
        return "there is not enough memory"
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    steps = [step for step in traceback.extract_tb(error.__traceback__) if step.filename.startswith(own)]
    where = f" ({os.path.relpath(steps[-1].filename, own)}:{steps[-1].lineno})" if steps else ""
    said = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}{': ' if said else ''}{said}{where}"


def _path(error: OSError) -> str | None:
    name = error.filename
    return decode(name) if isinstance(name, bytes) else name if isinstance(name, str) else None


def _flush() -> None:
    """Show what was shown before an error before it, in the log of a job too."""
    try:
        sys.stdout.flush()
    except OSError:  # nobody reads it, or the disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that nothing fails when it is closed


def _say(line: str) -> None:
    _flush()
    print(f"venvhook: {shown(line)}", file=sys.stderr)
