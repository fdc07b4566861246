"""What a hook starts imports next to nothing, imports go one way, no shell is told apart outside its own files."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from venvhook import marker, trust
from venvhook.shells import SHELLS

from .common import ROOT

PACKAGE = ROOT / "venvhook"
HOT = """
    _launch conda config digest document dotenv environment errors files helper keep locate managers marker names plan
    project shells trust undo versions
"""
COLD = """
    __main__ cli completion create doctor folders hookfiles install neighbours proof pythons rcfile report screen
    symptoms terminal
"""
DEPENDENCIES = "typer click rich platformdirs tomlkit python_discovery dotenv packaging"
COSTLY = """
    argparse contextlib dataclasses datetime difflib enum functools hashlib importlib.metadata inspect json logging
    pathlib pickle re shlex shutil signal string subprocess tempfile threading tomli tomllib traceback typing
"""
START = """
import sys
sys.path.insert(0, {package!r})
import venvhook
del sys.path[0]
from venvhook import helper
helper.main(["1", "plan", {shell!r}, {project!r}], *{places!r})
print(*sys.modules, file=sys.stderr)
"""


def modules_of_a_start(tmp_path: Path, shell: str, text: bytes = b'[variables]\nA = "x"\n') -> tuple[str, set[str]]:
    """The answer to a first visit of an allowed project, and what was imported for it."""
    root = Path(os.path.realpath(tmp_path))
    project, places = root / "p", [str(root / name) for name in ("data", "cache", "settings", "home")]
    (project / ".venv/bin").mkdir(parents=True)
    for name in (".venv/pyvenv.cfg", ".venv/bin/python"):
        (project / name).touch()
    (project / marker.NAME).write_bytes(text)
    trust.decide(places[0], trust.Record(str(project), True, text, marker.parse(text, "M")))
    code = START.format(package=str(ROOT), shell=shell, project=str(project), places=places)
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", code]
    done = subprocess.run(command, env={"HOME": str(root)}, capture_output=True, text=True, check=True)
    return done.stdout, set(done.stderr.split())


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if (PACKAGE / f"shells/{shell}.py").exists()])
def test_a_first_visit_imports_nothing_costly(tmp_path: Path, shell: str) -> None:
    answer, modules = modules_of_a_start(tmp_path, shell)
    assert str(tmp_path / "p/.venv") in answer
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", "import sys; print(*sys.modules)"]
    idle = subprocess.run(
        command, capture_output=True, text=True, check=True
    )  # what a Python imports by itself is its own
    added = modules - set(idle.stdout.split())
    assert sorted(added & set((COSTLY + " " + DEPENDENCIES).split())) == []
    assert f"venvhook.shells.{shell}" in modules


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_what_a_first_visit_keeps_is_the_users_alone(tmp_path: Path) -> None:
    modules_of_a_start(tmp_path, "bash")
    kept = list((tmp_path / "cache").rglob("*"))
    assert ".venvhook-1.bash" in {path.name for path in kept}
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o700, 0o600}


# ---- layers ----------------------------------------------------------------------------------------------------------


def sources(*layers: str) -> list[Path]:
    paths = [path for layer in layers for path in (PACKAGE / f"{layer}.py", *(PACKAGE / layer).rglob("*.py"))]
    return sorted(path for path in paths if path.exists())


def imported(tree: ast.AST) -> set[str]:
    """Every module named by an import statement, wherever it stands; of `from venvhook import a` also venvhook.a."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def without_types(tree: ast.Module) -> ast.Module:
    """TREE without what stands under `if TYPE_CHECKING`, which never runs."""
    tree.body = [node for node in tree.body if getattr(getattr(node, "test", None), "id", "") != "TYPE_CHECKING"]
    return tree


def at_once(path: Path) -> set[str]:
    """What a module imports as soon as it is imported itself."""
    tree = without_types(ast.parse(path.read_text()))
    tree.body = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return imported(tree)


def test_every_module_has_its_side() -> None:
    there = {path.stem for path in PACKAGE.iterdir() if path.name not in ("__init__.py", "__pycache__", "_shell")}
    assert sorted(there - {*HOT.split(), *COLD.split()}) == []


@pytest.mark.parametrize("path", sources(*HOT.split()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_hot_side_knows_nothing_of_the_command_line(path: Path) -> None:
    names = imported(without_types(ast.parse(path.read_text())))
    below = {name.split(".")[1] for name in names if name.startswith("venvhook.")} & set(COLD.split())
    assert below == ({"cli", "folders"} if path.stem == "_launch" else set())  # the launcher is the edge of both sides
    assert {name.partition(".")[0] for name in names} & set(DEPENDENCIES.split()) == set()


@pytest.mark.parametrize("path", sources(*HOT.split()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_of_the_hot_side_import_nothing_costly_at_once(path: Path) -> None:
    allowed = {"__future__", "binascii", "os", "stat", "sys", "time", "venvhook"}
    assert {name.partition(".")[0] for name in at_once(path)} - allowed == set()


LAYERS = [
    {"_launch"},
    {"helper"},
    {"project"},
    {"conda", "config", "dotenv", "keep", "locate", "trust"},
    {"environment", "marker", "shells"},
    {"document", "managers", "names", "plan"},
    {"undo"},
    {"digest", "errors", "files", "versions"},
]


def test_imports_of_the_hot_side_go_one_way() -> None:
    rank = {name: at for at, layer in enumerate(LAYERS) for name in layer}
    assert sorted(rank) == sorted(HOT.split())
    for path in sources(*HOT.split()):
        layer = path.relative_to(PACKAGE).parts[0].replace(".py", "")
        used = {name.split(".")[1] for name in at_once(path) if name.startswith("venvhook.")} & set(rank) - {layer}
        wrong = [name for name in used if rank[name] < rank[layer]]
        assert wrong == [], f"{layer} imports {wrong}"


# ---- shells ----------------------------------------------------------------------------------------------------------


def compared(tree: ast.AST) -> list[int]:
    """The lines where a shell's name is compared, or looked for in a few names."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for constant in ast.walk(node)
        if isinstance(constant, ast.Constant) and constant.value in (*SHELLS, "powershell")
    ]


def test_the_check_sees_comparisons() -> None:
    code = 'if a == "bash": pass\nif a in ("x", "zsh"): pass\nb = {"fish": 1}\nif "pwsh" != a: pass'
    assert compared(ast.parse(code)) == [1, 2, 4]


MAY_COMPARE = ("shells", "install.py", "doctor.py", "rcfile.py")  # which startup files, how one is driven


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] not in MAY_COMPARE],
    ids=lambda path: path.name,
)
def test_no_shell_is_told_apart_outside_its_own_files(path: Path) -> None:
    assert compared(ast.parse(path.read_text())) == []
