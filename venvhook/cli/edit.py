"""Markers that commands write. Decides that what a person wrote in one stays: keys, their order, and comments."""

from __future__ import annotations

import os
import stat

from venvhook import folders as own
from venvhook import marker
from venvhook.cli import allow
from venvhook.errors import VenvhookError
from venvhook.files import decode
from venvhook.system import encode
from venvhook.trust import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from venvhook.folders import Folders
    from venvhook.project import Project

COMMENTS = {
    "venv": "where the environment is",
    "manager": "whose environment it is",
    "python": "the Python that `venvhook create` takes",
    "prompt": "the name that is shown",
    "requirements": "what `venvhook create` installs",
    "packages": "what it installs besides",
    "dotenv": "variables that are set while inside",
}
_BOM = b"\xef\xbb\xbf"


def changed(before: bytes, path: str, changes: Mapping[str, object]) -> bytes:
    """The marker BEFORE (of the file PATH) with CHANGES of its keys; a new key gets a comment that says what it does.

    VenvhookError for what is no marker, or would be none then.
    """
    import tomlkit

    marker.parse(before, path)
    document = tomlkit.parse(decode(before, path))
    for key, value in changes.items():
        document[key] = value if key in document else tomlkit.item(value).comment(COMMENTS[key])
    text = tomlkit.dumps(document) or "# Empty: venvhook finds this project's environment by itself.\n"
    if b"\r\n" in before:
        text = text.replace("\n", "\r\n")
    data = (_BOM if before.startswith(_BOM) else b"") + encode(text)
    marker.parse(data, path)
    if len(data) > marker.LIMIT:
        raise VenvhookError(f"would be larger than {marker.LIMIT} bytes", path, remedy="make it shorter")
    return data


def write(path: str, text: bytes) -> None:
    """Make TEXT the marker PATH, with the mode that it had. VenvhookError where that cannot be."""
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.isfile(path) else 0o644
        own.write(path, text, mode)
    except OSError as error:
        problem = f"cannot be written ({(error.strerror or '').lower()})"
        raise VenvhookError(problem, path, remedy="make its folder writable, or move away what is there") from None


def change(folders: Folders, asked: Project, changes: Mapping[str, object]) -> None:
    """Write CHANGES into the marker of ASKED, a project that is allowed, and allow that too. VenvhookError."""
    path = asked.marker_path
    if os.path.islink(path):
        raise VenvhookError("is a link, so it is left as it is", path)
    text = changed(asked.text, path, changes)
    if marker.read(asked.folder) != asked.text:
        raise VenvhookError("was edited meanwhile, so it is left as it is", path)
    write(path, text)
    if asked.record:  # else the person's settings allow its folder
        names, site = (asked.content.names, asked.content.place) if asked.content else ((), "")
        allow.decide(folders, Record(asked.folder, True, text, marker.parse(text, path), names, site))
