"""Walks that once went wrong, cut down: they are walked each time, in every shell."""

from __future__ import annotations

from .steps import Step

FOUND: dict[str, list[Step]] = {
    "the prompt forgets what was active before": [("activate", "envs/one"), ("cd", "app"), ("activate", "envs/two")],
    "what was active before, activated again": [("activate", "envs/one"), ("cd", "app"), ("activate", "envs/one")],
    "a folder that PATH held comes back with deactivate": [
        *[("front", "{w}/app/scripts"), ("cd", "link"), ("activate", "outer/in/.venv"), ("deactivate",)],
    ],
    "the marker's own folders leave the saved PATH": [("cd", "app"), ("activate", "envs/two"), ("deactivate",)],
    "a list that was not exported": [("set", "PYTHONPATH", "/lib"), ("cd", "app"), ("cd", "."), ("show", "PYTHONPATH")],
    "a script that ran in another shell": [
        *[("nested", "fish"), ("activate", "bee/.venv"), ("nested", "zsh"), ("cd", "bee"), ("cd", "plain")],
    ],
    "its own activate, long before": [("activate", "bee/.venv"), ("cd", "plain"), ("cd", "bee"), ("prompt",)],
    "its own activate inside another's": [
        *[("activate", "envs/one"), ("cd", "bee"), ("activate", "bee/.venv"), ("cd", "plain"), ("deactivate",)],
    ],
}
