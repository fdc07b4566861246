"""locate/: each setting of hatch, pdm, pipenv and poetry moves the place as it does in the manager; no manager runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from venvhook.errors import VenvhookError
from venvhook.locate import Search, hatch, pdm, pipenv, poetry, rule
from venvhook.system import LINUX

pytestmark = [pytest.mark.scenario(40), pytest.mark.skipif(os.name == "nt", reason="POSIX paths")]
Files = dict[str, str]


class World:
    """A project in a home folder, with FILES (`/` at the end: a folder) and ENVIRON, in which {home} stands for it."""

    def __init__(self, root: Path, files: Files, environ: Files) -> None:
        self.home, self.folder = Path(os.path.realpath(root)), Path(os.path.realpath(root)) / "shop"
        self.folder.mkdir()
        folder = str(self.folder)
        self.names = {
            "poetry": poetry.base_name("shop", folder),
            "pipenv": pipenv.environment_name(Search(folder, {}), f"{folder}/Pipfile"),
            "pdm": pdm.prefix(folder),
            "hatch": hatch.identity(folder, LINUX),
            "home": str(self.home),
        }
        environ = {name: self.fill(value) for name, value in environ.items()}
        self.search = Search(folder, {"HOME": str(self.home), **environ}, system=LINUX)
        for name, text in files.items():
            path = self.folder / self.fill(name)
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.write_text(self.fill(text))

    def fill(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace("{" + name + "}", value)
        return text

    def check(self, manager: str, name: str | None, expected: str) -> None:
        found = list(rule(manager).candidates(self.search, name))
        assert [os.path.relpath(each.path, self.home) for each in found] == self.fill(expected).split()
        assert {each.manager for each in found} <= {manager}


# ---- hatch -----------------------------------------------------------------------------------------------------------

HATCH = "pyproject.toml", '[project]\nname = "Shop"\n'
DATA = ".local/share/hatch/env/virtual"
ENVS = "[tool.hatch.envs"


@pytest.mark.parametrize(
    ("text", "files", "environ", "name", "expected"),
    [
        ("", {}, {}, None, DATA + "/shop/{hatch}/shop"),
        ("", {}, {}, "default", DATA + "/shop/{hatch}/shop"),
        ("", {}, {}, "test", DATA + "/shop/{hatch}/test"),
        ("", {}, {"HATCH_ENV_TYPE_VIRTUAL_PATH": "envs/x"}, None, "shop/envs/x"),
        (f'{ENVS}.default]\npath = "a"\n', {}, {"HATCH_ENV_TYPE_VIRTUAL_PATH": "{home}/b"}, None, "b"),
        (f'{ENVS}.default]\npath = "a"\n', {}, {}, None, "shop/a"),
        (f'{ENVS}.default]\npath = "a"\n{ENVS}.test]\npath = "b"\n', {}, {}, "test", "shop/b"),
        (f'{ENVS}.default]\npath = "a"\n{ENVS}.test]\n', {}, {}, "test", "shop/a"),
        (f'{ENVS}.default]\npath = "a"\n{ENVS}.test]\ndetached = true\n', {}, {}, "test", DATA + "/shop/{hatch}/test"),
        (f'{ENVS}.x]\npath = "a"\n{ENVS}.test]\ntemplate = "x"\n', {}, {}, "test", "shop/a"),
        (f'{ENVS}.x]\ntemplate = "y"\n{ENVS}.y]\ntemplate = "x"\n', {}, {}, "x", DATA + "/shop/{hatch}/x"),
        (f'{ENVS}.default]\npath = "a"\n', {"hatch.toml": '[envs.default]\npath = "b"\n'}, {}, None, "shop/b"),
        (f'{ENVS}.default]\npath = "a"\n', {"hatch.toml": "[version]\n"}, {}, None, "shop/a"),
        ("", {}, {"HATCH_DATA_DIR": "~/data"}, None, "data/env/virtual/shop/{hatch}/shop"),
        ("", {}, {"XDG_DATA_HOME": "{home}/d"}, None, "d/hatch/env/virtual/shop/{hatch}/shop"),
        ("", {"../.config/hatch/config.toml": '[dirs]\ndata = "~/d"\n'}, {}, None, "d/env/virtual/shop/{hatch}/shop"),
        ("", {"../x.toml": '[dirs]\ndata = "~/d"\n'}, {"HATCH_CONFIG": "{home}/x.toml"}, "t",
            "d/env/virtual/shop/{hatch}/t"),
        ("", {"../.config/hatch/config.toml": '[dirs.env]\nvirtual = "~/e"\n'}, {}, None, "e/shop/{hatch}/shop"),
        ("", {"../.config/hatch/config.toml": '[dirs.env]\nvirtual = "~/.virtualenvs"\n'}, {}, None,
            ".virtualenvs/shop"),
        ("", {"../.config/hatch/config.toml": '[dirs.env]\nvirtual = ".hatch"\n'}, {}, "test", "shop/.hatch/test"),
    ],
)  # fmt: skip
def test_hatch(tmp_path: Path, text: str, files: Files, environ: Files, name: str | None, expected: str) -> None:
    World(tmp_path, {HATCH[0]: HATCH[1] + text, **files}, environ).check("hatch", name, expected)


def test_hatch_without_a_name_for_the_project(tmp_path: Path) -> None:
    World(tmp_path, {"hatch.toml": ""}, {}).check("hatch", None, DATA + "/shop/{hatch}/shop")


# ---- pdm -------------------------------------------------------------------------------------------------------------

PDM = ".local/share/pdm/venvs"
PDMS = f"../{PDM}/{{pdm}}"
IN_PROJECT = "[venv]\nin_project = "
SAVED = {"../e/pyvenv.cfg": "", ".pdm-python": "{home}/e/bin/python\n"}


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({}, {}, "shop/.venv"),
        (SAVED, {}, "e"),
        ({**SAVED, ".venv/bin/python": ""}, {}, "e shop/.venv"),
        ({**SAVED, "venv/bin/python": "", "env/bin/python": ""}, {}, "e shop/venv"),
        (SAVED, {"PDM_IGNORE_SAVED_PYTHON": "Yes"}, "shop/.venv"),
        *((SAVED, {"PDM_IGNORE_SAVED_PYTHON": value}, "e") for value in ("", "0", "No", "FALSE")),
        ({**SAVED, "../f/conda-meta/history": ""}, {"PDM_PYTHON": "{home}/f/python"}, "f"),
        ({".pdm-python": "e/bin/python"}, {}, "shop/.venv"),
        ({".pdm-python": "/usr/bin/no-such-python"}, {}, "shop/.venv"),
        ({"env/bin/python": ""}, {}, "shop/env"),
        ({PDMS + "3.9/": "", PDMS + "3.10/": "", f"../{PDM}/shop-3.12/": ""}, {},
            f"shop/.venv {PDM}/{{pdm}}3.10 {PDM}/{{pdm}}3.9"),
        ({PDMS + "3.9/": "", PDMS + "3.10/": "", "pyproject.toml": '[project]\nrequires-python = "<3.10"'}, {},
            f"shop/.venv {PDM}/{{pdm}}3.9 {PDM}/{{pdm}}3.10"),
        ({"pdm.toml": IN_PROJECT + "false"}, {}, PDM + "/{pdm}*"),
        ({"pdm.toml": IN_PROJECT + "false", PDMS + "3.9/": ""}, {}, PDM + "/{pdm}3.9"),
        ({"pdm.toml": IN_PROJECT + "true", "../.config/pdm/config.toml": IN_PROJECT + "false"}, {}, "shop/.venv"),
        ({"../.config/pdm/pdm/config.toml": IN_PROJECT + "'no'"}, {}, "shop/.venv"),
        ({"../.config/pdm/config.toml": IN_PROJECT + "'No'"}, {}, PDM + "/{pdm}*"),
        ({"../x.toml": IN_PROJECT + "false"}, {"PDM_CONFIG_FILE": "{home}/x.toml"}, PDM + "/{pdm}*"),
        ({"pdm.toml": IN_PROJECT + "true"}, {"PDM_VENV_IN_PROJECT": "0"}, PDM + "/{pdm}*"),
        ({"pdm.toml": IN_PROJECT + "false"}, {"PDM_VENV_IN_PROJECT": "1"}, "shop/.venv"),
        ({"../.config/pdm/config.toml": '[venv]\nin_project = false\nlocation = "~/l"'}, {}, "l/{pdm}*"),
        ({"pdm.toml": IN_PROJECT + "false"}, {"XDG_DATA_HOME": "{home}/d"}, "d/pdm/venvs/{pdm}*"),
    ],
)  # fmt: skip
def test_pdm(tmp_path: Path, files: Files, environ: Files, expected: str) -> None:
    World(tmp_path, {"pyproject.toml": "", **files}, environ).check("pdm", None, expected)


def test_pdms_interpreter_that_is_no_environments_is_noted(tmp_path: Path) -> None:
    world = World(tmp_path, {"pyproject.toml": "", ".pdm-python": "/usr/bin/no-such-python"}, {})
    rule("pdm").candidates(world.search)
    assert world.search.notes == ["pdm's interpreter is no environment's: /usr/bin/no-such-python (.pdm-python)"]


@pytest.mark.parametrize(("members", "expected"), [('["shop"]', ".venv"), ('["other"]', "shop/.venv")])
def test_pdms_workspace(tmp_path: Path, members: str, expected: str) -> None:
    root = f"[tool.pdm.workspace]\nmembers = {members}\n"
    World(tmp_path, {"pyproject.toml": "", "../pyproject.toml": root}, {}).check("pdm", None, expected)


# ---- pipenv ----------------------------------------------------------------------------------------------------------

PIPENV = ".local/share/virtualenvs/{pipenv}"
LOCAL = {".venv/": ""}
YES, NO = ({"Pipfile": f"[pipenv]\nvenv_in_project = {value}"} for value in ("true", "false"))


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({}, {}, PIPENV),
        (LOCAL, {}, "shop/.venv"),
        ({**LOCAL, "../" + PIPENV + "/": ""}, {}, PIPENV),
        (YES, {}, "shop/.venv"),
        ({**NO, **LOCAL}, {}, PIPENV),
        *(({}, {"PIPENV_VENV_IN_PROJECT": value}, "shop/.venv") for value in ("1", "True", "yes", "on")),
        *((LOCAL, {"PIPENV_VENV_IN_PROJECT": value}, PIPENV) for value in ("0", "False", "no", "off")),
        *((LOCAL, {"PIPENV_NO_VENV_IN_PROJECT": value}, PIPENV) for value in ("1", "true", "YES", "on")),
        *(({}, {"PIPENV_NO_VENV_IN_PROJECT": value}, "shop/.venv") for value in ("0", "false", "NO", "off")),
        (LOCAL, {"PIPENV_VENV_IN_PROJECT": "what"}, "shop/.venv"),
        (NO, {"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_NO_VENV_IN_PROJECT": "1"}, "shop/.venv"),
        ({".venv": "\n"}, {}, PIPENV),
        ({".venv": "name\n"}, {}, ".local/share/virtualenvs/name"),
        ({".venv": "in/it\n"}, {}, "shop/in/it"),
        ({}, {"WORKON_HOME": "~/w"}, "w/{pipenv}"),
        ({}, {"XDG_DATA_HOME": "~/d"}, "d/virtualenvs/{pipenv}"),
        ({}, {"PIPENV_CUSTOM_VENV_NAME": "mine"}, ".local/share/virtualenvs/mine"),
        ({}, {"PIPENV_PYTHON": "/usr/bin/python3.12"}, PIPENV + "-python3.12"),
        ({}, {"PIPENV_PIPFILE": "../shop/Pipfile"}, PIPENV),
        ({"sub/Pipfile": "", "sub/.venv/": ""}, {"PIPENV_PIPFILE": "sub/Pipfile"}, "shop/sub/.venv"),
    ],
)
def test_pipenv(tmp_path: Path, files: Files, environ: Files, expected: str) -> None:
    World(tmp_path, {"Pipfile": "", **files}, environ).check("pipenv", None, expected)


def test_the_nearest_pipfile(tmp_path: Path) -> None:
    world = World(tmp_path, {"Pipfile": "", ".venv/": "", "a/b/pyproject.toml": ""}, {})
    world.search.folder += "/a/b"
    world.check("pipenv", None, "shop/.venv")
    world.search.folder += "/c" * 8
    with pytest.raises(VenvhookError, match="Pipfile: does not exist"):  # pipenv looks no farther up either
        rule("pipenv").candidates(world.search)


def test_a_dot_venv_file_leaves_pipenv_no_choice(tmp_path: Path) -> None:
    (named,) = rule("pipenv").candidates(World(tmp_path, {"Pipfile": "", ".venv": "x"}, {}).search)
    assert named.binding


# ---- poetry ----------------------------------------------------------------------------------------------------------

POETRY = ".cache/pypoetry/virtualenvs"
MADE = f"../{POETRY}/{{poetry}}-py"
OWN = "../.config/pypoetry/config.toml"
SETTING = "[virtualenvs]\n"


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({}, {}, POETRY + "/{poetry}-py*"),
        ({"pyproject.toml": '[tool.poetry]\nname = "shop"'}, {}, POETRY + "/{poetry}-py*"),
        (LOCAL, {}, "shop/.venv " + POETRY + "/{poetry}-py*"),
        *(({}, {"POETRY_VIRTUALENVS_IN_PROJECT": value}, f"shop/.venv {POETRY}/{{poetry}}-py*")
          for value in ("true", "1", "True")),
        (LOCAL, {"POETRY_VIRTUALENVS_IN_PROJECT": "false"}, POETRY + "/{poetry}-py*"),
        ({"poetry.toml": SETTING + "in-project = true"}, {}, f"shop/.venv {POETRY}/{{poetry}}-py*"),
        ({"poetry.toml": SETTING + "in-project = false", **LOCAL}, {}, POETRY + "/{poetry}-py*"),
        ({"poetry.toml": SETTING + "in-project = 1"}, {}, POETRY + "/{poetry}-py*"),
        ({"poetry.toml": SETTING + "in-project = true", OWN: SETTING + "in-project = false"}, {},
            f"shop/.venv {POETRY}/{{poetry}}-py*"),
        ({OWN: SETTING + "in-project = true"}, {}, f"shop/.venv {POETRY}/{{poetry}}-py*"),
        ({"../c/config.toml": SETTING + "in-project = true"}, {"POETRY_CONFIG_DIR": "{home}/c"},
            f"shop/.venv {POETRY}/{{poetry}}-py*"),
        ({"poetry.toml": SETTING + "create = false", **LOCAL}, {}, "shop/.venv"),
        ({}, {"POETRY_VIRTUALENVS_CREATE": "false"}, ""),
        ({}, {"POETRY_VIRTUALENVS_PATH": "~/p"}, "p/{poetry}-py*"),
        ({"poetry.toml": SETTING + 'path = "{home}/p"'}, {}, "p/{poetry}-py*"),
        ({"poetry.toml": SETTING + 'path = "in"'}, {}, "shop/in/{poetry}-py*"),
        ({"poetry.toml": SETTING + "path = 1"}, {}, POETRY + "/{poetry}-py*"),
        ({"poetry.toml": 'cache-dir = "{home}/c"\n' + SETTING + 'path = "{cache-dir}/x"'}, {}, "c/x/{poetry}-py*"),
        ({}, {"POETRY_CACHE_DIR": "{home}/c"}, "c/virtualenvs/{poetry}-py*"),
        ({}, {"XDG_CACHE_HOME": "{home}/c"}, "c/pypoetry/virtualenvs/{poetry}-py*"),
        ({"pyproject.toml": '[tool.poetry]\nname = "shop"\ndependencies.python = "<3.12"',
          MADE + "3.9/": "", MADE + "3.12/": "", MADE + "3.10/": ""}, {},
            f"{POETRY}/{{poetry}}-py3.10 {POETRY}/{{poetry}}-py3.9"),
        ({"pyproject.toml": '[project]\nname = "shop"\nrequires-python = "<3.9"',
          MADE + "3.9/": "", MADE + "3.10/": ""}, {},
            f"{POETRY}/{{poetry}}-py3.10 {POETRY}/{{poetry}}-py3.9"),
        ({f"../{POETRY}/envs.toml": '[{poetry}]\nminor = "3.9"'}, {}, POETRY + "/{poetry}-py3.9"),
    ],
)  # fmt: skip
def test_poetry(tmp_path: Path, files: Files, environ: Files, expected: str) -> None:
    World(tmp_path, {"pyproject.toml": '[project]\nname = "shop"\n', **files}, environ).check("poetry", None, expected)


def test_a_poetry_that_makes_none_is_noted(tmp_path: Path) -> None:
    world = World(tmp_path, {"pyproject.toml": ""}, {"POETRY_VIRTUALENVS_CREATE": "0"})
    assert list(rule("poetry").candidates(world.search)) == []
    assert "virtualenvs.create" in " ".join(world.search.notes)


@pytest.mark.parametrize(("python", "expected"), [("3.12", "3.12"), ("3.12.4", "3.12"), (">=3.12", "*"), ("", "*")])
def test_where_poetry_would_make_one(tmp_path: Path, python: str, expected: str) -> None:
    world = World(tmp_path, {"pyproject.toml": '[project]\nname = "shop"\n'}, {})
    world.search.python = python
    world.check("poetry", None, POETRY + "/{poetry}-py" + expected)


def test_poetry_without_a_name_for_the_project(tmp_path: Path) -> None:
    world = World(tmp_path, {"pyproject.toml": ""}, {})
    world.check("poetry", None, POETRY + "/" + poetry.base_name("non-package-mode", str(world.folder)) + "-py*")


# ---- all -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manager", "file", "remedy"),
    [
        ("hatch", "pyproject.toml", "hatch new --init"),
        ("pdm", "pyproject.toml", "pdm init"),
        ("pipenv", "Pipfile", "pipenv install"),
        ("poetry", "pyproject.toml", "poetry init"),
    ],
)
def test_a_manager_without_its_file(tmp_path: Path, manager: str, file: str, remedy: str) -> None:
    world = World(tmp_path, {}, {})
    with pytest.raises(VenvhookError) as caught:
        list(rule(manager).candidates(world.search))
    told = f"does not exist, so {manager} has no environment for it; to make it: {remedy}"
    assert str(caught.value) == f"{world.folder}/{file}: {told}"
