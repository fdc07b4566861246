"""`python -m tests.walk --shell bash --seed 1 --count 20 --steps 300`: many walks, each divergence cut down."""

from __future__ import annotations

import argparse
import ast
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from shell.world import Installation

from walk.found import FOUND
from walk.ground import Ground
from walk.steps import WEIGHTS
from walk.walker import Walk, minimise, start_of, steps_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.walk", description=__doc__)
    parser.add_argument("--shell", default="bash", choices=("bash", "zsh", "fish", "pwsh"))
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=1, help="how many seeds")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--without", default="", help=f"kinds of steps, comma separated: {', '.join(WEIGHTS)}")
    parser.add_argument("--whole", action="store_true", help="do not cut down")
    parser.add_argument("--found", action="store_true", help="walk what was found wrong before (found.py)")
    parser.add_argument("--replay", help="walk these steps, as a divergence ends with, instead of random ones")
    asked = parser.parse_args()
    without = tuple(filter(None, asked.without.split(",")))
    told: set[frozenset[str]] = set()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="vh-walk-") as root:
        ground = Ground(Installation(Path(os.path.realpath(root))))
        try:
            for name, todo in FOUND.items() if asked.found else ():
                found = Walk(ground, asked.shell, {}).walk(todo)
                print(f"{asked.shell}: {name}: {found or 'as the model'}", flush=True)
                failed += found is not None
            for seed in () if asked.found else range(asked.seed, asked.seed + asked.count):
                began = time.monotonic()
                todo = ast.literal_eval(asked.replay) if asked.replay else steps_of(seed, asked.steps, without)
                found = Walk(ground, asked.shell, start_of(seed)).walk(todo)
                at = f"after {len(found.steps)} steps" if found else "as the model"
                print(f"{asked.shell} seed {seed}: {at} ({time.monotonic() - began:.1f} s)", flush=True)
                if found:
                    failed += 1
                    if found.sign not in told and not asked.whole:
                        told.add(found.sign)
                        found = minimise(ground, found, start_of(seed))
                        print(f"{found}\n{found.steps}", flush=True)
                    elif asked.whole:
                        print(found, flush=True)
        finally:
            ground.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
