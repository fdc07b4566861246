"""How long locating an environment takes, against asking its manager: python tests/bench/locate.py [ROUNDS]

The managers are those that tests/managers installed (run them once before). Each makes an environment in a home folder
of its own, is asked where it is, and then the same is located as hooks do it, in a fresh `python -I -S`. Shown are the
medians in ms, the ratios, and the whole first visit (start of Python, imports, locating) over `python -I -S -c pass`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = getattr(sys, "_base_executable", sys.executable)
MANAGERS = ROOT / ".cache" / "pytest" / "d" / f"managers-3.{sys.version_info[1]}"
BARE = [BASE, "-I", "-S", "-X", "utf8", "-c", "pass"]

LOCATE = """if True:
    import sys, os
    sys.path.insert(0, sys.argv[1])
    import time
    from venvhook.marker import Marker
    began = time.perf_counter()
    from venvhook.locate import locate
    found = locate(sys.argv[2], Marker(manager=sys.argv[3]), os.environ).found
    took = time.perf_counter() - began
    print(took * 1000, found and found.root)
"""

PYPROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\n'
CASES = {
    "poetry": (
        {"pyproject.toml": PYPROJECT + "[tool.poetry]\npackage-mode = false\n"},
        ["poetry", "env", "use", BASE],
        ["poetry", "env", "info", "--path"],
    ),
    "pipenv": ({"Pipfile": "[packages]\n"}, ["pipenv", "--python", BASE], ["pipenv", "--venv"]),
    "pdm": (
        {
            "pyproject.toml": PYPROJECT + "[tool.pdm]\ndistribution = false\n",
            "pdm.toml": "[venv]\nin_project = false\n",
        },
        ["pdm", "venv", "create", BASE],
        ["pdm", "info", "--python"],
    ),
    "hatch": (
        {"pyproject.toml": PYPROJECT + "[tool.hatch.envs.default]\nskip-install = true\n"},
        ["hatch", "env", "create"],
        ["hatch", "env", "find"],
    ),
    "uv": (
        {"pyproject.toml": PYPROJECT},
        ["uv", "sync", "--offline", "--python", BASE],
        ["uv", "run", "--offline", "--no-sync", "python", "-c", "import sys; print(sys.prefix)"],
    ),
}


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        environ = {"HOME": home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PIPENV_IGNORE_VIRTUALENVS": "1"}
        bare = median(rounds, lambda: run(BARE, home, environ))
        print(f"python -I -S -c pass: {bare:.1f} ms; medians of {rounds}")
        print(f"{'manager':<10}{'asked':>9}{'located':>9}{'ratio':>8}{'first visit':>13}{'x bare':>8}")
        for name, (files, make, ask) in CASES.items():
            if not (MANAGERS / name / "installed").exists():
                print(f"{name:<10} is not installed: run tests/managers/test_{name}.py first")
                continue
            print(row(name, project(home, name, files), make, ask, environ, rounds, bare))


def row(
    name: str, folder: str, make: list[str], ask: list[str], environ: dict[str, str], rounds: int, bare: float
) -> str:
    commands = MANAGERS / name / "bin"
    run([str(commands / make[0]), *make[1:]], folder, environ)
    asked = median(rounds, lambda: run([str(commands / ask[0]), *ask[1:]], folder, environ))
    located: list[float] = []

    def visit() -> None:
        answer = run([*BARE[:-2], "-c", LOCATE, str(ROOT), folder, name], folder, environ)
        took, root = answer.split(" ", 1)
        assert root.strip() != "None", name
        located.append(float(took))

    whole = median(rounds, visit)
    took = statistics.median(located)
    return f"{name:<10}{asked:>9.1f}{took:>9.2f}{f'1/{asked / took:.0f}':>8}{whole:>13.1f}{whole / bare:>8.1f}"


def project(home: str, name: str, files: dict[str, str]) -> str:
    folder = os.path.realpath(os.path.join(home, f"{name}-project"))
    os.mkdir(folder)
    for file, text in files.items():
        Path(folder, file).write_text(text)
    return folder


def run(command: list[str], folder: str, environ: dict[str, str]) -> str:
    answer = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def median(rounds: int, work: object) -> float:
    """ms of one call."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()  # type: ignore[operator]
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
