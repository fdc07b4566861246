"""The marker `.venvhook.toml`: where the nearest one is, and what its bytes mean.

Decides which keys and types a marker may hold. Nothing is resolved here: every path stays as it was written.
"""

from __future__ import annotations

import os

from venvhook import files
from venvhook.managers import MANAGERS
from venvhook.system import HERE, System, above, alike, fold, is_absolute, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from venvhook.document import Document

NAME = ".venvhook.toml"
LIMIT = 4096  # bytes: the hook compares the marker at every prompt
# A new key: its name here, and in Marker.__init__.
_STRINGS = ("venv", "manager", "python", "prompt")
_LISTS = ("requirements", "packages", "dotenv")
KEYS = (*_STRINGS, *_LISTS, "variables", "prepend")


def find(start: str, ceilings: Iterable[str] = ()) -> str | None:
    """The nearest folder, from the absolute path START upwards, that holds a marker of any kind, a dangling link too.

    CEILINGS: see `looked_in`. Here a ceiling and a folder are the same by whatever symlinks they are named.
    """
    whole = [ceiling for ceiling in (placed(ceiling, "") for ceiling in ceilings) if is_absolute(ceiling)]
    closed = [*whole, *map(os.path.realpath, whole)]
    for folder in looked_in(start, closed):
        if closed and next(looked_in(os.path.realpath(folder), closed), None) is None:
            return None
        if os.path.lexists(os.path.join(folder, NAME)):
            return folder
    return None


def looked_in(start: str, ceilings: Iterable[str], system: System = HERE) -> Iterator[str]:
    """The folders in which a marker is looked for, from the absolute path START upwards.

    A search that comes to one of CEILINGS (START itself included) ends there without looking into it; a relative one
    counts for nothing. Folders are compared as the system spells them, with or without a separator at the end.
    """

    def spelling(folder: str) -> str:
        return alike(folder, system).rstrip(system.separator)

    whole = (placed(ceiling, "", system) for ceiling in ceilings)
    closed = {spelling(ceiling) for ceiling in whole if is_absolute(ceiling, system)}
    start = system.path.normpath(start)
    for folder in (start, *above(start, system)):
        if spelling(folder) in closed:
            return
        yield folder


def read(folder: str) -> bytes:
    """Return the bytes of FOLDER's marker, neither empty-checked nor parsed. VenvhookError: see `files.read_plain`."""
    return read_with_status(folder)[0]


def read_with_status(folder: str) -> tuple[bytes, os.stat_result]:
    """Return the bytes of FOLDER's marker, and its status from before they were read. VenvhookError: as `read`."""
    path = os.path.join(folder, NAME)
    data, seen = files.read_with_status(path, LIMIT)
    files.check_no_nul(data, path)
    return data, seen


class Marker:
    """What a marker says, as it was written; an absent key is None or ().

    `variables`: (name, value) pairs, a value of None meaning "unset inside". `prepend`: (name, folders) pairs, folders
    never empty. Names are checked, paths are neither resolved nor looked at.
    """

    __slots__ = KEYS

    def __init__(
        self,
        venv: str | None = None,
        manager: str | None = None,
        python: str | None = None,
        prompt: str | None = None,
        requirements: tuple[str, ...] = (),
        packages: tuple[str, ...] = (),
        dotenv: tuple[str, ...] = (),
        variables: tuple[tuple[str, str | None], ...] = (),
        prepend: tuple[tuple[str, tuple[str, ...]], ...] = (),
    ) -> None:
        self.venv = venv
        self.manager = manager
        self.python = python
        self.prompt = prompt
        self.requirements = requirements
        self.packages = packages
        self.dotenv = dotenv
        self.variables = variables
        self.prepend = prepend

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Marker) and self.fields() == other.fields()

    def __repr__(self) -> str:
        return f"Marker({', '.join(f'{key}={getattr(self, key)!r}' for key in KEYS)})"

    def fields(self) -> list[str]:
        """The marker as flat strings without NUL, for a trust record: `from_fields` makes the same marker of them."""
        flat = [_optional(getattr(self, key)) for key in _STRINGS]
        for entries in (getattr(self, key) for key in _LISTS):
            flat += [str(len(entries)), *entries]
        flat.append(str(len(self.variables)))
        for name, value in self.variables:
            flat += [name, _optional(value)]
        flat.append(str(len(self.prepend)))
        for name, folders in self.prepend:
            flat += [name, str(len(folders)), *folders]
        return flat

    @classmethod
    def from_fields(cls, fields: list[str]) -> Marker:
        """The marker of `fields()`; ValueError for anything else, and for names refused since it was written."""
        left = iter(fields)
        try:
            said: dict[str, Any] = {key: _read_optional(left) for key in _STRINGS}
            said.update({key: _read_strings(left) for key in _LISTS})
            said["variables"] = tuple([(next(left), _read_optional(left)) for _ in range(int(next(left)))])
            said["prepend"] = tuple([(next(left), _read_strings(left)) for _ in range(int(next(left)))])
        except StopIteration:
            raise ValueError("a record is cut off") from None
        marker = cls(**said)
        known = marker.manager in (None, *MANAGERS) and marker._names_allowed()
        if not known or marker.fields() != fields or any("\0" in field for field in fields):
            raise ValueError("a record is damaged")
        return marker

    def _names_allowed(self) -> bool:
        names = [*(name for name, _ in self.variables), *(name for name, _ in self.prepend)]
        if not names:
            return True
        from venvhook.names import refuse, refuse_prepend  # most markers have none, and a first visit is waited for

        return not (
            any(refuse(name) for name, _ in self.variables)
            or any(refuse_prepend(name) for name, _ in self.prepend)
            or not all(folders for _, folders in self.prepend)
            or len(set(map(fold, names))) < len(names)
        )


def _optional(value: str | None) -> str:
    """VALUE as one field, None and "" told apart."""
    return "" if value is None else "=" + value


def _read_optional(left: Iterator[str]) -> str | None:
    field = next(left)
    return field[1:] if field else None


def _read_strings(left: Iterator[str]) -> tuple[str, ...]:
    return tuple([next(left) for _ in range(int(next(left)))])


def parse(data: bytes, path: str, system: System = HERE) -> Marker:
    """The marker that DATA, read from PATH (for messages only), describes; VenvhookError, with its line, for a mistake.

    Keys, types and names: the design's section on the marker; TOML 1.0.
    """
    from venvhook.document import Document, nearest

    document = Document(data, path)
    document.only(KEYS)
    said: dict[str, Any] = {
        key: document.string(document.values[key], key) for key in _STRINGS if key in document.values
    }
    said.update({key: document.strings(document.values[key], key) for key in _LISTS if key in document.values})
    manager = said.get("manager", "auto")
    if manager not in MANAGERS:
        raise document.wrong(("manager",), f"cannot be {manager}", nearest(manager, MANAGERS))
    variables, prepend = _parse_tables(document, system)
    return Marker(**said, variables=variables, prepend=prepend)


def _parse_tables(
    document: Document, system: System
) -> tuple[tuple[tuple[str, str | None], ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    from venvhook.names import refuse, refuse_prepend

    taken: dict[str, str] = {}
    variables: list[tuple[str, str | None]] = []
    prepend: list[tuple[str, tuple[str, ...]]] = []
    for name, value in document.table("variables").items():
        _check_name(document, taken, "variables", name, refuse(name), system)
        variables.append((name, _variable(document, name, value)))
    for name, value in document.table("prepend").items():
        _check_name(document, taken, "prepend", name, refuse_prepend(name), system)
        folders = _folders(document, name, value, system)
        if folders:  # nothing in front is no change; and who joins nothing with `:` puts "." on PATH
            prepend.append((name, folders))
    return tuple(variables), tuple(prepend)


def _check_name(
    document: Document, taken: dict[str, str], table: str, name: str, reason: str | None, system: System
) -> None:
    if reason:
        raise document.wrong((table, name), reason, "take it out")
    other = taken.setdefault(fold(name, system), f"{table}.{name}")
    if other != f"{table}.{name}":
        raise document.wrong((table, name), f"is the same variable as {other}", "take one of them out")


def _variable(document: Document, name: str, value: object) -> str | None:
    if value is False:
        return None
    if isinstance(value, str):
        return document.without_nul(value, "variables", name)
    quotable = isinstance(value, (int, float))
    remedy = "write it in quotes" if quotable else "join the parts into one string"
    raise document.wrong(("variables", name), "must be a string, or false for unset", remedy)


def _folders(document: Document, name: str, value: object, system: System) -> tuple[str, ...]:
    folders = document.strings(value, "prepend", name)
    for folder in folders:
        if system.list_separator in folder:
            problem = f"holds a {system.list_separator}, which separates folders"
            raise document.wrong(("prepend", name), problem, "write each folder as an entry of its own")
    return folders
