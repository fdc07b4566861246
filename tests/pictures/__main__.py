"""python -m tests.pictures: make the pictures of the README anew, from a live session and from the measured numbers."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from . import chart, session

FOLDER = Path(__file__).parents[2] / "docs/pictures"


def main(folder: Path, shell: str = "bash") -> None:
    """Write session.svg, of a session in SHELL, and, if there are numbers for it, benchmark.svg into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="venvhook-") as root:
        _write(folder / "session.svg", session.draw(session.record(Path(root), shell)))
    numbers = folder / "benchmark.json"
    if numbers.exists():
        _write(folder / "benchmark.svg", chart.draw(json.loads(numbers.read_text())))
    else:
        print(f"no {numbers}, so no benchmark.svg; to measure: python -m tests.bench --help", file=sys.stderr)


def _write(path: Path, picture: str) -> None:
    path.write_text(picture, encoding="utf-8")
    print(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=(__doc__ or "").partition(": ")[2])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="default: docs/pictures")
    parser.add_argument("--shell", default="bash", choices=session.PROMPTS, help="of the session; default: bash")
    asked = parser.parse_args()
    main(asked.folder, asked.shell)
