"""docs/security.md: every statement names a test, and every test that it names is there."""

from __future__ import annotations

import re
import subprocess
import sys

from .common import ROOT

PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py::\w+)`")
OPEN = ("Who is trusted", "What is not protected")  # what nothing holds


def test_every_statement_names_a_test() -> None:
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    assert {section.splitlines()[0] for section in sections} >= set(OPEN)
    for section in sections:
        statements = re.split(r"^- ", section, flags=re.MULTILINE)[1:]
        assert statements
        for statement in statements:
            assert bool(NAMED.search(statement)) == (section.splitlines()[0] not in OPEN), statement


def test_every_test_that_is_named_is_there() -> None:
    named = sorted(set(NAMED.findall(PAGE)))
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", *named]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
