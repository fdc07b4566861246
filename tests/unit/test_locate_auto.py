"""locate/auto.py, venv.py, envs.py: the order, what is said of it, and what the answer rests on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from venvhook.errors import VenvhookError
from venvhook.locate import Search, auto, locate
from venvhook.locate.search import LIMIT
from venvhook.marker import MANAGERS, Marker

pytestmark = [pytest.mark.scenario(41), pytest.mark.skipif(os.name == "nt", reason="POSIX paths")]
Make = Callable[..., Path]


class World:
    """A home folder and a project, both empty."""

    def __init__(self, root: Path, make: Make) -> None:
        self.home, self.folder, self.make = root, root / "shop", make
        self.folder.mkdir()
        self.environ = {"HOME": str(root)}

    def write(self, name: str, text: str = "") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def locate(self, thorough: bool = False, **keys: str) -> Search:
        return locate(str(self.folder), Marker(**keys), self.environ, thorough)  # type: ignore[arg-type]

    def found(self, **keys: str) -> str | None:
        found = self.locate(**keys).found
        return found and os.path.relpath(found.root, self.home)

    def problem(self, **keys: str) -> VenvhookError:
        search = self.locate(**keys)
        assert search.found is None and search.problem is not None
        return search.problem


@pytest.fixture
def world(tmp_path: Path, make_environment: Make) -> World:
    return World(Path(os.path.realpath(tmp_path)), make_environment)


# Every kind of place, in the order of `auto`; each is made without disturbing the ones before.
PIPENVS = "shop-0000"


def everything(world: World) -> list[str]:
    world.environ.update(PIPENV_CUSTOM_VENV_NAME=PIPENVS, PYENV_ROOT=str(world.home / "pyenv"))
    world.write("Pipfile")
    world.write(".python-envs", "../first\n../last\n\n")
    world.write(".python-version", "bound\n")
    order = ["shop/.venv", "last", f".local/share/virtualenvs/{PIPENVS}", "pyenv/versions/bound"]
    order += ["shop/venv", "shop/env", "shop/.env", "shop/virtualenv"]
    for place in order:
        world.make(world.home / place)
    world.make(world.folder / ".conda", sign="conda-meta/history")
    world.make(world.home / ".virtualenvs/any")
    (world.home / ".virtualenvs/any/.project").write_text(f"{world.folder}\n")
    return [*order, "shop/.conda", ".virtualenvs/any"]


def test_the_order_of_auto(world: World) -> None:
    for place in everything(world):
        assert world.found() == place
        path = world.home / place
        path.rename(world.home / f"away-{place.replace('/', '-')}")
        if place == "last":
            assert world.problem().path == str(path)  # the draft allows no silent fallback
            (world.folder / ".python-envs").unlink()
    assert world.found() is None


def test_everything_that_was_there_is_named_on_request(world: World) -> None:
    order = everything(world)
    search = world.locate(thorough=True)
    assert [os.path.relpath(candidate.path, world.home) for candidate in search.candidates] == order
    managers = ["venv", "venv", "pipenv", "pyenv", "venv", "venv", "venv", "venv", "conda", "virtualenvwrapper"]
    assert [candidate.manager for candidate in search.candidates] == managers
    assert all(candidate.why for candidate in search.candidates)
    assert search.chosen is search.candidates[0]
    quick = world.locate()
    assert [candidate.path for candidate in quick.candidates] == [search.candidates[0].path]
    assert (search.conditions, search.files) == (quick.conditions, quick.files)  # what came after decides nothing


def test_a_member_of_a_workspace_needs_to_say_nothing_of_uv(world: World) -> None:
    (world.home / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["shop"]\n')
    world.write("pyproject.toml", '[project]\nname = "shop"\n')
    assert world.problem().path == str(world.home / ".venv")
    assert list(auto.managers(world.locate())) == ["uv"]
    world.write("pyproject.toml", "[tool.pdm]\n")
    assert list(auto.managers(world.locate())) == ["pdm"]
    world.write("pyproject.toml")
    world.write("poetry.lock")
    assert list(auto.managers(world.locate())) == ["poetry"]
    (world.home / "pyproject.toml").unlink()
    (world.folder / "poetry.lock").unlink()
    assert list(auto.managers(world.locate())) == []


@pytest.mark.parametrize(
    ("manager", "files"),
    [
        ("uv", ["uv.lock"]),
        ("poetry", ["poetry.lock", "poetry.toml"]),
        ("pipenv", ["Pipfile"]),
        ("pdm", ["pdm.lock", "pdm.toml", ".pdm-python"]),
        ("hatch", ["hatch.toml"]),
        ("conda", ["environment.yml", "environment.yaml"]),
    ],
)
def test_files_that_only_a_managers_projects_have(world: World, manager: str, files: list[str]) -> None:
    for file in files:
        path = world.write(file)
        assert list(auto.managers(world.locate())) == [manager]
        path.unlink()


@pytest.mark.parametrize("manager", MANAGERS)
def test_whose_environments_have_names(world: World, manager: str) -> None:
    world.write("pyproject.toml")
    place = world.locate(manager=manager, venv="x").candidates[0].path
    named = manager in ("hatch", "conda", "pyenv", "virtualenvwrapper")
    assert (place == str(world.folder / "x")) is not named


def test_two_managers(world: World) -> None:
    """A lock file says more than a table in pyproject.toml."""
    world.write("pyproject.toml", '[project]\nname = "shop"\n[tool.uv]\n[tool.poetry]\npackage-mode = false\n')
    assert "uv would put it here" in world.problem().problem
    world.write("poetry.lock")
    assert "poetry would put it here" in world.problem().problem


@pytest.mark.parametrize(
    ("file", "text", "manager", "place"),
    [
        ("uv.lock", "", "uv", "shop/.venv"),
        ("pyproject.toml", "[tool.uv]\n", "uv", "shop/.venv"),
        ("Pipfile", "", "pipenv", ".local/share/virtualenvs/shop-"),
        ("pyproject.toml", '[tool.poetry]\nname = "shop"\n', "poetry", ".cache/pypoetry/virtualenvs/shop-"),
        (
            "pyproject.toml",
            '[project]\nname="x"\n[build-system]\nbuild-backend = "poetry.core.masonry.api"\n',
            "poetry",
            "",
        ),
        ("pyproject.toml", "[tool.pdm]\n", "pdm", "shop/.venv"),
        ("pyproject.toml", "[tool.hatch.envs.default]\n", "hatch", ".local/share/hatch/env/virtual/shop/"),
        ("hatch.toml", "[envs.default]\n", "hatch", ".local/share/hatch/env/virtual/shop/"),
        ("environment.yml", "name: shop-env  # ours\n", "conda", ".conda/envs/shop-env"),
        ("environment.yaml", "name:shop-env\n", "conda", ".conda/envs/shop-env"),
        (".python-version", "shop-env\n", "pyenv", ".pyenv/versions/shop-env"),
        ("pyproject.toml", "[tool.hatch.version]\n", "", "shop/.venv"),
        (".python-version", "3.12\n", "", "shop/.venv"),
        ("requirements.txt", "", "", "shop/.venv"),
    ],
)
def test_no_environment_yet(world: World, file: str, text: str, manager: str, place: str) -> None:
    world.write(file, text)
    problem = world.problem()
    assert problem.problem == "there is no environment yet" + (f" ({manager} would put it here)" if manager else "")
    assert problem.path is not None and os.path.relpath(problem.path, world.home).startswith(place)
    assert problem.remedy == "to make it: venvhook create"
    assert sorted(os.listdir(world.home)) == ["shop"]  # looking makes nothing


@pytest.mark.parametrize(
    "manager", [m for m in MANAGERS if m not in ("auto", "venv", "virtualenv", "uv", "virtualenvwrapper")]
)
def test_a_manager_without_its_files(world: World, manager: str) -> None:
    problem = world.problem(manager=manager)
    assert problem.path and problem.remedy
    assert manager in problem.problem or "names no" in problem.problem
    assert [candidate.path for candidate in world.locate(manager=manager).candidates] == [problem.path]


def test_by_name_only_that_managers_place_counts(world: World) -> None:
    everything(world)
    assert world.found(manager="pipenv") == f".local/share/virtualenvs/{PIPENVS}"
    assert world.found(manager="pyenv") == "pyenv/versions/bound"
    assert world.found(manager="virtualenvwrapper") == ".virtualenvs/any"
    assert world.found(manager="virtualenv") == "shop/.venv"
    (world.folder / ".conda/conda-meta").rename(world.folder / ".conda/x")
    assert world.found(manager="conda") is None


@pytest.mark.parametrize(
    ("file", "line"), [("pyproject.toml", 2), ("poetry.toml", 2), ("Pipfile", 2), ("hatch.toml", 2)]
)
def test_a_broken_file_of_a_manager(world: World, file: str, line: int) -> None:
    broken = "[tool.poetry]\nx = = 1  # venv_in_project\n"
    world.write("pyproject.toml", "[tool.poetry]\n")
    world.write(file, broken)
    problem = world.problem()
    assert (problem.path, problem.line) == (str(world.folder / file), line)
    assert world.locate().candidates[-1].path == problem.path
    world.make(world.folder / "venv")
    assert problem.path not in [each.path for each in world.locate(thorough=True).candidates]
    assert world.found() == "shop/venv"  # somebody else's mistake is no reason not to enter what is there


def test_files_that_are_not_text(world: World) -> None:
    world.write("pyproject.toml").write_bytes(b"[tool.poetry]\0")
    assert "NUL" in world.problem().problem
    world.write("pyproject.toml", "#" * (LIMIT + 1))
    assert "larger" in world.problem().problem
    (world.folder / "pyproject.toml").unlink()
    os.mkfifo(world.folder / "pyproject.toml")
    os.mkfifo(world.folder / "Pipfile")
    assert world.problem().problem == "there is no environment yet"  # and nothing waits for a writer


# ---- What the answer rests on ----------------------------------------------------------------------------------------


def test_settings_are_watched_whether_they_are_there_or_not(world: World) -> None:
    world.write("pyproject.toml", '[tool.poetry]\nname = "shop"\n')
    search = world.locate()
    watched = ["pyproject.toml", "poetry.toml", "../.config/pypoetry/config.toml", "../.cache/pypoetry/virtualenvs"]
    assert set(search.files) >= {os.path.normpath(world.folder / name) for name in watched}
    names = {str(condition[1]): condition[2] for condition in search.conditions if condition[0] == "variable"}
    assert names["HOME"] == str(world.home)
    assert names["POETRY_VIRTUALENVS_PATH"] is None and names["POETRY_VIRTUALENVS_IN_PROJECT"] is None
    assert ("absent", str(world.folder / ".venv")) in search.conditions
    assert ("absent", str(world.folder / "Pipfile")) in search.conditions


def test_what_is_active_is_not_looked_at(world: World) -> None:
    everything(world)
    before = world.locate(thorough=True)
    world.environ.update(
        VIRTUAL_ENV="/other", CONDA_PREFIX="/base", CONDA_SHLVL="1", CONDA_DEFAULT_ENV="base", PATH="/other/bin"
    )
    after = world.locate(thorough=True)
    assert (before.conditions, [c.path for c in before.candidates]) == (
        after.conditions,
        [c.path for c in after.candidates],
    )


def test_no_process_no_dear_module(world: World, tmp_path: Path) -> None:
    """As hooks start it, and with nothing imported for a project whose environment is in .venv."""
    script = """if True:
        import sys
        sys.path.insert(0, sys.argv[1])
        sys.addaudithook(lambda event, found: event in ("subprocess.Popen", "os.system", "os.fork", "os.exec",
                                                        "os.posix_spawn", "socket.connect") and sys.exit(event))
        from venvhook.locate import locate
        from venvhook.marker import Marker
        search = locate(sys.argv[2], Marker(), {"HOME": sys.argv[3]})
        dear = "re json typing dataclasses pathlib argparse collections enum hashlib shlex subprocess tomllib base64"
        print(*[name for name in dear.split() if name in sys.modules])
        print(*sorted(name.split(".")[2] for name in sys.modules if name.startswith("venvhook.locate.")))
    """
    package = str(Path(__file__).parents[2])

    def loaded() -> list[str]:
        command = [sys.executable, "-I", "-S", "-c", script, package, str(world.folder), str(world.home)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    world.make(world.folder / ".venv")
    assert loaded() == ["", "auto search venv"]
    (world.folder / ".venv").rename(world.folder / "away")
    world.write("Pipfile", "[packages]\n")
    assert loaded() == ["", "auto conda envs naming pipenv search venv virtualenvwrapper"]


# ---- .venv files and .python-envs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "environ", "place"),
    [
        ("../envs/x\n", {}, "envs/x"),
        ("./x", {}, "shop/x"),
        ("{home}/x y\r\n", {}, "x y"),
        ("~/x", {}, "x"),
        ("x\n", {}, ".virtualenvs/x"),
        ("x\n", {}, ".local/share/virtualenvs/x"),
        ("x\n", {}, "shop/x"),
        ("x\n", {"WORKON_HOME": "{home}/w"}, "w/x"),
        ("x\n", {"VIRTUALFISH_HOME": "~/fish"}, "fish/x"),
        ("x\n", {"AUTOSWITCH_VIRTUAL_ENV_DIR": "{home}/auto"}, "auto/x"),
        ("x\n", {"XDG_DATA_HOME": "{home}/data"}, "data/virtualenvs/x"),
    ],
)
def test_dot_venv_files(world: World, text: str, environ: dict[str, str], place: str) -> None:
    world.environ.update({name: value.format(home=world.home) for name, value in environ.items()})
    path = world.write(".venv", text.format(home=world.home))
    world.make(world.folder / "venv")
    assert world.problem().path  # it names something that is not there: nothing else is taken
    world.make(world.home / place)
    assert world.found() == place
    assert str(path) in world.locate().files


def test_a_name_in_a_dot_venv_file_that_is_nowhere_is_made_beside_the_file(world: World) -> None:
    world.write(".venv", "nope\n")
    problem = world.problem()
    assert problem.path == str(world.folder / "nope")
    assert (problem.problem, problem.remedy) == ("there is no environment yet", "to make it: venvhook create")
    conditions = world.locate().conditions
    assert ("absent", str(world.home / ".virtualenvs/nope")) in conditions  # it may still come


def test_what_lies_beside_a_dot_venv_file_wins_over_a_namesake(world: World) -> None:
    world.make(world.home / ".virtualenvs/x")
    world.make(world.home / ".local/share/virtualenvs/x")
    world.write(".venv", "x\n")
    assert world.found() == ".virtualenvs/x"
    (world.folder / "x").mkdir()  # a folder of that name, such as a package's, is no environment
    assert world.found() == ".virtualenvs/x"
    world.make(world.folder / "x/..x").rename(world.folder / "y")
    (world.folder / "x").rmdir()
    (world.folder / "y").rename(world.folder / "x")
    assert world.found() == "shop/x"


@pytest.mark.parametrize("text", ["x\nanother\n", "\ufeffx\n", "x\r\ny\r\n", "  x  \n\n"])
def test_the_first_line_of_a_dot_venv_file_counts(world: World, text: str) -> None:
    world.write(".venv", text)
    world.make(world.folder / "x")
    assert world.found() == "shop/x"
    assert world.locate().chosen.file == str(world.folder / ".venv")  # type: ignore[union-attr]


def test_a_dot_venv_file_that_the_marker_names_is_followed(world: World) -> None:
    world.write(".venv", "x\n")
    world.make(world.folder / "x")
    for keys in ({"venv": ".venv"}, {"venv": "./.venv", "manager": "venv"}, {"venv": ".venv", "manager": "uv"}):
        assert world.found(**keys) == "shop/x"
    world.write(".venv", "")
    assert world.problem(venv=".venv").problem == "this is no environment, and no folder"


@pytest.mark.parametrize("manager", ["auto", "uv", "pipenv"])
def test_a_line_that_is_no_path_is_not_shown_whole(world: World, manager: str) -> None:
    world.write("pyproject.toml")
    world.write("Pipfile")
    world.write(".venv", "x" * 100_000)
    assert len(str(world.problem(manager=manager))) < 1000


def test_no_variable_reaches_a_projects_file(world: World) -> None:
    world.environ.update(SECRET="hidden", HOME=str(world.home))
    world.write("pyproject.toml")
    for text in ("/net/${SECRET}.example/x", "$SECRET", "~/$SECRET", "../$SECRET/x"):
        for name, manager in ((".venv", "auto"), (".venv", "uv"), (".python-envs", "auto")):
            (world.folder / ".venv").unlink(missing_ok=True)
            world.write(name, text)
            search = world.locate(manager=manager)
            assert "hidden" not in repr([str(search.problem), search.conditions, [c.path for c in search.candidates]])
        (world.folder / ".python-envs").unlink()


@pytest.mark.parametrize("text", ["", "\n", "\nb\n", "  \n"])
def test_a_dot_venv_file_that_says_nothing(world: World, text: str) -> None:
    world.write(".venv", text)
    assert world.problem().problem == "this is no environment, and no folder"
    world.make(world.folder / "venv")
    assert world.found() == "shop/venv"


@pytest.mark.parametrize("text", ["$(touch x)/y", "`touch x`/y", "x;touch x/y", "$HOME\\/x"])
def test_nothing_in_a_dot_venv_file_is_run(world: World, text: str) -> None:
    world.write(".venv", text)
    assert world.problem().path
    assert sorted(os.listdir(world.folder)) == [".venv"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a\nb\n", "shop/b"),
        ("a\nb", "shop/b"),
        ("a\n b \n", "shop/b"),
        ("a b\n", "shop/a b"),
        ("a\r\nb\r\n", "shop/b"),
        ("a\n../b\na\n", "shop/a"),
        ("{home}/b\n\n", "b"),
    ],
)
def test_python_envs(world: World, text: str, place: str) -> None:
    world.write(".python-envs", text.format(home=world.home))
    for name in ("a", "b", "a b", "../b"):
        world.make(world.folder / name)
    assert world.found() == place
    world.make(world.folder / ".venv")
    assert world.found() == "shop/.venv"  # which the draft takes for the last line


def test_python_envs_that_say_nothing(world: World) -> None:
    world.write(".python-envs", " \n\n")
    world.make(world.folder / "venv")
    assert world.found() == "shop/venv"


def test_python_envs_with_a_last_line_that_is_no_environment(world: World) -> None:
    world.make(world.folder / "a")
    path = world.write(".python-envs", "a\nssh://host/env\n")
    problem = world.problem()
    assert problem.path and problem.path.startswith(str(world.folder))
    assert str(path) in world.locate().files


def test_a_link_to_an_environment(world: World) -> None:
    world.make(world.home / "real")
    (world.folder / ".venv").symlink_to("../real")
    assert world.found() == "shop/.venv"
