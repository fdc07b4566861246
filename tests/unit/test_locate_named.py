"""locate/conda.py, pyenv.py, virtualenvwrapper.py, conda.py: environments with names, by layouts laid out by hand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Callable

import pytest

from venvhook import conda, environment
from venvhook.errors import VenvhookError
from venvhook.locate import Search, locate
from venvhook.locate import conda as rule
from venvhook.marker import Marker
from venvhook.system import LINUX, WINDOWS

pytestmark = [pytest.mark.scenario(40), pytest.mark.skipif(os.name == "nt", reason="POSIX paths")]
Make = Callable[..., Path]


class World:
    """A home folder and a project, both empty; no conda in the usual places outside of it is looked for."""

    def __init__(self, root: Path, make: Make) -> None:
        self.home, self.folder, self.make = root, root / "shop", make
        self.folder.mkdir()
        self.environ = {"HOME": str(root)}

    def conda(self, place: str) -> Path:
        return self.make(self.home / place, "", "conda-meta/history")

    def locate(self, **keys: str) -> Search:
        return locate(str(self.folder), Marker(**keys), self.environ)  # type: ignore[arg-type]

    def found(self, **keys: str) -> str | None:
        found = self.locate(**keys).found
        return found and os.path.relpath(found.root, self.home)


@pytest.fixture
def world(tmp_path: Path, make_environment: Make, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(rule, "POSIX", ())
    return World(Path(os.path.realpath(tmp_path)), make_environment)


# ---- conda -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "condarc", "place"),
    [
        ({}, None, "miniconda3/envs/shop"),
        ({}, None, "miniforge3/envs/shop"),
        ({}, None, "anaconda3/envs/shop"),
        ({}, None, "mambaforge/envs/shop"),
        ({}, None, "micromamba/envs/shop"),
        ({}, None, ".local/share/mamba/envs/shop"),
        ({}, None, ".conda/envs/shop"),
        ({"CONDA_EXE": "{home}/opt/bin/conda"}, None, "opt/envs/shop"),
        ({"MAMBA_ROOT_PREFIX": "{home}/mamba"}, None, "mamba/envs/shop"),
        ({"CONDA_ENVS_DIRS": "{home}/a:{home}/b"}, None, "b/shop"),
        ({"CONDA_ENVS_PATH": "~/a"}, None, "a/shop"),
        ({}, "envs_dirs:\n  - ~/one # first\n  - '{home}/two'\n", "two/shop"),
        ({}, 'channels:\n  - x\nenvs_dirs: [~/one, "$HOME/two"]\n', "two/shop"),
        ({}, "envs_dirs:\n- ~/one\nchangeps1: false\n", "one/shop"),
        ({}, "envs_path:\n  - ~/one\n", "one/shop"),
    ],
)
def test_where_conda_has_a_name(world: World, environ: dict[str, str], condarc: str | None, place: str) -> None:
    world.environ.update({name: value.format(home=world.home) for name, value in environ.items()})
    if condarc:
        (world.home / ".condarc").write_text(condarc.format(home=world.home))
    world.conda(place)
    assert world.found(manager="conda", venv="shop") == place
    (world.folder / "environment.yml").write_text("channels: [x]\nname: 'shop'\n")
    assert world.found() == place
    assert world.found(manager="conda") == place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("envs_dirs: # ours\n  # the first\n  - ~/one  # here\n\n  - '~/two'\nchannels:\n  - ~/three\n", "one two"),
        ("channels:\n  - ~/one\nenvs_dirs:\n  - ~/two\n  - ~/two\n", "two"),
        ("channels: [~/one]\nenvs_dirs: [ ~/two, '~/a:b', ] \n", "two a:b"),
        ("envs_dirs: ~/one\n", ""),
        ("- ~/one\n", ""),
        ("envs_dirs:\n  - ~/one\n  # - ~/two #\n  - ~/one\n", "one"),
    ],
)
def test_what_condas_settings_say(world: World, text: str, expected: str) -> None:
    (world.home / ".condarc").write_text(text)
    (world.home / "miniforge3").mkdir()  # not conda's: it has neither conda-meta nor envs
    folders = [os.path.relpath(folder, world.home) for folder in rule.folders(world.locate())]
    assert folders == [*expected.split(), ".conda/envs"]


@pytest.mark.parametrize(
    ("file", "environ"),
    [
        (".condarc", {}),
        (".conda/.condarc", {}),
        (".config/conda/.condarc", {}),
        ("xdg/conda/.condarc", {"XDG_CONFIG_HOME": "{home}/xdg"}),
        ("miniforge3/.condarc", {}),
        ("root/.condarc", {"CONDA_EXE": "{home}/root/bin/conda"}),
        ("named", {"CONDARC": "{home}/named"}),
    ],
)
def test_where_condas_settings_are(world: World, file: str, environ: dict[str, str]) -> None:
    world.environ.update({name: value.format(home=world.home) for name, value in environ.items()})
    world.conda("miniforge3")
    (world.home / "other/conda-meta").mkdir(parents=True)
    (world.home / file).parent.mkdir(parents=True, exist_ok=True)
    (world.home / file).write_text("envs_dirs: [~/said]\n")
    assert next(iter(rule.folders(world.locate()))) == str(world.home / "said")


def test_condas_own_folder_comes_first_where_its_root_cannot_be_written(world: World) -> None:
    world.environ["CONDA_EXE"] = f"{world.home}/root/bin/conda"
    world.conda("miniforge3")

    def folders() -> list[str]:
        return [os.path.relpath(folder, world.home) for folder in rule.folders(world.locate())]

    assert folders() == [".conda/envs", "root/envs", "miniforge3/envs"]
    world.conda("root")
    assert folders() == ["root/envs", ".conda/envs", "miniforge3/envs"]


def test_what_names_no_environment_of_condas(world: World) -> None:
    missing = world.locate(manager="conda").problem
    assert missing and missing.problem == "does not exist, so conda has no environment for it"
    assert missing.path == str(world.folder / "environment.yml")
    (world.folder / "environment.yml").write_text("channels: [x]\n")
    unnamed = world.locate(manager="conda").problem
    assert unnamed and unnamed.problem == "names no environment"


def test_condas_order(world: World) -> None:
    world.environ.update(CONDA_EXE=f"{world.home}/root/bin/conda", CONDA_ENVS_DIRS=f"{world.home}/first")
    (world.home / ".condarc").write_text("envs_dirs: [~/second]\n")
    world.conda("root")
    for place in ("first/shop", "second/shop", "root/envs/shop", ".conda/envs/shop"):
        world.conda(place)
    for place in ("first/shop", "second/shop", "root/envs/shop", ".conda/envs/shop"):
        assert world.found(manager="conda", venv="shop") == place
        (world.home / place).rename(world.home / "away")
        (world.home / "away").rename(world.home / f"away-{place.replace('/', '-')}")
    search = world.locate(manager="conda", venv="shop")
    assert search.problem and search.problem.path == str(world.home / "first/shop")


def test_condas_register(world: World) -> None:
    world.conda("far/away/shop")
    (world.home / ".conda").mkdir()
    world.conda("far/away/other")
    text = f"# conda's\n\n/gone/shop2\n{world.home}/far/away/other\n{world.home}/far/away/shop \n"
    (world.home / ".conda/environments.txt").write_text(text)
    assert world.found(manager="conda", venv="shop") == "far/away/shop"
    (world.home / "far/away/other/condabin").mkdir()
    world.conda("far/away/other/envs/below")
    assert world.found(manager="conda", venv="below") == "far/away/other/envs/below"
    assert list(rule.roots(world.locate())) == [f"{world.home}/far/away/other"]


def test_condas_base(world: World) -> None:
    root = world.conda("miniforge3")
    (root / "condabin").mkdir()
    for name in ("base", "root"):
        search = world.locate(manager="conda", venv=name)
        assert search.found and (search.found.root, search.found.name) == (str(root), "base")


def test_a_path_of_condas(world: World) -> None:
    world.conda("envs/far")
    assert world.found(manager="conda", venv="../envs/far") == "envs/far"
    assert world.found(venv="../envs/far") == "envs/far"


@pytest.mark.parametrize("name", [".conda", "envs", "env"])
def test_inside_the_project(world: World, name: str) -> None:
    world.conda(f"shop/{name}")
    assert world.found() == world.found(manager="conda") == f"shop/{name}"
    chosen = world.locate().chosen
    assert chosen and chosen.manager == "conda"


@pytest.mark.parametrize("path", [".", "..", "~", "a/b"])
def test_a_path_that_looks_like_a_name(world: World, path: str) -> None:
    (candidate,) = world.locate(manager="conda", venv=path).candidates
    assert candidate.path == os.path.normpath(world.home if path == "~" else world.folder / path)


def test_a_folder_of_that_name_that_is_no_environment(world: World) -> None:
    (world.home / ".conda/envs/shop").mkdir(parents=True)
    search = world.locate(manager="conda", venv="shop")
    assert search.problem and "no environment" in search.problem.problem


# ---- conda: what entering sets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, {"CONDA_SHLVL": "1"}),
        ({"CONDA_SHLVL": "0"}, {"CONDA_SHLVL": "1"}),
        ({"CONDA_SHLVL": "", "CONDA_PREFIX": "/gone"}, {"CONDA_SHLVL": "1"}),
        ({"CONDA_SHLVL": "1", "CONDA_PREFIX": "/base"}, {"CONDA_SHLVL": "2", "CONDA_PREFIX_1": "/base"}),
        (
            {"CONDA_SHLVL": " 2 ", "CONDA_PREFIX": "/x", "CONDA_PREFIX_1": "/b"},
            {"CONDA_SHLVL": "3", "CONDA_PREFIX_2": "/x"},
        ),
        ({"CONDA_SHLVL": "what"}, {"CONDA_SHLVL": "1"}),
        ({"CONDA_SHLVL": "1"}, {"CONDA_SHLVL": "2"}),
        ({"CONDA_SHLVL": "9" * 9}, {"CONDA_SHLVL": "1000000000"}),
        ({"CONDA_SHLVL": "1" * 10}, {"CONDA_SHLVL": "1"}),
    ],
)
def test_what_entering_sets(tmp_path: Path, environ: dict[str, str], expected: dict[str, str]) -> None:
    prefix = str(tmp_path / "envs" / "shop")
    usual = {"CONDA_PREFIX": prefix, "CONDA_DEFAULT_ENV": "shop", "CONDA_PROMPT_MODIFIER": "(my shop) "}
    unset = {"VIRTUAL_ENV": None, "VIRTUAL_ENV_PROMPT": None}
    assert dict(conda.variables(prefix, "my shop", environ)) == {**usual, **expected, **unset}


def test_condas_name_for_it(tmp_path: Path) -> None:
    assert conda.default_name("/x/envs/shop") == "shop"
    assert conda.default_name("/x/shop/.conda") == "/x/shop/.conda"
    (tmp_path / "condabin").mkdir()
    assert conda.default_name(str(tmp_path)) == "base"


def test_the_environments_own_variables(world: World) -> None:
    root = world.conda("envs/shop")
    folder = root / "etc/conda/env_vars.d"
    folder.mkdir(parents=True)
    (folder / "b.json").write_text(json.dumps({"SHARED": "b", "GDAL_DATA": "/g", "NUMBER": 1}))
    (folder / "a.json").write_text(json.dumps({"SHARED": "a"}))
    state = {
        "env_vars": {
            "OWN": "it's \n$(x)", "GONE": "***unset***", "PATH": "/evil", "HOME": "/evil", "LD_PRELOAD": "x",
            "NUL": "a\0", "HALF": "\ud800", "BYTE": "\udcff",
        }
    }  # fmt: skip
    (root / "conda-meta/state").write_text(json.dumps(state))
    names = {"a.json": {"SHARED": "a"}, "b.json": {"SHARED": "b", "GDAL_DATA": "/g"}}
    own = {"OWN": "it's \n$(x)", "BYTE": "\udcff"}
    expected = [
        (str(folder), {}),
        *((str(folder / name), said) for name, said in names.items()),
        (str(root / "conda-meta/state"), own),
    ]
    assert [(file, conda.settings(file)) for file in conda.files(str(root))] == expected


def test_the_environments_own_variables_are_not_those_of_conda(world: World) -> None:
    root = world.conda("envs/shop")
    (root / "conda-meta/state").write_text(json.dumps({"env_vars": {"CONDA_DEFAULT_ENV": "evil"}}))
    assert conda.settings(str(root / "conda-meta/state")) == {}
    assert dict(conda.variables(str(root), "x", {}))["CONDA_DEFAULT_ENV"] == "shop"


def test_a_name_that_is_code_is_harmless(tmp_path: Path) -> None:
    """Prompt themes put CONDA_DEFAULT_ENV into PS1."""
    prefix = str(tmp_path / "envs" / "$(touch PWNED)`x`\\")
    assert dict(conda.variables(prefix, "x", {}))["CONDA_DEFAULT_ENV"] == "_(touch PWNED)_x__"
    named = dict(conda.variables(str(tmp_path / "$(x)"), "x", {}))["CONDA_DEFAULT_ENV"]
    assert named == f"{tmp_path}/_(x)"


def test_files_of_variables_are_bounded_in_number(world: World) -> None:
    root = world.conda("envs/shop")
    folder = root / "etc/conda/env_vars.d"
    folder.mkdir(parents=True)
    for number in range(101):
        (folder / f"{number}.json").write_text("{}")
    with pytest.raises(VenvhookError, match="holds more than 100 files"):
        conda.files(str(root))
    (folder / "0.json").unlink()
    assert len(conda.files(str(root))) == 102


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[1]", '{"env_vars": 1}', "null", '{"env_vars": {"A": {}}}'])
def test_variables_that_are_not_understood(world: World, text: str) -> None:
    root = world.conda("envs/shop")
    (root / "conda-meta/state").write_text(text)
    if text in ("", "{") or text.startswith("[["):
        with pytest.raises(VenvhookError) as caught:
            conda.settings(str(root / "conda-meta/state"))
        assert caught.value.path == str(root / "conda-meta/state")
    else:
        assert conda.settings(str(root / "conda-meta/state")) == {}


def test_scripts_are_listed_not_run(world: World) -> None:
    root = world.conda("envs/shop")
    (root / "etc/conda/activate.d").mkdir(parents=True)
    (root / "etc/conda/activate.d/x.sh").write_text("touch /tmp/never")
    assert conda.scripts(str(root)) == ["x.sh"]
    assert "x.sh" in " ".join(world.locate(manager="conda", venv=str(root)).notes)


@pytest.mark.parametrize(
    ("record", "version"), [("python-3.12.1-h0_0_cpython.json", "3.12.1"), ("python-abi3-1.0-0.json", "")]
)
def test_condas_version(world: World, record: str, version: str) -> None:
    root = world.conda("envs/shop")
    (root / "conda-meta" / record).touch()
    (root / "conda-meta" / "python-dateutil-2.9-py_0.json").touch()
    assert environment.inspect(str(root)).version == version


def test_condas_folders_on_windows(world: World) -> None:
    root = world.conda("envs/shop")
    assert environment.inspect(str(root), LINUX).folders == [f"{root}/bin"]
    with pytest.raises(environment.Unfit, match="Linux or macOS"):
        environment.inspect(str(root), WINDOWS)
    (root / "python.exe").touch()
    found = environment.inspect(str(root), WINDOWS)
    inside = ["", "/Library/mingw-w64/bin", "/Library/usr/bin", "/Library/bin", "/Scripts", "/bin"]
    assert found.folders == [found.root + place for place in inside]


# ---- pyenv -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def versions(world: World) -> Path:
    """pyenv's folder, as pyenv-virtualenv leaves it: the environment is below its Python, versions/NAME a link."""
    home = world.home / ".pyenv/versions"
    (home / "3.12.1/bin").mkdir(parents=True)
    world.make(home / "3.12.1/envs/shop-env")
    (home / "shop-env").symlink_to(home / "3.12.1/envs/shop-env")
    return home


PLACE = ".pyenv/versions/3.12.1/envs/shop-env"


def test_pyenv_by_the_markers_name(world: World, versions: Path) -> None:
    assert world.found(manager="pyenv", venv="shop-env") == PLACE


@pytest.mark.parametrize(
    "text",
    [
        "shop-env\n",
        "# comment\n#note\n\nshop-env extra\n3.12.1\n",
        "3.12.1\nshop-env",
        "3.12.1/envs/shop-env\r\n",
    ],
)
def test_pyenv_by_python_version(world: World, versions: Path, text: str) -> None:
    (world.folder / ".python-version").write_text(text)
    assert world.found() == world.found(manager="pyenv") == PLACE


def test_pyenvs_order(world: World, versions: Path) -> None:
    for name in ("by-variable", "near", "far", "last"):
        world.make(versions / name)
    (world.home / ".pyenv/version").write_text("last\n")
    assert world.found(manager="pyenv") == ".pyenv/versions/last"
    (world.home / ".python-version").write_text("far\n")
    assert world.found(manager="pyenv") == ".pyenv/versions/far"
    (world.folder / ".python-version").write_text("near\n")
    assert world.found(manager="pyenv") == ".pyenv/versions/near"
    world.environ["PYENV_VERSION"] = "by-variable:3.12.1"
    assert world.found(manager="pyenv") == ".pyenv/versions/by-variable"
    world.environ["PYENV_ACTIVATE_SHELL"] = "1"  # `pyenv activate` set the other one: it only happens to be active
    assert world.found(manager="pyenv") == ".pyenv/versions/near"


def test_a_python_is_no_virtualenv(world: World, versions: Path) -> None:
    (world.folder / ".python-version").write_text("3.12.1\n")
    search = world.locate()
    assert search.problem and search.problem.problem == "there is no environment yet"
    assert "3.12.1" in " ".join(search.notes)
    named = world.locate(manager="pyenv")
    assert named.problem and "no virtualenv" in named.problem.problem


@pytest.mark.parametrize("name", ["..", "../..", "../../x", "3.12.1/../../../x", "3.12.1/../shop-env", "/etc", "out"])
def test_names_that_lead_out(world: World, versions: Path, name: str) -> None:
    world.make(world.home / "x")
    (versions / "out").symlink_to(world.home / "x")
    (world.folder / ".python-version").write_text(f"{name}\n")
    search = world.locate(manager="pyenv")
    assert search.found is None
    assert search.problem and "leads out of" in search.problem.problem
    assert world.found() is None


def test_a_link_of_pyenvs_to_nothing(world: World, versions: Path) -> None:
    (versions / "gone").symlink_to(versions / "3.9.1/envs/gone")
    search = world.locate(manager="pyenv", venv="gone")
    assert search.found is None and search.problem


# ---- virtualenvwrapper -----------------------------------------------------------------------------------------------


def test_virtualenvwrapper(world: World) -> None:
    world.make(world.home / ".virtualenvs/shop")
    assert world.found() is None  # an equal name alone says nothing
    assert world.found(manager="virtualenvwrapper") == ".virtualenvs/shop"
    bound = world.make(world.home / ".virtualenvs/other")
    (bound / ".project").write_text(str(world.folder))
    assert world.found() == world.found(manager="virtualenvwrapper") == ".virtualenvs/other"
    assert world.found(manager="virtualenvwrapper", venv="shop") == ".virtualenvs/shop"
    assert {str(world.home / ".virtualenvs"), str(bound / ".project")} <= set(world.locate().files)


def test_what_an_environment_of_virtualenvwrappers_is_bound_to(world: World) -> None:
    bound = world.make(world.home / ".virtualenvs/other")
    (world.home / "far/shop").mkdir(parents=True)
    (world.home / "link").symlink_to(world.home)
    for said, place in (("far/shop", None), ("link/shop", ".virtualenvs/other"), ("link", None), ("gone", None)):
        (bound / ".project").write_text(f"{world.home}/{said}\n")
        assert world.found() == place


@pytest.mark.parametrize(
    ("said", "place"), [("~/w", "w"), ("w", "w"), ("$HOME/w", "w"), ("{home}/w", "w"), ("", ".virtualenvs")]
)
def test_workon_home(world: World, said: str, place: str) -> None:
    world.environ["WORKON_HOME"] = said.format(home=world.home)
    world.make(world.home / place / "shop")
    assert world.found(manager="virtualenvwrapper", venv="shop") == f"{place}/shop"
