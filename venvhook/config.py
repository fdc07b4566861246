"""The user's own `config.toml`: how the name is shown, which folders are allowed, where a search ends.

Decides the keys and what they default to. The home folder comes from the caller: HOME may be a project's doing.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.files import read_plain
from venvhook.system import HERE, System, expand_home, is_absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.document import Document

NAME = "config.toml"
LIMIT = 64 * 1024  # bytes
KEYS = ("prompt", "allow", "ceiling", "wrap_cd")
PROMPT = "({name}) "
_PROMPT_LENGTH = 80  # characters


class Config:
    """The user's settings. `allow` and `ceiling` hold absolute, normalised paths; links in them are not resolved."""

    __slots__ = KEYS

    def __init__(
        self,
        prompt: str = PROMPT,
        allow: tuple[str, ...] = (),
        ceiling: tuple[str, ...] = (),
        wrap_cd: bool = True,
    ) -> None:
        self.prompt = prompt
        self.allow = allow
        self.ceiling = ceiling
        self.wrap_cd = wrap_cd

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Config) and repr(self) == repr(other)

    def __repr__(self) -> str:
        return f"Config({', '.join(f'{key}={getattr(self, key)!r}' for key in KEYS)})"


def read(folder: str, home: str) -> Config:
    """The settings in FOLDER's config.toml, the defaults where there is none. VenvhookError: see `parse`."""
    path = os.path.join(folder, NAME)
    return parse(read_plain(path, LIMIT), path, home) if os.path.lexists(path) else Config()


def usable(folder: str, home: str) -> Config:
    """The same; where there is a mistake, which `status` and the hook tell, the defaults hold."""
    try:
        return read(folder, home)
    except VenvhookError:
        return Config()


def parse(data: bytes, path: str, home: str, system: System = HERE) -> Config:
    """The settings in DATA, with `~` standing for HOME; VenvhookError, with the line, for a mistake.

    PATH is for messages only.
    """
    from venvhook.document import Document

    document = Document(data, path)
    document.only(KEYS)
    values = document.values
    config = Config()
    if "prompt" in values:
        config.prompt = _prompt(document, values["prompt"])
    if "wrap_cd" in values:
        config.wrap_cd = _flag(document, "wrap_cd", values["wrap_cd"])
    config.allow = _folders(document, "allow", home, system)
    config.ceiling = _folders(document, "ceiling", home, system)
    _check_separator(document, config.ceiling, system)
    return config


def _flag(document: Document, key: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise document.wrong((key,), "must be true or false", "write it without quotes")


def _prompt(document: Document, value: object) -> str:
    prompt = document.string(value, "prompt")
    problem = None
    # Not isprintable(): that denies the private characters that icon fonts for prompts are made of.
    if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in prompt):
        problem = "holds a control character"
    elif len(prompt) > _PROMPT_LENGTH:
        problem = f"is longer than {_PROMPT_LENGTH} characters"
    elif prompt.count("{name}") != 1:
        problem = "must hold {name} once"
    if problem:
        raise document.wrong(("prompt",), problem, f'the default is "{PROMPT}"')
    return prompt


def _folders(document: Document, key: str, home: str, system: System) -> tuple[str, ...]:
    folders = document.strings(document.values.get(key, []), key)
    return tuple(_absolute(document, key, expand_home(folder, home, system), system) for folder in folders)


def _absolute(document: Document, key: str, folder: str, system: System) -> str:
    if not is_absolute(folder, system):
        raise document.wrong((key,), f"holds {folder}, which is relative", "write an absolute path, or ~/...")
    return str(system.path.normpath(folder))


def _check_separator(document: Document, folders: tuple[str, ...], system: System) -> None:
    for folder in folders:  # the hooks know them as one list, as VENVHOOK_CEILING is
        if system.list_separator in folder:
            problem = f"holds a {system.list_separator}, which separates folders"
            raise document.wrong(("ceiling",), problem, "take it out")
