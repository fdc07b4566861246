"""The fixtures of the scenarios: a clean home for each shell, with venvhook in it."""

from __future__ import annotations

from shell.conftest import installation, live, pytest_generate_tests, shell, world

__all__ = ["installation", "live", "pytest_generate_tests", "shell", "world"]
