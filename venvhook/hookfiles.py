"""The files that the startup files load, and what those call: shipped texts with the literals of this installation."""

from __future__ import annotations

import os
import sys

from venvhook import config
from venvhook.errors import VenvhookError
from venvhook.pythons import genuine
from venvhook.shells import INTERFACE, PARTS, SHELLS, emitter
from venvhook.system import encode, join_list, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from venvhook.folders import Folders


def hook_path(places: Folders, shell: str) -> str:
    """The file that the startup files of SHELL load."""
    return os.path.join(places.hook, "venvhook" + emitter(shell).SUFFIX)


def load_line(places: Folders, shell: str) -> str:
    """The line of SHELL that loads its hook, for startup files: silent where the hook is missing."""
    return emitter(shell).load(hook_path(places, shell))


def there(places: Folders, but: Sequence[str] = ()) -> list[str]:
    """The shells that have a hook, BUT some."""
    return [shell for shell in SHELLS if shell not in but and os.path.exists(hook_path(places, shell))]


def wanted(places: Folders, shells: Iterable[str]) -> dict[str, tuple[str, bytes]]:
    """By path, launcher, hooks, what the hooks read later, and completion: the shell
    that each is for, and what it holds."""
    files = {os.path.join(places.hook, "launch.py"): ("", _launcher(places))}
    for shell in shells:
        files[hook_path(places, shell)] = (shell, hook(places, shell))
        suffix = emitter(shell).SUFFIX
        for part in PARTS:
            if os.path.exists(_template(part, shell)):
                path = os.path.join(places.hook, f"{part}-{INTERFACE}{suffix}")
                files[path] = (shell, shipped(part, shell))
        files[os.path.join(places.hook, f"complete{suffix}")] = (shell, completion(shell))
    return files


def hook(places: Folders, shell: str) -> bytes:
    """The hook of SHELL with the literals of this installation. VenvhookError when a template is not one of ours."""
    settings = config.usable(places.config, places.home)
    literals = {
        "PYTHON": interpreter(places),
        "LAUNCHER": os.path.join(places.hook, "launch.py"),
        "PARTS": places.hook,
        "CACHE": places.cache,
        "CEILING": join_list(settings.ceiling),
        "WRAP_CD": "1" if settings.wrap_cd else "0",
    }
    return shipped("venvhook", shell, {f"'@VENVHOOK_{n}@'": emitter(shell).quote(text) for n, text in literals.items()})


def completion(shell: str) -> bytes:
    """What completes the command line in SHELL, from the commands as they are."""
    from venvhook.completion import table

    return shipped("complete", shell, {"'@VENVHOOK_TABLE@'": emitter(shell).quote(table())})


def shipped(name: str, shell: str, literals: Mapping[str, str] | None = None) -> bytes:
    """The file NAME for SHELL as it is shipped, with LITERALS filled in. VenvhookError when it is not one of ours."""
    return _fill(_template(name, shell), literals or {})


def _launcher(places: Folders) -> bytes:
    package = _settled(os.path.dirname(_package()), places)
    literals = {"package": package, **places._asdict()}
    ours = {
        f'"@VENVHOOK_{n.upper()}@"': ascii(encode(p).decode("utf-8", "surrogateescape"))
        for n, p in literals.items()
    }
    return _fill(os.path.join(_package(), "_launch.py"), ours)


def _fill(path: str, literals: Mapping[str, str]) -> bytes:
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError as error:
        raise VenvhookError(f"cannot be read ({error.strerror})", path, remedy="install venvhook again") from error
    for literal, value in literals.items():
        text = text.replace(literal.encode(), encode(value))
    if b"@VENVHOOK_" in text:
        raise VenvhookError("has a literal that is not known", path, remedy="install venvhook again")
    return text


def interpreter(places: Folders) -> str:
    """The Python that the hooks start: the one that runs now. VenvhookError when that is a script (a shim)."""
    return genuine(_settled(sys.executable, places), "start one by its own path")


def _package() -> str:
    return os.path.dirname(os.path.abspath(__file__))


def _templates() -> str:
    """The hooks as they are shipped: in the package, or beside it in a checkout."""
    shipped = os.path.join(_package(), "_shell")
    return shipped if os.path.isdir(shipped) else os.path.join(os.path.dirname(_package()), "shell")


def _template(name: str, shell: str) -> str:
    return os.path.join(_templates(), name + emitter(shell).SUFFIX)


def _settled(path: str, places: Folders) -> str:
    """PATH by the way that outlives an upgrade: install.sh makes `<data>/env` a link to the newest environment."""
    link = os.path.join(places.data, "env")
    if _inside_prefix(path) and os.path.isdir(link) and os.path.samefile(link, sys.prefix):
        return link + path[len(sys.prefix) :]
    return path


def in_environment() -> bool:
    """Whether the package is a part of the running environment; it is not when it is run from a checkout."""
    return _inside_prefix(_package())


def _inside_prefix(path: str) -> bool:
    return within(path, sys.prefix)
