"""One project, asked about once: may it act, which environment has it, and so what does a shell do there.

Whatever is in the way becomes a plan too: a notice, which says one line and is stale as soon as it has been mended.
"""

from __future__ import annotations

import os

from venvhook import config, environment, marker, trust
from venvhook.errors import VenvhookError
from venvhook.files import HasNul, MadeUp, TooLarge, kind, made_up, status
from venvhook.locate import locate, resolve
from venvhook.plan import SCRIPT_VARIABLES, Effect, Plan, by_file, harmless, merged, ordered
from venvhook.system import HERE, System, decode, fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Callable

    from venvhook.environment import Environment
    from venvhook.locate import Search
    from venvhook.marker import Marker
    from venvhook.plan import Condition
    from venvhook.trust import Content, Record


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

    `folder` is the project without symlinks; `conditions` is what the answer rests on so far; `files` are the files and
    folders other than the marker that it rests on, with their status from before they were read; `warnings` do not keep
    from entering. `marker_status` is None until the marker has been read.
    """

    def __init__(self, project: str, places: Places, environ: Mapping[str, str], system: System = HERE) -> None:
        self.project, self.folder, self.system = project, os.path.realpath(project), system
        self.marker_path = os.path.join(self.folder, marker.NAME)
        self.places, self.environ = places, environ
        self.conditions: list[Condition] = []
        self.files: dict[str, os.stat_result] = {}
        self.marker_status: os.stat_result | None = None
        self.warnings: list[str] = []
        self.walked: dict[str, os.stat_result] = {}  # see `trust.trace`
        self.text = b""
        self.settings = config.Config()
        self.record: Record | None = None
        self.content: Content | None = None
        self.search: Search | None = None

    def plan(self) -> Plan:
        """What a shell does in this project now."""
        try:
            self.read()
            meaning = self.judge()
            self.owned(self.marker_path, self.folder)
            found = self.locate(meaning)
            return self.entering(meaning, found, self.effects(meaning, found))
        except Notice as notice:
            return Plan(self.project, self.folder, [*self.conditions, *notice.conditions], notice.line)

    def read(self) -> None:
        """Read the marker and the user's settings, each once."""
        try:
            self.text, seen = marker.read_with_status(self.folder)
            trust.check_owner(self.marker_path, seen)
        except VenvhookError as error:
            raise self._odd(error) from None
        self.marker_status = seen
        self.conditions.append(("marker", self.project, decode(self.text), "", seen.st_mtime_ns, seen.st_size))
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
        """The notice of a marker that cannot act; a denied project has nothing to say even then."""
        try:
            trust.check_owner(self.marker_path, status(self.marker_path))  # which says more than that it cannot be read
        except VenvhookError as better:
            error = better
        notice = Notice(error, self._nature(error))
        if self._denied():
            notice.line = ""
        return notice

    def _nature(self, error: VenvhookError) -> list[Condition]:
        """What a marker is that led to ERROR. Only a plain file of the user's or root's may be opened to see it."""
        path, seen = self.marker_path, status(self.marker_path)
        if seen is None:
            return [("kind", path, "nothing")]
        if not trust.ours(seen):
            return [("theirs", path)]
        if kind(seen.st_mode) != "file":
            return [("kind", path, kind(seen.st_mode))]
        if os.path.islink(path):
            leads = ("same", path, os.path.join(self.folder, os.readlink(path)))
            return [leads] if isinstance(error, MadeUp) else [leads, ("here", self.project)]
        if isinstance(error, (TooLarge, HasNul)):
            return [("odd", self.project)]
        return [("here", self.project)] if os.access(path, os.R_OK) else [("kind", path, "unreadable")]

    def _denied(self) -> bool:
        """Look up what the user has decided, and rest the answer on it; whether that was a no."""
        self.record = trust.find(self.places.data, self.folder)
        if self.record is None:
            self.watch(trust.place(self.places.data, self.folder))  # it appears with the first decision
            return False
        self.conditions.append(("exists", self.record.path))
        return not self.record.allowed

    def watch(self, path: str) -> bool:
        """Rest the answer on a file other than the marker, which is read after this; whether it is there."""
        return self._rest_on(path, status(path))

    def _rest_on(self, path: str, seen: os.stat_result | None) -> bool:
        """Rest the answer on PATH as it was SEEN. Only files and folders on a disk keep their time while unchanged."""
        if seen is None:
            self.conditions.append(("absent", path))
            return False
        self.conditions.append(("exists", path))
        if kind(seen.st_mode) not in ("file", "folder"):
            self.conditions.append(("kind", path, kind(seen.st_mode)))
        elif not made_up(seen):
            self.files[path] = seen
        elif os.path.islink(path):
            self.conditions.append(("same", path, os.path.join(os.path.dirname(path), os.readlink(path))))
        return True

    def judge(self) -> Marker:
        """What the marker means, if it may act (`venvhook.trust`)."""
        if self._denied():
            raise Notice("")
        self.content = self.record.of(self.text) if self.record else None
        if self.content:
            return self._parsed(self.content.meant)
        if trust.within(self.folder, self.settings.allow):
            self.record = None  # it is about other bytes
            return self._parsed(lambda path: marker.parse(self.text, path))
        problem = "it was edited since you allowed it" if self.record else "it is not allowed yet"
        self._forget_text()
        raise Notice(VenvhookError(problem, self.marker_path, remedy="to look at it and allow it: venvhook allow"))

    def _forget_text(self) -> None:
        """Keep what a marker says out of the plan where a symlink leads to it out of the project.

        Nobody has allowed that text to be copied: it may be a private file. Its identity tells of an edit.
        """
        real = os.path.realpath(self.marker_path)
        if self.marker_status and os.path.dirname(real) != self.folder:
            self.conditions = [c for c in self.conditions if c[0] != "marker"]
            self._hold(("same", self.marker_path, real))
            self.files[self.marker_path] = self.marker_status

    def _parsed(self, parse: Callable[[str], Marker]) -> Marker:
        try:
            return parse(self.marker_path)
        except VenvhookError as error:
            raise Notice(error) from None

    def owned(self, path: str, *others: str) -> None:
        """Refuse what somebody else could have put there. A PATH of the user's own must stay so: hooks test it.

        Where symlinks lead to one of these, they must go on leading there.
        """
        for index, each in enumerate((path, *others)):
            try:
                real, seen = trust.trace(each, self.walked)
            except trust.Unwalkable as error:
                raise self._unwalkable(error) from None
            except VenvhookError as error:
                raise self._refused(error) from None
            if index == 0 and trust.is_mine(seen):
                self._hold(("mine", each))
            if seen is not None and real != os.path.normpath(each):
                self._hold(("same", each, real))

    def _hold(self, condition: Condition) -> None:
        if condition not in self.conditions:
            self.conditions.append(condition)

    def _walkable(self, problem: VenvhookError | None) -> None:
        """Refuse a path of which only this program, in the folder that it is in, says that nothing fit is there."""
        if problem is None or problem.path is None:
            return
        try:
            trust.trace(problem.path, self.walked)
        except trust.Unwalkable as error:
            raise self._unwalkable(error) from None
        except VenvhookError:
            return

    def _refused(self, error: VenvhookError) -> Notice:
        """The notice of what is another user's, which shells test, or what everybody may write, which they cannot."""
        path = str(error.path)
        seen = status(path)
        if seen is not None and seen.st_uid != os.geteuid():
            return Notice(error, [("theirs", path)])
        return self._unwalkable(error)

    def _unwalkable(self, error: VenvhookError) -> Notice:
        """The notice of a path that no shell can test either: it is tried again when the project is entered again."""
        problem = VenvhookError(error.problem, error.path, remedy=f"{error.remedy}, then: venvhook on")
        return Notice(problem, [("here", self.project)])

    def locate(self, meaning: Marker) -> Environment:
        """The project's environment, if it can be entered."""
        self.search = locate(self.folder, meaning, self.environ, system=self.system)
        for file, seen in self.search.files.items():
            self._rest_on(file, seen)
        self.conditions += [c for c in self.search.conditions if c not in self.conditions]
        found, problem = self.search.found, self.search.problem
        if isinstance(problem, TooLarge):
            raise self._too_large(problem)
        if found is None:
            self._walkable(problem)
            raise Notice(problem)
        self._fits_in_path(found.bin)
        self.owned(found.bin, found.root, found.python)
        python = trust.trace(found.python, self.walked)[0]
        self.warnings += map(str, environment.complaints(found, meaning.python, self.folder, python))
        return found

    def _fits_in_path(self, folder: str) -> None:
        if self.system.list_separator in folder:
            problem = f"its path has a {self.system.list_separator!r}, which no PATH can hold"
            raise Notice(VenvhookError(problem, folder, remedy="use a folder whose path has none"))

    def moved(self, place: str) -> str | None:
        """Where the environment was when the marker was allowed, if not in PLACE; None: the same, or not known."""
        before = self.content.place if self.content else ""
        return before if before and before != place else None

    def effects(self, meaning: Marker, found: Environment | None) -> list[Effect]:
        """All that entering sets, in the order in which it is set; a later one wins. FOUND: the environment, if known.

        Notice for a name that a file beyond the marker sets, and that the user has not seen.
        """
        effects = self.listed(meaning, found)
        seen = None if self.content is None else {*self.content.names, *(name for name, _ in meaning.variables)}
        self._allowed(by_file(effects), seen, [name for name, _ in meaning.prepend])
        return effects

    def listed(self, meaning: Marker, found: Environment | None) -> list[Effect]:
        """The same, seen or not: what the environment sets, then the dotenv files, then the marker itself."""
        effects = self._own(meaning, found) if found else []
        for entry in meaning.dotenv:
            path = resolve(self.folder, entry, self.environ, self.system)
            if self._watch_owned(path):
                effects += self._dotenv(path)
        return [*effects, *(Effect(name, value) for name, value in meaning.variables)]

    def values(self, meaning: Marker) -> dict[str, str | None]:
        """The variables that the marker and its dotenv files set. Notice as `effects`."""
        return dict(merged(self.effects(meaning, None), self.system))

    def _watch_owned(self, path: str) -> bool:
        """Rest the answer on a file that sets variables; whether it is there. Notice where it is another user's."""
        there = self.watch(path)
        if path in self.files:  # what is no file or folder is refused for that, whosever it is
            self.owned(path)
        return there

    def _allowed(self, named: Mapping[str, list[str]], seen: set[str] | None, lists: list[str]) -> None:
        """Notice for the first file that sets what the user has not SEEN (None: all is allowed), or one of LISTS.

        NAMED has the names that each file sets.
        """
        allowed = None if seen is None else {self._folded(name) for name in seen}
        for path, names in named.items():
            new = [name for name in names if allowed is not None and self._folded(name) not in allowed]
            if new:
                problem = f"it sets {', '.join(new)}, which you have not allowed"
                raise Notice(VenvhookError(problem, path, remedy="to look at it and allow it: venvhook allow"))
            set_here = set(map(self._folded, names))
            for name in lists:
                if self._folded(name) in set_here:
                    problem = f"it sets {name}, which the marker's [prepend] has too"
                    raise Notice(VenvhookError(problem, path, remedy="take one of them out"))

    def _folded(self, name: str) -> str:
        return fold(name, self.system)

    def _too_large(self, error: TooLarge) -> Notice:
        """The notice of a file that may be growing: it is looked at again when the project is entered again."""
        self.files.pop(str(error.path), None)
        remedy = f"{error.remedy}, then: venvhook on"
        return Notice(VenvhookError(error.problem, error.path, remedy=remedy), [("here", self.project)])

    def _dotenv(self, path: str) -> list[Effect]:
        from venvhook import dotenv

        try:
            return [Effect(name, value, path) for name, value in dotenv.parse(dotenv.read(path), path, self.system)]
        except TooLarge as error:
            raise self._too_large(error) from None
        except VenvhookError as error:
            raise Notice(error) from None

    def entering(self, meaning: Marker, found: Environment, effects: Sequence[Effect]) -> Plan:
        """The plan that enters: what the environment's own `activate` sets, and what the marker adds to it."""
        plan = Plan(self.project, self.folder, self.conditions, "; ".join(self.warnings))
        plan.sign, plan.home, plan.bin = "CONDA_PREFIX" if found.conda else "VIRTUAL_ENV", found.root, found.bin
        plan.name = self._name(meaning, found)
        plan.label = self.settings.prompt.replace("{name}", plan.name)
        plan.variables = merged(effects, self.system)
        plan.lists = self._lists(meaning, found)
        own = set(map(self._folded, plan.names))
        conditions = [c for c in self.conditions if c[0] != "variable" or self._folded(str(c[1])) not in own]
        plan.conditions = ordered(conditions)
        return plan

    def _name(self, meaning: Marker, found: Environment) -> str:
        """What prompts show."""
        return harmless(meaning.prompt or found.name or os.path.basename(self.folder) or self.folder)

    def _own(self, meaning: Marker, found: Environment) -> list[Effect]:
        """What the environment's own activation sets, and what every entering unsets."""
        unset = [Effect(name, None) for name in ("PYTHONHOME", *SCRIPT_VARIABLES)]
        name = self._name(meaning, found)
        if not found.conda:
            return [Effect("VIRTUAL_ENV", found.root), Effect("VIRTUAL_ENV_PROMPT", name), *unset]
        from venvhook import conda

        effects = [Effect(*pair) for pair in conda.variables(found.root, name, self.environ)]
        try:
            for file in conda.files(found.root):
                if self._watch_owned(file):
                    effects += [Effect(*pair, file) for pair in conda.settings(file).items()]
        except TooLarge as error:
            raise self._too_large(error) from None
        except VenvhookError as error:
            raise Notice(error) from None
        return [*effects, *unset]

    def _lists(self, meaning: Marker, found: Environment) -> list[tuple[str, list[str]]]:
        lists = {"PATH": found.folders}
        for name, entries in meaning.prepend:
            folders = [resolve(self.folder, entry, self.environ, self.system) for entry in entries]
            for folder in folders:
                self._fits_in_path(folder)
            self.owned(*folders)  # the marker holds no empty list
            lists[name] = list(dict.fromkeys(lists.get(name, []) + folders))
        return list(lists.items())
