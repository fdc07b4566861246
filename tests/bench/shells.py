"""What venvhook costs at the prompt, beside direnv, in one run on the same projects. Prints a table; `--json FILE`
keeps it.

    python tests/bench/shells.py [--rounds N] [--json FILE]

Each operation is done N times in a loop by an interactive shell with nothing but the tool's own hook loaded; the
figure is
the median of five loops, in microseconds for one operation. A bare `cd` and a bare prompt of the same shell are
taken off.
"Prompt" runs what the shell would run before a prompt. direnv is measured where it is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from shell.world import Installation  # noqa: E402

MARKER = "# " + "x" * 180 + '\n[variables]\nAPP = "1"\n'  # 200 bytes and a little

# How each shell times a loop, and runs what it would run before a prompt. `{body}` is one operation.
SHELLS = {
    "bash": (
        'prompt() {{ builtin eval "${{PROMPT_COMMAND-}}"; }}\n'
        "for k in 1 2 3 4 5; do s=${{EPOCHREALTIME/./}}; for ((i = 0; i < {rounds}; i++)); do {body}; done\n"
        "e=${{EPOCHREALTIME/./}}; echo $(((e - s) * 1000 / {rounds})); done >&9\n"
    ),
    "zsh": (
        "zmodload zsh/datetime; prompt() {{ local f; for f in $precmd_functions; do $f; done; }}\n"
        "for k in 1 2 3 4 5; do s=$EPOCHREALTIME; for ((i = 0; i < {rounds}; i++)); do {body}; done\n"
        "e=$EPOCHREALTIME; printf '%d\\n' $(((e - s) * 1e9 / {rounds})); done >&9\n"
    ),
    "fish": (
        "function prompt; emit fish_prompt; end\n"
        "for k in 1 2 3 4 5; set s (date +%s%N); for i in (seq {rounds}); {body}; end\n"
        'set e (date +%s%N); math --scale 0 "($e - $s) / {rounds}"; end >&9\n'
    ),
}
OPERATIONS = {  # where the loop starts, and what it does
    "prompt outside": ("{plain}", "prompt"),
    "prompt inside": ("{app}", "prompt"),
    "cd inside": ("{app}", "cd src; cd .."),
    "enter + leave": ("{plain}", "cd {app}; prompt; cd {plain}; prompt"),
}


def time_loop(shell: str, load: str, where: str, body: str, env: dict[str, str], rounds: int) -> float:
    """Microseconds for one operation, the median of five loops."""
    warm = "prompt; " + body
    script = f"{load}\ncd {where}\n" + SHELLS[shell].format(body=body, rounds=rounds).replace(
        "\nfor k", f"\n{warm}\nfor k", 1
    )
    command = {
        "bash": ["bash", "--norc", "--noprofile", "-i"],
        "zsh": ["zsh", "-f", "-i"],
        "fish": ["fish", "--no-config", "-i"],
    }
    with tempfile.NamedTemporaryFile("w+") as answer:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        arguments = [
            *command[shell],
            "-c",
            f"exec 9>{answer.name}\n{script}" if shell != "fish" else script.replace(">&9", f">{answer.name}"),
        ]
        subprocess.run(arguments, env=env, start_new_session=True, check=False, **quiet)
        figures = [int(line) for line in answer.read().split()]
    return statistics.median(figures) / 1000 if figures else float("nan")


def tools(installation: Installation, shell: str) -> dict[str, str]:
    """The line that loads each tool."""
    suffix = {"bash": "bash", "zsh": "zsh", "fish": "fish"}[shell]
    found = {"nothing": "", "venvhook": f". {installation.data}/hook/venvhook.{suffix}"}
    if shutil.which("direnv"):
        found["direnv"] = "direnv hook fish | source" if shell == "fish" else f'eval "$(direnv hook {shell})"'
    return found


def make_projects(root: Path, installation: Installation, env: dict[str, str]) -> dict[str, str]:
    app, plain = root / "w/app", root / "w/plain"
    for folder in (app / "src", plain):
        folder.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(app / ".venv")], check=True)
    (app / ".venvhook.toml").write_text(MARKER)
    (app / ".envrc").write_text("PATH_add .venv/bin\nexport VIRTUAL_ENV=$PWD/.venv\nexport APP=1\n")
    installation.cli("allow", str(app))
    if shutil.which("direnv"):
        subprocess.run(["direnv", "allow", str(app)], env=env, check=True)
    return {"app": str(app), "plain": str(plain)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json")
    options = parser.parse_args()
    result: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="vh-bench-") as folder:
        root = Path(os.path.realpath(folder))
        installation = Installation(root)
        env = {**os.environ, "HOME": str(installation.home), "TERM": "dumb", "DIRENV_LOG_FORMAT": ""}
        for name in ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT"):
            env.pop(name, None)
        places = make_projects(root, installation, env)
        for shell in (name for name in SHELLS if shutil.which(name)):
            for operation, (where, body) in OPERATIONS.items():
                cost = {
                    tool: time_loop(
                        shell,
                        load,
                        where.format(**places),
                        body.format(**places),
                        env,
                        options.rounds if tool != "direnv" else 20,
                    )
                    for tool, load in tools(installation, shell).items()
                }
                result.setdefault(shell, {})[operation] = cost
                show(shell, operation, cost)
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=1) + "\n")


def show(shell: str, operation: str, cost: dict[str, float]) -> None:
    ours = cost["venvhook"] - cost["nothing"]
    line = f"{shell:5} {operation:15} venvhook {ours:9.1f} us"
    if "direnv" in cost:
        theirs = cost["direnv"] - cost["nothing"]
        line += f"   direnv {theirs:9.1f} us   {theirs / max(ours, 0.1):6.0f} times"
    print(line, flush=True)


if __name__ == "__main__":
    main()
