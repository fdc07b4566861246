"""What is installed in an environment, told by its files; what a rebuild would lose, and how that is installed again.

Sources: the packaging specifications "Recording installed projects" (`*.dist-info`) and "direct_url.json"; setuptools'
`*.egg-info` and `*.egg-link`; conda's records, `conda-meta/NAME-VERSION-BUILD.json`.
"""

from __future__ import annotations

import os
import re
import shutil
from typing import NamedTuple

from venvhook.create.order import Order, Step, interpreter, which
from venvhook.create.running import Failed, run
from venvhook.create.venv import pip_install
from venvhook.errors import VenvhookError
from venvhook.files import entries, read_text
from venvhook.system import HERE, WINDOWS, System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from venvhook.create.running import Say

SEEDS = ("pip", "setuptools", "wheel", "distribute", "pkg-resources", "python")  # what making an environment brings
_LIMIT = 1 << 23  # bytes of a file that describes a distribution
# What is at the top of any environment, or comes and goes with its packages.
_USUAL = (
    "bin", "lib", "lib64", "include", "Scripts", "Lib", "Include", "local", "pyvenv.cfg", "share", "etc", "man", "doc",
    ".gitignore", ".lock", "CACHEDIR.TAG", ".project", "pip-selfcheck.json", "__pycache__", "conda-meta",
    "site-packages",
)  # fmt: skip
_USUAL_COMMANDS = re.compile(
    r"(python|pypy|pip|easy_install|wheel|activate|deactivate|pydoc|idle|2to3|Activate|libpypy).*|__pycache__|\..*|"
    r".*\.(dll|pyd)"  # of Python itself, where an environment of Windows has a copy
)
# Tells which of the named distributions the environment itself does not find.
_ASKING = """\
import re, sys
def plain(name): return re.sub("[-_.]+", "-", name or "").lower()
try:
    from importlib.metadata import distributions
    found = set(plain(each.metadata["Name"]) for each in distributions())
except ImportError:
    import pkg_resources
    found = set(plain(each.project_name) for each in pkg_resources.working_set)
missing = [name for name in sys.argv[1:] if plain(name) not in found]
print("\\n".join(missing))
sys.exit(len(missing) > 0)
"""
_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^]]*\])?\s*([<>=!~(].*)?")
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".egg")


class Distribution(NamedTuple):
    """What is installed: its name as PEP 503 compares it, its version, pip's arguments to have it again; of conda's?"""

    name: str
    version: str
    arguments: Sequence[str]
    conda: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.version}".rstrip()


def plain(name: str) -> str:
    """NAME as PEP 503 compares it."""
    return re.sub("[-_.]+", "-", name).lower()


def installed(root: str) -> dict[str, Distribution]:
    """What is installed in the environment ROOT, by name."""
    found: dict[str, Distribution] = {}
    for name in entries(os.path.join(root, "conda-meta")):
        parts = name[: -len(".json")].rsplit("-", 2)
        if name.endswith(".json") and len(parts) == 3:
            found[plain(parts[0])] = Distribution(plain(parts[0]), parts[1], [f"{parts[0]}={parts[1]}"], conda=True)
    for folder in libraries(root):
        for name in entries(folder):
            each = _distribution(folder, name)
            if each:
                found.setdefault(each.name, each)
    return found


def libraries(root: str) -> list[str]:
    """The folders that hold the packages of the environment ROOT."""
    lib = os.path.join(root, "lib")
    inside = [os.path.join(lib, name) for name in entries(lib) if name.startswith(("python", "pypy"))]
    folders = [os.path.join(path, "site-packages") for path in (*inside, root, os.path.join(root, "Lib"))]
    return [folder for folder in folders if os.path.isdir(folder)]


def _distribution(folder: str, name: str) -> Distribution | None:
    """The distribution that the entry NAME of a folder of packages tells of."""
    base, kind = os.path.splitext(name)
    parts = base.split("-")
    version = parts[1] if len(parts) > 1 else ""
    if kind == ".egg-link":
        path = _text(os.path.join(folder, name)).partition("\n")[0].strip()
        return Distribution(plain(base), "", ["-e", path])
    if kind in (".dist-info", ".egg-info", ".egg") and parts[0]:
        own = _direct(os.path.join(folder, name), parts[0]) if kind == ".dist-info" else None
        return Distribution(plain(parts[0]), version, own or [f"{parts[0]}=={version}" if version else parts[0]])
    return None


def _direct(folder: str, name: str) -> list[str] | None:
    """pip's arguments for a distribution that did not come from an index; None where it did."""
    text = _text(os.path.join(folder, "direct_url.json"))
    if not text:
        return None
    import json

    try:
        said = json.loads(text)
        url, vcs = str(said["url"]), said.get("vcs_info")
        if said.get("dir_info", {}).get("editable"):
            return ["-e", file_path(url)]
        return [f"{name} @ {vcs['vcs']}+{url}@{vcs['commit_id']}" if vcs else f"{name} @ {url}"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def file_path(url: str, system: System = HERE) -> str:
    """The path that a `file:` URL names (RFC 8089): `file:///C:/x` is `C:\\x`, `file://host/share` a share."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    path = unquote(parts.path)
    if system is not WINDOWS:
        return path
    host = f"//{parts.netloc}" if parts.netloc not in ("", "localhost") else ""
    path = host + (path if host else path.lstrip("/"))
    return path.replace("/", "\\")


def _text(path: str) -> str:
    try:
        return read_text(path, _LIMIT) if os.path.isfile(path) else ""
    except VenvhookError:
        return ""


# ---- What a rebuild would lose ---------------------------------------------------------------------------------------


def lost(old: str, new: str) -> list[Distribution]:
    """The distributions of the environment OLD that NEW does not have, by name."""
    there = installed(new)
    return [each for name, each in sorted(installed(old).items()) if name not in there and name not in SEEDS]


def files_lost(old: str, new: str) -> list[str]:
    """What else is in OLD, not in NEW, and of no package: names relative to it, folders with a slash.

    Of conda's prefixes nothing is told: what is at their top comes with packages.
    """
    if os.path.isdir(os.path.join(old, "conda-meta")):
        return []
    top = [name for name in entries(old) if name not in _USUAL and not os.path.lexists(os.path.join(new, name))]
    found = [name + os.sep if os.path.isdir(os.path.join(old, name)) else name for name in top]
    return found + [os.path.join(HERE.bin, name) for name in own_commands(old, new)]


def own_commands(old: str, new: str, system: System = HERE) -> list[str]:
    """What is in OLD's `bin` and came with no package, as what a person has put there, or edited, by hand."""
    known = set(entries(os.path.join(new, system.bin)))
    for folder in libraries(old):
        for name in entries(folder):
            if name.endswith(".dist-info"):
                lines = _text(os.path.join(folder, name, "RECORD")).splitlines()
                known |= {line.partition(",")[0].rpartition("/")[2] for line in lines if line.startswith("../")}
            elif name.endswith((".egg-info", ".egg", ".egg-link")):
                return []  # these keep no list of their commands
    there = entries(os.path.join(old, system.bin))
    return [name for name in there if name not in known and not _USUAL_COMMANDS.match(name)]


def again(order: Order, packages: Iterable[Distribution]) -> list[Step]:
    """The steps that install PACKAGES into the new environment of ORDER."""
    packages = list(packages)
    by_conda = [each.arguments[0] for each in packages if each.conda]
    others = [word for each in packages if not each.conda for word in each.arguments]
    steps = []
    if by_conda:
        from venvhook.create import conda

        steps.append(conda.again(order, by_conda))
    if others:
        steps.append(Step("installing again", [*_installer(order), *others]))
    return steps


def _installer(order: Order) -> list[str]:
    """What installs by pip's arguments: pip of the environment, uv, or pip of the Python that it was made with."""
    if any(os.path.isdir(os.path.join(folder, "pip")) for folder in libraries(order.root)):
        return pip_install(order.root)
    uv = which("uv", order.environ)
    if uv:
        return [uv, "pip", "install", "--python", interpreter(order.root)]
    pip = pip_install(order.root)
    return [order.python, *pip[1:4], "--python", pip[0], *pip[4:]]


def carry(old: str, new: str, names: Iterable[str]) -> None:
    """Copy what `files_lost` named from OLD to NEW, links as links. OSError where that cannot be done."""
    for name in names:
        source, target = os.path.join(old, name.rstrip(os.sep)), os.path.join(new, name.rstrip(os.sep))
        if os.path.isdir(source) and not os.path.islink(source):
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy2(source, target, follow_symlinks=False)


# ---- Whether what was asked for is there -----------------------------------------------------------------------------


def named(installs: Sequence[str]) -> list[str]:
    """The distributions that pip's arguments INSTALLS name for certain: no paths, no addresses, no conditions."""
    found: list[str] = []
    words = iter(installs)
    for word in words:
        if word == "-r":
            found += _named_in(next(words, ""))
        elif word == "-e":
            next(words, "")
        else:
            found += _named(word)
    return list(dict.fromkeys(found))


def _named_in(path: str) -> list[str]:
    return [name for line in _text(path).splitlines() for name in _named(line.partition(" #")[0])]


def _named(text: str) -> list[str]:
    match = _NAME.fullmatch(text.strip())
    return [match[1]] if match and ";" not in text and not match[1].lower().endswith(_ARCHIVES) else []


def check(order: Order, say: Say) -> None:
    """VenvhookError where the environment does not find what its tool was told to install.

    The tool's word is not enough: it may have installed into another environment, or not have been the real one.
    """
    asked = named(order.installs)
    try:
        if asked:
            run(Step("looking for the packages", [interpreter(order.root), "-I", "-c", _ASKING, *asked]), order, say)
    except Failed as failed:
        missing = ", ".join(failed.output.split())
        problem = f"its packages are not in it, though its tool reported none missing ({missing})"
        remedy = "look at the tool's own settings: they may name another place"
        raise VenvhookError(problem, order.root, remedy=remedy) from None
