"""`list` and `prune`: the projects that were decided about on this machine."""

from __future__ import annotations

import os

from venvhook import environment, keep, marker, trust, undo
from venvhook.cli import place, show
from venvhook.errors import VenvhookError
from venvhook.locate import locate
from venvhook.system import within
from venvhook.trust import Record
from venvhook.versions import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from venvhook.folders import Folders
    from venvhook.locate import Candidate
    from venvhook.marker import Marker


def decided(data: str) -> list[Record]:
    """The last decision about each project, by folder."""
    found = {record.folder: trust.find(data, record.folder) for record in _records(os.path.join(data, "trust"))}
    return [record for _, record in sorted(found.items()) if record]


def _records(store: str) -> Iterator[Record]:
    for folder in _folders(store):
        for name in sorted(os.listdir(folder)):
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    yield Record.load(file.read(1 << 20))
            except (OSError, ValueError, VenvhookError):
                continue  # not whole: `trust.find` does not take it either


def _folders(store: str) -> list[str]:
    try:
        return [entry.path for entry in os.scandir(store) if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []


def known(folders: Folders, as_json: bool) -> None:
    """Show every project with its environment."""
    records = decided(folders.data)
    with show.working("looking at every project"):
        found = [_whole(record) for record in records]
    if as_json:
        show.data(found)
    elif not found:
        show.line("no project is known yet; to add one: venvhook init, or venvhook allow")
    else:
        headers = ("project", "state", "Python", "manager", "size", "environment")
        show.table(headers, [_cells(entry, _state(entry, record), folders) for entry, record in zip(found, records)])


def _whole(record: Record) -> dict[str, object]:
    """The entry of a project; where it cannot be looked at, whatever the reason, that is its problem, and its alone."""
    try:
        return _entry(record)
    except Exception as error:
        said = error.problem if isinstance(error, VenvhookError) else f"cannot be looked at ({type(error).__name__})"
        entry: dict[str, object] = {"project": record.folder, "trust": "allowed" if record.allowed else "denied"}
        nothing = dict.fromkeys(("environment", "manager", "python", "size"))
        return {**entry, **nothing, "healthy": False, "problem": said}


def _entry(record: Record) -> dict[str, object]:
    """One project as data: project, trust, environment, manager, python, size (bytes), healthy, problem."""
    entry: dict[str, object] = {"project": record.folder, "trust": "allowed" if record.allowed else "denied"}
    entry.update(dict.fromkeys(("environment", "manager", "python", "size", "problem")), healthy=False)
    if not os.path.lexists(os.path.join(record.folder, marker.NAME)):
        gone = "its folder is gone" if not os.path.isdir(record.folder) else f"it has no {marker.NAME}"
        return {**entry, "problem": gone}
    if not record.allowed:
        return entry
    meaning = _meaning(record)
    search = locate(record.folder, meaning, undo.outside(os.environ))
    problems = [search.problem] if search.problem else []
    if search.found:
        problems += environment.complaints(search.found, meaning.python, record.folder)
    if search.chosen:
        entry.update(environment=search.chosen.path, manager=_manager(search.chosen, meaning))
    entry.update(healthy=not problems, problem=problems[0].problem if problems else None)
    if search.found:
        entry.update(python=short(search.found.version) or None, size=size(search.found.root))
    return entry


def _meaning(record: Record) -> Marker:
    """What the project's marker says, where it is allowed as it is, else what was allowed last. VenvhookError."""
    path = os.path.join(record.folder, marker.NAME)
    return (record.of(_text(record)) or record.newest).meant(path)


def _text(record: Record) -> bytes:
    """The bytes of a project's marker; those that were allowed last where it cannot be read: the entry says so."""
    try:
        return marker.read(record.folder)
    except VenvhookError:
        return record.newest.marker


def _manager(chosen: Candidate, meaning: Marker) -> str | None:
    """Whose environment it is; None where only its path is known."""
    named = meaning.manager if meaning.manager != "auto" else None
    return named or (chosen.manager if chosen.manager != "auto" else None)


def _state(entry: Mapping[str, object], record: Record) -> str:
    """In a few words, whether the project would be entered as it was allowed, or why not."""
    edited = record.allowed and record.of(_text(record)) is None
    if edited or entry["healthy"]:
        return "edited" if edited else "good"
    problem = str(entry["problem"] or entry["trust"])
    return problem.replace("there is no environment yet", "no environment").partition(" (")[0].partition(": ")[0]


def _cells(entry: Mapping[str, object], state: str, folders: Folders) -> list[str]:
    amount, project = entry["size"], str(entry["project"])
    root = str(entry["environment"] or "")
    inside = within(root, project) and not within(project, root)
    sized = readable(amount) if isinstance(amount, int) else ""
    place_of = os.path.relpath(root, project) if inside else place.near(root, folders)
    facts = (str(entry[key] or "") for key in ("python", "manager"))
    return [place.near(project, folders), state, *facts, sized, place_of]


def size(folder: str) -> int:
    """The bytes of all files below FOLDER; links count as themselves."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_size
            except OSError:
                continue  # it went away meanwhile
    return total


def readable(amount: float) -> str:
    """AMOUNT of bytes, for a person."""
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def prune(folders: Folders) -> None:
    """Forget the decisions about folders that do not exist any more, and the plans of projects that do not."""
    gone = {record.folder for record in decided(folders.data) if not os.path.isdir(record.folder)}
    for folder in gone:
        trust.forget(folders.data, folder)
    kept = [(keep.kept_for(folders.cache, path), path) for path in _kept(folders.cache)]
    idle = {project for project, path in kept if not _marked(project) and _drop(path)}
    for project in sorted(gone | idle):
        show.line(f"forgotten: {project}")
    if not gone | idle:
        show.line("nothing to forget: every known project is still there")


def _kept(cache: str) -> list[str]:
    """The folders of kept plans, the deepest first."""
    return [path for path, _, _ in os.walk(os.path.join(cache, "plans"), topdown=False)][:-1]


def _marked(project: str) -> bool:
    return os.path.lexists(os.path.join(project, marker.NAME))


def _drop(folder: str) -> bool:
    """Remove the kept plans in FOLDER, and FOLDER if nothing else is in it; whether there were any."""
    paths = [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(".venvhook-")]
    ours = [path for path in paths if not os.path.isdir(path)]  # a project's folder may be called so
    for path in ours:
        os.unlink(path)
    try:
        os.rmdir(folder)
    except OSError:
        pass  # plans of projects further down
    return bool(ours)
