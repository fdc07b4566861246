"""`doctor`: how venvhook does in each shell, and what is in its way."""

from __future__ import annotations

import os

from venvhook import __version__
from venvhook import doctor as examination
from venvhook.cli import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.doctor import Diagnosis, Finding
    from venvhook.folders import Folders
    from venvhook.symptoms import Shell


def doctor(folders: Folders, as_json: bool) -> int:
    """Show the diagnosis; 1 if something does not work."""
    with show.working("starting your shells; some seconds each"):
        seen = examination.examine(folders, os.environ)
    if as_json:
        show.data(as_data(seen))
    else:
        _show(seen)
    return 0 if seen.works else 1


def _show(seen: Diagnosis) -> None:
    last = {shell.name: shell for shell in seen.shells}  # of two PowerShells on Windows, after which the findings stand
    for shell in seen.shells:
        named = f"{shell.name} {shell.fact('version')}".rstrip()
        show.line(f"{named}: {'does NOT work' if shell.reason else 'works'}")
        show.rows(_rows(shell))
        findings = [each for each in seen.findings if each.shell == shell.name and last[shell.name] is shell]
        show.rows(map(_finding, findings))
        for line in shell.transcript.split("\n") if shell.reason else ():
            show.line(f"    | {line}")
    show.line(f"venvhook {__version__}")
    if seen.helper is not None:
        show.rows([("helper", f"answers in {seen.helper * 1000:.0f} ms")])
    tried = [shell.name for shell in seen.shells]
    rest = [finding for finding in seen.findings if finding.shell not in tried]
    show.rows(_finding(finding, finding.shell) for finding in rest)
    problems = sum(finding.serious for finding in seen.findings)
    show.line(
        "nothing is in its way"
        if not seen.findings
        else f"problems: {problems}, notes: {len(seen.findings) - problems}"
    )


def _rows(shell: Shell) -> Iterator[tuple[str, str]]:
    for path, line in shell.loaded_by:
        yield "loaded by", f"{path}:{line}"
    if shell.facts.get("live"):
        yield "triggers", ", ".join(shell.facts["live"])
    if not shell.reason:
        yield "prompt", shell.prompt
    if shell.fact("microseconds"):
        yield "time", f"{int(shell.fact('microseconds')) / 1000:.2f} ms at each prompt"
    if shell.neighbours:
        yield "beside it", ", ".join(map(str, shell.neighbours))


def _finding(finding: Finding, shell: str = "") -> tuple[str, str]:
    return "problem" if finding.serious else "note", f"{shell}: {finding.error}" if shell else str(finding.error)


def as_data(seen: Diagnosis) -> dict[str, object]:
    """The data of `doctor --json`; docs/reference.md has the fields. None is renamed or removed, new ones may come."""
    return {
        "works": seen.works,
        "version": __version__,
        "helper": None if seen.helper is None else round(seen.helper * 1000, 1),
        "shells": [_shell(shell) for shell in seen.shells],
        "findings": [_found(finding) for finding in seen.findings],
    }


def _shell(shell: Shell) -> dict[str, object]:
    triggers = {name: key == "live" for key in ("live", "dead") for name in shell.facts.get(key, ())}
    spent = shell.fact("microseconds")
    return {
        "shell": shell.name,
        "version": shell.fact("version") or None,
        "works": not shell.reason,
        "reason": shell.reason or None,
        "loaded_by": [{"path": path, "line": line} for path, line in shell.loaded_by],
        "triggers": triggers,
        "prompt": shell.prompt,
        "microseconds": int(spent) if spent.isdigit() else None,
        "neighbours": [{"name": each.name, "hooks": list(each.hooks)} for each in shell.neighbours],
        "transcript": shell.transcript,
    }


def _found(finding: Finding) -> dict[str, object]:
    return {"serious": finding.serious, "shell": finding.shell or None, **show.error_data(finding.error)}
