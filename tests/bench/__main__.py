"""What venvhook costs, beside other tools: `python -m tests.bench`, and `python -m tests.bench growth` for what grows.

Each tool is set up in a HOME of its own, in live interactive shells on terminals of their own, with the same tree of
projects. Tools that are not on PATH are fetched once from their registries into .cache/bench of this clone.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import ROOT, growth, locate, side_by_side, typed, visit
from .result import Asked, Result
from .shells import SHELLS
from .tools import TOOLS

PARTS = {
    "tools": side_by_side.run,
    "typed": typed.run,
    "growth": growth.run,
    "visit": visit.run,
    "locate": locate.run,
}


def main(arguments: Sequence[str]) -> int:
    asked = parser().parse_args(arguments)
    result = Result(" ".join(["python -m tests.bench", *arguments]))
    rounds = asked.rounds or (3 if asked.quick else 15)
    given = {name: Path(folder).resolve() for name, _, folder in (each.partition("=") for each in asked.given)}
    with tempfile.TemporaryDirectory(prefix="vh-bench-") as root:
        where = Path(os.path.realpath(root))
        tools, shells = asked.tools.split(","), asked.shells.split(",")
        PARTS[asked.part](result, Asked(where, tools, shells, rounds, ROOT / ".cache/bench", given, asked.processor))
    for name, reason in result.missing.items():
        print(f"not here: {name}: {reason}")
    print("; ".join(f"{name} {version}" for name, version in result.versions.items()))
    if asked.json:
        result.write(asked.json, side_by_side.NAMES)
    return 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="?", default="tools", choices=PARTS, help="default: %(default)s")
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 15")
    parser.add_argument("--rounds", type=int)
    parser.add_argument(
        "--processor",
        action="store_true",
        help="the shell's own processor time instead of wall time: firm on a busy machine, for what starts no process",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the rows of `tools`")
    parser.add_argument("--tools", default=",".join(tool.name for tool in TOOLS), help="default: %(default)s")
    parser.add_argument("--shells", default=",".join(SHELLS), help="default: %(default)s")
    parser.add_argument(
        "--from",
        dest="given",
        action="append",
        default=[],
        metavar="TOOL=FOLDER",
        help="a checkout of a tool, for those in no registry (pyenv-virtualenv: of pyenv, with it among its plugins)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
