"""The steps of a walk: what they type, what they do to files, and what the model makes of them.

A step is a tuple of words, so that a walk can be printed, cut down and walked again. What a step cannot do where it
stands (no such folder, nothing to go back to) it leaves out, in the shell and in the model alike.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

from venvhook import marker

from .ground import DOTENV, ENVIRONMENTS, MARKERS, PLACES, VALUES, Ground
from .model import Shell

Step = tuple[str, ...]
PROJECTS = tuple(MARKERS)
WEIGHTS = {
    "cd": 40,
    "up": 5,
    "back": 5,
    "pushd": 3,
    "popd": 4,
    "dot": 1,
    "line": 8,
    "prompt": 2,
    "deactivate": 7,
    "activate": 7,
    "on": 3,
    "off": 2,
    "disable": 1,
    "enable": 2,
    "noprompt": 1,
    "showprompt": 1,
    "export": 6,
    "set": 3,
    "unset": 4,
    "show": 2,
    "front": 3,
    "behind": 2,
    "doubled": 2,
    "entry gone": 2,
    "edit": 2,
    "edit and allow": 4,
    "allow": 3,
    "deny": 1,
    "marker away": 1,
    "marker back": 3,
    "dotenv": 2,
    "env away": 2,
    "env back": 4,
    "delete": 1,
    "recreate": 2,
    "touch": 1,
    "cli": 1,
    "nested": 3,
    "exit": 4,
    "subshell": 4,
}
IN_A_LINE = ("cd", "cd", "cd", "up", "back", "pushd", "popd", "deactivate", "activate", "on", "export", "unset")


def draw(chance: random.Random, without: tuple[str, ...] = ()) -> Step:
    """A random step of any kind but these."""
    kinds = [kind for kind in WEIGHTS if kind not in without]
    kind = chance.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]
    if kind == "line":
        possible = [each for each in IN_A_LINE if each not in without]
        parts = [_with_words(chance, chance.choice(possible)) for _ in range(2)]
        return ("line", *(word for part in parts for word in (str(len(part)), *part)))
    return _with_words(chance, kind)


def _with_words(chance: random.Random, kind: str) -> Step:
    if kind in ("cd", "pushd", "subshell"):
        return kind, chance.choice(PLACES)
    if kind == "activate":
        return kind, chance.choice(ENVIRONMENTS)
    if kind in ("export", "set"):
        name = chance.choice([*VALUES, "A", "PYTHONPATH"])
        return kind, name, chance.choice(VALUES[name])
    if kind in ("unset", "show"):
        return kind, chance.choice([*VALUES, "A", "B", "C"])
    if kind in ("front", "behind"):
        return kind, chance.choice(["/mine", "{w}/app/scripts", "{w}/envs/one/bin", "{w}/bee/.venv/bin"])
    if kind in ("edit", "edit and allow"):
        project = chance.choice(PROJECTS)
        return kind, project, str(chance.randrange(len(MARKERS[project])))
    if kind == "dotenv":
        return kind, str(chance.randrange(len(DOTENV)))
    if kind == "nested":
        return kind, chance.choice(["bash", "zsh", "fish"])
    if kind in ("allow", "deny", "marker away", "marker back", "env away", "env back", "delete", "recreate", "touch"):
        return kind, chance.choice([*PROJECTS, "app", "app", "bee", "bee", "outer/in"])
    return (kind,)


def parts(step: Step) -> list[Step]:
    """The steps of one command line."""
    if step[0] != "line":
        return [step]
    found, words = [], step[1:]
    while words:
        count = int(words[0])
        found.append(words[1 : 1 + count])
        words = words[1 + count :]
    return found


# ---- steps that are typed: the text, None when it cannot be done here; the model is moved along -------------------


def typed(step: Step, shell: Shell, ground: Ground, dialect: object) -> str | None:
    """What the user types for it."""
    known = globals().get("_" + step[0].replace(" ", "_"))
    line: str | None = known(shell, ground, dialect, *step[1:])
    return line


def _go(shell: Shell, ground: Ground, folder: str) -> bool:
    if not os.path.isdir(folder) or not os.path.isdir(shell.cwd):
        return False
    if shell.kind != "fish" or folder != shell.cwd:  # fish's history does not hold what was no move
        shell.before = shell.cwd
    shell.cwd = folder
    shell.trigger(ground.decisions)
    return True


def _cd(shell, ground, dialect, place):
    folder = ground.path(place)
    return dialect.cd(folder) if _go(shell, ground, folder) else None


def _up(shell, ground, dialect):
    return "cd .." if _go(shell, ground, os.path.dirname(shell.cwd)) else None


def _dot(shell, ground, dialect):
    return "cd ." if _go(shell, ground, shell.cwd) else None


def _back(shell, ground, dialect):
    if shell.kind == "pwsh":  # `cd -` goes back step by step there
        before = shell.before
        return dialect.cd(before) if before and _go(shell, ground, before) else None
    return "cd -" if shell.before and _go(shell, ground, shell.before) else None


def _pushd(shell, ground, dialect, place):
    left, folder = shell.cwd, ground.path(place)
    if not _go(shell, ground, folder):
        return None
    shell.stack.append(left)
    return f"pushd {dialect.quote(folder)}"


def _popd(shell, ground, dialect):
    if not shell.stack or not _go(shell, ground, shell.stack[-1]):
        return None
    shell.stack.pop()
    return "popd"


def _prompt(shell, ground, dialect):
    return ""


def _deactivate(shell, ground, dialect):
    shell.user_deactivate()
    return "deactivate"


def _activate(shell, ground, dialect, environment):
    home = ground.path(environment)
    if not os.path.exists(home) or (shell.kind == "fish" and shell.old_prompt is not None and not shell.deactivate):
        return None
    shell.activate(home, ground.script(shell.kind, home, bool(shell.get("VIRTUAL_ENV_DISABLE_PROMPT"))))
    return dialect.activate(home)


def _on(shell, ground, dialect):
    shell.off, shell.paused = False, ""
    if shell.plan and not shell.plan.enters:
        shell.here, shell.plan = "", None
    shell.trigger(ground.decisions)
    return "venvhook on"


def _off(shell, ground, dialect):
    shell.off = True
    shell.trigger(ground.decisions)
    return "venvhook off"


def _cli(shell, ground, dialect):
    project = "" if not os.path.isdir(shell.cwd) else shell.cwd
    while project and not os.path.lexists(f"{project}/{marker.NAME}"):
        project = "" if project == "/" else os.path.dirname(project)
    if not project or not ground.allow(project):
        return None
    shell.trigger(ground.decisions)
    return "venvhook allow"


def _disable(shell, ground, dialect):
    return _export(shell, ground, dialect, "VENVHOOK_DISABLE", "1")


def _enable(shell, ground, dialect):
    return _unset(shell, ground, dialect, "VENVHOOK_DISABLE")


def _noprompt(shell, ground, dialect):
    return _export(shell, ground, dialect, "VIRTUAL_ENV_DISABLE_PROMPT", "1")


def _showprompt(shell, ground, dialect):
    return _unset(shell, ground, dialect, "VIRTUAL_ENV_DISABLE_PROMPT")


def _export(shell, ground, dialect, name, value):
    value = value.format(w=ground.root)
    shell.set(name, value, True)
    return dialect.export(name, value)


def _set(shell, ground, dialect, name, value):
    value = value.format(w=ground.root)
    if shell.kind != "pwsh":  # there it is another variable, which no program gets and no plan looks at
        shell.set(name, value)
    return dialect.set(name, value)


def _unset(shell, ground, dialect, name):
    if name not in shell.variables:
        return None
    shell.unset(name)
    return dialect.unset(name)


def _show(shell, ground, dialect, name):
    return dialect.show(name)


def _front(shell, ground, dialect, folder):
    folder = folder.format(w=ground.root)
    shell.set("PATH", f"{folder}:{shell.get('PATH')}", True)
    return dialect.path_front(folder)


def _behind(shell, ground, dialect, folder):
    folder = folder.format(w=ground.root)
    shell.set("PATH", f"{shell.get('PATH')}:{folder}", True)
    return dialect.path_back(folder)


def _doubled(shell, ground, dialect):
    if not shell.plan or not shell.plan.enters:
        return None
    return _front(shell, ground, dialect, shell.plan.home + "/bin")


def _entry_gone(shell, ground, dialect):
    entries = (shell.get("PATH") or "").split(":")
    if not shell.plan or not shell.plan.enters or shell.plan.home + "/bin" not in entries[:-1]:
        return None
    entries.remove(shell.plan.home + "/bin")
    shell.set("PATH", ":".join(entries), True)
    return dialect.path_remove(shell.plan.home + "/bin")


# ---- steps that somebody else does to files: what they would type elsewhere, None when there is nothing to do ------


def elsewhere(step: Step, ground: Ground) -> str | None:
    """Do it, and say it as a line."""
    kind, *words = step
    known = globals().get("_file_" + kind.replace(" ", "_"))
    if known is None:
        return None
    line: str | None = known(ground, *words)
    ground.touched += line is not None
    return line or ""


def _file_edit(ground, project, number):
    if not os.path.isdir(ground.path(project)):
        return None
    text = MARKERS[project][int(number)]
    ground.write(f"{project}/{marker.NAME}", text)
    return f"printf %s {text!r} >{project}/{marker.NAME}"


def _file_edit_and_allow(ground, project, number):
    line = _file_edit(ground, project, number)
    if line:
        ground.allow(project)
    return line and f"{line}; venvhook allow {project}"


def _file_allow(ground, project):
    return f"venvhook allow {project}" if ground.allow(project) else None


def _file_deny(ground, project):
    if not os.path.lexists(ground.path(f"{project}/{marker.NAME}")):
        return None
    ground.deny(project)
    return f"venvhook deny {project}"


def _move(ground, old, new):
    if not os.path.lexists(ground.path(old)) or os.path.lexists(ground.path(new)):
        return None
    os.rename(ground.path(old), ground.path(new))
    return f"mv {old} {new}"


def _file_marker_away(ground, project):
    return _move(ground, f"{project}/{marker.NAME}", f"{project}/marker-away")


def _file_marker_back(ground, project):
    return _move(ground, f"{project}/marker-away", f"{project}/{marker.NAME}")


def _file_env_away(ground, project):
    return _move(ground, f"{project}/.venv", f"{project}/env-away")


def _file_env_back(ground, project):
    return _move(ground, f"{project}/env-away", f"{project}/.venv")


def _file_dotenv(ground, number):
    if not os.path.isdir(ground.path("bee")):
        return None
    ground.write("bee/.env", DOTENV[int(number)])
    return f"printf %s {DOTENV[int(number)]!r} >bee/.env"


def _file_delete(ground, project):
    if not os.path.isdir(ground.path(project)):
        return None
    shutil.rmtree(ground.path(project))
    return f"rm -r {project!r}"


def _file_recreate(ground, project):
    if os.path.isdir(ground.path(project)):
        return None
    shutil.copytree(os.path.join(ground.pristine, project), ground.path(project), symlinks=True)
    return f"cp -R the-first-{project} {project}"


def _file_touch(ground, project):
    path = Path(ground.path(project), marker.NAME)
    if not path.exists():
        return None
    path.touch()
    return f"touch {project}/{marker.NAME}"
