"""locate/: what each manager's rule makes of a project, against names that the managers themselves gave; workspaces."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

import pytest

from venvhook.locate import Search, conda, hatch, locate, pdm, pipenv, places, poetry, pyenv, uv, venv, workspace
from venvhook.locate.naming import normalized
from venvhook.managers import MANAGERS
from venvhook.marker import Marker
from venvhook.system import LINUX, MACOS, WINDOWS, System, folded

pytestmark = [pytest.mark.scenario(40), pytest.mark.skipif(os.name == "nt", reason="POSIX paths")]
Make = Callable[..., Path]
SIXTY = "a" * 60


# ---- Names, as the managers' own code gave them for these paths ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "folder", "expected"),
    [
        # the first two are vectors that other tools test themselves with
        ("poetry-demo", "/Users/donjayamanne/temp/poetry-sample1/poetry-demo", "poetry-demo-gNT2WXAV"),
        ("new-project", "/Users/donjayamanne/temp/POETRY-UPPER/new-PROJECT", "new-project-TbBV0MKD"),
        ("My_Shop.x", "/srv/my shop", "my-shop-x-7DyaQ_Gz"),
        (SIXTY.upper(), "/srv/prüfung-日本", "a" * 42 + "-imqldtTT"),
        ("non-package-mode", "/srv", "non-package-mode-o9msT97p"),
    ],
)
def test_poetrys_names(name: str, folder: str, expected: str) -> None:
    assert poetry.base_name(name, folder) == expected


@pytest.mark.parametrize(
    ("pipfile", "expected"),
    [
        ("/srv/shop/Pipfile", "shop-F2F75yho"),
        ("/srv/My Proj (x)/Pipfile", "My_Proj__x_-nFsMcNBG"),
        ("/srv/prüfung-日本/Pipfile", "prüfung-日本-iJyHiCz6"),
        (f"/srv/{SIXTY}/Pipfile", "a" * 42 + "-i8x-Kc97"),
        ('/srv/it\'s $HOME [y] & "z"/Pipfile', "it's__HOME__y_____z_-2pTZbvyK"),
    ],
)
def test_pipenvs_names(pipfile: str, expected: str) -> None:
    assert pipenv.environment_name(Search("/srv", {}), pipfile) == expected


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/srv/shop", "shop-NfzXZGQf-"),
        ("/srv/My Proj (x)", "My Proj (x)-oSgihXJ9-"),
        ("/srv/prüfung-日本", "prüfung-日本-ZpHJfdHL-"),
        (f"/srv/{SIXTY}", f"{SIXTY}-VK5gvSKE-"),
    ],
)
def test_pdms_names(folder: str, expected: str) -> None:
    assert pdm.prefix(folder) == expected


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/srv/shop", "58fqC6Q1"),
        ("/srv/My Proj (x)", "u8-bhieB"),
        ("/srv/prüfung-日本", "imqldtTT"),
        (f"/srv/{SIXTY}", "J865l8vu"),
        (os.fsdecode(b"/srv/\xff"), "pDITuQxm"),
    ],
)
def test_hatchs_digests(folder: str, expected: str) -> None:
    assert hatch.identity(folder) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a", "a"), ("A_b.C", "a-b-c"), ("a--b", "a-b"), ("a-._b", "a-b"), ("-a-", "-a-"), ("--", "-"), ("__a", "-a")],
)
def test_normalized_names(name: str, expected: str) -> None:
    assert normalized(name) == expected


# ---- uv --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "patterns", "expected"),
    [
        ("a", ["a"], True),
        ("a", ["./a/"], True),
        ("a", ["b", "a"], True),
        ("a", [], False),
        ("A", ["a"], False),
        ("ab", ["a?"], True),
        ("a", ["a/b"], False),
        ("a/b", ["a"], False),
        ("packages/a", ["packages/*"], True),
        ("packages/a/b", ["packages/*"], False),
        ("packages/a/b", ["packages/**"], True),
        ("packages", ["packages/**"], True),
        ("x/y/z", ["**/z"], True),
        ("z", ["**/z"], True),
        ("z/y", ["**/z"], False),
        ("a/x/y/b", ["a/**/b"], True),
        ("x/b", ["a/**"], False),
        ("x/b", ["a/**/b"], False),
    ],
)
def test_what_a_workspaces_pattern_names(member: str, patterns: list[str], expected: bool) -> None:
    assert workspace.matches(f"/root/{member}", "/root", patterns) is expected


@pytest.mark.parametrize(
    ("root", "own", "shared"),
    [
        ('members = ["packages/*"]', "", True),
        ('members = [1, "packages/a"]', "", True),
        ('members = ["packages/*"]\nexclude = ["packages/a"]', "", False),
        ('members = ["other"]\nexclude = ["other"]', "", False),
        ('members = "packages/a"', "", False),
        ("exclude = []", "", False),
        ('members = ["packages/*"]', '[tool.uv.workspace]\nmembers = ["x"]', False),
    ],
)
def test_the_root_of_uvs_workspace(tmp_path: Path, root: str, own: str, shared: bool) -> None:
    member = tmp_path / "packages/a"
    member.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(f"[tool.uv.workspace]\n{root}\n")
    (member / "pyproject.toml").write_text(own)
    assert uv.workspace_root(Search(str(member), {})) == str(tmp_path if shared else member)
    if shared:  # the next project above decides
        (tmp_path / "packages/pyproject.toml").touch()
        assert uv.workspace_root(Search(str(member), {})) == str(member)


def test_uvs_place(tmp_path: Path) -> None:
    def place(**environ: str) -> tuple[str, bool]:
        (candidate,) = uv.candidates(Search(str(tmp_path), environ))
        return candidate.path, candidate.binding

    assert place() == (f"{tmp_path}/.venv", False)
    assert place(UV_PROJECT_ENVIRONMENT="envs/x") == (f"{tmp_path}/envs/x", False)
    (tmp_path / ".venv").write_text("/cache/env\n")
    assert place() == ("/cache/env", True)


# ---- The platforms' folders ------------------------------------------------------------------------------------------

USER = {"HOME": "/u", "USERPROFILE": "/u", "LOCALAPPDATA": "/u/Local", "APPDATA": "/u/Roaming"}


@pytest.mark.parametrize(
    ("platform", "kind", "keys", "environ", "expected"),
    [
        (LINUX, "config", {}, {}, "/u/.config/x"),
        (LINUX, "data", {}, {}, "/u/.local/share/x"),
        (LINUX, "cache", {}, {}, "/u/.cache/x"),
        (LINUX, "cache", {}, {"XDG_CACHE_HOME": "/c"}, "/c/x"),
        (LINUX, "cache", {}, {"XDG_CACHE_HOME": "c"}, "/u/.cache/x"),
        (LINUX, "cache", {}, {"XDG_CACHE_HOME": ""}, "/u/.cache/x"),
        (MACOS, "config", {}, {}, "/u/Library/Application Support/x"),
        (MACOS, "data", {}, {}, "/u/Library/Application Support/x"),
        (MACOS, "cache", {}, {}, "/u/Library/Caches/x"),
        (MACOS, "data", {}, {"XDG_DATA_HOME": "/d"}, "/d/x"),
        (WINDOWS, "config", {"roaming": True}, {}, "/u/Roaming/x"),
        (WINDOWS, "config", {"roaming": True}, {"APPDATA": ""}, "/u/x"),
        (WINDOWS, "cache", {}, {}, "/u/Local/x/Cache"),
        (WINDOWS, "data", {}, {}, "/u/Local/x"),
        (WINDOWS, "data", {"author": True}, {"XDG_DATA_HOME": "/d"}, "/u/Local/x/x"),
    ],
)
def test_the_platforms_folders(
    platform: System,
    kind: str,
    keys: dict[str, bool],
    environ: dict[str, str],
    expected: str,
) -> None:
    search = Search("/p", {**USER, **environ}, system=platform)
    assert places.folder(search, kind, "x", **keys) == expected


# ---- Which of several ------------------------------------------------------------------------------------------------


@pytest.fixture
def several(tmp_path: Path, make_environment: Make) -> Callable[..., str]:
    """A poetry project with environments for several Pythons; a function that says which one is taken."""
    folder = tmp_path / "shop"
    folder.mkdir()
    base = poetry.base_name("shop", str(folder))
    home = tmp_path / ".cache/pypoetry/virtualenvs"
    for version in ("3.9", "3.10", "3.12"):
        make_environment(home / f"{base}-py{version}", f"version = {version}.1\n")
    make_environment(home / f"{base}x-py3.13")

    def taken(requires: str = "", python: str | None = None, chosen: str = "") -> str:
        (folder / "pyproject.toml").write_text(f'[project]\nname = "shop"\nrequires-python = "{requires}"\n')
        if chosen:
            (home / "envs.toml").write_text(f'[{base}]\nminor = "{chosen}"\npatch = "{chosen}.1"\n')
        search = locate(str(folder), Marker(manager="poetry", python=python), {"HOME": str(tmp_path)})
        assert search.found is not None
        return search.found.version[:-2]

    return taken


def test_which_of_poetrys(several: Callable[..., str]) -> None:
    assert several() == "3.12"
    assert several(requires="<3.12") == "3.10"
    assert several(python="3.9") == "3.9"
    assert several(python="3.9.1") == "3.9"
    assert several(python=">=3.10,<3.12") == "3.10"
    assert several(chosen="3.9") == "3.9"
    assert several(chosen="3.9", python="3.10") == "3.10"


def test_poetrys_choice_says_why(several: Callable[..., str], tmp_path: Path) -> None:
    several()
    search = locate(str(tmp_path / "shop"), Marker(manager="poetry"), {"HOME": str(tmp_path)}, thorough=True)
    assert search.chosen is not None and search.chosen.why == "the newest of poetry's 3 that fits"
    assert [candidate.path[-4:] for candidate in search.candidates] == ["3.12", "3.10", "y3.9"]


# ---- A place is absolute, whatever a file or a variable says ---------------------------------------------------------

RELATIVE = ("shop", "./shop", "../shop", "shop/", "a/../b", ".", "..", "~", "~x/y", "-", " x", "\u00e9", "C:x", "//")
VARIABLES = (
    "HOME", "WORKON_HOME", "VIRTUALFISH_HOME", "AUTOSWITCH_VIRTUAL_ENV_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME", "UV_PROJECT_ENVIRONMENT", "PIPENV_PIPFILE", "PIPENV_CUSTOM_VENV_NAME", "PDM_PYTHON",
    "PDM_CONFIG_FILE", "POETRY_VIRTUALENVS_PATH", "POETRY_CACHE_DIR", "POETRY_CONFIG_DIR", "HATCH_CONFIG",
    "HATCH_DATA_DIR", "HATCH_ENV_TYPE_VIRTUAL_PATH", "PYENV_ROOT", "PYENV_VERSION", "CONDA_ENVS_DIRS",
    "CONDA_ENVS_PATH", "CONDA_EXE", "MAMBA_ROOT_PREFIX", "CONDARC",
)  # fmt: skip
FILES = {
    ".venv": "{}\n",
    ".python-envs": "{}\n",
    ".python-version": "{}\n",
    ".pdm-python": "{}\n",
    "environment.yml": "name: {}\n",
    "poetry.toml": "[virtualenvs]\npath = '{}'\n",
    "hatch.toml": "[envs.default]\npath = '{}'\n",
    "../.condarc": "envs_dirs:\n  - {}\n",
    "../.conda/environments.txt": "{}\n",
    "../.config/hatch/config.toml": "[dirs.env]\nvirtual = '{}'\n[dirs]\ndata = '{}'\n",
    "../.config/pdm/config.toml": "[venv]\nlocation = '{}'\nin_project = false\n",
    "../.config/pypoetry/config.toml": "cache-dir = '{}'\n[virtualenvs]\npath = '{}'\n",
}
MANAGED = ("auto", "venv", "uv", "poetry", "pipenv", "pdm", "hatch", "conda", "pyenv", "virtualenvwrapper")


def places_of(folder: Path, environ: dict[str, str]) -> list[str]:
    """All places that any rule gives, with and without a name. `Candidate` refuses those that are relative."""
    found = []
    for manager in MANAGED:
        for venv in (None, "name", "."):
            marker = Marker(manager=manager, venv=venv)  # type: ignore[arg-type]
            found += [each.path for each in locate(str(folder), marker, environ, thorough=True).candidates]
    return found


def a_project(root: Path) -> Path:
    folder = root / "home/project"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (folder / "Pipfile").touch()
    return folder


@pytest.mark.parametrize("said", RELATIVE)
def test_a_place_of_a_file_is_absolute(
    tmp_path: Path, make_environment: Make, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """Whatever folder a command is called in: there, a namesake waits."""
    folder = a_project(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{}", said))
        found = places_of(folder, {"HOME": str(tmp_path / "home")})
        assert found and not [each for each in found if each.startswith(str(elsewhere))], name
        if name != ".python-version":
            path.unlink()


@pytest.mark.parametrize("said", RELATIVE)
def test_a_place_of_a_variable_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    folder = a_project(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for name in VARIABLES:
        found = places_of(folder, {"HOME": str(tmp_path / "home"), name: said})
        assert found and not [each for each in found if each.startswith(str(elsewhere))], name


def test_uvs_redirect_is_relative_to_its_file(tmp_path: Path, make_environment: Make) -> None:
    root = Path(os.path.realpath(tmp_path))
    (root / "packages/a").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["packages/*"]\n')
    (root / "packages/a/pyproject.toml").touch()
    make_environment(root / "shop")
    for text in ("shop\n", "shop\nsecond\n", "./shop", f"{root}/shop\r\n"):
        (root / ".venv").write_text(text)
        for folder in (root, root / "packages/a"):
            search = locate(str(folder), Marker(manager="uv"), {"HOME": str(root)})
            assert search.found and search.found.root == str(root / "shop")
            assert search.chosen and search.chosen.file == str(root / ".venv")


@pytest.mark.parametrize("name", ["../legacy/.venv", "/srv/legacy", "..", "."])
def test_conda_takes_no_path_for_a_name(tmp_path: Path, make_environment: Make, name: str) -> None:
    folder = a_project(tmp_path)
    make_environment(tmp_path / "home/.conda/legacy/.venv", sign="conda-meta/history")
    (folder / "environment.yml").write_text(f"name: {name}\n")
    search = locate(str(folder), Marker(manager="conda"), {"HOME": str(tmp_path / "home")})
    assert search.found is None and "is no name of an environment" in str(search.problem)


def test_what_another_user_has_put_above_does_not_count(
    tmp_path: Path, make_environment: Make, give_away: Callable[[Path], None]
) -> None:
    """Anybody may write into a folder such as /tmp, and so make a project in it a member of their workspace."""
    root = Path(os.path.realpath(tmp_path))
    folder = root / "shop"
    folder.mkdir()
    make_environment(folder / ".venv")
    make_environment(root / "trap")
    (folder / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    make_environment(root / ".pyenv/versions/trap")
    (root / ".venv").write_text("trap\n")
    above = {
        "uv": ("pyproject.toml", '[tool.uv.workspace]\nmembers = ["*"]\n', ".venv"),
        "pdm": ("pyproject.toml", '[tool.pdm.workspace]\nmembers = ["*"]\n', ".venv"),
        "pipenv": ("Pipfile", "[pipenv]\nvenv_in_project = true\n", ".venv"),
        "pyenv": (".python-version", "trap\n", "trap"),
    }
    for manager, (name, text, _) in above.items():
        (root / name).write_text(text)
        before = locate(str(folder), Marker(manager=manager), {"HOME": str(root)}).candidates
        give_away(root / name)
        after = locate(str(folder), Marker(manager=manager), {"HOME": str(root)}).candidates
        assert [each.path for each in before] != [each.path for each in after], manager
        assert not [each for each in after if "trap" in each.path], manager
        (root / name).unlink()


def test_what_is_being_made_is_not_entered(tmp_path: Path, make_environment: Make) -> None:
    folder = a_project(tmp_path)
    root = make_environment(folder / ".venv")
    mark = folder / ".venvhook-new-.venv"
    mark.touch()
    search = locate(str(folder), Marker(), {"HOME": str(tmp_path)})
    assert search.found is None and search.problem is not None
    assert search.problem.path == str(root) and "is still being made" in search.problem.problem
    assert ("exists", str(mark)) in search.conditions  # the answer holds as long as the mark is there
    mark.unlink()
    found = locate(str(folder), Marker(), {"HOME": str(tmp_path)}).found
    assert found and found.root == str(root)


# ---- Every system ----------------------------------------------------------------------------------------------------

ALL = pytest.mark.parametrize("system", [LINUX, MACOS, WINDOWS], ids=lambda system: system.name)


@ALL
def test_a_variable_is_asked_for_as_the_system_compares_names(system: System) -> None:
    environ = folded({"foo": "/low", "FOO_2": "/up"}, system)
    search = Search("/p", environ, system=system)
    assert search.variable("foo") == "/low"
    assert search.expand("$foo_2/x", "/p") == ("/up/x" if system is WINDOWS else "/p/$foo_2/x")
    assert search.conditions[0] == ("variable", "foo", "/low")


@pytest.mark.parametrize(
    ("system", "named", "pattern", "expected"),
    [
        (LINUX, "/r/packages/a", "packages/*", True),
        (LINUX, "/r/packages/a", "packages\\\\*", False),
        (WINDOWS, "C:\\r\\packages\\a", "packages/*", True),
        (WINDOWS, "C:\\r\\packages\\a", "packages\\*", True),
        (WINDOWS, "C:\\r\\packages\\a\\b", "packages/**", True),
        (WINDOWS, "C:\\r\\packages\\a", "./packages/a", True),
        (WINDOWS, "C:\\r\\other\\a", "packages/*", False),
    ],
)
def test_patterns_of_a_workspace(system: System, named: str, pattern: str, expected: bool) -> None:
    root = "C:\\r" if system is WINDOWS else "/r"
    assert workspace.matches(named, root, [pattern], system) is expected


def test_digests_of_folders_on_every_system() -> None:
    """hatch knows no case on Windows and macOS, poetry none on Windows; pdm takes every path with `/`."""
    assert hatch.identity("/A/b", MACOS) == hatch.identity("/a/B", WINDOWS) == hatch.identity("/a/b", LINUX)
    assert hatch.identity("/A/b", LINUX) != hatch.identity("/a/b", LINUX)
    assert poetry.base_name("x", "/A", WINDOWS) == poetry.base_name("x", "/a", WINDOWS)
    assert poetry.base_name("x", "/A", MACOS) != poetry.base_name("x", "/a", MACOS)
    assert pdm.prefix("C:\\w\\shop", WINDOWS) == pdm.prefix("C:/w/shop", LINUX)


@pytest.mark.parametrize(
    ("line", "expected"), [("..\\envs\\x", "/p/..\\envs\\x"), ("x", "/w/x"), ("~\\x", "/h\\x"), ("a/x", "/p/a/x")]
)
def test_what_a_venv_file_names_on_windows(tmp_path: Path, line: str, expected: str) -> None:
    """A backslash makes a path of it there, as a slash does."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "w/x").mkdir(parents=True)
    (tmp_path / "shop/.venv").write_bytes(line.encode() + b"\r\n")
    environ = {"USERPROFILE": str(tmp_path / "h"), "WORKON_HOME": str(tmp_path / "w")}
    search = Search(str(tmp_path / "shop"), environ, system=WINDOWS)
    (found,) = venv.named(search, str(tmp_path / "shop/.venv"))
    assert found.path == os.path.normpath(f"{tmp_path}{expected.replace('/p/', '/shop/', 1)}")


@pytest.mark.parametrize(
    ("system", "named", "out"),
    [
        (LINUX, "3.12.1", False),
        (LINUX, "../x", True),
        (LINUX, "..\\x", False),
        (LINUX, ".", True),
        (WINDOWS, "..\\x", True),
        (WINDOWS, "a/..\\..\\x", True),
        (WINDOWS, "3.12.1", False),
    ],
)
def test_names_that_lead_out_of_pyenvs_folder(tmp_path: Path, system: System, named: str, out: bool) -> None:
    assert pyenv._leads_out(str(tmp_path), named, system) is out


@pytest.mark.parametrize(
    ("program", "root"),
    [
        ("/m/bin/conda", "/m"),
        ("/m/Scripts/conda.exe", "/m"),
        ("/m/condabin/conda.bat", "/m"),
        ("/m/Library/bin/conda.bat", "/m"),
    ],
)
def test_where_conda_is_by_its_program(program: str, root: str) -> None:
    assert next(conda.roots(Search("/p", {"CONDA_EXE": program}, system=WINDOWS))) == root


@pytest.mark.parametrize(
    "place",
    [
        "home/miniconda3", "local/miniforge3", "data/anaconda3", "roaming/mamba", "home/scoop/apps/miniforge3/current",
    ],
)  # fmt: skip
def test_where_installers_put_conda_on_windows(tmp_path: Path, place: str) -> None:
    names = {"USERPROFILE": "home", "LOCALAPPDATA": "local", "PROGRAMDATA": "data", "APPDATA": "roaming"}
    environ = {name: str(tmp_path / folder) for name, folder in names.items()}
    (tmp_path / place / "envs/shop").mkdir(parents=True)
    search = Search(str(tmp_path), environ, system=WINDOWS)
    assert f"{tmp_path}/{place}" in conda.roots(search)
    found = [candidate.path for candidate in conda.candidates(search, "shop")]
    assert f"{tmp_path}/{place}/envs/shop" in found and f"{tmp_path}/local/conda/conda/envs/shop" in found
    assert f"{tmp_path}/{place}" not in conda.roots(Search(str(tmp_path), {"HOME": str(tmp_path / "x")}, system=LINUX))


def test_condas_settings_for_all_users(tmp_path: Path) -> None:
    (tmp_path / "conda").mkdir()
    (tmp_path / "conda/.condarc").write_text(f"envs_dirs:\n  - {tmp_path}/envs\n")
    environ = {"PROGRAMDATA": str(tmp_path), "USERPROFILE": str(tmp_path / "u"), "CONDA_ENVS_DIRS": "/a;/b"}
    found = list(conda.folders(Search(str(tmp_path), environ, system=WINDOWS)))
    assert found[:3] == ["/a", "/b", f"{tmp_path}/envs"]


@pytest.mark.parametrize(("system", "below"), [(LINUX, ".pyenv"), (MACOS, ".pyenv"), (WINDOWS, ".pyenv/pyenv-win")])
def test_pyenvs_own_folder(tmp_path: Path, make_environment: Make, system: System, below: str) -> None:
    environ = {system.home: str(tmp_path)}
    make_environment(tmp_path / below / "versions/shop")
    assert [each.path for each in pyenv.candidates(Search("/p", environ, system=system), "shop")] == [
        f"{tmp_path}/{below}/versions/shop"
    ]


@pytest.mark.parametrize(
    ("system", "expected"), [(LINUX, "/u/.local/share/virtualenvs"), (WINDOWS, "/u/.virtualenvs")]
)
def test_pipenvs_own_folder(system: System, expected: str) -> None:
    assert pipenv._home(Search("/p", {system.home: "/u"}, system=system)) == expected


def test_pdm_knows_the_folder_of_commands_in_any_case(tmp_path: Path, make_environment: Make) -> None:
    """On Windows, where `scripts` is `Scripts`."""
    make_environment(tmp_path / "env")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    environ = {"PDM_PYTHON": f"{tmp_path}/env/scripts/python.exe"}
    assert pdm.candidates(Search(str(tmp_path), environ, system=WINDOWS))[0].path == f"{tmp_path}/env"


@pytest.mark.parametrize("text", [b"ma\xffjor", b"\xff\xfe", b"3.12\xe9\n"])
@ALL
def test_files_that_are_no_utf_8(tmp_path: Path, text: bytes, system: System, make_environment: Make) -> None:
    """Whatever is read as text: no error, and the environment is found by what comes next."""
    for name in (".python-version", ".python-envs", "environment.yml", "Pipfile", "poetry.toml", ".pdm-python"):
        (tmp_path / name).write_bytes(text)
    (tmp_path / "envs/shop").mkdir(parents=True)
    (tmp_path / "envs/shop/.project").write_bytes(text)
    environ = {system.home: str(tmp_path / "home"), "WORKON_HOME": str(tmp_path / "envs")}
    search = locate(str(tmp_path), Marker(), environ, True, system)
    assert search.found is None and search.problem is not None
    assert str(search.problem)
    for manager in MANAGERS:
        assert str(locate(str(tmp_path), Marker(manager=manager), environ, True, system).problem)


def test_a_name_in_a_file_leads_to_what_its_bytes_name(tmp_path: Path, make_environment: Make) -> None:
    folder = os.fsencode(tmp_path) + b"/na\xffme"
    os.mkdir(folder)
    make_environment(Path(os.fsdecode(folder)) / "x")
    (tmp_path / ".venv").write_bytes(b"na\xffme/x\n")
    found = locate(str(tmp_path), Marker(), {"HOME": "/h"}).found
    assert found is not None and os.fsencode(found.root) == folder + b"/x"
