"""One search for an environment: what the rules of the managers may read, and what came of it.

Whatever a rule reads it reads through here, so that a kept plan knows what its answer rests on. Nothing is run, and
nothing is taken from what happens to be active.
"""

from __future__ import annotations

import os

from venvhook import trust
from venvhook.environment import Missing, Unfit, inspect
from venvhook.errors import VenvhookError
from venvhook.files import entries, read_plain, status
from venvhook.system import HERE, System, decode, encode, expand_home, fold, parts, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from venvhook.environment import Environment
    from venvhook.plan import Condition

LIMIT = 1 << 20  # bytes: of a manager's file that is looked into
MAKING = ".venvhook-new-"  # before the name of an environment: the mark that stands beside it while it is being made
_LONGEST_NAME = 255  # bytes: of one file's name, on every system that we know


class Candidate:
    """A place that was looked at: for which manager, where, and why there.

    `binding`: whoever named it left no choice; when nothing is there, that is an error, and no other place is taken.
    `file`: the `.venv` file that names it, "" where no such file does. PATH must be absolute: a relative one would be
    another place in each folder, for the commands that delete too. A rule that yields one is a defect of ours.
    """

    __slots__ = ("binding", "file", "manager", "path", "why")

    def __init__(self, manager: str, path: str, why: str, binding: bool = False, file: str = "") -> None:
        path = placed(path, "")  # what a rule has joined a drive without a root to (`Q:x`) is that drive's
        if not os.path.isabs(path):
            raise AssertionError(f"the rule of {manager} gives a relative path: {path}")
        self.manager, self.path, self.why = manager, path, why
        self.binding, self.file = binding, file


class Search:
    """One project's search.

    `found` is the environment, or None: then `problem` says why. `chosen` is the place that decided, `candidates` all
    that were looked at, `notes` what a person should know who asks. The answer rests on `conditions` and on `files`,
    which may be missing or be folders: it is stale as soon as one comes, goes or becomes newer.
    `python` is the interpreter that the marker asks for ("" for any). `system` is whose rules the managers follow.
    """

    def __init__(self, folder: str, environ: Mapping[str, str], python: str = "", system: System = HERE) -> None:
        self.folder, self.environ, self.python, self.system = folder, environ, python, system
        self.candidates: list[Candidate] = []
        self.conditions: list[Condition] = []
        self.files: dict[str, os.stat_result | None] = {}  # with their status from before they were read; None: missing
        self.notes: list[str] = []
        self.signs: list[str] = []
        self.chosen: Candidate | None = None
        self.found: Environment | None = None
        self.problem: VenvhookError | None = None
        self._walked: dict[str, os.stat_result] = {}  # see `trust.trace`
        self._texts: dict[str, bytes | None] = {}
        self._values: dict[str, dict[str, object]] = {}

    # ---- What rules read

    def variable(self, name: str) -> str | None:
        """The variable NAME as it is outside the project; None: not set."""
        value = self.environ.get(fold(name, self.system))
        self.rest_on(("variable", name, value))
        return value

    def home(self) -> str:
        """The user's home folder, as the managers find it; always absolute."""
        said = self.variable(self.system.home) or os.path.expanduser("~")
        return said if os.path.isabs(said) else _registered_home()

    def below(self, path: str, base: str) -> str:
        """PATH as a file of a project means it: a leading `~` is the home folder; else it starts from the folder BASE.

        Nothing else is replaced: a file of the project must not learn what the user's variables hold.
        """
        return placed(self._at_home(path), base)

    def expand(self, path: str, base: str = "") -> str:
        """PATH of the user's own settings: as `below` has it (BASE: default the project), `$NAME` and `${NAME}` too."""
        head, *rests = self._at_home(path).split("$")
        for part in rests:
            name = part[1:].partition("}")[0] if part.startswith("{") else _leading_name(part)
            value = self.variable(name) if name else None
            rest = part[len(name) + 2 * part.startswith("{") :]
            head += "$" + part if value is None else value + rest
        return placed(head, base or self.folder)

    def _at_home(self, path: str) -> str:
        """PATH with the home folder for a leading `~`. Only then does the answer rest on where home is."""
        return expand_home(path, self.home(), self.system) if parts(path, self.system)[0] == "~" else path

    def there(self, *names: str) -> bool:
        """Whether the project has one of these files. Rests on them only as long as nothing is found."""
        paths = [os.path.join(self.folder, name) for name in names]
        self.signs += paths
        return any(map(os.path.isfile, paths))

    def data(self, path: str) -> bytes | None:
        """The bytes of a file of text; None where there is none. VenvhookError: see `read_plain`.

        A relative path, which only a variable of the user's can give, starts from the project: the managers run there.
        """
        path = os.path.join(self.folder, path)
        if path not in self._texts:
            self._watch(path)
            self._texts[path] = read_plain(path, LIMIT) if os.path.isfile(path) and self._counts(path) else None
        return self._texts[path]

    def _counts(self, path: str) -> bool:
        """Whether a file may decide: one of the project's folder, or, anywhere else, one that only the user or root can
        have put there. VenvhookError for a symlink in the project that leads to another user's file."""
        if os.path.dirname(path) == self.folder:
            if os.path.islink(path):
                trust.trace(path, self._walked)
            return True
        try:
            trust.check_put(path, self._walked)
        except VenvhookError as error:
            self.notes.append(f"left out: {path}; {error.path}: {error.problem}")
            return False
        return True

    def text(self, path: str) -> str | None:
        """The same as text, whatever its bytes; a BOM goes."""
        data = self.data(path)
        return None if data is None else decode(data.removeprefix(b"\xef\xbb\xbf"))

    def value(self, path: str, *keys: str) -> object:
        """The value at KEYS, from the top downwards, in a TOML file; None: there is none. VenvhookError: no TOML."""
        from venvhook.locate.toml import UNREAD, below, load

        if path not in self._values:
            text = self.text(path)
            plain = load(text) if text else {}
            self._values[path] = self._parsed(path) if plain is None else plain
        value = below(self._values[path], keys)
        if value is UNREAD:
            self._values[path] = self._parsed(path)
            value = below(self._values[path], keys)
        if isinstance(value, str) and "\0" in value:
            raise VenvhookError(f"{'.'.join(keys)} holds a NUL", path, remedy="take it out")
        return value

    def _parsed(self, path: str) -> dict[str, object]:
        from venvhook.document import Document

        return Document(self.data(path) or b"", path).values

    def string(self, path: str, *keys: str) -> str | None:
        """The same, if it is a string with something in it."""
        value = self.value(path, *keys)
        return value if isinstance(value, str) and value else None

    def names(self, folder: str) -> list[str]:
        """What is in a folder, sorted; nothing where there is none."""
        self._watch(folder)
        return entries(folder)

    # ---- What came of it

    def look(self, candidate: Candidate) -> bool:
        """Look at a place; whether it decides the search: it is there, in order or not. Later ones are only noted."""
        self._note(candidate)
        if self.chosen:
            return True
        mark = being_made(candidate.path)
        if os.path.lexists(mark) and os.path.lexists(candidate.path):
            problem = "it is not complete: it is still being made, or that was cut off"
            unfit = Unfit(problem, candidate.path, "in that case: venvhook rebuild", ())
            self._decide(candidate, unfit, [("exists", mark)])
            return True
        try:
            self.found = inspect(candidate.path, self.system)
        except Unfit as unfit:
            if isinstance(unfit, Missing) and not candidate.binding:
                self.rest_on(*unfit.mended)
                return False
            self._decide(candidate, unfit, unfit.mended)
            return True
        if self.found.sign.endswith("pyvenv.cfg"):  # which has the name that is shown, and the version
            self._watch(self.found.sign)
        self._decide(candidate, None, [("exists", self.found.sign), ("exists", self.found.python)])
        if self.found.conda:
            from venvhook.conda import scripts

            unrun = ", ".join(scripts(candidate.path))
            self.notes += (
                [f"scripts that conda's activation would run, and entering does not: {unrun}"] if unrun else []
            )
        return True

    def refuse(self, candidate: Candidate, problem: VenvhookError) -> None:
        """Decide the search by a place that cannot be taken, whatever is there."""
        self._note(candidate)
        if not self.chosen:
            self._decide(candidate, problem, ())

    def missing(self, candidate: Candidate) -> None:
        """Nothing was found: this is where an environment would be made."""
        whose = "" if candidate.manager in ("auto", "venv") else f" ({candidate.manager} would put it here)"
        problem = Unfit(f"there is no environment yet{whose}", candidate.path, "to make it: venvhook create", ())
        self.rest_on(*(("exists" if os.path.isfile(sign) else "absent", sign) for sign in self.signs))
        self.refuse(candidate, problem)

    def _decide(self, candidate: Candidate, problem: VenvhookError | None, conditions: Sequence[Condition]) -> None:
        self.rest_on(*conditions)
        self.chosen, self.problem = candidate, problem

    def _note(self, candidate: Candidate) -> None:
        """List a place, once; a manager's own reason says more than a usual name."""
        for index, known in enumerate(self.candidates):
            if known.path == candidate.path:
                if known.manager == "venv" and known is not self.chosen:
                    self.candidates[index] = candidate
                return
        self.candidates.append(candidate)

    def rest_on(self, *conditions: Condition) -> None:
        """What has to hold for the answer to stay; what is asked after the decision changes nothing."""
        self.conditions += [c for c in conditions if not self.chosen and c not in self.conditions]

    def _watch(self, path: str) -> None:
        if not self.chosen and path not in self.files:
            self.files[path] = status(path)


def beside(path: str, prefix: str) -> str:
    """The path of something of ours beside PATH, which is an environment's.

    Its name has PREFIX in front: managers take what begins like an environment of theirs for one. A name that would be
    too long has a digest in place of the environment's.
    """
    folder, name = os.path.split(path)
    if len(encode(prefix + name)) > _LONGEST_NAME:
        from venvhook.digest import digest

        name = digest(name)
    return os.path.join(folder, prefix + name)


def being_made(path: str) -> str:
    """The path of the mark that says that the environment in PATH is being made: it must not be entered yet."""
    return beside(path, MAKING)


def counts(path: str) -> bool:
    """Whether a manager's file above the project may decide: if only the user or root can have put it there.

    Anybody may write into a folder such as /tmp, above the projects of others.
    """
    try:
        trust.check_put(path)
    except VenvhookError:
        return False
    return True


def _registered_home() -> str:
    """The home folder by the system's register of users, for when HOME is no absolute path."""
    try:
        from pwd import getpwuid

        return os.path.join("/", getpwuid(os.getuid()).pw_dir)
    except (ImportError, KeyError):
        return os.path.abspath("/")


def _leading_name(text: str) -> str:
    """The variable's name that TEXT begins with."""
    end = 0
    while end < len(text) and (text[end] == "_" or (text[end].isascii() and text[end].isalnum())):
        end += 1
    return text[:end]
