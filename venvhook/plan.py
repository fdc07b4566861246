"""What entering and leaving a project do to a shell, and when that no longer holds. Pure: no file is read here."""

from __future__ import annotations

from venvhook import undo
from venvhook.digest import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional, Union

    # What an emitter turns into a test: its kind, then its arguments. Links are followed.
    #   ("marker", PROJECT, TEXT)         the marker's content is this very text
    #   ("odd", PROJECT)                  the marker is no plain file of at most 4 KiB without a NUL
    #   ("exists", PATH)                  ("absent", PATH)
    #   ("mine", PATH)                    ("theirs", PATH)           owned by the user, or not
    #   ("same", PATH, PATH)              two paths of one folder
    #   ("older", PATH, STAMP, TIME)      PATH is older than the file STAMP ("": none could be kept), whose time is TIME
    #                                     (ns since 1970)
    #   ("variable", NAME, VALUE)         the variable has this value; None: is not set
    #   ("here", PROJECT)                 the shell is in the project since this was answered
    #   ("never",)                        what no shell can test: ask each time
    Condition = tuple[Union[str, int, None], ...]
    Variables = Sequence[tuple[str, Optional[str]]]
    Lists = Sequence[tuple[str, Sequence[str]]]

# What activate scripts save for their deactivate. A plan leaves none of it set: so an environment that was active
# before finds it again, and a script that is sourced inside a project betrays itself.
SCRIPT_VARIABLES = ("_OLD_VIRTUAL_PATH", "_OLD_VIRTUAL_PYTHONHOME", "_OLD_VIRTUAL_PS1", "_OLD_FISH_PROMPT_OVERRIDE")

_UNSAFE = "\\`$%!"  # what one prompt engine or another expands


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
        self.project, self.folder, self.conditions, self.notice = project, folder, tuple(conditions), notice
        self.sign = self.home = self.bin = self.name = self.label = ""
        self.variables: Variables = ()  # None: unset
        self.lists: Lists = ()

    @property
    def id(self) -> str:
        """A digest of what the plan does, not of what it rests on: plans of one id leave a shell in the same state.

        A notice's marker counts: the line is said again after an edit.
        """
        said = () if self.sign else tuple(c for c in self.conditions if c[0] == "marker")
        does = (self.folder, self.notice, self.sign, self.home, self.bin, self.name, self.label)
        return digest(repr((does, tuple(self.variables), tuple(self.lists), said)))

    @property
    def names(self) -> list[str]:
        """Every variable that entering touches."""
        return [name for name, _ in self.variables] + [name for name, _ in self.lists]

    def exports(self) -> list[tuple[str, str]]:
        """What tells a shell started inside whose project it inherited, and how to undo it (`venvhook.undo`)."""
        return [("VENVHOOK_PROJECT", self.folder), ("_VENVHOOK_SET", undo.describe(self.variables, self.lists))]


def harmless(name: str) -> str:
    """NAME as prompts may show it: with `_` for what a prompt engine could expand, or no terminal should get."""
    return "".join("_" if c in _UNSAFE or not c.isprintable() else c for c in name)
