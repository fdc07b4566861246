"""What a first visit costs, counted: what is imported, and how often the file system is asked. Never times."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from venvhook import marker, trust
from venvhook.shells import SHELLS

from .common import ROOT
from .test_imports import DEPENDENCIES, PACKAGE

COSTLY = """
    argparse contextlib dataclasses datetime difflib enum functools hashlib importlib.metadata inspect json logging
    pathlib pickle re shlex shutil signal string subprocess tempfile threading tomli tomllib traceback typing
"""
START = """
import sys
sys.path.insert(0, {package!r})
import venvhook
del sys.path[0]
from venvhook import helper
helper.main(["2", "plan", {shell!r}, {project!r}], *{places!r})
print(*sys.modules, file=sys.stderr)
"""
MODULES = 23  # of our own; each takes Python four calls on the disk
# On a network disk a call takes a millisecond or more. 5: which folder the project is, the marker, whose they are.
# 5: is there a config.toml, what was decided. 6: is `.venv` an environment, what does its pyvenv.cfg say. 5: whose are
# it, its `bin` and its Python, where its commands were made. 8: the plan and its stamp, in a new folder of the cache.
CALLS = 29


class Visited:
    """A first visit of an allowed project, below ROOT: the answer, and what was imported for it."""

    def __init__(self, root: Path, shell: str = "bash", tracer: Sequence[str] = ()) -> None:
        self.root = Path(os.path.realpath(root))
        project, places = self.root / "p", [str(self.root / name) for name in ("data", "cache", "settings", "home")]
        (project / ".venv/bin").mkdir(parents=True)
        for name in (".venv/pyvenv.cfg", ".venv/bin/activate", ".venv/bin/python"):
            (project / name).touch()
        text = b'[variables]\nA = "x"\n'
        (project / marker.NAME).write_bytes(text)
        trust.decide(places[0], trust.Record(str(project), True, text, marker.parse(text, "M")))
        code = START.format(package=str(ROOT), shell=shell, project=str(project), places=places)
        command = [*tracer, sys.executable, "-I", "-S", "-X", "utf8", "-c", code]
        done = subprocess.run(command, env={"HOME": str(self.root)}, capture_output=True, text=True, check=True)
        self.answer, self.modules = done.stdout, set(done.stderr.split())


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if (PACKAGE / f"shells/{shell}.py").exists()])
def test_it_imports_nothing_costly(tmp_path: Path, shell: str) -> None:
    visited = Visited(tmp_path, shell)
    assert str(tmp_path / "p/.venv") in visited.answer
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", "import sys; print(*sys.modules)"]
    idle = subprocess.run(command, capture_output=True, text=True, check=True)
    added = visited.modules - set(idle.stdout.split())  # what a Python imports by itself is its own
    assert sorted(added & set((COSTLY + " " + DEPENDENCIES).split())) == []
    ours = {name for name in added if name.partition(".")[0] == "venvhook"}
    assert f"venvhook.shells.{shell}" in ours
    assert len(ours) <= MODULES, sorted(ours)


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_what_it_keeps_is_the_users_alone(tmp_path: Path) -> None:
    kept = list((Visited(tmp_path).root / "cache").rglob("*"))
    assert ".venvhook-2.bash" in {path.name for path in kept}
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o700, 0o600}


@pytest.mark.skipif(shutil.which("strace") is None or sys.platform != "linux", reason="strace is not installed")
def test_how_often_it_asks_the_file_system(tmp_path: Path) -> None:
    """Of what is the user's; what Python does to find modules is its own."""
    log = tmp_path / "log"
    log.touch()
    root = tmp_path / "r"
    root.mkdir()
    cache = f"{os.path.realpath(root)}/cache/plans{os.path.realpath(root)}"
    os.makedirs(cache)  # the user has been in another project of this folder
    try:
        visited = Visited(
            root, tracer=["strace", "-f", "-qq", "-e", "trace=%file", "-e", "signal=none", "-o", str(log)]
        )
    except subprocess.CalledProcessError as error:
        pytest.skip(f"strace may not look: {error.stderr}")
    calls = [line for line in log.read_text().splitlines() if f'"{visited.root}/' in line and "resumed" not in line]
    assert re.search("openat.*pyvenv.cfg", "\n".join(calls))  # it looks where the work is
    assert len(calls) <= CALLS, "\n".join(calls)
