"""What `allow` and `status` know of a project. Decides nothing; nothing of the project is run."""

from __future__ import annotations

import os

from venvhook import dotenv, keep, marker, trust
from venvhook.create import left_over
from venvhook.errors import VenvhookError
from venvhook.locate import locate, resolve
from venvhook.plan import SCRIPT_VARIABLES, by_file
from venvhook.project import Notice
from venvhook.shells import INTERFACE, SHELLS, emitter
from venvhook.system import HERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from venvhook.environment import Environment
    from venvhook.locate import Candidate
    from venvhook.plan import Effect, Plan
    from venvhook.project import Project
    from venvhook.trust import Content, Record

# Commands that a person takes to be the system's, whatever project they are in.
COMMON = (
    "awk", "bash", "brew", "cat", "chmod", "chown", "cp", "curl", "dnf", "doas", "docker", "echo", "env", "find",
    "fish", "git", "gpg", "grep", "kill", "kubectl", "ln", "ls", "make", "mkdir", "mv", "node", "npm", "open", "pass",
    "ps", "pwsh", "rm", "rsync", "scp", "sed", "sh", "ssh", "su", "sudo", "tar", "vi", "vim", "wget", "which", "xargs",
    "zsh",
)  # fmt: skip

TRUST = {
    "allowed": "allowed",
    "folder": "allowed: your settings allow its folder",
    "edited": "edited since you allowed it; to look at it and allow it: venvhook allow",
    "denied": "denied; to undo that: venvhook allow",
    "undecided": "not allowed yet; to look at it and allow it: venvhook allow",
}
TRUSTED = ("allowed", "folder")  # those of TRUST with which a project is entered


class Report:
    """A project, looked at. `trust` is a key of TRUST, "" when the marker could not be read.

    `error` is what is wrong with marker, owners or dotenv files, `problem` what is wrong with the environment. `plan`
    is what a shell would do if the marker were allowed, None where it would not enter. `dotenv` and `conda` have each
    file that sets variables besides the marker, with their names; None for a dotenv file that does not exist.
    """

    def __init__(self, asked: Project) -> None:
        self.asked = asked
        self.trust = ""
        self.record: Record | None = None
        self.meaning: marker.Marker | None = None
        self.error: VenvhookError | None = None
        self.problem: VenvhookError | None = None
        self.plan: Plan | None = None
        self.dotenv: list[tuple[str, list[str] | None]] = []
        self.conda: list[tuple[str, list[str] | None]] = []

    @property
    def allowed(self) -> Content | None:
        """What was allowed of this project: the marker as it is, or what was allowed last."""
        if self.record is None or not self.record.allowed:
            return None
        return self.record.of(self.asked.text) or self.record.newest

    @property
    def names(self) -> list[str]:
        """The names that files besides the marker set, once each: what an allow covers."""
        return list(dict.fromkeys(name for _, names in (*self.dotenv, *self.conda) for name in names or ()))

    @property
    def moved(self) -> str | None:
        """Where the environment was when the marker was allowed, if elsewhere; None: the same, or not known."""
        return self.asked.moved(self.chosen.path) if self.chosen else None

    @property
    def secret(self) -> set[str]:
        """The variables whose values are never shown: what only other files set, and what activate scripts save."""
        return set(self.names) - set(dict(self.meaning.variables if self.meaning else ())) | set(SCRIPT_VARIABLES)

    @property
    def folders(self) -> list[str]:
        """What goes in front of PATH."""
        if self.plan:
            return list(dict(self.plan.lists).get("PATH", ()))
        return [folder for name, folder in self.prepended() if name == "PATH"]

    def prepended(self) -> list[tuple[str, str]]:
        """The marker's own `[prepend]`: list and folder, in order."""
        entries = self.meaning.prepend if self.meaning else ()
        return [(name, resolve(self.asked.folder, e, self.asked.environ)) for name, each in entries for e in each]

    @property
    def shadowed(self) -> list[tuple[str, str]]:
        """The common commands that would come from the project, with the folder that has them."""
        found = [(name, folder) for folder in self.folders for name in COMMON if _is_command(folder, name)]
        return sorted(dict(reversed(found)).items())

    @property
    def chosen(self) -> Candidate | None:
        """The place where the environment is or would be."""
        return self.asked.search.chosen if self.asked.search else None

    @property
    def others(self) -> list[Candidate]:
        """The other places, those behind the chosen one too."""
        chosen = self.chosen
        if chosen is None or self.meaning is None:
            return []
        search = locate(self.asked.folder, self.meaning, self.asked.environ, thorough=True)
        return [candidate for candidate in search.candidates if candidate.path != chosen.path]


def look(asked: Project) -> Report:
    """Look at a project as far as that is possible; what is in the way is in the report."""
    report = Report(asked)
    try:
        asked.read()
        report.trust = _decision(report)
        report.meaning = marker.parse(asked.text, asked.marker_path)
        asked.owned(asked.marker_path, asked.folder)
        report.dotenv = _dotenv(report)
    except (Notice, VenvhookError) as error:
        report.error = _error(error)
        return report
    try:
        found = asked.locate(report.meaning)
        report.conda = _conda(asked.listed(report.meaning, found), report.dotenv)
        report.plan = asked.entering(report.meaning, found, asked.effects(report.meaning, found))
        _check_commands(found)
    except Notice as notice:
        report.problem = _error(notice)
    except VenvhookError as error:
        report.plan, report.error = None, error
    left = left_over(report.chosen.path) if report.chosen else None
    asked.warnings += [str(left)] if left else []
    if report.moved:
        problem = f"when you allowed it, its environment was {report.moved}"
        asked.warnings.append(f"{problem}; to allow this one: venvhook allow")
    return report


def _conda(
    effects: Sequence[Effect], dotenv: Sequence[tuple[str, list[str] | None]]
) -> list[tuple[str, list[str] | None]]:
    """The files of a conda environment among EFFECTS, with the names that they set."""
    files = {path for path, _ in dotenv}
    return [(path, names) for path, names in by_file(effects).items() if path not in files]


def _check_commands(found: Environment) -> None:
    """VenvhookError where another user made one of the environment's commands: it may have been theirs before."""
    for folder in found.folders:
        path = trust.another_users(folder)
        if path is not None:
            raise VenvhookError("it belongs to another user", path, remedy="use an environment of your own")


def _decision(report: Report) -> str:
    """What was decided about the project. What it says beyond that is looked at as if it were allowed."""
    asked = report.asked
    try:
        asked.judge()
        report.record = asked.record
        return "allowed" if asked.record else "folder"
    except Notice:
        report.record, asked.record = asked.record, None
    if report.record is None:
        return "folder" if trust.within(asked.folder, asked.settings.allow) else "undecided"
    return "edited" if report.record.allowed else "denied"


def _error(error: Exception) -> VenvhookError:
    cause = error.args[0] if isinstance(error, Notice) else error
    return cause if isinstance(cause, VenvhookError) else VenvhookError(str(cause))


def _dotenv(report: Report) -> list[tuple[str, list[str] | None]]:
    """Each dotenv file and its names. VenvhookError for one that is not understood."""
    found: list[tuple[str, list[str] | None]] = []
    for entry in report.meaning.dotenv if report.meaning else ():
        path = resolve(report.asked.folder, entry, report.asked.environ)
        there = os.path.lexists(path)
        found.append((path, [name for name, _ in dotenv.parse(dotenv.read(path), path)] if there else None))
    return found


def _is_command(folder: str, name: str) -> bool:
    paths = [os.path.join(folder, name + ending) for ending in HERE.endings]
    return any(os.path.isfile(path) and os.access(path, os.X_OK) for path in paths)


def kept(asked: Project) -> list[str]:
    """The shells that a plan is kept for."""
    try:
        there = set(os.listdir(keep.place(asked.places.cache, asked.project)))
    except OSError:
        return []
    return [shell for shell in SHELLS if there and f".venvhook-{INTERFACE}{emitter(shell).SUFFIX}" in there]
