"""The user's own `config.toml`: how the name is shown, which folders are allowed, where a search ends.

Decides the keys and what they default to. The home folder comes from the caller: HOME may be a project's doing.
"""

from __future__ import annotations

import os

from venvhook.document import Document, Fields, read_plain

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
        return isinstance(other, Config) and self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash(tuple(self.fields()))

    def __repr__(self) -> str:
        return f"Config({', '.join(f'{key}={getattr(self, key)!r}' for key in KEYS)})"

    def fields(self) -> list[str]:
        """The settings as flat strings without NUL; `from_fields` makes the same settings of them."""
        flat = [self.prompt, "1" if self.wrap_cd else "0"]
        for folders in (self.allow, self.ceiling):
            flat += [str(len(folders)), *folders]
        return flat

    @classmethod
    def from_fields(cls, fields: list[str]) -> Config:
        """The settings of `fields()`; VenvhookError for anything else."""
        source = Fields(fields)
        prompt, wrap_cd, allow, ceiling = source.string(), source.string(), source.strings(), source.strings()
        source.end()
        if wrap_cd not in ("0", "1") or _prompt_problem(prompt) or not all(map(os.path.isabs, allow + ceiling)):
            raise Fields.broken()
        return cls(prompt, allow, ceiling, wrap_cd == "1")


def load(path: str) -> bytes | None:
    """The bytes of the config file PATH, None when there is none; VenvhookError when it cannot be read as text."""
    return read_plain(path, LIMIT) if os.path.lexists(path) else None


def parse(data: bytes, path: str, home: str) -> Config:
    """The settings in DATA, with `~` standing for HOME; VenvhookError, with the line, for a mistake.

    PATH is for messages only.
    """
    document = Document(data, path)
    document.only(KEYS)
    values = document.values
    config = Config()
    if "prompt" in values:
        config.prompt = _prompt(document, values["prompt"])
    if "wrap_cd" in values:
        config.wrap_cd = _flag(document, "wrap_cd", values["wrap_cd"])
    config.allow = _folders(document, "allow", home)
    config.ceiling = _folders(document, "ceiling", home)
    _check_separator(document, config.ceiling)
    return config


def _flag(document: Document, key: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise document.wrong((key,), "must be true or false", "write it without quotes")


def _prompt(document: Document, value: object) -> str:
    prompt = document.string(value, "prompt")
    problem = _prompt_problem(prompt)
    if problem:
        raise document.wrong(("prompt",), problem, f'the default is "{PROMPT}"')
    return prompt


def _prompt_problem(prompt: str) -> str | None:
    # Not isprintable(): that denies the private characters that icon fonts for prompts are made of.
    if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in prompt):
        return "holds a control character"
    if len(prompt) > _PROMPT_LENGTH:
        return f"is longer than {_PROMPT_LENGTH} characters"
    return None if prompt.count("{name}") == 1 else "must hold {name} once"


def _folders(document: Document, key: str, home: str) -> tuple[str, ...]:
    folders = document.strings(document.values.get(key, []), key)
    return tuple(_absolute(document, key, folder, home) for folder in folders)


def _absolute(document: Document, key: str, folder: str, home: str) -> str:
    if folder == "~" or folder.startswith(("~/", "~" + os.sep)):
        folder = os.path.join(home, folder[2:])
    if not os.path.isabs(folder):
        raise document.wrong((key,), f"holds {folder}, which is relative", "write an absolute path, or ~/...")
    return os.path.normpath(folder)


def _check_separator(document: Document, folders: tuple[str, ...]) -> None:
    for folder in folders:  # the hooks know them as one list, as VENVHOOK_CEILING is
        if os.pathsep in folder:
            raise document.wrong(("ceiling",), f"holds a {os.pathsep}, which separates folders", "take it out")
