"""What entering and leaving a project do to a shell, and when that no longer holds. Pure: no file is read here."""

from __future__ import annotations

from venvhook import undo
from venvhook.digest import digest
from venvhook.system import HERE, System, fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Optional, Union

    # What an emitter turns into a test: its kind, then its arguments. Symlinks are followed. NS is a file's own
    # modification time (ns since 1970), SIZE its bytes; STAMP is a file that has the very same modification time, ""
    # where none could be kept. A plan has them in the order of `ORDER`, and a shell tests them in that order, so that a
    # file is opened only while it is the plain file that the helper has seen.
    #   ("theirs", PATH)                      not owned by the user
    #   ("mine", PATH)                        owned by the user
    #   ("same", PATH, PATH)                  two paths of one file or folder
    #   ("exists", PATH)                      ("absent", PATH)
    #   ("kind", PATH, KIND)                  without opening it: "folder", "fifo", "socket", "device", "nothing" (a
    #                                         symlink to nothing) or "unreadable" (it may not be read)
    #   ("unchanged", PATH, STAMP, NS, SIZE)  neither newer nor older than STAMP, which is there; or these NS and SIZE
    #   ("variable", NAME, VALUE)             the variable has this value; None: is not set
    #   ("here", PROJECT)                     the shell is in the project since this was answered
    #   ("marker", PROJECT, TEXT, STAMP, NS, SIZE)
    #                                         the marker, a plain file of the user's or root's on a real disk, has this
    #                                         text; where STAMP is there, the marker is unchanged by it too
    #   ("odd", PROJECT)                      the marker is a plain file, no symlink, that is longer than 4 KiB or holds
    #                                         a NUL
    #   ("text", PATH, TEXT)                  a file of at most 4 KiB for which no stamp could be kept has this text
    Condition = tuple[Union[str, int, None], ...]
    Variables = Sequence[tuple[str, Optional[str]]]
    Lists = Sequence[tuple[str, Sequence[str]]]

ORDER = (
    "here",
    "theirs",
    "mine",
    "same",
    "exists",
    "absent",
    "kind",
    "unchanged",
    "variable",
    "marker",
    "odd",
    "text",
)

# What activate scripts save for their deactivate. A plan leaves none of it set: so an environment that was active
# before finds it again, and a script that is sourced inside a project betrays itself.
SCRIPT_VARIABLES = ("_OLD_VIRTUAL_PATH", "_OLD_VIRTUAL_PYTHONHOME", "_OLD_VIRTUAL_PS1", "_OLD_FISH_PROMPT_OVERRIDE")

_UNSAFE = "\\`$%!"  # what one prompt engine or another expands


class Effect:
    """One variable that entering sets to `value`, or unsets (None), because `file` says so.

    `file` is "" for what the marker says, which the user allows by its bytes, and for what every environment sets.
    """

    __slots__ = ("file", "name", "value")

    def __init__(self, name: str, value: str | None, file: str = "") -> None:
        self.name, self.value, self.file = name, value, file


def merged(effects: Iterable[Effect], system: System = HERE) -> list[tuple[str, str | None]]:
    """Return each variable of EFFECTS once, with the value that it gets: the last one counts.

    Where names have no case, `foo` and `FOO` are one variable: set twice, what it was before would be forgotten.
    """
    return list({fold(effect.name, system): (effect.name, effect.value) for effect in effects}.values())


def by_file(effects: Iterable[Effect]) -> dict[str, list[str]]:
    """Return, for each file of EFFECTS, the names that it sets: what an allow covers besides the marker's bytes."""
    found: dict[str, list[str]] = {}
    for effect in effects:
        if effect.file:
            found.setdefault(effect.file, []).append(effect.name)
    return found


class Plan:
    """One project's plan: what it rests on, one line for the person, and, unless it is a mere notice, what it does.

    `project` is the folder as the hook named it, `folder` the same without links; `sign` is the variable that says
    which environment is active ("" in a notice), `home` its value, `bin` the environment's folder of commands, `name`
    what prompts show, `label` the prefix that is drawn where nothing else shows it.
    """

    __slots__ = (
        "bin",
        "conditions",
        "folder",
        "home",
        "label",
        "lists",
        "name",
        "notice",
        "project",
        "sign",
        "variables",
    )

    def __init__(self, project: str, folder: str, conditions: Sequence[Condition], notice: str = "") -> None:
        self.project, self.folder, self.conditions, self.notice = project, folder, ordered(conditions), notice
        self.sign = self.home = self.bin = self.name = self.label = ""
        self.variables: Variables = ()  # None: unset
        self.lists: Lists = ()

    @property
    def id(self) -> str:
        """A digest of what the plan does, not of what it rests on: plans of one id leave a shell in the same state.

        A notice's marker counts: the line is said again after an edit.
        """
        said = () if self.sign else tuple(c[:3] for c in self.conditions if c[0] == "marker")
        does = (self.folder, self.notice, self.sign, self.home, self.bin, self.name, self.label)
        return digest(repr((does, tuple(self.variables), tuple(self.lists), said)))

    @property
    def names(self) -> list[str]:
        """Every variable that entering touches."""
        return [name for name, _ in self.variables] + [name for name, _ in self.lists]

    def exports(self) -> list[tuple[str, str]]:
        """What tells a shell started inside whose project it inherited, and how to undo it (`venvhook.undo`)."""
        return [("VENVHOOK_PROJECT", self.folder), ("_VENVHOOK_SET", undo.describe(self.variables, self.lists))]


def ordered(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return CONDITIONS in the order in which a shell tests them."""
    return tuple(sorted(conditions, key=lambda condition: ORDER.index(str(condition[0]))))


def harmless(name: str) -> str:
    """NAME as prompts may show it: with `_` for what a prompt engine could expand, or no terminal should get."""
    return "".join("_" if c in _UNSAFE or not c.isprintable() else c for c in name)
