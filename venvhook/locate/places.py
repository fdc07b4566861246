"""The platform's folders for a program, as platformdirs has them: the managers keep settings and environments there."""

from __future__ import annotations

import os

from venvhook.system import MACOS, WINDOWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.locate import Search

_LINUX = {"config": ".config", "data": ".local/share", "cache": ".cache"}
_MACOS = {"config": "Library/Application Support", "data": "Library/Application Support", "cache": "Library/Caches"}


def folder(search: Search, kind: str, name: str, author: bool = False, roaming: bool = False) -> str:
    """The user's folder of a KIND (config, data, cache) for the program NAME.

    Windows: AUTHOR puts a second folder of that name around it (what platformdirs does unless told not to), ROAMING
    takes the one that follows the user. An `XDG_…_HOME` that is absolute wins elsewhere, on macOS too.
    """
    if search.system is WINDOWS:
        base = search.variable("APPDATA" if roaming else "LOCALAPPDATA") or search.home()
        parts = ([name] if author else []) + [name] + (["Cache"] if kind == "cache" else [])
        return os.path.join(base, *parts)
    base = search.variable(f"XDG_{kind.upper()}_HOME") or ""
    if not os.path.isabs(base):
        base = os.path.join(search.home(), (_MACOS if search.system is MACOS else _LINUX)[kind])
    return os.path.join(base, name)
