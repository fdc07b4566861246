"""What entering a conda environment sets, as conda's own activation does; its scripts are code and are not run.

Source: conda 26.7, conda/activate.py (`_build_activate_stack`, `_get_environment_env_vars`, `_default_env`). conda
leaves an active virtualenv's VIRTUAL_ENV as it is; here it is unset: what is entered is the only environment inside.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.files import entries, read_plain
from venvhook.names import refuse
from venvhook.plan import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

UNSET = "***unset***"  # conda's own mark for a variable that is to have no value
_MANY = 100  # files in etc/conda/env_vars.d


def variables(prefix: str, name: str, environ: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """The variables of every environment: for PREFIX, shown as NAME, on top of what is active in ENVIRON; None: unset.

    What the environment's own files set besides is in `settings`.
    """
    level = environ.get("CONDA_SHLVL", "").strip()
    before = int(level) if level.isdecimal() and len(level) < 10 else 0
    found: list[tuple[str, str | None]] = [
        ("CONDA_PREFIX", prefix),
        ("CONDA_SHLVL", str(before + 1)),
        ("CONDA_DEFAULT_ENV", harmless(default_name(prefix))),
        ("CONDA_PROMPT_MODIFIER", f"({name}) "),
    ]
    outer = environ.get("CONDA_PREFIX")
    if before and outer:
        found.append((f"CONDA_PREFIX_{before}", outer))
    return [*found, ("VIRTUAL_ENV", None), ("VIRTUAL_ENV_PROMPT", None)]


def default_name(prefix: str) -> str:
    """CONDA_DEFAULT_ENV: `base`, the folder's name where it is one among others, else the whole path."""
    if os.path.isdir(os.path.join(prefix, "condabin")):
        return "base"
    return os.path.basename(prefix) if os.path.basename(os.path.dirname(prefix)) == "envs" else prefix


def settings(path: str) -> dict[str, str]:
    """The variables that PATH, one of `files`, sets inside; none where it is a folder or missing.

    These are files of packages (etc/conda/env_vars.d) and the one of `conda env config vars` (conda-meta/state).
    VenvhookError for a file that is not JSON. What no project may set (`venvhook.names`) is left out.
    """
    said = {} if os.path.isdir(path) else _json(path)
    found = _table(said.get("env_vars")) if os.path.basename(path) == "state" else said
    return {k: v for k, v in found.items() if isinstance(v, str) and v != UNSET and _possible(v) and refuse(k) is None}


def _possible(value: str) -> bool:
    """Whether a variable can hold it: JSON can name a NUL, and halves of characters."""
    try:
        return b"\0" not in value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False


def files(prefix: str) -> list[str]:
    """What may set variables, in the order of reading: the folder of the packages' files, these, its own file.

    VenvhookError where there are more of them than can be watched at every prompt.
    """
    folder = os.path.join(prefix, "etc", "conda", "env_vars.d")
    inside = [os.path.join(folder, name) for name in entries(folder)]
    if len(inside) > _MANY:
        raise VenvhookError(f"holds more than {_MANY} files", folder, remedy="take out those that no package needs")
    return [folder, *inside, os.path.join(prefix, "conda-meta", "state")]


def scripts(prefix: str) -> list[str]:
    """The scripts that `conda activate` would run, and entering does not."""
    return entries(os.path.join(prefix, "etc", "conda", "activate.d"))


def _json(path: str) -> dict[str, object]:
    if not os.path.exists(path):
        return {}
    text = read_plain(path, 1 << 20)
    import json  # dear to import, and most environments have no such file

    try:
        return _table(json.loads(text))
    except (ValueError, RecursionError):
        raise VenvhookError("is not JSON", path, remedy="fix it with: conda env config vars") from None


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
