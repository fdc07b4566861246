"""What has to do with the shells: `install`, `uninstall`, `hook`, `plan`; `on` and `off` where no hook is loaded."""

from __future__ import annotations

import os
import sys

from venvhook import hookfiles, report
from venvhook import install as installing
from venvhook.cli import place, show
from venvhook.errors import VenvhookError, shown
from venvhook.plan import Plan
from venvhook.shells import emitter
from venvhook.system import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from venvhook.folders import Folders
    from venvhook.install import Change


def install(folders: Folders, shells: Sequence[str] | None, rc: bool) -> None:
    """Put the hooks in place, load them from the startup files, and say what was touched."""
    changes = installing.install(folders, shells or None, rc)
    for text in installing.notes(shells or None, rc):
        show.note(text)
    names = list(dict.fromkeys(change.shell for change in changes if change.shell))
    if _tell(changes, f"nothing to change: venvhook is installed for {', '.join(names)}") and rc:
        show.line("it is loaded in every shell that is started from now on")
    if not rc:
        show.line("to load it, put this line at the end of the startup file:")
        show.rows((shell, hookfiles.load_line(folders, shell)) for shell in names)


def uninstall(folders: Folders, shells: Sequence[str] | None, purge: bool) -> None:
    """Take the hooks out again, and say what was touched."""
    if _tell(installing.uninstall(folders, shells or None, purge), "nothing to remove: no hook is installed"):
        show.line("shells that are open keep their hook until they are closed; to switch it off there: venvhook off")


def _tell(changes: Sequence[Change], none: str) -> bool:
    """Say what was touched, or NONE; whether anything was done."""
    done = any(change.what in ("written", "restored", "removed") for change in changes)
    for change in changes:
        if change.what != "unchanged":
            show.line(str(change))
    if not done:
        show.line(none)
    return done


def prove(folders: Folders, shells: Sequence[str] | None, rc: bool) -> int:
    """Show what a session of each shell has shown, as install.sh does in the end; 0 when all of them work."""
    from venvhook import proof, symptoms

    proofs = proof.prove(folders, shells or None, rc, lambda shell: hookfiles.shipped("probe", shell))
    for each in proofs:
        show.line(f"--- {each.shell}: " + (f"does NOT work: {each.reason}" if each.reason else f"works; {each.prompt}"))
        for cause in symptoms.causes(symptoms.Shell(each), folders) if each.reason and each.answer else ():
            show.line(f"    problem: {cause}")
        for line in (*each.transcript.splitlines(), *(f"not shown: {text}" for text in each.unseen)):
            show.line(f"    {line}")
    return 0 if proofs and not any(each.reason for each in proofs) else 1


def hook(folders: Folders, shell: str) -> None:
    """Print a shell's hook. What it calls is put in place first: printed alone it would find no helper."""
    installing.install(folders, [shell], rc=False)
    _text(decode(hookfiles.hook(folders, shell)))


def completion(shell: str) -> None:
    """Print what completes the command line in a shell."""
    _text(decode(hookfiles.completion(shell)))


def plan(folders: Folders, shell: str, directory: str | None) -> None:
    """Print the plan that a shell would run in the project if it is allowed; on stderr, whether it is."""
    seen = report.look(place.asked(folders, place.project(folders, directory)))
    if seen.error:
        raise seen.error
    asked = seen.asked
    if seen.trust not in report.TRUSTED:
        show.note(f"{asked.marker_path}: {report.TRUST[seen.trust]}; until then, nothing of this is run")
    _text(emitter(shell).plan(seen.plan or Plan(asked.project, asked.folder, asked.conditions, str(seen.problem))))


def switch(folders: Folders, word: str) -> None:
    """`on` and `off` came here, so there is no shell function to do it."""
    installed = os.path.isdir(folders.hook)
    remedy = "open a new shell, or, if that does not help: venvhook doctor"
    remedy = remedy if installed else "to install it: venvhook install; then open a new shell"
    raise VenvhookError(f"{word} is done by the hook, which is not loaded in this shell", remedy=remedy)


def _text(text: str) -> None:
    """Shell text as it is; on a terminal harmless, since nobody runs it there."""
    if sys.stdout.isatty():
        text = "".join(shown(line) + "\n" for line in text.split("\n")).rstrip("\n") + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(show.printed(text, sys.stdout.encoding))
    sys.stdout.buffer.flush()
