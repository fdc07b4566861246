"""Which Python a project asks for in files of its own, where its marker does not say.

Sources: `.python-version` (pyenv, uv, pdm), `requires-python` (PEP 621), poetry's `dependencies.python`, a Pipfile's
`[requires]`.
"""

from __future__ import annotations

import os

from venvhook.document import Document
from venvhook.files import read_plain

# File, and the keys of what it says of the Python.
_KEYS = (
    ("Pipfile", ("requires", "python_full_version")),
    ("Pipfile", ("requires", "python_version")),
    ("pyproject.toml", ("project", "requires-python")),
    ("pyproject.toml", ("tool", "poetry", "dependencies", "python")),
)


def own_wish(folder: str) -> str:
    """What the project in FOLDER asks for, as `venvhook.versions` understands it; "" for nothing.

    VenvhookError for a file that is no TOML.
    """
    said = version_file(folder)
    return (
        said
        if is_version(said)
        else next((said for file, keys in _KEYS if (said := _value(os.path.join(folder, file), keys))), "")
    )


def _value(path: str, keys: tuple[str, ...]) -> str:
    value: object = Document(read_plain(path, 1 << 20), path).values if os.path.isfile(path) else None
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def version_file(folder: str) -> str:
    """What `.python-version` says: names of environments and other implementations stand there too."""
    path = os.path.join(folder, ".python-version")
    if not os.path.isfile(path):
        return ""
    lines = [line.strip() for line in read_plain(path, 4096).decode("utf-8-sig", "replace").splitlines()]
    return next((line for line in lines if line and not line.startswith("#")), "")


def is_version(said: str) -> bool:
    """Whether a `.python-version` says a plain version."""
    return said.isascii() and said.replace(".", "").isdigit()
