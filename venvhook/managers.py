"""The managers that a marker may name: a line each, in the order in which `auto` asks them.

Where a manager's environments are is told by its module in `locate/`, how one is made by its module in `create/`.
"""

from __future__ import annotations

# Its name; the files that only a project of it has; what of its own stands in pyproject.toml; whether its environments
# have names, so that a `venv` without a separator is one.
_TABLE = (
    ("venv", (), (), False),
    ("virtualenv", (), (), False),
    ("uv", ("uv.lock",), ("[tool.uv",), False),
    ("poetry", ("poetry.lock", "poetry.toml"), ("[tool.poetry", "poetry.core.masonry"), False),
    ("pipenv", ("Pipfile",), (), False),
    ("pdm", ("pdm.lock", "pdm.toml", ".pdm-python"), ("[tool.pdm",), False),
    ("hatch", ("hatch.toml",), ("[tool.hatch.env",), True),
    ("conda", ("environment.yml", "environment.yaml"), (), True),
    ("pyenv", (), (), True),
    ("virtualenvwrapper", (), (), True),
)
MANAGERS = ("auto", *[name for name, *_ in _TABLE])
SIGNS = tuple([(name, files, tables) for name, files, tables, _ in _TABLE if files or tables])
NAMED = tuple([name for name, _, _, named in _TABLE if named])
