"""What `allow` and `status` say of a project, in labelled lines. Decides what comes first, and what is never told."""

from __future__ import annotations

import os

from venvhook.cli.place import called_by_hook, near
from venvhook.errors import VenvhookError
from venvhook.locate import resolve
from venvhook.report import TRUST, TRUSTED, kept
from venvhook.system import alike, decode, fold, is_path, split_list
from venvhook.versions import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from venvhook.folders import Folders
    from venvhook.locate import Candidate
    from venvhook.marker import Marker
    from venvhook.plan import Plan
    from venvhook.report import Report

    Rows = Iterator[tuple[str, str]]


def meaning(seen: Report, folders: Folders, problem: bool) -> Rows:
    """What a marker means for a shell: what `allow` asks a person to look at. Values of dotenv files are not told.

    With PROBLEM, also what keeps the project from being entered.
    """
    yield from _environment(seen, folders)
    if seen.problem and problem:
        yield "problem", _about(seen.problem, seen, mending=False)  # that comes in the end
    yield from _rest(seen, folders)


def status(seen: Report, folders: Folders, environ: Mapping[str, str], here: bool) -> Rows:
    """All that `status` says; ENVIRON is the shell's own, HERE whether it is in the project.

    `state` comes first: one line that says whether all is well, else what is wrong and what mends it.
    """
    yield "project", near(seen.asked.project, folders)
    if seen.asked.folder != seen.asked.project:
        yield "without links", near(seen.asked.folder, folders)
    state = _state(seen)
    yield "state", state
    if seen.trust and TRUST[seen.trust] != state:
        yield "trust", TRUST[seen.trust].partition(";")[0]
    yield from _environment(seen, folders)
    if seen.problem and seen.trust not in TRUSTED:
        yield "problem", _about(seen.problem, seen, mending=False)  # that comes after the decision
    yield "this shell", _shell(seen, folders, environ, here)
    yield from _changed(seen, environ)
    yield from _rest(seen, folders)
    yield from (("another place", _place(each, folders)) for each in seen.others)
    yield from (("note", note) for note in (seen.asked.search.notes if seen.asked.search else ()))
    if seen.plan and seen.trust in TRUSTED:
        shells = ", ".join(kept(seen.asked))
        yield "kept plan", f"for {shells}: entered without a process" if shells else "none yet: the next visit keeps it"


def difference(before: bytes, now: bytes) -> list[str]:
    """What was edited in a marker since it was allowed, as the lines of a unified diff."""
    import difflib

    old, new = (decode(text).splitlines() for text in (before, now))
    return list(difflib.unified_diff(old, new, "allowed", "now", lineterm="", n=2))


def _state(seen: Report) -> str:
    if seen.error:
        return str(seen.error)
    if seen.trust not in TRUSTED:
        return TRUST[seen.trust]
    if seen.problem:
        return _about(seen.problem, seen)
    return "good, with a warning" if seen.asked.warnings else "good"


def _about(problem: VenvhookError, seen: Report, mending: bool = True) -> str:
    """PROBLEM without the path that stands in another line; with what mends it or not."""
    known = seen.chosen is not None and problem.path == seen.chosen.path
    path, remedy = None if known else problem.path, problem.remedy if mending else None
    return str(VenvhookError(problem.problem, path, problem.line, remedy))


def _environment(seen: Report, folders: Folders) -> Rows:
    """Where the environment is, why there, and its Python; and what the marker asks for."""
    chosen, found = seen.chosen, seen.asked.search and seen.asked.search.found
    if chosen:
        yield "environment", near(chosen.path, folders)
        yield "why", _why(chosen)
    if found:
        python = near(os.path.realpath(found.python), folders)
        yield "python", f"{short(found.version) or 'of unknown version'}, {python}"
    yield from _asked(seen.meaning, seen, folders) if seen.meaning else ()


def _asked(meaning: Marker, seen: Report, folders: Folders) -> Rows:
    """The keys of the marker that say which environment it is, and what `venvhook create` makes it of."""
    if meaning.venv is not None:
        yield "venv", meaning.venv
    if meaning.manager is not None:
        yield "manager", f"{meaning.manager}{'' if meaning.manager == 'auto' else '; create starts it'}"
    if meaning.python is not None:
        path = near(_path_of_python(meaning.python, seen), folders)
        yield "create uses", f"{path}, which it starts" if path else f"Python {meaning.python}"
    yield from (("create installs", f"{entry} (requirements)") for entry in meaning.requirements)
    yield from (("create installs", f"{entry} (packages)") for entry in meaning.packages)


def _path_of_python(python: str, seen: Report) -> str:
    """The interpreter that the marker names by its path; "" where it names a version."""
    return resolve(seen.asked.folder, python, seen.asked.environ) if is_path(python) else ""


def _why(candidate: Candidate) -> str:
    return candidate.why if candidate.manager == "auto" else f"{candidate.manager}: {candidate.why}"


def _place(candidate: Candidate, folders: Folders) -> str:
    there = "" if os.path.lexists(candidate.path) else ": not there"
    return f"{near(candidate.path, folders)} ({_why(candidate)}){there}"


def _rest(seen: Report, folders: Folders) -> Rows:
    """What is not quite right, and what entering sets."""
    yield from (("warning", warning) for warning in seen.asked.warnings)
    prompt = seen.plan.name if seen.plan else seen.meaning and seen.meaning.prompt
    if prompt:
        yield "prompt", prompt
    variables = seen.meaning.variables if seen.meaning else ()
    yield from (("sets", f"{name} = {value}") for name, value in variables if value is not None)
    yield from (("unsets", name) for name, value in variables if value is None)
    yield from (("prepends", f"{near(folder, folders)} to {name}") for name, folder in seen.prepended())
    for path, names in seen.dotenv:
        yield "dotenv", f"{near(path, folders)}: {'is not there yet' if names is None else _sets(names, seen)}"
    for path, names in seen.conda:
        yield "conda", f"{near(path, folders)}: {_sets(names or (), seen)}"
    yield from (("hides", f"{name}, by the one in {near(folder, folders)}") for name, folder in seen.shadowed)


def _sets(names: Sequence[str], seen: Report) -> str:
    new = [name for name in names if seen.allowed and name not in seen.allowed.names]
    told = f"sets {', '.join(names)}" if names else "sets nothing"
    return f"{told} (new: {', '.join(new)})" if new else told


# ---- What this shell has of it ---------------------------------------------------------------------------------------


def _shell(seen: Report, folders: Folders, environ: Mapping[str, str], here: bool) -> str:
    """What this shell is in, from what it exports."""
    inside, active = environ.get("VENVHOOK_PROJECT"), environ.get("VIRTUAL_ENV")
    off = "; VENVHOOK_DISABLE is set, so nothing is entered" if environ.get("VENVHOOK_DISABLE") else ""
    if inside == seen.asked.folder:
        return f"has entered it{_but(seen.plan, environ)}{off}" if seen.plan else f"has entered it before{off}"
    if inside:
        return f"has entered {inside}{off}"
    foreign = f"; VIRTUAL_ENV is {active}" if active else ""
    ready = here and seen.plan and seen.trust in TRUSTED and not off
    remedy = "; to enter it: venvhook on" if called_by_hook(folders) else "; to see why: venvhook doctor"
    return f"has not entered it{foreign}{remedy if ready else off}"


def _but(plan: Plan, environ: Mapping[str, str]) -> str:
    """What keeps the environment of PLAN, which was entered, from being the one that is used."""
    active, path = environ.get(plan.sign), [alike(folder) for folder in split_list(environ.get("PATH", ""))]
    if active != plan.home:
        return f", but {plan.sign} is {active or 'not set'}"
    if alike(plan.bin) not in path:
        return ", but its commands are not on PATH"
    first = split_list(environ["PATH"])[0]
    return f", but {first} comes before its commands on PATH" if path[0] != alike(plan.bin) else ""


def _changed(seen: Report, environ: Mapping[str, str]) -> Rows:
    """The variables that were changed here since the project was entered."""
    if seen.plan is None or environ.get("VENVHOOK_PROJECT") != seen.asked.folder:
        return
    told = {"VIRTUAL_ENV", "CONDA_PREFIX"}
    for name, value in seen.plan.variables:
        current = environ.get(fold(name))
        if current != value and name not in told:
            value_of = "" if name in seen.secret else f" = {current}"
            yield "changed here", f"{name} is not set" if current is None else name + value_of
