"""Is this folder a Python environment, which Python has it, and can it be entered? Its files tell; nothing is run."""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.files import entries, read_bytes
from venvhook.system import HERE, WINDOWS, System, alike, decode, expand_home, is_path, placed, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from venvhook.plan import Condition

# Names that say nothing: an environment called so is shown by its project's name.
PLAIN_NAMES = (".venv", "venv", ".env", "env", "virtualenv", ".virtualenv", ".conda", "envs")


class Unfit(VenvhookError):
    """A folder that cannot be entered; `mended` is what has to hold for another look to be worth it."""

    def __init__(self, problem: str, path: str, remedy: str, mended: Sequence[Condition]) -> None:
        super().__init__(problem, path, remedy=remedy)
        self.mended = tuple(mended)


class Missing(Unfit):
    """Nothing is there, not even a link to nothing."""


class Environment:
    """An environment that can be entered; `sign` is the file that shows it. `prompt` and `version` may be ""."""

    __slots__ = ("bin", "conda", "prompt", "python", "root", "settings", "sign", "system")

    def __init__(self, root: str, sign: str, settings: dict[str, str], system: System = HERE) -> None:
        self.root, self.sign, self.settings, self.system = root, sign, settings, system
        self.conda = os.path.basename(sign) == "conda-meta"
        self.bin = root if self.conda and system is WINDOWS else os.path.join(root, system.bin)
        self.python = os.path.join(self.bin, system.python)
        self.prompt = _unquoted(settings.get("prompt", ""))

    @property
    def version(self) -> str:
        """Its Python's version: what pyvenv.cfg says, else what the names of the interpreter's own files do."""
        said = next(
            (self.settings[key] for key in ("version_info", "version", "python-version") if key in self.settings), ""
        )
        return said or (_conda_version(self.sign) if self.conda else _library_version(self.root))

    @property
    def folders(self) -> list[str]:
        """What goes in front of PATH: `bin`; of conda's on Windows what conda/activate.py (`_get_path_dirs`) lists."""
        if not (self.conda and self.system is WINDOWS):
            return [self.bin]
        inside = (
            ("Library", "mingw-w64", "bin"),
            ("Library", "usr", "bin"),
            ("Library", "bin"),
            ("Scripts",),
            ("bin",),
        )
        return [self.root, *(os.path.join(self.root, *parts) for parts in inside)]

    @property
    def name(self) -> str:
        """What the environment calls itself, "" when that says nothing."""
        base = os.path.basename(self.root)
        if self.conda and os.path.isdir(os.path.join(self.root, "condabin")):
            return "base"
        return self.prompt or ("" if base in PLAIN_NAMES else base)


def inspect(root: str, system: System = HERE) -> Environment:
    """The environment in the folder ROOT. Raises Unfit where there is none, or none that can be entered.

    It is one with `pyvenv.cfg` (PEP 405), `conda-meta/`, or the `orig-prefix.txt` of a virtualenv before 20.
    """
    if not os.path.lexists(root):
        raise Missing("there is no environment yet", root, "to make it: venvhook create", [("absent", root)])
    sign = next((path for path in _signs(root) if os.path.exists(path)), None)
    if sign is None:
        raise _without_sign(root, system)
    found = Environment(root, sign, settings(sign) if sign.endswith("pyvenv.cfg") else {}, system)
    if not os.path.exists(found.python):
        raise _without_python(found)
    return found


def has_commands(root: str, system: System = HERE) -> bool:
    """Whether ROOT has what an environment without its pyvenv.cfg still has: `activate`, and a Python of any state."""
    return all(os.path.lexists(os.path.join(root, system.bin, name)) for name in ("activate", system.python))


def _without_sign(root: str, system: System) -> Unfit:
    why = ": it has no pyvenv.cfg" if os.path.isdir(root) else ", and no folder"
    mended = [("absent", os.path.join(root, name)) for name in ("pyvenv.cfg", "conda-meta")]
    return Unfit("this is no environment" + why, root, _remaking(root, system), mended)


def _remaking(root: str, system: System) -> str:
    """What to do about ROOT, which is no environment; only what was one is remade."""
    if has_commands(root, system):
        return "to make it anew: venvhook rebuild"
    return "name another one with venv = … in the marker; or move it away, then: venvhook create"


def settings(path: str) -> dict[str, str]:
    """What a `pyvenv.cfg` says (PEP 405). It is no INI file: lines are split at their first `=`, keys in lower case."""
    pairs = [line.partition("=") for line in _lines(path)]
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}


def _conda_version(folder: str) -> str:
    """The version in the name of the record that conda keeps of the package python (`python-3.12.1-…json`)."""
    records = [name.split("-") for name in entries(folder) if name.startswith("python-") and name.endswith(".json")]
    return next((parts[1] for parts in records if len(parts) == 3 and parts[1][:1].isdigit()), "")


def _library_version(root: str) -> str:
    """The version in the name of the standard library's folder (`lib/python3.7`)."""
    return next(
        (name[len("python") :] for name in _libraries(root) if name.startswith("python") and name[-1].isdigit()), ""
    )


def _libraries(root: str) -> list[str]:
    return [name for name in entries(os.path.join(root, "lib")) if name.startswith(("python", "pypy"))]


def _signs(root: str) -> Iterator[str]:
    """The files that show that ROOT is an environment, the usual one first."""
    yield os.path.join(root, "pyvenv.cfg")
    yield os.path.join(root, "conda-meta")
    yield from (os.path.join(root, "lib", name, "orig-prefix.txt") for name in _libraries(root))


def _without_python(found: Environment) -> Unfit:
    mended = [("absent", found.python)]
    if os.path.islink(found.python):
        gone = os.path.realpath(found.python)
        return Unfit(f"its Python is gone ({gone})", found.root, "to make it anew: venvhook rebuild", mended)
    made_for, theirs = ("Linux or macOS", "bin/python") if found.system is WINDOWS else ("Windows", "Scripts")
    if os.path.lexists(os.path.join(found.root, theirs)):
        problem = f"this environment was made for {made_for}"
        return Unfit(problem, found.root, "name another one with venv = … in the marker, or: venvhook rebuild", mended)
    problem = f"it has no {os.path.relpath(found.python, found.root)}"
    return Unfit(problem, found.root, "to make it anew: venvhook rebuild", mended)


def _unquoted(prompt: str) -> str:
    """CPython writes the prompt as a Python literal, virtualenv and uv write it bare."""
    if len(prompt) > 1 and prompt[0] == prompt[-1] and prompt[0] in "'\"":
        return prompt[1:-1].replace("\\" + prompt[0], prompt[0]).replace("\\\\", "\\")
    return prompt


def complaints(found: Environment, wanted: str | None, folder: str, python: str = "") -> list[VenvhookError]:
    """What is wrong with an environment that can be entered all the same. WANTED and FOLDER: see `version_fits`.

    PYTHON is where the environment's interpreter leads, if that is known already.
    """
    problems = []
    replaced = _replaced(found, python or os.path.realpath(found.python))
    if replaced:
        problems.append(replaced)
    elif not version_fits(found, wanted, folder):
        problems.append(f"it has Python {found.version}, the marker asks for {wanted}")
    elsewhere = made_for(found)
    if elsewhere:
        problems.append(f"its commands were made for {elsewhere}: it was moved or copied")
    remedy = "to make it anew: venvhook rebuild"
    return [VenvhookError(problem, found.root, remedy=remedy) for problem in problems]


def _replaced(found: Environment, python: str) -> str:
    """What became of the Python that the environment was made with; "": it is the same. PYTHON: where it leads now.

    pyvenv.cfg says what was true when it was written. An upgrade of the system leads `/usr/bin/python3` elsewhere, and
    the environment's packages are then in a folder that the new Python does not look into.
    """
    made = _minor(found.version) if found.settings and not found.conda else ""
    if not made:
        return ""
    # A copy needs the libraries of the Python that it was copied from.
    if within(python, os.path.realpath(found.root), found.system):
        home = found.settings.get("home", "")
        names = ("python3", "python", "python.exe", f"python{made}", "pypy3", "pypy3.exe")
        there = not home or any(os.path.lexists(os.path.join(home, name)) for name in names)
        return "" if there else f"its Python is a copy of one in {home}, which is gone"
    now = _minor_version(python)
    return f"it was made with Python {made}, and its Python is {now} now" if now and now != made else ""


def _minor_version(python: str) -> str:
    """The version, such as 3.12, of the interpreter PYTHON, by its name or its library's; "" where neither tells."""
    named = _minor(os.path.basename(python))
    if named:
        return named
    libraries = {_minor(name) for name in _libraries(os.path.dirname(os.path.dirname(python)))} - {""}
    return libraries.pop() if len(libraries) == 1 else ""


def _minor(name: str) -> str:
    """The version in a name such as `python3.12`, `pypy3.10` or `python3.13t`; "" where there is none."""
    number = name.lstrip("pyothn")
    digits = number[2 : 2 + len(number[2:]) - len(number[2:].lstrip("0123456789"))]
    return f"3.{digits}" if number.startswith("3.") and digits else ""


def version_fits(found: Environment, wanted: str | None, folder: str = "") -> bool:
    """Whether the environment's Python is one that is asked for: `3.12`, `>=3.11`, `pypy3.10`, or a path.

    FOLDER is the project's, from which a relative path starts.
    """
    if not wanted or not found.version:
        return True
    if is_path(wanted, found.system):
        home = os.path.expanduser("~")
        wanted = placed(expand_home(wanted, home, found.system), folder)
        same = os.path.realpath(wanted) == os.path.realpath(found.python)
        return same or not os.path.exists(wanted) or _is_home(found, os.path.dirname(wanted))
    from venvhook.versions import fits

    number = wanted.lstrip("abcdefghijklmnopqrstuvwxyz")
    kind = wanted[: len(wanted) - len(number)]
    said = found.settings.get("implementation", "").lower()  # virtualenv and uv write it, venv does not
    pypy = said == "pypy" if said else os.path.exists(os.path.join(found.bin, "pypy3"))
    return (kind in ("", "python") or pypy == kind.startswith("pypy")) and fits(found.version, number or "*")


def _is_home(found: Environment, folder: str) -> bool:
    """Whether FOLDER has the Python that the environment was made with, or starts it, as another environment's does.

    On Windows, and where it was made with copies, that one's Python is no symlink.
    """
    home = alike(found.settings.get("home", ""), found.system)
    sign = os.path.join(os.path.dirname(folder), "pyvenv.cfg")
    other = settings(sign).get("home", "") if os.path.isfile(sign) else ""
    return bool(home) and home in (alike(folder, found.system), alike(other, found.system))


def made_for(found: Environment) -> str | None:
    """The folder that the environment's scripts were made for, where that is not the one it is in; None: they fit.

    Read from what every tool writes into `bin/activate`, the line that sets VIRTUAL_ENV.
    """
    said = map(str.strip, _lines(os.path.join(found.root, found.system.bin, "activate")))
    values = (line.partition("=")[2] for line in said if line.startswith(("VIRTUAL_ENV=", "export VIRTUAL_ENV=")))
    folder = next((folder for folder in map(_literal, values) if os.path.isabs(folder)), found.root)
    return None if folder == found.root or _same(folder, found.root) else folder


def _literal(value: str) -> str:
    """The text that a shell script assigns with VALUE, "" where it is no literal, or goes on in the next line."""
    quote = value[:1] if value[:1] in ("'", '"') else ""
    if "$" in value or "`" in value or (quote and (len(value) < 2 or value[-1] != quote)):
        return ""
    return value.replace("'\"'\"'", "'").strip("\"'")


def lines(text: str) -> list[str]:
    """The lines of TEXT as Python reads a file's: they end in LF, CR or both, and in nothing else."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _lines(path: str) -> list[str]:
    """The first lines of a plain file, none where it is anything else."""
    try:
        return lines(decode(read_bytes(path, 1 << 24)[:65536]))
    except VenvhookError:
        return []


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):  # a path with a NUL is none
        return False
