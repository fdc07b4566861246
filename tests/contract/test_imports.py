"""What a hook starts may import next to nothing, imports go one way, no shell is told apart outside its own files."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from venvhook.shells import SHELLS

from .common import ROOT

PACKAGE = ROOT / "venvhook"
HOT = """
    _launch conda config digest document dotenv environment errors files helper keep locate managers marker names plan
    project shells system trust undo versions
"""
COLD = """
    __main__ cli completion create doctor folders hookfiles install neighbours proof pythons rcfile report screen
    sweep symptoms terminal windows
"""
DEPENDENCIES = "typer click rich platformdirs tomlkit python_discovery dotenv packaging"
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
    {"system"},
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
