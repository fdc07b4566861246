"""`python -m venvhook`: the command line."""

from __future__ import annotations

from venvhook.cli import script

if __name__ == "__main__":
    script()
