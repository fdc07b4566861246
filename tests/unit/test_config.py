"""config.py: the user's settings, their defaults and their mistakes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outside import live_in

from venvhook import config
from venvhook.config import Config
from venvhook.errors import VenvhookError
from venvhook.system import LINUX, MACOS, WINDOWS, System


def parse(text: str, home: str = "/home/me") -> Config:
    return config.parse(text.encode(), "C", home)


def test_defaults() -> None:
    assert parse("") == Config() == Config("({name}) ", (), (), True)
    assert Config() != Config(wrap_cd=False)
    assert repr(Config()) == "Config(prompt='({name}) ', allow=(), ceiling=(), wrap_cd=True)"


def test_every_key() -> None:
    text = 'prompt = "[{name}] "\nallow = ["~/work", "/srv//a/", "~"]\nceiling = ["/net", "~/../x"]\nwrap_cd = false\n'
    expected = Config("[{name}] ", ("/home/me/work", "/srv/a", "/home/me"), ("/net", "/home/x"), False)
    assert parse(text) == expected


@pytest.mark.parametrize("home", ["/home/me", "/home/me/"])
def test_home_is_what_the_caller_says(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    live_in("/tmp/evil", monkeypatch)
    assert parse('allow = ["~/w"]', home).allow == ("/home/me/w",)
    assert parse('allow = ["~/w"]', "/").allow == ("/w",)


@pytest.mark.parametrize("prompt", ["{name}", "{name}\u00a0", "{x}{name}%$`", "\ue0b0 {name}", "{name}" + "x" * 74])
def test_prompts(prompt: str) -> None:
    assert parse(f"prompt = '{prompt}'").prompt == prompt


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("\npromt = 1", 2, "unknown key promt"),
        ("prompt = 1", 1, "prompt must be a string"),
        ('prompt = ""', 1, "prompt is empty"),
        ('prompt = "x"', 1, "prompt must hold {name} once"),
        ('prompt = "{name}{name}"', 1, "prompt must hold {name} once"),
        ('prompt = "{name}\\u001b"', 1, "prompt holds a control character"),
        ('prompt = "{name}\\u009b"', 1, "prompt holds a control character"),
        ('prompt = "{name}\\u007f"', 1, "prompt holds a control character"),
        ('prompt = "{name}\\u0000"', 1, "prompt holds a NUL"),
        (f'prompt = "{{name}}{"x" * 75}"', 1, "prompt is longer than 80 characters"),
        ('allow = "~/work"', 1, "allow must be a list of strings"),
        ('\nallow = ["work"]', 2, "allow holds work, which is relative"),
        ('allow = ["~other/work"]', 1, "allow holds ~other/work, which is relative"),
        ('ceiling = ["/a:b"]', 1, "ceiling holds a :"),
        ("wrap_cd = 0", 1, "wrap_cd must be true or false"),
        ('wrap_cd = "true"', 1, "wrap_cd must be true or false"),
        ("wrap_cd = ", 1, "is not TOML"),
    ],
)
def test_mistakes(text: str, line: int, problem: str) -> None:
    with pytest.raises(VenvhookError) as caught:
        parse(text)
    assert (caught.value.path, caught.value.line) == ("C", line)
    assert caught.value.problem.startswith(problem)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_give_settings_or_an_error(data: bytes) -> None:
    try:
        parsed = config.parse(data, "C", "/home/me")
    except VenvhookError as error:
        assert error.path == "C"
    else:
        assert all(map(os.path.isabs, parsed.allow + parsed.ceiling))


def test_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert config.read(str(tmp_path), "/home/me") == Config()
    path.write_bytes(b"wrap_cd = false\n")
    assert config.read(str(tmp_path), "/home/me") == config.usable(str(tmp_path), "/home/me") == Config(wrap_cd=False)
    path.unlink()
    path.mkdir()
    assert config.usable(str(tmp_path), "/home/me") == Config()
    with pytest.raises(VenvhookError, match="is a folder"):
        config.read(str(tmp_path), "/home/me")


@pytest.mark.parametrize(
    ("system", "folder", "expected"),
    [
        (LINUX, "/a//b/", "/a/b"),
        (MACOS, "~/a", "/home/me/a"),
        (WINDOWS, "C:/work/", "C:\\work"),
        (WINDOWS, "c:\\work\\..\\a", "c:\\a"),
        (WINDOWS, "\\\\host\\share\\a", "\\\\host\\share\\a"),
        (WINDOWS, "/work", ""),
        (WINDOWS, "\\work", ""),
        (WINDOWS, "C:work", ""),
        (LINUX, "C:\\work", ""),
    ],
)
def test_folders_of_every_system(system: System, folder: str, expected: str) -> None:
    """A path without a drive is another place on each drive that a shell is on."""
    text = f"allow = ['{folder}']".encode()
    if expected:
        assert config.parse(text, "C", "/home/me", system).allow == (expected,)
    else:
        with pytest.raises(VenvhookError, match="which is relative"):
            config.parse(text, "C", "/home/me", system)


def test_home_on_windows() -> None:
    assert config.parse(b"allow = ['~\\w', '~/x', '~']", "C", "C:\\u", WINDOWS).allow == (
        "C:\\u\\w", "C:\\u\\x", "C:\\u",
    )  # fmt: skip


@pytest.mark.parametrize(("system", "separator"), [(LINUX, ":"), (WINDOWS, ";")])
def test_a_ceiling_holds_no_separator(system: System, separator: str) -> None:
    root = "C:/" if system is WINDOWS else "/"
    with pytest.raises(VenvhookError, match=f"holds a {separator}"):
        config.parse(f"ceiling = ['{root}a{separator}b']".encode(), "C", "/home/me", system)
