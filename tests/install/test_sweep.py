"""`uninstall` deletes what venvhook has made and nothing else, wherever its folders lie: what is not its own stays."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from venvhook import hookfiles, install, keep, marker, sweep, trust
from venvhook.errors import VenvhookError
from venvhook.folders import Folders
from venvhook.shells import SHELLS

# Where data, cache and settings are, below a folder of their own. The first is Linux', the next are those of macOS,
# Windows and of XDG_* variables with one value; then each lies in what another one makes.
LAYOUTS = {
    "apart": ("data", "cache", "config"),
    "macos": ("support", "caches", "support"),
    "windows": ("local", "local/Cache", "local"),
    "one": ("all", "all", "all"),
    "cache and settings": ("data", "rest", "rest"),
    "data in cache": ("cache/data", "cache", "config"),
    "data in settings": ("config/data", "cache", "config"),
    "cache in data": ("data", "data/cache", "data/cache"),
    "settings in data": ("data", "cache", "data/config"),
    "settings in the hooks": ("data", "cache", "data/hook"),
    "settings in the decisions": ("data", "cache", "data/trust"),
    "settings in the plans": ("data", "cache", "cache/plans"),
    "cache in the hooks": ("data", "data/hook", "config"),
    "data in the plans": ("cache/plans/data", "cache", "config"),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "it's home é"
    path.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(path))
    for name in ("XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.fixture(params=[*LAYOUTS, "links"])
def places(request: pytest.FixtureRequest, home: Path) -> Folders:
    data, cache, config = LAYOUTS.get(request.param, ("all/venvhook", "link/venvhook", "link/venvhook"))
    if request.param == "links":
        (home / "all").mkdir()
        (home / "link").symlink_to("all")
    return Folders(str(home / data), str(home / cache), str(home / config), str(home))


def use(places: Folders) -> None:
    """Have everything made that venvhook keeps: hooks, decisions, locks, plans, stamps, interpreters."""
    install.install(places, SHELLS)
    project = os.path.join(places.home, "shop")
    os.makedirs(project, exist_ok=True)
    for text in (b"", b'prompt = "b"\n'):
        trust.decide(places.data, trust.Record(project, True, text, marker.parse(text, project)))
    plans = keep.place(places.cache, project)
    for suffix in (".bash", ".ps1"):
        assert keep.write(plans, suffix, "text")
    assert keep.stamps(plans, {project: (os.stat(project), 1)})
    known = Path(places.cache, "pythons", "py_info", "4", "a1" * 32 + ".json")
    locks = known.parent / "locks-v2" / ("b2" * 32 + ".lock")
    lock = Path(places.data, "locks", "0123456789abcdef")
    proof = Path(places.cache, "proof-ab12_cd3", "project", ".venv", "python")
    part = Path(places.hook, f"plan-2.bash.{os.getpid()}.part")
    older = Path(places.hook, "plan-1.zsh")
    for path in (known, locks, lock, proof, part, older):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (proof.parent / "python3").symlink_to("python")


def foreign(places: Folders, tmp_path: Path) -> dict[Path, tuple[object, ...]]:
    """Put files, folders and links of a person's own into every folder there is; what each of them is."""
    (tmp_path / "precious").mkdir(exist_ok=True)
    (tmp_path / "precious" / ".venvhook-2.bash").write_text("mine too")
    roots = {places.data, places.cache, places.config}
    for root in roots:
        os.makedirs(root, exist_ok=True)
    folders = {Path(os.path.realpath(found)) for root in roots for found, _, _ in os.walk(root)}
    folders = {folder for folder in folders if "/proof-" not in str(folder)}
    for folder in folders:
        (folder / "mine.bash").write_bytes(b"\xff mine\r\n")
        (folder / "mine.bash").chmod(0o640)
        (folder / "proof-notes").mkdir(mode=0o750)
        (folder / "proof-notes" / "a b").write_text("mine")
        (folder / "thesis").symlink_to(tmp_path / "precious")
    Path(places.config, "config.toml").write_bytes(b"wrap_cd = false\r\n")
    names = ("mine.bash", "proof-notes", "proof-notes/a b", "thesis")
    seen = [folder / name for folder in folders for name in names]
    seen += [Path(places.config, "config.toml"), tmp_path / "precious" / ".venvhook-2.bash"]
    return {path: what(path) for path in seen}


def what(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return stat.S_IMODE(status.st_mode), content


def ours(places: Folders) -> list[str]:
    """What is left of venvhook's: files by the names that it gives."""
    found = [os.path.join(folder, name) for folder, _, names in os.walk(places.home) for name in names]
    signs = (".venvhook-", "venvhook.", "launch.py", "plan-", "complete.", "a1a1", "b2b2", "01234567", "python", "000")
    return [path for path in found if any(os.path.basename(path).startswith(sign) for sign in signs)]


def left_by(changes: list[install.Change]) -> list[str]:
    return [change.path for change in changes if change.what == "left"]


def _inside(path: Path, places: Folders) -> bool:
    """Whether a path is in the data or the cache folder, and in no other one."""
    return any(os.path.realpath(folder) + "/" in str(path) for folder in (places.data, places.cache))


def _named(path: Path, left: set[str]) -> bool:
    return any(str(path) == each or str(path).startswith(each + "/") for each in left)


@pytest.mark.parametrize("purge", [False, True], ids=["uninstall", "purge"])
def test_what_is_not_venvhooks_stays(places: Folders, tmp_path: Path, purge: bool) -> None:
    use(places)
    before = foreign(places, tmp_path)
    changes = install.uninstall(places, purge=purge)
    assert {path: what(path) for path in before} == before
    left = {os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)) for path in left_by(changes)}
    assert os.path.realpath(places.hook) + "/mine.bash" in left
    if purge:
        assert ours(places) == []
        stayed = [path for path in before if _inside(path, places) and (path.is_symlink() or not path.is_dir())]
        assert [path for path in stayed if not _named(path, left)] == []
    else:
        assert trust.find(places.data, os.path.join(places.home, "shop")) is not None
        assert not os.path.exists(hookfiles.hook_path(places, "bash"))


def test_purge_leaves_nothing_of_its_own_behind(places: Folders) -> None:
    use(places)
    install.uninstall(places, purge=True)
    assert not [path for path in (places.data, places.cache) if os.path.lexists(path)]


def test_the_settings_stay_alone(places: Folders) -> None:
    use(places)
    os.makedirs(places.config, exist_ok=True)
    Path(places.config, "config.toml").write_bytes(b"wrap_cd = false\r\n")
    install.uninstall(places, purge=True)
    assert ours(places) == []
    assert os.listdir(places.config) == ["config.toml"]
    assert Path(places.config, "config.toml").read_bytes() == b"wrap_cd = false\r\n"


def test_one_shell_takes_only_its_own_files(places: Folders, tmp_path: Path) -> None:
    use(places)
    before = foreign(places, tmp_path)
    install.uninstall(places, ["bash"])
    assert {path: what(path) for path in before} == before
    left = os.listdir(places.hook)
    assert not {"venvhook.bash", "plan-2.bash", "complete.bash"} & set(left)
    assert {"venvhook.zsh", "plan-2.zsh", "plan-1.zsh", "launch.py"} <= set(left)


def test_a_folder_that_became_a_link_or_a_file_is_left(home: Path, tmp_path: Path) -> None:
    places = Folders(str(home / "data"), str(home / "cache"), str(home / "config"), str(home))
    install.install(places, ["bash"])
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "0123456789abcdef").write_text("a lock's name, but elsewhere")
    Path(places.data, "locks").symlink_to(tmp_path / "elsewhere")
    Path(places.cache, "plans").write_text("no folder")
    changes = install.uninstall(places, purge=True)
    assert set(left_by(changes)) == {os.path.join(places.data, "locks"), os.path.join(places.cache, "plans")}
    assert os.listdir(tmp_path / "elsewhere") == ["0123456789abcdef"]


def test_what_cannot_be_deleted_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Folders(str(home / "data"), str(home / "cache"), str(home / "config"), str(home))
    install.install(places, ["bash"])

    def unlink(path: str) -> None:
        raise PermissionError(13, "it is open in another program", path)

    monkeypatch.setattr(sweep.os, "unlink", unlink)  # type: ignore[attr-defined]
    with pytest.raises(VenvhookError, match="cannot be removed"):
        install.uninstall(places, ["bash"])
