"""Commands that a message gives a person to type, in the words of the shell that each system has by itself."""

from __future__ import annotations

from venvhook.system import HERE, WINDOWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.system import System


def word(text: str, system: System = HERE) -> str:
    """TEXT as one word of a command line. PowerShell doubles a quote between quotes, also a typographic one."""
    if system is not WINDOWS:
        from shlex import quote

        return quote(text)
    if text and all(c.isascii() and (c.isalnum() or c in "\\/:._-+") for c in text):
        return text
    return "'" + "".join(c * 2 if c in "'\u2018\u2019\u201a\u201b" else c for c in text) + "'"


def program(path: str, system: System = HERE) -> str:
    """The words that begin a command line and start the program PATH."""
    quoted = word(path, system)
    return f"& {quoted}" if system is WINDOWS and quoted.startswith("'") else quoted


def delete(path: str, system: System = HERE) -> str:
    """The command that deletes the file PATH."""
    return f"Remove-Item -LiteralPath {word(path, system)}" if system is WINDOWS else f"rm {word(path, system)}"


def delete_folder(path: str, system: System = HERE) -> str:
    """The command that deletes the folder PATH with all that is in it."""
    if system is WINDOWS:
        return f"Remove-Item -Recurse -Force -LiteralPath {word(path, system)}"
    return f"rm -rf {word(path, system)}"


def move(path: str, to: str, system: System = HERE) -> str:
    """The command that gives PATH the name TO, where nothing is."""
    if system is WINDOWS:
        return f"Move-Item -LiteralPath {word(path, system)} -Destination {word(to, system)}"
    return f"mv {word(path, system)} {word(to, system)}"
