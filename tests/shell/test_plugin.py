"""The files for plugin managers (zsh's, fisher): they load the hook that is installed, or say once what to run."""

from __future__ import annotations

import pytest

from .world import PACKAGE, World

FILES = {"zsh": PACKAGE / "venvhook.plugin.zsh", "fish": PACKAGE / "conf.d/venvhook_plugin.fish"}
pytestmark = pytest.mark.shells(*FILES)


@pytest.fixture
def bare(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A home whose startup files hold nothing of the installer's."""
    monkeypatch.setattr(type(world.dialect), "installed_rc", ())
    monkeypatch.setattr(type(world.dialect), "early_rc", type(world.dialect).rc)
    for path in (world.home / ".zshrc", world.home / ".config/fish/conf.d/venvhook.fish"):
        path.unlink(missing_ok=True)
    return world


def test_the_hook_is_loaded(bare: World) -> None:
    bare.project()
    data = bare.home / ".local/share"
    data.mkdir(parents=True, exist_ok=True)
    (data / "venvhook").symlink_to(bare.installation.data)
    live = bare.start(after=bare.dialect.source(str(FILES[bare.dialect.name])) + "\n")
    assert live.first == ""
    assert live.run("cd app") == ""
    assert live.prefix() == "(app) "
    assert live.run(bare.dialect.show("_venvhook_plugin")) == "[]"
    if bare.dialect.name == "fish":
        assert live.run("set -n | string match 'venvhook_*'") == ""


def test_a_hook_that_is_missing_is_told_once_before_the_first_prompt(bare: World) -> None:
    bare.home.joinpath(".local/share").mkdir(parents=True, exist_ok=True)
    live = bare.start(after=bare.dialect.source(str(FILES[bare.dialect.name])) + "\n" + "echo rc\n")
    first = live.first.split("\n")
    assert first[0] == "rc" and first[1].startswith("venvhook: the plugin finds no hook")
    assert f"venvhook install --no-rc --shell {bare.dialect.name}" in first[1]
    assert live.run("") == ""
    assert live.run(bare.dialect.defined("_venvhook_plugin")) == "no"
