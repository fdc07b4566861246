"""One project, asked about once: may it act, which environment has it, and so what does a shell do there.

Whatever is in the way becomes a plan too: a notice, which says one line and is stale as soon as it has been mended.
"""

from __future__ import annotations

import os

from venvhook import config, environment, marker, trust
from venvhook.errors import VenvhookError
from venvhook.files import Fleeting
from venvhook.locate import locate, resolve
from venvhook.plan import SCRIPT_VARIABLES, Plan, harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from venvhook.environment import Environment
    from venvhook.locate import Search
    from venvhook.marker import Marker
    from venvhook.plan import Condition
    from venvhook.trust import Record


class Notice(Exception):
    """The project is not entered: the line for the person ("" is silence), and what has to hold for it to stay so."""

    def __init__(self, line: object, conditions: Sequence[Condition] = ()) -> None:
        super().__init__(line)
        self.line, self.conditions = str(line), tuple(conditions)


class Places:
    """The user's own folders, as installing fixed them: data and cache of venvhook, its settings, and home."""

    __slots__ = ("cache", "data", "home", "settings")

    def __init__(self, data: str, cache: str, settings: str, home: str) -> None:
        self.data, self.cache, self.settings, self.home = data, cache, settings, home


class Project:
    """A project as a hook named it, seen from ENVIRON, what is exported where it is not entered.

    `folder` is the project without links; `conditions` is what the answer rests on so far, `files` those of it, with
    their status, that make the answer stale when they become newer; `warnings` do not keep from entering.
    """

    def __init__(self, project: str, places: Places, environ: Mapping[str, str]) -> None:
        self.project, self.folder = project, os.path.realpath(project)
        self.marker_path = os.path.join(self.folder, marker.NAME)
        self.places, self.environ = places, environ
        self.conditions: list[Condition] = []
        self.files: dict[str, os.stat_result] = {}
        self.warnings: list[str] = []
        self.text = b""
        self.settings = config.Config()
        self.record: Record | None = None
        self.search: Search | None = None

    def plan(self) -> Plan:
        """What a shell does in this project now."""
        try:
            self.read()
            meaning = self.judge()
            self.owned(self.marker_path, self.folder)
            return self.entering(meaning, self.locate(meaning), self.values(meaning))
        except Notice as notice:
            return Plan(self.project, self.folder, [*self.conditions, *notice.conditions], notice.line)

    def read(self) -> None:
        """Read the marker and the user's settings, each once."""
        try:
            self.text = marker.read(self.folder)
        except VenvhookError as error:
            raise self._odd(error) from None
        self.conditions.append(("marker", self.project, self.text.decode("utf-8", "surrogateescape")))
        if self.project != self.folder:
            self.conditions.append(("same", self.project, self.folder))
        settings = os.path.join(self.places.settings, config.NAME)
        try:
            if self.watch(settings):
                trust.check_owners(settings)  # they say which folders are allowed
                self.settings = config.read(self.places.settings, self.places.home)
        except VenvhookError as error:
            self.warnings.append(str(error))

    def _odd(self, error: VenvhookError) -> Notice:
        """The notice of a marker that cannot be read; a denied project has nothing to say even then."""
        odd: Condition = ("odd", self.project)
        if isinstance(error, Fleeting) and os.path.islink(self.marker_path):  # hooks would find another text each time
            odd = ("same", self.marker_path, os.path.join(self.folder, os.readlink(self.marker_path)))
        notice = Notice(error, [odd])
        if self._denied():
            notice.line = ""
        return notice

    def _denied(self) -> bool:
        """Look up what the user has decided, and rest the answer on it; whether that was a no."""
        self.record = trust.find(self.places.data, self.folder)
        if self.record is None:
            self.watch(trust.place(self.places.data, self.folder))  # it appears with the first decision
            return False
        self.conditions.append(("exists", self.record.path))
        return not self.record.allowed

    def watch(self, path: str) -> bool:
        """Rest the answer on a file beside the marker; whether it is there."""
        try:
            self.files[path] = os.stat(path)
        except OSError:
            pass
        self.conditions.append(("exists" if path in self.files else "absent", path))
        return path in self.files

    def judge(self) -> Marker:
        """What the marker means, if it may act (`venvhook.trust`)."""
        if self._denied():
            raise Notice("")
        if self.record and self.record.marker == self.text:
            return self.record.meaning
        if trust.within(self.folder, self.settings.allow):
            self.record = None  # it was about other bytes
            return self._parsed()
        problem = "it was edited since you allowed it" if self.record else "it is not allowed yet"
        raise Notice(VenvhookError(problem, self.marker_path, remedy="to look at it and allow it: venvhook allow"))

    def _parsed(self) -> Marker:
        try:
            return marker.parse(self.text, self.marker_path)
        except VenvhookError as error:
            raise Notice(error) from None

    def owned(self, path: str, *others: str) -> None:
        """Refuse what somebody else could have put there. A PATH of the user's own has to stay so: hooks test it."""
        try:
            trust.check_owners(path, *others)
        except VenvhookError as error:
            raise Notice(error, [("never",)]) from None
        if trust.mine(path):
            self.conditions.append(("mine", path))

    def locate(self, meaning: Marker) -> Environment:
        """The project's environment, if it can be entered."""
        self.search = locate(self.folder, meaning, self.environ)
        for file in self.search.files:
            self.watch(file)
        self.conditions += [c for c in self.search.conditions if c not in self.conditions]
        found = self.search.found
        if found is None:
            raise Notice(self.search.problem)
        self._fits_in_path(found.bin)
        self.owned(found.bin, found.root, found.python)
        self.warnings += map(str, environment.complaints(found, meaning.python, self.folder))
        return found

    def _fits_in_path(self, folder: str) -> None:
        if os.pathsep in folder:
            problem = f"its path has a {os.pathsep!r}, which no PATH can hold"
            raise Notice(VenvhookError(problem, folder, remedy="use a folder whose path has none"))

    def values(self, meaning: Marker) -> dict[str, str | None]:
        """The variables that the marker sets: its dotenv files in order, then its own, which win."""
        values: dict[str, str | None] = {}
        for entry in meaning.dotenv:
            path = resolve(self.folder, entry, self.environ)
            if self.watch(path):
                self.owned(path)
                values.update(self._dotenv(path, [name for name, _ in meaning.prepend]))
        values.update(meaning.variables)
        return values

    def _dotenv(self, path: str, lists: list[str]) -> dict[str, str]:
        from venvhook import dotenv

        try:
            pairs = dict(dotenv.parse(dotenv.read(path), path))
        except VenvhookError as error:
            raise Notice(error) from None
        new = [name for name in pairs if self.record and name not in self.record.dotenv_names]
        if new:
            problem = f"it sets {', '.join(new)}, which you have not allowed"
            raise Notice(VenvhookError(problem, path, remedy="to look at it and allow it: venvhook allow"))
        for name in lists:
            if name in pairs:
                problem = f"it sets {name}, which the marker's [prepend] has too"
                raise Notice(VenvhookError(problem, path, remedy="take one of them out"))
        return pairs

    def entering(self, meaning: Marker, found: Environment, values: dict[str, str | None]) -> Plan:
        """The plan that enters: what the environment's own `activate` sets, and what the marker adds to it."""
        plan = Plan(self.project, self.folder, self.conditions, "; ".join(self.warnings))
        plan.sign, plan.home, plan.bin = "CONDA_PREFIX" if found.conda else "VIRTUAL_ENV", found.root, found.bin
        plan.name = harmless(meaning.prompt or found.name or os.path.basename(self.folder))
        plan.label = self.settings.prompt.replace("{name}", plan.name)
        unset: list[tuple[str, str | None]] = [(name, None) for name in ("PYTHONHOME", *SCRIPT_VARIABLES)]
        plan.variables = list(dict([*self._own(found, plan.name), *unset, *values.items()]).items())
        plan.lists = self._lists(meaning, found)
        own = dict(plan.variables)
        plan.conditions = tuple(c for c in self.conditions if c[0] != "variable" or c[1] not in own)
        return plan

    def _own(self, found: Environment, name: str) -> list[tuple[str, str | None]]:
        """What the environment's own activation sets."""
        if not found.conda:
            return [("VIRTUAL_ENV", found.root), ("VIRTUAL_ENV_PROMPT", name)]
        from venvhook import conda

        for file in conda.files(found.root):
            self.watch(file)
        try:
            return conda.variables(found.root, name, self.environ)
        except VenvhookError as error:
            raise Notice(error) from None

    def _lists(self, meaning: Marker, found: Environment) -> list[tuple[str, list[str]]]:
        lists = {"PATH": found.folders}
        for name, entries in meaning.prepend:
            folders = [resolve(self.folder, entry, self.environ) for entry in entries]
            for folder in folders:
                self._fits_in_path(folder)
            self.owned(*folders)
            lists[name] = list(dict.fromkeys(lists.get(name, []) + folders))
        return list(lists.items())
